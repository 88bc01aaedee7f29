//! `syncup demo` on free ports.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::process::{Process, run, syncup};
use crate::harness::{Scim, at};

const ANYWHERE: [&str; 4] = ["--scim", "127.0.0.1:0", "--shopify", "127.0.0.1:0"];

fn demo(temporary: &Path, more: &[&str]) -> Command {
    let mut command = syncup(&["demo"]);
    command.args(ANYWHERE).args(more).env("TMPDIR", temporary);
    command
}

#[test]
fn the_story_is_as_told_and_leaves_nothing_behind() {
    let temporary = tempfile::tempdir().unwrap();
    let output = run(&mut demo(temporary.path(), &["--once"]));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    let last = said.lines().last().unwrap();
    let passed = last.strip_suffix(" passed, 0 failed").unwrap();
    let steps = said.lines().filter(|line| line.starts_with('✓')).count();
    assert_eq!(passed, steps.to_string(), "{said}");
    assert!(steps >= 9, "{said}");
    assert!(String::from_utf8(output.stderr).unwrap().is_empty());
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_quiet_demo_says_in_a_file_where_everything_is() {
    let directory = tempfile::tempdir().unwrap();
    let dir = directory.path().to_str().unwrap();
    // The second time on what the first has left.
    for user in ["ann", "bob"] {
        let process = Process::start(&mut demo(directory.path(), &["--quiet", "--dir", dir]));
        let base_url = process.line("ready: ");
        let text = std::fs::read_to_string(directory.path().join("demo.json")).unwrap();
        let ready: Value = serde_json::from_str(&text).unwrap();
        let keys: Vec<&String> = ready.as_object().unwrap().keys().collect();
        let told = [
            "scim_base_url",
            "token",
            "shop",
            "shopify_url",
            "shopify_token",
            "ops_url",
        ];
        assert_eq!(keys, told);
        assert_eq!(ready["scim_base_url"], base_url);
        let scim = Scim::new(&base_url, ready["token"].as_str().unwrap());
        let created = scim.post("/Users", &json!({"userName": user})).await;
        assert_eq!(created.status, 201, "{}", created.text);
        // Who follows an address in an answer arrives.
        let location = created.header("location").to_owned();
        let own = location.strip_prefix(&base_url).unwrap();
        assert_eq!(at(&scim.get(own).await.json(), "/userName"), user);
        process.stop();
    }
}

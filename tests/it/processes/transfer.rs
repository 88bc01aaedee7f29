//! A directory that moves: all of it, or nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::Scim;
use crate::harness::database;
use crate::harness::installation::{Bridge, Installation, SHOP, cli};
use crate::harness::process::{printed, run};

const DATA_DIRECTORY: i32 = 4;

fn user(number: usize) -> Value {
    let email = format!("user-{number}@example.com");
    json!({"userName": email, "emails": [{"value": email}], "externalId": format!("ext-{number}")})
}

/// An empty directory of whichever engine.
fn empty() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    database::prepare(directory.path());
    directory
}

/// A directory with users and a group, and the file that it is exported to.
async fn exported() -> (Installation, PathBuf) {
    let installation = Installation::on_plan("plus");
    let bridge = installation.serve();
    let scim = Scim::new(&bridge.base_url, &installation.token);
    for number in 0..5 {
        assert_eq!(scim.post("/Users", &user(number)).await.status, 201);
    }
    let someone = scim.get("/Users?count=1").await.json()["Resources"][0]["id"].take();
    let group = json!({"displayName": "Staff", "members": [{"value": someone}]});
    assert_eq!(scim.post("/Groups", &group).await.status, 201);
    // It is written while somebody serves.
    let file = installation.directory.path().join("moved.jsonl");
    printed(&mut on_file(&installation.cli(&["export"]), &file));
    bridge.process.stop();
    (installation, file)
}

/// The same command with a file.
fn on_file(command: &Command, file: &Path) -> Command {
    let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    let mut with = Command::new(command.get_program());
    with.env_clear().args(arguments).arg(file);
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            with.env(name, value);
        }
    }
    with
}

/// The command fails with `code`, and says every one of `parts`.
fn check(command: &mut Command, code: i32, parts: &[&str]) {
    let output = run(command);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{command:?}: {error}");
    for part in parts {
        assert!(error.contains(part), "{command:?}: {error}");
    }
}

/// All that SCIM says, but for what the worker may still change.
async fn resources(scim: &Scim) -> (Value, Value) {
    let users = "/Users?sortBy=userName&attributes=userName,emails,externalId,groups,meta";
    let groups = "/Groups?attributes=displayName,members,meta";
    (
        scim.get(users).await.json()["Resources"].take(),
        scim.get(groups).await.json()["Resources"].take(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_served_from_where_they_were_moved_to() {
    let (from, file) = exported().await;
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let bridge = from.serve();
    let scim = Scim::new(&bridge.base_url, &from.token);
    let before = resources(&scim).await;
    assert_eq!(before.0.as_array().unwrap().len(), 5, "{before:?}");
    bridge.process.stop();

    let to = Installation {
        directory: empty(),
        ..from
    };
    let said = printed(&mut on_file(&to.cli(&["import"]), &file));
    let users = said
        .lines()
        .find(|line| line.starts_with("users "))
        .unwrap();
    let words: Vec<&str> = users.split_whitespace().collect();
    assert_eq!(words, ["users", "5", "ok"], "{said}");
    let bridge = to.serve();
    let scim = Scim::new(&bridge.base_url, &to.token);
    assert_eq!(resources(&scim).await, before);
    let customers = to.mock.customers().await.len();
    let added = scim.post("/Users", &user(5)).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let place = format!("/Users/{}", added.id());
    assert_eq!(
        scim.get(&place).await.json()["userName"],
        "user-5@example.com"
    );
    // The customers are known again: nobody is made twice.
    assert_eq!(to.mock.customers().await.len(), customers + 1);
    bridge.process.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_through_a_pipe_and_is_told_as_json() {
    let (from, file) = exported().await;
    let output = run(&mut on_file(&from.cli(&["export"]), Path::new("-")));
    assert!(output.status.success());
    let without_head = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.split_once('\n').unwrap().1.to_owned()
    };
    let whole = fs::read(&file).unwrap();
    // The worker may have noted something since then; users are as they were.
    let users = |text: &str| text.matches(r#"{"table":"users","shop_id""#).count();
    assert_eq!(users(&without_head(&output.stdout)), 5);
    let to = empty();
    let mut command = cli(to.path(), &["import", "-", "--json"]);
    let told = command
        .stdin(Stdio::from(fs::File::open(&file).unwrap()))
        .output()
        .unwrap();
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let end: Value =
        serde_json::from_slice(whole.split(|byte| *byte == b'\n').rev().nth(1).unwrap()).unwrap();
    assert_eq!(told["tables"], end["end"]);
    let again = to.path().join("again.jsonl");
    let told = printed(on_file(&cli(to.path(), &["export"]), &again).arg("--json"));
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["tables"], end["end"]);
    assert_eq!(
        without_head(&fs::read(&again).unwrap()),
        without_head(&whole)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_moved_is_refused_with_what_to_do() {
    let (from, file) = exported().await;
    check(
        &mut on_file(&from.cli(&["export"]), &file),
        1,
        &["is there already: name another file"],
    );
    let nowhere = from.directory.path().join("no/such/file");
    check(
        &mut on_file(&from.cli(&["export"]), &nowhere),
        1,
        &["cannot write"],
    );
    check(
        &mut on_file(&from.cli(&["import"]), &nowhere),
        1,
        &["cannot read"],
    );
    check(
        &mut on_file(&from.cli(&["import"]), &file),
        DATA_DIRECTORY,
        &["has shops already", "syncup shop remove"],
    );

    let to = empty();
    let mut other_key = on_file(&cli(to.path(), &["import"]), &file);
    other_key.env("SYNCUP_MASTER_KEY", "1".repeat(64));
    check(
        &mut other_key,
        DATA_DIRECTORY,
        &[SHOP, "another master key", "nothing was imported"],
    );
    let half = to.path().join("half");
    let whole = fs::read(&file).unwrap();
    fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    check(
        &mut on_file(&cli(to.path(), &["import"]), &half),
        1,
        &["before its end", "nothing was imported"],
    );
    let shops = printed(&mut cli(to.path(), &["shop", "list"]));
    assert!(shops.contains("There are no shops yet"), "{shops}");
    printed(&mut on_file(&cli(to.path(), &["import"]), &file));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_served_from_are_not_imported_into() {
    let (from, file) = exported().await;
    // Not the one of a test's engine: only files are one process's alone.
    let to = Installation {
        directory: tempfile::tempdir().unwrap(),
        ..from
    };
    let bridge = Bridge::start(&mut to.serve_command());
    check(
        &mut on_file(&to.cli(&["import"]), &file),
        DATA_DIRECTORY,
        &["another syncup is serving", "stop it"],
    );
    bridge.process.stop();
    printed(&mut on_file(&to.cli(&["import"]), &file));
}

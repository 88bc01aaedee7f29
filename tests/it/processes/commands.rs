//! The commands do what they say.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Value, json};
use syncup::base::clock::{Clock, SystemClock};
use syncup::settings::TABLE;

use crate::harness::TestApp;
use crate::harness::installation::{Bridge, Installation, SHOP, SHOPIFY_TOKEN, cli};
use crate::harness::process::{printed, run, syncup};

const HOUR_MS: i64 = 60 * 60 * 1_000;

/// What a command prints, as JSON.
fn json_of(command: &mut Command) -> Value {
    let text = printed(command);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{command:?}: {error}: {text}"))
}

#[test]
fn what_is_printed_is_json_when_asked() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    std::fs::write(&file, format!("{SHOPIFY_TOKEN}\n")).unwrap();
    let file = file.to_str().unwrap();
    // Every command prints something for people, and the same with --json for programs.
    let check = |arguments: &[&str], parts: &[&str]| -> Value {
        let text = printed(&mut cli(directory.path(), arguments));
        for part in parts {
            assert!(text.contains(part), "{arguments:?}: {text}");
        }
        json_of(cli(directory.path(), arguments).arg("--json"))
    };
    assert_eq!(
        check(&["shop", "list"], &["There are no shops yet"]),
        json!([])
    );
    let added = check(
        &[
            "shop",
            "add",
            SHOP,
            "--offline",
            "--access-token-file",
            file,
        ],
        &["added. Next:"],
    );
    assert_eq!(
        added,
        json!({"shop": SHOP, "added": false}),
        "the second time"
    );
    let shops = check(&["shop", "list"], &[SHOP, "0 users"]);
    assert_eq!(shops, json!([{"shop": SHOP, "users": 0, "groups": 0}]));
    assert_eq!(
        check(&["token", "list", SHOP], &["There are no tokens yet"]),
        json!([])
    );
    let made = check(
        &["token", "create", SHOP, "--name", "okta"],
        &["Bearer syncup_", "not shown again"],
    );
    let (token, prefix) = (
        made["token"].as_str().unwrap(),
        made["prefix"].as_str().unwrap(),
    );
    assert!(token.starts_with(&format!("syncup_{prefix}_")), "{token}");
    assert_eq!(made["scim_base_url"], "http://127.0.0.1:8080/scim/v2");
    let rotated = check(&["token", "rotate", prefix], &["Bearer syncup_"]);
    assert_ne!(rotated["token"], made["token"]);
    printed(&mut cli(directory.path(), &["token", "revoke", prefix]));
    let tokens = check(
        &["token", "list", SHOP],
        &["okta", prefix, "ended", "live", "never used"],
    );
    let tokens = tokens.as_array().unwrap();
    assert_eq!(tokens.len(), 4);
    let revoked: Vec<_> = tokens.iter().filter(|one| one["live"] == false).collect();
    assert_eq!(revoked.len(), 1);
    assert_eq!(revoked[0]["prefix"], prefix);
    printed(&mut cli(
        directory.path(),
        &[
            "shop",
            "set",
            SHOP,
            "dialect=strict",
            "adoption_domains=[\"a.example\"]",
        ],
    ));
    let shown = check(
        &["shop", "show", SHOP],
        &["dialect = \"strict\"", "0 users"],
    );
    assert_eq!(shown["settings"]["dialect"], "strict");
    assert_eq!(shown["settings"]["adoption_domains"], json!(["a.example"]));
    let users = check(&["users", "list", SHOP], &["There are none"]);
    assert_eq!(users, json!([]));
    let activity = check(&["activity", SHOP], &["There is no such activity"]);
    assert_eq!(activity, json!([]));
    // No command shows a secret again.
    for arguments in [&["shop", "show", SHOP] as &[_], &["token", "list", SHOP]] {
        let text = printed(&mut cli(directory.path(), arguments));
        assert!(
            !text.contains(SHOPIFY_TOKEN) && !text.contains(token),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_rotated_token_works_until_its_overlap_ends() {
    let app = TestApp::start().await;
    // The commands live in real time, so the bridge begins there too.
    let now_ms = SystemClock.now_ms();
    let token = |arguments: &[&str]| json_of(cli(app.directory.path(), arguments).arg("--json"));
    let check = async |hours: i64, made: &Value, status: u16| {
        app.clock.set(now_ms + hours * HOUR_MS);
        let scim = app.scim.with_token(made["token"].as_str().unwrap());
        assert_eq!(scim.get("/Users").await.status, status, "after {hours} h");
    };
    let old = token(&["token", "create", SHOP]);
    let prefix = old["prefix"].as_str().unwrap();
    let new = token(&["token", "rotate", prefix, "--overlap-hours", "3"]);
    for (hours, status) in [(0, 200), (2, 200), (4, 401)] {
        check(hours, &old, status).await;
        check(hours, &new, 200).await;
    }
    // An overlap does not lengthen a life.
    let short = token(&["token", "create", SHOP, "--expires-days", "1"]);
    let prefix = short["prefix"].as_str().unwrap();
    token(&["token", "rotate", prefix, "--overlap-hours", "48"]);
    check(23, &short, 200).await;
    check(25, &short, 401).await;
    // The new one ends when it is told to, beside the old one's overlap; else it does not.
    assert_eq!(new["expires"], Value::Null);
    let old = token(&["token", "create", SHOP]);
    let prefix = old["prefix"].as_str().unwrap();
    let new = token(&["token", "rotate", prefix, "--expires-days", "2"]);
    for (hours, of_old, of_new) in [
        (23, 200, 200),
        (25, 401, 200),
        (47, 401, 200),
        (49, 401, 401),
    ] {
        check(hours, &old, of_old).await;
        check(hours, &new, of_new).await;
    }
    let listed = token(&["token", "list", SHOP]);
    let mut listed = listed.as_array().unwrap().iter();
    let listed = listed.find(|one| one["prefix"] == new["prefix"]).unwrap();
    assert!(new["expires"].is_string(), "{new}");
    assert_eq!(listed["expires"], new["expires"]);
}

#[test]
fn the_sample_settings_are_all_settings_at_their_defaults_and_serve_takes_them() {
    let sample = printed(&mut syncup(&["settings"]));
    let is_setting = |line: &str| {
        TABLE
            .iter()
            .any(|one| line.starts_with(&format!("{} = ", one.name)))
    };
    let text: String = sample
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| is_setting(line))
        .map(|line| format!("{line}\n"))
        .collect();
    let sampled: toml::Table = text.parse().unwrap();
    assert_eq!(sampled.len(), TABLE.len());
    for setting in TABLE {
        let value = &sampled[setting.name];
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        assert_eq!(value, setting.default, "{}", setting.name);
        assert!(sample.contains(setting.doc), "{}", setting.name);
    }
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("syncup.toml");
    std::fs::write(&file, text).unwrap();
    let mut command = cli(
        directory.path(),
        &["serve", "--config", file.to_str().unwrap()],
    );
    command
        .env("SYNCUP_LISTEN", "127.0.0.1:0")
        .env("SYNCUP_OPS_LISTEN", "127.0.0.1:0");
    Bridge::start(&mut command).process.stop();
}

#[test]
fn a_secret_comes_from_a_file_and_a_variable_that_does_nothing_is_warned_about() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let file = directory.path().join("key");
    let key = "0f".repeat(32);
    std::fs::write(&file, format!("{key}\n")).unwrap();
    let mut command = cli(&data, &["serve"]);
    command
        .env("SYNCUP_MASTER_KEY_FILE", &file)
        .env("SYNCUP_LISTN", "127.0.0.1:1")
        .env("SYNCUP_LISTEN", "127.0.0.1:0")
        .env("SYNCUP_OPS_LISTEN", "127.0.0.1:0");
    let said = Bridge::start(&mut command).process.stop();
    assert!(said.contains("SYNCUP_LISTN"), "{said}");
    assert!(!said.contains(&key), "{said}");
    assert!(!data.join("master.key").exists());
    let listed = run(cli(&data, &["shop", "list"]).env("SYNCUP_MASTER_KEY", &key));
    assert!(listed.status.success());
}

/// `healthcheck` on `address` ends with `code` and says `part`.
fn check_health(address: &str, code: i32, part: &str) {
    let output = run(syncup(&["healthcheck"]).env("SYNCUP_OPS_LISTEN", address));
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(part), "{said}");
}

#[test]
fn healthcheck_says_whether_the_bridge_is_ready() {
    let installation = Installation::on_plan("standard");
    let bridge = installation.serve();
    let address = bridge.health_url.strip_prefix("http://").unwrap();
    let address = address.strip_suffix("/readyz").unwrap().to_owned();
    check_health(&address, 0, "ready");
    bridge.process.stop();
    check_health(&address, 1, "is `syncup serve` running?");
    for (answer, part) in [
        (
            "HTTP/1.1 503 Service Unavailable\r\n\r\nstore: cannot be read\n",
            "not ready: store: cannot be read",
        ),
        ("", "is not `syncup serve`"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let asked = lines.next().unwrap().unwrap();
            assert_eq!(asked, "GET /readyz HTTP/1.1");
            // All of the request is read: a connection closed before is a broken one.
            while !lines.next().unwrap().unwrap().is_empty() {}
            stream.write_all(answer.as_bytes()).unwrap();
        });
        check_health(&address, 1, part);
        server.join().unwrap();
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child = syncup(&["settings"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn help_and_readme_tell_the_exit_codes() {
    let help = printed(&mut syncup(&["--help"]));
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    for (code, meaning) in [
        (0, "done"),
        (1, "it failed"),
        (2, "the arguments are wrong"),
        (3, "a setting is wrong"),
        (4, "the data directory, or the database, cannot be used"),
        (5, "an address cannot be listened on"),
        (6, "there is no such shop or token"),
    ] {
        assert!(help.contains(&format!("{code}  {meaning}")), "{help}");
        assert!(readme.contains(&format!("| {code} | {meaning}")), "{code}");
    }
}

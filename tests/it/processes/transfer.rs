//! A directory that moves: all of it, or nothing.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::Scim;
use crate::harness::database;
use crate::harness::installation::{Bridge, Installation, SHOP, cli};
use crate::harness::process::{PATIENCE, printed, run};

const DATA_DIRECTORY: i32 = 4;

fn user(number: usize) -> Value {
    let email = format!("user-{number}@example.com");
    json!({"userName": email, "emails": [{"value": email}], "externalId": format!("ext-{number}")})
}

/// An empty directory of whichever engine, with the master key of another one.
fn empty(from: &Installation) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    database::prepare(directory.path());
    give_key(from, &directory);
    directory
}

fn give_key(from: &Installation, to: &TempDir) {
    let file = path(to, "master.key");
    if !from.is_shared() {
        fs::copy(path(&from.directory, "master.key"), file).unwrap();
        return;
    }
    fs::write(&file, database::MASTER_KEY).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
}

fn path(directory: &TempDir, name: &str) -> String {
    directory.path().join(name).to_str().unwrap().to_owned()
}

/// Serves where nobody sees which of the directories it is.
fn serve(installation: &Installation) -> (Bridge, Scim) {
    let mut command = installation.serve_command();
    command.env("SYNCUP_PUBLIC_URL", "https://scim.example.com");
    let bridge = Bridge::start(&mut command);
    let scim = Scim::new(&bridge.base_url, &installation.token);
    (bridge, scim)
}

/// A directory with users and a group, and the file that it is exported to.
async fn exported() -> (Installation, String) {
    let installation = Installation::on_plan("plus");
    let (bridge, scim) = serve(&installation);
    for number in 0..5 {
        assert_eq!(scim.post("/Users", &user(number)).await.status, 201);
    }
    let someone = scim.get("/Users?count=1").await.json()["Resources"][0]["id"].take();
    let group = json!({"displayName": "Staff", "members": [{"value": someone}]});
    assert_eq!(scim.post("/Groups", &group).await.status, 201);
    let synced = async {
        while installation.states() != json!({"synced": 5}) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, synced).await.unwrap();
    // It is written while somebody serves.
    let file = path(&installation.directory, "moved.jsonl");
    printed(&mut installation.cli(&["export", &file]));
    bridge.process.stop();
    (installation, file)
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
    let (bridge, scim) = serve(&from);
    let before = resources(&scim).await;
    assert_eq!(before.0.as_array().unwrap().len(), 5, "{before:?}");
    bridge.process.stop();

    let to = Installation {
        directory: empty(&from),
        ..from
    };
    let said = printed(&mut to.cli(&["import", &file]));
    let users = said
        .lines()
        .find(|line| line.starts_with("users "))
        .unwrap();
    let words: Vec<&str> = users.split_whitespace().collect();
    assert_eq!(words, ["users", "5", "ok"], "{said}");
    let (bridge, scim) = serve(&to);
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

/// What is exported of a directory, without the head, which says when; and what is said of it.
fn export(directory: &TempDir, name: &str) -> (String, Value) {
    let file = path(directory, name);
    let said = printed(&mut cli(directory.path(), &["export", &file, "--json"]));
    let text = fs::read_to_string(file).unwrap();
    let (_, rows) = text.split_once('\n').unwrap();
    (rows.to_owned(), serde_json::from_str(&said).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_goes_through_a_pipe_and_is_told_as_json() {
    let (from, _) = exported().await;
    let to = empty(&from);
    let mut sending = from.cli(&["export", "-"]);
    let mut sending = sending.stdout(Stdio::piped()).spawn().unwrap();
    let mut taking = cli(to.path(), &["import", "-", "--json"]);
    let taken = taking.stdin(sending.stdout.take().unwrap()).output();
    assert!(sending.wait().unwrap().success());
    let told: Value = serde_json::from_slice(&taken.unwrap().stdout).unwrap();
    let (rows, said) = export(&to, "again.jsonl");
    assert_eq!(said, told);
    assert_eq!((rows, said), export(&from.directory, "again.jsonl"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_moved_is_refused_with_what_to_do() {
    let (from, file) = exported().await;
    check(
        &mut from.cli(&["export", &file]),
        1,
        &["is there already: name another file"],
    );
    let nowhere = path(&from.directory, "no/such/file");
    check(&mut from.cli(&["export", &nowhere]), 1, &["cannot write"]);
    check(&mut from.cli(&["import", &nowhere]), 1, &["cannot read"]);
    check(
        &mut from.cli(&["import", &file]),
        DATA_DIRECTORY,
        &["has shops already", "syncup shop remove"],
    );

    let to = empty(&from);
    let mut other_key = cli(to.path(), &["import", &file]);
    other_key.env("SYNCUP_MASTER_KEY", "1".repeat(64));
    check(
        &mut other_key,
        DATA_DIRECTORY,
        &[SHOP, "another master key", "nothing was imported"],
    );
    let half = path(&to, "half");
    let whole = fs::read(&file).unwrap();
    fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    check(
        &mut cli(to.path(), &["import", &half]),
        1,
        &["before its end", "nothing was imported"],
    );
    let shops = printed(&mut cli(to.path(), &["shop", "list"]));
    assert!(shops.contains("There are no shops yet"), "{shops}");
    printed(&mut cli(to.path(), &["import", &file]));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_served_from_are_not_imported_into() {
    let (from, file) = exported().await;
    let directory = tempfile::tempdir().unwrap();
    give_key(&from, &directory);
    let to = Installation { directory, ..from };
    let bridge = Bridge::start(&mut to.serve_command());
    check(
        &mut to.cli(&["import", &file]),
        DATA_DIRECTORY,
        &["another syncup is serving", "stop it"],
    );
    bridge.process.stop();
    printed(&mut to.cli(&["import", &file]));
}

//! What an operator gets wrong is said clearly, with what to do, and with an exit code of its own.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::harness::installation::{Installation, SHOP, SHOPIFY_TOKEN, add_shop, cli};
use crate::harness::process::{printed, run, syncup};

/// The exit codes of README.md.
const FAILED: i32 = 1;
const ARGUMENTS: i32 = 2;
const SETTING: i32 = 3;
const DATA_DIRECTORY: i32 = 4;
const ADDRESS: i32 = 5;
const MISSING: i32 = 6;

/// The command fails with `code`, and says every one of `parts` on standard error: one line, but for usage.
fn check(command: &mut Command, code: i32, parts: &[&str]) {
    let output = run(command);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{command:?}: {error}");
    for part in parts {
        assert!(error.contains(part), "{command:?}: {error}");
    }
    assert!(output.stdout.is_empty(), "{command:?}");
    let lines = error.lines().count();
    assert!(lines == 1 || code == ARGUMENTS, "{command:?}: {error}");
}

/// A command in an empty data directory.
fn fresh(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = cli(directory, arguments);
    command
        .env("SYNCUP_LISTEN", "127.0.0.1:0")
        .env("SYNCUP_OPS_LISTEN", "127.0.0.1:0");
    command
}

#[test]
fn a_wrong_argument_is_refused_with_the_usage() {
    for arguments in [
        &["nonsense"] as &[_],
        &["serve", "--nonsense"],
        &["shop", "add", SHOP],
        &["shop", "show", "shop.example.com"],
        &["token", "create", SHOP, "--expires-days", "0"],
        &["token", "rotate", "AAAAAAAA", "--overlap-hours", "many"],
        &["mock-shopify", "--plan", "gold"],
        &["demo", "--once", "--quiet"],
    ] {
        check(&mut syncup(arguments), ARGUMENTS, &["error:"]);
    }
}

#[test]
fn a_wrong_setting_is_named_with_what_it_should_be() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let file = directory.path().join("syncup.toml");
    let with_file = |text: &str, parts: &[&str]| {
        std::fs::write(&file, text).unwrap();
        let arguments = ["--config", file.to_str().unwrap(), "serve"];
        check(&mut fresh(&data, &arguments), SETTING, parts);
    };
    with_file("workers = 2\nlisten = \n", &["syncup.toml", "line 2"]);
    with_file("workers = 2\nworkers = 3\n", &["line 2", "duplicate"]);
    with_file("listn = \"127.0.0.1:1\"\n", &["there is no setting listn"]);
    with_file("log = [\"info\"]\n", &["log must be a text"]);
    let with = |name: &str, value: &str, parts: &[&str]| {
        let mut command = fresh(&data, &["serve"]);
        check(command.env(name, value), SETTING, parts);
    };
    with(
        "SYNCUP_CONFIG",
        "/nonexistent",
        &["cannot read", "/nonexistent"],
    );
    with(
        "SYNCUP_LISTEN",
        "8080",
        &["SYNCUP_LISTEN", "127.0.0.1:8080"],
    );
    with("SYNCUP_WORKERS", "many", &["SYNCUP_WORKERS", "a number"]);
    with("SYNCUP_PUBLIC_URL", "a.example", &["http:// or https://"]);
    with("SYNCUP_LOG", "syncup=loud", &["SYNCUP_LOG", "syncup=debug"]);
    with("SYNCUP_LOG_FORMAT", "xml", &["text or json"]);
    with(
        "SYNCUP_MASTER_KEY",
        "short",
        &["SYNCUP_MASTER_KEY", "32 bytes"],
    );
    with(
        "SYNCUP_MASTER_KEY_FILE",
        "/nonexistent",
        &["SYNCUP_MASTER_KEY_FILE names /nonexistent"],
    );
    with(
        "SYNCUP_SHOPIFY_ORIGIN",
        "http://shop.example.com",
        &["shopify_origin", "shopify_allow_any_origin"],
    );
}

#[test]
fn a_data_directory_that_cannot_be_used_is_named_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let in_directory = |name: &str| directory.path().join(name);
    let at = |path: &Path, parts: &[&str]| {
        for arguments in [&["serve"] as &[_], &["shop", "list"]] {
            check(&mut fresh(path, arguments), DATA_DIRECTORY, parts);
        }
    };
    let file = in_directory("file");
    std::fs::write(&file, "").unwrap();
    at(&file, &["SYNCUP_DATA_DIR", file.to_str().unwrap()]);
    at(&file.join("below"), &["SYNCUP_DATA_DIR", "Not a directory"]);
    at(
        Path::new("/proc/syncup"),
        &["SYNCUP_DATA_DIR", "/proc/syncup"],
    );

    let keyless = in_directory("keyless");
    add_shop(&keyless);
    std::fs::remove_file(keyless.join("master.key")).unwrap();
    at(&keyless, &["master.key", "restore it from the backup"]);

    let open = in_directory("open");
    add_shop(&open);
    let everybody = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(open.join("master.key"), everybody).unwrap();
    at(&open, &["chmod 600"]);

    let damaged = in_directory("damaged");
    add_shop(&damaged);
    for name in ["syncup.db-wal", "syncup.db-shm"] {
        drop(std::fs::remove_file(damaged.join(name)));
    }
    std::fs::write(damaged.join("syncup.db"), "nonsense".repeat(1_000)).unwrap();
    at(&damaged, &["damaged", "restore it from the backup"]);

    let other_key = in_directory("other-key");
    add_shop(&other_key);
    let mut command = fresh(&other_key, &["serve"]);
    command.env("SYNCUP_MASTER_KEY", "ab".repeat(32));
    check(&mut command, DATA_DIRECTORY, &["another master key"]);
}

#[test]
fn a_data_directory_that_may_only_be_read_is_refused() {
    const NOBODY: u32 = 65_534;
    let directory = tempfile::tempdir().unwrap();
    let mode = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(directory.path(), 0o755);
    // Root may write everywhere, so the command runs as somebody who may not.
    let is_root = std::fs::metadata(directory.path()).unwrap().uid() == 0;
    let binary = directory.path().join("syncup");
    std::fs::copy(env!("CARGO_BIN_EXE_syncup"), &binary).unwrap();
    mode(&binary, 0o755);
    let command = |data: &Path, arguments: &[&str]| {
        let mut command = Command::new(&binary);
        command.args(arguments).env_clear();
        command
            .env("SYNCUP_DATA_DIR", data)
            .env("SYNCUP_LISTEN", "127.0.0.1:0")
            .env("SYNCUP_OPS_LISTEN", "127.0.0.1:0");
        if is_root {
            command.uid(NOBODY);
        }
        command
    };
    let data = directory.path().join("data");
    std::fs::create_dir(&data).unwrap();
    if is_root {
        chown(&data, Some(NOBODY), None).unwrap();
    }
    let writable = ["make the data directory writable"];
    let list = ["shop", "list"];
    mode(&data, 0o500);
    check(&mut command(&data, &["serve"]), DATA_DIRECTORY, &writable);
    check(&mut command(&data, &list), DATA_DIRECTORY, &writable);
    mode(&data, 0o700);
    assert!(run(&mut command(&data, &list)).status.success());
    for file in std::fs::read_dir(&data).unwrap() {
        mode(&file.unwrap().path(), 0o400);
    }
    for of_directory in [0o500, 0o700] {
        mode(&data, of_directory);
        let read_only = ["read-only", "writable by this user"];
        check(&mut command(&data, &["serve"]), DATA_DIRECTORY, &read_only);
        check(&mut command(&data, &list), DATA_DIRECTORY, &read_only);
    }
}

#[test]
fn an_address_in_use_is_named_with_the_setting_that_gives_it() {
    let directory = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = directory.path().join("data");
    for (variable, setting) in [
        ("SYNCUP_LISTEN", "listen"),
        ("SYNCUP_OPS_LISTEN", "ops_listen"),
    ] {
        let mut command = fresh(&data, &["serve"]);
        let parts = [&*address, &format!("choose another address for {setting}")];
        check(command.env(variable, &address), ADDRESS, &parts);
    }
    let free = "127.0.0.1:0";
    for (flag, arguments) in [
        (
            "--shopify",
            ["mock-shopify", "--shopify", &address].as_slice(),
        ),
        (
            "--shopify",
            &["demo", "--scim", free, "--shopify", &address],
        ),
        ("--scim", &["demo", "--shopify", free, "--scim", &address]),
    ] {
        let mut command = syncup(arguments);
        // The demo's data goes below the system's temporary directory.
        command.env("TMPDIR", directory.path());
        check(&mut command, ADDRESS, &[&address, flag]);
    }
    let left = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(left, 0, "the demo takes its directory with it");
}

#[test]
fn a_second_bridge_on_one_data_directory_is_refused_and_commands_are_not() {
    let installation = Installation::on_files();
    let first = installation.serve();
    let directory = installation.directory.path().to_str().unwrap();
    check(
        &mut installation.serve_command(),
        DATA_DIRECTORY,
        &[
            "another syncup is serving",
            directory,
            "data_dir of its own",
        ],
    );
    assert!(
        run(&mut installation.cli(&["shop", "list"]))
            .status
            .success()
    );
    first.process.stop();
    installation.serve().process.stop();
}

#[test]
fn what_is_not_there_is_said_with_where_to_look() {
    let directory = tempfile::tempdir().unwrap();
    add_shop(directory.path());
    let check = |arguments: &[&str], code: i32, parts: &[&str]| {
        check(&mut fresh(directory.path(), arguments), code, parts);
    };
    let other = "other.myshopify.com";
    for arguments in [
        &["shop", "show", other] as &[_],
        &["shop", "set", other, "dialect=strict"],
        &["token", "create", other],
        &["token", "list", other],
    ] {
        check(arguments, MISSING, &[other, "shop list", "shop add"]);
    }
    for arguments in [
        &["token", "rotate", "AAAAAAAA"] as &[_],
        &["token", "revoke", "AAAAAAAA"],
    ] {
        check(
            arguments,
            MISSING,
            &["there is no token AAAAAAAA", "token list"],
        );
    }
    check(&["shop", "set", SHOP, "dialect"], FAILED, &["NAME=VALUE"]);
    check(
        &["shop", "set", SHOP, "colour=red"],
        FAILED,
        &["no policy colour", "dialect"],
    );
    check(
        &["shop", "set", SHOP, "dialect=loose"],
        FAILED,
        &["dialect", "tolerant", "strict"],
    );
    check(
        &["shop", "set", SHOP, "scim_provisioning=7"],
        FAILED,
        &["scim_provisioning"],
    );
    let file = directory.path().join("token");
    let path = file.to_str().unwrap();
    let add = ["shop", "add", SHOP, "--access-token-file", path];
    check(&add, FAILED, &["cannot read the access token", path]);
    std::fs::write(&file, "one\ntwo\n").unwrap();
    check(&add, FAILED, &[path, "does not hold one access token"]);
}

#[tokio::test]
async fn a_shop_that_shopify_does_not_confirm_is_not_added() {
    let installation = Installation::on_plan("standard");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    let data = directory.path().join("data");
    let command = |shop: &str, token: &str| {
        std::fs::write(&file, token).unwrap();
        let path = file.to_str().unwrap();
        let mut command = fresh(&data, &["shop", "add", shop, "--access-token-file", path]);
        command.env("SYNCUP_SHOPIFY_ORIGIN", &installation.mock.url);
        command
    };
    let refused = |shop: &str, token: &str, parts: &[&str]| {
        check(&mut command(shop, token), FAILED, parts);
        assert_eq!(
            printed(&mut fresh(&data, &["shop", "list", "--json"])),
            "[]\n"
        );
    };
    let other = "other.myshopify.com";
    refused(
        SHOP,
        "shpat_wrong",
        &["does not accept", SHOP, "copy it again"],
    );
    refused(other, SHOPIFY_TOKEN, &[other, "check the shop's domain"]);
    installation
        .mock
        .change(&json!({"scopes": ["read_customers"]}))
        .await;
    refused(
        SHOP,
        SHOPIFY_TOKEN,
        &["lacks", "write_customers", "grant them"],
    );
    installation.mock.change(&json!({"status": "frozen"})).await;
    refused(SHOP, SHOPIFY_TOKEN, &[SHOP, "unpaid bill"]);
    let mut nobody_there = command(SHOP, SHOPIFY_TOKEN);
    nobody_there.env("SYNCUP_SHOPIFY_ORIGIN", "http://127.0.0.1:1");
    check(
        &mut nobody_there,
        FAILED,
        &["could not be asked", "--offline"],
    );
}

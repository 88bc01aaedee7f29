//! The files: keys, what can be read in them, and what is said when they can't be used.

use std::fs;
use std::path::Path;

use super::*;
use crate::base::token::{RANDOM_LEN, Token};
use crate::directory::TokenRecord;
use crate::store::{FILE, StoreError};
use secrecy::ExposeSecret;

/// The error of opening `path`, as an operator reads it.
fn refusal(path: &Path, key: Option<&SecretString>) -> (StoreError, String) {
    let error = Store::open(path, key).expect_err("refused");
    let mut chain = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        chain = format!("{chain}: {inner}");
        cause = inner.source();
    }
    (error, chain)
}

#[test]
fn another_master_key_is_refused_when_opening() {
    let directory = tempfile::tempdir().expect("a directory");
    let (one, two) = (
        SecretString::from("1".repeat(64)),
        SecretString::from("2".repeat(64)),
    );
    let store = Store::open(directory.path(), Some(&one)).expect("opened");
    add_shop(&store, "demo");
    drop(store);
    let (_, chain) = refusal(directory.path(), Some(&two));
    assert!(chain.contains("sealed with another master key"), "{chain}");
    assert!(!chain.contains("2222"), "{chain}");
    Store::open(directory.path(), Some(&one)).expect("opened");
}

#[test]
fn a_key_that_is_none_is_refused_without_being_shown() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_, chain) = refusal(directory.path(), Some(&SecretString::from("swordfish")));
    assert!(chain.contains("32 bytes, as base64 or hex"), "{chain}");
    assert!(!chain.contains("swordfish"), "{chain}");
}

#[test]
fn a_database_of_a_later_version_is_refused() {
    let fresh = Fresh::new();
    let Fresh {
        directory, store, ..
    } = fresh;
    drop(store);
    let connection = rusqlite::Connection::open(directory.path().join(FILE)).expect("opened");
    connection
        .pragma_update(None, "user_version", 99)
        .expect("set");
    drop(connection);
    let (error, chain) = refusal(directory.path(), None);
    assert!(
        matches!(error, StoreError::NewerSchema { found: 99, .. }),
        "{chain}"
    );
}

#[test]
fn a_place_that_cannot_be_written_is_named_with_what_to_do() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("file");
    fs::write(&file, "").expect("written");
    let (error, chain) = refusal(&file.join("data"), None);
    assert!(matches!(error, StoreError::MakeDirectory { .. }), "{chain}");

    let key = SecretString::from("1".repeat(64));
    let blocked = directory.path().join("blocked");
    fs::create_dir_all(blocked.join(FILE)).expect("made");
    let (_, chain) = refusal(&blocked, Some(&key));
    assert!(
        chain.contains("must be readable and writable by this user"),
        "{chain}"
    );

    let damaged = directory.path().join("damaged");
    fs::create_dir_all(&damaged).expect("made");
    fs::write(
        damaged.join(FILE),
        "this is no database, whatever its name says".repeat(100),
    )
    .expect("written");
    let (_, chain) = refusal(&damaged, Some(&key));
    assert!(chain.contains("restore it from the backup"), "{chain}");
}

#[test]
fn the_files_have_nothing_personal_and_no_secret_in_them() {
    let fresh = Fresh::new();
    let bearer = Token::new(&[9; RANDOM_LEN]);
    let record = TokenRecord {
        prefix: bearer.prefix().to_owned(),
        shop: fresh.shop,
        name: "miniOrange".to_owned(),
        hash: bearer.hash(),
        created_ms: 1,
        expires_ms: None,
        revoked_ms: None,
        last_used_ms: None,
    };
    fresh
        .store
        .add_token(&record)
        .expect("written")
        .expect("added");
    let change = UserChange {
        document: r#"{"name":{"familyName":"Quillfeather"}}"#.to_owned(),
        user_name: "zelda.quill".to_owned(),
        external_id: Some("emp-778899".to_owned()),
        emails: vec!["zelda@private.example".to_owned()],
        ..user(1, "zelda")
    };
    fresh.add(&change).expect("added");
    fresh.add_group(&group(2, "night shift")).expect("added");
    super::sync::settle(&fresh, 1, Some(customer(5)));
    let mut bytes = Vec::new();
    for entry in fs::read_dir(fresh.directory.path()).expect("listed") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "key") {
            bytes.extend(fs::read(path).expect("read"));
        }
    }
    let has = |text: &str| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(
        has("demo.myshopify.com") && has(bearer.prefix()),
        "the search finds what is there"
    );
    let secret = &bearer.text().expose_secret()["syncup_12345678_".len()..];
    for text in [
        "Quillfeather",
        "zelda",
        "emp-778899",
        "private.example",
        "night shift",
        "firstName",
        "shpat_",
        secret,
    ] {
        assert!(!has(text), "{text}");
    }
}

#[test]
fn placeholders_are_bound_by_their_number() {
    let fresh = Fresh::new();
    let row: Option<(i64, i64)> = fresh
        .store
        .database
        .query_one(
            "ask",
            "SELECT ?2, ?1",
            &[
                rusqlite::types::Value::Integer(1),
                rusqlite::types::Value::Integer(2),
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .expect("asked");
    assert_eq!(row, Some((2, 1)));
    let missing = fresh
        .store
        .database
        .query("ask", "SELECT ?2", &[], |_| Ok(()));
    assert!(missing.is_err());
}

#[tokio::test]
async fn a_blocking_write_may_be_made_in_a_task() {
    let fresh = Fresh::new();
    fresh.add(&user(1, "ada")).expect("added");
    assert!(fresh.find(1).is_some());
}

//! The files: keys, what can be read in them, and what is said when they can't be used.

mod endurance;
mod plans;

use std::fs;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::{FILE, STEPS};
use crate::base::id::ResourceId;
use crate::base::token::{RANDOM_LEN, Token};
use crate::directory::{SyncState, TokenRecord, UserRecord};
use crate::store::tests::{Fresh, add_shop, customer, group, id, sync, user};
use crate::store::value::{Value, int};
use crate::store::{ActivityFilter, Batch, Store, StoreError, UserChange};

/// The error of opening `path`, as an operator reads it.
async fn refusal(path: &Path, key: Option<&SecretString>) -> (StoreError, String) {
    let error = Store::open(path, key).await.expect_err("refused");
    let mut chain = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        chain = format!("{chain}: {inner}");
        cause = inner.source();
    }
    (error, chain)
}

#[tokio::test]
async fn another_master_key_is_refused_when_opening() {
    let directory = tempfile::tempdir().expect("a directory");
    let (one, two) = (
        SecretString::from("1".repeat(64)),
        SecretString::from("2".repeat(64)),
    );
    let store = Store::open(directory.path(), Some(&one)).await.expect("opened");
    add_shop(&store, "demo");
    drop(store);
    let (error, chain) = refusal(directory.path(), Some(&two)).await;
    assert!(
        matches!(error, StoreError::WrongMasterKey { .. }),
        "{chain}"
    );
    assert!(
        chain.contains("the key of demo.myshopify.com: give the master key"),
        "{chain}"
    );
    assert!(!chain.contains("2222"), "{chain}");
    Store::open(directory.path(), Some(&one)).await.expect("opened");
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_without_being_shown() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_, chain) = refusal(directory.path(), Some(&SecretString::from("swordfish"))).await;
    assert!(chain.contains("32 bytes, as base64 or hex"), "{chain}");
    assert!(!chain.contains("swordfish"), "{chain}");
}

#[tokio::test]
async fn a_database_of_a_later_version_is_refused() {
    let fresh = Fresh::new();
    let Fresh {
        directory, store, ..
    } = fresh.await;
    drop(store);
    let connection = rusqlite::Connection::open(directory.path().join(FILE)).expect("opened");
    connection
        .pragma_update(None, "user_version", 99)
        .expect("set");
    drop(connection);
    let (error, chain) = refusal(directory.path(), None).await;
    assert!(
        matches!(error, StoreError::NewerSchema { found: 99, .. }),
        "{chain}"
    );
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named_with_what_to_do() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("file");
    fs::write(&file, "").expect("written");
    let (error, chain) = refusal(&file.join("data"), None).await;
    assert!(matches!(error, StoreError::MakeDirectory { .. }), "{chain}");

    let key = SecretString::from("1".repeat(64));
    let blocked = directory.path().join("blocked");
    fs::create_dir_all(blocked.join(FILE)).expect("made");
    let (_, chain) = refusal(&blocked, Some(&key)).await;
    assert!(
        chain.contains("must be readable and writable by this user"),
        "{chain}"
    );
}

#[tokio::test]
async fn a_damaged_file_is_to_be_restored() {
    let check = |damage: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        let directory = Fresh::new().directory;
        let path = directory.path().join(FILE);
        let bytes = fs::read(&path).expect("read");
        fs::write(&path, damage(bytes)).expect("written");
        let (_, chain).await = refusal(directory.path(), None);
        assert!(chain.contains("restore it from the backup"), "{chain}");
    };
    check(&|_| b"this is no database, whatever its name says".repeat(100));
    // Cut off.
    check(&|bytes| bytes[..8_192].to_vec());
    // The schema's page is overwritten, behind the file's header.
    check(&|mut bytes| {
        bytes[100..4_096].fill(0xA5);
        bytes
    });
}

#[tokio::test]
async fn another_programs_database_is_left_alone() {
    let check = |statements: &str| {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join(FILE);
        let connection = rusqlite::Connection::open(&path).expect("opened");
        connection.execute_batch(statements).expect("made");
        drop(connection);
        let before = fs::read(&path).expect("read");
        let key = SecretString::from("1".repeat(64));
        let (error, chain).await = refusal(directory.path(), Some(&key));
        assert!(matches!(error, StoreError::Foreign { .. }), "{chain}");
        assert!(chain.contains("move it away"), "{chain}");
        assert_eq!(fs::read(&path).expect("read"), before);
    };
    check("CREATE TABLE notes (body TEXT)");
    check("PRAGMA user_version = 1; CREATE TABLE shops (name TEXT)");
    check("PRAGMA application_id = 7");
}

#[tokio::test]
async fn the_files_have_nothing_personal_and_no_secret_in_them() {
    let fresh = Fresh::new();
    let bearer = Token::new(&[9; RANDOM_LEN]);
    let record = TokenRecord {
        prefix: bearer.prefix().to_owned(),
        shop: fresh.await.shop,
        name: "miniOrange".to_owned(),
        hash: bearer.hash(),
        created_ms: 1,
        expires_ms: None,
        revoked_ms: None,
        last_used_ms: None,
    };
    fresh.await
        .store
        .add_token(&record).await
        .expect("written")
        .expect("added");
    let change = UserChange {
        document: r#"{"name":{"familyName":"Quillfeather"}}"#.to_owned(),
        user_name: "zelda.quill".to_owned(),
        external_id: Some("emp-778899".to_owned()),
        emails: vec!["zelda@private.example".to_owned()],
        ..user(1, "zelda")
    };
    fresh.await.add(&change).await.expect("added");
    fresh.await.add_group(&group(2, "night shift")).await.expect("added");
    sync::settle(&fresh.await, 1, Some(customer(5)));
    let mut bytes = Vec::new();
    for entry in fs::read_dir(fresh.await.directory.path()).expect("listed") {
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

#[tokio::test]
async fn placeholders_are_bound_by_their_number() {
    let fresh = Fresh::new();
    let row: Option<(i64, i64)> = fresh.await
        .store
        .database
        .query_one("ask", "SELECT ?2, ?1", &[int(1), int(2)], |row| {
            Ok((row.int(0)?, row.int(1)?))
        }).await
        .expect("asked");
    assert_eq!(row, Some((2, 1)));
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let binding = fresh.await;
    let missing = fresh.await
        .store
        .database
        .query("ask", "SELECT ?2", &[], |_| Ok(()));
    assert!(missing.await.is_err());
}

#[tokio::test]
async fn no_look_up_passes_over_the_whole_shop() {
    let fresh = Fresh::new();
    fresh.await.add_users(3_000);
    let (store, shop, key) = (&fresh.await.store, fresh.await.shop, &fresh.await.key);
    for number in 4_001..=4_300 {
        let name = format!("group{number}");
        fresh.await.add_group(&group(number, &name)).await.expect("added");
    }
    let members: Vec<u64> = (1..=5).collect();
    fresh.await
        .write(|batch| {
            for number in &members {
                store.add_member(batch, shop, id(4_007), id(*number), 2_000);
            }
        }).await
        .expect("added");
    for number in 1..=300 {
        sync::settle(&fresh.await, number, Some(customer(number)));
    }
    fresh.await.delete(300).await.expect("deleted");
    let costs = |doing: &str, read: &dyn Fn()| {
        STEPS.set(0);
        read();
        let steps = STEPS.get();
        assert!((1..1_000).contains(&steps), "{doing} takes {steps} steps");
    };
    costs("user", &|| {
        drop(store.user(shop, key, id(9)).await.expect("read").expect("it"))
    });
    costs("user_by_user_name", &|| {
        drop(
            store
                .user_by_user_name(shop, key, "user9").await
                .expect("read")
                .expect("it"),
        )
    });
    costs("users_by_external_id", &|| {
        assert_eq!(
            store
                .users_by_external_id(shop, key, "ext-9").await
                .expect("read")
                .len(),
            1
        )
    });
    costs("users_by_email", &|| {
        assert_eq!(
            store
                .users_by_email(shop, key, "user9@example.com").await
                .expect("read")
                .len(),
            1
        )
    });
    costs("tombstone", &|| {
        drop(
            store
                .tombstone(shop, key, "user300").await
                .expect("read")
                .expect("it"),
        )
    });
    costs("no tombstone", &|| {
        assert!(
            store
                .tombstone(shop, key, "nobody").await
                .expect("read")
                .is_none()
        )
    });
    costs("user_of_customer", &|| {
        assert_eq!(
            store.user_of_customer(shop, &customer(9)).await.expect("read"),
            Some(id(9))
        )
    });
    costs("users_after", &|| {
        drop(store.users_after(shop, key, 2_900, 10).await.expect("read"))
    });
    costs("due_users", &|| {
        drop(store.due_users(shop, 9_000, 10).await.expect("read"))
    });
    costs("due_shops", &|| drop(store.due_shops(9_000).await.expect("read")));
    costs("next_due_ms", &|| {
        assert_eq!(store.next_due_ms().await.expect("read"), Some(1_000));
    });
    costs("users_in_state", &|| {
        drop(
            store
                .users_in_state(shop, key, SyncState::Held, 0, 10).await
                .expect("read"),
        )
    });
    costs("group", &|| {
        drop(
            store
                .group(shop, key, id(4_009)).await
                .expect("read")
                .expect("it"),
        )
    });
    costs("group_by_display_name", &|| {
        drop(
            store
                .group_by_display_name(shop, key, "group4009").await
                .expect("read")
                .expect("it"),
        )
    });
    costs("groups_by_external_id", &|| {
        drop(
            store
                .groups_by_external_id(shop, key, "none").await
                .expect("read"),
        )
    });
    costs("groups_of_user", &|| {
        assert_eq!(
            store.groups_of_user(shop, key, id(3)).await.expect("read").len(),
            1
        )
    });
    costs("groups_after", &|| {
        drop(store.groups_after(shop, key, 3_290, 5).await.expect("read"))
    });
    costs("members", &|| {
        assert_eq!(store.members(shop, id(4_007)).await.expect("read").len(), 5)
    });
    costs("activity", &|| {
        drop(
            store
                .activity(shop, &ActivityFilter::default(), None, 10).await
                .expect("read"),
        )
    });
}

#[tokio::test]
async fn a_blocking_write_may_be_made_in_a_task() {
    let fresh = Fresh::new();
    fresh.await.add(&user(1, "ada")).await.expect("added");
    assert!(fresh.await.find(1).await.is_some());
}

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
use crate::store::tests::{Fresh, add_shop, customer, group, id, open, sync, user, wait};
use crate::store::value::{Value, int};
use crate::store::{ActivityFilter, Batch, Location, Store, StoreError, UserChange};

async fn open_files(path: &Path, key: Option<&SecretString>) -> Result<Store, StoreError> {
    Store::open(&Location::Directory(path.to_owned()), key).await
}

/// The error of opening `path`, as an operator reads it.
async fn refusal(path: &Path, key: Option<&SecretString>) -> (StoreError, String) {
    let error = open_files(path, key).await.expect_err("refused");
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
    let store = open_files(directory.path(), Some(&one))
        .await
        .expect("opened");
    add_shop(&store, "demo").await;
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
    open_files(directory.path(), Some(&one))
        .await
        .expect("opened");
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
    let fresh = Fresh::on_files().await;
    let Fresh {
        directory, store, ..
    } = fresh;
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
    let check = async |damage: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        let directory = Fresh::on_files().await.directory;
        let path = directory.path().join(FILE);
        let bytes = fs::read(&path).expect("read");
        fs::write(&path, damage(bytes)).expect("written");
        let (_, chain) = refusal(directory.path(), None).await;
        assert!(chain.contains("restore it from the backup"), "{chain}");
    };
    check(&|_| b"this is no database, whatever its name says".repeat(100)).await;
    // Cut off.
    check(&|bytes| bytes[..8_192].to_vec()).await;
    // The schema's page is overwritten, behind the file's header.
    check(&|mut bytes| {
        bytes[100..4_096].fill(0xA5);
        bytes
    })
    .await;
}

#[tokio::test]
async fn another_programs_database_is_left_alone() {
    let check = async |statements: &str| {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join(FILE);
        let connection = rusqlite::Connection::open(&path).expect("opened");
        connection.execute_batch(statements).expect("made");
        drop(connection);
        let before = fs::read(&path).expect("read");
        let key = SecretString::from("1".repeat(64));
        let (error, chain) = refusal(directory.path(), Some(&key)).await;
        assert!(matches!(error, StoreError::Foreign { .. }), "{chain}");
        assert!(chain.contains("move it away"), "{chain}");
        assert_eq!(fs::read(&path).expect("read"), before);
    };
    check("CREATE TABLE notes (body TEXT)").await;
    check("PRAGMA user_version = 1; CREATE TABLE shops (name TEXT)").await;
    check("PRAGMA application_id = 7").await;
}

#[tokio::test]
async fn the_files_have_nothing_personal_and_no_secret_in_them() {
    let fresh = Fresh::on_files().await;
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
        .await
        .expect("written")
        .expect("added");
    let change = UserChange {
        document: r#"{"name":{"familyName":"Quillfeather"}}"#.to_owned(),
        user_name: "zelda.quill".to_owned(),
        external_id: Some("emp-778899".to_owned()),
        emails: vec!["zelda@private.example".to_owned()],
        ..user(1, "zelda")
    };
    fresh.add(&change).await.expect("added");
    fresh
        .add_group(&group(2, "night shift"))
        .await
        .expect("added");
    sync::settle(&fresh, 1, Some(customer(5))).await;
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

#[tokio::test]
async fn placeholders_are_bound_by_their_number() {
    let fresh = Fresh::on_files().await;
    let row: Option<(i64, i64)> = fresh
        .store
        .database
        .query_one("ask", "SELECT ?2, ?1", &[int(1), int(2)], |row| {
            Ok((row.int(0)?, row.int(1)?))
        })
        .await
        .expect("asked");
    assert_eq!(row, Some((2, 1)));
    let missing = fresh
        .store
        .database
        .query("ask", "SELECT ?2", &[], |_| Ok(()))
        .await;
    assert!(missing.is_err());
}

/// What `read` gives, which takes few steps.
async fn costs<T>(doing: &str, read: impl Future<Output = Result<T, StoreError>>) -> T {
    STEPS.set(0);
    let found = read.await.expect("read");
    let steps = STEPS.get();
    assert!((1..1_000).contains(&steps), "{doing} takes {steps} steps");
    found
}

#[tokio::test]
async fn no_look_up_passes_over_the_whole_shop() {
    let fresh = Fresh::on_files().await;
    fresh.add_users(3_000).await;
    let (store, shop, key) = (&fresh.store, fresh.shop, &fresh.key);
    for number in 4_001..=4_300 {
        let name = format!("group{number}");
        fresh.add_group(&group(number, &name)).await.expect("added");
    }
    let members: Vec<u64> = (1..=5).collect();
    fresh
        .write(|batch| {
            for number in &members {
                store.add_member(batch, shop, id(4_007), id(*number), 2_000);
            }
        })
        .await
        .expect("added");
    for number in 1..=300 {
        sync::settle(&fresh, number, Some(customer(number))).await;
    }
    fresh.delete(300).await.expect("deleted");
    let found = costs("user", store.user(shop, key, id(9))).await;
    assert!(found.is_some());
    let read = store.user_by_user_name(shop, key, "user9");
    assert!(costs("user_by_user_name", read).await.is_some());
    let read = store.users_by_external_id(shop, key, "ext-9");
    assert_eq!(costs("users_by_external_id", read).await.len(), 1);
    let read = store.users_by_email(shop, key, "user9@example.com");
    assert_eq!(costs("users_by_email", read).await.len(), 1);
    let read = store.tombstone(shop, key, "user300");
    assert!(costs("tombstone", read).await.is_some());
    let read = store.tombstone(shop, key, "nobody");
    assert!(costs("no tombstone", read).await.is_none());
    let customer = customer(9);
    let read = store.user_of_customer(shop, &customer);
    assert_eq!(costs("user_of_customer", read).await, Some(id(9)));
    costs("users_after", store.users_after(shop, key, 2_900, 10)).await;
    costs("due_users", store.due_users(shop, 9_000, 10)).await;
    costs("due_shops", store.due_shops(9_000)).await;
    let due_ms = costs("next_due_ms", store.next_due_ms()).await;
    assert_eq!(due_ms, Some(1_000));
    let read = store.users_in_state(shop, key, SyncState::Held, 0, 10);
    costs("users_in_state", read).await;
    let found = costs("group", store.group(shop, key, id(4_009))).await;
    assert!(found.is_some());
    let read = store.group_by_display_name(shop, key, "group4009");
    assert!(costs("group_by_display_name", read).await.is_some());
    let read = store.groups_by_external_id(shop, key, "none");
    costs("groups_by_external_id", read).await;
    let read = store.groups_of_user(shop, key, id(3));
    assert_eq!(costs("groups_of_user", read).await.len(), 1);
    costs("groups_after", store.groups_after(shop, key, 3_290, 5)).await;
    let found = costs("members", store.members(shop, id(4_007))).await;
    assert_eq!(found.len(), 5);
    let any = ActivityFilter::default();
    costs("activity", store.activity(shop, &any, None, 10)).await;
}

#[test]
fn a_store_may_be_used_in_another_runtime_than_it_was_opened_in() {
    let fresh = wait(Fresh::on_files());
    wait(fresh.add(&user(1, "ada"))).expect("added");
    assert!(wait(fresh.find(1)).is_some());
}

#[tokio::test]
async fn a_snapshot_sees_one_state_and_ends_with_what_it_reads() {
    let fresh = Fresh::on_files().await;
    fresh.add(&user(1, "ada")).await.expect("added");
    let (store, shop, key) = (&fresh.store, fresh.shop, &fresh.key);
    let change = user(2, "bob");
    let mut batch = Batch::of(shop);
    store
        .insert_user(&mut batch, shop, key, &change, None)
        .expect("sealed");
    let seen = store
        .snapshot(async {
            let before = store.users_page(shop, key, 1, 10).await.expect("read");
            std::thread::scope(|scope| {
                let written = scope.spawn(|| wait(store.write(batch)));
                written.join().expect("no panic")
            })
            .expect("written")
            .expect("added");
            let after = store.users_page(shop, key, 1, 10).await.expect("read");
            (before.len(), after.len())
        })
        .await;
    assert_eq!(seen.expect("read"), (1, 1));
    assert!(fresh.find(2).await.is_some());
}

#[tokio::test]
async fn a_snapshot_that_waits_for_something_else_is_refused_and_ends() {
    let fresh = Fresh::on_files().await;
    let (store, shop, key) = (&fresh.store, fresh.shop, &fresh.key);
    let waited = store
        .snapshot(async {
            let there = store.user(shop, key, id(1)).await.expect("read");
            assert!(there.is_none());
            tokio::task::yield_now().await;
        })
        .await;
    assert!(matches!(waited, Err(StoreError::Suspended)), "{waited:?}");
    fresh.add(&user(1, "ada")).await.expect("added");
    assert!(
        fresh.find(1).await.is_some(),
        "this thread reads the state of now"
    );
}

//! Moving: from files to files, and to whichever engine the tests run on.

use std::collections::BTreeSet;

use secrecy::SecretString;
use serde_json::Value as Json;
use tempfile::TempDir;

use super::tables::{Kind, TABLES};
use super::{Moved, PAGE, TransferError};
use crate::base::id::ShopId;
use crate::base::token::{RANDOM_LEN, Token};
use crate::directory::{Activity, SyncState, TokenRecord};
use crate::store::tests::database::{self, MASTER_KEY};
use crate::store::tests::{Fresh, add_shop, customer, group, id, open, sync, user};
use crate::store::{ActivityFilter, Departure, GuardFailure, GuardLimits, Location, Store};

const MADE_MS: i64 = 1_795_514_400_000;

/// An empty directory of whichever engine.
async fn empty() -> (TempDir, Store) {
    let directory = tempfile::tempdir().expect("a directory");
    database::prepare(directory.path());
    let store = open(directory.path()).await;
    (directory, store)
}

/// A directory in files, with something in every table and more than a page of users.
async fn furnished() -> Fresh {
    let directory = tempfile::tempdir().expect("a directory");
    let location = Location::Directory(directory.path().to_owned());
    let key = SecretString::from(MASTER_KEY);
    let store = Store::open(&location, Some(&key)).await.expect("opened");
    let removed = add_shop(&store, "removed").await;
    let shop = add_shop(&store, "demo").await;
    let last = add_shop(&store, "last").await;
    let key = store.shop_keys(shop).await.expect("the key");
    let fresh = Fresh {
        directory,
        store,
        shop,
        key,
    };
    fresh.add_users(PAGE as u64 + 5).await;
    fresh.add_group(&group(9_000, "team")).await.expect("added");
    sync::settle(&fresh, 2, Some(customer(2))).await;
    sync::settle(&fresh, 3, Some(customer(3))).await;
    fresh.delete(3).await.expect("deleted");
    let left = Departure {
        user: id(3),
        deleted: true,
        at_ms: 2_000,
    };
    let limits = GuardLimits {
        users: 0,
        percent: 0,
    };
    fresh
        .write(|batch| fresh.store.note_departure(batch, shop, left, limits))
        .await
        .expect("noted");
    let refused = crate::store::Outcome {
        last_error: Some("the phone\0 is taken".to_owned()),
        ..sync::outcome(1, SyncState::Failed)
    };
    let record = fresh.user(4).await;
    sync::record(&fresh, &record, &refused)
        .await
        .expect("recorded");
    let other = crate::store::UserChange {
        emails: vec!["other@example.com".to_owned()],
        ..user(9_001, "ada@example.com")
    };
    fresh.add(&other).await.expect("added");
    let entry = Activity {
        cost_points: 0.1 + 0.2,
        resource: Some(id(1)),
        ..Activity::default()
    };
    fresh
        .write(|batch| {
            fresh.store.add_member(batch, shop, id(9_000), id(1), 1_500);
            fresh.store.note(batch, shop, &entry);
            fresh.store.note(batch, shop, &Activity::default());
        })
        .await
        .expect("written");
    for number in 0..3 {
        fresh
            .store
            .add_token(&token(shop, number))
            .await
            .expect("written")
            .expect("added");
    }
    for shop in [removed, last] {
        fresh
            .store
            .delete_shop(shop)
            .await
            .expect("written")
            .expect("removed");
    }
    fresh
}

fn token(shop: ShopId, number: u8) -> TokenRecord {
    let token = Token::new(&[number * 11; RANDOM_LEN]);
    TokenRecord {
        prefix: token.prefix().to_owned(),
        shop,
        name: format!("token {number}"),
        hash: token.hash(),
        created_ms: 1,
        expires_ms: (number == 1).then_some(5_000),
        revoked_ms: None,
        last_used_ms: None,
    }
}

async fn exported(store: &Store) -> (String, Vec<Moved>) {
    let mut file = Vec::new();
    let moved = store.export(MADE_MS, &mut file).await.expect("exported");
    (String::from_utf8(file).expect("text"), moved)
}

async fn import(store: &Store, file: &str) -> Result<Vec<Moved>, TransferError> {
    store.import(&mut file.as_bytes()).await
}

/// What the tables have, as their own digests say.
async fn rows(store: &Store) -> u64 {
    exported(store).await.1.iter().map(|one| one.rows).sum()
}

#[tokio::test]
async fn a_directory_is_the_same_after_it_was_moved() {
    let from = furnished().await;
    let (file, told) = exported(&from.store).await;
    assert!(told.iter().all(|one| one.rows > 0), "{told:?}");
    let (directory, to) = empty().await;
    assert_eq!(import(&to, &file).await.expect("imported"), told);
    assert_eq!(exported(&to).await, (file, told));
    drop(to);

    // It is of use, too.
    let store = open(directory.path()).await;
    let key = store.shop_keys(from.shop).await.expect("the key");
    let moved = Fresh {
        directory,
        store,
        shop: from.shop,
        key,
    };
    assert_eq!(moved.user(1).await, from.user(1).await);
    assert_eq!(moved.counts().await, from.counts().await);
    let found = moved
        .store
        .users_by_email(moved.shop, &moved.key, "other@example.com")
        .await
        .expect("found");
    assert_eq!(found.len(), 1);
    let prefix = token(moved.shop, 1).prefix;
    let found = moved.store.token(&prefix).await.expect("read");
    assert_eq!(found, Some(token(moved.shop, 1)));
}

#[tokio::test]
async fn numbers_go_on_above_what_was_imported() {
    let from = furnished().await;
    let (_directory, to) = empty().await;
    let (file, _) = exported(&from.store).await;
    import(&to, &file).await.expect("imported");
    // The removed shop with the highest number is still to be swept.
    let added = add_shop(&to, "new").await;
    assert_eq!(added, ShopId(from.shop.0 + 2));
    while to.sweep_deleted_shops().await.expect("swept") {}
    assert!(to.shop(added).await.expect("read").is_some());

    let entries = async || {
        let filter = ActivityFilter::default();
        let page = to.activity(from.shop, &filter, None, 100).await;
        page.expect("read").entries
    };
    let before = entries().await.len();
    let mut batch = crate::store::Batch::of(from.shop);
    let entry = Activity {
        action: "newest".to_owned(),
        ..Activity::default()
    };
    to.note(&mut batch, from.shop, &entry);
    to.write(batch).await.expect("written").expect("noted");
    let after = entries().await;
    assert_eq!(after.len(), before + 1);
    assert_eq!(after.first().map(|one| one.action.as_str()), Some("newest"));
}

/// Changes a file's lines.
fn changed(file: &str, change: impl FnOnce(&mut Vec<String>)) -> String {
    let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
    change(&mut lines);
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn first_of<'l>(lines: &'l mut [String], table: &str) -> &'l mut String {
    let start = format!(r#"{{"table":"{table}""#);
    let found = lines.iter_mut().find(|line| line.starts_with(&start));
    found.expect("a row")
}

/// `file` is refused with `advice`, and nothing of it is left.
async fn check(to: &Store, file: &str, advice: &str) {
    let error = import(to, file).await.expect_err(advice);
    let mut said = error.to_string();
    if let Some(cause) = std::error::Error::source(&error) {
        said = format!("{said}: {cause}");
    }
    assert!(said.contains(advice), "{said}\nnot {advice}");
    assert_eq!(rows(to).await, 0, "after: {said}");
}

#[tokio::test]
async fn what_is_not_a_whole_export_is_refused_and_leaves_nothing() {
    let from = furnished().await;
    let (file, _) = exported(&from.store).await;
    let (_directory, to) = empty().await;
    for foreign in [
        "",
        "\n",
        "{}\n",
        "SQLite format 3\0",
        "{\"format\":\"other\",\"schema\":1}\n",
        "[1]\n",
    ] {
        check(&to, foreign, "`syncup export` has written").await;
    }
    let newer = file.replacen(r#""schema":1"#, r#""schema":2"#, 1);
    check(&to, &newer, "of schema 2, and this version moves schema 1").await;

    let truncated = changed(&file, |lines| drop(lines.pop()));
    check(&to, &truncated, "copy the file again").await;
    check(&to, &file[..file.len() - 1], "before its end").await;
    check(&to, &file[..file.len() / 2], "before its end").await;
    let twice = format!("{file}{file}");
    check(&to, &twice, "behind the end").await;

    let replaced = |table: &'static str, old: &'static str, new: &'static str| {
        changed(&file, |lines| {
            let row = first_of(lines, table);
            assert!(row.contains(old), "{row}");
            *row = row.replacen(old, new, 1);
        })
    };
    let altered = replaced("users", r#""state":"pending""#, r#""state":"synced""#);
    check(&to, &altered, "users are not as they were written").await;
    let altered = replaced("tokens", r#""revoked_ms":null"#, r#""revoked_ms":1"#);
    check(&to, &altered, "tokens are not as they were written").await;
    let missing = changed(&file, |lines| *first_of(lines, "members") = String::new());
    check(&to, &missing, "it is no JSON object").await;
    let missing = changed(&file, |lines| {
        lines.retain(|line| !line.starts_with(r#"{"table":"members""#))
    });
    check(&to, &missing, "members are not as they were written").await;
    let doubled = changed(&file, |lines| {
        let row = first_of(lines, "members").clone();
        lines.insert(1, row);
    });
    check(&to, &doubled, "cannot import the directory").await;

    let unknown = replaced("groups", r#""table":"groups""#, r#""table":"crowds""#);
    check(&to, &unknown, "there is no such table").await;
    let unknown = replaced("groups", r#""version""#, r#""verse""#);
    check(&to, &unknown, "a column is missing or of another type").await;
    let more = replaced("groups", r#""version""#, r#""more":1,"version""#);
    check(&to, &more, "its table's columns and no others").await;
    let mistyped = replaced("groups", r#""document":""#, r#""document":"!"#);
    check(&to, &mistyped, "a column is missing or of another type").await;
    let void = changed(&file, |lines| {
        let row = first_of(lines, "groups");
        let mut members: Json = serde_json::from_str(row).expect("JSON");
        members["document"] = Json::Null;
        *row = members.to_string();
    });
    check(&to, &void, "cannot import the directory").await;
    let end = changed(&file, |lines| {
        *lines.last_mut().expect("an end") = r#"{"end":1}"#.to_owned()
    });
    check(&to, &end, "it should say what there is").await;
    let end = changed(&file, |lines| {
        *lines.last_mut().expect("an end") = r#"{"end":[]}"#.to_owned()
    });
    check(&to, &end, "not as they were written").await;

    // Not even a number is used up by all that.
    import(&to, &file).await.expect("imported");
    assert_eq!(exported(&to).await.0, file);
}

#[tokio::test]
async fn another_master_key_is_refused_before_anything_is_kept() {
    let other = tempfile::tempdir().expect("a directory");
    let location = Location::Directory(other.path().to_owned());
    let key = SecretString::from("1".repeat(64));
    let store = Store::open(&location, Some(&key)).await.expect("opened");
    add_shop(&store, "demo").await;
    let (file, _) = exported(&store).await;
    let (_directory, to) = empty().await;
    check(&to, &file, "sealed with another master key").await;
    let damaged = changed(&file, |lines| {
        let row = first_of(lines, "shops");
        *row = row.replacen("demo.myshopify.com", "else.myshopify.com", 1);
    });
    // A key is good for its own shop only.
    check(&to, &damaged, "the key of else.myshopify.com").await;
}

#[tokio::test]
async fn a_directory_with_shops_is_left_as_it_is() {
    let from = furnished().await;
    let (file, _) = exported(&from.store).await;
    let (_directory, to) = empty().await;
    let shop = add_shop(&to, "demo").await;
    let before = exported(&to).await;
    let refused = import(&to, &file).await;
    assert!(matches!(refused, Err(TransferError::HasShops)));
    assert_eq!(exported(&to).await, before);

    // What a removed shop has left is not in the way.
    to.delete_shop(shop)
        .await
        .expect("written")
        .expect("removed");
    import(&to, &file).await.expect("imported");
    assert_eq!(exported(&to).await.0, file);
    let again = import(&to, &file).await;
    assert!(matches!(again, Err(TransferError::HasShops)));
}

#[tokio::test]
async fn a_database_that_is_worked_on_is_refused() {
    let (file, _) = exported(&furnished().await.store).await;
    let (_directory, to) = empty().await;
    if !to.is_shared() {
        // Files are locked by who serves from them.
        return;
    }
    to.stay_alive(id(1), 60_000).await.expect("alive");
    check(&to, &file, "is serving from this database").await;
    to.retire(id(1)).await.expect("retired");
    import(&to, &file).await.expect("imported");
}

#[tokio::test]
async fn rows_of_no_shop_are_in_the_way() {
    let to = Fresh::new().await;
    to.add_users(1).await;
    let mut batch = crate::store::Batch::of(to.shop);
    batch
        .push(
            "DELETE FROM shops WHERE shop_id = ?1",
            vec![crate::store::value::shop(to.shop)],
        )
        .must_affect(GuardFailure::NotFound);
    to.store.write(batch).await.expect("written").expect("gone");
    let (file, _) = exported(&furnished().await.store).await;
    let refused = import(&to.store, &file).await;
    assert!(
        matches!(refused, Err(TransferError::Remains { table: "users" })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_export_has_nothing_in_the_clear() {
    let (file, _) = exported(&furnished().await.store).await;
    for secret in [
        "user7",
        "ada@example",
        "other@example",
        "ext-",
        "team",
        "shpat_",
    ] {
        assert!(!file.contains(secret), "{secret}");
    }
    let head: Json = serde_json::from_str(file.lines().next().expect("a head")).expect("JSON");
    assert_eq!(
        head,
        serde_json::json!({"format": "syncup export", "schema": 1, "made_ms": MADE_MS})
    );
}

/// The engine's own tables, as `TABLE COLUMN KIND`.
async fn columns(store: &Store) -> BTreeSet<String> {
    let sql = match store.is_shared() {
        false => {
            "SELECT t.name, c.name, c.type FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'"
        }
        true => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name NOT IN ('syncup_schema', 'leases', 'replicas', 'server_clock')"
        }
    };
    let columns = store.database.query("read the schema", sql, &[], |row| {
        let kind = match row.text(2)? {
            "INTEGER" | "bigint" => Kind::Int,
            "REAL" | "double precision" => Kind::Real,
            "TEXT" | "text" => Kind::Text,
            "BLOB" | "bytea" => Kind::Blob,
            other => panic!("{other}"),
        };
        Ok(format!("{} {} {kind:?}", row.text(0)?, row.text(1)?))
    });
    columns.await.expect("read").into_iter().collect()
}

#[tokio::test]
async fn no_table_and_no_column_is_forgotten() {
    let all: BTreeSet<String> = TABLES
        .iter()
        .flat_map(|table| {
            let column = |column: &super::tables::Column| {
                format!("{} {} {:?}", table.name, column.name, column.kind)
            };
            table.columns.iter().map(column).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(columns(&Fresh::new().await.store).await, all);
    for table in TABLES {
        let key = table.columns.iter().take(table.key);
        assert!(
            key.into_iter()
                .all(|one| matches!(one.kind, Kind::Int | Kind::Blob)),
            "{}",
            table.name
        );
    }
}

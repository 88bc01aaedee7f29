//! What is there after a restart, a power cut, a full disk and many starts at once.

use std::collections::HashSet;

use super::*;
use crate::directory::Activity;

/// Users, groups, members, a tombstone, what is due, the log: as it is read.
async fn all(fresh: &Fresh) -> String {
    let (store, shop, key) = (&fresh.store, fresh.shop, &fresh.key);
    let log = store
        .activity(shop, &ActivityFilter::default(), None, 100)
        .await;
    let mut pending = Vec::new();
    for number in 1..=3 {
        let read = store.pending_user(shop, key, id(number)).await;
        pending.push(read.expect("read"));
    }
    format!(
        "{:?}",
        (
            store.shop(shop).await.expect("read"),
            store.users_page(shop, key, 1, 100).await.expect("read"),
            store.groups_page(shop, key, 1, 100).await.expect("read"),
            store.members(shop, id(100)).await.expect("read"),
            pending,
            store.tombstone(shop, key, "user3").await.expect("read"),
            store.due_users(shop, i64::MAX, 100).await.expect("read"),
            store.tokens(shop).await.expect("read"),
            log.expect("read"),
        )
    )
}

async fn furnished() -> Fresh {
    let fresh = Fresh::on_files().await;
    let (store, shop) = (&fresh.store, fresh.shop);
    fresh.add_users(3).await;
    fresh.add_group(&group(100, "team")).await.expect("added");
    fresh
        .write(|batch| {
            store.add_member(batch, shop, id(100), id(1), 1_500);
            store.note(batch, shop, &Activity::default());
        })
        .await
        .expect("added");
    sync::settle(&fresh, 3, Some(customer(3))).await;
    fresh.delete(3).await.expect("deleted");
    let bearer = Token::new(&[3; RANDOM_LEN]);
    let record = TokenRecord {
        prefix: bearer.prefix().to_owned(),
        shop,
        name: String::new(),
        hash: bearer.hash(),
        created_ms: 1,
        expires_ms: Some(9_000),
        revoked_ms: None,
        last_used_ms: None,
    };
    store
        .add_token(&record)
        .await
        .expect("written")
        .expect("added");
    let used = store.token_use(&record.prefix, 5_000).expect("a write");
    store.write(used).await.expect("written").expect("noted");
    fresh
}

#[tokio::test]
async fn a_restart_loses_nothing() {
    let fresh = furnished().await;
    let before = all(&fresh).await;
    assert_eq!(all(&fresh.reopened().await).await, before);
}

#[tokio::test]
async fn a_power_cut_loses_nothing_that_was_answered() {
    let fresh = furnished().await;
    let copy = tempfile::tempdir().expect("a directory");
    for entry in fs::read_dir(fresh.directory.path()).expect("listed") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        // The index of the log is the running processes' own, and is lost with them.
        if !name.to_string_lossy().ends_with("-shm") {
            fs::copy(&path, copy.path().join(name)).expect("copied");
        }
    }
    let store = open(copy.path()).await;
    let key = store.shop_keys(fresh.shop).await.expect("the key");
    let after = Fresh {
        directory: copy,
        store,
        shop: fresh.shop,
        key,
    };
    assert_eq!(all(&after).await, all(&fresh).await);
}

#[tokio::test]
async fn a_full_disk_keeps_what_was_answered_and_the_writer_goes_on() {
    let fresh = Fresh::on_files().await;
    let limit = async |pages: &'static str| {
        fresh
            .write(|batch| {
                batch.push(pages, Vec::new());
            })
            .await
            .expect("set");
    };
    limit("PRAGMA max_page_count = 80").await;
    let big = |number: u64| UserChange {
        document: format!("{{\"nickName\":\"{}\"}}", "n".repeat(3_000)),
        ..user(number, &format!("user{number}"))
    };
    let add = async |number: u64| {
        let mut batch = Batch::of(fresh.shop);
        fresh
            .store
            .insert_user(&mut batch, fresh.shop, &fresh.key, &big(number), None)
            .expect("sealed");
        fresh.store.write(batch).await
    };
    let mut kept = Vec::new();
    let mut refused = Vec::new();
    for number in 1..=120 {
        match add(number).await {
            Ok(written) => kept.push((number, written.expect("added")).0),
            Err(error) => {
                assert!(matches!(error, StoreError::DiskFull { .. }), "{error}");
                assert!(error.to_string().contains("free some space"), "{error}");
                refused.push(number);
            }
        }
    }
    assert!(!kept.is_empty() && !refused.is_empty(), "{kept:?}");
    let there = async || -> Vec<ResourceId> {
        let page = fresh
            .store
            .users_page(fresh.shop, &fresh.key, 1, 1_000)
            .await;
        page.expect("read").iter().map(|user| user.id).collect()
    };
    let ids = |numbers: &[u64]| numbers.iter().map(|number| id(*number)).collect::<Vec<_>>();
    assert_eq!(there().await, ids(&kept));
    assert_eq!(
        fresh.counts().await.0,
        i64::try_from(kept.len()).expect("small")
    );
    limit("PRAGMA max_page_count = 100000").await;
    for number in &refused {
        add(*number).await.expect("written").expect("added");
    }
    assert_eq!(there().await, ids(&[kept, refused].concat()));
}

#[tokio::test]
async fn many_that_start_at_once_share_one_key_and_one_schema() {
    for _ in 0..10 {
        let directory = tempfile::tempdir().expect("a directory");
        let start = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for number in 0..8 {
                let (start, path) = (&start, directory.path());
                scope.spawn(move || {
                    start.wait();
                    wait(async {
                        let store = open_files(path, None).await.expect("opened");
                        add_shop(&store, &format!("shop{number}")).await;
                    });
                });
            }
        });
        // Opening unwraps every shop's key.
        let store = open_files(directory.path(), None).await.expect("opened");
        assert_eq!(store.shops().await.expect("read").len(), 8);
    }
}

#[tokio::test]
async fn a_document_opens_only_as_its_own_and_in_its_shop() {
    let fresh = Fresh::on_files().await;
    fresh.add_users(2).await;
    let connection = rusqlite::Connection::open(fresh.directory.path().join(FILE)).expect("opened");
    connection
        .execute(
            "UPDATE users SET document = (SELECT document FROM users WHERE id = ?1) WHERE id = ?2",
            (id(1).as_bytes(), id(2).as_bytes()),
        )
        .expect("swapped");
    assert!(fresh.find(1).await.is_some());
    let swapped = fresh.store.user(fresh.shop, &fresh.key, id(2)).await;
    assert!(swapped.is_err(), "another user's document is refused");
}

#[tokio::test]
async fn no_history_leaves_anything_personal_in_the_files() {
    let fresh = Fresh::on_files().await;
    let (store, shop, key) = (&fresh.store, fresh.shop, &fresh.key);
    let person = |number: u64, name: &str| UserChange {
        document: format!(r#"{{"displayName":"Ondine {name}","phoneNumbers":["+15550{name}"]}}"#),
        user_name: format!("un-{name}"),
        external_id: Some(format!("xid-{name}")),
        emails: vec![format!("mail-{name}@private.example")],
        ..user(number, name)
    };
    for (number, name) in [(1, "quux1"), (2, "quux2"), (3, "quux3")] {
        fresh.add(&person(number, name)).await.expect("added");
        sync::settle(&fresh, number, Some(customer(number))).await;
    }
    fresh.update(&person(1, "quux4"), 1).await.expect("updated");
    fresh.delete(2).await.expect("deleted");
    sync::settle(&fresh, 2, Some(customer(2))).await;
    let mut team = group(100, "quuxers");
    team.external_id = Some("xid-quuxers".to_owned());
    fresh.add_group(&team).await.expect("added");
    fresh
        .write(|batch| store.add_member(batch, shop, id(100), id(1), 3_000))
        .await
        .expect("added");
    let record = store.shop(shop).await.expect("read").expect("the shop");
    let access_token = SecretString::from("shpat_quux5");
    store
        .set_access_token(&record, &access_token)
        .await
        .expect("written")
        .expect("set");
    assert!(
        store
            .user_by_user_name(shop, key, "un-quux4")
            .await
            .expect("read")
            .is_some()
    );
    let check = |directory: &Path, files: usize| {
        let mut looked_at = 0;
        for entry in fs::read_dir(directory).expect("listed") {
            let path = entry.expect("an entry").path();
            let bytes = fs::read(&path).expect("read");
            let has = |text: &str| {
                bytes
                    .windows(text.len())
                    .any(|part| part == text.as_bytes())
            };
            looked_at += usize::from(has("demo.myshopify.com"));
            for text in [
                "quux",
                "Ondine",
                "15550",
                "private.example",
                "un-",
                "xid-",
                "shpat_",
                "firstName",
            ] {
                assert!(!has(text), "{text} in {}", path.display());
            }
        }
        assert_eq!(looked_at, files, "files with something in them");
    };
    check(fresh.directory.path(), 1);
    let Fresh {
        directory, store, ..
    } = fresh;
    drop(store);
    check(directory.path(), 1);
}

#[tokio::test]
async fn a_removed_shop_leaves_no_key_in_the_files() {
    let fresh = Fresh::on_files().await;
    // So many that the shops fill several pages, some of which are given back.
    let mut shops = Vec::new();
    for number in 0..60 {
        shops.push(add_shop(&fresh.store, &format!("shop{number}")).await);
    }
    let column = async |shop, sql| {
        let read = fresh
            .store
            .database
            .query_one("ask", sql, &[int(shop)], |row| {
                row.blob(0).map(<[u8]>::to_vec)
            })
            .await;
        read.expect("asked").expect("a shop")
    };
    let mut beginnings: HashSet<Vec<u8>> = HashSet::new();
    for shop in &shops {
        for sql in [
            "SELECT key_wrapped FROM shops WHERE shop_id = ?1",
            "SELECT credentials FROM shops WHERE shop_id = ?1",
        ] {
            beginnings.insert(column(shop.0, sql).await[..16].to_vec());
        }
    }
    let found = || {
        let mut found = HashSet::new();
        for entry in fs::read_dir(fresh.directory.path()).expect("listed") {
            let bytes = fs::read(entry.expect("an entry").path()).expect("read");
            let parts = bytes.windows(16).filter(|part| beginnings.contains(*part));
            found.extend(parts.map(<[u8]>::to_vec));
        }
        found.len()
    };
    assert_eq!(found(), beginnings.len());
    for shop in shops {
        fresh
            .store
            .delete_shop(shop)
            .await
            .expect("written")
            .expect("deleted");
    }
    assert_eq!(found(), 0);
}

//! Users: guards, uniqueness, look-ups, tombstones.

use super::*;
use crate::directory::SyncState;

#[tokio::test]
async fn a_created_user_is_read_back_pending_and_due() {
    let fresh = Fresh::new().await;
    fresh.add(&user(1, "ada")).await.expect("added");
    let ada = fresh.user(1).await;
    assert_eq!(ada.document, user(1, "ada").document);
    assert_eq!(
        (ada.version, ada.created_ms, ada.modified_ms),
        (1, 1_000, 1_000)
    );
    assert_eq!((ada.deleted, ada.group_count), (false, 0));
    assert_eq!(ada.sync.state, SyncState::Pending);
    assert_eq!((ada.sync.desired_gen, ada.sync.applied_gen), (1, 0));
    assert_eq!(ada.sync.due_ms, Some(1_000));
    assert_eq!(fresh.counts().await, (1, 0));
    assert!(fresh.find(2).await.is_none());
}

#[tokio::test]
async fn a_user_name_is_taken_by_one_live_user_only() {
    let fresh = Fresh::new().await;
    fresh.add(&user(1, "ada")).await.expect("added");
    fresh.add(&user(2, "bob")).await.expect("added");
    assert_eq!(
        fresh.add(&user(3, "ada")).await,
        Err(GuardFailure::UserNameTaken)
    );
    assert_eq!(
        fresh.update(&user(2, "ada"), 1).await,
        Err(GuardFailure::UserNameTaken)
    );
    assert_eq!(
        fresh.counts().await,
        (2, 0),
        "a refused batch counts nobody"
    );
    assert_eq!(fresh.user(2).await.version, 1);
    fresh.delete(1).await.expect("deleted");
    fresh
        .update(&user(2, "ada"), 1)
        .await
        .expect("the name is free again");
}

#[tokio::test]
async fn text_is_compared_as_it_is_given() {
    // Callers fold what the schema calls case-insensitive; externalId is case-exact (RFC 7643 §3.1).
    let fresh = Fresh::new().await;
    let named = |number, external_id: &str| UserChange {
        external_id: Some(external_id.to_owned()),
        ..user(number, &format!("user{number}"))
    };
    fresh.add(&named(1, "Ext")).await.expect("added");
    fresh.add(&named(2, "ext")).await.expect("added");
    fresh
        .add(&named(3, "ext"))
        .await
        .expect("added, it need not be unique");
    let by_external = async |value| {
        let found = fresh
            .store
            .users_by_external_id(fresh.shop, &fresh.key, value)
            .await;
        let found = found.expect("read");
        found.iter().map(|user| user.id).collect::<Vec<_>>()
    };
    assert_eq!(by_external("Ext").await, [id(1)]);
    assert_eq!(by_external("ext").await, [id(2), id(3)]);
    assert_eq!(by_external("EXT").await, []);
    for text in ["user1 ", "ｕser1", "USER1", "u\u{301}ser1", ""] {
        let found = fresh
            .store
            .user_by_user_name(fresh.shop, &fresh.key, text)
            .await
            .expect("read");
        assert!(found.is_none(), "{text:?}");
    }
}

#[tokio::test]
async fn an_update_needs_the_version_that_was_read() {
    let fresh = Fresh::new().await;
    fresh.add(&user(1, "ada")).await.expect("added");
    let later = UserChange {
        at_ms: 5_000,
        ..user(1, "ada.l")
    };
    fresh.update(&later, 1).await.expect("updated");
    let ada = fresh.user(1).await;
    assert_eq!(
        (ada.version, ada.created_ms, ada.modified_ms),
        (2, 1_000, 5_000)
    );
    assert_eq!((ada.sync.desired_gen, ada.sync.due_ms), (2, Some(5_000)));
    assert_eq!(ada.document, later.document);
    assert_eq!(
        fresh.update(&later, 1).await,
        Err(GuardFailure::VersionMismatch)
    );
    assert_eq!(
        fresh.update(&user(9, "nobody"), 1).await,
        Err(GuardFailure::VersionMismatch)
    );
    assert_eq!(fresh.user(1).await, ada);
}

#[tokio::test]
async fn a_user_is_found_by_what_it_has_now() {
    let fresh = Fresh::new().await;
    fresh.add(&user(1, "ada")).await.expect("added");
    fresh.add(&user(2, "bob")).await.expect("added");
    let change = UserChange {
        external_id: None,
        emails: vec!["new@example.com".to_owned(), "bob@example.com".to_owned()],
        ..user(1, "lovelace")
    };
    fresh.update(&change, 1).await.expect("updated");
    let (store, shop, key) = (&fresh.store, fresh.shop, &fresh.key);
    let by_name = async |name| {
        let found = store
            .user_by_user_name(shop, key, name)
            .await
            .expect("read");
        found.map(|user| user.id)
    };
    assert_eq!(by_name("lovelace").await, Some(id(1)));
    assert_eq!(by_name("ada").await, None);
    let ids = |users: Vec<UserRecord>| users.iter().map(|user| user.id).collect::<Vec<_>>();
    let by_email = async |email| ids(store.users_by_email(shop, key, email).await.expect("read"));
    assert_eq!(by_email("ada@example.com").await, []);
    assert_eq!(by_email("new@example.com").await, [id(1)]);
    assert_eq!(by_email("bob@example.com").await, [id(1), id(2)]);
    let by_external = async |value| {
        ids(store
            .users_by_external_id(shop, key, value)
            .await
            .expect("read"))
    };
    assert_eq!(by_external("ext-1").await, []);
    assert_eq!(by_external("ext-2").await, [id(2)]);
}

#[tokio::test]
async fn a_deleted_user_is_gone_for_everyone_but_reconciling() {
    let fresh = Fresh::new().await;
    fresh.add(&user(1, "ada")).await.expect("added");
    let stale = fresh.user(1).await;
    fresh.update(&user(1, "ada"), 1).await.expect("updated");
    let with_stale = fresh
        .write(|batch| fresh.store.delete_user(batch, fresh.shop, &stale, 2_000))
        .await;
    assert_eq!(with_stale, Err(GuardFailure::VersionMismatch));
    fresh.delete(1).await.expect("deleted");
    let (store, shop, key) = (&fresh.store, fresh.shop, &fresh.key);
    assert!(fresh.find(1).await.is_none());
    assert!(!store.user_exists(shop, id(1)).await.expect("read"));
    assert!(
        store
            .user_by_user_name(shop, key, "ada")
            .await
            .expect("read")
            .is_none()
    );
    assert!(
        store
            .users_by_email(shop, key, "ada@example.com")
            .await
            .expect("read")
            .is_empty()
    );
    assert!(
        store
            .users_by_external_id(shop, key, "ext-1")
            .await
            .expect("read")
            .is_empty()
    );
    assert!(
        store
            .users_page(shop, key, 1, 10)
            .await
            .expect("read")
            .is_empty()
    );
    assert_eq!(fresh.counts().await, (0, 0));
    let pending = store
        .pending_user(shop, key, id(1))
        .await
        .expect("read")
        .expect("the tombstone");
    assert!(pending.user.deleted && pending.user.sync.is_dirty());
    assert_eq!(
        store.due_users(shop, 2_000, 10).await.expect("read"),
        [id(1)]
    );
}

#[tokio::test]
async fn a_new_user_takes_over_the_customer_of_a_deleted_one_once() {
    let fresh = Fresh::new().await;
    fresh.add(&user(1, "ada")).await.expect("added");
    super::sync::settle(&fresh, 1, Some(customer(5))).await;
    fresh.delete(1).await.expect("deleted");
    let tombstone = async || {
        fresh
            .store
            .tombstone(fresh.shop, &fresh.key, "ada")
            .await
            .expect("read")
    };
    let found = tombstone().await.expect("a tombstone");
    assert_eq!((found.id, &found.customer), (id(1), &customer(5)));
    let take_over = async |change: &UserChange| {
        fresh
            .write(|batch| {
                fresh
                    .store
                    .insert_user(batch, fresh.shop, &fresh.key, change, Some(&found))
                    .expect("sealed");
            })
            .await
    };
    take_over(&user(2, "ada")).await.expect("added");
    assert_eq!(fresh.user(2).await.sync.customer, Some(customer(5)));
    assert!(tombstone().await.is_none());
    assert!(
        fresh
            .store
            .due_users(fresh.shop, 9_000, 10)
            .await
            .expect("read")
            == [id(2)]
    );
    assert_eq!(
        take_over(&user(3, "ada2")).await,
        Err(GuardFailure::VersionMismatch)
    );
    assert_eq!(fresh.counts().await, (1, 0));
}

#[tokio::test]
async fn a_shop_sees_its_own_users_only() {
    let fresh = Fresh::new().await;
    fresh.add(&user(1, "ada")).await.expect("added");
    let other = add_shop(&fresh.store, "other").await;
    let key = fresh.store.shop_keys(other).await.expect("the key");
    let store = &fresh.store;
    assert!(
        store
            .user(other, &key, id(1))
            .await
            .expect("read")
            .is_none()
    );
    assert!(
        store
            .user_by_user_name(other, &key, "ada")
            .await
            .expect("read")
            .is_none()
    );
    assert!(
        store
            .users_page(other, &key, 1, 10)
            .await
            .expect("read")
            .is_empty()
    );
    assert!(
        store.user(fresh.shop, &key, id(1)).await.is_err(),
        "another shop's key opens nothing"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_write_at_once_and_each_is_told_its_own_outcome() {
    let fresh = std::sync::Arc::new(Fresh::new().await);
    let (tasks, each) = (16, 200);
    let mut writing = tokio::task::JoinSet::new();
    for task in 0..tasks {
        let fresh = std::sync::Arc::clone(&fresh);
        writing.spawn(async move {
            for number in 0..each {
                // Every tenth name is wanted by all tasks; one gets it.
                let name = match number % 10 {
                    0 => format!("wanted{number}"),
                    _ => format!("user{task}-{number}"),
                };
                let change = user(task * each + number + 1, &name);
                let mut batch = Batch::of(fresh.shop);
                fresh
                    .store
                    .insert_user(&mut batch, fresh.shop, &fresh.key, &change, None)
                    .expect("sealed");
                let written = fresh.store.write(batch).await.expect("written");
                assert_eq!(
                    written.is_ok(),
                    fresh.find(task * each + number + 1).await.is_some()
                );
            }
        });
    }
    while let Some(ended) = writing.join_next().await {
        ended.expect("no panic");
    }
    let refused = (tasks - 1) * each / 10;
    let expected = i64::try_from(tasks * each - refused).expect("small");
    assert_eq!(fresh.counts().await, (expected, 0));
    let all = fresh
        .store
        .users_page(fresh.shop, &fresh.key, 1, 10_000)
        .await
        .expect("read");
    assert_eq!(i64::try_from(all.len()).expect("small"), expected);
}

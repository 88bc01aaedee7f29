//! Users: guards, uniqueness, look-ups, tombstones.

use super::*;
use crate::directory::SyncState;

#[tokio::test]
async fn a_created_user_is_read_back_pending_and_due() {
    let fresh = Fresh::new();
    fresh.await.add(&user(1, "ada")).await.expect("added");
    let ada = fresh.await.user(1);
    assert_eq!(ada.await.document, user(1, "ada").document);
    assert_eq!(
        (ada.await.version, ada.await.created_ms, ada.await.modified_ms),
        (1, 1_000, 1_000)
    );
    assert_eq!((ada.await.deleted, ada.await.group_count), (false, 0));
    assert_eq!(ada.await.sync.state, SyncState::Pending);
    assert_eq!((ada.await.sync.desired_gen, ada.await.sync.applied_gen), (1, 0));
    assert_eq!(ada.await.sync.due_ms, Some(1_000));
    assert_eq!(fresh.await.counts(), (1, 0));
    assert!(fresh.await.find(2).await.is_none());
}

#[tokio::test]
async fn a_user_name_is_taken_by_one_live_user_only() {
    let fresh = Fresh::new();
    fresh.await.add(&user(1, "ada")).await.expect("added");
    fresh.await.add(&user(2, "bob")).await.expect("added");
    assert_eq!(fresh.await.add(&user(3, "ada")), Err(GuardFailure::UserNameTaken));
    assert_eq!(
        fresh.await.update(&user(2, "ada"), 1),
        Err(GuardFailure::UserNameTaken)
    );
    assert_eq!(fresh.await.counts(), (2, 0), "a refused batch counts nobody");
    assert_eq!(fresh.await.user(2).await.version, 1);
    fresh.await.delete(1).await.expect("deleted");
    fresh.await
        .update(&user(2, "ada"), 1).await
        .expect("the name is free again");
}

#[tokio::test]
async fn text_is_compared_as_it_is_given() {
    // Callers fold what the schema calls case-insensitive; externalId is case-exact (RFC 7643 §3.1).
    let fresh = Fresh::new();
    let named = |number, external_id: &str| UserChange {
        external_id: Some(external_id.to_owned()),
        ..user(number, &format!("user{number}"))
    };
    fresh.await.add(&named(1, "Ext")).await.expect("added");
    fresh.await.add(&named(2, "ext")).await.expect("added");
    fresh.await
        .add(&named(3, "ext")).await
        .expect("added, it need not be unique");
    let by_external = |value| {
        let found = fresh
            .store
            .users_by_external_id(fresh.shop, &fresh.key, value);
        let found = found.await.expect("read");
        found.iter().map(|user| user.id).collect::<Vec<_>>()
    };
    assert_eq!(by_external("Ext"), [id(1)]);
    assert_eq!(by_external("ext"), [id(2), id(3)]);
    assert_eq!(by_external("EXT"), []);
    for text in ["user1 ", "ｕser1", "USER1", "u\u{301}ser1", ""] {
        let found = fresh.await
            .store
            .user_by_user_name(fresh.await.shop, &fresh.await.key, text).await
            .expect("read");
        assert!(found.is_none(), "{text:?}");
    }
}

#[tokio::test]
async fn an_update_needs_the_version_that_was_read() {
    let fresh = Fresh::new();
    fresh.await.add(&user(1, "ada")).await.expect("added");
    let later = UserChange {
        at_ms: 5_000,
        ..user(1, "ada.l")
    };
    fresh.await.update(&later, 1).await.expect("updated");
    let ada = fresh.await.user(1);
    assert_eq!(
        (ada.await.version, ada.await.created_ms, ada.await.modified_ms),
        (2, 1_000, 5_000)
    );
    assert_eq!((ada.await.sync.desired_gen, ada.await.sync.due_ms), (2, Some(5_000)));
    assert_eq!(ada.await.document, later.document);
    assert_eq!(fresh.await.update(&later, 1), Err(GuardFailure::VersionMismatch));
    assert_eq!(
        fresh.await.update(&user(9, "nobody"), 1),
        Err(GuardFailure::VersionMismatch)
    );
    assert_eq!(fresh.await.user(1), ada);
}

#[tokio::test]
async fn a_user_is_found_by_what_it_has_now() {
    let fresh = Fresh::new();
    fresh.await.add(&user(1, "ada")).await.expect("added");
    fresh.await.add(&user(2, "bob")).await.expect("added");
    let change = UserChange {
        external_id: None,
        emails: vec!["new@example.com".to_owned(), "bob@example.com".to_owned()],
        ..user(1, "lovelace")
    };
    fresh.await.update(&change, 1).await.expect("updated");
    let (store, shop, key) = (&fresh.await.store, fresh.await.shop, &fresh.await.key);
    let by_name = |name| {
        let found = store.user_by_user_name(shop, key, name).await.expect("read");
        found.map(|user| user.id)
    };
    assert_eq!(by_name("lovelace"), Some(id(1)));
    assert_eq!(by_name("ada"), None);
    let ids = |users: Vec<UserRecord>| users.iter().map(|user| user.id).collect::<Vec<_>>();
    let by_email = |email| ids(store.users_by_email(shop, key, email).await.expect("read"));
    assert_eq!(by_email("ada@example.com"), []);
    assert_eq!(by_email("new@example.com"), [id(1)]);
    assert_eq!(by_email("bob@example.com"), [id(1), id(2)]);
    let by_external = |value| ids(store.users_by_external_id(shop, key, value).await.expect("read"));
    assert_eq!(by_external("ext-1"), []);
    assert_eq!(by_external("ext-2"), [id(2)]);
}

#[tokio::test]
async fn a_deleted_user_is_gone_for_everyone_but_reconciling() {
    let fresh = Fresh::new();
    fresh.await.add(&user(1, "ada")).await.expect("added");
    let stale = fresh.await.user(1);
    fresh.await.update(&user(1, "ada"), 1).await.expect("updated");
    let with_stale = fresh.await.write(|batch| fresh.store.delete_user(batch, fresh.shop, &stale, 2_000));
    assert_eq!(with_stale, Err(GuardFailure::VersionMismatch));
    fresh.await.delete(1).await.expect("deleted");
    let (store, shop, key) = (&fresh.await.store, fresh.await.shop, &fresh.await.key);
    assert!(fresh.await.find(1).await.is_none());
    assert!(!store.user_exists(shop, id(1)).await.expect("read"));
    assert!(
        store
            .user_by_user_name(shop, key, "ada").await
            .expect("read")
            .is_none()
    );
    assert!(
        store
            .users_by_email(shop, key, "ada@example.com").await
            .expect("read")
            .is_empty()
    );
    assert!(
        store
            .users_by_external_id(shop, key, "ext-1").await
            .expect("read")
            .is_empty()
    );
    assert!(store.users_page(shop, key, 1, 10).await.expect("read").is_empty());
    assert_eq!(fresh.await.counts(), (0, 0));
    let pending = store
        .pending_user(shop, key, id(1)).await
        .expect("read")
        .expect("the tombstone");
    assert!(pending.user.deleted && pending.user.sync.is_dirty());
    assert_eq!(store.due_users(shop, 2_000, 10).await.expect("read"), [id(1)]);
}

#[tokio::test]
async fn a_new_user_takes_over_the_customer_of_a_deleted_one_once() {
    let fresh = Fresh::new();
    fresh.await.add(&user(1, "ada")).await.expect("added");
    super::sync::settle(&fresh.await, 1, Some(customer(5)));
    fresh.await.delete(1).await.expect("deleted");
    let tombstone = || {
        fresh
            .store
            .tombstone(fresh.shop, &fresh.key, "ada").await
            .expect("read")
    };
    let found = tombstone().expect("a tombstone");
    assert_eq!((found.id, &found.customer), (id(1), &customer(5)));
    let take_over = |change: &UserChange| {
        fresh.await.write(|batch| {
            fresh
                .store
                .insert_user(batch, fresh.shop, &fresh.key, change, Some(&found))
                .expect("sealed");
        })
    };
    take_over(&user(2, "ada")).expect("added");
    assert_eq!(fresh.await.user(2).await.sync.customer, Some(customer(5)));
    assert!(tombstone().is_none());
    assert!(fresh.await.store.due_users(fresh.await.shop, 9_000, 10).await.expect("read") == [id(2)]);
    assert_eq!(
        take_over(&user(3, "ada2")),
        Err(GuardFailure::VersionMismatch)
    );
    assert_eq!(fresh.await.counts(), (1, 0));
}

#[tokio::test]
async fn a_shop_sees_its_own_users_only() {
    let fresh = Fresh::new();
    fresh.await.add(&user(1, "ada")).await.expect("added");
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
    let other = add_shop(&fresh.await.store, "other");
    let key = fresh.await.store.shop_keys(other.await).await.expect("the key");
    let store = &fresh.await.store;
    assert!(store.user(other.await, &key, id(1)).await.expect("read").is_none());
    assert!(
        store
            .user_by_user_name(other.await, &key, "ada").await
            .expect("read")
            .is_none()
    );
    assert!(
        store
            .users_page(other.await, &key, 1, 10).await
            .expect("read")
            .is_empty()
    );
    assert!(
        store.user(fresh.await.shop, &key, id(1)).await.is_err(),
        "another shop's key opens nothing"
    );
}

#[tokio::test]
async fn many_tasks_write_at_once_and_each_is_told_its_own_outcome() {
    let fresh = Fresh::new();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .expect("a runtime");
    let (tasks, each) = (16, 200);
    let fresh = std::sync::Arc::new(fresh);
    runtime.block_on(async {
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
                    let mut batch = Batch::new();
                    fresh
                        .store
                        .insert_user(&mut batch, fresh.shop, &fresh.key, &change, None)
                        .expect("sealed");
                    let written = fresh.store.write(batch).await.expect("written");
                    assert_eq!(
                        written.is_ok(),
                        fresh.await.find(task * each + number + 1).is_some()
                    );
                }
            });
        }
        while let Some(ended) = writing.join_next().await {
            ended.expect("no panic");
        }
    });
    let refused = (tasks - 1) * each / 10;
    let expected = i64::try_from(tasks * each - refused).expect("small");
    assert_eq!(fresh.await.counts(), (expected, 0));
    let all = fresh
        .store
        .users_page(fresh.shop, &fresh.key, 1, 10_000).await
        .expect("read");
    assert_eq!(i64::try_from(all.len()).expect("small"), expected);
}

//! What only a server that processes share can show. `tests/postgres cargo test -- --include-ignored` starts one.

use std::sync::Arc;

use super::*;
use crate::store::tests::database::{self, MASTER_KEY};
use crate::store::tests::{Fresh, add_shop, group, id, open, user};
use crate::store::{Call, GuardFailure, Lease, Location, Store};
use secrecy::{ExposeSecret, SecretString};

/// Two processes' stores of one directory.
async fn two() -> (Fresh, Store) {
    let fresh = Fresh::new().await;
    assert!(fresh.store.is_shared(), "no SYNCUP_TEST_DATABASE is set");
    let other = open(fresh.directory.path()).await;
    (fresh, other)
}

/// What an operator reads when this address is opened.
async fn refusal(url: &str, key: Option<&str>) -> String {
    let config = PostgresConfig {
        url: SecretString::from(url.to_owned()),
        connections: 2,
        ca_file: None,
    };
    let key = key.map(|key| SecretString::from(key.to_owned()));
    let opened = Store::open(&Location::Postgres(config), key.as_ref()).await;
    let error = opened.expect_err("refused");
    let mut chain = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        chain = format!("{chain}: {inner}");
        cause = inner.source();
    }
    chain
}

/// Runs a statement past the store.
async fn execute(fresh: &Fresh, sql: &str) {
    let url = database::url(fresh.directory.path()).expect("shared");
    let (client, connection) = tokio_postgres::connect(url.expose_secret(), tokio_postgres::NoTls)
        .await
        .expect("connected");
    tokio::spawn(connection);
    client.batch_execute(sql).await.expect("executed");
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_named_with_what_to_do() {
    let check = async |url: &str, part: &str| {
        let said = refusal(url, Some(MASTER_KEY)).await;
        assert!(said.contains(part), "{url}: {said}");
        assert!(!said.contains("swordfish"), "{said}");
    };
    check("mysql://it@localhost/it", "give postgres://USER").await;
    check("postgres://:swordfish@", "give postgres://USER").await;
    check(
        "postgres://it:swordfish@127.0.0.1:1/it?sslmode=disable",
        "see that it runs where database (SYNCUP_DATABASE) says",
    )
    .await;
    let keyless = refusal("postgres://it@127.0.0.1:1/it", None).await;
    assert!(keyless.contains("give master_key"), "{keyless}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: tests/postgres cargo test -- --include-ignored"]
async fn a_database_that_is_not_ours_or_of_a_later_version_is_refused_untouched() {
    let (fresh, _other) = two().await;
    let url = database::url(fresh.directory.path()).expect("shared");
    let url = url.expose_secret();
    let nobody = url
        .replace("/postgres?", "/nobody?")
        .replace("/syncup?", "/nobody?");
    let said = refusal(&nobody, Some(MASTER_KEY)).await;
    assert!(said.contains("make it with CREATE DATABASE"), "{said}");
    let said = refusal(url, Some(&"11".repeat(32))).await;
    assert!(said.contains("the key of demo.myshopify.com"), "{said}");
    execute(&fresh, "UPDATE syncup_schema SET version = 99").await;
    let said = refusal(url, Some(MASTER_KEY)).await;
    assert!(said.contains("run the newer version of syncup"), "{said}");
    execute(&fresh, "DROP TABLE syncup_schema").await;
    let said = refusal(url, Some(MASTER_KEY)).await;
    assert!(said.contains("tables of another program"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs PostgreSQL: tests/postgres cargo test -- --include-ignored"]
async fn processes_that_start_at_once_make_one_schema() {
    let directory = tempfile::tempdir().expect("a directory");
    database::prepare(directory.path());
    let mut starting = tokio::task::JoinSet::new();
    for number in 0..6 {
        let path = directory.path().to_owned();
        starting.spawn(async move {
            add_shop(&open(&path).await, &format!("shop{number}")).await;
        });
    }
    while let Some(started) = starting.join_next().await {
        started.expect("started");
    }
    let store = open(directory.path()).await;
    assert_eq!(store.shops().await.expect("read").len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs PostgreSQL: tests/postgres cargo test -- --include-ignored"]
async fn two_processes_write_to_one_shop_as_one_would() {
    let (fresh, other) = two().await;
    let stores = [
        Arc::new(other),
        Arc::new(open(fresh.directory.path()).await),
    ];
    let mut writing = tokio::task::JoinSet::new();
    for number in 0..200_u64 {
        // Every name is wanted twice, once of each process.
        let change = user(number + 1, &format!("user{}", number / 2));
        let store = Arc::clone(&stores[usize::try_from(number % 2).expect("small")]);
        let (shop, key) = (fresh.shop, Arc::clone(&fresh.key));
        writing.spawn(async move {
            let mut batch = Batch::of(shop);
            store
                .insert_user(&mut batch, shop, &key, &change, None)
                .expect("sealed");
            store.write(batch).await.expect("written")
        });
    }
    let mut created = 0;
    while let Some(written) = writing.join_next().await {
        match written.expect("ended") {
            Ok(()) => created += 1,
            Err(guard) => assert_eq!(guard, GuardFailure::UserNameTaken),
        }
    }
    assert_eq!((created, fresh.counts().await), (100, (100, 0)));
    let page = fresh.store.users_page(fresh.shop, &fresh.key, 1, 200).await;
    let order: Vec<i64> = page.expect("read").iter().map(|user| user.seq).collect();
    assert!(order.is_sorted_by(|one, next| one < next), "{order:?}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: tests/postgres cargo test -- --include-ignored"]
async fn pages_move_also_when_another_process_deletes() {
    let (fresh, other) = two().await;
    fresh.add_users(40).await;
    let page = async |store: &Store| {
        let page = store.users_page(fresh.shop, &fresh.key, 30, 1).await;
        page.expect("read")[0].id
    };
    assert_eq!([page(&fresh.store).await, page(&other).await], [id(30); 2]);
    fresh.delete(3).await.expect("deleted");
    assert_eq!([page(&fresh.store).await, page(&other).await], [id(31); 2]);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: tests/postgres cargo test -- --include-ignored"]
async fn a_snapshot_sees_one_state_whatever_others_write() {
    let (fresh, other) = two().await;
    fresh.add_users(1).await;
    let count = async |store: &Store| store.resource_counts(fresh.shop).await.expect("read").0;
    let seen = fresh.store.snapshot(async {
        let before = count(&fresh.store).await;
        let mut batch = Batch::of(fresh.shop);
        other
            .insert_user(&mut batch, fresh.shop, &fresh.key, &user(2, "bob"), None)
            .expect("sealed");
        other.write(batch).await.expect("written").expect("added");
        (before, count(&fresh.store).await, count(&other).await)
    });
    assert_eq!(seen.await.expect("read"), (1, 1, 2));
    assert_eq!(count(&fresh.store).await, 2);
    // One that is given up leaves a connection that is good for the next.
    let given_up = fresh.store.snapshot(std::future::pending::<()>());
    let waited = tokio::time::timeout(std::time::Duration::from_millis(50), given_up).await;
    assert!(waited.is_err());
    for _ in 0..20 {
        assert_eq!(count(&fresh.store).await, 2);
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL: tests/postgres cargo test -- --include-ignored"]
async fn connections_that_the_server_ends_are_made_again() {
    let (fresh, _other) = two().await;
    fresh.add_users(3).await;
    execute(
        &fresh,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'syncup' AND pid <> pg_backend_pid() \
         AND query LIKE '%users%'",
    )
    .await;
    let mut reads = Vec::new();
    for _ in 0..20 {
        reads.push(
            fresh
                .store
                .user(fresh.shop, &fresh.key, id(1))
                .await
                .is_ok(),
        );
    }
    assert_eq!(reads.last(), Some(&true), "{reads:?}");
    let added = fresh.add_group(&group(1, "staff")).await;
    assert_eq!(added, Ok(()));
}

#[tokio::test]
#[ignore = "needs PostgreSQL: tests/postgres cargo test -- --include-ignored"]
async fn a_lease_is_one_process_s_until_that_is_gone() {
    let (fresh, other) = two().await;
    let (shop, one, two) = (fresh.shop, id(1), id(2));
    // Who is not alive gets none.
    assert_eq!(
        fresh.store.take_lease(shop, one).await.expect("asked"),
        None
    );
    assert!(!fresh.store.stay_alive(one, 60_000).await.expect("said"));
    assert!(fresh.store.stay_alive(one, 60_000).await.expect("said"));
    assert!(!other.stay_alive(two, 60_000).await.expect("said"));
    let first = fresh.store.take_lease(shop, one).await.expect("asked");
    let first = first.expect("free");
    assert_eq!(
        first,
        Lease {
            owner: one,
            epoch: 1
        }
    );
    assert_eq!(other.take_lease(shop, two).await.expect("asked"), None);
    assert_eq!(other.lease(shop).await.expect("read"), Some(first));
    // It is not heard of any more.
    fresh.store.stay_alive(one, -1).await.expect("said");
    assert_eq!(other.lease(shop).await.expect("read"), None);
    let second = other.take_lease(shop, two).await.expect("asked");
    assert_eq!(
        second,
        Some(Lease {
            owner: two,
            epoch: 2
        })
    );
    // What the first does now comes too late, also once it is alive again.
    assert!(!fresh.store.stay_alive(one, 60_000).await.expect("said"));
    let mut late = Batch::of(shop);
    fresh.store.needs_lease(&mut late, shop, &first);
    fresh
        .store
        .insert_user(&mut late, shop, &fresh.key, &user(9, "late"), None)
        .expect("sealed");
    let written = fresh.store.write(late).await.expect("asked");
    assert_eq!(written, Err(GuardFailure::LeaseLost));
    assert_eq!(fresh.counts().await, (0, 0));
    other.retire(two).await.expect("retired");
    let third = fresh.store.take_lease(shop, one).await.expect("asked");
    assert_eq!(
        third,
        Some(Lease {
            owner: one,
            epoch: 3
        })
    );
}

#[tokio::test]
#[ignore = "needs PostgreSQL: tests/postgres cargo test -- --include-ignored"]
async fn a_call_is_heard_by_the_other_processes() {
    let (fresh, other) = two().await;
    let mut calls = other.calls();
    let call = Call {
        shop: fresh.shop,
        user: id(7),
        request_id: "request".to_owned(),
    };
    let heard = async {
        loop {
            // Who does not listen yet hears nothing.
            fresh.store.call_for(&call).await.expect("called");
            let pause = std::time::Duration::from_millis(50);
            if let Ok(call) = tokio::time::timeout(pause, calls.recv()).await {
                return call;
            }
        }
    };
    let heard = tokio::time::timeout(std::time::Duration::from_secs(20), heard).await;
    assert_eq!(heard.expect("heard"), Some(call));
}

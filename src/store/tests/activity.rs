//! The activity log.

use super::*;
use crate::directory::Activity;
use crate::store::ActivityFilter;

fn entry(at_ms: i64) -> Activity {
    Activity {
        at_ms,
        request_id: format!("request-{at_ms}"),
        actor: "worker".to_owned(),
        action: if at_ms % 2 == 0 { "create" } else { "patch" }.to_owned(),
        resource_type: "User".to_owned(),
        resource: Some(id(u64::try_from(at_ms % 3).expect("positive"))),
        attributes: "name.givenName,active".to_owned(),
        outcome: "200".to_owned(),
        reason: String::new(),
        cost_points: 10.0,
        customer: Some(customer(7)),
    }
}

async fn log(count: i64) -> Fresh {
    let fresh = Fresh::new().await;
    fresh
        .write(|batch| {
            for at_ms in 1..=count {
                fresh.store.note(batch, fresh.shop, &entry(at_ms));
            }
        })
        .await
        .expect("written");
    fresh
}

async fn all(fresh: &Fresh, filter: &ActivityFilter, limit: usize) -> Vec<i64> {
    let (mut before, mut seen) = (None, Vec::new());
    loop {
        let page = fresh
            .store
            .activity(fresh.shop, filter, before, limit)
            .await
            .expect("read");
        assert!(page.entries.len() <= limit);
        seen.extend(page.entries.iter().map(|entry| entry.at_ms));
        before = page.next;
        if before.is_none() {
            return seen;
        }
    }
}

#[tokio::test]
async fn entries_come_newest_first_and_whole() {
    let fresh = log(3).await;
    let page = fresh
        .store
        .activity(fresh.shop, &ActivityFilter::default(), None, 2)
        .await
        .expect("read");
    assert_eq!(page.entries, [entry(3), entry(2)]);
    let rest = fresh
        .store
        .activity(fresh.shop, &ActivityFilter::default(), page.next, 2)
        .await
        .expect("read");
    assert_eq!((rest.entries, rest.next), (vec![entry(1)], None));
}

#[tokio::test]
async fn pages_give_every_wanted_entry_once() {
    let fresh = log(450).await;
    let check = async |filter: ActivityFilter, wanted: fn(i64) -> bool| {
        let expected: Vec<i64> = (1..=450).rev().filter(|at_ms| wanted(*at_ms)).collect();
        for limit in [1, 7, 200, 1_000] {
            assert_eq!(
                all(&fresh, &filter, limit).await,
                expected,
                "{filter:?} {limit}"
            );
        }
    };
    let any = ActivityFilter::default;
    check(any(), |_| true).await;
    check(
        ActivityFilter {
            action: Some("create".to_owned()),
            ..any()
        },
        |at_ms| at_ms % 2 == 0,
    )
    .await;
    check(
        ActivityFilter {
            resource: Some(id(2)),
            outcome: Some("200".to_owned()),
            action: Some("patch".to_owned()),
            ..any()
        },
        |at_ms| at_ms % 3 == 2 && at_ms % 2 == 1,
    )
    .await;
    check(
        ActivityFilter {
            request_id: Some("request-3".to_owned()),
            ..any()
        },
        |at_ms| at_ms == 3,
    )
    .await;
    check(
        ActivityFilter {
            actor: Some("cli".to_owned()),
            ..any()
        },
        |_| false,
    )
    .await;
}

#[tokio::test]
async fn an_entry_is_there_only_if_its_batch_is() {
    let fresh = log(0).await;
    fresh.add(&user(1, "ada")).await.expect("added");
    let refused = fresh
        .write(|batch| {
            fresh.store.note(batch, fresh.shop, &entry(1));
            fresh
                .store
                .update_user(batch, fresh.shop, &fresh.key, &user(1, "ada"), 9)
                .expect("sealed");
        })
        .await;
    assert_eq!(refused, Err(GuardFailure::VersionMismatch));
    assert!(all(&fresh, &ActivityFilter::default(), 10).await.is_empty());
}

#[tokio::test]
async fn old_entries_are_forgotten_and_no_newer_ones() {
    let fresh = log(2_500).await;
    while fresh
        .store
        .trim_activity(fresh.shop, 2_400)
        .await
        .expect("trimmed")
    {}
    let left = all(&fresh, &ActivityFilter::default(), 1_000).await;
    assert_eq!(left, (2_400..=2_500).rev().collect::<Vec<_>>());
}

//! The queue that is no queue: what is due, and what became of it.

use super::*;
use crate::directory::SyncState;
use crate::store::{Backlog, Outcome};

pub(in crate::store) fn outcome(seen_gen: i64, state: SyncState) -> Outcome {
    Outcome {
        seen_gen,
        settled: true,
        state,
        customer: Some(customer(5)),
        applied: Some(r#"{"firstName":"Ada"}"#.to_owned()),
        last_error: None,
        synced_ms: Some(2_500),
        due_ms: None,
        attempts: 0,
        at_ms: 2_500,
    }
}

pub(in crate::store) async fn record(
    fresh: &Fresh,
    read: &UserRecord,
    outcome: &Outcome,
) -> Result<(), GuardFailure> {
    fresh
        .write(|batch| {
            fresh
                .store
                .record_outcome(batch, fresh.shop, &fresh.key, read, outcome)
                .expect("sealed");
        })
        .await
}

/// A step of user `number`, deleted or not, that ends well.
pub(in crate::store) async fn settle(fresh: &Fresh, number: u64, customer: Option<CustomerGid>) {
    let read = pending(fresh, number).await.expect("the user").user;
    let outcome = Outcome {
        customer,
        ..outcome(read.sync.desired_gen, SyncState::Synced)
    };
    record(fresh, &read, &outcome).await.expect("recorded");
}

pub(in crate::store) async fn pending(
    fresh: &Fresh,
    number: u64,
) -> Option<crate::store::PendingUser> {
    fresh
        .store
        .pending_user(fresh.shop, &fresh.key, id(number))
        .await
        .expect("read")
}

async fn due(fresh: &Fresh, now_ms: i64) -> Vec<ResourceId> {
    fresh
        .store
        .due_users(fresh.shop, now_ms, 100)
        .await
        .expect("read")
}

#[tokio::test]
async fn a_settled_user_is_due_no_more() {
    let fresh = Fresh::new().await;
    fresh.add(&user(1, "ada")).await.expect("added");
    assert_eq!(fresh.store.next_due_ms().await.expect("read"), Some(1_000));
    assert_eq!(
        fresh.store.due_shops(1_000).await.expect("read"),
        [fresh.shop]
    );
    assert_eq!(fresh.store.due_shops(999).await.expect("read"), []);
    settle(&fresh, 1, Some(customer(5))).await;
    let pending = pending(&fresh, 1).await.expect("the user");
    assert_eq!(pending.applied.as_deref(), Some(r#"{"firstName":"Ada"}"#));
    let sync = pending.user.sync;
    assert_eq!(
        (sync.state, sync.last_synced_ms),
        (SyncState::Synced, Some(2_500))
    );
    assert_eq!(sync.customer, Some(customer(5)));
    assert!(!sync.is_dirty());
    assert_eq!(
        fresh.user(1).await.version,
        1,
        "the client's version is not the worker's business"
    );
    assert_eq!(due(&fresh, i64::MAX).await, []);
    assert_eq!(fresh.store.next_due_ms().await.expect("read"), None);
    let owner = fresh
        .store
        .user_of_customer(fresh.shop, &customer(5))
        .await
        .expect("read");
    assert_eq!(owner, Some(id(1)));
}

#[tokio::test]
async fn a_change_during_a_step_leaves_the_user_due() {
    let fresh = Fresh::new().await;
    fresh.add(&user(1, "ada")).await.expect("added");
    let read = fresh.user(1).await;
    fresh.update(&user(1, "ada"), 1).await.expect("updated");
    record(
        &fresh,
        &read,
        &outcome(read.sync.desired_gen, SyncState::Synced),
    )
    .await
    .expect("recorded");
    let sync = fresh.user(1).await.sync;
    assert_eq!((sync.state, sync.due_ms), (SyncState::Pending, Some(2_500)));
    assert_eq!((sync.desired_gen, sync.applied_gen), (2, 1));
    assert_eq!(
        sync.customer,
        Some(customer(5)),
        "what was done is known all the same"
    );
}

#[tokio::test]
async fn drift_that_is_noticed_during_a_step_is_looked_at_afterwards() {
    let fresh = Fresh::new().await;
    fresh.add(&user(1, "ada")).await.expect("added");
    settle(&fresh, 1, Some(customer(5))).await;
    fresh.update(&user(1, "ada"), 1).await.expect("updated");
    let read = fresh.user(1).await;
    fresh
        .write(|batch| {
            fresh
                .store
                .touch_customer(batch, fresh.shop, &customer(5), 2_400)
        })
        .await
        .expect("touched");
    record(
        &fresh,
        &read,
        &outcome(read.sync.desired_gen, SyncState::Synced),
    )
    .await
    .expect("recorded");
    let pending = pending(&fresh, 1).await.expect("the user");
    assert_eq!(pending.applied, None, "so the next step reads the customer");
    assert_eq!(due(&fresh, 2_500).await, [id(1)]);
}

#[tokio::test]
async fn the_longest_due_come_first_and_the_later_not_at_all() {
    let fresh = Fresh::new().await;
    for (number, at_ms) in [(1, 3_000), (2, 1_000), (3, 2_000), (4, 9_000)] {
        let change = UserChange {
            at_ms,
            ..user(number, &format!("user{number}"))
        };
        fresh.add(&change).await.expect("added");
    }
    assert_eq!(due(&fresh, 3_000).await, [id(2), id(3), id(1)]);
    assert_eq!(
        fresh
            .store
            .due_users(fresh.shop, 3_000, 2)
            .await
            .expect("read"),
        [id(2), id(3)]
    );
    let failed = Outcome {
        settled: false,
        due_ms: Some(50_000),
        attempts: 1,
        last_error: Some("phone is invalid".to_owned()),
        ..outcome(1, SyncState::Failed)
    };
    record(&fresh, &fresh.user(2).await, &failed)
        .await
        .expect("recorded");
    assert_eq!(due(&fresh, 9_000).await, [id(3), id(1), id(4)]);
    let sync = fresh.user(2).await.sync;
    assert_eq!(
        (sync.attempts, sync.last_error.as_deref()),
        (1, Some("phone is invalid"))
    );
    assert!(sync.is_dirty());
}

#[tokio::test]
async fn an_outcome_for_a_customer_that_changed_hands_is_refused() {
    let fresh = Fresh::new().await;
    fresh.add(&user(1, "ada")).await.expect("added");
    settle(&fresh, 1, Some(customer(5))).await;
    fresh.delete(1).await.expect("deleted");
    let read = pending(&fresh, 1).await.expect("the tombstone").user;
    let tombstone = fresh
        .store
        .tombstone(fresh.shop, &fresh.key, "ada")
        .await
        .expect("read");
    fresh
        .write(|batch| {
            fresh
                .store
                .insert_user(
                    batch,
                    fresh.shop,
                    &fresh.key,
                    &user(2, "ada"),
                    tombstone.as_ref(),
                )
                .expect("sealed");
        })
        .await
        .expect("added");
    let late = outcome(read.sync.desired_gen, SyncState::Disabled);
    assert_eq!(
        record(&fresh, &read, &late).await,
        Err(GuardFailure::VersionMismatch)
    );
    assert_eq!(fresh.user(2).await.sync.state, SyncState::Pending);
}

#[tokio::test]
async fn a_settled_tombstone_keeps_its_customer_and_nothing_else() {
    let fresh = Fresh::new().await;
    fresh.add_users(2).await;
    settle(&fresh, 1, Some(customer(5))).await;
    fresh.delete(1).await.expect("deleted");
    settle(&fresh, 1, Some(customer(5))).await;
    let kept = pending(&fresh, 1).await.expect("the tombstone");
    assert_eq!((kept.user.document.as_str(), kept.applied), ("", None));
    assert!(
        fresh
            .store
            .tombstone(fresh.shop, &fresh.key, "user1")
            .await
            .expect("read")
            .is_some()
    );
    // Without a customer there is nothing to re-link.
    fresh.delete(2).await.expect("deleted");
    settle(&fresh, 2, None).await;
    assert!(pending(&fresh, 2).await.is_none());
    // Whoever adopts the customer takes it from the tombstone.
    fresh.add(&user(3, "carl")).await.expect("added");
    fresh
        .write(|batch| {
            fresh
                .store
                .release_tombstones(batch, fresh.shop, &customer(5), id(3))
        })
        .await
        .expect("released");
    assert!(pending(&fresh, 1).await.is_none());
}

#[tokio::test]
async fn the_backlog_is_counted_over_all_shops_with_who_waits_longest() {
    let fresh = Fresh::new().await;
    let backlog = async || fresh.store.backlog().await.expect("read");
    assert_eq!(backlog().await, Backlog::default());
    fresh.add_users(4).await;
    settle(&fresh, 1, Some(customer(1))).await;
    let held = outcome(1, SyncState::Held);
    record(&fresh, &fresh.user(2).await, &held)
        .await
        .expect("recorded");
    let oldest = fresh.user(3).await.modified_ms;
    let told = backlog().await;
    assert_eq!(told.oldest_ms, Some(oldest));
    let count = |told: &Backlog| [told.pending, told.held, told.conflict + told.failed];
    assert_eq!(count(&told), [2, 1, 0]);
    // One who leaves is on the way, too; one who is merely looked at again is not.
    fresh.delete(1).await.expect("deleted");
    assert_eq!(count(&backlog().await), [3, 1, 0]);
    for number in 3..=4 {
        settle(&fresh, number, Some(customer(number))).await;
    }
    settle(&fresh, 1, Some(customer(1))).await;
    fresh
        .write(|batch| fresh.store.retry_parked(batch, fresh.shop))
        .await
        .expect("written");
    let told = backlog().await;
    assert_eq!((count(&told), told.oldest_ms), ([0, 1, 0], None));
    // Nor is one whose customer somebody else may have written.
    fresh
        .write(|batch| fresh.store.doubt_user(batch, fresh.shop, id(3), 9_000))
        .await
        .expect("written");
    let told = backlog().await;
    assert_eq!((count(&told), told.oldest_ms), ([1, 1, 0], None));
    let changed = async || pending(&fresh, 3).await.expect("there").changed_ms();
    assert_eq!(changed().await, None);
    settle(&fresh, 3, Some(customer(3))).await;
    assert_eq!(changed().await, None);
    let version = fresh.user(3).await.version;
    fresh
        .update(&user(3, "carl"), version)
        .await
        .expect("written");
    assert_eq!(changed().await, Some(fresh.user(3).await.modified_ms));
    assert_eq!(backlog().await.oldest_ms, changed().await);
}

#[tokio::test]
async fn states_are_counted_and_listed() {
    let fresh = Fresh::new().await;
    fresh.add_users(5).await;
    for number in 1..=3 {
        settle(&fresh, number, Some(customer(number))).await;
    }
    let held = outcome(1, SyncState::Held);
    record(&fresh, &fresh.user(4).await, &held)
        .await
        .expect("recorded");
    fresh.delete(3).await.expect("deleted");
    let mut counts = fresh.store.state_counts(fresh.shop).await.expect("read");
    counts.sort_by_key(|(state, _)| state.as_str());
    assert_eq!(
        counts,
        [
            (SyncState::Held, 1),
            (SyncState::Pending, 1),
            (SyncState::Synced, 2)
        ]
    );
    let listed = async |state, seq| -> Vec<ResourceId> {
        let users = fresh
            .store
            .users_in_state(fresh.shop, &fresh.key, state, seq, 10)
            .await;
        users.expect("read").iter().map(|user| user.id).collect()
    };
    assert_eq!(listed(SyncState::Synced, 0).await, [id(1), id(2)]);
    assert_eq!(
        listed(SyncState::Synced, fresh.user(1).await.seq).await,
        [id(2)]
    );
    assert_eq!(listed(SyncState::Held, 0).await, [id(4)]);
    assert_eq!(listed(SyncState::Conflict, 0).await, []);
    // The deleted one is counted apart, until its customer is disabled.
    let leaving = async || fresh.store.leaving_counts(fresh.shop).await.expect("read");
    assert_eq!(leaving().await, [(SyncState::Pending, 1)]);
    let left = async |state, seq| -> Vec<ResourceId> {
        let users = fresh
            .store
            .leaving_in_state(fresh.shop, &fresh.key, state, seq, 10)
            .await;
        users.expect("read").iter().map(|user| user.id).collect()
    };
    assert_eq!(left(SyncState::Pending, 0).await, [id(3)]);
    assert_eq!(left(SyncState::Failed, 0).await, []);
}

#[tokio::test]
async fn what_is_due_is_due_after_a_restart() {
    let fresh = Fresh::new().await;
    fresh.add_users(3).await;
    settle(&fresh, 2, Some(customer(5))).await;
    let users = async |fresh: &Fresh| {
        [
            fresh.user(1).await,
            fresh.user(2).await,
            fresh.user(3).await,
        ]
    };
    let before = users(&fresh).await;
    let fresh = fresh.reopened().await;
    assert_eq!(due(&fresh, 1_000).await, [id(1), id(3)]);
    assert_eq!(users(&fresh).await, before);
    assert_eq!(fresh.counts().await, (3, 0));
}

//! The queue that is no queue: what is due, and what became of it.

use super::*;
use crate::directory::SyncState;
use crate::store::Outcome;

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

pub(in crate::store) fn record(
    fresh: &Fresh,
    read: &UserRecord,
    outcome: &Outcome,
) -> Result<(), GuardFailure> {
    fresh.write(|batch| {
        fresh
            .store
            .record_outcome(batch, fresh.shop, &fresh.key, read, outcome)
            .expect("sealed");
    })
}

/// A step of user `number`, deleted or not, that ends well.
pub(in crate::store) fn settle(fresh: &Fresh, number: u64, customer: Option<CustomerGid>) {
    let read = pending(fresh, number).expect("the user").user;
    let outcome = Outcome {
        customer,
        ..outcome(read.sync.desired_gen, SyncState::Synced)
    };
    record(fresh, &read, &outcome).expect("recorded");
}

pub(in crate::store) fn pending(fresh: &Fresh, number: u64) -> Option<crate::store::PendingUser> {
    fresh
        .store
        .pending_user(fresh.shop, &fresh.key, id(number))
        .expect("read")
}

fn due(fresh: &Fresh, now_ms: i64) -> Vec<ResourceId> {
    fresh
        .store
        .due_users(fresh.shop, now_ms, 100)
        .expect("read")
}

#[test]
fn a_settled_user_is_due_no_more() {
    let fresh = Fresh::new();
    fresh.add(&user(1, "ada")).expect("added");
    assert_eq!(fresh.store.next_due_ms().expect("read"), Some(1_000));
    assert_eq!(fresh.store.due_shops(1_000).expect("read"), [fresh.shop]);
    assert_eq!(fresh.store.due_shops(999).expect("read"), []);
    settle(&fresh, 1, Some(customer(5)));
    let pending = pending(&fresh, 1).expect("the user");
    assert_eq!(pending.applied.as_deref(), Some(r#"{"firstName":"Ada"}"#));
    let sync = pending.user.sync;
    assert_eq!(
        (sync.state, sync.last_synced_ms),
        (SyncState::Synced, Some(2_500))
    );
    assert_eq!(sync.customer, Some(customer(5)));
    assert!(!sync.is_dirty());
    assert_eq!(
        fresh.user(1).version,
        1,
        "the client's version is not the worker's business"
    );
    assert_eq!(due(&fresh, i64::MAX), []);
    assert_eq!(fresh.store.next_due_ms().expect("read"), None);
    let owner = fresh
        .store
        .user_of_customer(fresh.shop, &customer(5))
        .expect("read");
    assert_eq!(owner, Some(id(1)));
}

#[test]
fn a_change_during_a_step_leaves_the_user_due() {
    let fresh = Fresh::new();
    fresh.add(&user(1, "ada")).expect("added");
    let read = fresh.user(1);
    fresh.update(&user(1, "ada"), 1).expect("updated");
    record(
        &fresh,
        &read,
        &outcome(read.sync.desired_gen, SyncState::Synced),
    )
    .expect("recorded");
    let sync = fresh.user(1).sync;
    assert_eq!((sync.state, sync.due_ms), (SyncState::Pending, Some(2_500)));
    assert_eq!((sync.desired_gen, sync.applied_gen), (2, 1));
    assert_eq!(
        sync.customer,
        Some(customer(5)),
        "what was done is known all the same"
    );
}

#[test]
fn drift_that_is_noticed_during_a_step_is_looked_at_afterwards() {
    let fresh = Fresh::new();
    fresh.add(&user(1, "ada")).expect("added");
    settle(&fresh, 1, Some(customer(5)));
    fresh.update(&user(1, "ada"), 1).expect("updated");
    let read = fresh.user(1);
    fresh
        .write(|batch| {
            fresh
                .store
                .touch_customer(batch, fresh.shop, &customer(5), 2_400)
        })
        .expect("touched");
    record(
        &fresh,
        &read,
        &outcome(read.sync.desired_gen, SyncState::Synced),
    )
    .expect("recorded");
    let pending = pending(&fresh, 1).expect("the user");
    assert_eq!(pending.applied, None, "so the next step reads the customer");
    assert_eq!(due(&fresh, 2_500), [id(1)]);
}

#[test]
fn the_longest_due_come_first_and_the_later_not_at_all() {
    let fresh = Fresh::new();
    for (number, at_ms) in [(1, 3_000), (2, 1_000), (3, 2_000), (4, 9_000)] {
        let change = UserChange {
            at_ms,
            ..user(number, &format!("user{number}"))
        };
        fresh.add(&change).expect("added");
    }
    assert_eq!(due(&fresh, 3_000), [id(2), id(3), id(1)]);
    assert_eq!(
        fresh.store.due_users(fresh.shop, 3_000, 2).expect("read"),
        [id(2), id(3)]
    );
    let failed = Outcome {
        settled: false,
        due_ms: Some(50_000),
        attempts: 1,
        last_error: Some("phone is invalid".to_owned()),
        ..outcome(1, SyncState::Failed)
    };
    record(&fresh, &fresh.user(2), &failed).expect("recorded");
    assert_eq!(due(&fresh, 9_000), [id(3), id(1), id(4)]);
    let sync = fresh.user(2).sync;
    assert_eq!(
        (sync.attempts, sync.last_error.as_deref()),
        (1, Some("phone is invalid"))
    );
    assert!(sync.is_dirty());
}

#[test]
fn an_outcome_for_a_customer_that_changed_hands_is_refused() {
    let fresh = Fresh::new();
    fresh.add(&user(1, "ada")).expect("added");
    settle(&fresh, 1, Some(customer(5)));
    fresh.delete(1).expect("deleted");
    let read = pending(&fresh, 1).expect("the tombstone").user;
    let tombstone = fresh
        .store
        .tombstone(fresh.shop, &fresh.key, "ada")
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
        .expect("added");
    let late = outcome(read.sync.desired_gen, SyncState::Disabled);
    assert_eq!(
        record(&fresh, &read, &late),
        Err(GuardFailure::VersionMismatch)
    );
    assert_eq!(fresh.user(2).sync.state, SyncState::Pending);
}

#[test]
fn a_settled_tombstone_keeps_its_customer_and_nothing_else() {
    let fresh = Fresh::new();
    fresh.add_users(2);
    settle(&fresh, 1, Some(customer(5)));
    fresh.delete(1).expect("deleted");
    settle(&fresh, 1, Some(customer(5)));
    let kept = pending(&fresh, 1).expect("the tombstone");
    assert_eq!((kept.user.document.as_str(), kept.applied), ("", None));
    assert!(
        fresh
            .store
            .tombstone(fresh.shop, &fresh.key, "user1")
            .expect("read")
            .is_some()
    );
    // Without a customer there is nothing to re-link.
    fresh.delete(2).expect("deleted");
    settle(&fresh, 2, None);
    assert!(pending(&fresh, 2).is_none());
    // Whoever adopts the customer takes it from the tombstone.
    fresh.add(&user(3, "carl")).expect("added");
    fresh
        .write(|batch| {
            fresh
                .store
                .release_tombstones(batch, fresh.shop, &customer(5), id(3))
        })
        .expect("released");
    assert!(pending(&fresh, 1).is_none());
}

#[test]
fn states_are_counted_and_listed() {
    let fresh = Fresh::new();
    fresh.add_users(5);
    for number in 1..=3 {
        settle(&fresh, number, Some(customer(number)));
    }
    let held = outcome(1, SyncState::Held);
    record(&fresh, &fresh.user(4), &held).expect("recorded");
    fresh.delete(3).expect("deleted");
    let mut counts = fresh.store.state_counts(fresh.shop).expect("read");
    counts.sort_by_key(|(state, _)| state.as_str());
    assert_eq!(
        counts,
        [
            (SyncState::Held, 1),
            (SyncState::Pending, 1),
            (SyncState::Synced, 2)
        ]
    );
    let listed = |state, seq| -> Vec<ResourceId> {
        let users = fresh
            .store
            .users_in_state(fresh.shop, &fresh.key, state, seq, 10);
        users.expect("read").iter().map(|user| user.id).collect()
    };
    assert_eq!(listed(SyncState::Synced, 0), [id(1), id(2)]);
    assert_eq!(listed(SyncState::Synced, fresh.user(1).seq), [id(2)]);
    assert_eq!(listed(SyncState::Held, 0), [id(4)]);
    assert_eq!(listed(SyncState::Conflict, 0), []);
    // The deleted one is counted apart, until its customer is disabled.
    let leaving = || fresh.store.leaving_counts(fresh.shop).expect("read");
    assert_eq!(leaving(), [(SyncState::Pending, 1)]);
    let left = |state, seq| -> Vec<ResourceId> {
        let users = fresh
            .store
            .leaving_in_state(fresh.shop, &fresh.key, state, seq, 10);
        users.expect("read").iter().map(|user| user.id).collect()
    };
    assert_eq!(left(SyncState::Pending, 0), [id(3)]);
    assert_eq!(left(SyncState::Failed, 0), []);
}

#[test]
fn what_is_due_is_due_after_a_restart() {
    let fresh = Fresh::new();
    fresh.add_users(3);
    settle(&fresh, 2, Some(customer(5)));
    let before: Vec<UserRecord> = [1, 2, 3].map(|number| fresh.user(number)).into();
    let fresh = fresh.reopened();
    assert_eq!(due(&fresh, 1_000), [id(1), id(3)]);
    let after: Vec<UserRecord> = [1, 2, 3].map(|number| fresh.user(number)).into();
    assert_eq!(after, before);
    assert_eq!(fresh.counts(), (3, 0));
}

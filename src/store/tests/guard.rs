//! Who is held when many leave at once.

use super::*;
use crate::store::{Departure, GuardLimits};

const LIMITS: GuardLimits = GuardLimits {
    users: 3,
    percent: 20,
};
const MINUTE_MS: i64 = 60_000;

impl Fresh {
    async fn leaves(&self, number: u64, at_ms: i64) {
        let departure = Departure {
            user: id(number),
            deleted: false,
            at_ms,
        };
        self.write(|batch| {
            self.store
                .note_departure(batch, self.shop, departure, LIMITS);
        })
        .await
        .expect("written");
    }

    async fn guarded(&self) -> (Vec<u64>, i64) {
        let mut held = Vec::new();
        for number in 1..=20 {
            if self.user(number).await.guarded {
                held.push(number);
            }
        }
        let counted = self.store.guarded_count(self.shop).await.expect("read");
        (held, counted)
    }
}

#[tokio::test]
async fn the_first_one_over_both_limits_is_held_and_those_behind_it() {
    let fresh = Fresh::new().await;
    fresh.add_users(20).await;
    // Four of twenty are 20 %, which is not more than 20 %.
    for number in 1..=6 {
        fresh.leaves(number, MINUTE_MS).await;
    }
    assert_eq!(fresh.guarded().await, (vec![5, 6], 2));
    let released = fresh.store.release_guarded(fresh.shop, Some(id(5))).await;
    assert_eq!(released.expect("written"), Ok(()));
    assert_eq!(fresh.guarded().await, (vec![6], 1));
    assert_eq!(fresh.user(5).await.sync.due_ms, Some(0));
    let released = fresh.store.release_guarded(fresh.shop, None).await;
    assert_eq!(released.expect("written"), Ok(()));
    let again = fresh.store.release_guarded(fresh.shop, None).await;
    assert_eq!(again.expect("asked"), Err(GuardFailure::NotFound));
}

#[tokio::test]
async fn who_is_back_or_left_an_hour_ago_does_not_count() {
    let fresh = Fresh::new().await;
    fresh.add_users(20).await;
    for number in 1..=4 {
        fresh.leaves(number, MINUTE_MS).await;
    }
    fresh
        .write(|batch| fresh.store.note_return(batch, fresh.shop, id(1)))
        .await
        .expect("written");
    fresh.leaves(5, 2 * MINUTE_MS).await;
    assert_eq!(fresh.guarded().await, (vec![], 0));
    fresh.leaves(6, 60 * MINUTE_MS).await;
    assert_eq!(fresh.guarded().await, (vec![6], 1));
    // The first minute is an hour ago: two of those who left later are left.
    fresh.leaves(7, 61 * MINUTE_MS).await;
    assert_eq!(fresh.guarded().await, (vec![6], 1));
    let trimmed = fresh
        .store
        .trim_departures(fresh.shop, 70 * MINUTE_MS)
        .await;
    trimmed.expect("trimmed");
    fresh.leaves(8, 71 * MINUTE_MS).await;
    assert_eq!(fresh.guarded().await, (vec![6], 1));
}

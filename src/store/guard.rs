//! The guard against mass deprovisioning: when an identity provider disables or deletes many of a shop's users at once, the first ones leave, and the others wait
//! until someone has said that it is meant.
//!
//! Whether a user may leave is decided when that is stored, in the same batch, so that it does not depend on when Shopify is reached. Who leaves is counted by the
//! minute: a sum over an hour looks at sixty rows, however many leave.

use super::value::{id as id_value, int, shop as shop_value};
use super::{Batch, GuardFailure, Store, StoreError, Written};
use crate::base::id::{ResourceId, ShopId};

const MINUTE_MS: i64 = 60_000;
/// What is looked back on: an hour.
const WINDOW_MINUTES: i64 = 60;

/// How many may leave within an hour. Both must be exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardLimits {
    /// So many users.
    pub users: i64,
    /// So much of the shop, in percent.
    pub percent: i64,
}

/// Who leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// The user.
    pub user: ResourceId,
    /// Whether it is deleted, not only disabled.
    pub deleted: bool,
    /// When.
    pub at_ms: i64,
}

impl Store {
    /// Adds to `batch` that a user leaves; behind the change itself. From the first one over the limits on, who leaves is held.
    pub fn note_departure(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        departure: Departure,
        limits: GuardLimits,
    ) {
        let minute = departure.at_ms.div_euclid(MINUTE_MS);
        batch.push(
            "INSERT INTO departures (shop_id, minute, departed, deleted) VALUES (?1, ?2, 1, ?3) \
             ON CONFLICT (shop_id, minute) DO UPDATE SET departed = departures.departed + 1, deleted = departures.deleted + excluded.deleted",
            vec![shop_value(shop), int(minute), int(departure.deleted.into())],
        );
        batch.push(
            "UPDATE users SET departed_minute = ?3, guarded = CASE WHEN \
             (SELECT CAST(SUM(departed) AS BIGINT) FROM departures WHERE shop_id = ?1 AND minute > ?6) > ?4 AND \
             (SELECT CAST(SUM(departed) AS BIGINT) FROM departures WHERE shop_id = ?1 AND minute > ?6) * 100 > ?5 * \
             (SELECT user_count + (SELECT CAST(SUM(deleted) AS BIGINT) FROM departures WHERE shop_id = ?1 AND minute > ?6) FROM shops WHERE shop_id = ?1) \
             THEN 1 ELSE 0 END WHERE shop_id = ?1 AND id = ?2",
            vec![
                shop_value(shop),
                id_value(departure.user),
                int(minute),
                int(limits.users),
                int(limits.percent),
                int(minute - WINDOW_MINUTES),
            ],
        );
    }

    /// Adds to `batch` that a user is back: it counts no more among those who left, and is held no more.
    pub fn note_return(&self, batch: &mut Batch, shop: ShopId, user: ResourceId) {
        let this = || vec![shop_value(shop), id_value(user)];
        batch.push(
            "UPDATE departures SET departed = departed - 1 WHERE shop_id = ?1 AND minute = \
             (SELECT departed_minute FROM users WHERE shop_id = ?1 AND id = ?2)",
            this(),
        );
        batch.push(
            "UPDATE users SET departed_minute = NULL, guarded = 0 WHERE shop_id = ?1 AND id = ?2 AND departed_minute IS NOT NULL",
            this(),
        );
    }

    /// Lets those leave who are held, all of a shop's or one: it was meant.
    ///
    /// # Errors
    /// Inner: nobody is held.
    pub async fn release_guarded(&self, shop: ShopId, user: Option<ResourceId>) -> Written {
        let mut batch = Batch::of(shop);
        let mut values = vec![shop_value(shop)];
        let sql = match user {
            None => "UPDATE users SET guarded = 0, due_ms = 0 WHERE shop_id = ?1 AND guarded = 1",
            Some(user) => {
                values.push(id_value(user));
                "UPDATE users SET guarded = 0, due_ms = 0 WHERE shop_id = ?1 AND guarded = 1 AND id = ?2"
            }
        };
        batch.push(sql, values).must_affect(GuardFailure::NotFound);
        self.write(batch).await
    }

    /// How many of a shop's users are held by the guard.
    ///
    /// # Errors
    /// The database failed.
    pub async fn guarded_count(&self, shop: ShopId) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) FROM users WHERE shop_id = ?1 AND guarded = 1";
        let counted = self
            .database
            .query_one("count who is held", sql, &[shop_value(shop)], |row| {
                row.int(0)
            })
            .await?;
        Ok(counted.unwrap_or_default())
    }

    /// Forgets who left before `before_ms`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn trim_departures(&self, shop: ShopId, before_ms: i64) -> Result<(), StoreError> {
        let mut batch = Batch::of(shop);
        batch.push(
            "DELETE FROM departures WHERE shop_id = ?1 AND minute < ?2",
            vec![shop_value(shop), int(before_ms.div_euclid(MINUTE_MS))],
        );
        self.write(batch).await.map(drop)
    }
}

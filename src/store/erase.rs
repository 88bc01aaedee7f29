//! Removing a shop: its key goes at once, its rows little by little.
//!
//! Without the key nothing of the shop can be read any more; sweeping what is left only gives back the space, and must not hold up the other shops' writes.
//! A backup from before has the key still.

use super::value::{int, shop as shop_value};
use super::{Batch, GuardFailure, Store, StoreError, Written};
use crate::base::id::ShopId;

/// Rows of each table that are swept at once.
const SWEPT: i64 = 1_000;

const SWEEP: [&str; 6] = [
    "DELETE FROM users WHERE shop_id = ?1 AND id IN (SELECT id FROM users WHERE shop_id = ?1 LIMIT ?2)",
    "DELETE FROM user_emails WHERE shop_id = ?1 AND (email, id) IN (SELECT email, id FROM user_emails WHERE shop_id = ?1 LIMIT ?2)",
    "DELETE FROM groups WHERE shop_id = ?1 AND id IN (SELECT id FROM groups WHERE shop_id = ?1 LIMIT ?2)",
    "DELETE FROM members WHERE shop_id = ?1 AND (group_id, user_id) IN (SELECT group_id, user_id FROM members WHERE shop_id = ?1 LIMIT ?2)",
    "DELETE FROM departures WHERE shop_id = ?1 AND minute IN (SELECT minute FROM departures WHERE shop_id = ?1 LIMIT ?2)",
    "DELETE FROM activity WHERE shop_id = ?1 AND entry IN (SELECT entry FROM activity WHERE shop_id = ?1 LIMIT ?2)",
];

const LEFT: &str = "SELECT 1 FROM deleted_shops WHERE shop_id = ?1 AND ( \
     EXISTS (SELECT 1 FROM users WHERE shop_id = ?1) OR EXISTS (SELECT 1 FROM user_emails WHERE shop_id = ?1) \
     OR EXISTS (SELECT 1 FROM groups WHERE shop_id = ?1) OR EXISTS (SELECT 1 FROM members WHERE shop_id = ?1) \
     OR EXISTS (SELECT 1 FROM activity WHERE shop_id = ?1) OR EXISTS (SELECT 1 FROM departures WHERE shop_id = ?1))";

impl Store {
    /// Removes a shop with its key, its credentials and its tokens. [`Store::sweep_deleted_shops`] removes what is left.
    ///
    /// # Errors
    /// Inner: there is no such shop.
    pub async fn delete_shop(&self, shop: ShopId) -> Written {
        let this = || vec![shop_value(shop)];
        let mut batch = Batch::of(shop);
        batch
            .push("DELETE FROM shops WHERE shop_id = ?1", this())
            .must_affect(GuardFailure::NotFound);
        batch.push("DELETE FROM tokens WHERE shop_id = ?1", this());
        batch.push("INSERT INTO deleted_shops (shop_id) VALUES (?1)", this());
        batch.leave_no_trace();
        self.write(batch).await
    }

    /// Removes some rows of deleted shops; says whether there may be more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sweep_deleted_shops(&self) -> Result<bool, StoreError> {
        let doing = "find deleted shops";
        let next = self
            .database
            .query_one(
                doing,
                "SELECT shop_id FROM deleted_shops ORDER BY shop_id LIMIT 1",
                &[],
                |row| row.int(0).map(ShopId),
            )
            .await?;
        let Some(shop) = next else { return Ok(false) };
        let this = || vec![shop_value(shop)];
        let left = self
            .database
            .query_one(doing, LEFT, &this(), |_| Ok(()))
            .await?;
        let mut batch = Batch::of(shop);
        if left.is_some() {
            for sql in SWEEP {
                batch.push(sql, [this(), vec![int(SWEPT)]].concat());
            }
        } else {
            batch.push("DELETE FROM deleted_shops WHERE shop_id = ?1", this());
            batch.leave_no_trace();
        }
        // Nothing in it is guarded.
        self.write(batch).await.map(|_| true)
    }
}

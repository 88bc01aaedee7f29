//! What is due, and what became of it. The queue is an index over the users, nothing else.

use super::users::{columns, place, record, select};
use super::value::{
    blob, count as count_value, id as id_value, int, maybe_blob, maybe_int, maybe_text,
    shop as shop_value, text,
};
use super::{Batch, GuardFailure, Store, StoreError};
use crate::base::id::{CustomerGid, ResourceId, ShopId};
use crate::base::seal::ShopKey;
use crate::directory::{SyncState, UserRecord};

/// A user with what reconciling needs beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingUser {
    /// The user, deleted or not.
    pub user: UserRecord,
    /// What was last written to Shopify, as JSON text.
    pub applied: Option<String>,
}

impl PendingUser {
    /// When it was last changed, if Shopify has not seen that; `None` when it is only looked at again, since somebody may have written its customer.
    pub fn changed_ms(&self) -> Option<i64> {
        let sync = &self.user.sync;
        let is_in_doubt = self.applied.is_none() && sync.customer.is_some() && sync.applied_gen > 0;
        (sync.is_dirty() && !is_in_doubt).then_some(self.user.modified_ms)
    }
}

/// What became of a step.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The `desired_gen` that the step has read.
    pub seen_gen: i64,
    /// Whether nothing more is to be done for it: Shopify is as told, or the user is parked.
    pub settled: bool,
    /// The state.
    pub state: SyncState,
    /// The customer from now on.
    pub customer: Option<CustomerGid>,
    /// What is now in Shopify of ours, as JSON text.
    pub applied: Option<String>,
    /// Why it is not further.
    pub last_error: Option<String>,
    /// When Shopify became as told, if it did.
    pub synced_ms: Option<i64>,
    /// When the next step is due.
    pub due_ms: Option<i64>,
    /// Steps that failed in a row.
    pub attempts: u32,
    /// When the step ended.
    pub at_ms: i64,
}

impl Store {
    /// The shops with due users.
    ///
    /// # Errors
    /// The database failed.
    pub async fn due_shops(&self, now_ms: i64) -> Result<Vec<ShopId>, StoreError> {
        self.database.query(
            "find what is due",
            "SELECT shop_id FROM shops WHERE EXISTS \
             (SELECT 1 FROM users WHERE users.shop_id = shops.shop_id AND due_ms IS NOT NULL AND due_ms <= ?1)",
            &[int(now_ms)],
            |row| row.int(0).map(ShopId),
        ).await
    }

    /// A shop's due users, the longest due first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn due_users(
        &self,
        shop: ShopId,
        now_ms: i64,
        limit: usize,
    ) -> Result<Vec<ResourceId>, StoreError> {
        self.database.query(
            "find what is due",
            "SELECT id FROM users WHERE shop_id = ?1 AND due_ms IS NOT NULL AND due_ms <= ?2 ORDER BY due_ms LIMIT ?3",
            &[shop_value(shop), int(now_ms), count_value(limit)],
            |row| row.id(0),
        ).await
    }

    /// When the next user of any shop is due.
    ///
    /// # Errors
    /// The database failed.
    pub async fn next_due_ms(&self) -> Result<Option<i64>, StoreError> {
        let next = self.database.query_one(
            "find what is due",
            "SELECT MIN(next_ms) FROM (SELECT \
             (SELECT MIN(due_ms) FROM users WHERE users.shop_id = shops.shop_id AND due_ms IS NOT NULL) AS next_ms \
             FROM shops) AS nexts",
            &[],
            |row| row.maybe_int(0),
        ).await?;
        Ok(next.flatten())
    }

    /// A user as a step needs it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn pending_user(
        &self,
        shop: ShopId,
        key: &ShopKey,
        id: ResourceId,
    ) -> Result<Option<PendingUser>, StoreError> {
        self.database
            .query_one(
                "read a user",
                concat!(
                    "SELECT ",
                    columns!(),
                    ", applied FROM users WHERE shop_id = ?1 AND id = ?2"
                ),
                &[shop_value(shop), id_value(id)],
                |row| {
                    let applied = row.maybe_blob(17)?;
                    Ok(PendingUser {
                        user: record(row, key)?,
                        applied: applied
                            .map(|sealed| key.open(&applied_place(id), sealed))
                            .transpose()?,
                    })
                },
            )
            .await
    }

    /// Adds to `batch` what became of a step. A change that came meanwhile leaves the user due now.
    ///
    /// # Errors
    /// No randomness to seal with.
    pub fn record_outcome(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        key: &ShopKey,
        user: &UserRecord,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let applied = outcome
            .applied
            .as_ref()
            .map(|text| key.seal(&self.random, &applied_place(user.id), text))
            .transpose()?;
        let before = user.sync.customer.as_ref().map(ToString::to_string);
        batch
            .push(
                "UPDATE users SET applied_gen = CASE WHEN ?3 = 1 THEN ?4 ELSE applied_gen END, \
                 state = CASE WHEN desired_gen = ?4 THEN ?5 ELSE 'pending' END, \
                 due_ms = CASE WHEN desired_gen = ?4 THEN ?6 ELSE CAST(?7 AS BIGINT) END, \
                 attempts = CASE WHEN desired_gen = ?4 THEN ?8 ELSE 0 END, \
                 applied = CASE WHEN desired_gen = ?4 OR applied IS NOT NULL THEN ?12 ELSE applied END, \
                 last_error = ?9, last_synced_ms = COALESCE(?10, last_synced_ms), customer = ?11 \
                 WHERE shop_id = ?1 AND id = ?2 AND (customer = ?13 OR (customer IS NULL AND ?13 IS NULL))",
                vec![
                    shop_value(shop),
                    id_value(user.id),
                    int(i64::from(outcome.settled)),
                    int(outcome.seen_gen),
                    text(outcome.state.as_str()),
                    maybe_int(outcome.due_ms),
                    int(outcome.at_ms),
                    int(i64::from(outcome.attempts)),
                    maybe_text(outcome.last_error.clone()),
                    maybe_int(outcome.synced_ms),
                    maybe_text(outcome.customer.as_ref().map(ToString::to_string)),
                    maybe_blob(applied),
                    maybe_text(before),
                ],
            )
            // The customer has meanwhile gone to another user: a deleted user's, taken over.
            .must_affect(GuardFailure::VersionMismatch);
        if user.deleted && outcome.settled {
            // Nothing of a deleted user is kept but what re-links its customer; without one, nothing at all.
            batch.push(
                "UPDATE users SET document = ?3, applied = NULL WHERE shop_id = ?1 AND id = ?2 AND desired_gen = ?4",
                vec![shop_value(shop), id_value(user.id), blob(Vec::new()), int(outcome.seen_gen)],
            );
            batch.push(
                "DELETE FROM users WHERE shop_id = ?1 AND id = ?2 AND desired_gen = ?3 AND deleted_ms IS NOT NULL AND customer IS NULL",
                vec![shop_value(shop), id_value(user.id), int(outcome.seen_gen)],
            );
        }
        Ok(())
    }

    /// Adds to `batch` that a user is not tried any more, since what is stored of it can't be read.
    pub fn park_unreadable(&self, batch: &mut Batch, shop: ShopId, user: ResourceId, reason: &str) {
        batch.push(
            "UPDATE users SET state = 'failed', last_error = ?3, due_ms = NULL WHERE shop_id = ?1 AND id = ?2",
            vec![shop_value(shop), id_value(user), text(reason)],
        );
    }

    /// Adds to `batch` that the shop's parked users are tried again, deleted ones too.
    pub fn retry_parked(&self, batch: &mut Batch, shop: ShopId) {
        // Due before all times: whoever asks for it has no say in what time it is.
        batch.push(
            "UPDATE users SET due_ms = 0 WHERE shop_id = ?1 AND deleted_ms IS NULL \
             AND state <> 'synced' AND state IN ('held', 'conflict', 'failed')",
            vec![shop_value(shop)],
        );
        batch.push(
            "UPDATE users SET due_ms = 0 WHERE shop_id = ?1 AND deleted_ms IS NOT NULL \
             AND state <> 'disabled' AND state IN ('held', 'conflict', 'failed')",
            vec![shop_value(shop)],
        );
    }

    /// Adds to `batch` that one user is tried again.
    pub fn retry_user(&self, batch: &mut Batch, shop: ShopId, user: ResourceId) {
        batch
            .push(
                "UPDATE users SET due_ms = 0 WHERE shop_id = ?1 AND id = ?2",
                vec![shop_value(shop), id_value(user)],
            )
            .must_affect(GuardFailure::NotFound);
    }

    /// Makes a shop's users due, those behind `after_seq`, `limit` at a time: what their customers should be has changed. Gives the place to go on from.
    ///
    /// # Errors
    /// The database failed.
    pub async fn resync(
        &self,
        shop: ShopId,
        after_seq: i64,
        limit: i64,
    ) -> Result<Option<i64>, StoreError> {
        let last = self.database.query_one(
            "list users",
            "SELECT MAX(seq) FROM (SELECT seq FROM users WHERE shop_id = ?1 AND deleted_ms IS NULL AND seq > ?2 ORDER BY seq LIMIT ?3) AS chunk",
            &[shop_value(shop), int(after_seq), int(limit)],
            |row| row.maybe_int(0),
        ).await?;
        let Some(last) = last.flatten() else {
            return Ok(None);
        };
        let mut batch = Batch::of(shop);
        batch.push(
            "UPDATE users SET due_ms = 0 WHERE shop_id = ?1 AND deleted_ms IS NULL AND seq > ?2 AND seq <= ?3 AND due_ms IS NULL",
            vec![shop_value(shop), int(after_seq), int(last)],
        );
        // Without guards there is no refusal.
        self.write(batch)
            .await?
            .map_or(Ok(None), |()| Ok(Some(last)))
    }

    /// Adds to `batch` that whoever has this customer now is due.
    pub fn touch_customer(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        customer: &CustomerGid,
        at_ms: i64,
    ) {
        batch.push(
            "UPDATE users SET desired_gen = desired_gen + 1, due_ms = ?3, applied = NULL, state = 'pending' WHERE shop_id = ?1 AND customer = ?2",
            vec![shop_value(shop), text(customer.to_string()), int(at_ms)],
        );
    }

    /// Adds to `batch` that what is in Shopify of a user is in doubt: someone may have written late.
    pub fn doubt_user(&self, batch: &mut Batch, shop: ShopId, user: ResourceId, at_ms: i64) {
        batch.push(
            "UPDATE users SET desired_gen = desired_gen + 1, due_ms = ?3, applied = NULL, attempts = attempts + 1, state = 'pending' WHERE shop_id = ?1 AND id = ?2",
            vec![shop_value(shop), id_value(user), int(at_ms)],
        );
    }

    /// Adds to `batch` that no deleted user but `keeper` has this customer any more: it was adopted.
    pub fn release_tombstones(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        customer: &CustomerGid,
        keeper: ResourceId,
    ) {
        batch.push(
            "DELETE FROM users WHERE shop_id = ?1 AND customer = ?2 AND deleted_ms IS NOT NULL AND id <> ?3",
            vec![
                shop_value(shop),
                text(customer.to_string()),
                id_value(keeper),
            ],
        );
    }

    /// Who has this customer.
    ///
    /// # Errors
    /// The database failed.
    pub async fn user_of_customer(
        &self,
        shop: ShopId,
        customer: &CustomerGid,
    ) -> Result<Option<ResourceId>, StoreError> {
        self.database
            .query_one(
                "read a user",
                "SELECT id FROM users WHERE shop_id = ?1 AND customer = ?2 LIMIT 1",
                &[shop_value(shop), text(customer.as_str())],
                |row| row.id(0),
            )
            .await
    }

    /// How many live users are in each state; a state that nobody is in is left out.
    ///
    /// # Errors
    /// The database failed.
    pub async fn state_counts(&self, shop: ShopId) -> Result<Vec<(SyncState, i64)>, StoreError> {
        let rows: Vec<(Option<SyncState>, i64)> = self.database.query(
            "count the states",
            "SELECT NULL, user_count FROM shops WHERE shop_id = ?1 UNION ALL \
             SELECT state, COUNT(*) FROM users WHERE shop_id = ?1 AND deleted_ms IS NULL AND state <> 'synced' GROUP BY state",
            &[shop_value(shop)],
            |row| Ok((row.maybe_parsed(0, "state")?, row.int(1)?)),
        ).await?;
        let mut synced = 0;
        let mut counts = Vec::new();
        for (state, count) in rows {
            let Some(state) = state else {
                synced += count;
                continue;
            };
            synced -= count;
            counts.push((state, count));
        }
        if synced > 0 {
            counts.push((SyncState::Synced, synced));
        }
        Ok(counts)
    }

    /// The live users in `state` after a key, at most `count`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn users_in_state(
        &self,
        shop: ShopId,
        key: &ShopKey,
        state: SyncState,
        seq: i64,
        count: i64,
    ) -> Result<Vec<UserRecord>, StoreError> {
        let sql = match state {
            // They are most: in their order, those of other states are few to pass over.
            SyncState::Synced => {
                select!(
                    "WHERE shop_id = ?1 AND deleted_ms IS NULL AND state = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4"
                )
            }
            _ => {
                select!(
                    "WHERE shop_id = ?1 AND deleted_ms IS NULL AND state <> 'synced' AND state = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4"
                )
            }
        };
        self.in_state(key, sql, shop, state, seq, count).await
    }

    /// How many deleted users are in each state, but for those whose customers are disabled: with these all is done.
    ///
    /// # Errors
    /// The database failed.
    pub async fn leaving_counts(&self, shop: ShopId) -> Result<Vec<(SyncState, i64)>, StoreError> {
        self.database.query(
            "count the states",
            "SELECT state, COUNT(*) FROM users WHERE shop_id = ?1 AND deleted_ms IS NOT NULL AND state <> 'disabled' GROUP BY state",
            &[shop_value(shop)],
            |row| Ok((row.parsed(0, "state")?, row.int(1)?)),
        ).await
    }

    /// The deleted users in `state` after a key, at most `count`; none when all is done with their customers.
    ///
    /// # Errors
    /// The database failed.
    pub async fn leaving_in_state(
        &self,
        shop: ShopId,
        key: &ShopKey,
        state: SyncState,
        seq: i64,
        count: i64,
    ) -> Result<Vec<UserRecord>, StoreError> {
        let sql = select!(
            "WHERE shop_id = ?1 AND deleted_ms IS NOT NULL AND state <> 'disabled' AND state = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4"
        );
        self.in_state(key, sql, shop, state, seq, count).await
    }

    async fn in_state(
        &self,
        key: &ShopKey,
        sql: &'static str,
        shop: ShopId,
        state: SyncState,
        seq: i64,
        count: i64,
    ) -> Result<Vec<UserRecord>, StoreError> {
        self.some_users(
            key,
            sql,
            &[
                shop_value(shop),
                text(state.as_str()),
                int(seq),
                int(count.max(0)),
            ],
        )
        .await
    }
}

/// What a snapshot is bound to.
fn applied_place(id: ResourceId) -> [u8; 17] {
    place(b'a', id)
}

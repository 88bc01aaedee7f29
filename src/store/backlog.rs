//! What Shopify is still to be told, of all shops together: for monitoring, so it must cost little, however much there is.

use super::value::count as count_value;
use super::{Store, StoreError};
use crate::directory::SyncState;

/// Who is looked at in search of the one who waits longest: of each shop, as many as are due first.
const LOOKED_AT: usize = 1_000;

/// What Shopify is still to be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many users are in each state in which Shopify is not as told, deleted ones too. A state that nobody is in is left out.
    pub states: Vec<(SyncState, i64)>,
    /// When the pending user who waits longest was last changed.
    pub oldest_ms: Option<i64>,
}

impl Backlog {
    /// How many users are in this state.
    pub fn count(&self, state: SyncState) -> i64 {
        let found = self.states.iter().find(|(one, _)| *one == state);
        found.map_or(0, |(_, count)| *count)
    }
}

impl Store {
    /// What Shopify is still to be told. Who waits longest is looked for among the thousand users of each shop that are due first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        let counted = self.database.query(
            "count the states",
            "SELECT users.state, COUNT(*) FROM shops JOIN users ON users.shop_id = shops.shop_id \
             WHERE users.deleted_ms IS NULL AND users.state <> 'synced' AND users.state IN ('pending', 'held', 'conflict', 'failed') GROUP BY users.state \
             UNION ALL \
             SELECT users.state, COUNT(*) FROM shops JOIN users ON users.shop_id = shops.shop_id \
             WHERE users.deleted_ms IS NOT NULL AND users.state <> 'disabled' AND users.state IN ('pending', 'held', 'conflict', 'failed') GROUP BY users.state",
            &[],
            |row| Ok((row.parsed::<SyncState>(0, "state")?, row.int(1)?)),
        ).await?;
        let oldest = self.database.query_one(
            "find what is due",
            "SELECT MIN(modified_ms) FROM (SELECT \
             (SELECT MIN(modified_ms) FROM (SELECT modified_ms, state, desired_gen, applied_gen FROM users \
              WHERE users.shop_id = shops.shop_id AND due_ms IS NOT NULL ORDER BY due_ms LIMIT ?1) AS soon \
              WHERE state = 'pending' AND desired_gen > applied_gen) AS modified_ms \
             FROM shops) AS oldest",
            &[count_value(LOOKED_AT)],
            |row| row.maybe_int(0),
        ).await?;
        let mut backlog = Backlog {
            states: Vec::new(),
            oldest_ms: oldest.flatten(),
        };
        for (state, count) in counted {
            match backlog.states.iter_mut().find(|(one, _)| *one == state) {
                Some((_, sum)) => *sum += count,
                None => backlog.states.push((state, count)),
            }
        }
        Ok(backlog)
    }
}

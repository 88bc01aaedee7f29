//! What Shopify is still to be told, of all shops together: for monitoring, so it must cost little, however much there is.

use super::value::count as count_value;
use super::{Store, StoreError};

/// Who is looked at in search of the one who waits longest: of each shop, as many as are due first.
const LOOKED_AT: usize = 1_000;

/// What Shopify is still to be told: how many users are in each of the states, deleted ones too, and since when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    /// On their way.
    pub pending: i64,
    /// Shopify can't take them yet.
    pub held: i64,
    /// Another customer has their e-mail.
    pub conflict: i64,
    /// Shopify refused them.
    pub failed: i64,
    /// When the pending user who waits longest was last changed.
    pub oldest_ms: Option<i64>,
}

/// How many of a shop's users are in a state, by the indices of those who are not done with.
macro_rules! count {
    ($state:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM users WHERE users.shop_id = shops.shop_id AND deleted_ms IS NULL AND state <> 'synced' AND state = '",
            $state,
            "') + (SELECT COUNT(*) FROM users WHERE users.shop_id = shops.shop_id AND deleted_ms IS NOT NULL AND state <> 'disabled' AND state = '",
            $state,
            "') AS ",
            $state
        )
    };
}

impl Store {
    /// What Shopify is still to be told. Who waits longest, by [`PendingUser::changed_ms`](super::PendingUser::changed_ms), is looked for among the thousand users of
    /// each shop that are due first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        let counted = self.database.query_one(
            "count the states",
            concat!(
                "SELECT CAST(SUM(pending) AS BIGINT), CAST(SUM(held) AS BIGINT), CAST(SUM(conflict) AS BIGINT), CAST(SUM(failed) AS BIGINT) FROM (SELECT ",
                count!("pending"), ", ", count!("held"), ", ", count!("conflict"), ", ", count!("failed"),
                " FROM shops) AS counts"
            ),
            &[],
            |row| {
                let count = |column| Ok::<_, StoreError>(row.maybe_int(column)?.unwrap_or_default());
                Ok(Backlog {
                    pending: count(0)?,
                    held: count(1)?,
                    conflict: count(2)?,
                    failed: count(3)?,
                    oldest_ms: None,
                })
            },
        ).await?;
        let oldest = self.database.query_one(
            "find what is due",
            "SELECT MIN(modified_ms) FROM (SELECT \
             (SELECT MIN(modified_ms) FROM (SELECT modified_ms, state, customer, applied, desired_gen, applied_gen FROM users \
              WHERE users.shop_id = shops.shop_id AND due_ms IS NOT NULL ORDER BY due_ms LIMIT ?1) AS soon \
              WHERE state = 'pending' AND desired_gen > applied_gen AND (applied IS NOT NULL OR customer IS NULL OR applied_gen = 0)) AS modified_ms \
             FROM shops) AS oldest",
            &[count_value(LOOKED_AT)],
            |row| row.maybe_int(0),
        ).await?;
        Ok(Backlog {
            oldest_ms: oldest.flatten(),
            ..counted.unwrap_or_default()
        })
    }
}

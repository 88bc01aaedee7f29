//! The activity log on disk.

use super::row::Row;
use super::value::{
    count, id as id_value, int, maybe_id, maybe_text, real, shop as shop_value, text,
};
use super::{Batch, GuardFailure, Store, StoreError};
use crate::base::id::{ResourceId, ShopId};
use crate::directory::Activity;

/// Entries read at once.
const CHUNK: usize = 200;
/// Entries that a page looks at, at most: one that asks for what is rare is short, or empty, and says where to go on.
const LOOKED_AT: usize = 10_000;
/// Entries forgotten at once.
const FORGOTTEN: i64 = 1_000;

/// Which entries are wanted; what is `None` may be anything.
#[derive(Debug, Clone, Default)]
pub struct ActivityFilter {
    /// Of this user or group.
    pub resource: Option<ResourceId>,
    /// Of this request.
    pub request_id: Option<String>,
    /// By this token's prefix, `worker` or `cli`.
    pub actor: Option<String>,
    /// This action.
    pub action: Option<String>,
    /// With this outcome.
    pub outcome: Option<String>,
}

impl ActivityFilter {
    fn wants(&self, entry: &Activity) -> bool {
        let is =
            |wanted: &Option<String>, value: &String| wanted.as_ref().is_none_or(|w| w == value);
        is(&self.request_id, &entry.request_id)
            && is(&self.actor, &entry.actor)
            && is(&self.action, &entry.action)
            && is(&self.outcome, &entry.outcome)
    }
}

/// Entries, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ActivityPage {
    /// The entries.
    pub entries: Vec<Activity>,
    /// Where the next page goes on; `None`: there is none.
    pub next: Option<i64>,
}

/// A question for a page's worth of entries.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT entry, at_ms, request_id, actor, action, resource_type, resource, attributes, outcome, reason, cost_points, customer \
             FROM activity WHERE shop_id = ?1 AND entry < ?2 ",
            $condition,
            " ORDER BY entry DESC LIMIT ?3"
        )
    };
}

impl Store {
    /// Adds an entry to `batch`: it is there if and only if what it tells of is, and its shop.
    pub fn note(&self, batch: &mut Batch, shop: ShopId, entry: &Activity) {
        batch.push(
            "INSERT INTO activity (shop_id, at_ms, request_id, actor, action, resource_type, resource, attributes, outcome, reason, cost_points, customer) \
             SELECT shop_id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 FROM shops WHERE shop_id = ?1",
            vec![
                shop_value(shop),
                int(entry.at_ms),
                text(&entry.request_id),
                text(&entry.actor),
                text(&entry.action),
                text(&entry.resource_type),
                maybe_id(entry.resource),
                text(&entry.attributes),
                text(&entry.outcome),
                text(&entry.reason),
                real(entry.cost_points),
                maybe_text(entry.customer.as_ref().map(ToString::to_string)),
            ],
        );
    }

    /// A shop's newest entries that `filter` wants, at most `limit`, from where the page `before` ended.
    ///
    /// # Errors
    /// The database failed.
    pub async fn activity(
        &self,
        shop: ShopId,
        filter: &ActivityFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<ActivityPage, StoreError> {
        let mut page = ActivityPage {
            next: Some(before.unwrap_or(i64::MAX)),
            ..ActivityPage::default()
        };
        for _ in 0..LOOKED_AT / CHUNK {
            let Some(before) = page.next else { break };
            let chunk = self.entries(shop, filter.resource, before).await?;
            let is_last = chunk.len() < CHUNK;
            for (entry, activity) in chunk {
                if page.entries.len() == limit {
                    return Ok(page);
                }
                page.next = Some(entry);
                if filter.wants(&activity) {
                    page.entries.push(activity);
                }
            }
            if is_last {
                page.next = None;
            }
        }
        Ok(page)
    }

    async fn entries(
        &self,
        shop: ShopId,
        resource: Option<ResourceId>,
        before: i64,
    ) -> Result<Vec<(i64, Activity)>, StoreError> {
        let mut values = vec![shop_value(shop), int(before), count(CHUNK)];
        let sql = match resource {
            Some(id) => {
                values.push(id_value(id));
                select!("AND resource = ?4")
            }
            None => select!(""),
        };
        self.database
            .query("read the activity log", sql, &values, record)
            .await
    }

    /// Forgets some of a shop's entries of before `before_ms`, the oldest first; says whether there may be more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn trim_activity(&self, shop: ShopId, before_ms: i64) -> Result<bool, StoreError> {
        let mut batch = Batch::of(shop);
        batch
            .push(
                "DELETE FROM activity WHERE entry IN (SELECT entry FROM \
                 (SELECT entry, at_ms FROM activity WHERE shop_id = ?1 ORDER BY entry LIMIT ?3) AS oldest WHERE at_ms < ?2)",
                vec![shop_value(shop), int(before_ms), int(FORGOTTEN)],
            )
            .must_affect(GuardFailure::NotFound);
        Ok(self.write(batch).await?.is_ok())
    }
}

/// An entry and its number, from the columns of `select!`.
fn record(row: &Row<'_>) -> Result<(i64, Activity), StoreError> {
    let text = |place| row.text(place).map(str::to_owned);
    let activity = Activity {
        at_ms: row.int(1)?,
        request_id: text(2)?,
        actor: text(3)?,
        action: text(4)?,
        resource_type: text(5)?,
        resource: row.maybe_id(6)?,
        attributes: text(7)?,
        outcome: text(8)?,
        reason: text(9)?,
        cost_points: row.real(10)?,
        customer: row.maybe_parsed(11, "customer")?,
    };
    Ok((row.int(0)?, activity))
}

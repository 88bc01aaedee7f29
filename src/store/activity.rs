//! The activity log on disk.

use rusqlite::Row;

use super::row::{int, maybe_text, read_id, shop as shop_value, text};
use super::{Batch, Store, StoreError};
use crate::base::id::ShopId;
use crate::directory::Activity;

impl Store {
    /// Adds an entry to `batch`: it is there if and only if what it tells of is.
    pub fn note(&self, batch: &mut Batch, shop: ShopId, entry: &Activity) {
        batch.push(
            "INSERT INTO activity (shop_id, at_ms, request_id, actor, action, resource_type, resource, attributes, outcome, reason, cost_points, customer) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            vec![
                shop_value(shop),
                int(entry.at_ms),
                text(&entry.request_id),
                text(&entry.actor),
                text(&entry.action),
                text(&entry.resource_type),
                entry.resource.map_or(rusqlite::types::Value::Null, super::row::id),
                text(&entry.attributes),
                text(&entry.outcome),
                text(&entry.reason),
                rusqlite::types::Value::Real(entry.cost_points),
                maybe_text(entry.customer.as_ref().map(ToString::to_string)),
            ],
        );
    }

    /// A shop's newest entries, newest first.
    ///
    /// # Errors
    /// The database failed.
    pub fn activity(&self, shop: ShopId, limit: usize) -> Result<Vec<Activity>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.database.read("read the activity log", |connection| {
            connection
                .prepare_cached(
                    "SELECT at_ms, request_id, actor, action, resource_type, resource, attributes, outcome, reason, cost_points, customer \
                     FROM activity WHERE shop_id = ?1 ORDER BY at_ms DESC, rowid DESC LIMIT ?2",
                )?
                .query_map((shop.0, limit), columns)?
                .collect::<rusqlite::Result<Vec<_>>>()
        })?;
        rows.into_iter()
            .map(|(resource, customer, mut entry)| {
                entry.resource = resource.map(|bytes| read_id(&bytes)).transpose()?;
                entry.customer = super::users::parse_customer(customer)?;
                Ok(entry)
            })
            .collect()
    }
}

type Columns = (Option<Vec<u8>>, Option<String>, Activity);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    let entry = Activity {
        at_ms: row.get(0)?,
        request_id: row.get(1)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        resource_type: row.get(4)?,
        resource: None,
        attributes: row.get(6)?,
        outcome: row.get(7)?,
        reason: row.get(8)?,
        cost_points: row.get(9)?,
        customer: None,
    };
    Ok((row.get(5)?, row.get(10)?, entry))
}

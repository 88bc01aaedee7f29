//! Memberships: a change costs its own size, never the group's.
//!
//! A membership is part of both resources: whoever joins or leaves gets a new version and is due, since its tags change.

use super::row::{id as id_value, int, read_id, shop as shop_value};
use super::{Batch, Store, StoreError};
use crate::base::id::{ResourceId, ShopId};

impl Store {
    /// Adds to `batch` that `user` is in `group`. Nothing happens when it is already, or is no live user.
    pub fn add_member(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        group: ResourceId,
        user: ResourceId,
        at_ms: i64,
    ) {
        let pair = || vec![shop_value(shop), id_value(group), id_value(user)];
        batch.push(
            "UPDATE users SET group_count = group_count + 1, version = version + 1, desired_gen = desired_gen + 1, due_ms = ?4, attempts = 0, state = 'pending' \
             WHERE shop_id = ?1 AND id = ?3 AND deleted_ms IS NULL \
             AND NOT EXISTS (SELECT 1 FROM members WHERE shop_id = ?1 AND group_id = ?2 AND user_id = ?3)",
            [pair(), vec![int(at_ms)]].concat(),
        );
        batch.push(
            "INSERT INTO members (shop_id, group_id, user_id) SELECT shop_id, ?2, id FROM users \
             WHERE shop_id = ?1 AND id = ?3 AND deleted_ms IS NULL ON CONFLICT DO NOTHING",
            pair(),
        );
    }

    /// Adds to `batch` that `user` is not in `group`.
    pub fn remove_member(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        group: ResourceId,
        user: ResourceId,
        at_ms: i64,
    ) {
        let pair = || vec![shop_value(shop), id_value(group), id_value(user)];
        batch.push(
            "UPDATE users SET group_count = group_count - 1, version = version + 1, desired_gen = desired_gen + 1, due_ms = ?4, attempts = 0, state = 'pending' \
             WHERE shop_id = ?1 AND id = ?3 AND deleted_ms IS NULL \
             AND EXISTS (SELECT 1 FROM members WHERE shop_id = ?1 AND group_id = ?2 AND user_id = ?3)",
            [pair(), vec![int(at_ms)]].concat(),
        );
        batch.push(
            "DELETE FROM members WHERE shop_id = ?1 AND group_id = ?2 AND user_id = ?3",
            pair(),
        );
    }

    /// Adds to `batch` that nobody is in `group`.
    pub fn remove_all_members(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        group: ResourceId,
        at_ms: i64,
    ) {
        batch.push(
            "UPDATE users SET group_count = group_count - 1, version = version + 1, desired_gen = desired_gen + 1, due_ms = ?3, attempts = 0, state = 'pending' \
             WHERE shop_id = ?1 AND deleted_ms IS NULL AND id IN (SELECT user_id FROM members WHERE shop_id = ?1 AND group_id = ?2)",
            vec![shop_value(shop), id_value(group), int(at_ms)],
        );
        batch.push(
            "DELETE FROM members WHERE shop_id = ?1 AND group_id = ?2",
            vec![shop_value(shop), id_value(group)],
        );
    }

    /// Adds to `batch` that all who are in `group` are due: its name has changed.
    pub fn touch_members(&self, batch: &mut Batch, shop: ShopId, group: ResourceId, at_ms: i64) {
        batch.push(
            "UPDATE users SET version = version + 1, desired_gen = desired_gen + 1, due_ms = ?3, attempts = 0, state = 'pending' \
             WHERE shop_id = ?1 AND deleted_ms IS NULL AND id IN (SELECT user_id FROM members WHERE shop_id = ?1 AND group_id = ?2)",
            vec![shop_value(shop), id_value(group), int(at_ms)],
        );
    }

    /// Whether `user` is in `group`.
    ///
    /// # Errors
    /// The database failed.
    pub fn is_member(
        &self,
        shop: ShopId,
        group: ResourceId,
        user: ResourceId,
    ) -> Result<bool, StoreError> {
        self.database.read("read the members", |connection| {
            connection
                .prepare_cached(
                    "SELECT 1 FROM members WHERE shop_id = ?1 AND group_id = ?2 AND user_id = ?3",
                )?
                .exists((shop.0, group.as_bytes(), user.as_bytes()))
        })
    }

    /// Who is in `group`.
    ///
    /// # Errors
    /// The database failed.
    pub fn members(&self, shop: ShopId, group: ResourceId) -> Result<Vec<ResourceId>, StoreError> {
        let ids = self.database.read("read the members", |connection| {
            connection
                .prepare_cached("SELECT user_id FROM members WHERE shop_id = ?1 AND group_id = ?2 ORDER BY user_id")?
                .query_map((shop.0, group.as_bytes()), |row| row.get::<_, Vec<u8>>(0))?
                .collect::<rusqlite::Result<Vec<_>>>()
        })?;
        ids.iter().map(|bytes| read_id(bytes)).collect()
    }
}

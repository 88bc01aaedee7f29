//! Memberships: a change costs its own size, never the group's.
//!
//! A membership is part of both resources: whoever joins or leaves gets a new version and is due, since its tags change.

use super::value::{id as id_value, int, shop as shop_value};
use super::{Batch, GuardFailure, Store, StoreError};
use crate::base::id::{ResourceId, ShopId};

impl Store {
    /// Adds to `batch` that `user` is in `group`. Nothing happens when it is already; the batch fails when it is no live user of the shop.
    pub fn add_member(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        group: ResourceId,
        user: ResourceId,
        at_ms: i64,
    ) {
        let pair = || vec![shop_value(shop), id_value(group), id_value(user)];
        batch
            .push(
                "SELECT 1 FROM users WHERE shop_id = ?1 AND id = ?2 AND deleted_ms IS NULL",
                vec![shop_value(shop), id_value(user)],
            )
            .must_affect(GuardFailure::UnknownMember(user));
        batch.push(
            "UPDATE users SET group_count = group_count + 1, version = version + 1, desired_gen = desired_gen + 1, due_ms = ?4, attempts = 0, state = 'pending' \
             WHERE shop_id = ?1 AND id = ?3 AND deleted_ms IS NULL \
             AND NOT EXISTS (SELECT 1 FROM members WHERE shop_id = ?1 AND group_id = ?2 AND user_id = ?3)",
            [pair(), vec![int(at_ms)]].concat(),
        );
        batch.push(
            "INSERT INTO members (shop_id, group_id, user_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
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
        let found = self.database.query_one(
            "read the members",
            "SELECT 1 FROM members WHERE shop_id = ?1 AND group_id = ?2 AND user_id = ?3",
            &[shop_value(shop), id_value(group), id_value(user)],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// Who is in `group`.
    ///
    /// # Errors
    /// The database failed.
    pub fn members(&self, shop: ShopId, group: ResourceId) -> Result<Vec<ResourceId>, StoreError> {
        self.database.query(
            "read the members",
            "SELECT user_id FROM members WHERE shop_id = ?1 AND group_id = ?2 ORDER BY user_id",
            &[shop_value(shop), id_value(group)],
            |row| row.id(0),
        )
    }
}

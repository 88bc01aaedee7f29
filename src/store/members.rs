//! Memberships: a change costs its own size, never the group's.
//!
//! A membership is part of both resources: who joins or leaves, or is in a group that gets another name, is changed as by its own client, since its `groups`
//! differ, and is due, since its tags change.

use super::value::{id as id_value, int, shop as shop_value};
use super::{Batch, GuardFailure, Store, StoreError};
use crate::base::id::{ResourceId, ShopId};

/// What a change of its groups does to a user, at `?3`. RFC 7643 §3.1: `meta.version` and `meta.lastModified` are of the resource as it is returned, and so move
/// together.
macro_rules! changed {
    () => {
        "version = version + 1, modified_ms = ?3, desired_gen = desired_gen + 1, due_ms = ?3, attempts = 0, state = 'pending'"
    };
}

impl Store {
    /// Adds to `batch` that `user` is in `group`. Nothing happens when it is already; the batch fails when either is not there.
    pub fn add_member(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        group: ResourceId,
        user: ResourceId,
        at_ms: i64,
    ) {
        batch
            .push(
                "SELECT 1 FROM groups WHERE shop_id = ?1 AND id = ?2",
                vec![shop_value(shop), id_value(group)],
            )
            .must_affect(GuardFailure::NotFound);
        batch
            .push(
                "SELECT 1 FROM users WHERE shop_id = ?1 AND id = ?2 AND deleted_ms IS NULL",
                vec![shop_value(shop), id_value(user)],
            )
            .must_affect(GuardFailure::UnknownMember(user));
        batch.push(
            concat!(
                "UPDATE users SET group_count = group_count + 1, ",
                changed!(),
                " WHERE shop_id = ?1 AND id = ?2 AND deleted_ms IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM members WHERE shop_id = ?1 AND group_id = ?4 AND user_id = ?2)"
            ),
            vec![shop_value(shop), id_value(user), int(at_ms), id_value(group)],
        );
        batch.push(
            "INSERT INTO members (shop_id, group_id, user_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            vec![shop_value(shop), id_value(group), id_value(user)],
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
        batch.push(
            concat!(
                "UPDATE users SET group_count = group_count - 1, ",
                changed!(),
                " WHERE shop_id = ?1 AND id = ?2 AND deleted_ms IS NULL \
                 AND EXISTS (SELECT 1 FROM members WHERE shop_id = ?1 AND group_id = ?4 AND user_id = ?2)"
            ),
            vec![shop_value(shop), id_value(user), int(at_ms), id_value(group)],
        );
        batch.push(
            "DELETE FROM members WHERE shop_id = ?1 AND group_id = ?2 AND user_id = ?3",
            vec![shop_value(shop), id_value(group), id_value(user)],
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
            concat!(
                "UPDATE users SET group_count = group_count - 1, ",
                changed!(),
                " WHERE shop_id = ?1 AND deleted_ms IS NULL AND id IN (SELECT user_id FROM members WHERE shop_id = ?1 AND group_id = ?2)"
            ),
            vec![shop_value(shop), id_value(group), int(at_ms)],
        );
        batch.push(
            "DELETE FROM members WHERE shop_id = ?1 AND group_id = ?2",
            vec![shop_value(shop), id_value(group)],
        );
    }

    /// Adds to `batch` that all who are in `group` are changed: its name is another.
    pub fn touch_members(&self, batch: &mut Batch, shop: ShopId, group: ResourceId, at_ms: i64) {
        batch.push(
            concat!(
                "UPDATE users SET ",
                changed!(),
                " WHERE shop_id = ?1 AND deleted_ms IS NULL AND id IN (SELECT user_id FROM members WHERE shop_id = ?1 AND group_id = ?2)"
            ),
            vec![shop_value(shop), id_value(group), int(at_ms)],
        );
    }

    /// Whether `user` is in `group`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_member(
        &self,
        shop: ShopId,
        group: ResourceId,
        user: ResourceId,
    ) -> Result<bool, StoreError> {
        let found = self
            .database
            .query_one(
                "read the members",
                "SELECT 1 FROM members WHERE shop_id = ?1 AND group_id = ?2 AND user_id = ?3",
                &[shop_value(shop), id_value(group), id_value(user)],
                |_| Ok(()),
            )
            .await?;
        Ok(found.is_some())
    }

    /// Who is in `group`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn members(
        &self,
        shop: ShopId,
        group: ResourceId,
    ) -> Result<Vec<ResourceId>, StoreError> {
        self.database
            .query(
                "read the members",
                "SELECT user_id FROM members WHERE shop_id = ?1 AND group_id = ?2 ORDER BY user_id",
                &[shop_value(shop), id_value(group)],
                |row| row.id(0),
            )
            .await
    }
}

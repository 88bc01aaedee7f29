//! Groups: documents and the hashes that find them.

use super::pages::{Forget, Kind};
use super::row::Row;
use super::users::{external_id, place};
use super::value::{Value, blob, id as id_value, int, shop as shop_value};
use super::{Batch, GuardFailure, Store, StoreError};
use crate::base::id::{ResourceId, ShopId};
use crate::base::seal::ShopKey;
use crate::directory::GroupRecord;

/// A group's new content.
#[derive(Debug, Clone)]
pub struct GroupChange {
    /// The group.
    pub id: ResourceId,
    /// The resource as JSON text, without its members.
    pub document: String,
    /// `displayName` in lower case.
    pub display_name: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// When.
    pub at_ms: i64,
}

/// A question for groups.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT id, seq, version, created_ms, modified_ms, document FROM groups ",
            $condition
        )
    };
}
pub(super) use select;

/// A group from the columns of `select!`.
fn record(row: &Row<'_>, key: &ShopKey) -> Result<GroupRecord, StoreError> {
    let id = row.id(0)?;
    Ok(GroupRecord {
        id,
        seq: row.int(1)?,
        version: row.int(2)?,
        created_ms: row.int(3)?,
        modified_ms: row.int(4)?,
        document: key.open(&group_place(id), row.blob(5)?)?,
    })
}

fn group_place(id: ResourceId) -> [u8; 17] {
    place(b'g', id)
}

impl Store {
    /// Adds to `batch` the creation of a group.
    ///
    /// # Errors
    /// No randomness to seal with.
    pub fn insert_group(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        key: &ShopKey,
        group: &GroupChange,
    ) -> Result<(), StoreError> {
        batch.push(
            "UPDATE shops SET next_seq = next_seq + 1, group_count = group_count + 1 WHERE shop_id = ?1",
            vec![shop_value(shop)],
        );
        batch
            .push(
                "INSERT INTO groups (shop_id, id, display_name, external_id, document, created_ms, modified_ms, seq, version) \
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?6, next_seq, 1 FROM shops WHERE shop_id = ?1",
                [self.values(shop, key, group)?, vec![int(group.at_ms)]].concat(),
            )
            .must_affect(GuardFailure::NotFound)
            .must_be_unique(GuardFailure::DisplayNameTaken);
        Ok(())
    }

    /// Adds to `batch` the replacement of a group's document, if its version is still `version`.
    ///
    /// # Errors
    /// No randomness to seal with.
    pub fn update_group(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        key: &ShopKey,
        group: &GroupChange,
        version: i64,
    ) -> Result<(), StoreError> {
        batch
            .push(
                "UPDATE groups SET display_name = ?3, external_id = ?4, document = ?5, modified_ms = ?6, version = version + 1 \
                 WHERE shop_id = ?1 AND id = ?2 AND version = ?7",
                [self.values(shop, key, group)?, vec![int(group.at_ms), int(version)]].concat(),
            )
            .must_affect(GuardFailure::VersionMismatch)
            .must_be_unique(GuardFailure::DisplayNameTaken);
        Ok(())
    }

    /// Adds to `batch` the deletion of a group, if its version is still the one read. Its members must have been removed in the batch before.
    pub fn delete_group(&self, batch: &mut Batch, shop: ShopId, group: &GroupRecord) {
        batch
            .push(
                "DELETE FROM groups WHERE shop_id = ?1 AND id = ?2 AND version = ?3",
                vec![shop_value(shop), id_value(group.id), int(group.version)],
            )
            .must_affect(GuardFailure::VersionMismatch);
        batch.push(
            "UPDATE shops SET group_count = group_count - 1, removals = removals + 1 WHERE shop_id = ?1",
            vec![shop_value(shop)],
        );
        batch.forget(Forget {
            shop,
            kind: Kind::Groups,
            from_seq: group.seq,
        });
    }

    fn values(
        &self,
        shop: ShopId,
        key: &ShopKey,
        group: &GroupChange,
    ) -> Result<Vec<Value>, StoreError> {
        let document = key.seal(&self.random, &group_place(group.id), &group.document)?;
        Ok(vec![
            shop_value(shop),
            id_value(group.id),
            blob(key.index_hash("displayName", &group.display_name)),
            external_id(key, group.external_id.as_deref()),
            blob(document),
        ])
    }

    /// A group.
    ///
    /// # Errors
    /// The database failed.
    pub async fn group(
        &self,
        shop: ShopId,
        key: &ShopKey,
        id: ResourceId,
    ) -> Result<Option<GroupRecord>, StoreError> {
        self.one_group(
            key,
            select!("WHERE shop_id = ?1 AND id = ?2"),
            &[shop_value(shop), id_value(id)],
        )
        .await
    }

    /// The group of a displayName, given in lower case.
    ///
    /// # Errors
    /// The database failed.
    pub async fn group_by_display_name(
        &self,
        shop: ShopId,
        key: &ShopKey,
        name: &str,
    ) -> Result<Option<GroupRecord>, StoreError> {
        let hash = key.index_hash("displayName", name);
        self.one_group(
            key,
            select!("WHERE shop_id = ?1 AND display_name = ?2"),
            &[shop_value(shop), blob(hash)],
        )
        .await
    }

    /// The groups with an externalId.
    ///
    /// # Errors
    /// The database failed.
    pub async fn groups_by_external_id(
        &self,
        shop: ShopId,
        key: &ShopKey,
        value: &str,
    ) -> Result<Vec<GroupRecord>, StoreError> {
        self.few_groups(
            key,
            select!("WHERE shop_id = ?1 AND external_id = ?2"),
            &[shop_value(shop), external_id(key, Some(value))],
        )
        .await
    }

    /// The groups that a user is in, by their order of creation.
    ///
    /// # Errors
    /// The database failed.
    pub async fn groups_of_user(
        &self,
        shop: ShopId,
        key: &ShopKey,
        user: ResourceId,
    ) -> Result<Vec<GroupRecord>, StoreError> {
        self.few_groups(
            key,
            select!("WHERE shop_id = ?1 AND id IN (SELECT group_id FROM members WHERE shop_id = ?1 AND user_id = ?2)"),
            &[shop_value(shop), id_value(user)],
        ).await
    }

    async fn one_group(
        &self,
        key: &ShopKey,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Option<GroupRecord>, StoreError> {
        self.database
            .query_one("read a group", sql, values, |row| record(row, key))
            .await
    }

    /// Groups in their order. The database is not asked for it: it would take the order's index and pass over the whole shop.
    async fn few_groups(
        &self,
        key: &ShopKey,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Vec<GroupRecord>, StoreError> {
        let mut groups = self.some_groups(key, sql, values).await?;
        groups.sort_by_key(|group| group.seq);
        Ok(groups)
    }

    pub(super) async fn some_groups(
        &self,
        key: &ShopKey,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Vec<GroupRecord>, StoreError> {
        self.database
            .query("read groups", sql, values, |row| record(row, key))
            .await
    }
}

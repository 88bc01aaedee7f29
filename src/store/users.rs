//! Users: documents, the hashes that find them, and tombstones.

use super::pages::{Forget, Kind};
use super::row::Row;
use super::value::{
    Value, blob, id as id_value, int, maybe_blob, maybe_text, shop as shop_value, text,
};
use super::{Batch, GuardFailure, Store, StoreError};
use crate::base::id::{CustomerGid, ResourceId, ShopId};
use crate::base::seal::{IndexHash, ShopKey};
use crate::directory::{Sync, UserRecord};

/// A user's new content. Index values are in their normal form: lower case, but for `externalId`.
#[derive(Debug, Clone)]
pub struct UserChange {
    /// The user.
    pub id: ResourceId,
    /// The resource as JSON text, without what is derived.
    pub document: String,
    /// `userName` in lower case.
    pub user_name: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// The e-mails in lower case.
    pub emails: Vec<String>,
    /// When.
    pub at_ms: i64,
}

impl UserChange {
    fn user_name_is_email(&self) -> bool {
        self.emails.contains(&self.user_name)
    }
}

/// A deleted user whose customer can be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// The deleted user.
    pub id: ResourceId,
    /// Its customer.
    pub customer: CustomerGid,
}

/// The columns of a [`UserRecord`], in the order in which [`record`] reads them.
macro_rules! columns {
    () => {
        "id, seq, version, created_ms, modified_ms, deleted_ms, group_count, document, \
         customer, desired_gen, applied_gen, state, last_error, last_synced_ms, due_ms, attempts, guarded"
    };
}
/// A question for users.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            $crate::store::users::columns!(),
            " FROM users ",
            $condition
        )
    };
}
pub(super) use {columns, select};

/// A user from the columns of `columns!`.
pub(super) fn record(row: &Row<'_>, key: &ShopKey) -> Result<UserRecord, StoreError> {
    let id = row.id(0)?;
    let sealed = row.blob(7)?;
    Ok(UserRecord {
        id,
        seq: row.int(1)?,
        version: row.int(2)?,
        created_ms: row.int(3)?,
        modified_ms: row.int(4)?,
        deleted: row.maybe_int(5)?.is_some(),
        group_count: row.int(6)?,
        guarded: row.int(16)? == 1,
        // Nothing is left of a deleted user's, once Shopify has seen the deletion.
        document: if sealed.is_empty() {
            String::new()
        } else {
            key.open(&user_place(id), sealed)?
        },
        sync: Sync {
            customer: row.maybe_parsed(8, "customer")?,
            desired_gen: row.int(9)?,
            applied_gen: row.int(10)?,
            state: row.parsed(11, "state")?,
            last_error: row.maybe_text(12)?.map(str::to_owned),
            last_synced_ms: row.maybe_int(13)?,
            due_ms: row.maybe_int(14)?,
            attempts: u32::try_from(row.int(15)?)
                .map_err(|_| StoreError::Corrupt { what: "number" })?,
        },
    })
}

/// What a user's document is bound to.
pub(super) fn user_place(id: ResourceId) -> [u8; 17] {
    place(b'u', id)
}

/// What is bound to a resource as a thing of one kind, and opens as no other.
pub(super) fn place(kind: u8, id: ResourceId) -> [u8; 17] {
    let mut place = [kind; 17];
    for (byte, of_id) in place.iter_mut().skip(1).zip(id.as_bytes()) {
        *byte = *of_id;
    }
    place
}

fn user_name_hash(key: &ShopKey, user_name: &str) -> IndexHash {
    key.index_hash("userName", user_name)
}

impl Store {
    /// Adds to `batch` the creation of a user, taking over a tombstone's customer when there is one.
    ///
    /// # Errors
    /// No randomness to seal with.
    pub fn insert_user(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        key: &ShopKey,
        user: &UserChange,
        takes_over: Option<&Tombstone>,
    ) -> Result<(), StoreError> {
        let document = key.seal(&self.random, &user_place(user.id), &user.document)?;
        if let Some(tombstone) = takes_over {
            batch
                .push(
                    "DELETE FROM users WHERE shop_id = ?1 AND id = ?2 AND deleted_ms IS NOT NULL AND customer = ?3",
                    vec![
                        shop_value(shop),
                        id_value(tombstone.id),
                        text(tombstone.customer.as_str()),
                    ],
                )
                .must_affect(GuardFailure::VersionMismatch);
        }
        batch
            .push(
                "INSERT INTO users (shop_id, id, seq, version, created_ms, modified_ms, group_count, user_name, external_id, document, \
                 customer, desired_gen, applied_gen, state, due_ms, attempts, user_name_is_email) \
                 SELECT ?1, ?2, next_seq + 1, 1, ?3, ?3, 0, ?4, ?5, ?6, ?7, 1, 0, 'pending', ?3, 0, ?8 FROM shops WHERE shop_id = ?1",
                vec![
                    shop_value(shop),
                    id_value(user.id),
                    int(user.at_ms),
                    blob(user_name_hash(key, &user.user_name)),
                    external_id(key, user.external_id.as_deref()),
                    blob(document),
                    maybe_text(takes_over.map(|tombstone| tombstone.customer.to_string())),
                    int(user.user_name_is_email().into()),
                ],
            )
            .must_affect(GuardFailure::NotFound)
            .must_be_unique(GuardFailure::UserNameTaken);
        // Behind what may be refused: then there is nothing to undo.
        batch.push(
            "UPDATE shops SET next_seq = next_seq + 1, user_count = user_count + 1 WHERE shop_id = ?1",
            vec![shop_value(shop)],
        );
        insert_emails(batch, shop, key, user);
        Ok(())
    }

    /// Adds to `batch` the replacement of a user's document, if its version is still `version`.
    ///
    /// # Errors
    /// No randomness to seal with.
    pub fn update_user(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        key: &ShopKey,
        user: &UserChange,
        version: i64,
    ) -> Result<(), StoreError> {
        let document = key.seal(&self.random, &user_place(user.id), &user.document)?;
        batch
            .push(
                "UPDATE users SET version = version + 1, modified_ms = ?3, user_name = ?4, external_id = ?5, document = ?6, user_name_is_email = ?8, \
                 desired_gen = desired_gen + 1, due_ms = ?3, attempts = 0, state = 'pending' \
                 WHERE shop_id = ?1 AND id = ?2 AND deleted_ms IS NULL AND version = ?7",
                vec![
                    shop_value(shop),
                    id_value(user.id),
                    int(user.at_ms),
                    blob(user_name_hash(key, &user.user_name)),
                    external_id(key, user.external_id.as_deref()),
                    blob(document),
                    int(version),
                    int(user.user_name_is_email().into()),
                ],
            )
            .must_affect(GuardFailure::VersionMismatch)
            .must_be_unique(GuardFailure::UserNameTaken);
        delete_emails(batch, shop, user.id);
        insert_emails(batch, shop, key, user);
        Ok(())
    }

    /// As [`Store::update_user`], for a change that leaves `userName`, `externalId` and e-mails as they are: their indexes are not written.
    ///
    /// # Errors
    /// No randomness to seal with.
    pub fn update_document(
        &self,
        batch: &mut Batch,
        shop: ShopId,
        key: &ShopKey,
        user: &UserChange,
        version: i64,
    ) -> Result<(), StoreError> {
        let document = key.seal(&self.random, &user_place(user.id), &user.document)?;
        batch
            .push(
                "UPDATE users SET version = version + 1, modified_ms = ?3, document = ?4, \
                 desired_gen = desired_gen + 1, due_ms = ?3, attempts = 0, state = 'pending' \
                 WHERE shop_id = ?1 AND id = ?2 AND deleted_ms IS NULL AND version = ?5",
                vec![
                    shop_value(shop),
                    id_value(user.id),
                    int(user.at_ms),
                    blob(document),
                    int(version),
                ],
            )
            .must_affect(GuardFailure::VersionMismatch);
        Ok(())
    }

    /// Adds to `batch` the deletion of a user, if its version is still `version`. The row stays as a tombstone until Shopify has seen it.
    pub fn delete_user(&self, batch: &mut Batch, shop: ShopId, user: &UserRecord, at_ms: i64) {
        let this = || vec![shop_value(shop), id_value(user.id)];
        batch
            .push(
                "UPDATE users SET deleted_ms = ?3, modified_ms = ?3, version = version + 1, desired_gen = desired_gen + 1, due_ms = ?3, attempts = 0, \
                 state = 'pending', group_count = 0, external_id = NULL \
                 WHERE shop_id = ?1 AND id = ?2 AND deleted_ms IS NULL AND version = ?4",
                [this(), vec![int(at_ms), int(user.version)]].concat(),
            )
            .must_affect(GuardFailure::VersionMismatch);
        batch.push(
            "UPDATE groups SET version = version + 1, modified_ms = ?3 WHERE shop_id = ?1 \
             AND id IN (SELECT group_id FROM members WHERE shop_id = ?1 AND user_id = ?2)",
            [this(), vec![int(at_ms)]].concat(),
        );
        batch.push(
            "DELETE FROM members WHERE shop_id = ?1 AND user_id = ?2",
            this(),
        );
        delete_emails(batch, shop, user.id);
        batch.push(
            "UPDATE shops SET user_count = user_count - 1, removals = removals + 1 WHERE shop_id = ?1",
            vec![shop_value(shop)],
        );
        batch.forget(Forget {
            shop,
            kind: Kind::Users,
            from_seq: user.seq,
        });
    }

    /// A live user.
    ///
    /// # Errors
    /// The database failed.
    pub async fn user(
        &self,
        shop: ShopId,
        key: &ShopKey,
        id: ResourceId,
    ) -> Result<Option<UserRecord>, StoreError> {
        self.one_user(
            key,
            select!("WHERE shop_id = ?1 AND id = ?2 AND deleted_ms IS NULL"),
            &[shop_value(shop), id_value(id)],
        )
        .await
    }

    /// The live user of a userName, given in lower case.
    ///
    /// # Errors
    /// The database failed.
    pub async fn user_by_user_name(
        &self,
        shop: ShopId,
        key: &ShopKey,
        user_name: &str,
    ) -> Result<Option<UserRecord>, StoreError> {
        self.one_user(
            key,
            select!("WHERE shop_id = ?1 AND user_name = ?2 AND deleted_ms IS NULL"),
            &[shop_value(shop), blob(user_name_hash(key, user_name))],
        )
        .await
    }

    /// The live users with an externalId.
    ///
    /// # Errors
    /// The database failed.
    pub async fn users_by_external_id(
        &self,
        shop: ShopId,
        key: &ShopKey,
        value: &str,
    ) -> Result<Vec<UserRecord>, StoreError> {
        self.few_users(
            key,
            select!("WHERE shop_id = ?1 AND external_id = ?2 AND deleted_ms IS NULL"),
            &[shop_value(shop), external_id(key, Some(value))],
        )
        .await
    }

    /// The live users with an e-mail, given in lower case.
    ///
    /// # Errors
    /// The database failed.
    pub async fn users_by_email(
        &self,
        shop: ShopId,
        key: &ShopKey,
        email: &str,
    ) -> Result<Vec<UserRecord>, StoreError> {
        self.few_users(
            key,
            select!(
                "WHERE shop_id = ?1 AND deleted_ms IS NULL \
             AND id IN (SELECT id FROM user_emails WHERE shop_id = ?1 AND email = ?2 UNION ALL \
             SELECT id FROM users WHERE shop_id = ?1 AND user_name = ?3 AND user_name_is_email = 1 AND deleted_ms IS NULL)"
            ),
            &[
                shop_value(shop),
                blob(key.index_hash("email", email)),
                blob(user_name_hash(key, email)),
            ],
        ).await
    }

    /// The newest deleted user of a userName, given in lower case, that still has a customer.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tombstone(
        &self,
        shop: ShopId,
        key: &ShopKey,
        user_name: &str,
    ) -> Result<Option<Tombstone>, StoreError> {
        self.database.query_one(
            "read a user",
            "SELECT id, customer FROM users WHERE shop_id = ?1 AND user_name = ?2 AND deleted_ms IS NOT NULL \
             AND customer IS NOT NULL ORDER BY deleted_ms DESC LIMIT 1",
            &[shop_value(shop), blob(user_name_hash(key, user_name))],
            |row| {
                Ok(Tombstone {
                    id: row.id(0)?,
                    customer: row.parsed(1, "customer")?,
                })
            },
        ).await
    }

    /// Whether such a live user exists.
    ///
    /// # Errors
    /// The database failed.
    pub async fn user_exists(&self, shop: ShopId, id: ResourceId) -> Result<bool, StoreError> {
        let found = self
            .database
            .query_one(
                "read a user",
                "SELECT 1 FROM users WHERE shop_id = ?1 AND id = ?2 AND deleted_ms IS NULL",
                &[shop_value(shop), id_value(id)],
                |_| Ok(()),
            )
            .await?;
        Ok(found.is_some())
    }

    async fn one_user(
        &self,
        key: &ShopKey,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Option<UserRecord>, StoreError> {
        self.database
            .query_one("read a user", sql, values, |row| record(row, key))
            .await
    }

    /// Users in their order. The database is not asked for it: it would take the order's index and pass over the whole shop.
    async fn few_users(
        &self,
        key: &ShopKey,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Vec<UserRecord>, StoreError> {
        let mut users = self.some_users(key, sql, values).await?;
        users.sort_by_key(|user| user.seq);
        Ok(users)
    }

    pub(super) async fn some_users(
        &self,
        key: &ShopKey,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Vec<UserRecord>, StoreError> {
        self.database
            .query("read users", sql, values, |row| record(row, key))
            .await
    }
}

pub(super) fn external_id(key: &ShopKey, value: Option<&str>) -> Value {
    maybe_blob(value.map(|value| key.index_hash("externalId", value).to_vec()))
}

/// The e-mails that `user_name` does not find already. Most users have one and the same of both, and a hash is written to a page of its own.
fn insert_emails(batch: &mut Batch, shop: ShopId, key: &ShopKey, user: &UserChange) {
    for email in user.emails.iter().filter(|it| **it != user.user_name) {
        batch.push(
            "INSERT INTO user_emails (shop_id, email, id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            vec![
                shop_value(shop),
                blob(key.index_hash("email", email)),
                id_value(user.id),
            ],
        );
    }
}

fn delete_emails(batch: &mut Batch, shop: ShopId, id: ResourceId) {
    batch.push(
        "DELETE FROM user_emails WHERE shop_id = ?1 AND id = ?2",
        vec![shop_value(shop), id_value(id)],
    );
}

//! Users: documents, the hashes that find them, and tombstones.

use rusqlite::Row;
use rusqlite::types::Value;

use super::pages::{Forget, Kind};
use super::row::{
    blob, id as id_value, int, maybe_blob, maybe_text, read_id, shop as shop_value, text,
};
use super::{Batch, GuardFailure, Store, StoreError};
use crate::base::id::{CustomerGid, ResourceId, ShopId};
use crate::base::seal::{IndexHash, ShopKey};
use crate::directory::{Sync, SyncState, UserRecord};

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

/// A deleted user whose customer can be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// The deleted user.
    pub id: ResourceId,
    /// Its customer.
    pub customer: CustomerGid,
}

/// The columns of a [`UserRecord`], in the order that [`columns`] reads them.
pub(super) const COLUMNS: &str = "id, seq, version, created_ms, modified_ms, deleted_ms, group_count, document, \
     customer, desired_gen, applied_gen, state, last_error, last_synced_ms, due_ms, attempts";

/// A row before it is opened.
pub(super) struct Columns {
    id: Vec<u8>,
    document: Vec<u8>,
    customer: Option<String>,
    state: String,
    record: UserRecord,
}

pub(super) fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok(Columns {
        id: row.get(0)?,
        document: row.get(7)?,
        customer: row.get(8)?,
        state: row.get(11)?,
        record: UserRecord {
            id: ResourceId::from_bytes([0; 16]),
            seq: row.get(1)?,
            version: row.get(2)?,
            created_ms: row.get(3)?,
            modified_ms: row.get(4)?,
            deleted: row.get::<_, Option<i64>>(5)?.is_some(),
            group_count: row.get(6)?,
            document: String::new(),
            sync: Sync {
                customer: None,
                desired_gen: row.get(9)?,
                applied_gen: row.get(10)?,
                state: SyncState::Pending,
                last_error: row.get(12)?,
                last_synced_ms: row.get(13)?,
                due_ms: row.get(14)?,
                attempts: row.get(15)?,
            },
        },
    })
}

impl Columns {
    pub(super) fn open(self, key: &ShopKey) -> Result<UserRecord, StoreError> {
        let mut record = self.record;
        record.id = read_id(&self.id)?;
        record.document = if self.document.is_empty() {
            String::new()
        } else {
            key.open(&user_place(record.id), &self.document)?
        };
        record.sync.customer = parse_customer(self.customer)?;
        record.sync.state = parse_state(&self.state)?;
        Ok(record)
    }
}

/// What a user's document is bound to.
pub(super) fn user_place(id: ResourceId) -> String {
    format!("user:{id}")
}

pub(super) fn parse_customer(text: Option<String>) -> Result<Option<CustomerGid>, StoreError> {
    text.map(|gid| gid.parse())
        .transpose()
        .map_err(|_| StoreError::Corrupt { what: "customer" })
}

pub(super) fn parse_state(text: &str) -> Result<SyncState, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Corrupt { what: "state" })
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
                 customer, desired_gen, applied_gen, state, due_ms, attempts) \
                 SELECT ?1, ?2, next_seq + 1, 1, ?3, ?3, 0, ?4, ?5, ?6, ?7, 1, 0, 'pending', ?3, 0 FROM shops WHERE shop_id = ?1",
                vec![
                    shop_value(shop),
                    id_value(user.id),
                    int(user.at_ms),
                    blob(user_name_hash(key, &user.user_name)),
                    external_id(key, user.external_id.as_deref()),
                    blob(document),
                    maybe_text(takes_over.map(|tombstone| tombstone.customer.to_string())),
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
                "UPDATE users SET version = version + 1, modified_ms = ?3, user_name = ?4, external_id = ?5, document = ?6, \
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
                "UPDATE users SET deleted_ms = ?3, version = version + 1, desired_gen = desired_gen + 1, due_ms = ?3, attempts = 0, \
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
            "UPDATE shops SET user_count = user_count - 1 WHERE shop_id = ?1",
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
    pub fn user(
        &self,
        shop: ShopId,
        key: &ShopKey,
        id: ResourceId,
    ) -> Result<Option<UserRecord>, StoreError> {
        self.one_user(
            key,
            "WHERE shop_id = ?1 AND id = ?2 AND deleted_ms IS NULL",
            vec![shop_value(shop), id_value(id)],
        )
    }

    /// The live user of a userName, given in lower case.
    ///
    /// # Errors
    /// The database failed.
    pub fn user_by_user_name(
        &self,
        shop: ShopId,
        key: &ShopKey,
        user_name: &str,
    ) -> Result<Option<UserRecord>, StoreError> {
        self.one_user(
            key,
            "WHERE shop_id = ?1 AND user_name = ?2 AND deleted_ms IS NULL",
            vec![shop_value(shop), blob(user_name_hash(key, user_name))],
        )
    }

    /// The live users with an externalId.
    ///
    /// # Errors
    /// The database failed.
    pub fn users_by_external_id(
        &self,
        shop: ShopId,
        key: &ShopKey,
        value: &str,
    ) -> Result<Vec<UserRecord>, StoreError> {
        self.few_users(
            key,
            "WHERE shop_id = ?1 AND external_id = ?2 AND deleted_ms IS NULL",
            vec![shop_value(shop), external_id(key, Some(value))],
        )
    }

    /// The live users with an e-mail, given in lower case.
    ///
    /// # Errors
    /// The database failed.
    pub fn users_by_email(
        &self,
        shop: ShopId,
        key: &ShopKey,
        email: &str,
    ) -> Result<Vec<UserRecord>, StoreError> {
        self.few_users(
            key,
            "WHERE shop_id = ?1 AND deleted_ms IS NULL \
             AND id IN (SELECT id FROM user_emails WHERE shop_id = ?1 AND email = ?2)",
            vec![shop_value(shop), blob(key.index_hash("email", email))],
        )
    }

    /// The newest deleted user of a userName, given in lower case, that still has a customer.
    ///
    /// # Errors
    /// The database failed.
    pub fn tombstone(
        &self,
        shop: ShopId,
        key: &ShopKey,
        user_name: &str,
    ) -> Result<Option<Tombstone>, StoreError> {
        let found: Option<(Vec<u8>, String)> = self.database.query_one(
            "read a user",
            "SELECT id, customer FROM users WHERE shop_id = ?1 AND user_name = ?2 AND deleted_ms IS NOT NULL \
             AND customer IS NOT NULL ORDER BY deleted_ms DESC LIMIT 1",
            &[shop_value(shop), blob(user_name_hash(key, user_name))],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        found
            .map(|(id, customer)| {
                Ok(Tombstone {
                    id: read_id(&id)?,
                    customer: customer
                        .parse()
                        .map_err(|_| StoreError::Corrupt { what: "customer" })?,
                })
            })
            .transpose()
    }

    /// Whether such a live user exists.
    ///
    /// # Errors
    /// The database failed.
    pub fn user_exists(&self, shop: ShopId, id: ResourceId) -> Result<bool, StoreError> {
        let found = self.database.query_one(
            "read a user",
            "SELECT 1 FROM users WHERE shop_id = ?1 AND id = ?2 AND deleted_ms IS NULL",
            &[shop_value(shop), id_value(id)],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    pub(super) fn one_user(
        &self,
        key: &ShopKey,
        condition: &'static str,
        values: Vec<Value>,
    ) -> Result<Option<UserRecord>, StoreError> {
        Ok(self.some_users(key, condition, values)?.into_iter().next())
    }

    /// Users in their order. The database is not asked for it: it would take the order's index and pass over the whole shop.
    fn few_users(
        &self,
        key: &ShopKey,
        condition: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<UserRecord>, StoreError> {
        let mut users = self.some_users(key, condition, values)?;
        users.sort_by_key(|user| user.seq);
        Ok(users)
    }

    pub(super) fn some_users(
        &self,
        key: &ShopKey,
        condition: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<UserRecord>, StoreError> {
        self.database
            .query(
                "read users",
                &format!("SELECT {COLUMNS} FROM users {condition}"),
                &values,
                columns,
            )?
            .into_iter()
            .map(|row| row.open(key))
            .collect()
    }
}

pub(super) fn external_id(key: &ShopKey, value: Option<&str>) -> Value {
    maybe_blob(value.map(|value| key.index_hash("externalId", value).to_vec()))
}

fn insert_emails(batch: &mut Batch, shop: ShopId, key: &ShopKey, user: &UserChange) {
    for email in &user.emails {
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

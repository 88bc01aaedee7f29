//! Shops, their policies and their credentials.

use std::sync::Arc;

use rusqlite::Row;
use secrecy::{ExposeSecret, SecretString};

use super::row::{blob, int, shop, text};
use super::{Batch, GuardFailure, Store, StoreError, Written};
use crate::base::id::{ShopDomain, ShopId};
use crate::base::seal::ShopKey;
use crate::directory::{ShopRecord, ShopSettings};

/// A shop's key, as every reading and writing of its data needs it.
pub type ShopKeys = Arc<ShopKey>;

const COLUMNS: &str =
    "SELECT shop_id, domain, settings, revision, user_count, group_count FROM shops";

struct Columns {
    id: i64,
    domain: String,
    settings: String,
    revision: i64,
    user_count: i64,
    group_count: i64,
}

impl Store {
    /// Adds a shop with a key of its own.
    ///
    /// # Errors
    /// Inner: the domain is there already.
    pub fn add_shop(
        &self,
        domain: &ShopDomain,
        access_token: &SecretString,
        settings: &ShopSettings,
        now_ms: i64,
    ) -> Written {
        let place = key_place(domain);
        let (key, wrapped) = self.master.new_shop_key(&self.random, &place)?;
        let credentials = key.seal(&self.random, &place, access_token.expose_secret())?;
        let mut batch = Batch::new();
        batch
            .push(
                "INSERT INTO shops (domain, key_wrapped, settings, credentials, revision, created_ms, next_seq, user_count, group_count) \
                 VALUES (?1, ?2, ?3, ?4, 1, ?5, 1, 0, 0)",
                vec![
                    text(domain.as_str()),
                    blob(wrapped),
                    text(settings_text(settings)?),
                    blob(credentials),
                    int(now_ms),
                ],
            )
            .must_be_unique(GuardFailure::Exists);
        self.write_blocking(batch)
    }

    /// Replaces a shop's access token.
    ///
    /// # Errors
    /// Inner: there is no such shop.
    pub fn set_access_token(&self, record: &ShopRecord, access_token: &SecretString) -> Written {
        let key = self.shop_keys(record.id)?;
        let place = key_place(&record.domain);
        let credentials = key.seal(&self.random, &place, access_token.expose_secret())?;
        let mut batch = Batch::new();
        batch
            .push(
                "UPDATE shops SET credentials = ?2, revision = revision + 1 WHERE shop_id = ?1",
                vec![shop(record.id), blob(credentials)],
            )
            .must_affect(GuardFailure::NotFound);
        self.write_blocking(batch)
    }

    /// Replaces a shop's policies. Users who are parked become due: another policy may let them pass.
    ///
    /// # Errors
    /// Inner: there is no such shop.
    pub fn set_shop_settings(&self, id: ShopId, settings: &ShopSettings) -> Written {
        let mut batch = Batch::new();
        batch
            .push(
                "UPDATE shops SET settings = ?2, revision = revision + 1 WHERE shop_id = ?1",
                vec![shop(id), text(settings_text(settings)?)],
            )
            .must_affect(GuardFailure::NotFound);
        // Due before all times: whoever sets policies has no say in what time it is.
        batch.push(
            "UPDATE users SET due_ms = 0 WHERE shop_id = ?1 AND deleted_ms IS NULL \
             AND state <> 'synced' AND state IN ('held', 'conflict', 'failed') AND due_ms IS NULL",
            vec![shop(id)],
        );
        self.write_blocking(batch)
    }

    /// All shops, by domain.
    ///
    /// # Errors
    /// The database failed.
    pub fn shops(&self) -> Result<Vec<ShopRecord>, StoreError> {
        self.database
            .query(
                "list the shops",
                &format!("{COLUMNS} ORDER BY domain"),
                &[],
                columns,
            )?
            .into_iter()
            .map(Columns::record)
            .collect()
    }

    /// The shop of a number.
    ///
    /// # Errors
    /// The database failed.
    pub fn shop(&self, id: ShopId) -> Result<Option<ShopRecord>, StoreError> {
        self.one_shop("WHERE shop_id = ?1", shop(id))
    }

    /// The shop of a domain.
    ///
    /// # Errors
    /// The database failed.
    pub fn shop_by_domain(&self, domain: &ShopDomain) -> Result<Option<ShopRecord>, StoreError> {
        self.one_shop("WHERE domain = ?1", text(domain.as_str()))
    }

    fn one_shop(
        &self,
        condition: &str,
        value: rusqlite::types::Value,
    ) -> Result<Option<ShopRecord>, StoreError> {
        self.database
            .query_one(
                "read a shop",
                &format!("{COLUMNS} {condition}"),
                &[value],
                columns,
            )?
            .map(Columns::record)
            .transpose()
    }

    /// The revision of a shop's settings and credentials: what is cached of it is stale when it differs.
    ///
    /// # Errors
    /// The database failed.
    pub fn shop_revision(&self, id: ShopId) -> Result<Option<i64>, StoreError> {
        self.database.query_one(
            "read a shop",
            "SELECT revision FROM shops WHERE shop_id = ?1",
            &[shop(id)],
            |row| row.get(0),
        )
    }

    /// The shop's key, unwrapped.
    ///
    /// # Errors
    /// Another master key wrapped it.
    pub fn shop_keys(&self, id: ShopId) -> Result<ShopKeys, StoreError> {
        let (domain, wrapped) = self.secret_column(
            id,
            "SELECT domain, key_wrapped FROM shops WHERE shop_id = ?1",
        )?;
        Ok(Arc::new(
            self.master.unwrap_shop_key(&key_place(&domain), &wrapped)?,
        ))
    }

    /// The shop's access token.
    ///
    /// # Errors
    /// Another key sealed it.
    pub fn access_token(&self, id: ShopId, key: &ShopKey) -> Result<SecretString, StoreError> {
        let (domain, sealed) = self.secret_column(
            id,
            "SELECT domain, credentials FROM shops WHERE shop_id = ?1",
        )?;
        Ok(SecretString::from(key.open(&key_place(&domain), &sealed)?))
    }

    fn secret_column(
        &self,
        id: ShopId,
        sql: &'static str,
    ) -> Result<(ShopDomain, Vec<u8>), StoreError> {
        let corrupt = || StoreError::Corrupt { what: "shop" };
        let (domain, bytes): (String, Vec<u8>) = self
            .database
            .query_one("read a shop", sql, &[shop(id)], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .ok_or_else(corrupt)?;
        Ok((domain.parse().map_err(|_| corrupt())?, bytes))
    }
}

/// What a shop's key and credentials are bound to.
fn key_place(domain: &ShopDomain) -> String {
    format!("shop:{domain}")
}

fn settings_text(settings: &ShopSettings) -> Result<String, StoreError> {
    serde_json::to_string(settings).map_err(|_| StoreError::Corrupt { what: "settings" })
}

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok(Columns {
        id: row.get(0)?,
        domain: row.get(1)?,
        settings: row.get(2)?,
        revision: row.get(3)?,
        user_count: row.get(4)?,
        group_count: row.get(5)?,
    })
}

impl Columns {
    fn record(self) -> Result<ShopRecord, StoreError> {
        let corrupt = || StoreError::Corrupt { what: "shop" };
        Ok(ShopRecord {
            id: ShopId(self.id),
            domain: self.domain.parse().map_err(|_| corrupt())?,
            settings: serde_json::from_str(&self.settings).map_err(|_| corrupt())?,
            revision: self.revision,
            user_count: self.user_count,
            group_count: self.group_count,
        })
    }
}

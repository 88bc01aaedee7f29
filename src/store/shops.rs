//! Shops, their policies and their credentials.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::row::Row;
use super::value::{Value, blob, int, shop, text};
use super::{Batch, GuardFailure, Store, StoreError, Written};
use crate::base::id::{ShopDomain, ShopId};
use crate::base::seal::ShopKey;
use crate::directory::{ShopRecord, ShopSettings};

/// A shop's key, as every reading and writing of its data needs it.
pub type ShopKeys = Arc<ShopKey>;

/// A question for shops.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT shop_id, domain, settings, revision, user_count, group_count FROM shops ",
            $rest
        )
    };
}

impl Store {
    /// Adds a shop with a key of its own.
    ///
    /// # Errors
    /// Inner: the domain is there already.
    pub async fn add_shop(
        &self,
        domain: &ShopDomain,
        access_token: &SecretString,
        settings: &ShopSettings,
        now_ms: i64,
    ) -> Written {
        let place = key_place(domain);
        let (key, wrapped) = self.master.new_shop_key(&self.random, place.as_bytes())?;
        let credentials = key.seal(&self.random, place.as_bytes(), access_token.expose_secret())?;
        let mut batch = Batch::of_no_shop();
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
        self.write(batch).await
    }

    /// Replaces a shop's access token. Users who wait for their next attempt become due: it may have been the token that was in their way.
    ///
    /// # Errors
    /// Inner: there is no such shop.
    pub async fn set_access_token(
        &self,
        record: &ShopRecord,
        access_token: &SecretString,
    ) -> Written {
        let key = self.shop_keys(record.id).await?;
        let place = key_place(&record.domain);
        let credentials = key.seal(&self.random, place.as_bytes(), access_token.expose_secret())?;
        let mut batch = Batch::of(record.id);
        batch
            .push(
                "UPDATE shops SET credentials = ?2, revision = revision + 1 WHERE shop_id = ?1",
                vec![shop(record.id), blob(credentials)],
            )
            .must_affect(GuardFailure::NotFound);
        batch.push(
            "UPDATE users SET due_ms = 0 WHERE shop_id = ?1 AND due_ms IS NOT NULL",
            vec![shop(record.id)],
        );
        self.write(batch).await
    }

    /// Replaces a shop's policies. Users who are parked become due: another policy may let them pass.
    ///
    /// # Errors
    /// Inner: there is no such shop.
    pub async fn set_shop_settings(&self, id: ShopId, settings: &ShopSettings) -> Written {
        let mut batch = Batch::of(id);
        batch
            .push(
                "UPDATE shops SET settings = ?2, revision = revision + 1 WHERE shop_id = ?1",
                vec![shop(id), text(settings_text(settings)?)],
            )
            .must_affect(GuardFailure::NotFound);
        self.retry_parked(&mut batch, id);
        self.write(batch).await
    }

    /// All shops, by domain.
    ///
    /// # Errors
    /// The database failed.
    pub async fn shops(&self) -> Result<Vec<ShopRecord>, StoreError> {
        self.database
            .query("list the shops", select!("ORDER BY domain"), &[], record)
            .await
    }

    /// The shop of a number.
    ///
    /// # Errors
    /// The database failed.
    pub async fn shop(&self, id: ShopId) -> Result<Option<ShopRecord>, StoreError> {
        self.one_shop(select!("WHERE shop_id = ?1"), shop(id)).await
    }

    /// The shop of a domain.
    ///
    /// # Errors
    /// The database failed.
    pub async fn shop_by_domain(
        &self,
        domain: &ShopDomain,
    ) -> Result<Option<ShopRecord>, StoreError> {
        self.one_shop(select!("WHERE domain = ?1"), text(domain.as_str()))
            .await
    }

    async fn one_shop(
        &self,
        sql: &'static str,
        value: Value,
    ) -> Result<Option<ShopRecord>, StoreError> {
        self.database
            .query_one("read a shop", sql, &[value], record)
            .await
    }

    /// The revision of a shop's settings and credentials: what is cached of it is stale when it differs.
    ///
    /// # Errors
    /// The database failed.
    pub async fn shop_revision(&self, id: ShopId) -> Result<Option<i64>, StoreError> {
        self.database
            .query_one(
                "read a shop",
                "SELECT revision FROM shops WHERE shop_id = ?1",
                &[shop(id)],
                |row| row.int(0),
            )
            .await
    }

    /// How many users and how many groups a shop has.
    ///
    /// # Errors
    /// The database failed.
    pub async fn resource_counts(&self, id: ShopId) -> Result<(i64, i64), StoreError> {
        let counts = self
            .database
            .query_one(
                "read a shop",
                "SELECT user_count, group_count FROM shops WHERE shop_id = ?1",
                &[shop(id)],
                |row| Ok((row.int(0)?, row.int(1)?)),
            )
            .await?;
        Ok(counts.unwrap_or_default())
    }

    /// The shop's key, unwrapped.
    ///
    /// # Errors
    /// Another master key wrapped it.
    pub async fn shop_keys(&self, id: ShopId) -> Result<ShopKeys, StoreError> {
        let (domain, wrapped) = self
            .secret_column(
                id,
                "SELECT domain, key_wrapped FROM shops WHERE shop_id = ?1",
            )
            .await?;
        Ok(Arc::new(self.master.unwrap_shop_key(
            key_place(&domain).as_bytes(),
            &wrapped,
        )?))
    }

    /// The shop's access token.
    ///
    /// # Errors
    /// Another key sealed it.
    pub async fn access_token(
        &self,
        id: ShopId,
        key: &ShopKey,
    ) -> Result<SecretString, StoreError> {
        let (domain, sealed) = self
            .secret_column(
                id,
                "SELECT domain, credentials FROM shops WHERE shop_id = ?1",
            )
            .await?;
        Ok(SecretString::from(
            key.open(key_place(&domain).as_bytes(), &sealed)?,
        ))
    }

    async fn secret_column(
        &self,
        id: ShopId,
        sql: &'static str,
    ) -> Result<(ShopDomain, Vec<u8>), StoreError> {
        self.database
            .query_one("read a shop", sql, &[shop(id)], |row| {
                Ok((row.parsed(0, "shop")?, row.blob(1)?.to_vec()))
            })
            .await?
            .ok_or(StoreError::Corrupt { what: "shop" })
    }
}

/// What a shop's key and credentials are bound to.
fn key_place(domain: &ShopDomain) -> String {
    format!("shop:{domain}")
}

fn settings_text(settings: &ShopSettings) -> Result<String, StoreError> {
    serde_json::to_string(settings).map_err(|_| StoreError::Corrupt { what: "settings" })
}

/// A shop from the columns of `select!`.
fn record(row: &Row<'_>) -> Result<ShopRecord, StoreError> {
    Ok(ShopRecord {
        id: ShopId(row.int(0)?),
        domain: row.parsed(1, "shop")?,
        settings: serde_json::from_str(row.text(2)?)
            .map_err(|_| StoreError::Corrupt { what: "shop" })?,
        revision: row.int(3)?,
        user_count: row.int(4)?,
        group_count: row.int(5)?,
    })
}

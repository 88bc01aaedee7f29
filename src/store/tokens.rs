//! Bearer tokens, found by their prefix.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::row::Row;
use super::value::{blob, int, maybe_int, shop, text};
use super::{Batch, GuardFailure, Store, StoreError, Written};
use crate::base::id::ShopId;
use crate::base::token::TokenHash;
use crate::directory::TokenRecord;

/// A token's last use is written no more often than this.
const USE_RESOLUTION_MS: i64 = 60_000;

/// When tokens were last noted as used.
#[derive(Debug, Default)]
pub(super) struct UsedTokens(Mutex<HashMap<String, i64>>);

/// A question for tokens.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT prefix, shop_id, name, hash, created_ms, expires_ms, revoked_ms, last_used_ms FROM tokens ",
            $rest
        )
    };
}

impl Store {
    /// Adds a token.
    ///
    /// # Errors
    /// Inner: the prefix is taken; make another token.
    pub async fn add_token(&self, token: &TokenRecord) -> Written {
        let mut batch = Batch::of_no_shop();
        batch
            .push(
                "INSERT INTO tokens (prefix, shop_id, name, hash, created_ms, expires_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                vec![
                    text(&token.prefix),
                    shop(token.shop),
                    text(&token.name),
                    blob(token.hash.0.clone()),
                    int(token.created_ms),
                    maybe_int(token.expires_ms),
                ],
            )
            .must_be_unique(GuardFailure::Exists);
        self.write(batch).await
    }

    /// The token of a prefix.
    ///
    /// # Errors
    /// The database failed.
    pub async fn token(&self, prefix: &str) -> Result<Option<TokenRecord>, StoreError> {
        self.database
            .query_one(
                "read a token",
                select!("WHERE prefix = ?1"),
                &[text(prefix)],
                record,
            )
            .await
    }

    /// The token of a prefix and, unless it is gone, its shop's revision: one look-up for what every request asks.
    ///
    /// # Errors
    /// The database failed.
    pub async fn token_and_revision(
        &self,
        prefix: &str,
    ) -> Result<Option<(TokenRecord, Option<i64>)>, StoreError> {
        self.database.query_one(
            "read a token",
            "SELECT prefix, tokens.shop_id, name, hash, tokens.created_ms, expires_ms, revoked_ms, last_used_ms, revision \
             FROM tokens LEFT JOIN shops ON shops.shop_id = tokens.shop_id WHERE prefix = ?1",
            &[text(prefix)],
            |row| Ok((record(row)?, row.maybe_int(8)?)),
        ).await
    }

    /// A shop's tokens, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tokens(&self, of: ShopId) -> Result<Vec<TokenRecord>, StoreError> {
        self.database
            .query(
                "list the tokens",
                select!("WHERE shop_id = ?1 ORDER BY created_ms, prefix"),
                &[shop(of)],
                record,
            )
            .await
    }

    /// Revokes a token at once.
    ///
    /// # Errors
    /// Inner: there is no such token, or it is revoked already.
    pub async fn revoke_token(&self, prefix: &str, now_ms: i64) -> Written {
        self.change_token(
            "UPDATE tokens SET revoked_ms = ?2 WHERE prefix = ?1 AND revoked_ms IS NULL",
            prefix,
            now_ms,
        )
        .await
    }

    /// Lets a token end at `end_ms`.
    ///
    /// # Errors
    /// Inner: there is no such live token.
    pub async fn expire_token(&self, prefix: &str, end_ms: i64) -> Written {
        self.change_token(
            "UPDATE tokens SET expires_ms = ?2 WHERE prefix = ?1 AND revoked_ms IS NULL",
            prefix,
            end_ms,
        )
        .await
    }

    async fn change_token(&self, sql: &'static str, prefix: &str, at_ms: i64) -> Written {
        let mut batch = Batch::of_no_shop();
        batch
            .push(sql, vec![text(prefix), int(at_ms)])
            .must_affect(GuardFailure::NotFound);
        self.write(batch).await
    }

    /// A write of the token's last use, when the last one noted is old enough.
    pub fn token_use(&self, prefix: &str, now_ms: i64) -> Option<Batch> {
        let mut used = self
            .used_tokens
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let due = used
            .get(prefix)
            .is_none_or(|noted_ms| now_ms - noted_ms >= USE_RESOLUTION_MS);
        due.then(|| {
            used.insert(prefix.to_owned(), now_ms);
            let mut batch = Batch::of_no_shop();
            batch.push(
                "UPDATE tokens SET last_used_ms = ?2 WHERE prefix = ?1",
                vec![text(prefix), int(now_ms)],
            );
            batch.found_out_again()
        })
    }
}

/// A token from the columns of `select!`.
fn record(row: &Row<'_>) -> Result<TokenRecord, StoreError> {
    Ok(TokenRecord {
        prefix: row.text(0)?.to_owned(),
        shop: ShopId(row.int(1)?),
        name: row.text(2)?.to_owned(),
        hash: TokenHash(row.blob(3)?.to_vec()),
        created_ms: row.int(4)?,
        expires_ms: row.maybe_int(5)?,
        revoked_ms: row.maybe_int(6)?,
        last_used_ms: row.maybe_int(7)?,
    })
}

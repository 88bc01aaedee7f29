//! SQL and nothing but SQL: the directory on disk.
//!
//! Every write is a [`Batch`] of guarded statements: all apply or none, and the result names the guard that failed. A read runs inline on the calling thread.
//! The rest of the store speaks of `value`s, `row`s and batches; what is particular to an engine is confined to its own module and its folder of `migrations`.

mod activity;
mod batch;
mod erase;
mod error;
mod groups;
mod keyfile;
mod members;
mod pages;
mod row;
mod shops;
mod sqlite;
mod sync;
mod tokens;
mod users;
mod value;

#[cfg(test)]
mod tests;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use ring::rand::SystemRandom;
use secrecy::{ExposeSecret, SecretString};

use crate::base::seal::{MasterKey, SealError};

pub use activity::{ActivityFilter, ActivityPage};
pub use batch::{Batch, GuardFailure};
pub use error::{Cause, StoreError};
pub use groups::GroupChange;
pub use shops::ShopKeys;
pub use sync::{Outcome, PendingUser};
pub use users::{Tombstone, UserChange};

/// What became of a batch.
pub type Written = Result<Result<(), GuardFailure>, StoreError>;

/// The directory on disk.
#[derive(Debug)]
pub struct Store {
    database: sqlite::Database,
    master: MasterKey,
    random: SystemRandom,
    anchors: Arc<pages::Anchors>,
    used_tokens: tokens::UsedTokens,
}

impl Store {
    /// Opens or creates the directory in `data_dir`. Without `master_key` it is read from `data_dir/master.key`, which is made when it is not there.
    ///
    /// # Errors
    /// A directory that cannot be written, a wrong key, a database of a later version: each says what to do.
    pub async fn open(
        data_dir: &Path,
        master_key: Option<&SecretString>,
    ) -> Result<Self, StoreError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(data_dir)
            .map_err(|source| StoreError::MakeDirectory {
                path: data_dir.to_owned(),
                source,
            })?;
        let random = SystemRandom::new();
        // Looked at first: another process that starts now makes the key before the database.
        let has_database = sqlite::Database::is_in(data_dir);
        let master = match master_key {
            Some(text) => MasterKey::parse(text.expose_secret())?,
            None => keyfile::load_or_create(data_dir, has_database, &random)?,
        };
        let anchors = Arc::new(pages::Anchors::default());
        let on_written = {
            let anchors = Arc::clone(&anchors);
            Box::new(move |batch: &Batch| anchors.forget(batch.forgets_anchors()))
        };
        let store = Self {
            database: sqlite::Database::open(data_dir, on_written)?,
            master,
            random,
            anchors,
            used_tokens: tokens::UsedTokens::default(),
        };
        // A wrong master key shows now, not at the first request.
        for shop in store.shops().await? {
            store
                .shop_keys(shop.id)
                .await
                .map_err(|error| match error {
                    StoreError::Key(source @ SealError::Open) => StoreError::WrongMasterKey {
                        shop: shop.domain,
                        source,
                    },
                    other => other,
                })?;
        }
        Ok(store)
    }

    /// Writes a batch and waits until it is durable. When the wait is given up, the batch is written all the same.
    ///
    /// # Errors
    /// Outer: the database failed, nothing was written. Inner: a guard said no, nothing was written.
    pub async fn write(&self, batch: Batch) -> Written {
        self.database.write(batch).await
    }

    /// Writes a batch that nobody waits for, such as a token's last use.
    pub fn write_later(&self, batch: Batch) {
        self.database.write_later(batch);
    }

    /// Runs `read`, whose queries all see one state, and which waits for nothing but these.
    ///
    /// # Errors
    /// The database failed.
    pub async fn snapshot<T>(&self, read: impl Future<Output = T>) -> Result<T, StoreError> {
        self.database.snapshot(read)
    }

    /// Whether the database can be read, and has a writer.
    ///
    /// # Errors
    /// It can't, or has none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        if !self.database.has_writer() {
            return Err(StoreError::Closed);
        }
        self.database
            .query("read the database", "SELECT 1", &[], |_| Ok(()))
            .await
            .map(drop)
    }
}

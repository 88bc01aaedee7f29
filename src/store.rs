//! SQL and nothing but SQL: the directory on disk.
//!
//! Every write is a [`Batch`] of guarded statements: all apply or none, and the result names the guard that failed. One writer at a time changes a shop.
//! The rest of the store speaks of `value`s, `row`s and batches; what is particular to an engine is confined to its own module and its folder of `migrations`.

mod activity;
mod backlog;
mod batch;
mod database;
mod erase;
mod error;
mod groups;
mod guard;
mod keyfile;
mod leases;
mod members;
mod pages;
mod postgres;
mod row;
mod shops;
mod sqlite;
mod sync;
mod tokens;
mod transfer;
mod users;
mod value;

#[cfg(test)]
mod tests;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ring::rand::SystemRandom;
use secrecy::{ExposeSecret, SecretString};
use tracing::Instrument;

use crate::base::seal::{MasterKey, SealError};
use crate::metrics::{Counter, Family};
use database::Database;

pub use activity::{ActivityFilter, ActivityPage};
pub use backlog::Backlog;
pub use batch::{Batch, GuardFailure};
pub use error::{Cause, StoreError};
pub use groups::GroupChange;
pub use guard::{Departure, GuardLimits};
pub use leases::{Call, Calls, Lease, ReplicaId};
pub use postgres::PostgresConfig;
pub use shops::ShopKeys;
pub use sync::{Outcome, PendingUser};
pub use transfer::{Moved, TransferError};
pub use users::{Tombstone, UserChange};

/// What became of a batch.
pub type Written = Result<Result<(), GuardFailure>, StoreError>;

/// Where a directory is.
#[derive(Debug, Clone)]
pub enum Location {
    /// In a directory of its own, for one process.
    Directory(PathBuf),
    /// In PostgreSQL, for any number of processes.
    Postgres(PostgresConfig),
}

/// The directory on disk.
#[derive(Debug)]
pub struct Store {
    database: Database,
    master: MasterKey,
    random: SystemRandom,
    anchors: Arc<pages::Anchors>,
    used_tokens: tokens::UsedTokens,
}

impl Store {
    /// Opens or creates the directory. Without `master_key` that of a data directory is read from its file `master.key`, which is made when it is not there.
    ///
    /// # Errors
    /// A directory that cannot be written, a wrong key, a database of a later version: each says what to do.
    pub async fn open(
        location: &Location,
        master_key: Option<&SecretString>,
    ) -> Result<Self, StoreError> {
        let random = SystemRandom::new();
        if let Location::Directory(path) = location {
            make_directory(path)?;
        }
        let master = match (master_key, location) {
            (Some(text), _) => MasterKey::parse(text.expose_secret())?,
            (None, Location::Directory(path)) => {
                // Looked at first: another process that starts now makes the key before the database.
                let has_database = sqlite::Database::is_in(path);
                keyfile::load_or_create(path, has_database, &random)?
            }
            (None, Location::Postgres(_)) => return Err(StoreError::MasterKeyNeeded),
        };
        let anchors = Arc::new(pages::Anchors::default());
        let on_written = {
            let anchors = Arc::clone(&anchors);
            Box::new(move |batch: &Batch| anchors.forget(batch.forgets_anchors()))
        };
        let store = Self {
            database: Database::open(location, on_written).await?,
            master,
            random,
            anchors,
            used_tokens: tokens::UsedTokens::default(),
        };
        // A wrong master key shows now, not at the first request.
        store.check_master_key().await?;
        Ok(store)
    }

    /// Whether the master key is that of all shops.
    async fn check_master_key(&self) -> Result<(), StoreError> {
        for shop in self.shops().await? {
            self.shop_keys(shop.id).await.map_err(|error| match error {
                StoreError::Key(source @ SealError::Open) => StoreError::WrongMasterKey {
                    shop: shop.domain,
                    source,
                },
                other => other,
            })?;
        }
        Ok(())
    }

    /// Writes a batch and waits until it is durable. When the wait is given up, the batch is written all the same.
    ///
    /// # Errors
    /// Outer: the database failed, nothing was written. Inner: a guard said no, nothing was written.
    pub async fn write(&self, batch: Batch) -> Written {
        let span = tracing::debug_span!("batch", statements = batch.statements.len());
        self.database.write(batch).instrument(span).await
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
        self.database.snapshot(read).await
    }

    /// What has failed so far, by [`StoreError::kind`].
    pub fn errors(&self) -> &Family<Counter, 1> {
        self.database.errors()
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

fn make_directory(path: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| StoreError::MakeDirectory {
            path: path.to_owned(),
            source,
        })
}

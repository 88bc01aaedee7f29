//! SQL and nothing but SQL: the directory on disk.
//!
//! Every write is a [`Batch`] of guarded statements: all apply or none, and the result names the guard that failed. A read runs inline on the calling thread.
//! What is particular to SQLite is confined to `sqlite` and `migrations/sqlite`.

mod activity;
mod batch;
mod erase;
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

#[cfg(test)]
mod tests;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ring::rand::SystemRandom;
use secrecy::{ExposeSecret, SecretString};

use crate::base::seal::{MasterKey, SealError};

pub use activity::{ActivityFilter, ActivityPage};
pub use batch::{Batch, GuardFailure};
pub use groups::GroupChange;
pub use shops::ShopKeys;
pub use sync::{Outcome, PendingUser};
pub use users::{Tombstone, UserChange};

/// Why the directory could not be read or written. Nothing of a failed write is kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data directory cannot be made.
    #[error("cannot make the data directory {path}")]
    MakeDirectory {
        /// The directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The master key's file cannot be used.
    #[error("cannot use the master key's file {path}: {advice}")]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What to do.
        advice: &'static str,
        /// Why.
        #[source]
        source: Option<std::io::Error>,
    },
    /// A key is not one, or is another.
    #[error("cannot use the master key")]
    Key(#[source] SealError),
    /// The database is of a later version of this program.
    #[error(
        "the database is of schema {found}, which this version (schema {known}) does not know: run the newer version of syncup"
    )]
    NewerSchema {
        /// What the database says.
        found: usize,
        /// The newest that is known.
        known: usize,
    },
    /// The database refused.
    #[error("cannot {doing}: {advice}")]
    Database {
        /// What was attempted.
        doing: &'static str,
        /// What to do.
        advice: &'static str,
        /// What it said.
        #[source]
        source: Arc<rusqlite::Error>,
    },
    /// What is stored is not what was once written.
    #[error("a stored {what} cannot be read")]
    Corrupt {
        /// What.
        what: &'static str,
    },
    /// The writer has ended.
    #[error("the store is closed")]
    Closed,
}

impl From<SealError> for StoreError {
    fn from(error: SealError) -> Self {
        Self::Key(error)
    }
}

/// The database's name in the data directory.
const FILE: &str = "syncup.db";

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
    pub fn open(data_dir: &Path, master_key: Option<&SecretString>) -> Result<Self, StoreError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(data_dir)
            .map_err(|source| StoreError::MakeDirectory {
                path: data_dir.to_owned(),
                source,
            })?;
        let random = SystemRandom::new();
        let master = match master_key {
            Some(text) => MasterKey::parse(text.expose_secret())?,
            None => keyfile::load_or_create(data_dir, &random)?,
        };
        let anchors = Arc::new(pages::Anchors::default());
        let on_written = {
            let anchors = Arc::clone(&anchors);
            Box::new(move |batch: &Batch| anchors.forget(batch.forgets_anchors()))
        };
        let store = Self {
            database: sqlite::Database::open(&data_dir.join(FILE), on_written)?,
            master,
            random,
            anchors,
            used_tokens: tokens::UsedTokens::default(),
        };
        // A wrong master key shows now, not at the first request.
        for shop in store.shops()? {
            store.shop_keys(shop.id)?;
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

    /// As [`Store::write`], for callers that are no task; it blocks the thread for the time of a commit.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking(&self, batch: Batch) -> Written {
        self.database.write_blocking(batch)
    }

    /// Runs `read`, whose queries all see one state.
    ///
    /// # Errors
    /// The database failed.
    pub fn snapshot<T>(&self, read: impl FnOnce() -> T) -> Result<T, StoreError> {
        let _snapshot = self.database.snapshot()?;
        Ok(read())
    }

    /// Whether the database can be read.
    ///
    /// # Errors
    /// It can't.
    pub fn ping(&self) -> Result<(), StoreError> {
        self.database
            .query("read the database", "SELECT 1", &[], |_| Ok(()))
            .map(drop)
    }
}

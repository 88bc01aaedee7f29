//! What can go wrong with the directory on disk, and what to do about it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::base::id::ShopDomain;
use crate::base::seal::SealError;

/// What the engine said.
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;

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
    /// Something cannot be sealed or opened.
    #[error("cannot use a key")]
    Key(#[source] SealError),
    /// A shop's key was not wrapped by this master key.
    #[error(
        "cannot open the key of {shop}: give the master key that its data was sealed with (master_key, or the data directory's own master.key)"
    )]
    WrongMasterKey {
        /// The shop.
        shop: ShopDomain,
        /// Why.
        #[source]
        source: SealError,
    },
    /// The database is another program's.
    #[error(
        "the file {path} is a database of another program: move it away, or name another data directory"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The database that is named is not one.
    #[error(
        "database (SYNCUP_DATABASE) is no address of a PostgreSQL database: give postgres://USER:PASSWORD@HOST/DATABASE, or nothing, for the database in data_dir"
    )]
    DatabaseUrl,
    /// The certificates that the server's is to be checked by cannot be used.
    #[error(
        "cannot use the certificates in {path} (database_ca_file): it must be a readable file with certificates in PEM"
    )]
    CaFile {
        /// The file.
        path: PathBuf,
    },
    /// There is no TLS.
    #[error(
        "cannot set up TLS for the database: install the system's certificates, or give database_ca_file"
    )]
    Tls(#[source] rustls::Error),
    /// Many processes share the database, and so must they the key.
    #[error(
        "a PostgreSQL database needs a master key that all of its processes share: give master_key (SYNCUP_MASTER_KEY_FILE), 32 random bytes as base64 or hex"
    )]
    MasterKeyNeeded,
    /// The schema is another program's.
    #[error(
        "the PostgreSQL database has tables of another program: give syncup a database of its own"
    )]
    ForeignTables,
    /// The database is of a later version of this program.
    #[error(
        "the database is of schema {found}, which this version (schema {known}) does not know: run the newer version of syncup"
    )]
    NewerSchema {
        /// What the database says.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// The disk, or the share of it that is allowed, is full.
    #[error("cannot {doing}: the disk is full; free some space, nothing was changed")]
    DiskFull {
        /// What was attempted.
        doing: &'static str,
        /// What the engine said.
        #[source]
        source: Cause,
    },
    /// The files can be read and not written.
    #[error(
        "cannot {doing}: the database is read-only; make the data directory and its files writable by this user"
    )]
    ReadOnly {
        /// What was attempted.
        doing: &'static str,
        /// What the engine said.
        #[source]
        source: Cause,
    },
    /// The database refused for another reason.
    #[error("cannot {doing}: {advice}")]
    Database {
        /// What was attempted.
        doing: &'static str,
        /// What to do.
        advice: &'static str,
        /// What the engine said.
        #[source]
        source: Cause,
    },
    /// What is stored is not what was once written.
    #[error("a stored {what} cannot be read")]
    Corrupt {
        /// What.
        what: &'static str,
    },
    /// What was to run on one state of the database waited for something else.
    #[error("a reading of one state waited for something else than the database")]
    Suspended,
    /// The writer has ended.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// What kind of failure it is, for counting.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::DiskFull { .. } => "disk_full",
            Self::ReadOnly { .. } => "read_only",
            Self::Database { .. } => "refused",
            Self::Corrupt { .. } | Self::Key(_) => "unreadable",
            Self::Closed => "closed",
            _ => "setup",
        }
    }

    /// Whether it is what is stored that fails, and not the store: another try brings the same.
    pub fn is_lasting(&self) -> bool {
        matches!(self, Self::Corrupt { .. } | Self::Key(_))
    }
}

impl From<SealError> for StoreError {
    fn from(error: SealError) -> Self {
        Self::Key(error)
    }
}

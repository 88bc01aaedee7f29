//! Why a directory could not be moved, and what to do about it.

use std::io;

use crate::base::id::ShopDomain;
use crate::store::StoreError;

/// Why a directory could not be moved. Nothing of a failed import is kept.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The directory could not be read or written.
    #[error("cannot move the directory of users")]
    Store(#[source] StoreError),
    /// The export could not be written.
    #[error("cannot write the export")]
    Write(#[source] io::Error),
    /// The export could not be read.
    #[error("cannot read the export; nothing was imported")]
    Read(#[source] io::Error),
    /// The file is something else.
    #[error("this is no export: give a file that `syncup export` has written")]
    Foreign,
    /// The file is of another version of this program.
    #[error(
        "the export is of schema {found}, and this version moves schema {known}: import it with the version of syncup that has written it; a newer one then brings the directory up to date"
    )]
    Schema {
        /// What the file says.
        found: i64,
        /// What this version writes and reads.
        known: i64,
    },
    /// The file has no end.
    #[error(
        "the export ends after line {line}, before its end: copy the file again, or export again; nothing was imported"
    )]
    Truncated {
        /// The last line that is whole.
        line: u64,
    },
    /// A line is not one that an export has.
    #[error(
        "line {line} of the export is damaged ({what}): copy the file again, or export again; nothing was imported"
    )]
    Damaged {
        /// Which, from 1 on.
        line: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// The rows are not those that were exported.
    #[error(
        "the export's {table} are not as they were written: copy the file again, or export again; nothing was imported"
    )]
    Altered {
        /// The table.
        table: String,
    },
    /// There is something already where it is to be imported.
    #[error(
        "this directory has shops already: name another data_dir or database, or remove them with `syncup shop remove`"
    )]
    HasShops,
    /// Somebody works on the database.
    #[error(
        "another syncup is serving from this database: stop it; one that was killed is forgotten after ten seconds"
    )]
    InUse,
    /// There are rows that belong to no shop.
    #[error("this directory has {table} that belong to no shop: name another data_dir or database")]
    Remains {
        /// The table.
        table: &'static str,
    },
    /// The shops' keys were not wrapped by this master key.
    #[error(
        "the key of {shop} was sealed with another master key: copy the exported directory's master.key over that of this data_dir, or give master_key; nothing was imported"
    )]
    OtherMasterKey {
        /// A shop.
        shop: ShopDomain,
    },
}

impl From<StoreError> for TransferError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::WrongMasterKey { shop, .. } => Self::OtherMasterKey { shop },
            other => Self::Store(other),
        }
    }
}

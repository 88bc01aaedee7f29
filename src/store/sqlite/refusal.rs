//! What SQLite's error codes mean for the store.

use std::sync::Arc;

use rusqlite::{ErrorCode, ffi};

use crate::store::StoreError;

/// A database error with what to do about it.
pub(super) fn failed(doing: &'static str, source: Arc<rusqlite::Error>) -> StoreError {
    let advice = match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => return StoreError::DiskFull { doing, source },
        Some(ErrorCode::ReadOnly) => return StoreError::ReadOnly { doing, source },
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "the data directory must be readable and writable by this user"
        }
        Some(ErrorCode::SystemIoFailure) => {
            "the disk refuses; see whether it is full or broken, nothing was changed"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process holds the database; stop it or try again"
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "the database file is damaged; restore it from the backup"
        }
        _ => "see the cause",
    };
    StoreError::Database {
        doing,
        advice,
        source,
    }
}

/// Whether a unique index or a key refused.
pub(super) fn is_not_unique(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    matches!(
        code,
        Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
    )
}

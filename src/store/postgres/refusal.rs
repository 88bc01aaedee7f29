//! What PostgreSQL's error codes mean for the store.

use std::sync::Arc;

use deadpool_postgres::PoolError;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::store::{Cause, StoreError};

/// What went wrong on the way to the database, or in it. More than one batch may have to be told.
#[derive(Debug, Clone)]
pub(super) enum Broken {
    /// There is no connection to be had.
    NoConnection(Arc<PoolError>),
    /// A statement failed, or the connection during it.
    Statement(Arc<Error>),
    /// The answer to a commit was lost: it may have been kept.
    Commit(Arc<Error>),
}

impl From<PoolError> for Broken {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            error => Self::NoConnection(Arc::new(error)),
        }
    }
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Statement(Arc::new(error))
    }
}

impl Broken {
    /// Of a commit. When it is not the server that said so, nobody knows.
    pub(super) fn of_commit(error: Error) -> Self {
        if error.code().is_some() {
            error.into()
        } else {
            Self::Commit(error.into())
        }
    }

    /// With what to do about it.
    pub(super) fn explain(&self, doing: &'static str) -> StoreError {
        match self {
            Self::NoConnection(source) => StoreError::Database {
                doing,
                advice: "no connection became free or could be made in time; see that PostgreSQL runs and answers, or raise database_connections",
                source: Arc::clone(source) as Cause,
            },
            Self::Statement(source) => failed(doing, Arc::clone(source)),
            Self::Commit(source) => StoreError::Database {
                doing: "learn whether a write was kept",
                advice: "the connection to PostgreSQL broke at that moment; read it again",
                source: Arc::clone(source) as Cause,
            },
        }
    }

    /// Whether the same again may well succeed: another writer was in the way.
    pub(super) fn is_passing(&self) -> bool {
        let (Self::Statement(error) | Self::Commit(error)) = self else {
            return false;
        };
        matches!(
            error.code(),
            Some(&(SqlState::T_R_DEADLOCK_DETECTED | SqlState::T_R_SERIALIZATION_FAILURE))
        )
    }
}

fn failed(doing: &'static str, source: Arc<Error>) -> StoreError {
    let advice = match source.code() {
        Some(&SqlState::DISK_FULL) => return StoreError::DiskFull { doing, source },
        Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => {
            return StoreError::ReadOnly { doing, source };
        }
        Some(state) => advice(state),
        // It is not the server that said so.
        None => {
            "PostgreSQL cannot be reached; see that it runs where database (SYNCUP_DATABASE) says, and what stands between"
        }
    };
    StoreError::Database {
        doing,
        advice,
        source,
    }
}

fn advice(state: &SqlState) -> &'static str {
    match *state {
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            "PostgreSQL refuses the user or the password that database (SYNCUP_DATABASE) has"
        }
        SqlState::INVALID_CATALOG_NAME => {
            "there is no such database; make it with CREATE DATABASE, and give the user all rights on it"
        }
        SqlState::INSUFFICIENT_PRIVILEGE | SqlState::INVALID_SCHEMA_NAME => {
            "the user may not make or use tables there; make the user the database's owner"
        }
        SqlState::TOO_MANY_CONNECTIONS => {
            "PostgreSQL has no connection left; lower database_connections or raise its max_connections"
        }
        SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => {
            "it took too long; see what PostgreSQL is busy with, nothing was changed"
        }
        SqlState::ADMIN_SHUTDOWN
        | SqlState::CRASH_SHUTDOWN
        | SqlState::CANNOT_CONNECT_NOW
        | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => {
            "PostgreSQL has ended the connection or is starting; it is tried again"
        }
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => {
            "the database is damaged; restore it from the backup"
        }
        _ => "see the cause",
    }
}

/// Whether a unique index or a key refused.
pub(super) fn is_not_unique(error: &Error) -> bool {
    error.code() == Some(&SqlState::UNIQUE_VIOLATION)
}

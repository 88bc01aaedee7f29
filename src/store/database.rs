//! The database, whichever engine it is of.

use tokio::sync::mpsc;

use super::batch::OnWritten;
use super::leases::Calls;
use super::row::Row;
use super::value::Value;
use super::{Batch, Location, StoreError, Written, postgres, sqlite};
use crate::base::id::{ResourceId, ShopId};

/// An open database.
#[derive(Debug)]
pub(super) enum Database {
    Sqlite(sqlite::Database),
    Postgres(Box<postgres::Database>),
}

impl Database {
    pub(super) async fn open(
        location: &Location,
        on_written: OnWritten,
    ) -> Result<Self, StoreError> {
        Ok(match location {
            Location::Directory(path) => Self::Sqlite(sqlite::Database::open(path, on_written)?),
            Location::Postgres(config) => Self::Postgres(Box::new(
                postgres::Database::open(config, on_written).await?,
            )),
        })
    }

    /// Runs `read`, which waits for nothing but this database, with all of its queries seeing one state.
    pub(super) async fn snapshot<T>(&self, read: impl Future<Output = T>) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(database) => database.snapshot(read),
            Self::Postgres(database) => database.snapshot(read).await,
        }
    }

    /// The rows of a query.
    pub(super) async fn query<T>(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value],
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        match self {
            Self::Sqlite(database) => database.query(doing, sql, values, read),
            Self::Postgres(database) => database.query(doing, sql, values, read).await,
        }
    }

    /// The first row of a query.
    pub(super) async fn query_one<T>(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value],
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match self {
            Self::Sqlite(database) => database.query_one(doing, sql, values, read),
            Self::Postgres(database) => {
                let rows = database.query(doing, sql, values, read).await?;
                Ok(rows.into_iter().next())
            }
        }
    }

    /// Whether other processes may serve from it at the same time.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Asks the other processes to take this user first.
    pub(super) async fn call_for(&self, shop: ShopId, user: ResourceId) -> Result<(), StoreError> {
        match self {
            // There is no other.
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(database) => database.call_for(shop, user).await,
        }
    }

    /// The calls of other processes.
    pub(super) fn calls(&self) -> Calls {
        match self {
            Self::Sqlite(_) => mpsc::channel(1).1,
            Self::Postgres(database) => database.calls(),
        }
    }

    /// Whether what is written is still taken.
    pub(super) fn has_writer(&self) -> bool {
        match self {
            Self::Sqlite(database) => database.has_writer(),
            // It begins anew with each write.
            Self::Postgres(_) => true,
        }
    }

    pub(super) async fn write(&self, batch: Batch) -> Written {
        match self {
            Self::Sqlite(database) => database.write(batch).await,
            Self::Postgres(database) => database.write(batch).await,
        }
    }

    pub(super) fn write_later(&self, batch: Batch) {
        match self {
            Self::Sqlite(database) => database.write_later(batch),
            Self::Postgres(database) => database.write_later(batch),
        }
    }
}

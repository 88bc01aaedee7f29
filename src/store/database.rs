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

    /// The same, for a `read` that does other things in between, such as writing a file.
    pub(super) async fn patient_snapshot<T>(
        &self,
        read: impl Future<Output = T>,
    ) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(database) => database.snapshot(read),
            Self::Postgres(database) => database.patient_snapshot(read).await,
        }
    }

    /// Runs `write`, which may do other things in between and waits for nothing but this database, in one transaction: its [`Database::execute_each`] and its
    /// queries. It is kept when it ends well. All other writers wait meanwhile: it is for when there are none.
    pub(super) async fn transaction<T, E: From<StoreError>>(
        &self,
        doing: &'static str,
        write: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        match self {
            Self::Sqlite(database) => database.transaction(doing, write),
            Self::Postgres(database) => database.transaction(doing, write).await,
        }
    }

    /// Runs a statement with each of `rows`, within a [`Database::transaction`].
    pub(super) async fn execute_each(
        &self,
        doing: &'static str,
        sql: &str,
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(database) => database.execute_each(doing, sql, rows),
            Self::Postgres(database) => database.execute_each(doing, sql, rows).await,
        }
    }

    /// Makes the next number that the engine gives in a table's column higher than `highest`, within a [`Database::transaction`].
    pub(super) async fn number_above(
        &self,
        doing: &'static str,
        table: &str,
        column: &str,
        highest: i64,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(database) => database.number_above(doing, table, highest),
            Self::Postgres(database) => database.number_above(doing, table, column, highest).await,
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

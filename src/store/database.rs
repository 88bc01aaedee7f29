//! The database, whichever engine it is of.

use tokio::sync::mpsc;

use super::batch::OnWritten;
use super::leases::{Call, Calls};
use super::row::Row;
use super::value::Value;
use super::{Batch, Location, StoreError, Written, postgres, sqlite};
use crate::metrics::{Counter, Family, Label};

/// An open database.
#[derive(Debug)]
pub(super) struct Database {
    engine: Engine,
    errors: Family<Counter, 1>,
}

#[derive(Debug)]
enum Engine {
    Sqlite(sqlite::Database),
    Postgres(Box<postgres::Database>),
}

impl Database {
    pub(super) async fn open(
        location: &Location,
        on_written: OnWritten,
    ) -> Result<Self, StoreError> {
        let engine = match location {
            Location::Directory(path) => Engine::Sqlite(sqlite::Database::open(path, on_written)?),
            Location::Postgres(config) => Engine::Postgres(Box::new(
                postgres::Database::open(config, on_written).await?,
            )),
        };
        let errors = Family::counters(
            "syncup_database_errors_total",
            "Reads and writes of the directory that failed, by kind.",
            [("kind", 8)],
        );
        Ok(Self { engine, errors })
    }

    /// What has failed so far.
    pub(super) fn errors(&self) -> &Family<Counter, 1> {
        &self.errors
    }

    /// Counts what has failed.
    fn counted<T>(&self, done: Result<T, StoreError>) -> Result<T, StoreError> {
        done.inspect_err(|error| self.errors.of([Label::Text(error.kind())]).add(1))
    }

    /// Runs `read`, which waits for nothing but this database, with all of its queries seeing one state.
    pub(super) async fn snapshot<T>(&self, read: impl Future<Output = T>) -> Result<T, StoreError> {
        let read = match &self.engine {
            Engine::Sqlite(database) => database.snapshot(read),
            Engine::Postgres(database) => database.snapshot(read).await,
        };
        self.counted(read)
    }

    /// The same, for a `read` that does other things in between, such as writing a file.
    pub(super) async fn patient_snapshot<T>(
        &self,
        read: impl Future<Output = T>,
    ) -> Result<T, StoreError> {
        match &self.engine {
            Engine::Sqlite(database) => database.snapshot(read),
            Engine::Postgres(database) => database.patient_snapshot(read).await,
        }
    }

    /// Runs `write`, which may do other things in between and waits for nothing but this database, in one transaction: its [`Database::execute_each`] and its
    /// queries. It is kept when it ends well. All other writers wait meanwhile: it is for when there are none.
    pub(super) async fn transaction<T, E: From<StoreError>>(
        &self,
        doing: &'static str,
        write: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        match &self.engine {
            Engine::Sqlite(database) => database.transaction(doing, write),
            Engine::Postgres(database) => database.transaction(doing, write).await,
        }
    }

    /// Runs a statement with each of `rows`, within a [`Database::transaction`].
    pub(super) async fn execute_each(
        &self,
        doing: &'static str,
        sql: &str,
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(database) => database.execute_each(doing, sql, rows),
            Engine::Postgres(database) => database.execute_each(doing, sql, rows).await,
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
        match &self.engine {
            Engine::Sqlite(database) => database.number_above(doing, table, highest),
            Engine::Postgres(database) => {
                database.number_above(doing, table, column, highest).await
            }
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
        let rows = match &self.engine {
            Engine::Sqlite(database) => database.query(doing, sql, values, read),
            Engine::Postgres(database) => database.query(doing, sql, values, read).await,
        };
        self.counted(rows)
    }

    /// The first row of a query.
    pub(super) async fn query_one<T>(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value],
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let row = match &self.engine {
            Engine::Sqlite(database) => database.query_one(doing, sql, values, read),
            Engine::Postgres(database) => {
                let rows = database.query(doing, sql, values, read).await;
                rows.map(|rows| rows.into_iter().next())
            }
        };
        self.counted(row)
    }

    /// Whether other processes may serve from it at the same time.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// Asks the other processes to take this user first.
    pub(super) async fn call_for(&self, call: &Call) -> Result<(), StoreError> {
        match &self.engine {
            // There is no other.
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(database) => database.call_for(call).await,
        }
    }

    /// The calls of other processes.
    pub(super) fn calls(&self) -> Calls {
        match &self.engine {
            Engine::Sqlite(_) => mpsc::channel(1).1,
            Engine::Postgres(database) => database.calls(),
        }
    }

    /// Whether what is written is still taken.
    pub(super) fn has_writer(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(database) => database.has_writer(),
            // It begins anew with each write.
            Engine::Postgres(_) => true,
        }
    }

    pub(super) async fn write(&self, batch: Batch) -> Written {
        let written = match &self.engine {
            Engine::Sqlite(database) => database.write(batch).await,
            Engine::Postgres(database) => database.write(batch).await,
        };
        self.counted(written)
    }

    pub(super) fn write_later(&self, batch: Batch) {
        match &self.engine {
            Engine::Sqlite(database) => database.write_later(batch),
            Engine::Postgres(database) => database.write_later(batch),
        }
    }
}

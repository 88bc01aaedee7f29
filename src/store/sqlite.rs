//! SQLite: reading inline, one writer. With `migrations/sqlite`, the only place that knows of this engine.

mod connect;
mod migrate;
mod refusal;
#[cfg(test)]
mod tests;
mod transaction;
mod value;
mod writer;

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, Weak};

use futures_util::FutureExt;
use rusqlite::Connection;
#[cfg(test)]
use rusqlite::StatementStatus;

use super::batch::OnWritten;
use super::row::Row as StoreRow;
use super::value::{Value, int, text};
use super::{Batch, StoreError, Written};
use refusal::failed;
use transaction::Transaction;
use writer::Writer;

pub(super) use value::Row;

/// The database's name in the data directory.
const FILE: &str = "syncup.db";

/// Numbers given by hand count for the next one, but not those of other tables. A table that may give a number again goes on above what it has, and keeps no note.
const NUMBER_ABOVE: [&str; 2] = [
    "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1) \
     AND EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1 AND sql LIKE '%AUTOINCREMENT%')",
    "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1",
];

thread_local! {
    /// This thread's readers: reading inline costs less than handing over to another thread.
    static READERS: RefCell<Readers> = RefCell::new(Readers::new());
}

#[cfg(test)]
thread_local! {
    /// What this thread's queries have cost, in steps of the database's machine.
    static STEPS: std::cell::Cell<i32> = const { std::cell::Cell::new(0) };
    /// This thread's queries.
    static ASKED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// By the address of what is open while the database is.
type Readers = HashMap<usize, Reader>;

/// A connection, and the database it is of while that is open.
struct Reader {
    database: Weak<()>,
    connection: Connection,
}

/// An open database.
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    open: Arc<()>,
    writer: Writer,
}

impl Database {
    /// Whether the directory has a database in it.
    pub(super) fn is_in(data_dir: &Path) -> bool {
        data_dir.join(FILE).exists()
    }

    /// Opens or creates the database of the directory and brings its schema up to date.
    pub(super) fn open(data_dir: &Path, on_written: OnWritten) -> Result<Self, StoreError> {
        let path = data_dir.join(FILE);
        let opening = |source| failed("open the database", Arc::new(source));
        let mut connection = connect::open(&path).map_err(opening)?;
        if !migrate::is_ours(&connection).map_err(opening)? {
            return Err(StoreError::Foreign { path });
        }
        connect::make_writer(&connection).map_err(opening)?;
        migrate::run(&mut connection)?;
        Ok(Self {
            path,
            open: Arc::new(()),
            writer: Writer::start(connection, on_written)?,
        })
    }

    /// Runs `read`, which asks nothing but this database, with all queries seeing one state. It spares them the file's locks, too, which cost more than a small query.
    pub(super) fn snapshot<T>(&self, read: impl Future<Output = T>) -> Result<T, StoreError> {
        self.control("BEGIN")?;
        let _snapshot = Snapshot(self);
        // The state is this thread's: whoever else ran on it meanwhile would see it, too. No query of this engine suspends.
        pin!(read).now_or_never().ok_or(StoreError::Suspended)
    }

    fn control(&self, sql: &str) -> Result<(), StoreError> {
        READERS
            .with_borrow_mut(|readers| self.reader(readers)?.prepare_cached(sql)?.execute([]))
            .map(drop)
            .map_err(|source| failed("read the database", Arc::new(source)))
    }

    /// Runs `write`, which asks nothing but this database, in one transaction, which is kept when it ends well.
    pub(super) fn transaction<T, E: From<StoreError>>(
        &self,
        doing: &'static str,
        write: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let transaction = Transaction::begin(self, doing)?;
        let written = pin!(write).now_or_never().ok_or(StoreError::Suspended)??;
        transaction.commit(doing)?;
        Ok(written)
    }

    /// Runs a statement of a [`Database::transaction`] with each of `rows`.
    pub(super) fn execute_each(
        &self,
        doing: &'static str,
        sql: &str,
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        let executed = READERS.with_borrow_mut(|readers| {
            let mut statement = self.reader(readers)?.prepare_cached(sql)?;
            for values in rows {
                value::bind(&mut statement, values)?;
                statement.raw_execute()?;
            }
            Ok(())
        });
        executed.map_err(|source| failed(doing, Arc::new(source)))
    }

    /// Makes the next number of a table higher than `highest`.
    pub(super) fn number_above(
        &self,
        doing: &'static str,
        table: &str,
        highest: i64,
    ) -> Result<(), StoreError> {
        for sql in NUMBER_ABOVE {
            self.execute_each(doing, sql, &[vec![text(table), int(highest)]])?;
        }
        Ok(())
    }

    /// The rows of a query, run on this thread's reader.
    pub(super) fn query<T>(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value],
        read: impl Fn(&StoreRow<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.each(doing, sql, values, |row| {
            found.push(read(row)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// The first row of a query.
    pub(super) fn query_one<T>(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value],
        read: impl Fn(&StoreRow<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut found = None;
        self.each(doing, sql, values, |row| {
            found = Some(read(row)?);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// Shows `take` the rows, which are lent while they are looked at, until it has seen enough.
    fn each(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value],
        mut take: impl FnMut(&StoreRow<'_>) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        let failed = |source| failed(doing, Arc::new(source));
        READERS.with_borrow_mut(|readers| {
            let reader = self.reader(readers).map_err(failed)?;
            let mut statement = reader.prepare_cached(sql).map_err(failed)?;
            value::bind(&mut statement, values).map_err(failed)?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().map_err(failed)? {
                if take(&StoreRow::Sqlite(Row(row)))?.is_break() {
                    break;
                }
            }
            drop(rows);
            #[cfg(test)]
            ASKED.with_borrow_mut(|asked| asked.push(sql.to_owned()));
            #[cfg(test)]
            STEPS.set(STEPS.get() + statement.reset_status(StatementStatus::VmStep));
            Ok(())
        })
    }

    fn reader<'a>(&self, readers: &'a mut Readers) -> rusqlite::Result<&'a Connection> {
        // The address is the database's own for as long as a reader holds on to it.
        let address = Arc::as_ptr(&self.open).addr();
        if !readers.contains_key(&address) {
            readers.retain(|_, reader| reader.database.strong_count() > 0);
        }
        let reader = match readers.entry(address) {
            Entry::Occupied(reader) => reader.into_mut(),
            Entry::Vacant(place) => place.insert(Reader {
                database: Arc::downgrade(&self.open),
                connection: connect::reader(&self.path)?,
            }),
        };
        Ok(&reader.connection)
    }

    /// Whether the writer runs.
    pub(super) fn has_writer(&self) -> bool {
        self.writer.is_running()
    }

    pub(super) async fn write(&self, batch: Batch) -> Written {
        self.writer.write(batch).await
    }

    pub(super) fn write_later(&self, batch: Batch) {
        self.writer.write_later(batch);
    }
}

/// One state of the database, for this thread's queries.
struct Snapshot<'d>(&'d Database);

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        // Nothing was written that could fail to be.
        drop(self.0.control("COMMIT"));
    }
}

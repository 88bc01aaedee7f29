//! SQLite: opening, reading inline, one writer. The only place that knows which engine it is.

mod migrate;
mod writer;

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(test)]
use rusqlite::StatementStatus;
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, Statement, ffi};

use super::{Batch, StoreError, Written};
use writer::{OnWritten, Writer};

/// How long a statement waits for another process, such as a command-line call, to finish its write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long to wait before asking again what does not wait by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(10);
/// Statements that a connection keeps prepared.
const PREPARED: usize = 64;

thread_local! {
    /// This thread's readers: reading inline costs less than handing over to another thread.
    static READERS: RefCell<Readers> = RefCell::new(Readers::new());
}

#[cfg(test)]
thread_local! {
    /// What this thread's queries have cost, in steps of the database's machine.
    pub(super) static STEPS: std::cell::Cell<i32> = const { std::cell::Cell::new(0) };
    /// This thread's queries.
    pub(super) static ASKED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
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
    /// Opens or creates the file and brings its schema up to date.
    pub(super) fn open(path: &Path, on_written: OnWritten) -> Result<Self, StoreError> {
        let mut connection =
            writable(path).map_err(|source| failed("open the database", Arc::new(source)))?;
        migrate::run(&mut connection)?;
        Ok(Self {
            path: path.to_owned(),
            open: Arc::new(()),
            writer: Writer::start(connection, on_written)?,
        })
    }

    /// Lets all queries of this thread, until the value is dropped, see one state. It spares them the file's locks, too, which cost more than a small query.
    pub(super) fn snapshot(&self) -> Result<Snapshot<'_>, StoreError> {
        self.control("BEGIN")?;
        Ok(Snapshot(self))
    }

    fn control(&self, sql: &str) -> Result<(), StoreError> {
        READERS
            .with_borrow_mut(|readers| self.reader(readers)?.prepare_cached(sql)?.execute([]))
            .map(drop)
            .map_err(|source| failed("read the database", Arc::new(source)))
    }

    /// The rows of a query, run on this thread's reader.
    pub(super) fn query<T>(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value],
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        READERS
            .with_borrow_mut(|readers| {
                let mut statement = self.reader(readers)?.prepare_cached(sql)?;
                bind(&mut statement, values)?;
                let mut rows = statement.raw_query();
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.push(read(row)?);
                }
                drop(rows);
                #[cfg(test)]
                ASKED.with_borrow_mut(|asked| asked.push(sql.to_owned()));
                #[cfg(test)]
                STEPS.set(STEPS.get() + statement.reset_status(StatementStatus::VmStep));
                Ok(found)
            })
            .map_err(|source| failed(doing, Arc::new(source)))
    }

    /// The first row of a query.
    pub(super) fn query_one<T>(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value],
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.query(doing, sql, values, read)?.into_iter().next())
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
                connection: read_only(&self.path)?,
            }),
        };
        Ok(&reader.connection)
    }

    pub(super) async fn write(&self, batch: Batch) -> Written {
        self.writer.write(batch).await
    }

    pub(super) fn write_later(&self, batch: Batch) {
        self.writer.write_later(batch);
    }

    pub(super) fn write_blocking(&self, batch: Batch) -> Written {
        self.writer.write_blocking(batch)
    }
}

/// One state of the database, for this thread's queries.
pub(super) struct Snapshot<'d>(&'d Database);

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        // Nothing was written that could fail to be.
        drop(self.0.control("COMMIT"));
    }
}

fn writable(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    keep_log(&connection)?;
    // Durable before it is answered; group commit makes it cheap.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.pragma_update(None, "mmap_size", 268_435_456_i64)?;
    // What is deleted is overwritten where that costs no write of its own: above all a forgotten key.
    connection.pragma_update(None, "secure_delete", "FAST")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    prepared_once(&connection)?;
    Ok(connection)
}

/// Switches to the write-ahead log. While another process opens or closes the file this is refused at once, whatever the busy timeout says.
fn keep_log(connection: &Connection) -> rusqlite::Result<()> {
    let end = Instant::now() + BUSY_TIMEOUT;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < end =>
            {
                thread::sleep(BUSY_PAUSE);
            }
            switched => return switched,
        }
    }
}

fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "cache_size", -4_096)?;
    connection.pragma_update(None, "mmap_size", 268_435_456_i64)?;
    prepared_once(&connection)?;
    Ok(connection)
}

/// Statements are prepared once: their plans don't depend on the values bound, which otherwise would have some prepared anew at each use.
fn prepared_once(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(PREPARED);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Binds the values to `?1`, `?2` and so on. (SQLite takes `$1` for a name, and numbers names in the order in which the text has them.)
fn bind(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    for index in 1..=statement.parameter_count() {
        let value = values
            .get(index - 1)
            .ok_or(rusqlite::Error::InvalidParameterCount(values.len(), index))?;
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(())
}

/// A database error with what to do about it.
pub(super) fn failed(doing: &'static str, source: Arc<rusqlite::Error>) -> StoreError {
    let advice = match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full; free some space, nothing was changed",
        Some(ErrorCode::ReadOnly) => "the data directory is read-only; make it writable",
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "the data directory must be readable and writable by this user"
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
fn is_not_unique(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    matches!(
        code,
        Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
    )
}

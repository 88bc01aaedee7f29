//! SQLite: opening, reading inline, one writer. The only place that knows which engine it is.

mod migrate;
mod writer;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{Batch, StoreError, Written};
use writer::Writer;

/// How long a statement waits for another process, such as a command-line call, to finish its write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements that a connection keeps prepared.
const PREPARED: usize = 64;

thread_local! {
    /// This thread's readers: reading inline costs less than handing over to another thread.
    static READERS: RefCell<HashMap<u64, Connection>> = RefCell::new(HashMap::new());
}

/// Numbers the databases that this process opens, so that a thread knows its readers apart.
static OPENED: AtomicU64 = AtomicU64::new(0);

/// An open database.
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    number: u64,
    writer: Writer,
}

impl Database {
    /// Opens or creates the file and brings its schema up to date.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = writable(path).map_err(|source| failed("open the database", source))?;
        migrate::run(&connection)?;
        Ok(Self {
            path: path.to_owned(),
            number: OPENED.fetch_add(1, Ordering::Relaxed),
            writer: Writer::start(connection)?,
        })
    }

    /// Runs `query` on this thread's reader.
    pub(super) fn read<T>(
        &self,
        doing: &'static str,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        READERS.with_borrow_mut(|readers| {
            let reader = match readers.entry(self.number) {
                std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert(read_only(&self.path).map_err(|source| failed(doing, source))?)
                }
            };
            query(reader).map_err(|source| failed(doing, source))
        })
    }

    pub(super) async fn write(&self, batch: Batch) -> Written {
        self.writer.submit(batch).await
    }

    pub(super) fn write_blocking(&self, batch: Batch) -> Written {
        self.writer.submit_blocking(batch)
    }

    pub(super) fn write_later(&self, batch: Batch) {
        self.writer.submit_later(batch);
    }
}

fn writable(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Durable before it is answered; group commit makes it cheap.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.pragma_update(None, "mmap_size", 268_435_456_i64)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(connection)
}

fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "cache_size", -4_096)?;
    connection.pragma_update(None, "mmap_size", 268_435_456_i64)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(connection)
}

/// A database error with what to do about it.
pub(super) fn failed(doing: &'static str, source: rusqlite::Error) -> StoreError {
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

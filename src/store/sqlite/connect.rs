//! Connections: one that writes, and the readers.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags, ffi};

/// How long a statement waits for another process, such as a command-line call, to finish its write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long to wait before asking again what does not wait by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(10);
/// Statements that a connection keeps prepared.
const PREPARED: usize = 64;
/// Every write of a hash is one of a whole page, somewhere: the smaller the page, the less is written. A user's row still fits in one.
const PAGE_BYTES: i64 = 2_048;
/// The log is moved into the file when it is so long. A page that was written many times until then is moved once; but all writes wait meanwhile.
const LOG_PAGES: i64 = (16 << 20) / PAGE_BYTES;
/// What is changed all over, such as an index of hashes, should stay in memory until it is whole. (Negative: in KiB, not in pages.)
const LOADER_KIB: i64 = -262_144;
/// How much of the file each reader reads without copying. It counts as the process's memory, though it is the system's cache.
const MAPPED_BYTES: i64 = 96 << 20;

/// Opens or creates the file, and changes nothing in it.
pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    // SQLite opens what may only be read without a word, and every write would fail later.
    if connection.is_readonly(MAIN_DB)? {
        let code = ffi::Error::new(ffi::SQLITE_READONLY);
        return Err(rusqlite::Error::SqliteFailure(code, None));
    }
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Makes the connection the writer's.
pub(super) fn make_writer(connection: &Connection) -> rusqlite::Result<()> {
    // Of a new file; one that is there keeps its own.
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    keep_log(connection)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    // Durable before it is answered; group commit makes it cheap.
    wait_for_disk(connection, true)?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    overwrite_deleted(connection, false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    prepare_once(connection)
}

/// A connection for one transaction that writes much.
pub(super) fn loader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open(path)?;
    make_writer(&connection)?;
    connection.pragma_update(None, "cache_size", LOADER_KIB)?;
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

/// Whether a commit waits until it is on the disk. One that does not is on it with the next that does, and lost only when the machine stops before.
pub(super) fn wait_for_disk(connection: &Connection, waits: bool) -> rusqlite::Result<()> {
    let how = if waits { "FULL" } else { "NORMAL" };
    connection.pragma_update(None, "synchronous", how)
}

/// Overwrites what is deleted: where that costs no write of its own, or `everywhere`.
pub(super) fn overwrite_deleted(connection: &Connection, everywhere: bool) -> rusqlite::Result<()> {
    let how = if everywhere { "ON" } else { "FAST" };
    connection.pragma_update(None, "secure_delete", how)
}

/// Moves the log into the database and leaves none of it.
pub(super) fn empty_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// A connection for one thread, which cannot write.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "cache_size", -4_096)?;
    connection.pragma_update(None, "mmap_size", MAPPED_BYTES)?;
    prepare_once(&connection)?;
    Ok(connection)
}

/// Statements are prepared once: their plans don't depend on the values bound, which otherwise would have some prepared anew at each use.
fn prepare_once(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(PREPARED);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_committed_is_on_the_disk_before_it_is_answered() {
        let directory = tempfile::tempdir().expect("a directory");
        let connection = open(&directory.path().join("w.db")).expect("opened");
        make_writer(&connection).expect("made");
        overwrite_deleted(&connection, true).expect("set");
        overwrite_deleted(&connection, false).expect("set");
        let number = |pragma| -> i64 {
            connection
                .pragma_query_value(None, pragma, |row| row.get(0))
                .expect("read")
        };
        let mode: String = connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .expect("read");
        // FULL is 2: the log is synchronised at each commit, not only at checkpoints. FAST is 2 too.
        assert_eq!((mode.as_str(), number("synchronous")), ("wal", 2));
        assert_eq!(number("secure_delete"), 2);
    }
}

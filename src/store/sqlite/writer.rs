//! The one writer: many batches a commit, each in a savepoint of its own, answers after the commit.

use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;
use tracing::Span;

use super::connect;
use super::refusal::{failed, is_not_unique};
use super::value::bind;
use crate::store::batch::{OnWritten, Statement, log_written};
use crate::store::{Batch, GuardFailure, StoreError, Written};

/// Batches that share one commit at most.
const GROUP: usize = 256;
const DOING: &str = "write to the database";

/// A handle on the writer thread, which ends with it.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Job {
    batch: Batch,
    reply: Reply,
    /// What it is a part of.
    span: Span,
}

/// Who waits, if anybody does.
type Reply = Option<oneshot::Sender<Written>>;

impl Writer {
    pub(super) fn start(connection: Connection, on_written: OnWritten) -> Result<Self, StoreError> {
        let (jobs, received) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&connection, &received, &on_written))
            .map_err(|_| StoreError::Closed)?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    pub(super) fn is_running(&self) -> bool {
        self.thread
            .as_ref()
            .is_some_and(|thread| !thread.is_finished())
    }

    pub(super) async fn write(&self, batch: Batch) -> Written {
        let (reply, answer) = oneshot::channel();
        self.submit(batch, Some(reply))?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    pub(super) fn write_later(&self, batch: Batch) {
        // A closed store has no later.
        drop(self.submit(batch, None));
    }

    fn submit(&self, batch: Batch, reply: Reply) -> Result<(), StoreError> {
        let span = Span::current();
        self.jobs
            .as_ref()
            .and_then(|jobs| jobs.send(Job { batch, reply, span }).ok())
            .ok_or(StoreError::Closed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        // What was submitted is still written, and the file is closed when this returns.
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn run(connection: &Connection, jobs: &mpsc::Receiver<Job>, on_written: &OnWritten) {
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        group.extend(jobs.try_iter().take(GROUP - 1));
        let (batches, waiting): (Vec<Batch>, Vec<(Reply, Span)>) = group
            .into_iter()
            .map(|job| (job.batch, (job.reply, job.span)))
            .unzip();
        let commit = || commit(connection, &batches);
        let written = if batches.iter().any(Batch::leaves_no_trace) {
            without_trace(connection, commit)
        } else if batches.iter().all(Batch::is_found_out_again) {
            match without_waiting(connection, commit) {
                Ok(written) => written,
                // The next commit might not be durable: better none.
                Err(_) => return,
            }
        } else {
            commit()
        };
        for ((batch, written), (reply, span)) in batches.iter().zip(written).zip(waiting) {
            log_written(&span, batch, &written, batches.len());
            if matches!(written, Ok(Ok(()))) && !batch.is_rehearsal() {
                on_written(batch);
            }
            // When nobody waits any more, the write is done all the same.
            reply.map(|waiting| waiting.send(written));
        }
    }
    // After an orderly end the file is whole without its log, unless another process needs the log: nobody waits for that.
    drop(connection.busy_timeout(Duration::ZERO));
    drop(connect::empty_log(connection));
}

/// Overwrites what is deleted, also where that costs a write, and then empties the log, which has the pages as they were. When a reader keeps it from being
/// emptied, it is overwritten in time.
fn without_trace<T>(connection: &Connection, commit: impl FnOnce() -> T) -> T {
    drop(connect::overwrite_deleted(connection, true));
    let written = commit();
    drop(connect::overwrite_deleted(connection, false));
    drop(connect::empty_log(connection));
    written
}

/// Lets a commit be answered before it is on the disk.
fn without_waiting<T>(connection: &Connection, commit: impl FnOnce() -> T) -> rusqlite::Result<T> {
    connect::wait_for_disk(connection, false)?;
    let written = commit();
    connect::wait_for_disk(connection, true)?;
    Ok(written)
}

/// Writes the batches in one transaction. When that fails as a whole, none of them is written and each is told why.
fn commit(connection: &Connection, batches: &[Batch]) -> Vec<Written> {
    try_commit(connection, batches).unwrap_or_else(|error| {
        if !connection.is_autocommit() {
            // The connection must be usable for the next group.
            drop(connection.execute_batch("ROLLBACK"));
        }
        let cause = Arc::new(error);
        batches
            .iter()
            .map(|_| Err(failed(DOING, Arc::clone(&cause))))
            .collect()
    })
}

fn try_commit(connection: &Connection, batches: &[Batch]) -> rusqlite::Result<Vec<Written>> {
    match commit_unguarded(connection, batches)? {
        Some(written) => Ok(written),
        None => commit_guarded(connection, batches),
    }
}

/// Without savepoints, whose journal costs as much as the writes themselves. `None`: a batch is to be undone, and nothing is written.
fn commit_unguarded(
    connection: &Connection,
    batches: &[Batch],
) -> rusqlite::Result<Option<Vec<Written>>> {
    if batches.iter().any(Batch::is_rehearsal) {
        return Ok(None);
    }
    control(connection, "BEGIN IMMEDIATE")?;
    let mut written = Vec::with_capacity(batches.len());
    for batch in batches {
        match apply(connection, batch) {
            Applied::Whole => written.push(Ok(Ok(()))),
            Applied::Refused(guard) => written.push(Ok(Err(guard))),
            Applied::HalfRefused(_) | Applied::Failed(_) => {
                if !connection.is_autocommit() {
                    control(connection, "ROLLBACK")?;
                }
                return Ok(None);
            }
        }
    }
    control(connection, "COMMIT")?;
    Ok(Some(written))
}

fn commit_guarded(connection: &Connection, batches: &[Batch]) -> rusqlite::Result<Vec<Written>> {
    control(connection, "BEGIN IMMEDIATE")?;
    let mut written = Vec::with_capacity(batches.len());
    for batch in batches {
        control(connection, "SAVEPOINT batch")?;
        let outcome = match apply(connection, batch) {
            Applied::Whole => Ok(Ok(())),
            Applied::Refused(guard) | Applied::HalfRefused(guard) => Ok(Err(guard)),
            // A full or failing disk ends the whole transaction, not only the statement.
            Applied::Failed(error) if connection.is_autocommit() => return Err(error),
            Applied::Failed(error) => Err(error),
        };
        if batch.is_rehearsal() || !matches!(outcome, Ok(Ok(()))) {
            control(connection, "ROLLBACK TO batch")?;
        }
        control(connection, "RELEASE batch")?;
        written.push(outcome.map_err(|error| failed(DOING, Arc::new(error))));
    }
    control(connection, "COMMIT")?;
    Ok(written)
}

fn control(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// What became of a batch's statements.
enum Applied {
    Whole,
    /// A guard said no before anything was changed.
    Refused(GuardFailure),
    /// A guard said no, and what was changed before is to be undone.
    HalfRefused(GuardFailure),
    /// The database failed; what was changed before is to be undone.
    Failed(rusqlite::Error),
}

fn apply(connection: &Connection, batch: &Batch) -> Applied {
    let mut has_changed = false;
    for statement in &batch.statements {
        let guard = match (execute(connection, statement), &statement.not_unique) {
            (Ok(affected), _) => {
                has_changed |= affected > 0;
                statement.none_affected.as_ref().filter(|_| affected == 0)
            }
            (Err(error), Some(guard)) if is_not_unique(&error) => Some(guard),
            (Err(error), _) => return Applied::Failed(error),
        };
        match guard {
            Some(guard) if has_changed => return Applied::HalfRefused(guard.clone()),
            Some(guard) => return Applied::Refused(guard.clone()),
            None => {}
        }
    }
    Applied::Whole
}

/// How many rows the statement changed, or, when it only asks, found.
fn execute(connection: &Connection, statement: &Statement) -> rusqlite::Result<usize> {
    let mut prepared = connection.prepare_cached(statement.sql)?;
    bind(&mut prepared, &statement.parameters)?;
    if prepared.readonly() {
        prepared
            .raw_query()
            .next()
            .map(|row| usize::from(row.is_some()))
    } else {
        prepared.raw_execute()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::value::Value;

    fn database() -> (tempfile::TempDir, Connection) {
        let directory = tempfile::tempdir().expect("a directory");
        let connection = Connection::open(directory.path().join("w.db")).expect("opened");
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; CREATE TABLE notes (id INTEGER PRIMARY KEY, body BLOB NOT NULL);",
            )
            .expect("made");
        (directory, connection)
    }

    fn insert(id: i64, body: Value) -> Batch {
        let mut batch = Batch::of_no_shop();
        batch
            .push(
                "INSERT INTO notes (id, body) VALUES (?1, ?2)",
                vec![Value::Int(id), body],
            )
            .must_be_unique(GuardFailure::Exists);
        batch
    }

    fn small(id: i64) -> Batch {
        insert(id, Value::Blob(vec![1]))
    }

    fn ids(connection: &Connection) -> Vec<i64> {
        connection
            .prepare("SELECT id FROM notes ORDER BY id")
            .and_then(|mut all| all.query_map([], |row| row.get(0))?.collect())
            .expect("read")
    }

    #[test]
    fn a_rehearsal_tells_what_would_happen_and_writes_nothing() {
        let (_directory, connection) = database();
        let batches = [small(1), small(2).rehearsed(), small(1).rehearsed()];
        let written = commit(&connection, &batches);
        assert!(matches!(
            written.as_slice(),
            [Ok(Ok(())), Ok(Ok(())), Ok(Err(GuardFailure::Exists))]
        ));
        assert_eq!(ids(&connection), [1]);
    }

    #[test]
    fn a_batch_that_cannot_be_written_leaves_the_others_of_its_commit() {
        let (_directory, connection) = database();
        let mut half = small(3);
        half.statements.extend(small(1).statements);
        let batches = [small(1), half, insert(4, Value::Null), small(2)];
        let written = commit(&connection, &batches);
        assert!(matches!(
            written.as_slice(),
            [
                Ok(Ok(())),
                Ok(Err(GuardFailure::Exists)),
                Err(StoreError::Database { .. }),
                Ok(Ok(()))
            ]
        ));
        assert_eq!(ids(&connection), [1, 2]);
    }

    #[test]
    fn a_full_disk_undoes_the_whole_commit_and_the_writer_goes_on() {
        let (_directory, connection) = database();
        let set_limit = |pages: i64| {
            connection
                .pragma_update(None, "max_page_count", pages)
                .expect("set");
        };
        set_limit(10);
        let batches = [small(1), insert(2, Value::Blob(vec![7; 200_000]))];
        for written in commit(&connection, &batches) {
            assert!(
                matches!(written, Err(StoreError::DiskFull { .. })),
                "{written:?}"
            );
        }
        assert!(ids(&connection).is_empty());
        set_limit(1_000);
        let written = commit(&connection, &batches);
        assert!(written.iter().all(|one| matches!(one, Ok(Ok(())))));
        assert_eq!(ids(&connection), [1, 2]);
    }

    #[test]
    fn a_file_that_cannot_be_written_refuses_the_commit_and_is_read_all_the_same() {
        let (directory, connection) = database();
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let path = directory.path().join("w.db");
        let read_only = Connection::open_with_flags(path, flags).expect("opened");
        for written in commit(&read_only, &[small(1), small(2)]) {
            assert!(
                matches!(written, Err(StoreError::ReadOnly { .. })),
                "{written:?}"
            );
        }
        assert!(ids(&read_only).is_empty());
        let written = commit(&connection, &[small(1)]);
        assert!(matches!(written.as_slice(), [Ok(Ok(()))]));
    }

    #[test]
    fn a_held_database_refuses_the_commit_once_not_batch_by_batch() {
        let (directory, connection) = database();
        let other = Connection::open(directory.path().join("w.db")).expect("opened");
        other.execute_batch("BEGIN IMMEDIATE").expect("begun");
        connection
            .busy_timeout(std::time::Duration::ZERO)
            .expect("set");
        for written in commit(&connection, &[small(1), small(2)]) {
            let error = written.expect_err("busy").to_string();
            assert!(error.contains("another process"), "{error}");
        }
        other.execute_batch("ROLLBACK").expect("ended");
        assert!(matches!(
            commit(&connection, &[small(1)]).as_slice(),
            [Ok(Ok(()))]
        ));
    }

    #[test]
    fn only_what_would_be_found_out_again_does_not_wait_for_the_disk() {
        let (_directory, connection) = database();
        connect::make_writer(&connection).expect("made");
        let synchronous = || -> i64 {
            connection
                .pragma_query_value(None, "synchronous", |row| row.get(0))
                .expect("read")
        };
        // NORMAL is 1: the log is synchronised at checkpoints only. FULL is 2.
        let during = without_waiting(&connection, synchronous).expect("set");
        assert_eq!((during, synchronous()), (1, 2));
        let told = small(1).found_out_again();
        assert!(told.is_found_out_again() && !small(2).is_found_out_again());
        let written = without_waiting(&connection, || commit(&connection, &[told])).expect("set");
        assert!(matches!(written.as_slice(), [Ok(Ok(()))]));
        assert_eq!(ids(&connection), [1]);
    }

    #[test]
    fn a_question_guards_a_batch_without_writing() {
        let (_directory, connection) = database();
        let asks_for = |id: i64| {
            let mut batch = Batch::of_no_shop();
            batch
                .push("SELECT 1 FROM notes WHERE id = ?1", vec![Value::Int(id)])
                .must_affect(GuardFailure::NotFound);
            batch.statements.extend(small(id + 10).statements);
            batch
        };
        let written = commit(&connection, &[small(1), asks_for(1), asks_for(2)]);
        assert!(matches!(
            written.as_slice(),
            [Ok(Ok(())), Ok(Ok(())), Ok(Err(GuardFailure::NotFound))]
        ));
        assert_eq!(ids(&connection), [1, 11]);
    }

    #[test]
    fn what_was_submitted_before_the_end_is_written() {
        let (directory, connection) = database();
        let (told, heard) = mpsc::channel();
        let on_written: OnWritten = Box::new(move |_| told.send(()).expect("heard"));
        let writer = Writer::start(connection, on_written).expect("started");
        for id in 0..50 {
            writer.write_later(small(id));
        }
        drop(writer);
        assert_eq!(heard.iter().count(), 50);
        let connection = Connection::open(directory.path().join("w.db")).expect("opened");
        assert_eq!(ids(&connection).len(), 50);
    }
}

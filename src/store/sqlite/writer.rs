//! The one writer: many batches a commit, each in a savepoint of its own, answers after the commit.

use std::sync::mpsc;
use std::thread;

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, params_from_iter};
use tokio::sync::oneshot;

use super::failed;
use crate::store::batch::Statement;
use crate::store::{Batch, GuardFailure, StoreError, Written};

/// Batches that share one commit at most.
const GROUP: usize = 256;
const DOING: &str = "write to the database";

/// Who waits for a batch.
#[derive(Debug)]
enum Reply {
    Task(oneshot::Sender<Written>),
    Thread(mpsc::Sender<Written>),
    Nobody,
}

impl Reply {
    /// Who has meanwhile stopped waiting misses nothing: the write is done all the same.
    fn send(self, written: Written) {
        match self {
            Self::Task(reply) => drop(reply.send(written)),
            Self::Thread(reply) => drop(reply.send(written)),
            Self::Nobody => {}
        }
    }
}

/// A handle on the writer thread; the thread ends with its last handle.
#[derive(Debug)]
pub(super) struct Writer(mpsc::Sender<(Batch, Reply)>);

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (sender, receiver) = mpsc::channel();
        thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&connection, &receiver))
            .map_err(|_| StoreError::Closed)?;
        Ok(Self(sender))
    }

    /// For a task.
    pub(super) async fn submit(&self, batch: Batch) -> Written {
        let (reply, answer) = oneshot::channel();
        self.send(batch, Reply::Task(reply))?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// For a thread, which is blocked for the length of a commit.
    pub(super) fn submit_blocking(&self, batch: Batch) -> Written {
        let (reply, answer) = mpsc::channel();
        self.send(batch, Reply::Thread(reply))?;
        answer.recv().unwrap_or(Err(StoreError::Closed))
    }

    /// For nobody.
    pub(super) fn submit_later(&self, batch: Batch) {
        // What is lost when the store closes is worth nothing: that is what makes it a later write.
        let _ = self.send(batch, Reply::Nobody);
    }

    fn send(&self, batch: Batch, reply: Reply) -> Result<(), StoreError> {
        self.0.send((batch, reply)).map_err(|_| StoreError::Closed)
    }
}

fn run(connection: &Connection, receiver: &mpsc::Receiver<(Batch, Reply)>) {
    while let Ok(first) = receiver.recv() {
        let mut group = vec![first];
        group.extend(receiver.try_iter().take(GROUP - 1));
        let (batches, replies): (Vec<Batch>, Vec<Reply>) = group.into_iter().unzip();
        for (written, reply) in commit(connection, &batches).into_iter().zip(replies) {
            reply.send(written);
        }
    }
}

/// Writes the batches in one transaction. When the transaction fails as a whole, none of them is written and each is told why.
fn commit(connection: &Connection, batches: &[Batch]) -> Vec<Written> {
    match try_commit(connection, batches) {
        Ok(written) => written.into_iter().map(Ok).collect(),
        Err(error) => {
            if !connection.is_autocommit() {
                // The connection must be usable for the next group.
                let _ = connection.execute_batch("ROLLBACK");
            }
            let mut results = Vec::with_capacity(batches.len());
            if batches.len() > 1 {
                // One batch's trouble is not the others': each gets a transaction of its own.
                for batch in batches {
                    results.extend(commit(connection, std::slice::from_ref(batch)));
                }
            } else {
                results.push(Err(failed(DOING, error)));
            }
            results
        }
    }
}

fn try_commit(
    connection: &Connection,
    batches: &[Batch],
) -> rusqlite::Result<Vec<Result<(), GuardFailure>>> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut written = Vec::with_capacity(batches.len());
    for batch in batches {
        connection.prepare_cached("SAVEPOINT batch")?.execute([])?;
        let outcome = apply(connection, batch)?;
        if outcome.is_err() {
            connection
                .prepare_cached("ROLLBACK TO batch")?
                .execute([])?;
        }
        connection.prepare_cached("RELEASE batch")?.execute([])?;
        written.push(outcome);
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(written)
}

fn apply(connection: &Connection, batch: &Batch) -> rusqlite::Result<Result<(), GuardFailure>> {
    for statement in &batch.statements {
        let changed = match execute(connection, statement) {
            Ok(changed) => changed,
            Err(error) => {
                return match (&statement.not_unique, error.sqlite_error_code()) {
                    (Some(guard), Some(ErrorCode::ConstraintViolation)) => Ok(Err(guard.clone())),
                    _ => Err(error),
                };
            }
        };
        if let (0, Some(guard)) = (changed, &statement.none_changed) {
            return Ok(Err(guard.clone()));
        }
    }
    Ok(Ok(()))
}

fn execute(connection: &Connection, statement: &Statement) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(statement.sql)?
        .execute(params_from_iter::<&[Value]>(&statement.parameters))
}

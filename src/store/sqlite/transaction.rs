//! A transaction that is written and read on one thread, statement by statement.

use std::sync::Arc;

use super::refusal::failed;
use super::{Database, READERS, Reader, connect};
use crate::store::StoreError;

/// While it is there, this thread's reader is a connection that writes. Given up, nothing of it is kept.
pub(super) struct Transaction<'d>(&'d Database);

impl<'d> Transaction<'d> {
    pub(super) fn begin(database: &'d Database, doing: &'static str) -> Result<Self, StoreError> {
        let begun = connect::loader(&database.path).and_then(|connection| {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            Ok(connection)
        });
        let reader = Reader {
            database: Arc::downgrade(&database.open),
            connection: begun.map_err(|source| failed(doing, Arc::new(source)))?,
        };
        READERS.with_borrow_mut(|readers| readers.insert(address(database), reader));
        Ok(Self(database))
    }

    pub(super) fn commit(self, doing: &'static str) -> Result<(), StoreError> {
        self.0.execute_each(doing, "COMMIT", &[Vec::new()])
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        // The next query makes a reader anew. What was not committed ends with the connection.
        READERS.with_borrow_mut(|readers| readers.remove(&address(self.0)));
    }
}

fn address(database: &Database) -> usize {
    Arc::as_ptr(&database.open).addr()
}

//! One transaction for all that a future asks. Its queries find the connection by being in its scope.

use std::sync::Arc;

use deadpool_postgres::Object;

use super::refusal::Broken;
use super::{Database, send};
use crate::store::StoreError;

const READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Whoever reads or writes a file in between may be slower than a transaction is otherwise let wait.
const PATIENCE: &str = "SET LOCAL idle_in_transaction_session_timeout = 0";
/// Nobody else may add or change a shop meanwhile.
const WRITING: &str = "BEGIN; LOCK TABLE shops IN SHARE ROW EXCLUSIVE MODE";

tokio::task_local! {
    /// The connection of the current future's transaction, and the address of the database that it is of.
    static CURRENT: (usize, Arc<Object>);
}

/// A transaction that is begun.
pub(super) struct Scope {
    connection: Arc<Object>,
    is_ended: bool,
}

impl Scope {
    /// Begins one that only reads. Nobody waits for that: the first query comes behind it, and fails if this does.
    pub(super) fn reading(connection: Object) -> Self {
        send(&connection, READING);
        Self::begun(connection)
    }

    /// The same, for a reader that does other things in between.
    pub(super) fn reading_patiently(connection: Object) -> Self {
        let scope = Self::reading(connection);
        send(&scope.connection, PATIENCE);
        scope
    }

    /// Begins one that writes, for a writer that does other things in between.
    pub(super) async fn writing(
        connection: Object,
        doing: &'static str,
    ) -> Result<Self, StoreError> {
        let scope = Self::begun(connection);
        let begun = async {
            scope.connection.batch_execute(WRITING).await?;
            scope.connection.batch_execute(PATIENCE).await
        };
        begun
            .await
            .map_err(|error| Broken::from(error).explain(doing))?;
        Ok(scope)
    }

    fn begun(connection: Object) -> Self {
        Self {
            connection: Arc::new(connection),
            is_ended: false,
        }
    }

    /// Runs `asking` in the transaction.
    pub(super) async fn run<T>(&self, of: &Database, asking: impl Future<Output = T>) -> T {
        let current = (address(of), Arc::clone(&self.connection));
        CURRENT.scope(current, asking).await
    }

    /// Keeps what was written.
    pub(super) async fn commit(mut self, doing: &'static str) -> Result<(), StoreError> {
        self.is_ended = true;
        self.connection
            .batch_execute("COMMIT")
            .await
            .map_err(|error| Broken::of_commit(error).explain(doing))
    }

    /// The connection of the current future's transaction on this database, if it is in one.
    pub(super) fn of(database: &Database) -> Option<Arc<Object>> {
        let current = CURRENT.try_with(|(of, connection)| {
            (*of == address(database)).then(|| Arc::clone(connection))
        });
        current.ok().flatten()
    }
}

impl Drop for Scope {
    /// Also when the future was given up. Whoever has the connection next comes behind this.
    fn drop(&mut self) {
        if !self.is_ended {
            send(&self.connection, "ROLLBACK");
        }
    }
}

fn address(database: &Database) -> usize {
    std::ptr::from_ref(database).addr()
}

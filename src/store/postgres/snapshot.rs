//! One state of the database for all queries of a future. They find its connection by being in its scope.

use std::sync::Arc;

use deadpool_postgres::Object;

use super::{Database, send};

tokio::task_local! {
    /// The state that the current future reads, and the address of the database that it is of.
    static CURRENT: (usize, Arc<Object>);
}

/// A transaction that only reads.
pub(super) struct Snapshot(Arc<Object>);

impl Snapshot {
    /// Begins it. Nobody waits for that: the first query comes behind it, and fails if this does.
    pub(super) fn begin(connection: Object) -> Self {
        send(
            &connection,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        );
        Self(Arc::new(connection))
    }

    pub(super) async fn scope<T>(self, of: &Database, read: impl Future<Output = T>) -> T {
        let current = (address(of), Arc::clone(&self.0));
        CURRENT.scope(current, read).await
    }

    /// The connection of the state that the current future reads of this database, if it does.
    pub(super) fn of(database: &Database) -> Option<Arc<Object>> {
        let current = CURRENT.try_with(|(of, connection)| {
            (*of == address(database)).then(|| Arc::clone(connection))
        });
        current.ok().flatten()
    }
}

impl Drop for Snapshot {
    /// Also when the future was given up. Whoever has the connection next comes behind this.
    fn drop(&mut self) {
        send(&self.0, "COMMIT");
    }
}

fn address(database: &Database) -> usize {
    std::ptr::from_ref(database).addr()
}

//! PostgreSQL: a pool of connections, and one writer a shop at a time, whichever process it is in. With `migrations/postgres`, the only place that knows of this engine.

mod calls;
mod connect;
mod migrate;
mod refusal;
mod scope;
#[cfg(test)]
mod tests;
mod value;
mod writer;

use std::fmt;
use std::sync::Arc;

use deadpool_postgres::{Object, Pool};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, maybe_done};
use futures_util::poll;
use tokio::runtime::Handle;
use tokio_postgres::types::ToSql;

use super::batch::OnWritten;
use super::leases::{Call, Calls};
use super::row::Row as StoreRow;
use super::value::{Value, int, text};
use super::{Batch, StoreError, Written};
use connect::Server;
use refusal::Broken;
use scope::Scope;
use writer::Writer;

pub use connect::PostgresConfig;
pub(super) use value::Row;

/// A number that was given by hand does not count for PostgreSQL's next one.
const NUMBER_ABOVE: &str = "SELECT setval(CAST(pg_get_serial_sequence(?1, ?2) AS regclass), \
     GREATEST(?3, pg_sequence_last_value(CAST(pg_get_serial_sequence(?1, ?2) AS regclass))))";

/// An open database.
pub(super) struct Database {
    server: Server,
    pool: Pool,
    writer: Writer,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").finish_non_exhaustive()
    }
}

impl Database {
    /// Connects, and brings the schema up to date. The connections are driven by the runtime that this runs on.
    pub(super) async fn open(
        config: &PostgresConfig,
        on_written: OnWritten,
    ) -> Result<Self, StoreError> {
        let server = Server::named(config)?;
        let pool = server.pool(config.connections)?;
        let mut connection = connection(&pool, "open the database").await?;
        migrate::run(&mut connection).await?;
        Ok(Self {
            writer: Writer::new(pool.clone(), on_written, Handle::current()),
            pool,
            server,
        })
    }

    /// Runs `read` on one connection, with all of its queries seeing one state.
    pub(super) async fn snapshot<T>(&self, read: impl Future<Output = T>) -> Result<T, StoreError> {
        let connection = connection(&self.pool, "read the database").await?;
        Ok(Scope::reading(connection).run(self, read).await)
    }

    /// The same, for a `read` that does other things in between.
    pub(super) async fn patient_snapshot<T>(
        &self,
        read: impl Future<Output = T>,
    ) -> Result<T, StoreError> {
        let connection = connection(&self.pool, "read the database").await?;
        Ok(Scope::reading_patiently(connection).run(self, read).await)
    }

    /// Runs `write` in one transaction, which is kept when it ends well. It may do other things in between.
    pub(super) async fn transaction<T, E: From<StoreError>>(
        &self,
        doing: &'static str,
        write: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let scope = Scope::writing(connection(&self.pool, doing).await?, doing).await?;
        let written = scope.run(self, write).await?;
        scope.commit(doing).await?;
        Ok(written)
    }

    /// Runs a statement of a [`Database::transaction`] with each of `rows`.
    pub(super) async fn execute_each(
        &self,
        doing: &'static str,
        sql: &str,
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        let connection = self.current(doing).await?;
        let failed = |error| Broken::from(error).explain(doing);
        let statement = connection
            .prepare_cached(&placeholders(sql))
            .await
            .map_err(failed)?;
        let sending = rows.iter().map(|values| {
            async { connection.execute(&statement, &parameters(values)).await }.boxed()
        });
        for sent in in_one_go(sending).await {
            sent.map_err(failed)?;
        }
        Ok(())
    }

    /// Makes the next number of a table higher than `highest`.
    pub(super) async fn number_above(
        &self,
        doing: &'static str,
        table: &str,
        column: &str,
        highest: i64,
    ) -> Result<(), StoreError> {
        let values = [text(table), text(column), int(highest)];
        self.query(doing, NUMBER_ABOVE, &values, |_| Ok(()))
            .await
            .map(drop)
    }

    /// The connection of the transaction that this runs in, or any.
    async fn current(&self, doing: &'static str) -> Result<Arc<Object>, StoreError> {
        match Scope::of(self) {
            Some(connection) => Ok(connection),
            None => connection(&self.pool, doing).await.map(Arc::new),
        }
    }

    /// The rows of a query.
    pub(super) async fn query<T>(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value],
        read: impl Fn(&StoreRow<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let connection = self.current(doing).await?;
        let failed = |error| Broken::from(error).explain(doing);
        let statement = connection
            .prepare_cached(&placeholders(sql))
            .await
            .map_err(failed)?;
        let rows = connection
            .query(&statement, &parameters(values))
            .await
            .map_err(failed)?;
        rows.iter()
            .map(|row| read(&StoreRow::Postgres(Row(row))))
            .collect()
    }

    /// Sends a call to the other processes.
    pub(super) async fn call_for(&self, call: &Call) -> Result<(), StoreError> {
        let called = [Value::Text(calls::text(call))];
        let doing = "call another process";
        self.query(doing, calls::CALL, &called, |_| Ok(()))
            .await
            .map(drop)
    }

    /// The calls of other processes.
    pub(super) fn calls(&self) -> Calls {
        calls::listen(self.server.clone())
    }

    pub(super) async fn write(&self, batch: Batch) -> Written {
        self.writer.write(batch).await
    }

    pub(super) fn write_later(&self, batch: Batch) {
        self.writer.write_later(batch);
    }
}

async fn connection(pool: &Pool, doing: &'static str) -> Result<Object, StoreError> {
    pool.get()
        .await
        .map_err(|error| Broken::from(error).explain(doing))
}

/// A statement as PostgreSQL has it: it calls `?1` `$1`. No statement has a question mark in it otherwise.
fn placeholders(sql: &str) -> String {
    sql.replace('?', "$")
}

/// Sends a statement without waiting for its answer: what comes behind it does.
fn send(connection: &Object, sql: &str) {
    drop(connection.batch_execute(sql).now_or_never());
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

/// Lets each be sent, in their order, before the first is waited for.
async fn in_one_go<'s, T>(sending: impl Iterator<Item = BoxFuture<'s, T>>) -> Vec<T> {
    let mut sent: Vec<_> = sending.map(|one| Box::pin(maybe_done(one))).collect();
    for one in &mut sent {
        let _ = poll!(one.as_mut());
    }
    let mut answers = Vec::with_capacity(sent.len());
    for one in &mut sent {
        one.as_mut().await;
        answers.extend(one.as_mut().take_output());
    }
    answers
}

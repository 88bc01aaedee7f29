//! Migrations: numbered, forward only. Each leaves the schema one that the release before can work with, since replicas are replaced one by one.

use tokio_postgres::Client;

use super::refusal::Broken;
use crate::store::StoreError;

/// All of them, in order; a file's place is its version.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/postgres/0001_directory.sql")];

/// The lock that keeps processes which start at once from migrating at once: "SYNC".
const LOCK: i64 = 0x5359_4e43;

const DOING: &str = "migrate the database";

/// Applies what is missing, all or nothing. Of processes that start at once, the second finds nothing missing.
pub(super) async fn run(connection: &mut Client) -> Result<(), StoreError> {
    let failed = |error| Broken::from(error).explain(DOING);
    let transaction = connection.transaction().await.map_err(failed)?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await
        .map_err(failed)?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let found = version(&transaction).await?;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    for (version, sql) in (1_i64..).zip(MIGRATIONS) {
        if version > found {
            transaction.batch_execute(sql).await.map_err(failed)?;
            transaction
                .execute("UPDATE syncup_schema SET version = $1", &[&version])
                .await
                .map_err(failed)?;
        }
    }
    transaction.commit().await.map_err(failed)
}

/// The schema's version; 0 of an empty one, which becomes ours.
async fn version(transaction: &tokio_postgres::Transaction<'_>) -> Result<i64, StoreError> {
    let failed = |error| Broken::from(error).explain(DOING);
    let tables: Vec<String> = transaction
        .query(
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()",
            &[],
        )
        .await
        .map_err(failed)?
        .iter()
        .map(|row| row.get(0))
        .collect();
    if tables.is_empty() {
        transaction
            .batch_execute(
                "CREATE TABLE syncup_schema (version BIGINT NOT NULL); INSERT INTO syncup_schema VALUES (0)",
            )
            .await
            .map_err(failed)?;
    } else if !tables.iter().any(|name| name == "syncup_schema") {
        return Err(StoreError::ForeignTables);
    }
    let row = transaction
        .query_one("SELECT version FROM syncup_schema", &[])
        .await
        .map_err(failed)?;
    Ok(row.get(0))
}

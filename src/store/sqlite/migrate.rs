//! Migrations: numbered, forward only.

use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::refusal::failed;
use crate::store::StoreError;

/// All of them, in order; a file's place is its version.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/sqlite/0001_directory.sql")];

/// SQLite's mark for whose file it is: "SYNC".
const APPLICATION: i32 = 0x5359_4e43;

/// Whether the file is ours, or empty and so can become it.
pub(super) fn is_ours(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT application_id = ?1 OR (application_id = 0 AND NOT EXISTS (SELECT 1 FROM sqlite_schema)) FROM pragma_application_id",
        [APPLICATION],
        |row| row.get(0),
    )
}

/// Applies what is missing, all or nothing. Two processes that start at once don't meet: the second finds nothing missing.
pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    let failed = |source| failed("migrate the database", Arc::new(source));
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    let found = version(&transaction).map_err(failed)?;
    if found > MIGRATIONS.len() {
        let number = |version| i64::try_from(version).unwrap_or(i64::MAX);
        return Err(StoreError::NewerSchema {
            found: number(found),
            known: number(MIGRATIONS.len()),
        });
    }
    for (version, sql) in (1_u32..).zip(MIGRATIONS).skip(found) {
        transaction.execute_batch(sql).map_err(failed)?;
        transaction
            .pragma_update(None, "application_id", APPLICATION)
            .map_err(failed)?;
        transaction
            .pragma_update(None, "user_version", version)
            .map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

fn version(transaction: &Transaction<'_>) -> rusqlite::Result<usize> {
    transaction
        .pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))
        .map(|version| version as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().expect("opened");
        run(&mut connection).expect("migrated");
        let schema = |connection: &Connection| -> i64 {
            connection
                .pragma_query_value(None, "schema_version", |row| row.get(0))
                .expect("read")
        };
        let before = schema(&connection);
        run(&mut connection).expect("migrated");
        assert_eq!(schema(&connection), before);
    }

    #[test]
    fn a_database_of_a_later_version_is_refused_untouched() {
        let mut connection = Connection::open_in_memory().expect("opened");
        connection
            .pragma_update(None, "user_version", 99)
            .expect("set");
        let error = run(&mut connection).expect_err("refused");
        assert!(
            error.to_string().contains("run the newer version"),
            "{error}"
        );
        let tables: i64 = connection
            .query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0))
            .expect("read");
        assert_eq!(tables, 0);
    }
}

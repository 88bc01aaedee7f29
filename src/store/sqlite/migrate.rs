//! Migrations: numbered, forward only.

use rusqlite::Connection;

use super::failed;
use crate::store::StoreError;

/// All of them, in order; a file's place is its version.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/sqlite/0001_directory.sql")];

/// Applies what is missing, each in a transaction of its own.
pub(super) fn run(connection: &Connection) -> Result<(), StoreError> {
    let doing = "migrate the database";
    let found: usize = connection
        .pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))
        .map(|version| version as usize)
        .map_err(|source| failed(doing, source))?;
    if found > MIGRATIONS.len() {
        return Err(StoreError::NewerSchema {
            found,
            known: MIGRATIONS.len(),
        });
    }
    for (version, sql) in (1..).zip(MIGRATIONS).skip(found) {
        connection
            .execute_batch(&format!(
                "BEGIN IMMEDIATE; {sql} PRAGMA user_version = {version}; COMMIT;"
            ))
            .map_err(|source| failed(doing, source))?;
    }
    Ok(())
}

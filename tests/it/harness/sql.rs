//! Statements past the bridge, for what no client could do.

use std::path::Path;

use secrecy::ExposeSecret;
use tokio_postgres::NoTls;

use super::database::url;

/// Runs a statement on the directory's database, past the bridge; gives the number of rows.
pub async fn execute(directory: &Path, sql: &str) -> u64 {
    match url(directory) {
        None => {
            let database = rusqlite::Connection::open(directory.join("syncup.db"));
            let changed = database.expect("opened").execute(sql, []);
            changed.expect("executed") as u64
        }
        Some(url) => {
            let (client, connection) = tokio_postgres::connect(url.expose_secret(), NoTls)
                .await
                .expect("connected");
            tokio::spawn(connection);
            client.execute(sql, &[]).await.expect("executed")
        }
    }
}

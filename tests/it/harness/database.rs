//! Where a test's directory of users is: in files, or, when `SYNCUP_TEST_DATABASE` names a PostgreSQL database, in a schema of its own there.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fs, thread};

use secrecy::SecretString;
use tokio_postgres::NoTls;

/// The master key of all tests, as hex.
pub const MASTER_KEY: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

/// The file in a test's directory that has the database's address, for commands and restarts.
const FILE: &str = "database";

/// Schemas made by this process.
static MADE: AtomicU64 = AtomicU64::new(0);

/// Gives the directory the tests' master key, and, unless the tests run on files, the address of an empty schema.
pub fn prepare(directory: &Path) {
    let key = directory.join("master.key");
    fs::write(&key, MASTER_KEY).expect("written");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("set");
    let Ok(server) = std::env::var("SYNCUP_TEST_DATABASE") else {
        return;
    };
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{number}", std::process::id());
    let separator = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{separator}options=-csearch_path%3D{name}");
    // On a thread of its own: tests have a runtime already, and wait for nothing in some places.
    let made = thread::spawn(move || make_schema(&server, &name)).join();
    made.expect("a schema");
    fs::write(directory.join(FILE), url).expect("written");
}

fn make_schema(server: &str, name: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(server, NoTls)
            .await
            .expect("PostgreSQL runs where SYNCUP_TEST_DATABASE says");
        tokio::spawn(connection);
        // A process of the same number may have left one.
        let sql = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
        client.batch_execute(&sql).await.expect("made");
    });
}

/// The address of the directory's database; `None`: it is in files there.
pub fn url(directory: &Path) -> Option<SecretString> {
    let noted = fs::read_to_string(directory.join(FILE));
    noted.ok().map(SecretString::from)
}

/// The master key, where the directory's own file is not asked.
pub fn master_key(directory: &Path) -> Option<SecretString> {
    url(directory).map(|_| SecretString::from(MASTER_KEY))
}

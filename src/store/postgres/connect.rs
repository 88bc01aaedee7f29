//! Connections, and how they are secured.

use std::fmt;
use std::future::pending;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Connect, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::ConfigVerifierExt;
use secrecy::{ExposeSecret, SecretString};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Error};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::base::crypto::install_crypto_provider;
use crate::store::StoreError;

/// How long to wait for a connection to be made, or to become free.
const WAIT: Duration = Duration::from_secs(5);
/// Who is stopped in the middle of a transaction holds up the other writers of a shop no longer than this. No statement of ours takes as long as half a minute.
const OPTIONS: &str = "-c idle_in_transaction_session_timeout=5s -c statement_timeout=30s -c lock_timeout=20s -c default_transaction_isolation=read\\ committed";

/// Where the database is.
#[derive(Clone)]
pub struct PostgresConfig {
    /// `postgres://USER:PASSWORD@HOST/DATABASE`.
    pub url: SecretString,
    /// How many connections there are at most.
    pub connections: usize,
    /// The certificates of authorities that the server's may be from, in PEM; `None`: the system's.
    pub ca_file: Option<PathBuf>,
}

impl fmt::Debug for PostgresConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresConfig")
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}

/// A pool that has no connection yet.
pub(super) fn pool(config: &PostgresConfig) -> Result<Pool, StoreError> {
    let mut server: Config = config
        .url
        .expose_secret()
        .parse()
        .map_err(|_| StoreError::DatabaseUrl)?;
    if server.get_hosts().is_empty() || server.get_dbname().is_none() {
        return Err(StoreError::DatabaseUrl);
    }
    let given = server.get_options().unwrap_or_default();
    // What the operator gives comes last, and so counts.
    let options = format!("{OPTIONS} {given}");
    server
        .options(options)
        .application_name("syncup")
        .connect_timeout(WAIT)
        .keepalives_idle(Duration::from_secs(30));
    let connector = Connector {
        tls: MakeRustlsConnect::new(tls(config)?),
        runtime: Handle::current(),
    };
    let manager = Manager::from_connect(
        server,
        connector,
        ManagerConfig {
            // What a connection still has to do comes before its next query anyway.
            recycling_method: RecyclingMethod::Fast,
        },
    );
    Pool::builder(manager)
        .max_size(config.connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(WAIT))
        .build()
        .map_err(|_| StoreError::Closed)
}

/// A server that speaks TLS must have a certificate that is good for its name.
fn tls(config: &PostgresConfig) -> Result<ClientConfig, StoreError> {
    install_crypto_provider();
    let Some(path) = &config.ca_file else {
        return ClientConfig::with_platform_verifier().map_err(StoreError::Tls);
    };
    let refused = || StoreError::CaFile { path: path.clone() };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|_| refused())? {
        let added = certificate.map(|certificate| roots.add(certificate));
        added.map_err(|_| refused())?.map_err(|_| refused())?;
    }
    if roots.is_empty() {
        return Err(refused());
    }
    Ok(ClientConfig::builder()
        .with_root_certificates(Arc::new(roots))
        .with_no_client_auth())
}

/// Makes connections that live on one runtime, whichever thread asks for them: the threads that serve requests end before the last records are written.
struct Connector {
    tls: MakeRustlsConnect,
    runtime: Handle,
}

type Connected = (Client, JoinHandle<()>);

impl Connect for Connector {
    fn connect(
        &self,
        server: &Config,
    ) -> Pin<Box<dyn Future<Output = Result<Connected, Error>> + Send + '_>> {
        let (tls, server, runtime) = (self.tls.clone(), server.clone(), self.runtime.clone());
        Box::pin(async move {
            let connecting = runtime.spawn(async move { server.connect(tls).await });
            let Ok(connected) = connecting.await else {
                // The runtime is ending: whoever waits gives up in time.
                return pending().await;
            };
            let (client, connection) = connected?;
            let driving = runtime.spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(error = %error, "a connection to PostgreSQL has ended");
                }
            });
            Ok((client, driving))
        })
    }
}

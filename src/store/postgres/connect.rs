//! Connections, and how they are secured.

use std::fmt;
use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Connect, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::ConfigVerifierExt;
use secrecy::{ExposeSecret, SecretString};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Connection, Error, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::store::StoreError;
use crate::tls::install_crypto_provider;

/// How long to wait for a connection to be made, or to become free.
const WAIT: Duration = Duration::from_secs(5);
/// How long a silent connection is trusted.
const KEEPALIVE: Duration = Duration::from_secs(30);
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

/// A database server, and how it is spoken to. Connections live on one runtime, whichever thread asks for them: the threads that serve requests end before the
/// last records are written.
#[derive(Clone)]
pub(super) struct Server {
    config: Config,
    tls: MakeRustlsConnect,
    runtime: Handle,
}

type Stream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

impl Server {
    /// The server that is named, for connections on the current runtime.
    pub(super) fn named(named: &PostgresConfig) -> Result<Self, StoreError> {
        let mut config: Config = named
            .url
            .expose_secret()
            .parse()
            .map_err(|_| StoreError::DatabaseUrl)?;
        if config.get_hosts().is_empty() || config.get_dbname().is_none() {
            return Err(StoreError::DatabaseUrl);
        }
        // What the operator gives comes last, and so counts.
        let options = format!("{OPTIONS} {}", config.get_options().unwrap_or_default());
        config
            .options(options)
            .application_name("syncup")
            .connect_timeout(WAIT)
            .keepalives_idle(KEEPALIVE);
        Ok(Self {
            config,
            tls: MakeRustlsConnect::new(tls(named)?),
            runtime: Handle::current(),
        })
    }

    pub(super) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// A pool that has no connection yet.
    pub(super) fn pool(&self, connections: usize) -> Result<Pool, StoreError> {
        let config = ManagerConfig {
            // What a connection still has to do comes before its next query anyway.
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_connect(self.config.clone(), self.clone(), config);
        Pool::builder(manager)
            .max_size(connections)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .build()
            .map_err(|_| StoreError::Closed)
    }

    /// A connection, which is to be driven by whoever asks.
    pub(super) async fn connect(&self) -> Result<(Client, Connection<Socket, Stream>), Error> {
        let this = self.clone();
        let connecting = self
            .runtime
            .spawn(async move { this.config.connect(this.tls).await });
        match connecting.await {
            Ok(connected) => connected,
            // The runtime is ending: whoever waits gives up in time.
            Err(_) => pending().await,
        }
    }
}

impl Connect for Server {
    fn connect(&self, _: &Config) -> BoxFuture<'_, Result<(Client, JoinHandle<()>), Error>> {
        async {
            let (client, connection) = Self::connect(self).await?;
            let driving = self.runtime.spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(error = %error, "a connection to PostgreSQL has ended");
                }
            });
            Ok((client, driving))
        }
        .boxed()
    }
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

//! Composition: from settings to a running bridge.

mod housekeeping;

use std::fs::{File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ring::rand::{SecureRandom, SystemRandom};
use secrecy::SecretString;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::base::clock::{Clock, SystemClock};
use crate::base::id::{ShopDomain, ShopId};
use crate::base::token::{self, Token};
use crate::directory::{ShopSettings, TokenRecord};
use crate::http::{self, ServeError};
use crate::metrics::Metrics;
use crate::provision::Provision;
use crate::reconcile::{Reconciler, ShopifyConfig, Shops, worker};
use crate::settings::Settings;
use crate::shopify;
use crate::store::{Location, Store, StoreError};
use housekeeping::Housekeeping;

/// Why the bridge could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The runtime could not be made.
    #[error("cannot start the runtime")]
    Runtime(#[source] io::Error),
    /// The directory of users could not be opened.
    #[error("cannot use the directory of users that {setting} names")]
    OpenStore {
        /// What names it.
        setting: &'static str,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// Two bridges on one directory would both work off its users.
    #[error(
        "another syncup is serving from the data directory {path}: stop it, or give this one a data_dir of its own"
    )]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// The file that keeps other bridges out cannot be locked.
    #[error("cannot lock {path}: make the data directory writable")]
    Lock {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The setting for Shopify's origin is not allowed.
    #[error("cannot use shopify_origin")]
    ShopifyOrigin(#[source] shopify::OriginError),
    /// A server could not start.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The system has no randomness.
    #[error("the system gives no random bytes")]
    Random,
    /// Another command was faster.
    #[error("nothing was changed: another command was faster; try again")]
    Taken,
    /// The directory failed while a shop or token was set up.
    #[error("cannot set up the shop")]
    SetUp(#[source] StoreError),
    /// The directory failed while a shop was removed.
    #[error("cannot remove all of the shop; `syncup serve` will go on with it")]
    RemoveShop(#[source] StoreError),
    /// Shopify refused what a shop needs before its first customer.
    #[error("cannot prepare the shop in Shopify")]
    PrepareShop(#[source] shopify::CallError),
    /// There is no TLS.
    #[error("cannot set up the connection to Shopify")]
    HttpClient(#[source] shopify::tls::HttpClientError),
    /// A signal handler could not be installed.
    #[error("cannot listen for signals")]
    Signal(#[source] io::Error),
    /// A listener does not say where it listens.
    #[error("cannot tell the address of a listener")]
    Address(#[source] io::Error),
}

/// A running bridge.
#[derive(Debug)]
pub struct Application {
    store: Arc<Store>,
    reconciler: Arc<Reconciler>,
    clock: Arc<dyn Clock>,
    scim: Option<Serving>,
    ops: Serving,
    activity_days: u32,
    housekeeping: Option<housekeeping::Running>,
    _lock: Option<File>,
}

/// A running server.
#[derive(Debug)]
struct Serving {
    address: SocketAddr,
    server: http::Running,
}

/// The runtime that everything but the SCIM workers runs on.
///
/// # Errors
/// The system refuses threads.
pub fn runtime() -> Result<tokio::runtime::Runtime, AppError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(AppError::Runtime)
}

/// Opens the store that `settings` name, for the bridge and for the commands that manage it.
///
/// # Errors
/// As [`Store::open`].
pub async fn open_store(settings: &Settings) -> Result<Store, AppError> {
    Store::open(&settings.location(), settings.master_key.as_ref())
        .await
        .map_err(|source| AppError::OpenStore {
            setting: match settings.location() {
                Location::Directory(_) => "data_dir (SYNCUP_DATA_DIR)",
                Location::Postgres(_) => "database (SYNCUP_DATABASE)",
            },
            source,
        })
}

/// As [`open_store`], and while the file is open nobody else serves from a data directory, or imports into it. A database has no such file.
///
/// # Errors
/// As [`open_store`], or somebody does.
pub async fn open_store_alone(settings: &Settings) -> Result<(Store, Option<File>), AppError> {
    let store = open_store(settings).await?;
    let lock = match settings.location() {
        Location::Directory(path) => Some(lock(&path)?),
        Location::Postgres(_) => None,
    };
    Ok((store, lock))
}

/// Makes a token of a shop and stores what is kept of it.
///
/// # Errors
/// No randomness, or the database failed.
pub async fn create_token(
    store: &Store,
    shop: ShopId,
    name: &str,
    expires_ms: Option<i64>,
    now_ms: i64,
) -> Result<Token, AppError> {
    let mut random = [0; token::RANDOM_LEN];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| AppError::Random)?;
    let token = Token::new(&random);
    let record = TokenRecord {
        prefix: token.prefix().to_owned(),
        shop,
        name: name.to_owned(),
        hash: token.hash(),
        created_ms: now_ms,
        expires_ms,
        revoked_ms: None,
        last_used_ms: None,
    };
    match store.add_token(&record).await {
        Ok(Ok(())) => Ok(token),
        Ok(Err(_)) => Err(AppError::Taken),
        Err(source) => Err(AppError::SetUp(source)),
    }
}

/// Removes what a removed shop has left. Broken off, the bridge goes on with it.
///
/// # Errors
/// The database failed.
pub async fn sweep_removed_shops(store: &Store) -> Result<(), AppError> {
    housekeeping::sweep_removed_shops(store)
        .await
        .map_err(AppError::RemoveShop)
}

impl Application {
    /// Adds the shop, or gives it this access token, and makes a token for it: what the demo and tests begin with.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_up_shop(
        &self,
        domain: &ShopDomain,
        access_token: &SecretString,
        name: &str,
    ) -> Result<SecretString, AppError> {
        let now_ms = self.clock.now_ms();
        let set_up = |source| AppError::SetUp(source);
        let known = self.store.shop_by_domain(domain).await.map_err(set_up)?;
        let written = match &known {
            Some(record) => self.store.set_access_token(record, access_token).await,
            None => {
                self.store
                    .add_shop(domain, access_token, &ShopSettings::default(), now_ms)
                    .await
            }
        };
        written.map_err(set_up)?.map_err(|_| AppError::Taken)?;
        let record = self
            .store
            .shop_by_domain(domain)
            .await
            .map_err(set_up)?
            .ok_or(AppError::Taken)?;
        let shop = self
            .reconciler
            .shops()
            .get(record.id, now_ms)
            .await
            .map_err(set_up)?
            .ok_or(AppError::Taken)?;
        shop.prepare().await.map_err(AppError::PrepareShop)?;
        let token = create_token(&self.store, record.id, name, None, now_ms).await?;
        Ok(token.text().clone())
    }

    /// Opens the store, binds the addresses and starts the worker.
    ///
    /// # Errors
    /// Whatever of these fails, and with it what to do.
    pub async fn start(settings: &Settings) -> Result<Self, AppError> {
        Self::start_with(settings, Arc::new(SystemClock), true).await
    }

    /// As [`Application::start`] with another clock; without `background`, only [`Reconciler::run_due`] moves the work and [`Application::keep_house`] forgets.
    ///
    /// # Errors
    /// As [`Application::start`].
    pub async fn start_with(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        background: bool,
    ) -> Result<Self, AppError> {
        let scim_listener = match settings.role.api {
            true => Some(http::listen(settings.listen, "listen")?),
            false => None,
        };
        let ops_listener = http::listen(settings.ops_listen, "ops_listen")?;
        let (store, lock) = open_store_alone(settings).await?;
        let store = Arc::new(store);
        let http = shopify::tls::http_client().map_err(AppError::HttpClient)?;
        let metrics = Arc::new(Metrics::default());
        let shops = Shops::new(
            Arc::clone(&store),
            shopify_config(settings)?,
            http,
            Arc::clone(&metrics),
        );
        let reconciler = Arc::new(Reconciler::new(
            Arc::clone(&store),
            shops,
            Arc::clone(&clock),
            settings.role.worker,
        ));
        let scim = match scim_listener {
            None => None,
            Some(listener) => {
                let provision = provision(settings, &listener, &store, &reconciler, &clock)?;
                let limits = limits(settings);
                Some(Serving::start(listener, |listener| {
                    http::scim::serve(listener, provision, limits, Arc::clone(&metrics))
                })?)
            }
        };
        let works = background && settings.shopify_push && settings.role.worker;
        let parts = http::ops::Parts {
            store: Arc::clone(&store),
            worker: works
                .then(|| worker::start(Arc::clone(&reconciler)))
                .flatten(),
            reconciler: Arc::clone(&reconciler),
            metrics,
            clock: Arc::clone(&clock),
        };
        let ops = Serving::start(ops_listener, |listener| http::ops::serve(listener, parts))?;
        let housekeeping = background.then(|| {
            let (store, clock) = (Arc::clone(&store), Arc::clone(&clock));
            Housekeeping::new(store, clock, settings.activity_days).start()
        });
        Ok(Self {
            store,
            reconciler,
            clock,
            scim,
            ops,
            activity_days: settings.activity_days,
            housekeeping,
            _lock: lock,
        })
    }

    /// Where SCIM is served, if it is.
    pub fn scim_address(&self) -> Option<SocketAddr> {
        self.scim.as_ref().map(|scim| scim.address)
    }

    /// Where health is served.
    pub fn ops_address(&self) -> SocketAddr {
        self.ops.address
    }

    /// The store, for commands and tests.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// The reconciler, for tests that move the work themselves.
    pub fn reconciler(&self) -> &Arc<Reconciler> {
        &self.reconciler
    }

    /// Does the housekeeping that is due after a start, for tests without a background.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keep_house(&self) -> Result<(), StoreError> {
        let (store, clock) = (Arc::clone(&self.store), Arc::clone(&self.clock));
        Housekeeping::new(store, clock, self.activity_days)
            .run_due()
            .await
    }

    /// Serves until SIGINT or SIGTERM, then stops in order.
    pub async fn run_until(self, mut signals: StopSignals) {
        signals.received().await;
        tracing::info!("stopping");
        self.stop().await;
    }

    /// Stops in order: no new requests and no new steps, those in flight end. Who waits for Shopify within a request waits no longer.
    pub async fn stop(self) {
        let stop_scim = async {
            if let Some(scim) = self.scim {
                scim.server.stop().await;
            }
        };
        tokio::join!(self.reconciler.stop(), stop_scim);
        if let Some(housekeeping) = self.housekeeping {
            housekeeping.stop().await;
        }
        self.ops.server.stop().await;
    }
}

impl Serving {
    fn start(
        listener: std::net::TcpListener,
        serve: impl FnOnce(std::net::TcpListener) -> Result<http::Running, ServeError>,
    ) -> Result<Self, AppError> {
        let address = listener.local_addr().map_err(AppError::Address)?;
        Ok(Self {
            address,
            server: serve(listener)?,
        })
    }
}

fn provision(
    settings: &Settings,
    listener: &std::net::TcpListener,
    store: &Arc<Store>,
    reconciler: &Arc<Reconciler>,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<Provision>, AppError> {
    let public_url = settings.url_at(listener.local_addr().map_err(AppError::Address)?);
    let config = crate::provision::Config {
        public_url: format!("{public_url}{}", http::scim::BASE_PATH),
        inline_budget_ms: settings.inline_budget_ms,
        query_budget_ms: settings.query_budget_ms,
        max_body_bytes: settings.max_body_bytes,
    };
    Ok(Arc::new(Provision::new(
        Arc::clone(store),
        Arc::clone(reconciler),
        Arc::clone(clock),
        config,
    )))
}

fn limits(settings: &Settings) -> http::scim::Limits {
    http::scim::Limits {
        workers: settings.workers,
        max_body_bytes: settings.max_body_bytes,
    }
}

/// Keeps other bridges out of the data directory for as long as the file is open: also a crash lets go of it.
fn lock(data_dir: &Path) -> Result<File, AppError> {
    let path = data_dir.join("serve.lock");
    let failed = |source| AppError::Lock {
        path: path.clone(),
        source,
    };
    let file = File::create(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(AppError::InUse {
            path: data_dir.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn shopify_config(settings: &Settings) -> Result<ShopifyConfig, AppError> {
    if let Some(origin) = &settings.shopify_origin {
        shopify::check_origin(origin, settings.shopify_allow_any_origin)
            .map_err(AppError::ShopifyOrigin)?;
    }
    Ok(ShopifyConfig {
        origin: settings.shopify_origin.clone(),
        allow_any_origin: settings.shopify_allow_any_origin,
        api_version: settings.shopify_api_version.clone(),
        timeout_ms: settings.shopify_timeout_ms,
        push: settings.shopify_push,
    })
}

/// SIGINT and SIGTERM, which end the process in order from the moment that they are listened for.
#[derive(Debug)]
pub struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// Listens from now on. Within the runtime.
    ///
    /// # Errors
    /// A handler cannot be installed.
    pub fn listen() -> Result<Self, AppError> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(AppError::Signal)?,
            terminate: signal(SignalKind::terminate()).map_err(AppError::Signal)?,
        })
    }

    /// Waits for one of them.
    pub async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

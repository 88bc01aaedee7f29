//! A shop while the bridge runs: its policies, its key, its client and its points.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::counting::Counting;
use crate::base::id::{ResourceId, ShopId};
use crate::base::seal::ShopKey;
use crate::directory::{DialectName, ShopRecord};
use crate::metrics::Metrics;
use crate::scim::dialect::Dialect;
use crate::scim::schema::{ResourceType, Schemas};
use crate::shopify::tls::HttpClient;
use crate::shopify::{Bucket, CallError, Class, Client, ClientConfig, Go, Receipt, Reply};
use crate::store::{Store, StoreError};
use crate::work::InFlight;

/// How Shopify is reached.
#[derive(Debug, Clone)]
pub struct ShopifyConfig {
    /// Another origin than `https://SHOP`, already checked.
    pub origin: Option<String>,
    /// Whether the origin may be on another machine.
    pub allow_any_origin: bool,
    /// The version of the Admin API.
    pub api_version: String,
    /// How long a request may take.
    pub timeout_ms: u64,
    /// Whether anything is sent at all.
    pub push: bool,
}

/// A shop, ready to be worked for.
#[derive(Debug)]
pub struct Shop {
    /// As the store has it.
    pub record: ShopRecord,
    /// Its key.
    pub key: Arc<ShopKey>,
    /// Its SCIM schemas.
    pub schemas: Schemas,
    /// Its dialect.
    pub dialect: Dialect,
    /// Its Admin API.
    pub(super) client: Client,
    /// What is counted of all shops.
    metrics: Arc<Metrics>,
    /// What outlives a change of its settings.
    pub(super) lane: Arc<Lane>,
}

/// A shop's points and the users in progress.
#[derive(Debug)]
pub(super) struct Lane {
    bucket: Mutex<Bucket>,
    pub(super) in_flight: InFlight<ResourceId>,
    /// Whether Shopify is known to have the definition of our id metafield.
    prepared: AtomicBool,
}

impl Lane {
    pub(super) fn is_prepared(&self) -> bool {
        self.prepared.load(Ordering::Relaxed)
    }

    pub(super) fn set_prepared(&self, prepared: bool) {
        self.prepared.store(prepared, Ordering::Relaxed);
    }

    pub(super) fn reserve(&self, points: f64, class: Class, now_ms: i64) -> Go {
        self.bucket().reserve(points, now_ms, class)
    }

    /// A call has ended.
    pub(super) fn settle(&self, points: f64, receipt: Option<&Receipt>, now_ms: i64) {
        self.bucket().settle(points, receipt, now_ms);
    }

    pub(super) fn throttled(&self, wait_ms: i64, now_ms: i64) {
        self.bucket().throttled(wait_ms, now_ms);
    }

    /// As many requests as use up the points at a quarter of a second each: 3 on the smallest plan, 25 at 1,000 points a second.
    fn concurrency(&self) -> usize {
        let restore = self.bucket().restore_points_per_s();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to 3..=50"
        )]
        let requests = (restore * 0.25 / 10.0).ceil().clamp(3.0, 50.0) as usize;
        requests
    }

    fn available_points(&self, now_ms: i64) -> f64 {
        self.bucket().available_points(now_ms)
    }

    fn bucket(&self) -> std::sync::MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shop {
    /// The shop's number.
    pub fn id(&self) -> ShopId {
        self.record.id
    }

    /// Makes sure that Shopify has what the first customer needs. Again does no harm.
    ///
    /// # Errors
    /// Shopify refused, or could not be reached.
    pub async fn prepare(&self) -> Result<(), CallError> {
        self.counted(self.client.ensure_id_definition()).await?;
        self.lane.set_prepared(true);
        Ok(())
    }

    /// Counts a request of the Admin API, also one that is broken off.
    pub(super) async fn counted<T>(
        &self,
        request: impl Future<Output = Result<Reply<T>, CallError>>,
    ) -> Result<Reply<T>, CallError> {
        let mut counting = Counting::new(&self.metrics);
        let answered = request.await;
        counting.note(&answered);
        answered
    }

    /// Shopify is as told of a change that was made so long ago.
    pub(super) fn propagated(&self, after_ms: i64) {
        let after_ms = u64::try_from(after_ms).unwrap_or_default();
        self.metrics.propagated(Duration::from_millis(after_ms));
    }

    /// How many users may be in progress at once.
    pub fn concurrency(&self) -> usize {
        self.lane.concurrency()
    }

    /// How many users are in progress.
    pub fn in_progress(&self) -> usize {
        self.lane.in_flight.len()
    }
}

/// The shops that were asked for, kept until their settings change.
#[derive(Debug)]
pub struct Shops {
    store: Arc<Store>,
    config: ShopifyConfig,
    http: HttpClient,
    metrics: Arc<Metrics>,
    known: Mutex<HashMap<ShopId, Arc<Shop>>>,
}

impl Shops {
    /// No shop is read yet.
    pub fn new(
        store: Arc<Store>,
        config: ShopifyConfig,
        http: HttpClient,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            store,
            config,
            http,
            metrics,
            known: Mutex::default(),
        }
    }

    /// The points that are left in the emptiest bucket of the shops that this process works for, if it does.
    pub fn least_available_points(&self, now_ms: i64) -> Option<f64> {
        let shops: Vec<Arc<Shop>> = self.lock().values().cloned().collect();
        let points = shops.iter().map(|shop| shop.lane.available_points(now_ms));
        points.reduce(f64::min)
    }

    /// Whether anything is sent to Shopify at all.
    pub fn push(&self) -> bool {
        self.config.push
    }

    /// The shop, read anew when its settings or credentials have changed, also by another process.
    ///
    /// # Errors
    /// The database failed, or another master key sealed the shop.
    pub async fn get(&self, id: ShopId, now_ms: i64) -> Result<Option<Arc<Shop>>, StoreError> {
        self.at_revision(id, self.store.shop_revision(id).await?, now_ms)
            .await
    }

    /// The shop, read anew when what is known of it is not of this revision; with none, it is gone.
    ///
    /// # Errors
    /// As [`Shops::get`].
    pub async fn at_revision(
        &self,
        id: ShopId,
        revision: Option<i64>,
        now_ms: i64,
    ) -> Result<Option<Arc<Shop>>, StoreError> {
        let Some(revision) = revision else {
            // A removed shop's key is not kept here either.
            self.lock().remove(&id);
            return Ok(None);
        };
        let known = self.lock().get(&id).cloned();
        match known {
            Some(shop) if shop.record.revision == revision => Ok(Some(shop)),
            stale => self.read(id, stale.as_deref(), now_ms).await,
        }
    }

    async fn read(
        &self,
        id: ShopId,
        stale: Option<&Shop>,
        now_ms: i64,
    ) -> Result<Option<Arc<Shop>>, StoreError> {
        let Some(record) = self.store.shop(id).await? else {
            return Ok(None);
        };
        let key = self.store.shop_keys(id).await?;
        let access_token = self.store.access_token(id, &key).await?;
        let lane = match stale {
            Some(shop) => Arc::clone(&shop.lane),
            None => Arc::new(Lane {
                bucket: Mutex::new(Bucket::new(now_ms)),
                in_flight: InFlight::default(),
                prepared: AtomicBool::new(false),
            }),
        };
        let config = ClientConfig {
            origin: self.config.origin.clone(),
            allow_any_origin: self.config.allow_any_origin,
            api_version: self.config.api_version.clone(),
            timeout_ms: self.config.timeout_ms,
            ..ClientConfig::new(record.domain.clone(), access_token)
        };
        // The origin was checked at the start, so only a token that fits no header is left.
        let client = Client::new(&config, self.http.clone()).map_err(|_| StoreError::Corrupt {
            what: "access token",
        })?;
        let shop = Arc::new(Shop {
            schemas: schemas(&record),
            dialect: match record.settings.dialect {
                DialectName::Tolerant => Dialect::tolerant(),
                DialectName::Strict => Dialect::strict(),
            },
            record,
            key,
            client,
            metrics: Arc::clone(&self.metrics),
            lane,
        });
        self.lock().insert(id, Arc::clone(&shop));
        Ok(Some(shop))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ShopId, Arc<Shop>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The standard schemas and the shop's own. One that is not a schema is left out: it was refused when it was registered.
fn schemas(record: &ShopRecord) -> Schemas {
    record
        .settings
        .extensions
        .iter()
        .fold(Schemas::standard(), |schemas, extension| {
            match schemas.clone().with_extension(ResourceType::User, extension) {
                Ok(with) => with,
                Err(error) => {
                    tracing::error!(shop.domain = %record.domain, error = %error, "a stored SCIM extension is not a schema");
                    schemas
                }
            }
        })
}

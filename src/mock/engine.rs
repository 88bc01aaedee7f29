//! The engine: every shop's state behind one lock, and the two doors to it, requests and methods.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::config::{Config, ShopConfig};
use super::customers::{Customer, CustomerId};
use super::faults::{Fault, Faults};
use super::graphql::document::Documents;
use super::log::{Log, LogEntry};
use super::shop::Shop;
use super::transport::{Reply, Request, is_shop_domain};
use super::{bulk, inspect, oauth, serve, staged};
use crate::base::clock::{Clock, ManualClock};

/// A mock Shopify with its shops.
pub struct Engine {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) manual_clock: Option<Arc<ManualClock>>,
    pub(super) versions: Vec<String>,
    pub(super) documents: Documents,
    base_url: Option<String>,
    served_at: Mutex<Option<String>>,
    seed: u64,
    shops: Vec<ShopConfig>,
    world: Mutex<World>,
}

/// All that changes.
pub(super) struct World {
    pub(super) shops: Vec<Shop>,
    pub(super) faults: Faults,
    pub(super) log: Log,
    pub(super) request_count: u64,
    /// When something happens in a shop by itself, at the earliest.
    pub(super) due_ms: i64,
}

impl World {
    /// A new request's id. Numbered, so that a run can be repeated exactly.
    pub(super) fn next_request_id(&mut self, now_ms: i64) -> String {
        self.request_count += 1;
        format!(
            "00000000-0000-4000-8000-{:012x}-{}",
            self.request_count,
            now_ms / 1_000
        )
    }

    /// Lets happen what is due by now.
    fn catch_up(&mut self, now_ms: i64) {
        if now_ms < self.due_ms {
            return;
        }
        for shop in &mut self.shops {
            bulk::advance::advance(shop, &mut self.faults, now_ms);
        }
        let due_ms = self.shops.iter().map(Shop::due_ms).min();
        self.due_ms = due_ms.unwrap_or(i64::MAX);
    }

    /// A shop by its domain.
    pub(super) fn shop(&self, domain: &str) -> Option<&Shop> {
        self.shops.iter().find(|shop| shop.domain == domain)
    }

    /// A shop by its domain, to change it.
    pub(super) fn shop_mut(&mut self, domain: &str) -> Option<&mut Shop> {
        self.shops.iter_mut().find(|shop| shop.domain == domain)
    }
}

impl Engine {
    /// An engine with the configured shops, empty.
    pub fn new(config: Config) -> Self {
        let world = World {
            shops: config.shops.iter().cloned().map(ShopConfig::open).collect(),
            faults: Faults::new(config.seed),
            log: Log::new(config.log_capacity),
            request_count: 0,
            due_ms: i64::MAX,
        };
        Self {
            clock: config.clock,
            manual_clock: config.manual_clock,
            versions: config.versions,
            documents: Documents::default(),
            seed: config.seed,
            base_url: config.base_url,
            served_at: Mutex::default(),
            shops: config.shops,
            world: Mutex::new(world),
        }
    }

    /// Answers a request: the Admin API, its files, OAuth, or `/_mock`.
    pub fn handle(&self, request: &Request) -> Reply {
        let path = request.path.as_str();
        if let Some(path) = path.strip_prefix("/_mock") {
            inspect::handle(self, request, path)
        } else if path.starts_with(staged::PATH) {
            staged::handle(self, request)
        } else if path.starts_with(bulk::result::PATH) {
            bulk::result::handle(self, request)
        } else if path == oauth::TOKEN_PATH {
            oauth::token(self, request)
        } else if path == oauth::AUTHORIZE_PATH {
            oauth::authorize(self, request)
        } else {
            serve::handle(self, request)
        }
    }

    /// The state as of now: what time has brought about has happened. Nothing waits while holding it.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.catch_up(self.clock.now_ms());
        world
    }

    /// Says where an adapter serves the engine, as `http://127.0.0.1:8081`: clients that name a shop as their host are sent there for files.
    pub fn served_at(&self, base_url: &str) {
        let mut known = self
            .served_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *known = Some(base_url.to_owned());
    }

    /// Where a client can reach the mock: the configured address, else the host it named, unless that is a shop's.
    pub(super) fn base_url(&self, request: &Request) -> String {
        if let Some(configured) = &self.base_url {
            return configured.clone();
        }
        let host = request.header("Host").unwrap_or("localhost");
        let known = self
            .served_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match known.as_ref().filter(|_| is_shop_domain(host)) {
            Some(served_at) => served_at.clone(),
            None => format!("http://{host}"),
        }
    }

    /// Back to the configured shops, empty, without faults and log.
    pub fn reset(&self) {
        let mut world = self.world();
        world.shops = self.shops.iter().cloned().map(ShopConfig::open).collect();
        world.faults = Faults::new(self.seed);
        world.log.clear();
        world.request_count = 0;
        world.due_ms = i64::MAX;
    }

    /// Opens one more shop; one of the same domain is replaced.
    pub fn add_shop(&self, shop: ShopConfig) {
        let shop = shop.open();
        let mut world = self.world();
        world.shops.retain(|known| known.domain != shop.domain);
        world.shops.push(shop);
    }

    /// A shop's customers, by id; none for an unknown shop.
    pub fn customers(&self, shop: &str) -> Vec<Customer> {
        let world = self.world();
        let shop = world.shop(shop);
        shop.map(|shop| shop.customers().cloned().collect())
            .unwrap_or_default()
    }

    /// One customer of a shop.
    pub fn customer(&self, shop: &str, id: CustomerId) -> Option<Customer> {
        self.world().shop(shop)?.customer(id).cloned()
    }

    /// Adds a fault to the script.
    pub fn inject(&self, fault: Fault) {
        self.world().faults.add(fault);
    }

    /// The script of faults, with what is left of their `times`.
    pub fn faults(&self) -> Vec<Fault> {
        self.world().faults.script().to_vec()
    }

    /// Forgets the script of faults.
    pub fn clear_faults(&self) {
        self.world().faults.clear();
    }

    /// The requests served so far, oldest first.
    pub fn log(&self) -> Vec<LogEntry> {
        self.world().log.entries().cloned().collect()
    }

    /// Forgets the requests served so far.
    pub fn clear_log(&self) {
        self.world().log.clear();
    }
}

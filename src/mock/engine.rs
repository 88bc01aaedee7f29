//! The engine: every shop's state behind one lock, and the two doors to it, requests and methods.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::config::{Config, ShopConfig};
use super::customers::{Customer, CustomerId};
use super::faults::{Fault, Faults};
use super::graphql::document::Documents;
use super::log::{Log, LogEntry};
use super::shop::Shop;
use super::transport::{Reply, Request};
use super::{inspect, serve};
use crate::base::clock::{Clock, ManualClock};

/// A mock Shopify with its shops.
pub struct Engine {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) manual_clock: Option<Arc<ManualClock>>,
    pub(super) versions: Vec<String>,
    pub(super) documents: Documents,
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
}

impl World {
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
        };
        Self {
            clock: config.clock,
            manual_clock: config.manual_clock,
            versions: config.versions,
            documents: Documents::default(),
            seed: config.seed,
            shops: config.shops,
            world: Mutex::new(world),
        }
    }

    /// Answers a request: the Admin API, or `/_mock`.
    pub fn handle(&self, request: &Request) -> Reply {
        match request.path.strip_prefix("/_mock") {
            Some(path) => inspect::handle(self, request, path),
            None => serve::handle(self, request),
        }
    }

    /// The state. Nothing waits while holding it.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Back to the configured shops, empty, without faults and log.
    pub fn reset(&self) {
        let mut world = self.world();
        world.shops = self.shops.iter().cloned().map(ShopConfig::open).collect();
        world.faults = Faults::new(self.seed);
        world.log.clear();
        world.request_count = 0;
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

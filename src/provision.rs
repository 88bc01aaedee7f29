//! The SCIM use cases: authenticate, read, and change the directory by one batch, then give Shopify a chance before the answer.
//!
//! An answer never depends on Shopify having been reached.

mod answer;
mod authenticate;
mod bulk;
mod discover;
mod dry_run;
mod edit;
mod groups;
mod list;
mod read;
mod record;
mod render;
mod users;
mod write;

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::Semaphore;

use crate::base::clock::Clock;
use crate::base::id::ResourceId;
use crate::reconcile::Reconciler;
use crate::scim::schema::ResourceType;
use crate::store::Store;

pub use answer::{Answer, Body, Call, Caller, Failure};
pub use authenticate::Refusal;

/// What the use cases need to know beside their request.
#[derive(Debug, Clone)]
pub struct Config {
    /// The base URL of SCIM, without a trailing slash; every address in an answer is made from it.
    pub public_url: String,
    /// How long a write waits for Shopify.
    pub inline_budget_ms: u64,
    /// How long a query may look through resources that no index finds.
    pub query_budget_ms: u32,
    /// The largest request body.
    pub max_body_bytes: usize,
}

/// The use cases.
#[derive(Debug)]
pub struct Provision {
    store: Arc<Store>,
    reconciler: Arc<Reconciler>,
    clock: Arc<dyn Clock>,
    random: SystemRandom,
    /// The number of the next request.
    requests: AtomicU64,
    /// A permit for each query that may look through a shop at the same time.
    scans: Arc<Semaphore>,
    config: Config,
}

impl Provision {
    /// Over a store and what drives it towards Shopify.
    pub fn new(
        store: Arc<Store>,
        reconciler: Arc<Reconciler>,
        clock: Arc<dyn Clock>,
        config: Config,
    ) -> Self {
        let random = SystemRandom::new();
        let mut start = [0; 8];
        // Without randomness the time still keeps the ids of two runs apart.
        let _ = random.fill(&mut start);
        Self {
            store,
            reconciler,
            clock,
            random,
            requests: AtomicU64::new(u64::from_be_bytes(start)),
            scans: Arc::new(Semaphore::new(list::SCANS)),
            config,
        }
    }

    /// Runs `read`, a request that changes nothing, on one state of the directory.
    ///
    /// # Errors
    /// Those of `read`, and the directory failed.
    pub async fn snapshot<T>(
        &self,
        read: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        self.store.snapshot(read).await?
    }

    /// A new id of a request, for the log and the answer. It is no secret: counted on from a random start, it costs no call of the system.
    pub fn request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let mut tail = [0; 10];
        for (place, byte) in tail.iter_mut().skip(2).zip(number.to_be_bytes()) {
            *place = byte;
        }
        ResourceId::new(self.clock.now_ms(), &tail).to_string()
    }

    fn new_id(&self) -> ResourceId {
        let mut random = [0; 10];
        // The time in front keeps ids apart even when the system has no randomness to give.
        let _ = self.random.fill(&mut random);
        ResourceId::new(self.clock.now_ms(), &random)
    }

    /// Gives Shopify the time that a SCIM client can wait.
    async fn inline(&self, call: &Call<'_>, user: ResourceId) {
        if !call.waits {
            return;
        }
        let budget = Duration::from_millis(self.config.inline_budget_ms);
        self.reconciler
            .inline(&call.caller.shop, user, call.request_id, budget)
            .await;
    }

    /// Leaves what is due to the worker.
    fn wake(&self, call: &Call<'_>) {
        if call.waits {
            self.reconciler.wake().notify();
        }
    }

    /// The address of a resource.
    fn location(&self, resource_type: ResourceType, id: impl Display) -> String {
        let (base, endpoint) = (&self.config.public_url, resource_type.endpoint());
        format!("{base}{endpoint}/{id}")
    }
}

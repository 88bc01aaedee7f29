//! One user's step: claim, read, converge, record.

mod elsewhere;
mod record;

use std::sync::Arc;
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use tokio::runtime::Handle;
use tracing::Instrument;

use super::attempt::{Attempt, Permit};
use super::leases::{Holder, Leases};
use super::shop::{Shop, Shops};
use super::verdict::Verdict;
use crate::base::clock::Clock;
use crate::base::id::{ResourceId, ShopId};
use crate::shopify::Class;
use crate::store::{Batch, Call, ReplicaId, Store, StoreError};
use crate::work::{Stop, Wake, Working};

/// How long calls of Shopify may go on when the bridge stops: one that is answered at all takes less, and whoever stops a container kills it after ten seconds.
const LAST_CALLS: Duration = Duration::from_secs(3);
/// How long it may then take to record that their outcome is unknown.
const LAST_RECORDS: Duration = Duration::from_secs(2);

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Its outcome is recorded.
    Done,
    /// There are no points: ask again after so many milliseconds.
    Wait {
        /// How long.
        wait_ms: i64,
    },
    /// The user is in progress elsewhere in this process, or the bridge stops.
    Busy,
    /// Another process works for the shop.
    Elsewhere,
    /// The directory could not be read or written: the user stays due.
    Failed,
}

/// Drives users towards Shopify.
#[derive(Debug)]
pub struct Reconciler {
    store: Arc<Store>,
    shops: Shops,
    clock: Arc<dyn Clock>,
    random: SystemRandom,
    leases: Leases,
    wake: Wake,
    stop: Stop,
    runtime: Handle,
}

impl Reconciler {
    /// Over a store and its shops. Within the runtime that steps are to run on. One that does not work leaves all steps to other processes.
    pub fn new(store: Arc<Store>, shops: Shops, clock: Arc<dyn Clock>, works: bool) -> Self {
        let random = SystemRandom::new();
        let mut tail = [0; 10];
        // Without randomness the time still keeps the ids of processes apart.
        let _ = random.fill(&mut tail);
        Self {
            leases: Leases::new(
                Arc::clone(&store),
                ReplicaId::new(clock.now_ms(), &tail),
                works,
            ),
            store,
            shops,
            clock,
            random,
            wake: Wake::default(),
            stop: Stop::default(),
            runtime: Handle::current(),
        }
    }

    /// The shops.
    pub fn shops(&self) -> &Shops {
        &self.shops
    }

    /// Wakes the worker.
    pub fn wake(&self) -> &Wake {
        &self.wake
    }

    /// Whether the bridge stops.
    pub fn is_stopping(&self) -> bool {
        self.stop.begin_work().is_none()
    }

    /// Whether other processes think this one alive, and leave its shops to it; `None` when it has no others or no shops.
    pub fn is_trusted(&self) -> Option<bool> {
        self.leases.is_kept().then(|| self.leases.is_trusted())
    }

    /// Begins to work through what is due; `None` once the bridge stops.
    pub(super) fn begin_work(&self) -> Option<Working> {
        self.stop.begin_work()
    }

    /// Starts nothing new, lets requests wait no longer, and ends the steps in flight: those that Shopify does not answer in time are recorded as of unknown outcome.
    pub async fn stop(&self) {
        if !self.stop.end(LAST_CALLS, LAST_RECORDS).await {
            tracing::warn!(
                "steps still in flight were left: they are looked up and done again after the next start"
            );
        }
        self.leases.retire().await;
    }

    /// The shops with due users; none when nothing is sent at all.
    pub async fn due_shops(&self) -> Vec<ShopId> {
        if !self.shops.push() {
            return Vec::new();
        }
        noted(self.store.due_shops(self.clock.now_ms()).await).unwrap_or_default()
    }

    /// A shop's due users.
    pub async fn due_users(&self, shop: ShopId, limit: usize) -> Vec<ResourceId> {
        noted(self.store.due_users(shop, self.clock.now_ms(), limit).await).unwrap_or_default()
    }

    /// How many of a shop's users may be in progress at once.
    pub async fn concurrency(&self, shop: ShopId) -> usize {
        self.shop(shop).await.map_or(1, |shop| shop.concurrency())
    }

    async fn shop(&self, id: ShopId) -> Option<Arc<Shop>> {
        noted(self.shops.get(id, self.clock.now_ms()).await).flatten()
    }

    /// The step of one user, from the backlog.
    pub async fn background(&self, shop: ShopId, user: ResourceId) -> Step {
        let Some(shop) = self.shop(shop).await else {
            return Step::Failed;
        };
        self.run(&shop, user, Class::Background, "").await
    }

    /// The step of one user, for a SCIM request that waits.
    ///
    /// It runs in a task of its own, and not on the thread that serves the request: when the request stops waiting, or the server ends with its threads, the step
    /// goes on, since a mutation that is broken off has an unknown outcome.
    pub async fn inline(
        self: &Arc<Self>,
        shop: &Arc<Shop>,
        user: ResourceId,
        request_id: &str,
        budget: Duration,
    ) {
        if !self.shops.push() {
            return;
        }
        let Some(waiting) = self.stop.begin_work() else {
            return;
        };
        if noted(self.leases.holder(shop.id()).await) == Some(Holder::Another) {
            let call = Call {
                shop: shop.id(),
                user,
                request_id: request_id.to_owned(),
            };
            return self.wait_for_holder(call, budget, &waiting).await;
        }
        if shop.in_progress() >= shop.concurrency() {
            // The lane is full: waiting in line here would cost more than the worker's next round.
            self.wake.notify();
            return;
        }
        let (this, shop, request_id) = (Arc::clone(self), Arc::clone(shop), request_id.to_owned());
        let step = async move {
            let step = this.run(&shop, user, Class::Inline, &request_id).await;
            if step != Step::Done {
                this.wake.notify();
            }
        };
        // Its lines are the request's, too.
        let step = self.runtime.spawn(step.in_current_span());
        // Too late is not an error: the answer says `pending`.
        tokio::select! {
            _ = tokio::time::timeout(budget, step) => {}
            () = waiting.ending() => {}
        }
    }

    /// Runs what is due now, one after the other; gives the number of steps. For simulations on a manual clock.
    pub async fn run_due(&self) -> (usize, Option<i64>) {
        let mut steps = 0;
        for shop in self.due_shops().await {
            for user in self.due_users(shop, 10_000).await {
                match self.background(shop, user).await {
                    Step::Wait { wait_ms } => return (steps, Some(wait_ms)),
                    Step::Done => steps += 1,
                    Step::Busy | Step::Elsewhere | Step::Failed => {}
                }
            }
        }
        (steps, None)
    }

    async fn run(&self, shop: &Shop, user: ResourceId, class: Class, request_id: &str) -> Step {
        let span = tracing::info_span!("step", shop.id = shop.id().0, user.id = %user, ?class);
        self.step(shop, user, class, request_id)
            .instrument(span)
            .await
    }

    async fn step(&self, shop: &Shop, user: ResourceId, class: Class, request_id: &str) -> Step {
        let Some(_claim) = shop.lane.in_flight.claim(user) else {
            return Step::Busy;
        };
        let Some(working) = self.stop.begin_work() else {
            return Step::Busy;
        };
        let stepped = match self.leases.holder(shop.id()).await {
            Ok(Holder::This(lease)) => {
                let permit = Permit {
                    working: &working,
                    leases: &self.leases,
                    lease,
                };
                self.converge(shop, user, class, request_id, &permit).await
            }
            Ok(Holder::Another) => Ok(Step::Elsewhere),
            Err(error) => Err(error),
        };
        match stepped {
            Ok(step) => step,
            Err(error) if error.is_lasting() => {
                noted::<()>(Err(error));
                self.park_unreadable(shop, user).await
            }
            Err(error) => {
                noted::<()>(Err(error));
                Step::Failed
            }
        }
    }

    /// Otherwise it would be due for ever, in front of all others.
    async fn park_unreadable(&self, shop: &Shop, user: ResourceId) -> Step {
        let mut batch = Batch::of(shop.id());
        let reason =
            "what is stored of the user cannot be read: restore the data directory from a backup";
        self.store
            .park_unreadable(&mut batch, shop.id(), user, reason);
        match noted(self.store.write(batch).await) {
            Some(_) => Step::Done,
            None => Step::Failed,
        }
    }

    async fn converge(
        &self,
        shop: &Shop,
        user: ResourceId,
        class: Class,
        request_id: &str,
        permit: &Permit<'_>,
    ) -> Result<Step, StoreError> {
        let Some(pending) = self.store.pending_user(shop.id(), &shop.key, user).await? else {
            return Ok(Step::Done);
        };
        if pending.user.sync.due_ms.is_none() {
            return Ok(Step::Done);
        }
        let mut attempt = Attempt::new(
            &self.store,
            self.clock.as_ref(),
            shop,
            class,
            permit,
            pending,
        )
        .await?;
        let verdict = attempt.run().await?;
        if let (Verdict::Wait { wait_ms }, false) = (&verdict, attempt.has_learned()) {
            return Ok(Step::Wait { wait_ms: *wait_ms });
        }
        self.record(shop, &attempt, &verdict, request_id, permit.lease)
            .await?;
        Ok(match verdict {
            Verdict::Wait { wait_ms } => Step::Wait { wait_ms },
            _ => Step::Done,
        })
    }
}

/// The value, or `None` and a log line for whoever must act.
fn noted<T>(read: Result<T, StoreError>) -> Option<T> {
    read.inspect_err(|error| {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::error!(error = %error, cause, "the directory failed during reconciling");
    })
    .ok()
}

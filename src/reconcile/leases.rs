//! For which shops this process does the work: all of a shop's steps run in one process, so that there is one budget of points and one step a user.
//!
//! A process that was stopped for too long, or cut off from the database, holds nothing any more, and knows it by its own clock before it sends anything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::base::id::ShopId;
use crate::store::{Batch, Lease, ReplicaId, Store, StoreError};
use crate::work::Working;

/// How long a process is thought alive after it has said so.
const LIFE_MS: i64 = 10_000;
/// How long it trusts that itself: less, by what a call of Shopify that has begun may need to arrive.
const TRUST: Duration = Duration::from_millis(8_000);
/// How often it says so.
const BEAT: Duration = Duration::from_millis(2_500);

/// The leases of this process.
#[derive(Debug)]
pub(super) struct Leases {
    store: Arc<Store>,
    owner: ReplicaId,
    /// Whether this process works for shops at all.
    works: bool,
    held: Mutex<Held>,
    /// One says that the process is alive at a time.
    saying: tokio::sync::Mutex<()>,
    /// One takes a lease at a time.
    taking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Held {
    leases: HashMap<ShopId, Lease>,
    /// Until when the process may believe that it is thought alive.
    trusted_until: Option<Instant>,
}

/// Who works for a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// This process. Without a lease there is no other.
    This(Option<Lease>),
    /// Another one, or none at the moment.
    Another,
}

impl Leases {
    pub(super) fn new(store: Arc<Store>, owner: ReplicaId, works: bool) -> Self {
        Self {
            store,
            owner,
            works,
            held: Mutex::default(),
            saying: tokio::sync::Mutex::default(),
            taking: tokio::sync::Mutex::default(),
        }
    }

    /// Who works for a shop: this process, when it can. It takes the lease if nobody has it.
    pub(super) async fn holder(&self, shop: ShopId) -> Result<Holder, StoreError> {
        if !self.store.is_shared() {
            return Ok(Holder::This(None));
        }
        if !self.works {
            return Ok(Holder::Another);
        }
        if !self.is_trusted() {
            self.stay_alive().await?;
        }
        if let Some(lease) = self.held().leases.get(&shop) {
            return Ok(Holder::This(Some(*lease)));
        }
        let known = self.store.lease(shop).await?;
        if known.is_some_and(|lease| lease.owner != self.owner) {
            return Ok(Holder::Another);
        }
        self.take(shop).await
    }

    /// Takes a lease, or finds that another step of this process has just taken it: each taking ends the one before.
    async fn take(&self, shop: ShopId) -> Result<Holder, StoreError> {
        let _alone = self.taking.lock().await;
        if let Some(lease) = self.held().leases.get(&shop) {
            return Ok(Holder::This(Some(*lease)));
        }
        let Some(lease) = self.store.take_lease(shop, self.owner).await? else {
            return Ok(Holder::Another);
        };
        self.held().leases.insert(shop, lease);
        Ok(Holder::This(Some(lease)))
    }

    /// Whether what `holder` said still holds: asked before anything is sent.
    pub(super) fn holds(&self, shop: ShopId, lease: Option<Lease>) -> bool {
        let Some(lease) = lease else { return true };
        self.is_trusted() && self.held().leases.get(&shop) == Some(&lease)
    }

    /// Lets `batch` apply only under the lease.
    pub(super) fn fence(&self, batch: &mut Batch, shop: ShopId, lease: Option<Lease>) {
        if let Some(lease) = lease {
            self.store.needs_lease(batch, shop, &lease);
        }
    }

    /// The lease turned out to be lost. One that was taken since then is another.
    pub(super) fn lost(&self, shop: ShopId, lease: Option<Lease>) {
        let mut held = self.held();
        if held.leases.get(&shop).copied() == lease {
            held.leases.remove(&shop);
        }
    }

    /// Says again and again that the process is alive, until the end.
    pub(super) async fn keep(&self, working: Working) {
        if !self.store.is_shared() {
            return;
        }
        while !working.is_ending() {
            if let Err(error) = self.stay_alive().await {
                tracing::warn!(error = %error, "other processes may take over: the database could not be told that this one is alive");
            }
            tokio::select! {
                () = tokio::time::sleep(BEAT) => {}
                () = working.ending() => {}
            }
        }
    }

    /// Lets others take over at once.
    pub(super) async fn retire(&self) {
        if self.store.is_shared() && self.held().trusted_until.take().is_some() {
            self.held().leases.clear();
            if let Err(error) = self.store.retire(self.owner).await {
                tracing::warn!(error = %error, "other processes will take over only in some seconds");
            }
        }
    }

    async fn stay_alive(&self) -> Result<(), StoreError> {
        let _saying = self.saying.lock().await;
        let said = Instant::now();
        let was_alive = self.store.stay_alive(self.owner, LIFE_MS).await?;
        let mut held = self.held();
        if !was_alive {
            held.leases.clear();
        }
        held.trusted_until = Some(said + TRUST);
        Ok(())
    }

    /// Whether there are leases to be kept.
    pub(super) fn is_kept(&self) -> bool {
        self.works && self.store.is_shared()
    }

    /// Whether this process may believe that it is thought alive.
    pub(super) fn is_trusted(&self) -> bool {
        let until = self.held().trusted_until;
        until.is_some_and(|until| Instant::now() < until)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! One attempt to make Shopify equal to one user: what is known, what is sent, what is learned.

mod call;
mod create;
mod leave;
mod update;

use serde_json::{Map, Value};

use super::halt::{Halt, Progress};
use super::journal::Journal;
use super::leases::Leases;
use super::shop::Shop;
use super::verdict::Verdict;
use crate::base::clock::Clock;
use crate::base::id::CustomerGid;
use crate::directory::UserRecord;
use crate::mapping::{Applied, Desired, Warning};
use crate::shopify::Class;
use crate::shopify::model::{CustomerKey, ObservedCustomer};
use crate::store::{Batch, Lease, PendingUser, Store, StoreError};
use crate::work::Working;

/// Refusals that are answered by sending less, or by adopting, before an attempt gives up.
const ROUNDS: usize = 5;

/// Why a user who leaves may not.
const GUARDED: &str = "more users were disabled or deleted within an hour than the guard lets leave: if that is meant, run `syncup guard release`";

/// What an attempt may do.
pub(super) struct Permit<'p> {
    /// Until when it may wait for Shopify.
    pub(super) working: &'p Working,
    /// Whether it may still send anything.
    pub(super) leases: &'p Leases,
    /// Under which lease.
    pub(super) lease: Option<Lease>,
}

/// An attempt under way.
pub(super) struct Attempt<'a> {
    store: &'a Store,
    clock: &'a dyn Clock,
    shop: &'a Shop,
    class: Class,
    permit: &'a Permit<'a>,
    user: UserRecord,
    changed_ms: Option<i64>,
    desired: Desired,
    active: bool,
    customer: Option<CustomerGid>,
    applied: Option<Applied>,
    journal: Journal,
    learned: bool,
    adopted: bool,
    email_taken: bool,
}

impl<'a> Attempt<'a> {
    /// Reads what the user should be.
    pub(super) async fn new(
        store: &'a Store,
        clock: &'a dyn Clock,
        shop: &'a Shop,
        class: Class,
        permit: &'a Permit<'a>,
        pending: PendingUser,
    ) -> Result<Self, StoreError> {
        let changed_ms = pending.changed_ms();
        let PendingUser { user, applied } = pending;
        let document = document(&user)?;
        let groups = group_names(store, shop, &user).await?;
        let desired = shop.desired(user.id, &document, &groups, user.deleted);
        Ok(Self {
            active: !user.deleted && document.get("active") != Some(&Value::Bool(false)),
            customer: user.sync.customer.clone(),
            applied: applied.as_deref().and_then(Applied::read),
            journal: Journal::default(),
            learned: false,
            adopted: false,
            email_taken: false,
            store,
            clock,
            shop,
            class,
            permit,
            user,
            changed_ms,
            desired,
        })
    }

    pub(super) fn user(&self) -> &UserRecord {
        &self.user
    }

    /// When the directory made the change that brings it here, if one does.
    pub(super) fn changed_ms(&self) -> Option<i64> {
        self.changed_ms
    }

    pub(super) fn active(&self) -> bool {
        self.active
    }

    pub(super) fn customer(&self) -> Option<&CustomerGid> {
        self.customer.as_ref()
    }

    pub(super) fn applied_text(&self) -> Option<String> {
        self.applied.as_ref().and_then(Applied::text)
    }

    pub(super) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Whether something was learned that must be recorded, however the attempt ended.
    pub(super) fn has_learned(&self) -> bool {
        self.learned
    }

    /// What was left out of a customer that is otherwise as told.
    pub(super) fn warnings(&self) -> Option<String> {
        if self.user.deleted {
            return None;
        }
        let desired = match &self.applied {
            Some(applied) => self.desired.heeding(applied.refused()),
            None => self.desired.clone(),
        };
        let warnings: Vec<String> = desired.warnings.iter().map(Warning::to_string).collect();
        (!warnings.is_empty()).then(|| warnings.join("; "))
    }

    /// A deleted user whose customer became this user's must not touch it any more.
    pub(super) fn release_tombstones(&self, batch: &mut Batch) {
        if let (true, Some(customer)) = (self.adopted, &self.customer) {
            self.store
                .release_tombstones(batch, self.shop.id(), customer, self.user.id);
        }
    }

    /// Makes Shopify equal to the user, as far as it can be made now.
    pub(super) async fn run(&mut self) -> Result<Verdict, StoreError> {
        match self.converge().await {
            Ok(()) => Ok(Verdict::Settled),
            Err(Halt::Store(error)) => Err(error),
            Err(Halt::Verdict(verdict)) => {
                if let (Verdict::Retry { unknown: true, .. }, Some(applied)) =
                    (&verdict, &mut self.applied)
                {
                    applied.doubt();
                }
                Ok(verdict)
            }
        }
    }

    async fn converge(&mut self) -> Progress<()> {
        if self.is_still_blocked().await? {
            return Err(Verdict::blocked().into());
        }
        if self.user.guarded && !self.active {
            return Err(Verdict::held(GUARDED).into());
        }
        self.recall().await?;
        for _ in 0..ROUNDS {
            let done = match self.customer.clone() {
                Some(customer) if self.user.deleted => self.leave(&customer).await?,
                Some(customer) => self.update(&customer).await?,
                None if self.user.deleted => true,
                None => self.create().await?,
            };
            if done {
                return self.finish();
            }
        }
        Err(Verdict::contradiction("Shopify's answers contradict each other").into())
    }

    /// Looks up what earlier attempts may have left: a customer whose creation was never answered, or one whose content is in doubt.
    async fn recall(&mut self) -> Progress<()> {
        if let Some(customer) = &self.customer {
            if self.applied.as_ref().is_none_or(Applied::is_doubtful) {
                let key = CustomerKey::Id(customer.clone());
                let found = self.look_up(&key).await?;
                self.bind(found);
            }
            return Ok(());
        }
        let never_settled = self.user.sync.applied_gen == 0;
        let may_exist = self.user.sync.attempts > 0 || (self.user.deleted && never_settled);
        if may_exist {
            let found = self.look_up(&self.scim_id()).await?;
            self.bind(found);
        }
        Ok(())
    }

    /// The user is as told, unless something of it can't be.
    fn finish(&self) -> Progress<()> {
        match &self.desired.hold {
            Some(hold) if self.active => Err(Verdict::held(&hold.to_string()).into()),
            None if self.active && self.email_taken => Err(Verdict::conflict(
                "another customer of the shop has the user's new e-mail",
            )
            .into()),
            _ => Ok(()),
        }
    }

    fn scim_id(&self) -> CustomerKey {
        CustomerKey::ScimId(self.user.id.to_string())
    }

    /// From now on this is the user's customer.
    fn bind(&mut self, found: Option<ObservedCustomer>) {
        let before = self.applied.take();
        self.learned = true;
        let Some(seen) = found else {
            self.customer = None;
            return;
        };
        let before = before.filter(|_| self.customer.as_ref() == Some(&seen.id));
        self.applied = Some(Applied::from_observed(
            &seen,
            before.as_ref(),
            &self.desired,
        ));
        self.customer = Some(seen.id);
    }
}

/// Nothing is left of a deleted user's, once Shopify has seen the deletion.
fn document(user: &UserRecord) -> Result<Map<String, Value>, StoreError> {
    if user.document.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(&user.document).map_err(|_| StoreError::Corrupt { what: "user" })
}

async fn group_names(
    store: &Store,
    shop: &Shop,
    user: &UserRecord,
) -> Result<Vec<String>, StoreError> {
    if user.group_count == 0 {
        return Ok(Vec::new());
    }
    let groups = store.groups_of_user(shop.id(), &shop.key, user.id).await?;
    Ok(groups
        .iter()
        .filter_map(|group| {
            let document: Value = serde_json::from_str(&group.document).ok()?;
            document["displayName"].as_str().map(str::to_owned)
        })
        .collect())
}

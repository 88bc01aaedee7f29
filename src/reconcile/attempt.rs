//! One attempt to make Shopify equal to one user: what is known, what is sent, what is learned.

use serde_json::{Map, Value};

use super::charged::Charged;
use super::customer::{Applied, change, new_customer};
use super::shop::Shop;
use super::verdict::Verdict;
use crate::base::clock::Clock;
use crate::base::id::CustomerGid;
use crate::directory::{Adoption, DeletePolicy, UserRecord};
use crate::mapping::{self, Desired, Plan};
use crate::shopify::{Class, Error, Go, Identifier, ObservedCustomer, UserErrorKind};
use crate::store::{Batch, PendingUser, Store, StoreError};

/// Points of a look-up, by Shopify's cost model for our query.
const LOOK_UP_POINTS: f64 = 12.0;
/// Points of one mutation.
const MUTATION_POINTS: f64 = 10.0;
/// Refusals that are answered by sending less, or by adopting, before an attempt gives up.
const ROUNDS: usize = 5;

/// Why an attempt can't go on: a verdict, or the directory failed.
enum Halt {
    Verdict(Verdict),
    Store(StoreError),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Verdict> for Halt {
    fn from(verdict: Verdict) -> Self {
        Self::Verdict(verdict)
    }
}

type Progress<T> = Result<T, Halt>;

/// An attempt under way.
pub(super) struct Attempt<'a> {
    store: &'a Store,
    clock: &'a dyn Clock,
    shop: &'a Shop,
    class: Class,
    user: UserRecord,
    scim_id: String,
    desired: Desired,
    active: bool,
    customer: Option<CustomerGid>,
    applied: Option<Applied>,
    operations: Vec<&'static str>,
    changed: Vec<String>,
    warnings: Vec<String>,
    cost_points: f64,
    learned: bool,
    adopted: bool,
    /// Another customer has the user's new e-mail: the customer keeps its old one, and all else goes on.
    email_taken: bool,
}

impl<'a> Attempt<'a> {
    /// Reads what the user should be.
    pub(super) fn new(
        store: &'a Store,
        clock: &'a dyn Clock,
        shop: &'a Shop,
        class: Class,
        pending: PendingUser,
    ) -> Result<Self, StoreError> {
        let PendingUser { user, applied } = pending;
        let document: Map<String, Value> = if user.document.is_empty() {
            Map::new()
        } else {
            serde_json::from_str(&user.document)
                .map_err(|_| StoreError::Corrupt { what: "user" })?
        };
        let groups = group_names(store, shop, &user)?;
        let scim_id = user.id.to_string();
        let desired = mapping::desired(
            &document,
            &mapping::Context {
                scim_id: &scim_id,
                groups: &groups,
                deleted: user.deleted,
                phone_region: shop.record.settings.phone_region.as_deref(),
            },
        );
        let warnings = desired
            .warnings
            .iter()
            .map(|warning| format!("{}: {}", warning.attribute, warning.reason))
            .collect();
        Ok(Self {
            active: !user.deleted && document.get("active") != Some(&Value::Bool(false)),
            customer: user.sync.customer.clone(),
            applied: applied.as_deref().and_then(Applied::read),
            operations: Vec::new(),
            changed: Vec::new(),
            warnings,
            cost_points: 0.0,
            learned: false,
            adopted: false,
            email_taken: false,
            store,
            clock,
            shop,
            class,
            user,
            scim_id,
            desired,
        })
    }

    pub(super) fn user(&self) -> &UserRecord {
        &self.user
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

    pub(super) fn operations(&self) -> &[&'static str] {
        &self.operations
    }

    pub(super) fn changed(&self) -> &[String] {
        &self.changed
    }

    pub(super) fn cost_points(&self) -> f64 {
        self.cost_points
    }

    /// Whether something was learned that must be recorded, however the attempt ended.
    pub(super) fn has_learned(&self) -> bool {
        self.learned
    }

    /// What was left out of a customer that is otherwise as told.
    pub(super) fn warnings(&self) -> Option<String> {
        (!self.warnings.is_empty()).then(|| self.warnings.join("; "))
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
                if matches!(verdict, Verdict::Retry { unknown: true, .. }) {
                    // The next attempt looks before it writes.
                    self.applied = None;
                }
                Ok(verdict)
            }
        }
    }

    async fn converge(&mut self) -> Progress<()> {
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
        Err(Verdict::Retry {
            reason: "Shopify's answers contradict each other".to_owned(),
            after_ms: None,
            unknown: true,
        }
        .into())
    }

    /// Looks up what earlier attempts may have left: a customer whose creation was never answered, or one whose content is unknown.
    async fn recall(&mut self) -> Progress<()> {
        if let Some(customer) = self.customer.clone() {
            if self.applied.is_none() {
                let found = self.look_up(Identifier::Id(&customer)).await?;
                self.bind(found);
            }
            return Ok(());
        }
        let never_settled = self.user.sync.applied_gen == 0;
        let may_exist = self.user.sync.attempts > 0 || (self.user.deleted && never_settled);
        if may_exist {
            let scim_id = self.scim_id.clone();
            let found = self.look_up(Identifier::ScimId(&scim_id)).await?;
            self.bind(found);
        }
        Ok(())
    }

    /// The customer of a deleted user.
    async fn leave(&mut self, customer: &CustomerGid) -> Progress<bool> {
        if self.shop.record.settings.delete_policy == DeletePolicy::DeleteIfPossible {
            let called = self
                .call(MUTATION_POINTS, self.shop.client.delete_customer(customer))
                .await;
            match called {
                Ok(receipt) => {
                    self.charged("customerDelete", receipt.cost_points);
                    self.bind(None);
                    return Ok(true);
                }
                Err(Called::Failed(error)) => match refusal(&error) {
                    Some(UserErrorKind::CustomerGone) => {
                        self.bind(None);
                        return Ok(true);
                    }
                    Some(UserErrorKind::HasOrders) => {}
                    _ => return Err(Verdict::of(&error).into()),
                },
                Err(Called::Halted(halt)) => return Err(halt),
            }
        }
        self.mark_as_disabled(customer).await
    }

    /// A deleted user's document is gone or going: only the marks change.
    async fn mark_as_disabled(&mut self, customer: &CustomerGid) -> Progress<bool> {
        let mut marked = self.applied.clone().unwrap_or_default();
        // Of the desired customer, only what says that the user is gone: the tag and the status.
        let gone = &self.desired.customer;
        marked.customer.tags.clone_from(&gone.tags);
        marked.customer.metafields.extend(
            gone.metafields
                .get("scim_status")
                .map(|status| ("scim_status".to_owned(), status.clone())),
        );
        self.desired.customer = marked.customer;
        self.update(customer).await
    }

    async fn update(&mut self, customer: &CustomerGid) -> Progress<bool> {
        let applied = self.applied.clone().unwrap_or_default();
        let mut wanted = self.desired.customer.clone();
        if self.desired.hold.is_some() || self.email_taken {
            // What can't be mapped is left as it is; all else, disabling above all, goes on.
            wanted.email.clone_from(&applied.customer.email);
        }
        let changes = match mapping::plan(&wanted, Some(&applied.customer)) {
            Plan::Update(changes) => changes,
            Plan::Nothing | Plan::Create(_) => return Ok(true),
        };
        let change = change(&changes, applied.address_id.as_ref());
        if change.mutations() == 0 {
            return Ok(true);
        }
        let points = f64::from(change.mutations()) * MUTATION_POINTS;
        let called = self
            .call(points, self.shop.client.change_customer(customer, &change))
            .await;
        match called {
            Ok((address_id, receipt)) => {
                self.charged("customerUpdate", receipt.cost_points);
                self.changed.extend(
                    changes
                        .changed_names()
                        .iter()
                        .map(|name| (*name).to_owned()),
                );
                self.applied = Some(Applied {
                    address_id: wanted
                        .address
                        .as_ref()
                        .and(address_id.or(applied.address_id)),
                    customer: wanted,
                });
                self.learned = true;
                Ok(true)
            }
            Err(Called::Halted(halt)) => Err(halt),
            Err(Called::Failed(error)) => {
                // What stood before the refused part has happened.
                self.learned = true;
                self.applied = None;
                match refusal(&error) {
                    Some(UserErrorKind::CustomerGone) => self.bind(None),
                    Some(UserErrorKind::EmailTaken) if !self.email_taken => {
                        self.email_taken = true;
                        let found = self.look_up(Identifier::Id(customer)).await?;
                        self.bind(found);
                    }
                    Some(kind) if self.send_less(kind) => {
                        let found = self.look_up(Identifier::Id(customer)).await?;
                        self.bind(found);
                    }
                    _ => return Err(Verdict::of(&error).into()),
                }
                Ok(false)
            }
        }
    }

    async fn create(&mut self) -> Progress<bool> {
        if let Some(hold) = &self.desired.hold {
            return Err(Verdict::held(&hold.to_string()).into());
        }
        let settings = &self.shop.record.settings;
        if !settings.new_customer_creation {
            if self.adopt().await? {
                return Ok(false);
            }
            return Err(Verdict::held(
                "New Customer Creation is off, and no customer has the user's e-mail",
            )
            .into());
        }
        self.prepare().await?;
        let new = new_customer(&self.desired.customer);
        let called = self
            .call(MUTATION_POINTS, self.shop.client.create_customer(&new))
            .await;
        match called {
            Ok(created) => {
                self.charged("customerCreate", created.receipt.cost_points);
                self.customer = Some(created.customer);
                self.applied = Some(Applied {
                    customer: self.desired.customer.clone(),
                    address_id: created.address_id,
                });
                self.learned = true;
                Ok(true)
            }
            Err(Called::Halted(halt)) => Err(halt),
            Err(Called::Failed(error)) => {
                match refusal(&error) {
                    Some(UserErrorKind::EmailTaken | UserErrorKind::IdTaken) => {
                        self.find_own_or_adopt().await?;
                    }
                    Some(kind) if self.send_less(kind) => {}
                    _ => return Err(Verdict::of(&error).into()),
                }
                Ok(false)
            }
        }
    }

    /// Without the definition, Shopify would not keep our ids unique: no customer is created before it is there.
    async fn prepare(&mut self) -> Progress<()> {
        if self.shop.lane.is_prepared() {
            return Ok(());
        }
        let called = self
            .call(
                MUTATION_POINTS,
                self.shop.client.ensure_scim_id_definition(),
            )
            .await;
        match called {
            Ok(receipt) => {
                self.charged("metafieldDefinitionCreate", receipt.cost_points);
                self.shop.lane.set_prepared();
                Ok(())
            }
            Err(Called::Halted(halt)) => Err(halt),
            Err(Called::Failed(error)) => Err(Verdict::of(&error).into()),
        }
    }

    /// The e-mail or our id is taken: by an earlier attempt of ours, or by another's customer.
    async fn find_own_or_adopt(&mut self) -> Progress<()> {
        let scim_id = self.scim_id.clone();
        let own = self.look_up(Identifier::ScimId(&scim_id)).await?;
        if own.is_some() {
            self.bind(own);
            return Ok(());
        }
        if self.adopt().await? {
            return Ok(());
        }
        Err(Verdict::Retry {
            reason: "Shopify says that the e-mail is taken, and shows no customer that has it"
                .to_owned(),
            after_ms: None,
            unknown: true,
        }
        .into())
    }

    /// Takes the customer with the user's e-mail, if policy allows; false when there is none.
    async fn adopt(&mut self) -> Progress<bool> {
        let Some(email) = self.desired.customer.email.clone() else {
            return Ok(false);
        };
        let Some(found) = self.look_up(Identifier::Email(&email)).await? else {
            return Ok(false);
        };
        if let Some(owner) = self.store.user_of_customer(self.shop.id(), &found.id)?
            && owner != self.user.id
            && self.store.user_exists(self.shop.id(), owner)?
        {
            return Err(
                Verdict::conflict("another user of the directory has the same e-mail").into(),
            );
        }
        let settings = &self.shop.record.settings;
        let domain = email.rsplit('@').next().unwrap_or_default();
        let domains = &settings.adoption_domains;
        let allowed = settings.adoption == Adoption::ByEmail
            && (domains.is_empty()
                || domains
                    .iter()
                    .any(|listed| listed.eq_ignore_ascii_case(domain)));
        if !allowed {
            return Err(Verdict::conflict(
                "a customer with the user's e-mail is there already, and the shop's policy forbids adopting it",
            )
            .into());
        }
        self.operations.push("adopt");
        self.adopted = true;
        self.bind(Some(found));
        Ok(true)
    }

    /// Leaves out what Shopify refused, if the customer can do without.
    fn send_less(&mut self, kind: UserErrorKind) -> bool {
        let customer = &mut self.desired.customer;
        let (had, what) = match kind {
            UserErrorKind::PhoneTaken => (
                customer.phone.take().is_some(),
                "phoneNumbers: another customer has the number, so it is left out",
            ),
            UserErrorKind::PhoneInvalid => (
                customer.phone.take().is_some(),
                "phoneNumbers: Shopify does not take the number, so it is left out",
            ),
            UserErrorKind::LocaleInvalid => (
                customer.locale.take().is_some(),
                "locale: Shopify does not take it, so it is left out",
            ),
            UserErrorKind::AddressInvalid => (
                customer.address.take().is_some(),
                "addresses: Shopify does not take the address, so it is left out",
            ),
            _ => (false, ""),
        };
        if had {
            self.warnings.push(what.to_owned());
        }
        had
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

    fn bind(&mut self, found: Option<ObservedCustomer>) {
        self.applied = found
            .as_ref()
            .map(|customer| Applied::of(customer, &self.desired.customer));
        self.customer = found.map(|customer| customer.id);
        self.learned = true;
    }

    async fn look_up(&mut self, identifier: Identifier<'_>) -> Progress<Option<ObservedCustomer>> {
        let called = self
            .call(LOOK_UP_POINTS, self.shop.client.find_customer(identifier))
            .await;
        match called {
            Ok((found, receipt)) => {
                self.charged("customerByIdentifier", receipt.cost_points);
                Ok(found)
            }
            Err(Called::Halted(halt)) => Err(halt),
            Err(Called::Failed(error)) => Err(self.without_definition(&error).await),
        }
    }

    /// A shop that lost the definition of our id metafield gets it again; the next attempt goes on.
    async fn without_definition(&mut self, error: &Error) -> Halt {
        let lost = matches!(error, Error::TopLevel { code, .. } if code == "NOT_FOUND");
        if lost {
            let called = self
                .call(
                    MUTATION_POINTS,
                    self.shop.client.ensure_scim_id_definition(),
                )
                .await;
            if let Err(Called::Halted(halt)) = called {
                return halt;
            }
        }
        let mut verdict = Verdict::of(error);
        if lost || matches!(verdict, Verdict::Parked { .. }) {
            verdict = Verdict::Retry {
                reason: error.to_string(),
                after_ms: None,
                unknown: true,
            };
        }
        verdict.into()
    }

    /// Sends when there are points.
    async fn call<T: Charged>(
        &self,
        points: f64,
        request: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Called> {
        let lane = &self.shop.lane;
        if let Go::WaitMs(wait_ms) = lane.reserve(points, self.class, self.clock.now_ms()) {
            return Err(Called::Halted(Verdict::Wait { wait_ms }.into()));
        }
        let answered = request.await;
        let receipt = match &answered {
            Ok(value) => Some(value.receipt()),
            Err(error) => error.receipt(),
        };
        let now_ms = self.clock.now_ms();
        lane.settle(points, receipt, now_ms);
        if let Err(Error::Throttled { wait_ms, .. }) = &answered {
            lane.throttled(*wait_ms, now_ms);
        }
        answered.map_err(Called::Failed)
    }

    fn charged(&mut self, operation: &'static str, cost_points: f64) {
        self.operations.push(operation);
        self.cost_points += cost_points;
    }
}

/// Why a call brought nothing.
enum Called {
    /// It was not sent.
    Halted(Halt),
    /// It was sent and failed.
    Failed(Error),
}

/// What the first refusal that we can answer is about.
fn refusal(error: &Error) -> Option<UserErrorKind> {
    let kinds = || {
        error
            .user_errors()
            .iter()
            .map(crate::shopify::UserError::kind)
    };
    kinds()
        .find(|kind| *kind != UserErrorKind::Other)
        .or_else(|| kinds().next())
}

fn group_names(store: &Store, shop: &Shop, user: &UserRecord) -> Result<Vec<String>, StoreError> {
    if user.group_count == 0 {
        return Ok(Vec::new());
    }
    let groups = store.groups_of_user(shop.id(), &shop.key, user.id)?;
    Ok(groups
        .iter()
        .filter_map(|group| {
            let document: Value = serde_json::from_str(&group.document).ok()?;
            document["displayName"].as_str().map(str::to_owned)
        })
        .collect())
}

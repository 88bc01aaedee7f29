//! A user without a customer: a new one, or one that is there already.

use super::call::{Called, refusals, refuses};
use super::{Attempt, document};
use crate::base::id::ResourceId;
use crate::directory::{Adoption, SyncState, UserRecord};
use crate::mapping::{Applied, Plan, SCIM_ID, plan};
use crate::reconcile::halt::{Halt, Progress};
use crate::reconcile::verdict::Verdict;
use crate::shopify::customer::MUTATION_POINTS;
use crate::shopify::model::{CustomerKey, ObservedCustomer};
use crate::shopify::{CallError, UserErrorKind};
use crate::store::StoreError;

impl Attempt<'_> {
    pub(super) async fn create(&mut self) -> Progress<bool> {
        if let Some(hold) = &self.desired.hold {
            return Err(Verdict::held(&hold.to_string()).into());
        }
        if !self.shop.record.settings.new_customer_creation {
            if self.adopt().await? {
                return Ok(false);
            }
            return Err(Verdict::held(
                "New Customer Creation is off, and no customer has the user's e-mail",
            )
            .into());
        }
        self.prepare().await?;
        let Plan::Create(create) = plan(&self.desired, None) else {
            return Ok(true);
        };
        let client = &self.shop.client;
        match self
            .call(MUTATION_POINTS, client.create_customer(&create))
            .await
        {
            Ok(written) => {
                self.journal.changed(create.names());
                self.applied = Some(Applied::of(&self.desired, &written, None));
                self.customer = Some(written.id);
                self.learned = true;
                Ok(true)
            }
            Err(Called::Failed(error)) => self.after_refused_create(&error).await,
            Err(unsent) => Err(unsent.into()),
        }
    }

    async fn after_refused_create(&mut self, error: &CallError) -> Progress<bool> {
        if refuses(error, UserErrorKind::EmailTaken) || refuses(error, UserErrorKind::IdTaken) {
            self.find_own_or_adopt().await?;
        } else if refuses(error, UserErrorKind::DefinitionMissing) {
            self.shop.lane.set_prepared(false);
        } else if let Some(less) = self.desired.without_refused(&refusals(error)) {
            self.desired = less;
        } else {
            return Err(error.into());
        }
        Ok(false)
    }

    /// The e-mail or our id is taken: by an earlier attempt of ours, or by another's customer.
    async fn find_own_or_adopt(&mut self) -> Progress<()> {
        let own = self.look_up(&self.scim_id()).await?;
        if own.is_some() {
            self.bind(own);
            return Ok(());
        }
        if self.adopt().await? {
            return Ok(());
        }
        let reason = "Shopify says that the e-mail is taken, and shows no customer that has it";
        Err(Verdict::contradiction(reason).into())
    }

    /// Takes the customer with the user's e-mail, if policy allows; false when there is none.
    async fn adopt(&mut self) -> Progress<bool> {
        let Some(email) = self.desired.customer.email.clone() else {
            return Ok(false);
        };
        let key = CustomerKey::Email(email.clone());
        let Some(found) = self.look_up(&key).await? else {
            return Ok(false);
        };
        if self.is_another_users(&found).await? {
            return Err(Verdict::blocked().into());
        }
        if !self.may_adopt(&email) {
            return Err(conflict(
                "a customer with the user's e-mail is there already, and the shop's policy forbids adopting it",
            ));
        }
        self.journal.decided("adopt");
        self.adopted = true;
        self.bind(Some(found));
        Ok(true)
    }

    /// Whether the user who had the e-mail at the last attempt still has it: that costs no points.
    pub(super) async fn is_still_blocked(&self) -> Progress<bool> {
        let was = self.user.sync.state == SyncState::Conflict;
        let Some(email) = &self.desired.customer.email else {
            return Ok(false);
        };
        if !was || self.user.deleted || self.customer.is_some() {
            return Ok(false);
        }
        let (shop, key) = (self.shop.id(), &self.shop.key);
        for other in self.store.users_by_email(shop, key, email).await? {
            if other.id != self.user.id
                && other.sync.customer.is_some()
                && self.email_of(&other)?.as_ref() == Some(email)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn email_of(&self, user: &UserRecord) -> Result<Option<String>, StoreError> {
        let document = document(user)?;
        let desired = self.shop.desired(user.id, &document, &[], false);
        Ok(desired.customer.email)
    }

    /// By the directory, or by the id that the customer itself bears.
    async fn is_another_users(&self, found: &ObservedCustomer) -> Progress<bool> {
        let shop = self.shop.id();
        let by_directory = self.store.user_of_customer(shop, &found.id).await?;
        let by_metafield = found
            .metafields
            .get(SCIM_ID)
            .and_then(|id| id.parse::<ResourceId>().ok());
        for owner in by_directory.into_iter().chain(by_metafield) {
            if owner != self.user.id && self.store.user_exists(shop, owner).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn may_adopt(&self, email: &str) -> bool {
        let settings = &self.shop.record.settings;
        let domain = email.rsplit('@').next().unwrap_or_default();
        let domains = &settings.adoption_domains;
        let is_listed = domains
            .iter()
            .any(|listed| listed.eq_ignore_ascii_case(domain));
        settings.adoption == Adoption::ByEmail && (domains.is_empty() || is_listed)
    }
}

fn conflict(reason: &str) -> Halt {
    Verdict::conflict(reason).into()
}

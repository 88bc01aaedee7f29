//! A user with a customer: what differs is written.

use super::Attempt;
use super::call::{Called, refusals, refuses};
use crate::base::id::CustomerGid;
use crate::mapping::{Applied, Plan, plan};
use crate::reconcile::halt::Progress;
use crate::shopify::customer::MUTATION_POINTS;
use crate::shopify::model::CustomerKey;
use crate::shopify::{CallError, UserErrorKind};

impl Attempt<'_> {
    pub(super) async fn update(&mut self, customer: &CustomerGid) -> Progress<bool> {
        let applied = self.applied.clone().unwrap_or_default();
        if self.email_taken {
            self.desired = self.desired.clone().keeping_email(&applied);
        }
        let Plan::Update(update) = plan(&self.desired, Some((customer, &applied))) else {
            return Ok(true);
        };
        let points = f64::from(update.mutations()) * MUTATION_POINTS;
        let client = &self.shop.client;
        match self.call(points, client.update_customer(&update)).await {
            Ok(written) => {
                self.journal.changed(update.names());
                self.applied = Some(Applied::of(&self.desired, &written, Some(&applied)));
                self.learned = true;
                Ok(true)
            }
            Err(Called::Failed(error)) => self.after_refused_update(&error, customer).await,
            Err(unsent) => Err(unsent.into()),
        }
    }

    /// The mutations of an update stand alone: what stood before the refused one has happened, so the customer is read again.
    async fn after_refused_update(
        &mut self,
        error: &CallError,
        customer: &CustomerGid,
    ) -> Progress<bool> {
        self.learned = true;
        if let Some(applied) = &mut self.applied {
            applied.doubt();
        }
        if refuses(error, UserErrorKind::CustomerGone) {
            self.bind(None);
            return Ok(false);
        }
        if refuses(error, UserErrorKind::IdTaken) {
            // The customer was adopted, and then the user's own turned up.
            let own = self.look_up(&self.scim_id()).await?;
            self.bind(own);
            return Ok(false);
        }
        if refuses(error, UserErrorKind::DefinitionMissing) {
            self.shop.lane.set_prepared(false);
            self.prepare().await?;
        } else if refuses(error, UserErrorKind::EmailTaken) && !self.email_taken {
            // The customer keeps its old one, and all else, disabling above all, goes on.
            self.email_taken = true;
        } else if refuses(error, UserErrorKind::AddressGone) {
            if let Some(applied) = &mut self.applied {
                applied.forget_address();
            }
        } else if let Some(less) = self.desired.without_refused(&refusals(error)) {
            self.desired = less;
            if let Some(applied) = &mut self.applied {
                applied.note_refused(&self.desired);
            }
        } else {
            return Err(error.into());
        }
        let key = CustomerKey::Id(customer.clone());
        let found = self.look_up(&key).await?;
        self.bind(found);
        Ok(false)
    }
}

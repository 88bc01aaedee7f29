//! A deleted user's customer: the shop's delete policy.

use super::Attempt;
use super::call::{Called, refuses};
use crate::base::id::CustomerGid;
use crate::directory::DeletePolicy;
use crate::reconcile::halt::{Halt, Progress};
use crate::reconcile::verdict::Verdict;
use crate::shopify::customer::MUTATION_POINTS;
use crate::shopify::{Recovery, Unavailable, UserErrorKind};

impl Attempt<'_> {
    pub(super) async fn leave(&mut self, customer: &CustomerGid) -> Progress<bool> {
        match self.shop.record.settings.delete_policy {
            DeletePolicy::Disable => self.mark_as_gone(customer).await,
            DeletePolicy::DeleteIfPossible => self.delete(customer).await,
            DeletePolicy::Erase => self.erase(customer).await,
        }
    }

    /// Of the customer, only the marks change: the user's document may be gone.
    async fn mark_as_gone(&mut self, customer: &CustomerGid) -> Progress<bool> {
        if let Some(applied) = &self.applied {
            self.desired = self.desired.clone().leaving(applied);
        }
        self.update(customer).await
    }

    async fn delete(&mut self, customer: &CustomerGid) -> Progress<bool> {
        let client = &self.shop.client;
        match self
            .call(MUTATION_POINTS, client.delete_customer(customer))
            .await
        {
            Ok(()) => {
                self.bind(None);
                Ok(true)
            }
            Err(Called::Failed(error)) if refuses(&error, UserErrorKind::HasOrders) => {
                self.mark_as_gone(customer).await
            }
            Err(called) => Err(called.into()),
        }
    }

    /// Marked at once; Shopify erases the personal data some days later.
    async fn erase(&mut self, customer: &CustomerGid) -> Progress<bool> {
        if !self.mark_as_gone(customer).await? {
            return Ok(false);
        }
        let client = &self.shop.client;
        match self
            .call(MUTATION_POINTS, client.erase_customer(customer))
            .await
        {
            Ok(()) => {
                self.bind(None);
                Ok(true)
            }
            Err(Called::Failed(error)) if is_denied(&error.recovery()) => Err(lacks_scope()),
            Err(called) => Err(called.into()),
        }
    }
}

fn is_denied(recovery: &Recovery) -> bool {
    *recovery == Recovery::ShopUnavailable(Unavailable::AccessDenied)
}

/// One scope is missing: that is no reason to leave the whole shop alone.
fn lacks_scope() -> Halt {
    Verdict::failed(
        "the app may not erase customers: grant it the scope write_customer_data_erasure, or choose another delete_policy",
    )
    .into()
}

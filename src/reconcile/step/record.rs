//! Recording what became of a step, and what to do when that comes too late.

use ring::rand::SecureRandom;

use super::Reconciler;
use crate::base::id::CustomerGid;
use crate::directory::{Activity, UserRecord};
use crate::reconcile::attempt::Attempt;
use crate::reconcile::shop::Shop;
use crate::reconcile::verdict::Verdict;
use crate::store::{Batch, Call, GuardFailure, Lease, Outcome, StoreError};

impl Reconciler {
    pub(super) async fn record(
        &self,
        shop: &Shop,
        attempt: &Attempt<'_>,
        verdict: &Verdict,
        request_id: &str,
        lease: Option<Lease>,
    ) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        let user = attempt.user();
        let mut outcome = verdict.outcome(user, attempt.active(), now_ms, self.jitter());
        outcome.customer = attempt.customer().cloned();
        outcome.applied = attempt.applied_text();
        if verdict == &Verdict::Settled {
            outcome.last_error = attempt.warnings();
        }
        let mut batch = Batch::of(shop.id());
        self.leases.fence(&mut batch, shop.id(), lease);
        attempt.release_tombstones(&mut batch);
        self.store
            .record_outcome(&mut batch, shop.id(), &shop.key, user, &outcome)?;
        let entry = entry(attempt, &outcome, request_id);
        if let Some(entry) = &entry {
            self.store.note(&mut batch, shop.id(), entry);
        }
        // Lost, the step is done again: it finds the customer by our id, and writes what is there already.
        match self.store.write(batch.found_out_again()).await? {
            Ok(()) => {
                if let (Verdict::Settled, Some(changed_ms)) = (verdict, attempt.changed_ms()) {
                    shop.propagated(now_ms - changed_ms);
                }
                Ok(())
            }
            Err(GuardFailure::LeaseLost) => {
                self.leases.lost(shop.id(), lease);
                self.came_too_late(shop, user, entry.as_ref()).await
            }
            Err(guard) => {
                tracing::info!(user.id = %user.id, ?guard, "a customer changed hands during a step");
                self.changed_hands(shop, attempt.customer()).await
            }
        }
    }

    /// The customer was taken over meanwhile: whoever has it now must make it its own again.
    async fn changed_hands(
        &self,
        shop: &Shop,
        customer: Option<&CustomerGid>,
    ) -> Result<(), StoreError> {
        if let Some(customer) = customer {
            let mut batch = Batch::of(shop.id());
            self.store
                .touch_customer(&mut batch, shop.id(), customer, self.clock.now_ms());
            let _ = self.store.write(batch).await?;
            self.wake.notify();
        }
        Ok(())
    }

    /// Another process has taken over the shop, and may have written before this one did: it must look at the customer again.
    async fn came_too_late(
        &self,
        shop: &Shop,
        user: &UserRecord,
        entry: Option<&Activity>,
    ) -> Result<(), StoreError> {
        tracing::warn!(user.id = %user.id, "a step ended after another process had taken over its shop: the user is looked at again");
        let mut batch = Batch::of(shop.id());
        self.store
            .doubt_user(&mut batch, shop.id(), user.id, self.clock.now_ms());
        if let Some(entry) = entry {
            self.store.note(&mut batch, shop.id(), entry);
        }
        let _ = self.store.write(batch).await?;
        let call = Call {
            shop: shop.id(),
            user: user.id,
            request_id: String::new(),
        };
        self.store.call_for(&call).await
    }

    fn jitter(&self) -> f64 {
        let mut byte = [0];
        // Without randomness the delays are merely not spread.
        let _ = self.random.fill(&mut byte);
        f64::from(byte[0]) / 255.0
    }
}

/// What the activity log says of an attempt that asked Shopify for something.
fn entry(attempt: &Attempt<'_>, outcome: &Outcome, request_id: &str) -> Option<Activity> {
    let journal = attempt.journal();
    (!journal.is_empty()).then(|| Activity {
        at_ms: outcome.at_ms,
        request_id: request_id.to_owned(),
        actor: "worker".to_owned(),
        action: journal.operations(),
        resource_type: "User".to_owned(),
        resource: Some(attempt.user().id),
        attributes: journal.changes(),
        outcome: outcome.state.as_str().to_owned(),
        reason: outcome.last_error.clone().unwrap_or_default(),
        cost_points: journal.cost_points(),
        customer: outcome.customer.clone(),
    })
}

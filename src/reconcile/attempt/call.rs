//! Calls of an attempt: within the shop's points, noted in the journal.

use super::Attempt;
use crate::reconcile::halt::{Halt, Progress};
use crate::reconcile::verdict::Verdict;
use crate::shopify::customer::{LOOKUP_POINTS, MUTATION_POINTS};
use crate::shopify::error::Cause;
use crate::shopify::model::{CustomerKey, ObservedCustomer};
use crate::shopify::{CallError, Go, Recovery, Reply, UserError, UserErrorKind};

/// Why a call brought nothing.
pub(super) enum Called {
    /// It was not sent.
    Unsent(Halt),
    /// The bridge stops, and Shopify has not answered.
    BrokenOff,
    /// It was sent and failed.
    Failed(CallError),
}

impl From<Called> for Halt {
    fn from(called: Called) -> Self {
        match called {
            Called::Unsent(halt) => halt,
            Called::BrokenOff => Verdict::broken_off().into(),
            Called::Failed(error) => Self::from(&error),
        }
    }
}

impl Attempt<'_> {
    /// Sends when there are points.
    pub(super) async fn call<T>(
        &mut self,
        points: f64,
        request: impl Future<Output = Result<Reply<T>, CallError>>,
    ) -> Result<T, Called> {
        let lane = &self.shop.lane;
        let permit = self.permit;
        if !permit.leases.holds(self.shop.id(), permit.lease) {
            // Nothing more is sent; what was, is recorded under the lease, if at all.
            return Err(Called::Unsent(Verdict::Wait { wait_ms: 0 }.into()));
        }
        if let Go::WaitMs(wait_ms) = lane.reserve(points, self.class, self.clock.now_ms()) {
            return Err(Called::Unsent(Verdict::Wait { wait_ms }.into()));
        }
        let answered = tokio::select! {
            // What is ready is taken, also in the end.
            biased;
            answered = request => answered,
            () = permit.working.over() => {
                lane.settle(points, None, self.clock.now_ms());
                return Err(Called::BrokenOff);
            }
        };
        let receipt = match &answered {
            Ok(reply) => Some(&reply.receipt),
            Err(error) => error.receipt.as_deref(),
        };
        let now_ms = self.clock.now_ms();
        lane.settle(points, receipt, now_ms);
        match answered {
            Ok(reply) => {
                self.journal.ran(&reply.receipt);
                Ok(reply.value)
            }
            Err(error) => {
                if let Cause::Throttle { wait_ms } = error.cause {
                    lane.throttled(wait_ms, now_ms);
                }
                if let Some(receipt) = &error.receipt {
                    self.journal.charged(receipt);
                }
                Err(Called::Failed(error))
            }
        }
    }

    /// Without the definition, Shopify would not keep our ids unique: no customer is created before it is there.
    pub(super) async fn prepare(&mut self) -> Progress<()> {
        if !self.shop.lane.is_prepared() {
            let shop = self.shop;
            self.call(MUTATION_POINTS, shop.client.ensure_id_definition())
                .await?;
            shop.lane.set_prepared(true);
        }
        Ok(())
    }

    pub(super) async fn look_up(
        &mut self,
        key: &CustomerKey,
    ) -> Progress<Option<ObservedCustomer>> {
        let client = &self.shop.client;
        match self.call(LOOKUP_POINTS, client.find_customer(key)).await {
            Err(Called::Failed(error)) if refuses(&error, UserErrorKind::DefinitionMissing) => {
                self.shop.lane.set_prepared(false);
                self.prepare().await?;
                Ok(self.call(LOOKUP_POINTS, client.find_customer(key)).await?)
            }
            other => Ok(other?),
        }
    }
}

/// What Shopify refused, if that is why the call failed.
pub(super) fn refusals(error: &CallError) -> Vec<UserError> {
    match error.recovery() {
        Recovery::Reject(errors) => errors,
        _ => Vec::new(),
    }
}

/// Whether Shopify refused for this reason, among others.
pub(super) fn refuses(error: &CallError, kind: UserErrorKind) -> bool {
    refusals(error).iter().any(|error| error.kind == kind)
}

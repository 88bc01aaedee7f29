//! Counting the requests of the Admin API.

use std::time::Instant;

use crate::metrics::Metrics;
use crate::shopify::error::Cause;
use crate::shopify::{CallError, Receipt, Reply};

/// A request under way. Dropped before its answer, it is counted as broken off.
pub(super) struct Counting<'m> {
    metrics: &'m Metrics,
    began: Instant,
    operation: &'static str,
    outcome: &'static str,
}

impl<'m> Counting<'m> {
    /// Which one it is, only its answer tells.
    pub(super) fn new(metrics: &'m Metrics) -> Self {
        Self {
            metrics,
            began: Instant::now(),
            operation: "other",
            outcome: "broken_off",
        }
    }

    /// It was answered, or can't be any more.
    pub(super) fn note<T>(&mut self, answered: &Result<Reply<T>, CallError>) {
        match answered {
            Ok(reply) => {
                (self.operation, self.outcome) = (reply.receipt.operation, "ok");
                self.charged(&reply.receipt);
            }
            Err(error) => {
                (self.operation, self.outcome) = (error.operation, error.recovery().name());
                if let Some(receipt) = error.receipt.as_deref() {
                    self.charged(receipt);
                }
                if matches!(error.cause, Cause::Throttle { .. }) {
                    self.metrics.shopify_throttled();
                }
            }
        }
    }

    fn charged(&self, receipt: &Receipt) {
        self.metrics.shopify_charged(receipt.cost_points);
    }
}

impl Drop for Counting<'_> {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        self.metrics
            .shopify_called(self.operation, self.outcome, took);
    }
}

//! The integration tests: one binary that drives the real application.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test that cannot go on fails"
)]

mod guard;
mod harness;
mod housekeeping;
mod layers;
mod metrics;
mod outage;
mod policies;
mod processes;
mod reconcile;
mod refusals;
mod rows;
mod scim;
mod shops;
mod versions;

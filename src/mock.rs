//! A mock Shopify: the Admin GraphQL API over its own state, for tests, the demo, and anybody's client.
//!
//! [`Engine`] knows no HTTP library: an adapter carries [`Request`]s and [`Reply`]s. It validates and executes any operation of
//! `graphql/schema.graphql`, keeps customers with Shopify's rules, charges points, goes wrong on command, and shows what it was asked.

mod access;
mod bucket;
mod bulk;
mod call;
mod config;
mod customers;
mod definitions;
mod dice;
mod endpoint;
mod engine;
mod faults;
mod gate;
mod graphql;
mod ids;
mod input;
mod inspect;
mod log;
mod merchant;
mod messages;
mod metafields;
mod moment;
mod node;
mod oauth;
mod plan;
mod reply;
mod roots;
mod search_index;
mod serve;
mod shop;
mod spoil;
mod staged;
mod storefront;
mod struck;
mod transport;
mod user_error;
mod webhooks;
#[cfg(feature = "wiremock")]
pub mod wiremock;

#[cfg(test)]
mod tests;

pub use config::{Config, ShopConfig};
pub use customers::{Address, Consent, Customer, CustomerId};
pub use definitions::Definition;
pub use engine::Engine;
pub use faults::{Endpoint, Fault, FaultKind, Match};
pub use log::LogEntry;
pub use merchant::{MerchantError, ShopPatch};
pub use metafields::Metafield;
pub use plan::Plan;
pub use shop::Status;
pub use transport::{Disposition, Reply, Request};
pub use webhooks::{Attempt, Delivery, Outcome, Outgoing, Topic, keep_posting};

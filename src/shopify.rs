//! A typed client of Shopify's Admin GraphQL API: the operations in `graphql/`, what they cost, and what to do when one fails.
//!
//! Requests are built and replies are read by pure functions; only [`client`] touches the network. The types that are
//! generated from `graphql/` stay inside this module.

pub mod client;
pub mod customer;
pub mod error;
pub mod model;
mod origin;
pub mod receipt;
pub mod request;
pub mod setup;
pub mod throttle;
pub mod tls;
pub mod user_error;

mod answer;
mod envelope;
mod opaque;
mod queries;

#[cfg(test)]
mod tests;

pub use client::{Client, ClientConfig};
pub use error::{CallError, Recovery, Unavailable};
pub use origin::{OriginError, check_origin};
pub use receipt::{Receipt, Reply};
pub use request::Request;
pub use throttle::{Bucket, Class, Go};
pub use user_error::{UserError, UserErrorKind};

pub(crate) use opaque::opaque_debug;

/// The version of the Admin API that `graphql/schema.graphql` describes and that is asked for by default.
pub const API_VERSION: &str = "2026-10";

/// The key of the `id` metafield that carries the SCIM id: unique in the shop, so a user has at most one customer.
pub const ID_METAFIELD_KEY: &str = "scim_id";

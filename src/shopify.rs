//! The Admin GraphQL API of a shop, typed. The only place that knows the wire.
//!
//! Requests are built by pure functions; generated types never leave this folder. A reply's cost corrects the shop's [`Bucket`], which is asked before every send.

mod bucket;
mod client;
mod customer;
mod envelope;
mod error;
mod origin;
mod queries;
mod setup;

pub use bucket::{Bucket, Class, Go};
pub use client::{Client, ClientConfig, HttpClient, Receipt, http_client};
pub use customer::{
    Address, Created, CustomerChange, Identifier, Metafield, NewCustomer, ObservedCustomer,
};
pub use error::{Error, Recovery, UserError, UserErrorKind};
pub use origin::{OriginError, check_origin};
pub use setup::SCIM_ID_KEY;

/// The Admin API version that the operations in `graphql/` are written for.
pub const API_VERSION: &str = "2026-10";

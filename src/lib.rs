//! SyncUP: an identity provider speaks SCIM 2.0 to it; it makes a Shopify shop's customers equal to what the provider said, and keeps them equal.
//!
//! # Code map
//!
//! In layer order: a module uses only modules above its own line. `tests/it/layers.rs` enforces it.

pub mod base;
pub mod metrics;
pub mod tls;

#[cfg(feature = "mock")]
pub mod mock;
pub mod scim;
pub mod shopify;

pub mod directory;

pub mod mapping;
pub mod store;

pub mod work;

pub mod reconcile;

pub mod provision;

pub mod http;

pub mod settings;
pub mod telemetry;

pub mod app;

#[cfg(feature = "mock")]
pub mod demo;

pub mod cli;

//! Making Shopify equal to the directory, one user at a time.
//!
//! A step takes a key and nothing else: it re-reads everything, plans with a pure function, sends at most one HTTP request that changes something, and records
//! the outcome. The inline attempt of a SCIM request and the worker call the same step; what they know of a change is never used, so there is one code path.

mod attempt;
mod halt;
mod journal;
mod leases;
mod preview;
mod shop;
mod step;
mod verdict;
pub mod worker;

pub use preview::{Preview, Subject};
pub use shop::{Shop, ShopifyConfig, Shops};
pub use step::{Reconciler, Step};

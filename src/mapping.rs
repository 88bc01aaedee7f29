//! From a SCIM user to a Shopify customer: what the customer should be, and the steps to it. Pure.
//!
//! [`desired()`] applies the default rules to a user's document; [`plan()`] compares the result with what was written last ([`Applied`]).

mod address;
mod applied;
mod customer;
mod desired;
mod email;
mod locale;
mod metafield;
mod phone;
mod plan;
mod refused;
mod rule;
mod source;
mod tags;
mod text;

#[cfg(test)]
mod tests;

pub use applied::Applied;
pub use customer::{Customer, DISABLED_TAG, GROUP_TAG_PREFIX};
pub use desired::{Context, Desired, Hold, Warning, desired};
pub use metafield::{METAFIELD_KEYS, SCIM_ID};
pub use plan::{Plan, plan};
pub use refused::Refused;

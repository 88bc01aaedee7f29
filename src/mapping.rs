//! From a SCIM user to a Shopify customer: what the customer should be, and the steps to it. Pure.
//!
//! [`desired()`] applies the default rules to a user's document; [`plan()`] compares the result with what Shopify has.

mod address;
mod customer;
mod desired;
mod email;
mod locale;
mod metafield;
mod phone;
mod plan;
mod rule;
mod source;
mod tags;
mod text;

pub use customer::{Address, Customer, DISABLED_TAG, GROUP_TAG_PREFIX};
pub use desired::{Context, Desired, Hold, Warning, desired};
pub use metafield::{METAFIELD_TYPES, SCIM_ID, metafield_type};
pub use plan::{Changes, MUTATION_POINTS, Plan, plan};

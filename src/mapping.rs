//! From a SCIM user to a Shopify customer: what the customer should be, and the one request that makes it so. Pure.
//!
//! [`desired()`] applies the rules to a user; [`plan()`] compares the outcome with what was written last ([`Applied`]).

pub mod applied;
pub mod desired;
pub mod plan;
pub mod rules;

mod address;
mod country;
mod email;
mod locale;
mod name;
mod phone;
mod source;
mod tags;
mod text;

#[cfg(test)]
mod tests;

pub use applied::Applied;
pub use desired::{Context, Desired, DesiredCustomer, HoldReason, Refused, Warning, desired};
pub use plan::{Plan, plan};
pub use rules::{CustomRule, CustomTarget, Rules, RulesError};

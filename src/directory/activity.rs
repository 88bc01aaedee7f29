//! The activity log: who did what, to what, and how it ended. Names of attributes, never values.

use crate::base::id::{CustomerGid, ResourceId};

/// One entry.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Activity {
    /// When.
    pub at_ms: i64,
    /// The SCIM request it belongs to; empty for the worker's own.
    pub request_id: String,
    /// A token's prefix, `worker` or `cli`.
    pub actor: String,
    /// `create`, `replace`, `patch`, `delete`, or the Shopify operation.
    pub action: String,
    /// `User` or `Group`.
    pub resource_type: String,
    /// Of what.
    pub resource: Option<ResourceId>,
    /// Which attributes, by name, comma-separated.
    pub attributes: String,
    /// An HTTP status, or a sync state.
    pub outcome: String,
    /// Why, when it did not go well.
    pub reason: String,
    /// What Shopify charged.
    pub cost_points: f64,
    /// The customer.
    pub customer: Option<CustomerGid>,
}

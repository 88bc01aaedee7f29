//! Our metafields of customers.

pub use crate::shopify::ID_METAFIELD_KEY as SCIM_ID;

/// The key of the metafield that says `active` or `disabled`.
pub const STATUS: &str = "scim_status";

/// Every metafield we write; all are in the namespace reserved for the app.
pub const METAFIELD_KEYS: &[&str] = &[
    SCIM_ID,
    "scim_user_name",
    "scim_title",
    "scim_user_type",
    "scim_department",
    "scim_division",
    "scim_organization",
    "scim_cost_center",
    "scim_employee_number",
    "scim_manager",
    STATUS,
];

/// Whether the metafield is one that we write.
pub fn is_ours(key: &str) -> bool {
    METAFIELD_KEYS.contains(&key)
}

//! Our metafields of customers: keys and types.

/// The metafield that identifies the customer: its value is the SCIM id.
pub const SCIM_ID: &str = "scim_id";

/// The type of the custom id. Shopify makes its values unique and accepts it as `customId`.
const ID: &str = "id";

/// The type of every other metafield.
const TEXT: &str = "single_line_text_field";

/// Every metafield we write, with its type; all are in the namespace reserved for the app.
pub const METAFIELD_TYPES: &[(&str, &str)] = &[
    (SCIM_ID, ID),
    ("scim_user_name", TEXT),
    ("scim_title", TEXT),
    ("scim_user_type", TEXT),
    ("scim_department", TEXT),
    ("scim_division", TEXT),
    ("scim_organization", TEXT),
    ("scim_cost_center", TEXT),
    ("scim_employee_number", TEXT),
    ("scim_manager", TEXT),
    ("scim_status", TEXT),
];

/// The type of the metafield with this key: `id` for `scim_id`, `single_line_text_field` otherwise.
pub fn metafield_type(key: &str) -> &'static str {
    if key == SCIM_ID { ID } else { TEXT }
}

/// Whether the metafield is one that we write.
pub fn is_ours(key: &str) -> bool {
    METAFIELD_TYPES.iter().any(|(ours, _)| *ours == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_function_agree() {
        for (key, kind) in METAFIELD_TYPES {
            assert_eq!(metafield_type(key), *kind, "{key}");
            assert!(is_ours(key), "{key}");
        }
        assert_eq!(metafield_type("scim_id"), "id");
        assert!(!is_ours("loyalty"));
    }
}

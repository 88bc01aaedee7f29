//! Access scopes: which root field needs which.

use super::graphql::coded::CodedError;
use super::shop::Token;

/// Refuses a root field whose scope was not granted.
pub fn check(field: &str, token: &Token) -> Result<(), CodedError> {
    let scopes = required(field);
    if scopes.is_empty() || scopes.iter().any(|scope| token.grants(scope)) {
        return Ok(());
    }
    Err(denied(field))
}

/// What a root field without its scope says.
pub fn denied(field: &str) -> CodedError {
    let scopes = required(field);
    let named: Vec<String> = scopes
        .iter()
        .map(|scope| format!("`{scope}` access scope"))
        .collect();
    let required = format!("{}.", named.join(" or "));
    let message = format!("Access denied for {field} field. Required access: {required}");
    CodedError::new("ACCESS_DENIED", message)
        .with(
            "documentation",
            "https://shopify.dev/api/usage/access-scopes",
        )
        .with("requiredAccess", required)
}

/// Any one of the scopes is enough; none are needed for an empty list.
fn required(field: &str) -> &'static [&'static str] {
    match field {
        "customerMerge" => &["write_customer_merge"],
        "customerMergePreview" | "customerMergeJobStatus" => &["read_customer_merge"],
        "customerRequestDataErasure" | "customerCancelDataErasure" => {
            &["write_customer_data_erasure"]
        }
        "customer"
        | "customers"
        | "customersCount"
        | "customerByIdentifier"
        | "customerSegmentMembership" => &["read_customers"],
        "companiesCount" | "companies" | "company" | "companyContact" | "companyContactRole"
        | "companyLocation" | "companyLocations" => &["read_customers", "read_companies"],
        // Shopify says "the same access as the owner"; the mock's owners are customers.
        "tagsAdd"
        | "tagsRemove"
        | "metafieldsSet"
        | "metafieldsDelete"
        | "metafieldDefinitionCreate"
        | "metafieldDefinitionDelete" => &["write_customers"],
        _ if field.starts_with("customer") => &["write_customers"],
        _ if field.starts_with("company") => &["write_customers", "write_companies"],
        _ => &[],
    }
}

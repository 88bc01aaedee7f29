//! Our read-only extension of users: where the user stands in Shopify.

use std::sync::Arc;

use super::attribute::{date_time, string};
use super::{ResourceType, SHOPIFY_URN, Schema};

/// The Shopify extension.
pub(super) fn schema() -> Schema {
    let states = [
        "pending", "synced", "held", "conflict", "failed", "disabled",
    ];
    let attributes = [
        string("customerId", "The global id of the Shopify customer.").case_exact(),
        string("syncState", "Whether Shopify has what the directory has.").one_of(&states),
        date_time("lastSyncedAt", "When Shopify last had everything."),
        string("lastError", "Why Shopify does not have it yet."),
        date_time("nextAttemptAt", "When the next attempt is due."),
    ];
    Schema {
        id: SHOPIFY_URN.to_owned(),
        name: "ShopifyUser".to_owned(),
        description: "Where the user stands in Shopify".to_owned(),
        resource_type: ResourceType::User,
        is_core: false,
        attributes: attributes.map(|def| Arc::new(def.read_only())).into(),
    }
}

//! Metafields: what they hold, and how GraphQL shows them.

pub(super) mod name;
pub(super) mod put;
pub(super) mod value;
pub(super) mod write;

use ring::digest;
use serde::Serialize;
use serde_json::Value;

use super::customers::CustomerId;
use super::definitions::Definition;
use super::graphql::resolved::Resolved;
use super::moment::datetime;
use super::shop::Shop;

/// A metafield of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Metafield {
    /// The metafield's number.
    pub number: u64,
    /// Resolved: `app--123` rather than `$app`.
    pub namespace: String,
    /// The key.
    pub key: String,
    /// The type's name.
    #[serde(rename = "type")]
    pub value_type: String,
    /// The value as text.
    pub value: String,
    /// When it was first set, in ms since the epoch.
    pub created_at: i64,
    /// When it was last changed, in ms since the epoch.
    pub updated_at: i64,
}

impl Metafield {
    /// The global id.
    pub fn gid(&self) -> String {
        format!("gid://shopify/Metafield/{}", self.number)
    }

    /// A digest of the value, for compare-and-set.
    pub fn compare_digest(&self) -> String {
        let text = format!("{}\0{}", self.value_type, self.value);
        let hash = digest::digest(&digest::SHA256, text.as_bytes());
        hash.as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// A metafield as GraphQL shows it.
pub fn resolved(shop: &Shop, owner: CustomerId, metafield: &Metafield) -> Resolved {
    let definition = shop.definition("CUSTOMER", &metafield.namespace, &metafield.key);
    let fields = vec![
        ("id", Resolved::leaf(metafield.gid())),
        (
            "legacyResourceId",
            Resolved::leaf(metafield.number.to_string()),
        ),
        ("namespace", Resolved::leaf(metafield.namespace.clone())),
        ("key", Resolved::leaf(metafield.key.clone())),
        ("type", Resolved::leaf(metafield.value_type.clone())),
        ("value", Resolved::leaf(metafield.value.clone())),
        ("jsonValue", Resolved::Leaf(json_value(metafield))),
        ("compareDigest", Resolved::leaf(metafield.compare_digest())),
        ("sizeInBytes", Resolved::leaf(metafield.value.len())),
        ("ownerType", Resolved::leaf("CUSTOMER")),
        ("owner", Resolved::customer(owner)),
        (
            "definition",
            definition.map_or(Resolved::NULL, Definition::resolved),
        ),
        ("createdAt", Resolved::leaf(datetime(metafield.created_at))),
        ("updatedAt", Resolved::leaf(datetime(metafield.updated_at))),
    ];
    Resolved::typed("Metafield", fields)
}

fn json_value(metafield: &Metafield) -> Value {
    let is_text = matches!(
        metafield.value_type.as_str(),
        "id" | "single_line_text_field" | "multi_line_text_field" | "date" | "date_time" | "url"
    );
    if is_text {
        return metafield.value.clone().into();
    }
    serde_json::from_str(&metafield.value).unwrap_or_else(|_| metafield.value.clone().into())
}

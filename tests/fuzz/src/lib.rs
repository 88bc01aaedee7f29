//! What the fuzz targets share: the SCIM engine, built with coverage counters, and documents to run it on.

pub mod base;
pub mod scim;

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use scim::dialect::Dialect;
use scim::error::ScimError;
use scim::resource::{Draft, read_group, read_user};
use scim::schema::{
    ENTERPRISE_URN, GROUP_URN, Mutability, ResourceType, SHOPIFY_URN, Schemas, USER_URN,
};

/// The extension of a shop with every type, mutability and visibility there is. It ends in a digit, as URNs may.
pub const SHOP_URN: &str = "urn:x:shop:1.0";

/// The standard schemas and the shop's extension.
pub static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| {
    let extension = json!({"id": SHOP_URN, "attributes": [
        {"name": "code", "required": true, "mutability": "immutable"}, {"name": "level", "type": "integer"}, {"name": "score", "type": "decimal"},
        {"name": "since", "type": "dateTime"}, {"name": "photo", "type": "binary"}, {"name": "home", "type": "reference"},
        {"name": "tags", "multiValued": true, "caseExact": true}, {"name": "pin", "mutability": "writeOnly", "returned": "never"},
        {"name": "rare", "returned": "request"},
        {"name": "visits", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "place", "required": true}, {"name": "once", "mutability": "immutable"},
            {"name": "primary", "type": "boolean"}, {"name": "rank", "mutability": "readOnly"}]}]});
    Schemas::standard()
        .with_extension(ResourceType::User, &extension)
        .expect("a legal extension")
});

/// The first byte of an input chooses the dialect and the resource type; the rest is what is read.
pub fn choice(input: &[u8]) -> Option<(Dialect, ResourceType, &[u8])> {
    let (first, rest) = input.split_first()?;
    let dialect = if first & 1 == 0 {
        Dialect::tolerant()
    } else {
        Dialect::strict()
    };
    let resource_type = if first & 2 == 0 {
        ResourceType::User
    } else {
        ResourceType::Group
    };
    Some((dialect, resource_type, rest))
}

/// Reads a resource of either type.
pub fn read(
    body: Value,
    resource_type: ResourceType,
    dialect: &Dialect,
) -> Result<Draft, ScimError> {
    match resource_type {
        ResourceType::User => read_user(body, &SCHEMAS, dialect),
        ResourceType::Group => read_group(body, &SCHEMAS, dialect),
    }
}

/// What must be true of every document that is stored.
pub fn check_canonical(document: &Map<String, Value>, resource_type: ResourceType) {
    let text = Value::Object(document.clone()).to_string();
    assert!(
        !has_unassigned(&Value::Object(document.clone())),
        "something unassigned is kept: {text}"
    );
    for name in document.keys().filter(|name| *name != "schemas") {
        let def = SCHEMAS.attribute(resource_type, name);
        let is_ours = def.is_some_and(|def| {
            matches!(def.mutability, Mutability::ReadOnly | Mutability::WriteOnly)
                || def.name == "members"
        });
        assert!(!is_ours && name != SHOPIFY_URN, "{name} is kept: {text}");
    }
    for values in document.values().filter_map(Value::as_array) {
        let primaries = values.iter().filter(|value| value["primary"] == true);
        assert!(primaries.count() <= 1, "two primaries: {text}");
    }
    let again = read(
        Value::Object(document.clone()),
        resource_type,
        &Dialect::tolerant(),
    );
    let again = again.unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(
        Value::Object(again.attributes).to_string(),
        text,
        "what is stored reads as something else"
    );
}

fn has_unassigned(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty() || values.iter().any(has_unassigned),
        Value::Object(members) => members.is_empty() || members.values().any(has_unassigned),
        _ => false,
    }
}

/// Documents as they are when filters, sorts and projections see them: with all derived parts.
pub static DOCUMENTS: LazyLock<Vec<Map<String, Value>>> = LazyLock::new(|| {
    let documents = json!([
        {"schemas": [USER_URN, SHOPIFY_URN, ENTERPRISE_URN], "id": "1", "externalId": "E1", "userName": "Ada@x.example", "active": true,
         "name": {"givenName": "Ada", "familyName": "Lovelace"}, "title": "", "displayName": "x and (y) or \"z\"",
         "emails": [{"value": "a@work.example", "type": "work", "primary": true}, {"value": "a@home.example", "type": "home"}],
         "phoneNumbers": [{"value": "+4712345678"}], "groups": [{"value": "g1", "display": "Buyers"}],
         "meta": {"resourceType": "User", "created": "2026-01-01T00:00:00Z", "lastModified": "2026-11-24T10:00:00.120Z", "version": "W/\"7\""},
         ENTERPRISE_URN: {"department": "R&D", "manager": {"value": "2", "displayName": "Bo"}},
         SHOPIFY_URN: {"customerId": "gid://shopify/Customer/1", "syncState": "synced", "lastSyncedAt": "2026-11-24T10:00:01Z"},
         SHOP_URN: {"code": "c", "level": 7, "score": 6.5, "since": "2026-02-29T00:00:00Z", "tags": ["a", "B"], "visits": [{"place": "p", "primary": true}]},
         "favourite": {"colour": ["blue"]}},
        {"schemas": [USER_URN, SHOPIFY_URN], "id": "2", "userName": "Ünï", "active": false, "emails": [{"type": "work"}]},
        {"schemas": [GROUP_URN], "id": "g1", "externalId": "e", "displayName": "Buyers", "members": [{"value": "1", "type": "User"}],
         "meta": {"resourceType": "Group"}}
    ]);
    let documents = documents.as_array().into_iter().flatten();
    documents.filter_map(Value::as_object).cloned().collect()
});

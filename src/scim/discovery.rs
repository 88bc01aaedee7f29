//! Discovery (RFC 7643 §5-§7, RFC 7644 §4): what this provider is and serves, from the attribute table.

use serde_json::{Map, Value, json};

use super::list::{Page, response};
use super::query::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE};
use super::schema::{AttributeDef, ResourceType, Schema, Schemas};

/// What differs between installations.
#[derive(Debug, Clone, Copy)]
pub struct Provider<'a> {
    /// The base URL of SCIM, without a trailing slash.
    pub base_url: &'a str,
    /// The largest request body.
    pub max_body_bytes: usize,
    /// How long a paging cursor is good for.
    pub cursor_timeout_secs: i64,
}

/// `/ServiceProviderConfig`: every member, since clients read them strictly.
pub fn service_provider_config(provider: &Provider<'_>) -> String {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri": "https://datatracker.ietf.org/doc/html/rfc7644",
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": provider.max_body_bytes},
        "filter": {"supported": true, "maxResults": MAX_PAGE_SIZE},
        "changePassword": {"supported": false},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A token of the shop in the Authorization header",
            "specUri": "https://datatracker.ietf.org/doc/html/rfc6750",
            "primary": true,
        }],
        // RFC 9865 §4
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": DEFAULT_PAGE_SIZE,
            "maxPageSize": MAX_PAGE_SIZE,
            "cursorTimeout": provider.cursor_timeout_secs,
        },
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/ServiceProviderConfig", provider.base_url),
        },
    })
    .to_string()
}

/// `/Schemas`.
pub fn schemas(base_url: &str, schemas: &Schemas) -> String {
    listed(
        schemas
            .all()
            .iter()
            .map(|schema| schema_value(base_url, schema)),
    )
}

/// `/Schemas/URN`.
pub fn schema(base_url: &str, schemas: &Schemas, urn: &str) -> Option<String> {
    let schema = schemas.get(urn)?;
    Some(schema_value(base_url, schema).to_string())
}

/// `/ResourceTypes`.
pub fn resource_types(base_url: &str, schemas: &Schemas) -> String {
    let types = ResourceType::ALL.into_iter();
    listed(types.map(|resource_type| resource_type_value(base_url, schemas, resource_type)))
}

/// `/ResourceTypes/NAME`.
pub fn resource_type(base_url: &str, schemas: &Schemas, name: &str) -> Option<String> {
    ResourceType::ALL
        .into_iter()
        .find(|resource_type| resource_type.name() == name)
        .map(|resource_type| resource_type_value(base_url, schemas, resource_type).to_string())
}

fn listed(values: impl Iterator<Item = Value>) -> String {
    let texts: Vec<String> = values.map(|value| value.to_string()).collect();
    response(texts.len(), Page::Index { start_index: 1 }, &texts)
}

fn resource_type_value(base_url: &str, schemas: &Schemas, resource_type: ResourceType) -> Value {
    let extensions: Vec<Value> = schemas
        .extensions(resource_type)
        .map(|extension| json!({"schema": extension.id, "required": false}))
        .collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": resource_type.name(),
        "name": resource_type.name(),
        "endpoint": resource_type.endpoint(),
        "description": match resource_type {
            ResourceType::User => "A user, who becomes a customer",
            ResourceType::Group => "A group, which becomes a tag of its members",
        },
        "schema": resource_type.urn(),
        "schemaExtensions": extensions,
        "meta": {
            "resourceType": "ResourceType",
            "location": format!("{base_url}/ResourceTypes/{}", resource_type.name()),
        },
    })
}

fn schema_value(base_url: &str, schema: &Schema) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": schema.attributes.iter().map(|attribute| attribute_value(attribute)).collect::<Vec<_>>(),
        "meta": {
            "resourceType": "Schema",
            "location": format!("{base_url}/Schemas/{}", schema.id),
        },
    })
}

fn attribute_value(attribute: &AttributeDef) -> Value {
    let mut value = Map::new();
    value.insert("name".to_owned(), json!(attribute.name));
    value.insert("type".to_owned(), json!(attribute.kind.as_str()));
    value.insert("multiValued".to_owned(), json!(attribute.multi_valued));
    value.insert("description".to_owned(), json!(attribute.description));
    value.insert("required".to_owned(), json!(attribute.required));
    if !attribute.canonical_values.is_empty() {
        value.insert(
            "canonicalValues".to_owned(),
            json!(attribute.canonical_values),
        );
    }
    value.insert("caseExact".to_owned(), json!(attribute.case_exact));
    value.insert(
        "mutability".to_owned(),
        json!(attribute.mutability.as_str()),
    );
    value.insert("returned".to_owned(), json!(attribute.returned.as_str()));
    value.insert(
        "uniqueness".to_owned(),
        json!(attribute.uniqueness.as_str()),
    );
    if !attribute.reference_types.is_empty() {
        value.insert(
            "referenceTypes".to_owned(),
            json!(attribute.reference_types),
        );
    }
    if !attribute.sub_attributes.is_empty() {
        let parts: Vec<Value> = attribute
            .sub_attributes
            .iter()
            .map(|part| attribute_value(part))
            .collect();
        value.insert("subAttributes".to_owned(), Value::Array(parts));
    }
    Value::Object(value)
}

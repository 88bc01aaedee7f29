//! What the service says about itself (RFC 7643 §5–§7, RFC 7644 §4, RFC 9865 §4): all of it true, and all members present,
//! since clients index what the RFC lets a server leave out.
//!
//! `base_url` is the SCIM base URL that clients were given, without a slash at its end.

mod attribute;

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::error::ScimError;
use super::list::LIST_RESPONSE_URN;
use super::schema::{ResourceType, Schema, Schemas};

/// The schema of the service provider's configuration.
pub const SERVICE_PROVIDER_CONFIG_URN: &str =
    "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
/// The schema of a schema.
pub const SCHEMA_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
/// The schema of a resource type.
pub const RESOURCE_TYPE_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";

/// The limits that the configuration announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceLimits {
    /// The most resources a query returns in one page.
    pub max_page_size: usize,
    /// The page size when a client names none.
    pub default_page_size: usize,
    /// How long a cursor is good, in seconds.
    pub cursor_timeout_secs: u64,
    /// What one bulk request may carry; `None`: there is no `/Bulk`.
    pub bulk: Option<super::bulk::BulkLimits>,
}

/// `/ServiceProviderConfig` (RFC 7643 §5).
pub fn service_provider_config(limits: &ServiceLimits, base_url: &str) -> Value {
    json!({
        "schemas": [SERVICE_PROVIDER_CONFIG_URN],
        "patch": {"supported": true},
        "bulk": {
            "supported": limits.bulk.is_some(),
            "maxOperations": limits.bulk.map_or(0, |bulk| bulk.max_operations),
            "maxPayloadSize": limits.bulk.map_or(0, |bulk| bulk.max_payload_bytes),
        },
        "filter": {"supported": true, "maxResults": limits.max_page_size},
        "changePassword": {"supported": false},
        "sort": {"supported": true},
        "etag": {"supported": true},
        // RFC 9865 §4.
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": limits.default_page_size,
            "maxPageSize": limits.max_page_size,
            "cursorTimeout": limits.cursor_timeout_secs,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "OAuth Bearer Token",
            "description": "The token that the shop's owner copies from the app, in the Authorization header",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{base_url}/ServiceProviderConfig"),
        },
    })
}

/// Refuses a query that filters the service's own descriptions. Other parameters mean nothing there.
pub fn check_filter(filter: Option<&str>) -> Result<(), ScimError> {
    // RFC 7644 §4: a filter on these endpoints is 403; paging and sorting are ignored.
    match filter {
        Some(_) => Err(ScimError::forbidden("this endpoint cannot be filtered")),
        None => Ok(()),
    }
}

/// `/Schemas` (RFC 7643 §7): every schema of the shop, its own extensions included.
pub fn schemas(schemas: &Schemas, base_url: &str) -> Value {
    let all = schemas.all().iter();
    list(all.map(|schema| schema_body(schema, base_url)).collect())
}

/// `/Schemas/{urn}`, the URN in any case. 404 when there is no such schema.
pub fn schema(schemas: &Schemas, urn: &str, base_url: &str) -> Result<Value, ScimError> {
    schemas
        .get(urn)
        .map(|schema| schema_body(schema, base_url))
        .ok_or_else(|| ScimError::not_found("no such schema"))
}

/// `/ResourceTypes` (RFC 7643 §6).
pub fn resource_types(schemas: &Schemas, base_url: &str) -> Value {
    let all = ResourceType::ALL.into_iter();
    list(
        all.map(|resource_type| resource_type_body(schemas, resource_type, base_url))
            .collect(),
    )
}

/// `/ResourceTypes/{name}`. 404 when there is no such resource type.
pub fn resource_type(schemas: &Schemas, name: &str, base_url: &str) -> Result<Value, ScimError> {
    ResourceType::ALL
        .into_iter()
        .find(|resource_type| resource_type.name().eq_ignore_ascii_case(name))
        .map(|resource_type| resource_type_body(schemas, resource_type, base_url))
        .ok_or_else(|| ScimError::not_found("no such resource type"))
}

fn list(resources: Vec<Value>) -> Value {
    // RFC 7644 §4: a list response, whole, whatever the query asks for.
    json!({
        "schemas": [LIST_RESPONSE_URN],
        "totalResults": resources.len(),
        "startIndex": 1,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

fn schema_body(schema: &Schema, base_url: &str) -> Value {
    let attributes: Vec<Value> = schema
        .attributes
        .iter()
        .map(|def| attribute::definition(def))
        .collect();
    json!({
        "schemas": [SCHEMA_URN],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": attributes,
        "meta": {"resourceType": "Schema", "location": format!("{base_url}/Schemas/{}", schema.id)},
    })
}

fn resource_type_body(schemas: &Schemas, resource_type: ResourceType, base_url: &str) -> Value {
    let name = resource_type.name();
    let extensions: Vec<Value> = schemas
        .extensions(resource_type)
        .map(|schema| json!({"schema": schema.id, "required": false}))
        .collect();
    let description = match resource_type {
        ResourceType::User => "User account: a customer of the shop",
        ResourceType::Group => "Group of users",
    };
    json!({
        "schemas": [RESOURCE_TYPE_URN],
        "id": name,
        "name": name,
        "description": description,
        "endpoint": resource_type.endpoint(),
        "schema": resource_type.urn(),
        "schemaExtensions": extensions,
        "meta": {
            "resourceType": "ResourceType",
            "location": format!("{base_url}/ResourceTypes/{name}"),
        },
    })
}

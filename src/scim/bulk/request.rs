//! The bulk message and its operations (RFC 7644 §3.7).

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{BULK_REQUEST_URN, BulkLimits, Method, Operation, Request, Task};
use crate::scim::error::ScimError;
use crate::scim::json::take_member;
use crate::scim::schema::ResourceType;

/// A bulk message, read.
pub(super) struct Message {
    /// What the answer repeats, and what to do, for each operation in order.
    pub(super) operations: Vec<(Operation, Task)>,
    pub(super) fail_on_errors: Option<u64>,
}

/// Reads a bulk message. An operation that makes no sense is refused alone.
pub(super) fn message(body: Value, limits: &BulkLimits) -> Result<Message, ScimError> {
    let Value::Object(mut members) = body else {
        return Err(ScimError::invalid_syntax(
            "the bulk request is not a JSON object",
        ));
    };
    check_schemas(take_member(&mut members, "schemas"))?;
    let fail_on_errors = fail_on_errors(take_member(&mut members, "failOnErrors"))?;
    let Some(Value::Array(operations)) = take_member(&mut members, "Operations") else {
        return Err(ScimError::invalid_syntax("Operations must be a list"));
    };
    if operations.len() > limits.max_operations {
        return Err(ScimError::too_large(format!(
            "a bulk request has at most {} operations (maxOperations)",
            limits.max_operations
        )));
    }
    let mut bulk_ids = HashSet::new();
    let operations = operations
        .into_iter()
        .map(|operation| self::operation(operation, &mut bulk_ids))
        .collect();
    Ok(Message {
        operations,
        fail_on_errors,
    })
}

fn check_schemas(schemas: Option<Value>) -> Result<(), ScimError> {
    let is_bulk = |urn: &Value| {
        urn.as_str()
            .is_some_and(|urn| urn.eq_ignore_ascii_case(BULK_REQUEST_URN))
    };
    match schemas {
        Some(Value::Array(urns)) if urns.iter().any(is_bulk) => Ok(()),
        _ => Err(ScimError::invalid_syntax(format!(
            "schemas must list {BULK_REQUEST_URN}"
        ))),
    }
}

fn fail_on_errors(value: Option<Value>) -> Result<Option<u64>, ScimError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_u64()
            .filter(|&limit| limit > 0)
            .map(Some)
            .ok_or_else(|| ScimError::invalid_value("failOnErrors must be a whole number above 0")),
    }
}

fn operation(operation: Value, bulk_ids: &mut HashSet<String>) -> (Operation, Task) {
    let mut members = match operation {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let method = text(&mut members, "method").unwrap_or_default();
    let bulk_id = text(&mut members, "bulkId").filter(|bulk_id| !bulk_id.is_empty());
    let is_new = bulk_id
        .as_ref()
        .is_none_or(|bulk_id| bulk_ids.insert(bulk_id.clone()));
    let task = match request(&method, bulk_id.clone(), members) {
        Ok(_) if !is_new => Task::Refuse(ScimError::invalid_value("the bulkId is used twice")),
        Ok(request) => Task::Run(request),
        Err(error) => Task::Refuse(error),
    };
    (Operation { method, bulk_id }, task)
}

fn request(
    method: &str,
    bulk_id: Option<String>,
    mut members: Map<String, Value>,
) -> Result<Request, ScimError> {
    let method = method_named(method)
        .ok_or_else(|| ScimError::invalid_syntax("method must be POST, PUT, PATCH or DELETE"))?;
    let path = text(&mut members, "path")
        .ok_or_else(|| ScimError::invalid_syntax("an operation needs a path"))?;
    let (resource_type, id) = target(&path)?;
    // RFC 7644 §3.7: "bulkId" is REQUIRED when "method" is "POST".
    if method == Method::Post && bulk_id.is_none() {
        return Err(ScimError::invalid_syntax("POST needs a bulkId"));
    }
    if (method == Method::Post) != id.is_none() {
        return Err(ScimError::invalid_syntax(
            "POST goes to an endpoint, every other method to a resource",
        ));
    }
    let data = match take_member(&mut members, "data") {
        _ if method == Method::Delete => Value::Null,
        Some(data @ Value::Object(_)) => data,
        _ => return Err(ScimError::invalid_syntax("data must be a JSON object")),
    };
    Ok(Request {
        method,
        resource_type,
        id,
        bulk_id,
        version: text(&mut members, "version"),
        data,
    })
}

fn method_named(name: &str) -> Option<Method> {
    [
        ("POST", Method::Post),
        ("PUT", Method::Put),
        ("PATCH", Method::Patch),
        ("DELETE", Method::Delete),
    ]
    .into_iter()
    .find(|(known, _)| known.eq_ignore_ascii_case(name))
    .map(|(_, method)| method)
}

/// The endpoint and the id in a path relative to the base URL.
fn target(path: &str) -> Result<(ResourceType, Option<String>), ScimError> {
    let not_found = || ScimError::not_found("the path leads to no endpoint for bulk operations");
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let endpoint = segments.next().ok_or_else(not_found)?;
    let resource_type = ResourceType::ALL
        .into_iter()
        .find(|resource_type| resource_type.endpoint().trim_start_matches('/') == endpoint)
        .ok_or_else(not_found)?;
    let id = segments.next().map(str::to_owned);
    match segments.next() {
        None => Ok((resource_type, id)),
        Some(_) => Err(not_found()),
    }
}

fn text(members: &mut Map<String, Value>, name: &str) -> Option<String> {
    match take_member(members, name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

//! Attributes that no schema declares: kept as sent, in one place whichever way they come.

use serde_json::Value;

use super::{is_read_only, is_urn};
use crate::scim::path::is_attribute_name;
use crate::scim::schema::{ResourceType, Schemas};

/// The member names that lead to where an undeclared member is kept; `None` when it is not: in what only the service writes, and
/// behind the core schema's URN what would look like another schema.
pub(in crate::scim) fn undeclared_keys(
    schemas: &Schemas,
    resource_type: ResourceType,
    name: &str,
    value: &Value,
) -> Option<Vec<String>> {
    if let Some(found) = schemas.split_urn(resource_type, name) {
        let rest = found.rest.to_owned();
        return match found.schema {
            schema if schema.is_core => (!is_urn(&rest)).then(|| vec![rest]),
            schema if is_read_only(schema) => None,
            schema => Some(vec![schema.id.clone(), rest]),
        };
    }
    Some(match name.rsplit_once(':') {
        // An attribute of an extension that nobody declared.
        Some((urn, rest)) if is_urn(urn) && !value.is_object() && is_attribute_name(rest) => {
            vec![urn.to_owned(), rest.to_owned()]
        }
        _ => vec![name.to_owned()],
    })
}

/// The value without what is unassigned inside; `None` when nothing is left.
pub(in crate::scim) fn assigned(value: Value) -> Option<Value> {
    // RFC 7643 §2.5: null and the empty list are "unassigned".
    match value {
        Value::Null => None,
        Value::Array(values) => {
            let values: Vec<Value> = values.into_iter().filter_map(assigned).collect();
            (!values.is_empty()).then_some(Value::Array(values))
        }
        Value::Object(members) => {
            let members: serde_json::Map<String, Value> = members
                .into_iter()
                .filter_map(|(name, value)| Some((name, assigned(value)?)))
                .collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        simple => Some(simple),
    }
}

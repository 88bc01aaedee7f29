//! Immutable attributes and PUT (RFC 7644 §3.5.1).

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::scim::error::ScimError;
use crate::scim::schema::{AttributeDef, Mutability, ResourceType, Schemas};

/// Refuses a PUT that changes what was set once for all. `before` is the stored document, `after` the draft's.
pub fn check_immutable(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    resource_type: ResourceType,
    schemas: &Schemas,
) -> Result<(), ScimError> {
    if let Some(core) = schemas.core(resource_type) {
        check(before, after, &core.attributes, "")?;
    }
    for extension in schemas.extensions(resource_type) {
        let members = |document: &Map<String, Value>| document.get(&extension.id).cloned();
        let Some(Value::Object(old)) = members(before) else {
            continue;
        };
        let new = match members(after) {
            Some(Value::Object(new)) => new,
            _ => Map::new(),
        };
        check(
            &old,
            &new,
            &extension.attributes,
            &format!("{}:", extension.id),
        )?;
    }
    Ok(())
}

fn check(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    defs: &[Arc<AttributeDef>],
    prefix: &str,
) -> Result<(), ScimError> {
    for def in defs {
        let Some(old) = before.get(&def.name) else {
            continue;
        };
        let new = after.get(&def.name);
        // RFC 7644 §3.5.1: once set, the input must match.
        if def.mutability == Mutability::Immutable && new != Some(old) {
            return Err(immutable(&format!("{prefix}{}", def.name)));
        }
        if let (Value::Object(old), Some(Value::Object(new))) = (old, new) {
            check(
                old,
                new,
                &def.sub_attributes,
                &format!("{prefix}{}.", def.name),
            )?;
        }
    }
    Ok(())
}

/// 400 `mutability`: the attribute has its value for good.
pub(in crate::scim) fn immutable(path: &str) -> ScimError {
    ScimError::mutability(format!("{path} is immutable and has a value"))
}

//! The PATCH message itself (RFC 7644 §3.5.2): `schemas` and `Operations`.

use serde_json::Value;

use super::change::Verb;
use super::{MAX_OPERATIONS, PATCH_OP_URN};
use crate::scim::error::ScimError;
use crate::scim::json::take_member;
use crate::scim::resource::{Reader, WarningKind};

/// An operation as sent. A `null` path is no path.
pub(super) struct Operation {
    pub(super) verb: Verb,
    pub(super) path: Option<String>,
    pub(super) value: Option<Value>,
}

/// The operations of a message.
pub(super) fn operations(
    body: Value,
    reader: &mut Reader<'_>,
) -> Result<Vec<Operation>, ScimError> {
    let Value::Object(mut members) = body else {
        return Err(ScimError::invalid_syntax("the PATCH is not a JSON object"));
    };
    check_schemas(take_member(&mut members, "schemas"), reader)?;
    let Some(Value::Array(operations)) = take_member(&mut members, "Operations") else {
        return Err(ScimError::invalid_syntax("Operations must be a list"));
    };
    if operations.len() > MAX_OPERATIONS {
        return Err(ScimError::too_large(format!(
            "a PATCH has at most {MAX_OPERATIONS} operations"
        )));
    }
    operations.into_iter().map(operation).collect()
}

fn check_schemas(schemas: Option<Value>, reader: &mut Reader<'_>) -> Result<(), ScimError> {
    let urns = match schemas {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(urns)) => urns,
        Some(lone) => vec![lone],
    };
    let is_patch_op = |urn: &Value| {
        urn.as_str()
            .is_some_and(|urn| urn.eq_ignore_ascii_case(PATCH_OP_URN))
    };
    if urns.iter().any(is_patch_op) {
        return Ok(());
    }
    // RFC 7644 §3.5.2: "schemas" MUST be that of PatchOp. Some clients leave it out, none means another message.
    if !urns.is_empty() || !reader.dialect.reads_loose_schemas {
        return Err(ScimError::invalid_syntax(format!(
            "schemas must list {PATCH_OP_URN}"
        )));
    }
    reader.warn(WarningKind::MissingPatchSchema, "schemas");
    Ok(())
}

fn operation(operation: Value) -> Result<Operation, ScimError> {
    let Value::Object(mut members) = operation else {
        return Err(ScimError::invalid_syntax(
            "an operation is not a JSON object",
        ));
    };
    let verb = take_member(&mut members, "op")
        .as_ref()
        .and_then(Value::as_str)
        .and_then(verb)
        .ok_or_else(|| ScimError::invalid_syntax("op must be add, replace or remove"))?;
    let path = match take_member(&mut members, "path") {
        None | Some(Value::Null) => None,
        Some(Value::String(path)) => Some(path),
        Some(_) => return Err(ScimError::invalid_path("path must be a string")),
    };
    let value = take_member(&mut members, "value");
    Ok(Operation { verb, path, value })
}

fn verb(word: &str) -> Option<Verb> {
    // Entra capitalizes.
    [
        ("add", Verb::Add),
        ("replace", Verb::Replace),
        ("remove", Verb::Remove),
    ]
    .into_iter()
    .find(|(known, _)| known.eq_ignore_ascii_case(word))
    .map(|(_, verb)| verb)
}

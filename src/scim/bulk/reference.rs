//! References between operations: `bulkId:…` in place of an id (RFC 7644 §3.7.2).
//!
//! A reference is a whole text, the end of a URL, or quoted inside a PATCH path: `members[value eq "bulkId:x"]`.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::Value;

use crate::scim::error::ScimError;

/// The ids of what the operations have made, by their bulkIds.
pub type BulkIds = HashMap<String, String>;

const PREFIX: &str = "bulkId:";

/// Replaces every reference in `data` by the id it stands for. 409 when one stands for nothing (yet).
pub fn resolve(data: &mut Value, ids: &BulkIds) -> Result<(), ScimError> {
    match data {
        Value::String(text) => resolve_text(text, ids),
        Value::Array(values) => values.iter_mut().try_for_each(|value| resolve(value, ids)),
        Value::Object(members) => members
            .values_mut()
            .try_for_each(|value| resolve(value, ids)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn resolve_text(text: &mut String, ids: &BulkIds) -> Result<(), ScimError> {
    let mut from = 0;
    while let Some(found) = next_reference(text, from) {
        let bulk_id = text.get(found.start + PREFIX.len()..found.end);
        let id = bulk_id
            .and_then(|bulk_id| ids.get(bulk_id))
            .ok_or_else(|| {
                // RFC 7644 §3.7.1: a reference that cannot be resolved is a conflict.
                ScimError::conflict("a bulkId stands for no resource that this request has created")
            })?;
        from = found.start + id.len();
        text.replace_range(found, id);
    }
    Ok(())
}

/// Calls `visit` with every bulkId that `data` refers to.
pub(super) fn visit_references<'v>(data: &'v Value, visit: &mut dyn FnMut(&'v str)) {
    match data {
        Value::String(text) => visit_text(text, visit),
        Value::Array(values) => values
            .iter()
            .for_each(|value| visit_references(value, visit)),
        Value::Object(members) => members
            .values()
            .for_each(|value| visit_references(value, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Calls `visit` with every bulkId that a text refers to.
pub(super) fn visit_text<'t>(text: &'t str, visit: &mut dyn FnMut(&'t str)) {
    let mut from = 0;
    while let Some(found) = next_reference(text, from) {
        from = found.end;
        if let Some(bulk_id) = text.get(found.start + PREFIX.len()..found.end) {
            visit(bulk_id);
        }
    }
}

/// True when `data` refers to one of the bulkIds.
pub(super) fn refers_to(data: &Value, bulk_ids: &[&str]) -> bool {
    let mut refers = false;
    visit_references(data, &mut |bulk_id| refers |= bulk_ids.contains(&bulk_id));
    refers
}

/// Where the next reference stands, at or after `from`.
fn next_reference(text: &str, mut from: usize) -> Option<Range<usize>> {
    loop {
        let start = from + text.get(from..)?.find(PREFIX)?;
        let id_start = start + PREFIX.len();
        let before = text.get(..start)?;
        if before.is_empty() || before.ends_with(['/', '"']) {
            let rest = text.get(id_start..)?;
            let end = id_start + rest.find(['/', '"']).unwrap_or(rest.len());
            return Some(start..end);
        }
        from = id_start;
    }
}

//! Values of attributes that no schema declares: kept as sent.

use serde_json::Value;

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

//! Reading of coerced arguments.

use serde_json::{Map, Value};

use crate::base::field::Field;

/// A text; None when absent or null.
pub fn text<'i>(input: &'i Map<String, Value>, name: &str) -> Option<&'i str> {
    input.get(name).and_then(Value::as_str)
}

/// An object; None when absent or null.
pub fn object<'i>(input: &'i Map<String, Value>, name: &str) -> Option<&'i Map<String, Value>> {
    input.get(name).and_then(Value::as_object)
}

/// A list of texts; None when absent or null.
pub fn texts<'i>(input: &'i Map<String, Value>, name: &str) -> Option<Vec<&'i str>> {
    let items = input.get(name)?.as_array()?;
    Some(items.iter().filter_map(Value::as_str).collect())
}

/// A list of objects; empty when absent or null.
pub fn objects<'i>(input: &'i Map<String, Value>, name: &str) -> Vec<&'i Map<String, Value>> {
    let items = input.get(name).and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .collect()
}

/// What to do with a text attribute: leave it when absent, clear it when null or blank.
pub fn change(input: &Map<String, Value>, name: &str) -> Field<String> {
    match input.get(name) {
        None => Field::Leave,
        Some(Value::String(text)) if !text.trim().is_empty() => Field::Set(text.clone()),
        Some(_) => Field::Clear,
    }
}

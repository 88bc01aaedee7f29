//! What statements are given, in words that every engine understands.

use crate::base::id::{ResourceId, ShopId};

/// A value for a placeholder.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

pub(super) fn int(value: i64) -> Value {
    Value::Int(value)
}

pub(super) fn maybe_int(value: Option<i64>) -> Value {
    value.map_or(Value::Null, Value::Int)
}

/// A number of rows.
pub(super) fn count(value: usize) -> Value {
    Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

pub(super) fn real(value: f64) -> Value {
    Value::Real(value)
}

pub(super) fn text(value: impl Into<String>) -> Value {
    Value::Text(value.into())
}

pub(super) fn maybe_text(value: Option<String>) -> Value {
    value.map_or(Value::Null, Value::Text)
}

pub(super) fn blob(value: impl Into<Vec<u8>>) -> Value {
    Value::Blob(value.into())
}

pub(super) fn maybe_blob(value: Option<Vec<u8>>) -> Value {
    value.map_or(Value::Null, Value::Blob)
}

pub(super) fn shop(id: ShopId) -> Value {
    Value::Int(id.0)
}

pub(super) fn id(id: ResourceId) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}

pub(super) fn maybe_id(value: Option<ResourceId>) -> Value {
    value.map_or(Value::Null, id)
}

//! Between columns and values.

use rusqlite::types::Value;

use super::StoreError;
use crate::base::id::{ResourceId, ShopId};

pub(super) fn int(value: i64) -> Value {
    Value::Integer(value)
}

pub(super) fn maybe_int(value: Option<i64>) -> Value {
    value.map_or(Value::Null, Value::Integer)
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
    Value::Integer(id.0)
}

pub(super) fn id(id: ResourceId) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}

/// An id from its column.
pub(super) fn read_id(bytes: &[u8]) -> Result<ResourceId, StoreError> {
    bytes
        .try_into()
        .map(ResourceId::from_bytes)
        .map_err(|_| StoreError::Corrupt { what: "id" })
}

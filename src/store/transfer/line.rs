//! The lines of an export, each a JSON object: a head, a line for each row, and an end that says what there must have been.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Number, Value as Json, json};

use super::Moved;
use super::tables::{Column, Kind, SCHEMA, Table};
use crate::store::StoreError;
use crate::store::value::Value;

/// What the head of an export says that it is.
pub(super) const FORMAT: &str = "syncup export";
/// What a row's line has beside its columns.
pub(super) const TABLE: &str = "table";
/// What the end has, and nothing else.
pub(super) const END: &str = "end";

pub(super) fn head(made_ms: i64) -> String {
    json!({"format": FORMAT, "schema": SCHEMA, "made_ms": made_ms}).to_string()
}

pub(super) fn end(moved: &[Moved]) -> String {
    json!({ END: moved }).to_string()
}

/// A row's line. One row has one line, whichever engine it is in: the digests are over it.
pub(super) fn row(table: &Table, values: &[Value]) -> Result<String, StoreError> {
    let mut members = Map::new();
    members.insert(TABLE.to_owned(), table.name.into());
    for (column, value) in table.columns.iter().zip(values) {
        members.insert(column.name.to_owned(), written(value)?);
    }
    Ok(Json::Object(members).to_string())
}

/// The values of a row's line, or what is wrong with it.
pub(super) fn values(
    table: &Table,
    members: &Map<String, Json>,
) -> Result<Vec<Value>, &'static str> {
    if members.len() != table.columns.len() + 1 {
        return Err("a row has its table's columns and no others");
    }
    table
        .columns
        .iter()
        .map(|column| value_of(column, members.get(column.name)?))
        .collect::<Option<_>>()
        .ok_or("a column is missing or of another type")
}

fn written(value: &Value) -> Result<Json, StoreError> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Int(number) => Json::from(*number),
        Value::Real(number) => Number::from_f64(*number)
            .ok_or(StoreError::Corrupt { what: "number" })?
            .into(),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Blob(bytes) => BASE64_STANDARD.encode(bytes).into(),
    })
}

fn value_of(column: &Column, json: &Json) -> Option<Value> {
    Some(match (column.kind, json) {
        (_, Json::Null) => Value::Null,
        (Kind::Int, number) => Value::Int(number.as_i64()?),
        (Kind::Real, number) => Value::Real(number.as_f64()?),
        (Kind::Text, text) => Value::Text(text.as_str()?.to_owned()),
        (Kind::Blob, text) => Value::Blob(BASE64_STANDARD.decode(text.as_str()?).ok()?),
    })
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

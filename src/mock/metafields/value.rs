//! Metafield types and their values.

use serde_json::Value;

use crate::mock::messages::{self, Rule};
use crate::mock::moment;

/// The types the mock accepts; each also as `list.TYPE`.
const TYPES: [&str; 16] = [
    "boolean",
    "color",
    "date",
    "date_time",
    "dimension",
    "id",
    "json",
    "language",
    "money",
    "multi_line_text_field",
    "number_decimal",
    "number_integer",
    "rating",
    "single_line_text_field",
    "url",
    "weight",
];

/// Whether there is such a type.
pub fn is_type(name: &str) -> bool {
    TYPES.contains(&name.strip_prefix("list.").unwrap_or(name))
}

/// What is wrong with a value of a type.
pub fn value_rule(value_type: &str, value: &str) -> Option<Rule> {
    let is_line = |text: &str| !text.contains(['\n', '\r']);
    if value.trim().is_empty() {
        return Some(messages::VALUE_BLANK);
    }
    let (fits, rule) = match value_type {
        "id" if value.len() > 2_048 => (false, messages::VALUE_TOO_LONG),
        "id" | "single_line_text_field" => (is_line(value), messages::VALUE_SINGLE_LINE),
        "number_integer" => (value.parse::<i64>().is_ok(), messages::VALUE_NOT_INTEGER),
        "boolean" => (
            matches!(value, "true" | "false"),
            messages::VALUE_NOT_BOOLEAN,
        ),
        "date" => (
            moment::parse(&format!("{value}T00:00:00Z")).is_some(),
            messages::VALUE_NOT_DATE,
        ),
        "date_time" => (is_date_time(value), messages::VALUE_NOT_DATE_TIME),
        list if list == "json" || list.starts_with("list.") => (
            serde_json::from_str::<Value>(value).is_ok(),
            messages::VALUE_NOT_JSON,
        ),
        _ => (true, messages::VALUE_BLANK),
    };
    (!fits).then_some(rule)
}

fn is_date_time(value: &str) -> bool {
    moment::parse(value).is_some() || moment::parse(&format!("{value}Z")).is_some()
}

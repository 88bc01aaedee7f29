//! Values against values: the comparisons of a bound filter.

use std::cmp::Ordering;

use serde_json::{Number, Value};
use time::OffsetDateTime;

use super::Operator;
use crate::scim::schema::parse_date_time;

/// What an attribute is compared to, in the attribute's own type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Comparand {
    /// Text that is compared exactly.
    ExactText(String),
    /// Text that is compared in any case.
    AnyCaseText {
        /// As sent.
        sent: String,
        /// Folded.
        folded: String,
    },
    /// A number.
    Number(Number),
    /// True or false.
    Boolean(bool),
    /// An instant, and how it was written.
    Instant(OffsetDateTime, String),
}

impl Comparand {
    /// True when `value` stands in the operator's relation to this. A value of another type stands in none but `ne`.
    pub(super) fn holds(&self, operator: Operator, value: &Value) -> bool {
        let is_related = match (self, value) {
            (Self::ExactText(wanted), Value::String(text)) => text_holds(operator, text, wanted),
            (Self::AnyCaseText { folded, .. }, Value::String(text)) => {
                text_holds(operator, &fold(text), folded)
            }
            (Self::Number(wanted), Value::Number(number)) => {
                compare_numbers(number, wanted).map(|order| order_holds(operator, order))
            }
            (Self::Boolean(wanted), Value::Bool(boolean)) => {
                Some(order_holds(operator, boolean.cmp(wanted)))
            }
            (Self::Instant(wanted, _), Value::String(text)) => {
                parse_date_time(text).map(|instant| order_holds(operator, instant.cmp(wanted)))
            }
            _ => None,
        };
        is_related.unwrap_or(operator == Operator::NotEqual)
    }

    /// The value as JSON, as the client wrote it.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::ExactText(text)
            | Self::AnyCaseText { sent: text, .. }
            | Self::Instant(_, text) => Value::from(text.as_str()),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Boolean(boolean) => Value::Bool(*boolean),
        }
    }
}

fn text_holds(operator: Operator, text: &str, wanted: &str) -> Option<bool> {
    Some(match operator {
        Operator::Contains => text.contains(wanted),
        Operator::StartsWith => text.starts_with(wanted),
        Operator::EndsWith => text.ends_with(wanted),
        // RFC 7644 §3.4.2.2: strings are ordered lexicographically.
        ordering => order_holds(ordering, text.cmp(wanted)),
    })
}

fn order_holds(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::GreaterThan => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::LessThan => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => false,
    }
}

/// The order of two JSON numbers; whole numbers exactly, others as floating point.
pub(in crate::scim) fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// The form in which texts are equal that differ in case only. Indexes over case-insensitive attributes hold this form.
///
/// Letters that only look alike stay apart: the dotless `ı` is no `i`.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Letter by letter, so that a part of a text folds as the text does: a sigma has another form at a word's end.
    let lower = text.chars().flat_map(char::to_lowercase);
    lower.map(|c| if c == 'ς' { 'σ' } else { c }).collect()
}

/// RFC 7644 table 3, `pr`: a non-empty value, or an object or list with one somewhere inside.
pub fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => values.iter().any(is_present),
        Value::Object(members) => members.values().any(is_present),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

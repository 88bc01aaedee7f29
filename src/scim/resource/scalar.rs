//! Simple values: text, booleans, numbers, instants, references, binaries (RFC 7643 §2.3).

use serde_json::Value;

use super::value::wrong_type;
use super::{Reader, WarningKind};
use crate::scim::error::ScimError;
use crate::scim::schema::{AttributeDef, AttributeType, parse_date_time};

impl Reader<'_> {
    /// A simple value of the attribute's type; `None` when it is unassigned.
    pub(super) fn scalar(
        &mut self,
        path: &str,
        def: &AttributeDef,
        value: Value,
    ) -> Result<Option<Value>, ScimError> {
        match (def.kind, value) {
            (_, Value::Null) => Ok(None),
            (AttributeType::Boolean, Value::String(text)) => self.text_boolean(path, &text),
            (AttributeType::Boolean, value @ Value::Bool(_)) => Ok(Some(value)),
            (AttributeType::Integer, Value::Number(number)) if !number.is_f64() => {
                Ok(Some(Value::Number(number)))
            }
            (AttributeType::Decimal, value @ Value::Number(_)) => Ok(Some(value)),
            (AttributeType::String, value @ Value::String(_)) => Ok(Some(value)),
            (
                AttributeType::DateTime | AttributeType::Reference | AttributeType::Binary,
                Value::String(text),
            ) => self.formed_text(path, def.kind, text),
            (kind, _) => Err(wrong_type(path, of_type(kind))),
        }
    }

    fn text_boolean(&mut self, path: &str, text: &str) -> Result<Option<Value>, ScimError> {
        let text = text.trim();
        let boolean = if text.is_empty() {
            None
        } else if text.eq_ignore_ascii_case("true") {
            Some(Value::Bool(true))
        } else if text.eq_ignore_ascii_case("false") {
            Some(Value::Bool(false))
        } else {
            return Err(wrong_type(path, of_type(AttributeType::Boolean)));
        };
        if !self.dialect.reads_text_booleans {
            return Err(wrong_type(path, of_type(AttributeType::Boolean)));
        }
        self.warn(WarningKind::TextBoolean, path);
        Ok(boolean)
    }

    fn formed_text(
        &mut self,
        path: &str,
        kind: AttributeType,
        text: String,
    ) -> Result<Option<Value>, ScimError> {
        let is_well_formed = match kind {
            AttributeType::DateTime => parse_date_time(&text).is_some(),
            AttributeType::Binary => is_base64(&text),
            _ => !text.contains(|c: char| c.is_whitespace() || c.is_control()),
        };
        if !is_well_formed {
            if !self.dialect.keeps_malformed_values {
                return Err(wrong_type(path, of_type(kind)));
            }
            self.warn(WarningKind::MalformedValue, path);
        }
        Ok(Some(Value::String(text)))
    }
}

fn of_type(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::String => "a string",
        AttributeType::Boolean => "true or false",
        AttributeType::Decimal => "a number",
        AttributeType::Integer => "a whole number",
        AttributeType::DateTime => "a date and time",
        AttributeType::Reference => "a URI",
        AttributeType::Binary => "base64 text",
        AttributeType::Complex => "an object",
    }
}

/// RFC 7643 §2.3.6: base64 or base64url, padded or not.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    text.len() - digits.len() <= 2 && digits.len() % 4 != 1 && digits.bytes().all(legal)
}

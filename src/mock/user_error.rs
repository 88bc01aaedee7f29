//! `userErrors` of a payload.

use std::borrow::Cow;

use serde_json::Value;

use super::graphql::resolved::Resolved;
use super::messages::Rule;

/// One entry of `userErrors`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    field: Option<Vec<String>>,
    message: String,
    code: Option<Cow<'static, str>>,
}

impl UserError {
    /// A broken rule at a field; an empty path is a null field.
    pub fn new(field: &[&str], rule: Rule) -> Self {
        Self::text(field, rule.message, Some(rule.code))
    }

    /// A message that is made up of parts.
    pub fn text(field: &[&str], message: impl Into<String>, code: Option<&'static str>) -> Self {
        let path: Vec<String> = field.iter().map(|&segment| segment.to_owned()).collect();
        Self {
            field: (!path.is_empty()).then_some(path),
            message: message.into(),
            code: code.map(Cow::Borrowed),
        }
    }

    /// An error that a script says.
    pub fn scripted(field: Option<Vec<String>>, message: String, code: Option<String>) -> Self {
        Self {
            field,
            message,
            code: code.map(Cow::Owned),
        }
    }

    /// The error without its code.
    pub fn without_code(self) -> Self {
        Self { code: None, ..self }
    }

    /// The error with another path before its own.
    pub fn under(mut self, prefix: &[&str]) -> Self {
        let own = self.field.take().unwrap_or_default();
        let path: Vec<String> = prefix
            .iter()
            .map(|&segment| segment.to_owned())
            .chain(own)
            .collect();
        self.field = (!path.is_empty()).then_some(path);
        self
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }

    fn resolved(&self) -> Resolved {
        let field = self
            .field
            .as_ref()
            .map_or(Value::Null, |path| path.clone().into());
        Resolved::record(vec![
            ("field", Resolved::Leaf(field)),
            ("message", Resolved::leaf(self.message.clone())),
            ("code", Resolved::leaf(self.code.as_deref())),
            ("elementIndex", Resolved::NULL),
        ])
    }
}

/// A mutation's payload: its result, or what is wrong.
pub fn payload(name: &'static str, result: Result<Resolved, Vec<UserError>>) -> Resolved {
    let (value, errors) = match result {
        Ok(value) => (value, Vec::new()),
        Err(errors) => (Resolved::NULL, errors),
    };
    payload_of(vec![(name, value)], &errors)
}

/// A payload with several fields.
pub fn payload_of(mut fields: Vec<(&'static str, Resolved)>, errors: &[UserError]) -> Resolved {
    let errors = errors.iter().map(UserError::resolved).collect();
    fields.push(("userErrors", Resolved::List(errors)));
    Resolved::record(fields)
}

//! The body of a token request: a form, or JSON.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::mock::transport::Request;

/// The members of a body.
#[derive(Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// The body of a request; empty when it is unreadable.
    pub fn read(request: &Request) -> Self {
        let kind = request.header("Content-Type").unwrap_or_default();
        if kind.starts_with("application/json") {
            let members: Map<String, Value> =
                serde_json::from_slice(&request.body).unwrap_or_default();
            return Self(
                members
                    .into_iter()
                    .map(|(name, value)| (name, text(value)))
                    .collect(),
            );
        }
        Self::parse(&String::from_utf8_lossy(&request.body))
    }

    /// `application/x-www-form-urlencoded`.
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        Self(
            pairs
                .map(|(name, value)| (decoded(name), decoded(value)))
                .collect(),
        )
    }

    /// A member.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut members = self.0.iter();
        members
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a switch is on.
    pub fn is_set(&self, name: &str) -> bool {
        matches!(self.get(name), Some("1" | "true"))
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

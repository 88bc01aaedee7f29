//! A top-level error with Shopify's `extensions.code`.

use apollo_compiler::parser::LineColumn;
use serde_json::{Map, Value, json};

/// One entry of a reply's `errors`. Boxed: results carry it far and rarely have it.
#[derive(Debug, Clone, PartialEq)]
pub struct CodedError(Box<Parts>);

#[derive(Debug, Clone, Default, PartialEq)]
struct Parts {
    message: String,
    place: Option<LineColumn>,
    path: Vec<String>,
    extensions: Map<String, Value>,
}

impl CodedError {
    /// An error with a code.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self::plain(message).with("code", code)
    }

    /// An error without `extensions`, as syntax errors are.
    pub fn plain(message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            message: message.into(),
            ..Parts::default()
        }))
    }

    /// Where in the document.
    pub fn at(mut self, place: Option<LineColumn>) -> Self {
        self.0.place = place;
        self
    }

    /// Where in the operation or in the data.
    pub fn on(mut self, path: &[String]) -> Self {
        self.0.path = path.to_vec();
        self
    }

    /// One more entry of `extensions`.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.extensions.insert(key.to_owned(), value.into());
        self
    }

    /// The code, empty for an error without one.
    pub fn code(&self) -> &str {
        let code = self.0.extensions.get("code");
        code.and_then(Value::as_str).unwrap_or_default()
    }

    /// The text.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The error as a client reads it.
    pub fn to_json(&self) -> Value {
        let parts = &self.0;
        let mut error = Map::new();
        error.insert("message".to_owned(), parts.message.clone().into());
        if let Some(place) = parts.place {
            let location = json!([{"line": place.line, "column": place.column}]);
            error.insert("locations".to_owned(), location);
        }
        if !parts.path.is_empty() {
            error.insert("path".to_owned(), parts.path.clone().into());
        }
        if !parts.extensions.is_empty() {
            error.insert("extensions".to_owned(), parts.extensions.clone().into());
        }
        error.into()
    }
}

//! A top-level error with Shopify's `extensions.code`.

use apollo_compiler::parser::LineColumn;
use serde_json::{Map, Value, json};

/// One entry of a reply's `errors`.
#[derive(Debug, Clone, PartialEq)]
pub struct CodedError {
    message: String,
    location: Option<(usize, usize)>,
    path: Vec<String>,
    extensions: Map<String, Value>,
}

impl CodedError {
    /// An error with a code.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        let mut extensions = Map::new();
        extensions.insert("code".to_owned(), code.into());
        Self {
            message: message.into(),
            location: None,
            path: Vec::new(),
            extensions,
        }
    }

    /// An error without `extensions`, as syntax errors are.
    pub fn plain(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            location: None,
            path: Vec::new(),
            extensions: Map::new(),
        }
    }

    /// Where in the document.
    pub fn at(mut self, place: Option<LineColumn>) -> Self {
        self.location = place.map(|at| (at.line, at.column));
        self
    }

    /// Where in the operation or in the data.
    pub fn on(mut self, path: &[String]) -> Self {
        self.path = path.to_vec();
        self
    }

    /// One more entry of `extensions`.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(key.to_owned(), value.into());
        self
    }

    /// The code, empty for an error without one.
    pub fn code(&self) -> &str {
        self.extensions
            .get("code")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The error as a client reads it.
    pub fn to_json(&self) -> Value {
        let mut error = Map::new();
        error.insert("message".to_owned(), self.message.clone().into());
        if let Some((line, column)) = self.location {
            error.insert(
                "locations".to_owned(),
                json!([{"line": line, "column": column}]),
            );
        }
        if !self.path.is_empty() {
            error.insert("path".to_owned(), self.path.clone().into());
        }
        if !self.extensions.is_empty() {
            error.insert("extensions".to_owned(), self.extensions.clone().into());
        }
        error.into()
    }
}

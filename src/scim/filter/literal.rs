//! The value on the right of a comparison.

use std::fmt;

use serde_json::Number;

/// A value as a client wrote it. Its type is checked when the filter is bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// A JSON string, or a word without quotes.
    Text(String),
    /// A JSON number, as written.
    Number(NumberText),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`.
    Null,
}

/// The text of a JSON number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberText(String);

impl NumberText {
    /// The number, read.
    pub fn number(&self) -> Option<Number> {
        self.0.parse().ok()
    }

    /// The number as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Literal {
    /// The reading of a word without quotes: a number or one of JSON's three words in any case.
    pub fn of_word(word: &str) -> Option<Self> {
        if word.eq_ignore_ascii_case("true") {
            return Some(Self::Boolean(true));
        }
        if word.eq_ignore_ascii_case("false") {
            return Some(Self::Boolean(false));
        }
        if word.eq_ignore_ascii_case("null") {
            return Some(Self::Null);
        }
        let is_number = word.parse::<Number>().is_ok();
        is_number.then(|| Self::Number(NumberText(word.to_owned())))
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => serde_json::Value::from(text.as_str()).fmt(f),
            Self::Number(number) => f.write_str(number.as_str()),
            Self::Boolean(boolean) => boolean.fmt(f),
            Self::Null => f.write_str("null"),
        }
    }
}

//! Attribute names and PATCH paths (RFC 7644 §3.5.2, §3.10): read without a schema, then resolved against one.

mod resolve;

#[cfg(test)]
mod tests;

use std::fmt;

pub use resolve::{AttributeRef, ResolvedPath, Target};

use super::error::ScimError;
use super::filter::{Filter, FilterError, Parser};

/// Why a text is no usable path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The text breaks the grammar.
    #[error("bad path at byte {offset}: expected {expected}")]
    Syntax {
        /// Where, in bytes from the start of the path.
        offset: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// The schema is known, the attribute is not.
    #[error("{name} is not an attribute of this resource")]
    UnknownAttribute {
        /// The name as sent.
        name: String,
    },
    /// No schema of this resource has a URN that the name begins with.
    #[error("{name} belongs to no schema of this resource")]
    UnknownSchema {
        /// The name as sent.
        name: String,
    },
    /// A filter stands behind a sub-attribute or a schema.
    #[error("{name} cannot be filtered")]
    NotFilterable {
        /// The name as sent.
        name: String,
    },
    /// The filter in brackets does not fit its attribute.
    #[error("the filter in the path does not fit")]
    Filter {
        /// What does not fit.
        #[source]
        source: FilterError,
    },
}

impl PathError {
    /// True when the grammar holds but a name means nothing here: a tolerant server may pass over it.
    pub fn is_unknown(&self) -> bool {
        matches!(
            self,
            Self::UnknownAttribute { .. } | Self::UnknownSchema { .. }
        )
    }
}

impl From<PathError> for ScimError {
    fn from(error: PathError) -> Self {
        match error {
            // RFC 7644 §3.12: invalidFilter is also for "PATCH (Path Filter)".
            PathError::Filter { source } => Self::invalid_filter(source.to_string()),
            other => Self::invalid_path(other.to_string()),
        }
    }
}

/// A name as a client writes it: `attr`, `attr.sub`, `urn:…:attr`, `urn:…:attr.sub` or `urn:…`.
///
/// Where a URN ends, only a schema tells: `urn:x:ext:1.0` may be a schema, or the attribute `1.0` of none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeName(String);

impl AttributeName {
    /// Reads a text that is one name and nothing else.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let path = Path::parse(text)?;
        match path {
            Path {
                name, filter: None, ..
            } => Ok(name),
            Path { name, .. } => Err(PathError::Syntax {
                offset: name.0.len(),
                expected: "the end of the name",
            }),
        }
    }

    /// A name whose shape the caller has checked with `is_legal`.
    pub(super) fn checked(text: &str) -> Option<Self> {
        Self::is_legal(text).then(|| Self(text.to_owned()))
    }

    /// The name as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_urn(text: &str) -> bool {
        text.get(..4)
            .is_some_and(|head| head.eq_ignore_ascii_case("urn:"))
    }

    fn is_legal(text: &str) -> bool {
        if Self::is_urn(text) {
            return text.len() > 4;
        }
        match text.split_once('.') {
            Some((name, sub)) => is_attribute_name(name) && is_attribute_name(sub),
            None => is_attribute_name(text),
        }
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A PATCH path: a name, or `attr[filter]`, or `attr[filter].sub`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// What stands before the bracket.
    pub name: AttributeName,
    /// What stands in brackets: which elements are meant.
    pub filter: Option<Filter>,
    /// What stands behind the bracket.
    pub sub_attribute: Option<String>,
}

impl Path {
    /// Reads a path, its filter with the liberties that real clients take. The error's offset counts bytes of `text`.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        Self::read(Parser::tolerant(text))
    }

    /// Reads a path, its filter as RFC 7644 has it.
    pub fn parse_strict(text: &str) -> Result<Self, PathError> {
        Self::read(Parser::strict(text))
    }

    fn read(parser: Parser<'_>) -> Result<Self, PathError> {
        parser.path().map_err(|error| match error {
            FilterError::Syntax { offset, expected } => PathError::Syntax { offset, expected },
            source => PathError::Filter { source },
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)?;
        if let Some(filter) = &self.filter {
            write!(f, "[{filter}]")?;
        }
        if let Some(sub_attribute) = &self.sub_attribute {
            write!(f, ".{sub_attribute}")?;
        }
        Ok(())
    }
}

/// True for a name that an attribute may have.
pub fn is_attribute_name(name: &str) -> bool {
    // RFC 7643 §2.1 allows `$` (as in `$ref`), which RFC 7644's figure 1 forgets.
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

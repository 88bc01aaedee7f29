//! Filters (RFC 7644 §3.4.2.2): read, bound to a shop's schemas, and run over resources.
//!
//! | step | function | what it refuses |
//! |---|---|---|
//! | read | [`parse()`], [`parse_strict`] | what the grammar does not have; more than 32 levels or 512 terms |
//! | bind | [`Filter::bind`] | unknown attributes, comparisons the attribute's type does not have |
//! | run | [`BoundFilter::matches`] | nothing |
//!
//! Where the RFC leaves a choice: `ne` matches a resource without the attribute; a comparison with a multi-valued attribute holds when
//! it holds for any of its values; a complex attribute without sub-attribute is compared by its `value`; `eq null` means `not (… pr)`.

mod bind;
mod bound;
mod compare;
mod literal;
mod lookup;
mod parse;
mod print;

#[cfg(test)]
mod tests;

pub use bound::{BoundFilter, ValueFilter};
pub(super) use compare::compare_numbers;
pub use compare::{fold, is_present};
pub use literal::Literal;
pub use lookup::IndexLookup;
pub(super) use parse::Parser;

use super::error::ScimError;
use super::path::AttributeName;

/// How deep parentheses and brackets may nest.
pub const MAX_DEPTH: usize = 32;
/// How many comparisons one filter may have.
pub const MAX_TERMS: usize = 512;

/// Why a text is no usable filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The text breaks the grammar.
    #[error("bad filter at byte {offset}: expected {expected}")]
    Syntax {
        /// Where, in bytes from the start of the filter.
        offset: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// More than `MAX_DEPTH` levels.
    #[error("the filter nests deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// More than `MAX_TERMS` comparisons.
    #[error("the filter has more than {MAX_TERMS} terms")]
    TooManyTerms,
    /// A name that no schema here has.
    #[error("{name} is not an attribute that can be filtered by")]
    UnknownAttribute {
        /// The name as sent.
        name: String,
    },
    /// An attribute that is never returned cannot be asked about either.
    #[error("{name} cannot be filtered by: it is never returned")]
    NeverReturned {
        /// The name as sent.
        name: String,
    },
    /// A complex attribute that has no `value` to stand for it.
    #[error("{name} cannot be compared as a whole: name one of its sub-attributes")]
    Complex {
        /// The name as sent.
        name: String,
    },
    /// The attribute's type does not have this comparison.
    #[error("{name} is of type {kind} and cannot be compared with {operator}")]
    Operator {
        /// The name as sent.
        name: String,
        /// The attribute's type.
        kind: &'static str,
        /// The operator.
        operator: &'static str,
    },
    /// The value is not one of the attribute's type.
    #[error("{name} is compared with a value that is not of type {kind}")]
    Value {
        /// The name as sent.
        name: String,
        /// The attribute's type.
        kind: &'static str,
    },
}

impl From<FilterError> for ScimError {
    fn from(error: FilterError) -> Self {
        Self::invalid_filter(error.to_string())
    }
}

/// A filter as a client wrote it: names and values are not yet checked. Prints as RFC 7644 writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All of these, at least two. Built by `Filter::all`.
    All(Vec<Filter>),
    /// Any of these, at least two. Built by `Filter::any`.
    Any(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// One value of the attribute fulfils the whole filter: `emails[type eq "work" and value co "@x"]`.
    ValuePath {
        /// The attribute with the values.
        attribute: AttributeName,
        /// What one value must fulfil.
        filter: Box<Filter>,
    },
    /// The attribute has a value: `title pr`.
    Present(AttributeName),
    /// The attribute compares to a value: `userName eq "bjensen"`.
    Compare {
        /// The attribute.
        attribute: AttributeName,
        /// How.
        operator: Operator,
        /// To what.
        literal: Literal,
    },
}

impl Filter {
    /// The conjunction. Flattens nested ones; a single filter stays itself.
    pub fn all(filters: Vec<Self>) -> Self {
        Self::joined(filters, Self::All, |filter| match filter {
            Self::All(inner) => Ok(inner),
            other => Err(other),
        })
    }

    /// The disjunction. Flattens nested ones; a single filter stays itself.
    pub fn any(filters: Vec<Self>) -> Self {
        Self::joined(filters, Self::Any, |filter| match filter {
            Self::Any(inner) => Ok(inner),
            other => Err(other),
        })
    }

    fn joined(
        filters: Vec<Self>,
        join: fn(Vec<Self>) -> Self,
        inner: fn(Self) -> Result<Vec<Self>, Self>,
    ) -> Self {
        let mut flat = Vec::with_capacity(filters.len());
        for filter in filters {
            match inner(filter) {
                Ok(filters) => flat.extend(filters),
                Err(filter) => flat.push(filter),
            }
        }
        match flat.pop() {
            Some(only) if flat.is_empty() => only,
            last => {
                flat.extend(last);
                join(flat)
            }
        }
    }
}

/// RFC 7644 table 3, without `pr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `eq`.
    Equal,
    /// `ne`.
    NotEqual,
    /// `co`.
    Contains,
    /// `sw`.
    StartsWith,
    /// `ew`.
    EndsWith,
    /// `gt`.
    GreaterThan,
    /// `ge`.
    GreaterOrEqual,
    /// `lt`.
    LessThan,
    /// `le`.
    LessOrEqual,
}

impl Operator {
    /// Every operator.
    pub const ALL: [Self; 9] = [
        Self::Equal,
        Self::NotEqual,
        Self::Contains,
        Self::StartsWith,
        Self::EndsWith,
        Self::GreaterThan,
        Self::GreaterOrEqual,
        Self::LessThan,
        Self::LessOrEqual,
    ];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Contains => "co",
            Self::StartsWith => "sw",
            Self::EndsWith => "ew",
            Self::GreaterThan => "gt",
            Self::GreaterOrEqual => "ge",
            Self::LessThan => "lt",
            Self::LessOrEqual => "le",
        }
    }

    /// True for `co`, `sw`, `ew`.
    pub fn is_substring(self) -> bool {
        matches!(self, Self::Contains | Self::StartsWith | Self::EndsWith)
    }

    /// True for `gt`, `ge`, `lt`, `le`.
    pub fn is_ordering(self) -> bool {
        matches!(
            self,
            Self::GreaterThan | Self::GreaterOrEqual | Self::LessThan | Self::LessOrEqual
        )
    }
}

/// Reads a filter, with the liberties that real clients take: values without quotes (`userName eq bob@x`) and
/// Entra's `emails[type eq "work"].value eq "x"`, which becomes `emails[type eq "work" and value eq "x"]`.
pub fn parse(text: &str) -> Result<Filter, FilterError> {
    Parser::tolerant(text).filter()
}

/// Reads a filter as RFC 7644's figure 1 has it; only blanks may be more than one.
pub fn parse_strict(text: &str) -> Result<Filter, FilterError> {
    Parser::strict(text).filter()
}

/// For fuzzing: what can be read can be printed, and its print reads as the same.
pub fn prints_as_it_reads(text: &str) -> bool {
    match parse(text) {
        Ok(filter) => parse_strict(&filter.to_string()) == Ok(filter),
        Err(_) => true,
    }
}

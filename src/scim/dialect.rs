//! What a shop accepts beyond the RFCs. One engine, and a struct of switches; nothing else asks who the client is.
//!
//! | preset | meaning |
//! |---|---|
//! | [`Dialect::tolerant`] | everything that known identity providers send; the default |
//! | [`Dialect::strict`] | RFC 7643 and RFC 7644 to the letter |

use super::filter::{self, Filter, FilterError};
use super::path::{Path, PathError};

/// The tolerances, each of which can be switched alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// PATCH `add` and `replace` at `emails[type eq "work"].value` make the element when there is none (Entra).
    /// Off: 400 `noTarget`, RFC 7644 §3.5.2.3.
    pub creates_missing_elements: bool,
    /// `"True"` and `"false"` are booleans (Entra, OneLogin).
    pub reads_text_booleans: bool,
    /// `[false]` and `[{"value": "x"}]` stand for the single value in them (Entra, Okta).
    pub unwraps_lists: bool,
    /// `"x"` stands for the complex value `{"value": "x"}`, as does `{"managerId": "x"}` for a manager (Entra, Keycloak, OneLogin).
    pub wraps_plain_values: bool,
    /// A lone value stands for a list of one (OneLogin).
    pub wraps_lone_values: bool,
    /// PATCH `remove` with a list of values removes only those (Entra, JumpCloud, rauthy).
    /// Off: it removes the whole attribute, RFC 7644 §3.5.2.2.
    pub removes_listed_values: bool,
    /// Filters, also in paths, may have values without quotes (authentik) and the form `emails[type eq "work"].value eq "x"` (Entra).
    pub reads_loose_filters: bool,
    /// Attributes and extensions that no schema declares are kept as they are. Off: 400.
    pub keeps_unknown_attributes: bool,
    /// An extension's attribute may be named without its URN: `manager`, `department` (Entra).
    pub finds_extension_attributes: bool,
    /// `schemas` may be missing, and its URNs may be old or misspelt (OneLogin, Entra).
    pub reads_loose_schemas: bool,
    /// Of several values with `primary: true`, the first stays primary. Off: 400.
    pub settles_primaries: bool,
    /// Dates, references and binaries that are none are kept as the text they are. Off: 400.
    pub keeps_malformed_values: bool,
}

impl Dialect {
    /// Everything that known identity providers send.
    pub fn tolerant() -> Self {
        Self::all(true)
    }

    /// The RFCs to the letter.
    pub fn strict() -> Self {
        Self::all(false)
    }

    /// Reads a filter with the tolerance of `reads_loose_filters`.
    pub fn read_filter(&self, text: &str) -> Result<Filter, FilterError> {
        if self.reads_loose_filters {
            filter::parse(text)
        } else {
            filter::parse_strict(text)
        }
    }

    /// Reads a PATCH path with the tolerance of `reads_loose_filters`.
    pub fn read_path(&self, text: &str) -> Result<Path, PathError> {
        if self.reads_loose_filters {
            Path::parse(text)
        } else {
            Path::parse_strict(text)
        }
    }

    fn all(is_on: bool) -> Self {
        Self {
            creates_missing_elements: is_on,
            reads_text_booleans: is_on,
            unwraps_lists: is_on,
            wraps_plain_values: is_on,
            wraps_lone_values: is_on,
            removes_listed_values: is_on,
            reads_loose_filters: is_on,
            keeps_unknown_attributes: is_on,
            finds_extension_attributes: is_on,
            reads_loose_schemas: is_on,
            settles_primaries: is_on,
            keeps_malformed_values: is_on,
        }
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::tolerant()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_as_loosely_as_the_dialect_has_it() {
        let check = |row: &str, text: &str, is_strict: bool| {
            assert!(Dialect::tolerant().read_filter(text).is_ok(), "{row}");
            assert_eq!(
                Dialect::strict().read_filter(text).is_ok(),
                is_strict,
                "{row}"
            );
        };
        check("B20", r#"emails[type eq "work"].value eq "a@x""#, false);
        check("R11: no quotes", "userName eq bob@x", false);
        check("B9", r#"emails[type eq "work" and value sw "a"]"#, true);
    }

    #[test]
    fn the_default_is_tolerant() {
        assert_eq!(Dialect::default(), Dialect::tolerant());
        assert_ne!(Dialect::strict(), Dialect::tolerant());
    }
}

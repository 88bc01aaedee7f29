//! What was tolerated. Counted and shown, never silent; names attributes, never values.

use std::fmt;

/// One deviation from the RFCs that a client was forgiven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What it was.
    pub kind: WarningKind,
    /// The attribute's name, as precise as it is known; of a name of the client's own, at most `MAX_NAME` characters.
    pub path: String,
}

/// The kinds of deviations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WarningKind {
    /// An attribute that no schema declares is kept as sent.
    UnknownAttribute,
    /// A path into an attribute that no schema declares means nothing here.
    IgnoredPath,
    /// `schemas` is missing.
    MissingSchemas,
    /// A URN in `schemas` is an old or a misspelt one.
    OldSchema,
    /// A URN in `schemas` is of no schema here.
    UndeclaredSchema,
    /// `schemas` itself cannot be changed.
    SchemasChange,
    /// An extension's attribute is named without its URN.
    MissingUrn,
    /// A boolean is written as text.
    TextBoolean,
    /// A single value stands in a list or in an object of its own.
    ListForValue,
    /// A plain value stands for a complex one.
    PlainValue,
    /// A lone value stands for a list.
    LoneValue,
    /// Several values are primary.
    SeveralPrimary,
    /// A date, reference or binary is none.
    MalformedValue,
    /// A PATCH names an element that is not there; it is made.
    MissingElement,
    /// A PATCH `remove` lists the values to remove.
    ListedRemoval,
    /// A PATCH has no `schemas` of its own.
    MissingPatchSchema,
}

impl WarningKind {
    /// A word for a metric's label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownAttribute => "unknown_attribute",
            Self::IgnoredPath => "ignored_path",
            Self::MissingSchemas => "missing_schemas",
            Self::OldSchema => "old_schema",
            Self::UndeclaredSchema => "undeclared_schema",
            Self::SchemasChange => "schemas_change",
            Self::MissingUrn => "missing_urn",
            Self::TextBoolean => "text_boolean",
            Self::ListForValue => "list_for_value",
            Self::PlainValue => "plain_value",
            Self::LoneValue => "lone_value",
            Self::SeveralPrimary => "several_primary",
            Self::MalformedValue => "malformed_value",
            Self::MissingElement => "missing_element",
            Self::ListedRemoval => "listed_removal",
            Self::MissingPatchSchema => "missing_patch_schema",
        }
    }
}

/// How much is kept of a name that the client made up.
const MAX_NAME: usize = 128;

impl Warning {
    /// A warning about an attribute.
    pub(in crate::scim) fn new(kind: WarningKind, path: &str) -> Self {
        Self {
            kind,
            path: path.chars().take(MAX_NAME).collect(),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.as_str(), self.path)
    }
}

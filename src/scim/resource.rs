//! Canonicalises a resource that a client sent with POST or PUT (RFC 7643 §2, RFC 7644 §3.3, §3.5.1).
//!
//! | what | becomes |
//! |---|---|
//! | a name in any case, dotted, with or without URN | the canonical name in its canonical place |
//! | `null`, `[]`, `{}` | absent; an empty string is a value and stays |
//! | a read-only attribute, a password | dropped |
//! | a group's `members` | [`Draft::members`], apart from the document |
//! | a missing `active` | `true` |
//! | what the RFC forbids and clients send all the same | what they mean, with a [`Warning`], as the [`Dialect`] allows |
//!
//! Values stay as sent: clients compare them.

mod document;
mod immutable;
mod membership;
mod opaque;
mod place;
mod primary;
mod scalar;
mod schemas;
mod value;
mod warning;

#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::{Map, Value};

pub(in crate::scim) use document::{check_required, is_filled, missing};
pub use immutable::check_immutable;
pub(in crate::scim) use immutable::immutable;
pub use membership::MemberRef;
pub(in crate::scim) use opaque::{assigned, undeclared_keys};
pub(in crate::scim) use place::{is_read_only, is_urn};
pub(in crate::scim) use primary::{is_primary, settle_primaries};
pub(in crate::scim) use schemas::complete;
pub(in crate::scim) use value::{Reader, check_count};
pub use warning::{Warning, WarningKind};

use place::Place;

use super::dialect::Dialect;
use super::error::ScimError;
use super::schema::{ResourceType, Schemas};

/// No multi-valued attribute has more values; a group's members are not counted.
pub const MAX_VALUES: usize = 1_000;

/// A resource as a client wants it.
#[derive(Clone, PartialEq)]
pub struct Draft {
    /// The canonical document: no `id`, `meta`, `groups`, `password`, `members`; `schemas` lists the URNs in use, for a user
    /// always with that of the Shopify extension.
    pub attributes: Map<String, Value>,
    /// The members of a group, each once, in the order sent.
    pub members: Vec<MemberRef>,
    /// What was tolerated.
    pub warnings: Vec<Warning>,
}

/// Names only: the values are personal data.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.attributes.keys().collect();
        f.debug_struct("Draft")
            .field("attributes", &names)
            .field("members", &self.members)
            .field("warnings", &self.warnings)
            .finish()
    }
}

/// Reads a user.
pub fn read_user(body: Value, schemas: &Schemas, dialect: &Dialect) -> Result<Draft, ScimError> {
    document::read(body, ResourceType::User, schemas, dialect)
}

/// Reads a group.
pub fn read_group(body: Value, schemas: &Schemas, dialect: &Dialect) -> Result<Draft, ScimError> {
    document::read(body, ResourceType::Group, schemas, dialect)
}

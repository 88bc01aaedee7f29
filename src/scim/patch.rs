//! PATCH (RFC 7644 §3.5.2): read once, then applied to a document as a whole or not at all.
//!
//! | step | function | what it refuses |
//! |---|---|---|
//! | read | [`parse`] | what is no PatchOp, broken paths, values of the wrong type, read-only targets |
//! | apply | [`apply`] | what depends on the document: `noTarget`, required values removed, immutable values changed |
//! | compare | [`diff()`] | nothing; an empty result means that nothing is to be done |
//!
//! A group's members are not in its document; what a PATCH does to them is a list of [`MemberChange`]s, in order.
//!
//! Where the RFC leaves a choice: replacing a complex value merges its parts; replacing a selected element keeps what the filter
//! says of it; an element whose `value` is removed is removed; removing what is not there changes nothing.

mod action;
mod change;
mod diff;
mod document;
mod elements;
mod members;
mod message;
mod read;
mod single;
mod unknown;

#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::{Map, Value};

use change::Change;
pub use diff::diff;
pub use members::MemberChange;

use super::dialect::Dialect;
use super::error::ScimError;
use super::resource::{Warning, check_required, complete};
use super::schema::{ResourceType, Schemas};

/// The schema of a PATCH body.
pub const PATCH_OP_URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// No PATCH has more operations.
pub const MAX_OPERATIONS: usize = 10_000;

/// A PATCH, read.
#[derive(Clone, PartialEq)]
pub struct Patch {
    resource_type: ResourceType,
    schemas: Schemas,
    dialect: Dialect,
    changes: Vec<Change>,
    warnings: Vec<Warning>,
}

/// What a PATCH makes of a resource.
#[derive(Clone, PartialEq)]
pub struct Patched {
    /// The document after it.
    pub attributes: Map<String, Value>,
    /// The names of the attributes that differ, as [`diff()`] gives them. Empty when the document stays as it is.
    pub changed: Vec<String>,
    /// What is to be done to a group's members, in order.
    pub members: Vec<MemberChange>,
    /// What was tolerated.
    pub warnings: Vec<Warning>,
}

/// No values: they are personal data.
impl fmt::Debug for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patch")
            .field("resource_type", &self.resource_type)
            .field("changes", &self.changes.len())
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Names only: the values are personal data.
impl fmt::Debug for Patched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patched")
            .field("changed", &self.changed)
            .field("members", &self.members)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Reads a PATCH body. Nothing in it depends on the resource it is for.
pub fn parse(
    body: Value,
    resource_type: ResourceType,
    schemas: &Schemas,
    dialect: &Dialect,
) -> Result<Patch, ScimError> {
    read::patch(body, resource_type, schemas, dialect)
}

/// Applies a PATCH to a document. On an error nothing has happened.
pub fn apply(document: &Map<String, Value>, patch: &Patch) -> Result<Patched, ScimError> {
    // RFC 7644 §3.5.2: a PATCH is atomic, so that it is applied to a copy.
    let mut attributes = document.clone();
    let mut members = Vec::new();
    let mut warnings = patch.warnings.clone();
    for change in &patch.changes {
        match change {
            Change::Members(change) => members.push(change.clone()),
            Change::Attribute(change) => {
                change.apply(&mut attributes, &patch.dialect, &mut warnings)?;
            }
            Change::RemoveExtension(schema) => {
                document::remove_extension(&mut attributes, schema)?;
            }
            Change::Unknown(change) => change.apply(&mut attributes),
        }
    }
    // What a POST must not leave out, a PATCH must not either.
    check_required(document, &attributes, patch.resource_type, &patch.schemas)?;
    complete(&mut attributes, patch.resource_type);
    Ok(Patched {
        changed: diff(document, &attributes),
        attributes,
        members,
        warnings,
    })
}

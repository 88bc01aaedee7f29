//! The `schemas` of a resource (RFC 7643 §3): what a client declares, and what is in use.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Reader, WarningKind, is_urn};
use crate::scim::error::ScimError;
use crate::scim::schema::{GROUP_URN, ResourceType, SHOPIFY_URN, USER_URN};

impl Reader<'_> {
    /// Checks the `schemas` that a client declares. They say nothing that the attributes do not say.
    pub(super) fn check_schemas(&mut self, declared: Option<Value>) -> Result<(), ScimError> {
        let urns = match declared {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(urns)) => urns,
            Some(urn @ Value::String(_)) if self.dialect.reads_loose_schemas => vec![urn],
            Some(_) => return Err(not_a_list()),
        };
        if urns.is_empty() {
            return self.check_missing();
        }
        let mut is_known = false;
        for urn in &urns {
            is_known |= self.is_known_schema(urn.as_str().ok_or_else(not_a_list)?)?;
        }
        // RFC 7643 §3: the schemas of a resource are those it is an instance of.
        if is_known {
            return Ok(());
        }
        let resource_type = self.resource_type.name();
        Err(ScimError::invalid_syntax(format!(
            "schemas names no schema of a {resource_type}"
        )))
    }

    fn check_missing(&mut self) -> Result<(), ScimError> {
        if !self.dialect.reads_loose_schemas {
            return Err(ScimError::invalid_syntax("schemas is missing"));
        }
        self.warn(WarningKind::MissingSchemas, "schemas");
        Ok(())
    }

    fn is_known_schema(&mut self, urn: &str) -> Result<bool, ScimError> {
        let meant = self.schemas.meant_by(self.resource_type, urn);
        match meant {
            Some(schema) if schema.id.eq_ignore_ascii_case(urn) => Ok(true),
            meant if self.dialect.reads_loose_schemas => {
                let is_known = meant.is_some();
                let kind = if is_known {
                    WarningKind::OldSchema
                } else {
                    WarningKind::UndeclaredSchema
                };
                self.warn(kind, urn);
                Ok(is_known)
            }
            _ => Err(ScimError::invalid_syntax(format!(
                "schemas has a URN that is of no schema of a {}",
                self.resource_type.name()
            ))),
        }
    }
}

fn not_a_list() -> ScimError {
    ScimError::invalid_syntax("schemas must be a list of strings")
}

/// The URNs that every resource of a type has in use: its core schema, and the Shopify extension of users.
fn constant_urns(resource_type: ResourceType) -> &'static [&'static str] {
    match resource_type {
        ResourceType::User => &[USER_URN, SHOPIFY_URN],
        ResourceType::Group => &[GROUP_URN],
    }
}

/// Gives a changed document what follows from the rest of it.
pub(in crate::scim) fn complete(document: &mut Map<String, Value>, resource_type: ResourceType) {
    if resource_type == ResourceType::User {
        // Clients that leave `active` out mean a user who may come in.
        document.entry("active").or_insert(Value::Bool(true));
    }
    refresh_schemas(document, resource_type);
}

/// Makes `schemas` list the URNs in use: the constant ones, then those of the extensions with attributes, in order, so that
/// it does not tell which of them came first.
fn refresh_schemas(document: &mut Map<String, Value>, resource_type: ResourceType) {
    let constant = constant_urns(resource_type);
    let extensions: BTreeSet<&str> = document
        .iter()
        .filter(|(name, value)| is_urn(name) && value.is_object())
        .map(|(name, _)| name.as_str())
        .filter(|name| !constant.contains(name))
        .collect();
    let urns = constant
        .iter()
        .copied()
        .chain(extensions)
        .map(Value::from)
        .collect();
    document.insert("schemas".to_owned(), urns);
}

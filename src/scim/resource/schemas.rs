//! The `schemas` of a resource (RFC 7643 §3): what a client declares, and what is in use.

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

/// Makes `schemas` list the URNs in use: the constant ones, and those of the extensions with attributes.
///
/// URNs that stay keep their order, so that nothing changes when nothing changes.
pub(in crate::scim) fn refresh_schemas(
    document: &mut Map<String, Value>,
    resource_type: ResourceType,
) {
    let mut urns: Vec<Value> = match document.get_mut("schemas").map(Value::take) {
        Some(Value::Array(urns)) => urns,
        _ => constant_urns(resource_type)
            .iter()
            .map(|&urn| urn.into())
            .collect(),
    };
    urns.retain(|urn| {
        urn.as_str().is_some_and(|urn| {
            constant_urns(resource_type).contains(&urn) || document.contains_key(urn)
        })
    });
    for (name, value) in document.iter() {
        if is_urn(name) && value.is_object() && !urns.iter().any(|urn| urn == name) {
            urns.push(name.as_str().into());
        }
    }
    document.insert("schemas".to_owned(), Value::Array(urns));
}

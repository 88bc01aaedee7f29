//! Where a member of a resource belongs, by the name a client gave it.

use std::sync::Arc;

use super::{Reader, Warning, WarningKind};
use crate::scim::error::ScimError;
use crate::scim::path::{AttributeName, AttributeRef, PathError, Target};
use crate::scim::schema::Schema;

/// Where a member belongs.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// It is an object of one schema's attributes.
    Schema(Arc<Schema>),
    /// It is an attribute or a sub-attribute.
    Attribute(AttributeRef),
    /// No schema declares it.
    Unknown,
}

/// True for a name that begins as a URN does.
pub(in crate::scim) fn is_urn(name: &str) -> bool {
    name.get(..4)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn:"))
}

/// True for a schema that only the service writes, as the Shopify extension.
pub(in crate::scim) fn is_read_only(schema: &Schema) -> bool {
    schema.attributes.iter().all(|def| def.is_read_only())
}

impl Reader<'_> {
    /// Where a member of this name belongs.
    pub(super) fn place(&mut self, name: &str) -> Result<Place, ScimError> {
        let Ok(parsed) = AttributeName::parse(name) else {
            return self.unknown(name);
        };
        match parsed.resolve(self.schemas, self.resource_type) {
            Ok(target) => Ok(target.into()),
            Err(error) => self.place_without_urn(&parsed, &error),
        }
    }

    /// A place that the dialect finds although the name is not right.
    fn place_without_urn(
        &mut self,
        name: &AttributeName,
        error: &PathError,
    ) -> Result<Place, ScimError> {
        if self.dialect.finds_extension_attributes
            && error.is_unknown()
            && let Ok(target) = name.resolve_anywhere(self.schemas, self.resource_type)
        {
            self.warn(WarningKind::MissingUrn, name.as_str());
            return Ok(target.into());
        }
        self.unknown(name.as_str())
    }

    /// Kept or refused, as the dialect has it.
    pub(super) fn unknown(&mut self, name: &str) -> Result<Place, ScimError> {
        self.check_unknown(name).map(|()| Place::Unknown)
    }

    /// An attribute that no schema declares: a warning, or a refusal.
    pub(in crate::scim) fn check_unknown(&mut self, name: &str) -> Result<(), ScimError> {
        if !self.dialect.keeps_unknown_attributes {
            let resource_type = self.resource_type.name();
            let name = Warning::new(WarningKind::UnknownAttribute, name).path;
            // RFC 7644 §3.12: invalidSyntax is for a body that does not conform to the schema.
            return Err(ScimError::invalid_syntax(format!(
                "a {resource_type} has no attribute {name}"
            )));
        }
        self.warn(WarningKind::UnknownAttribute, name);
        Ok(())
    }
}

impl From<Target> for Place {
    fn from(target: Target) -> Self {
        match target {
            Target::Schema(schema) => Self::Schema(schema),
            Target::Attribute(attribute) => Self::Attribute(attribute),
        }
    }
}

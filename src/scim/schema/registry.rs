//! A shop's schemas: the standard ones and its own extensions.

use std::sync::{Arc, LazyLock};

use serde_json::Value;

use super::{
    AttributeDef, ENTERPRISE_URN, GROUP_URN, ResourceType, Schema, SchemaError, USER_URN,
    attribute, enterprise, group, load, shopify, user,
};

/// URNs that real clients send for a schema, beside its own.
const ALIASES: [(&str, &str); 8] = [
    // Microsoft's own sample misspells it so.
    (
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0User",
        ENTERPRISE_URN,
    ),
    ("urn:scim:schemas:extension:enterprise:1.0", ENTERPRISE_URN),
    ("urn:scim:schemas:extension:enterprise:2.0", ENTERPRISE_URN),
    (
        "urn:scim:schemas:extension:enterprise:2.0:User",
        ENTERPRISE_URN,
    ),
    ("urn:scim:schemas:core:1.0", USER_URN),
    ("urn:scim:schemas:core:2.0", USER_URN),
    ("urn:scim:schemas:core:1.0", GROUP_URN),
    ("urn:scim:schemas:core:2.0", GROUP_URN),
];

/// Every schema that is valid for one shop. Cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub struct Schemas {
    schemas: Vec<Arc<Schema>>,
    common: Arc<[Arc<AttributeDef>]>,
}

/// A text that begins with a known schema's URN.
#[derive(Debug, Clone, Copy)]
pub struct UrnMatch<'a, 't> {
    /// The schema.
    pub schema: &'a Arc<Schema>,
    /// What follows the URN and its colon; empty when the text is the URN alone.
    pub rest: &'t str,
}

static STANDARD: LazyLock<Schemas> = LazyLock::new(|| Schemas {
    schemas: [
        user::schema(),
        group::schema(),
        enterprise::schema(),
        shopify::schema(),
    ]
    .map(Arc::new)
    .into(),
    common: user::common().into(),
});

impl Schemas {
    /// Users, groups, the enterprise extension and the Shopify extension.
    pub fn standard() -> Self {
        STANDARD.clone()
    }

    /// Adds a shop's own extension, written as a schema of RFC 7643 §7.
    pub fn with_extension(
        mut self,
        resource_type: ResourceType,
        definition: &Value,
    ) -> Result<Self, SchemaError> {
        let schema = load::extension(resource_type, definition)?;
        if self.get(&schema.id).is_some() {
            return Err(SchemaError::Taken { urn: schema.id });
        }
        self.schemas.push(Arc::new(schema));
        Ok(self)
    }

    /// Every schema, the standard ones first.
    pub fn all(&self) -> &[Arc<Schema>] {
        &self.schemas
    }

    /// The schema with this URN, in any case.
    pub fn get(&self, urn: &str) -> Option<&Arc<Schema>> {
        self.schemas
            .iter()
            .find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }

    /// The core schema of a resource type.
    pub fn core(&self, resource_type: ResourceType) -> Option<&Arc<Schema>> {
        self.get(resource_type.urn())
    }

    /// The extensions of a resource type.
    pub fn extensions(&self, resource_type: ResourceType) -> impl Iterator<Item = &Arc<Schema>> {
        self.of_type(resource_type).filter(|schema| !schema.is_core)
    }

    /// The schema of a resource type that a client means by `urn`: its URN in any case, an old or a misspelt one.
    pub fn meant_by(&self, resource_type: ResourceType, urn: &str) -> Option<&Arc<Schema>> {
        self.split_urn(resource_type, urn)
            .filter(|found| found.rest.is_empty())
            .map(|found| found.schema)
    }

    /// The schema of a resource type whose URN, or an alias of it, is the longest that `text` begins with.
    pub fn split_urn<'t>(
        &self,
        resource_type: ResourceType,
        text: &'t str,
    ) -> Option<UrnMatch<'_, 't>> {
        self.of_type(resource_type)
            .flat_map(|schema| {
                let aliases = ALIASES
                    .iter()
                    .filter(|(_, urn)| *urn == schema.id)
                    .map(|(alias, _)| *alias);
                std::iter::once(schema.id.as_str())
                    .chain(aliases)
                    .map(move |urn| (schema, urn))
            })
            .filter_map(|(schema, urn)| Some((urn.len(), schema, after_urn(text, urn)?)))
            .max_by_key(|(length, ..)| *length)
            .map(|(_, schema, rest)| UrnMatch { schema, rest })
    }

    /// The attribute at the top of a resource: a common one or one of the core schema, in any case.
    pub fn attribute(&self, resource_type: ResourceType, name: &str) -> Option<&Arc<AttributeDef>> {
        attribute::named(&self.common, name).or_else(|| self.core(resource_type)?.attribute(name))
    }

    /// The first extension that has an attribute of this name, for clients that leave the URN out.
    pub fn extension_attribute(
        &self,
        resource_type: ResourceType,
        name: &str,
    ) -> Option<(&Arc<Schema>, &Arc<AttributeDef>)> {
        self.extensions(resource_type)
            .find_map(|schema| Some((schema, schema.attribute(name)?)))
    }

    /// The attributes of every resource: `schemas`, `id`, `externalId`, `meta`.
    pub fn common_attributes(&self) -> &[Arc<AttributeDef>] {
        &self.common
    }

    fn of_type(&self, resource_type: ResourceType) -> impl Iterator<Item = &Arc<Schema>> {
        self.schemas
            .iter()
            .filter(move |schema| schema.resource_type == resource_type)
    }
}

/// What follows `urn` in `text`: nothing, or what stands after a colon.
pub(in crate::scim) fn after_urn<'t>(text: &'t str, urn: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(urn.len())?;
    if !head.eq_ignore_ascii_case(urn) {
        return None;
    }
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix(':')
    }
}

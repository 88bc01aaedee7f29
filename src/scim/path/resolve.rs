//! From names to definitions: any case, any URN of the schema, the canonical spelling out.

use std::fmt;
use std::sync::Arc;

use super::{AttributeName, Path, PathError};
use crate::scim::filter::ValueFilter;
use crate::scim::schema::{AttributeDef, DerivedParts, ResourceType, Schema, Schemas};

/// What a name stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A URN alone: all attributes of an extension, or of the core schema.
    Schema(Arc<Schema>),
    /// An attribute or a sub-attribute.
    Attribute(AttributeRef),
}

/// An attribute or sub-attribute of a resource, in its canonical spelling.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeRef {
    /// The extension it belongs to; `None` at the top of the resource.
    pub extension: Option<Arc<Schema>>,
    /// The attribute.
    pub attribute: Arc<AttributeDef>,
    /// The sub-attribute, when one is named.
    pub sub_attribute: Option<Arc<AttributeDef>>,
}

/// What a PATCH path stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum ResolvedPath {
    /// A URN alone: a whole extension, or the whole resource when the schema is the core one.
    Schema(Arc<Schema>),
    /// An attribute, some of its elements, or a sub-attribute of them.
    Attribute {
        /// Which attribute or sub-attribute.
        target: AttributeRef,
        /// Which elements of the attribute; `None` means all.
        value_filter: Option<ValueFilter>,
    },
}

impl AttributeRef {
    /// The URN of the extension it belongs to.
    pub fn extension_urn(&self) -> Option<&str> {
        self.extension.as_deref().map(|schema| schema.id.as_str())
    }

    /// The definition of what is named: the sub-attribute, else the attribute.
    pub fn leaf(&self) -> &Arc<AttributeDef> {
        self.sub_attribute.as_ref().unwrap_or(&self.attribute)
    }

    /// The derived part of the resource it lies in.
    pub fn derived(&self) -> DerivedParts {
        DerivedParts::of(self.extension_urn(), &self.attribute.name)
    }

    /// The member names from the resource's object to the value.
    pub fn keys(&self) -> Vec<String> {
        let extension = self.extension_urn().map(str::to_owned);
        let sub_attribute = self.sub_attribute.as_ref().map(|sub| sub.name.clone());
        extension
            .into_iter()
            .chain([self.attribute.name.clone()])
            .chain(sub_attribute)
            .collect()
    }
}

impl fmt::Display for AttributeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(extension) = &self.extension {
            write!(f, "{}:", extension.id)?;
        }
        f.write_str(&self.attribute.name)?;
        match &self.sub_attribute {
            Some(sub_attribute) => write!(f, ".{}", sub_attribute.name),
            None => Ok(()),
        }
    }
}

impl AttributeName {
    /// What the name stands for in a resource of this type. A name without URN is a core or common attribute.
    pub fn resolve(
        &self,
        schemas: &Schemas,
        resource_type: ResourceType,
    ) -> Result<Target, PathError> {
        if !Self::is_urn(&self.0) {
            return self.in_schema(&self.0, |name| {
                schemas
                    .attribute(resource_type, name)
                    .map(|def| (None, Arc::clone(def)))
            });
        }
        // RFC 7644 §3.10: the URN is a prefix; the longest known one wins, so that dots and digits in it do no harm.
        let Some(found) = schemas.split_urn(resource_type, &self.0) else {
            return Err(PathError::UnknownSchema {
                name: self.0.clone(),
            });
        };
        let schema = found.schema;
        if found.rest.is_empty() {
            return Ok(Target::Schema(Arc::clone(schema)));
        }
        self.in_schema(found.rest, |name| {
            if schema.is_core {
                schemas
                    .attribute(resource_type, name)
                    .map(|def| (None, Arc::clone(def)))
            } else {
                schema
                    .attribute(name)
                    .map(|def| (Some(Arc::clone(schema)), Arc::clone(def)))
            }
        })
    }

    /// As `resolve`, and a name without URN, or behind the core schema's, that is none of the core may be one of an extension.
    pub fn resolve_anywhere(
        &self,
        schemas: &Schemas,
        resource_type: ResourceType,
    ) -> Result<Target, PathError> {
        self.resolve(schemas, resource_type).or_else(|error| {
            let name = match schemas.split_urn(resource_type, &self.0) {
                Some(found) if found.schema.is_core => found.rest,
                _ => &self.0,
            };
            self.in_schema(name, |name| {
                let (schema, def) = schemas.extension_attribute(resource_type, name)?;
                Some((Some(Arc::clone(schema)), Arc::clone(def)))
            })
            .map_err(|_| error)
        })
    }

    fn in_schema(
        &self,
        dotted: &str,
        attribute: impl Fn(&str) -> Option<(Option<Arc<Schema>>, Arc<AttributeDef>)>,
    ) -> Result<Target, PathError> {
        let unknown = || PathError::UnknownAttribute {
            name: self.0.clone(),
        };
        let (name, sub_name) = match dotted.split_once('.') {
            Some((name, sub_name)) => (name, Some(sub_name)),
            None => (dotted, None),
        };
        let (extension, attribute) = attribute(name).ok_or_else(unknown)?;
        let sub_attribute = sub_name
            .map(|sub_name| {
                attribute
                    .sub_attribute(sub_name)
                    .cloned()
                    .ok_or_else(unknown)
            })
            .transpose()?;
        Ok(Target::Attribute(AttributeRef {
            extension,
            attribute,
            sub_attribute,
        }))
    }
}

impl Path {
    /// What the path stands for in a resource of this type.
    pub fn resolve(
        &self,
        schemas: &Schemas,
        resource_type: ResourceType,
    ) -> Result<ResolvedPath, PathError> {
        self.with_target(self.name.resolve(schemas, resource_type)?)
    }

    /// As `resolve`, and a name without URN that is none of the core may be one of an extension.
    pub fn resolve_anywhere(
        &self,
        schemas: &Schemas,
        resource_type: ResourceType,
    ) -> Result<ResolvedPath, PathError> {
        self.with_target(self.name.resolve_anywhere(schemas, resource_type)?)
    }

    fn with_target(&self, target: Target) -> Result<ResolvedPath, PathError> {
        let not_filterable = || PathError::NotFilterable {
            name: self.name.to_string(),
        };
        let Some(filter) = &self.filter else {
            return Ok(match target {
                Target::Schema(schema) => ResolvedPath::Schema(schema),
                Target::Attribute(target) => ResolvedPath::Attribute {
                    target,
                    value_filter: None,
                },
            });
        };
        let Target::Attribute(mut target) = target else {
            return Err(not_filterable());
        };
        if target.sub_attribute.is_some() {
            return Err(not_filterable());
        }
        let value_filter = filter
            .bind_value(&target.attribute)
            .map_err(|source| PathError::Filter { source })?;
        target.sub_attribute = self.behind_bracket(&target.attribute)?;
        Ok(ResolvedPath::Attribute {
            target,
            value_filter: Some(value_filter),
        })
    }

    fn behind_bracket(
        &self,
        attribute: &AttributeDef,
    ) -> Result<Option<Arc<AttributeDef>>, PathError> {
        let Some(name) = self.sub_attribute.as_deref() else {
            return Ok(None);
        };
        let unknown = || PathError::UnknownAttribute {
            name: format!("{}.{name}", self.name),
        };
        attribute
            .sub_attribute(name)
            .cloned()
            .map(Some)
            .ok_or_else(unknown)
    }
}

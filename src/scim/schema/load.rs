//! Reads a shop's own extension from its definition (a schema as in RFC 7643 §7).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::attribute::{AttributeDef, AttributeType, Mutability, Returned, Uniqueness, named};
use super::{ResourceType, Schema};

/// Why a definition is not a usable extension.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// Not a JSON object.
    #[error("an extension's definition is not a JSON object")]
    NotAnObject,
    /// A required member is missing or has the wrong type.
    #[error("{member} of {of} is missing or has the wrong type")]
    Member {
        /// The member.
        member: &'static str,
        /// The attribute or schema it belongs to.
        of: String,
    },
    /// A member's word is not one of RFC 7643 §7.
    #[error("{member} of {of} is not one of the words of RFC 7643")]
    Word {
        /// The member.
        member: &'static str,
        /// The attribute it belongs to.
        of: String,
    },
    /// The `id` is not a URN.
    #[error("an extension's id is not a URN of letters, digits and -._:")]
    NotAUrn,
    /// The URN belongs to another schema.
    #[error("the schema {urn} exists already")]
    Taken {
        /// The URN.
        urn: String,
    },
    /// A name that no path can hold.
    #[error("{name} is not an attribute name")]
    Name {
        /// The name.
        name: String,
    },
    /// Two attributes of one name.
    #[error("{name} is defined twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// Complex attributes inside complex attributes.
    #[error("{name} has sub-attributes with sub-attributes")]
    Nested {
        /// The outer attribute.
        name: String,
    },
}

/// Reads an extension of `resource_type`.
pub(super) fn extension(
    resource_type: ResourceType,
    definition: &Value,
) -> Result<Schema, SchemaError> {
    let members = definition.as_object().ok_or(SchemaError::NotAnObject)?;
    let id = text(members, "id", "the schema")?;
    if !is_urn(id) {
        return Err(SchemaError::NotAUrn);
    }
    Ok(Schema {
        id: id.to_owned(),
        name: optional_text(members, "name", id)?.unwrap_or(id).to_owned(),
        description: optional_text(members, "description", id)?
            .unwrap_or_default()
            .to_owned(),
        resource_type,
        is_core: false,
        attributes: attributes(list(members, "attributes", id)?, Depth::Attribute)?,
    })
}

#[derive(Clone, Copy, PartialEq)]
enum Depth {
    Attribute,
    SubAttribute,
}

fn attributes(definitions: &[Value], depth: Depth) -> Result<Vec<Arc<AttributeDef>>, SchemaError> {
    let mut defs = Vec::with_capacity(definitions.len());
    for definition in definitions {
        let def = attribute(definition, depth)?;
        if named(&defs, &def.name).is_some() {
            return Err(SchemaError::Twice { name: def.name });
        }
        defs.push(Arc::new(def));
    }
    Ok(defs)
}

fn attribute(definition: &Value, depth: Depth) -> Result<AttributeDef, SchemaError> {
    let members = definition.as_object().ok_or(SchemaError::NotAnObject)?;
    let name = text(members, "name", "an attribute")?;
    if !crate::scim::path::is_attribute_name(name) {
        return Err(SchemaError::Name {
            name: name.to_owned(),
        });
    }
    let kind =
        word(members, "type", name, AttributeType::from_word)?.unwrap_or(AttributeType::String);
    let description = optional_text(members, "description", name)?.unwrap_or_default();
    let mut def = AttributeDef::new(name, kind, description);
    def.multi_valued = flag(members, "multiValued", name)?;
    def.required = flag(members, "required", name)?;
    def.case_exact = flag(members, "caseExact", name)?;
    def.canonical_values = words(members, "canonicalValues", name)?;
    def.reference_types = words(members, "referenceTypes", name)?;
    def.mutability =
        word(members, "mutability", name, Mutability::from_word)?.unwrap_or(def.mutability);
    def.returned = word(members, "returned", name, Returned::from_word)?.unwrap_or(def.returned);
    def.uniqueness =
        word(members, "uniqueness", name, Uniqueness::from_word)?.unwrap_or(def.uniqueness);
    if def.is_complex() {
        // RFC 7643 §2.3.8: a complex attribute has no complex sub-attributes.
        if depth == Depth::SubAttribute {
            return Err(SchemaError::Nested {
                name: name.to_owned(),
            });
        }
        def.sub_attributes =
            attributes(list(members, "subAttributes", name)?, Depth::SubAttribute)?;
    }
    Ok(def)
}

fn is_urn(id: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    id.get(..4)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn:"))
        && id.len() > 4
        && !id.ends_with(':')
        && id.chars().all(legal)
}

fn text<'a>(
    members: &'a Map<String, Value>,
    member: &'static str,
    of: &str,
) -> Result<&'a str, SchemaError> {
    optional_text(members, member, of)?.ok_or_else(|| SchemaError::Member {
        member,
        of: of.to_owned(),
    })
}

fn optional_text<'a>(
    members: &'a Map<String, Value>,
    member: &'static str,
    of: &str,
) -> Result<Option<&'a str>, SchemaError> {
    match members.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(SchemaError::Member {
            member,
            of: of.to_owned(),
        }),
    }
}

fn list<'a>(
    members: &'a Map<String, Value>,
    member: &'static str,
    of: &str,
) -> Result<&'a [Value], SchemaError> {
    match members.get(member) {
        Some(Value::Array(values)) => Ok(values),
        _ => Err(SchemaError::Member {
            member,
            of: of.to_owned(),
        }),
    }
}

fn flag(members: &Map<String, Value>, member: &'static str, of: &str) -> Result<bool, SchemaError> {
    match members.get(member) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(SchemaError::Member {
            member,
            of: of.to_owned(),
        }),
    }
}

fn words(
    members: &Map<String, Value>,
    member: &'static str,
    of: &str,
) -> Result<Vec<String>, SchemaError> {
    let wrong = || SchemaError::Member {
        member,
        of: of.to_owned(),
    };
    match members.get(member) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(values)) => values
            .iter()
            .map(|value| value.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect(),
        Some(_) => Err(wrong()),
    }
}

fn word<T>(
    members: &Map<String, Value>,
    member: &'static str,
    of: &str,
    read: fn(&str) -> Option<T>,
) -> Result<Option<T>, SchemaError> {
    optional_text(members, member, of)?
        .map(|word| {
            read(word).ok_or_else(|| SchemaError::Word {
                member,
                of: of.to_owned(),
            })
        })
        .transpose()
}

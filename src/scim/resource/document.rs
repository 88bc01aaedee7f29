//! A whole resource: every member to its place.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Draft, MemberRef, Place, Reader, assigned, complete, is_read_only, undeclared_keys};
use crate::scim::dialect::Dialect;
use crate::scim::error::ScimError;
use crate::scim::path::AttributeRef;
use crate::scim::schema::{AttributeDef, Mutability, ResourceType, Schema, Schemas};

/// Reads a resource.
pub(super) fn read(
    body: Value,
    resource_type: ResourceType,
    schemas: &Schemas,
    dialect: &Dialect,
) -> Result<Draft, ScimError> {
    let Value::Object(mut members) = body else {
        return Err(ScimError::invalid_syntax(
            "the resource is not a JSON object",
        ));
    };
    let mut drafter = Drafter {
        reader: Reader::new(resource_type, schemas, dialect),
        // First, where a reader looks for it.
        attributes: Map::from_iter([("schemas".to_owned(), Value::Null)]),
        members: Vec::new(),
    };
    let declared = members
        .keys()
        .find(|name| name.eq_ignore_ascii_case("schemas"))
        .cloned()
        .and_then(|name| members.shift_remove(&name));
    drafter.reader.check_schemas(declared)?;
    for (name, value) in members {
        drafter.member(&name, value)?;
    }
    drafter.finish()
}

struct Drafter<'a> {
    reader: Reader<'a>,
    attributes: Map<String, Value>,
    members: Vec<MemberRef>,
}

impl Drafter<'_> {
    fn member(&mut self, name: &str, value: Value) -> Result<(), ScimError> {
        if value.is_null() {
            // RFC 7643 §2.5: null is "unassigned", of whatever attribute.
            return Ok(());
        }
        match self.reader.place(name)? {
            Place::Schema(schema) => self.schema(&schema, value),
            Place::Attribute(target) => self.attribute(&target, name, value),
            Place::Unknown => {
                self.unknown(name, value);
                Ok(())
            }
        }
    }

    /// An object of one schema's attributes.
    fn schema(&mut self, schema: &Arc<Schema>, value: Value) -> Result<(), ScimError> {
        if is_read_only(schema) {
            return Ok(());
        }
        let Value::Object(members) = value else {
            let detail = format!("{} must be an object", schema.id);
            return Err(ScimError::invalid_value(detail));
        };
        for (name, value) in members {
            if schema.is_core {
                self.member(&name, value)?;
                continue;
            }
            self.extension_member(schema, name, value)?;
        }
        Ok(())
    }

    fn extension_member(
        &mut self,
        schema: &Arc<Schema>,
        name: String,
        value: Value,
    ) -> Result<(), ScimError> {
        if value.is_null() {
            return Ok(());
        }
        let qualified = format!("{}:{name}", schema.id);
        match self.reader.place(&qualified)? {
            Place::Attribute(target) => self.attribute(&target, &qualified, value),
            _ => {
                if let Some(value) = assigned(value) {
                    self.insert(&[schema.id.clone(), name], value, true);
                }
                Ok(())
            }
        }
    }

    fn attribute(
        &mut self,
        target: &AttributeRef,
        name: &str,
        value: Value,
    ) -> Result<(), ScimError> {
        let def = &target.attribute;
        // RFC 7644 §3.3, §3.5.1: read-only values from a client are ignored. What is never read back is not kept.
        if matches!(def.mutability, Mutability::ReadOnly | Mutability::WriteOnly) {
            return Ok(());
        }
        if target.derived().members {
            self.members = self.reader.members(value)?;
            return Ok(());
        }
        let value = match &target.sub_attribute {
            Some(sub_attribute) => nested(&sub_attribute.name, value),
            None => value,
        };
        let path = whole(target).to_string();
        let Some(value) = self.reader.attribute(&path, def, value)? else {
            return Ok(());
        };
        let urn = self
            .reader
            .schemas
            .split_urn(self.reader.resource_type, name);
        let is_lenient = target.extension.is_some() && urn.is_none_or(|urn| urn.schema.is_core);
        self.insert(&whole(target).keys(), value, !is_lenient);
        Ok(())
    }

    /// Puts a value where its keys lead. Objects are merged, whichever of their names they came by.
    fn insert(&mut self, keys: &[String], value: Value, overwrites: bool) {
        let Some((last, parents)) = keys.split_last() else {
            return;
        };
        let mut object = &mut self.attributes;
        for key in parents {
            let parent = object
                .entry(key)
                .or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(inner) = parent else { return };
            object = inner;
        }
        match (object.get_mut(last), value) {
            (Some(Value::Object(old)), Value::Object(new)) => {
                for (name, value) in new {
                    if overwrites || !old.contains_key(&name) {
                        old.insert(name, value);
                    }
                }
            }
            (Some(old), new) if overwrites => *old = new,
            (Some(_), _) => {}
            (None, new) => {
                object.insert(last.clone(), new);
            }
        }
    }

    fn unknown(&mut self, name: &str, value: Value) {
        let Some(value) = assigned(value) else {
            return;
        };
        let (schemas, resource_type) = (self.reader.schemas, self.reader.resource_type);
        if let Some(keys) = undeclared_keys(schemas, resource_type, name, &value) {
            self.insert(&keys, value, true);
        }
    }

    fn finish(mut self) -> Result<Draft, ScimError> {
        let reader = &self.reader;
        let (schemas, resource_type) = (reader.schemas, reader.resource_type);
        check_required(&Map::new(), &self.attributes, resource_type, schemas)?;
        complete(&mut self.attributes, reader.resource_type);
        Ok(Draft {
            attributes: self.attributes,
            members: self.members,
            warnings: self.reader.warnings,
        })
    }
}

/// The attribute without its sub-attribute.
fn whole(target: &AttributeRef) -> AttributeRef {
    AttributeRef {
        sub_attribute: None,
        ..target.clone()
    }
}

fn nested(name: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}

/// RFC 7643 §2.2: what is required is there, also inside extensions and complex values that are there. What is as it was `before`
/// is not looked into: a schema may have become stricter since.
pub(in crate::scim) fn check_required(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    resource_type: ResourceType,
    schemas: &Schemas,
) -> Result<(), ScimError> {
    let is_changed = |name: &str| before.get(name) != after.get(name);
    for def in schemas
        .core(resource_type)
        .iter()
        .flat_map(|core| &core.attributes)
    {
        if def.required || is_changed(&def.name) {
            check_member(after, def, "")?;
        }
    }
    for extension in schemas.extensions(resource_type) {
        if let Some(Value::Object(members)) = after.get(&extension.id)
            && is_changed(&extension.id)
        {
            check_members(
                members,
                &extension.attributes,
                &format!("{}:", extension.id),
            )?;
        }
    }
    Ok(())
}

fn check_members(
    members: &Map<String, Value>,
    defs: &[Arc<AttributeDef>],
    prefix: &str,
) -> Result<(), ScimError> {
    defs.iter()
        .try_for_each(|def| check_member(members, def, prefix))
}

fn check_member(
    members: &Map<String, Value>,
    def: &AttributeDef,
    prefix: &str,
) -> Result<(), ScimError> {
    let value = members.get(&def.name);
    if def.required && !value.is_some_and(is_filled) {
        return Err(missing(&format!("{prefix}{}", def.name)));
    }
    if !def.sub_attributes.iter().any(|sub| sub.required) {
        return Ok(());
    }
    let objects = match value {
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    let prefix = format!("{prefix}{}.", def.name);
    objects
        .iter()
        .filter_map(Value::as_object)
        .try_for_each(|object| check_members(object, &def.sub_attributes, &prefix))
}

/// False for blank text: it identifies nobody.
pub(in crate::scim) fn is_filled(value: &Value) -> bool {
    value.as_str().is_none_or(|text| !text.trim().is_empty())
}

/// 400 `invalidValue`: a required attribute has no value.
pub(in crate::scim) fn missing(path: &str) -> ScimError {
    ScimError::invalid_value(format!("{path} is required"))
}

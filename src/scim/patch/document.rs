//! One change, in the document.

use serde_json::{Map, Value};

use super::action::required;
use super::change::AttributeChange;
use crate::scim::dialect::Dialect;
use crate::scim::error::ScimError;
use crate::scim::resource::{Warning, immutable};
use crate::scim::schema::{Mutability, Schema};

/// What an action needs beside the attribute's value.
pub(super) struct Context<'a> {
    pub(super) dialect: &'a Dialect,
    pub(super) warnings: &'a mut Vec<Warning>,
}

impl AttributeChange {
    /// Makes the change. After an error, the document is not to be used.
    pub(super) fn apply(
        &self,
        document: &mut Map<String, Value>,
        dialect: &Dialect,
        warnings: &mut Vec<Warning>,
    ) -> Result<(), ScimError> {
        let mut context = Context { dialect, warnings };
        let Some(urn) = self.target.extension_urn() else {
            return self.apply_in(document, &mut context);
        };
        let extension = document
            .entry(urn)
            .or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(members) = extension else {
            return Err(ScimError::invalid_value(format!("{urn} is not an object")));
        };
        self.apply_in(members, &mut context)?;
        // RFC 7643 §3.3: an extension without attributes is not there.
        if members.is_empty() {
            document.shift_remove(urn);
        }
        Ok(())
    }

    fn apply_in(
        &self,
        object: &mut Map<String, Value>,
        context: &mut Context<'_>,
    ) -> Result<(), ScimError> {
        let def = &self.target.attribute;
        let old = object.get(&def.name);
        let new = if def.multi_valued {
            self.on_elements(old, context)?
        } else {
            self.on_single(old, context)?
        };
        if new.is_none() && def.required && old.is_some() {
            return Err(required(&self.target.to_string()));
        }
        // RFC 7644 §3.5.2: an immutable attribute is set once.
        if def.mutability == Mutability::Immutable && old.is_some() && old != new.as_ref() {
            return Err(immutable(&self.target.to_string()));
        }
        match new {
            Some(value) => {
                object.insert(def.name.clone(), value);
            }
            None => {
                object.shift_remove(&def.name);
            }
        }
        Ok(())
    }
}

/// RFC 7644 §3.5.2.2: all attributes of an extension go.
pub(super) fn remove_extension(
    document: &mut Map<String, Value>,
    schema: &Schema,
) -> Result<(), ScimError> {
    let Some(removed) = document.shift_remove(&schema.id) else {
        return Ok(());
    };
    let lost = schema
        .attributes
        .iter()
        .find(|def| def.mutability == Mutability::Immutable && removed.get(&def.name).is_some());
    match lost {
        Some(def) => Err(immutable(&format!("{}:{}", schema.id, def.name))),
        None => Ok(()),
    }
}

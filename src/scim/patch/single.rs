//! Changes to an attribute that has one value.

use serde_json::{Map, Value};

use super::change::{Action, AttributeChange};
use super::document::Context;
use super::elements::no_match;
use crate::scim::error::ScimError;
use crate::scim::resource::{Warning, WarningKind, immutable};
use crate::scim::schema::{AttributeDef, Mutability};

impl AttributeChange {
    /// The value after the change.
    pub(super) fn on_single(
        &self,
        old: Option<&Value>,
        context: &mut Context<'_>,
    ) -> Result<Option<Value>, ScimError> {
        let Some(selector) = &self.selector else {
            return self.changed(old);
        };
        // Entra: a filter may stand behind a single value too.
        if old.is_some_and(|old| selector.matches(old)) {
            return self.changed(old);
        }
        if self.removes() {
            return Ok(old.cloned());
        }
        let template = selector
            .template()
            .filter(|_| context.dialect.creates_missing_elements)
            .ok_or_else(|| no_match(&self.target))?;
        let path = self.target.to_string();
        context
            .warnings
            .push(Warning::new(WarningKind::MissingElement, &path));
        self.changed(Some(&Value::Object(template)))
    }

    fn removes(&self) -> bool {
        match &self.action {
            Action::Remove | Action::RemoveListed(_) => true,
            Action::Merge(members) => members.values().all(Value::is_null),
            Action::Add(_) | Action::Replace(_) => false,
        }
    }

    fn changed(&self, old: Option<&Value>) -> Result<Option<Value>, ScimError> {
        match &self.action {
            Action::Add(value) | Action::Replace(value) => Ok(Some(value.clone())),
            Action::Remove | Action::RemoveListed(_) => Ok(None),
            Action::Merge(members) => {
                let mut object = match old {
                    Some(Value::Object(object)) => object.clone(),
                    _ => Map::new(),
                };
                let path = self.target.to_string();
                merge(&mut object, members, &self.target.attribute, &path)?;
                // RFC 7643 §2.5: a complex value without parts is unassigned.
                Ok((!object.is_empty()).then_some(Value::Object(object)))
            }
        }
    }
}

/// Puts members into a complex value; those that are null go.
pub(super) fn merge(
    object: &mut Map<String, Value>,
    members: &Map<String, Value>,
    def: &AttributeDef,
    path: &str,
) -> Result<(), ScimError> {
    let old_value = object.get("value").cloned();
    for (name, value) in members {
        let is_fixed = def
            .sub_attribute(name)
            .is_some_and(|sub_attribute| sub_attribute.mutability == Mutability::Immutable);
        if is_fixed && object.get(name).is_some_and(|old| old != value) {
            return Err(immutable(&format!("{path}.{name}")));
        }
        if value.is_null() {
            object.shift_remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
    // A reference to the old value is none to the new one.
    if old_value.is_some()
        && old_value.as_ref() != object.get("value")
        && !members.contains_key("$ref")
    {
        object.shift_remove("$ref");
    }
    Ok(())
}

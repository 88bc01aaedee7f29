//! Changes to an attribute that has many values.

use serde_json::{Map, Value};

use super::change::{Action, AttributeChange};
use super::document::Context;
use super::single::merge;
use crate::scim::error::ScimError;
use crate::scim::path::AttributeRef;
use crate::scim::resource::{Warning, WarningKind, check_count, is_primary, settle_primaries};

/// 400 `noTarget`: no value fulfils the path's filter.
pub(super) fn no_match(target: &AttributeRef) -> ScimError {
    // RFC 7644 §3.5.2.3: a filter without match is an error with noTarget.
    ScimError::no_target(format!("no value of {target} matches the filter"))
}

/// The values of an attribute, and which of them the change wrote.
struct Elements {
    values: Vec<Value>,
    written: Vec<usize>,
}

impl AttributeChange {
    /// The list after the change.
    pub(super) fn on_elements(
        &self,
        old: Option<&Value>,
        context: &mut Context<'_>,
    ) -> Result<Option<Value>, ScimError> {
        let mut elements = Elements {
            values: match old {
                Some(Value::Array(values)) => values.clone(),
                Some(value) => vec![value.clone()],
                None => Vec::new(),
            },
            written: Vec::new(),
        };
        if self.selector.is_some() || self.target.sub_attribute.is_some() {
            self.on_selected(&mut elements, context)?;
        } else {
            self.on_all(&mut elements)?;
        }
        elements.settle_primaries();
        let path = &self.target.attribute.name;
        check_count(path, elements.values.len())?;
        // RFC 7643 §2.5: the empty list is "unassigned".
        Ok((!elements.values.is_empty()).then_some(Value::Array(elements.values)))
    }

    fn on_all(&self, elements: &mut Elements) -> Result<(), ScimError> {
        match &self.action {
            Action::Add(Value::Array(added)) => {
                for value in added {
                    self.add(elements, value)?;
                }
            }
            // RFC 7644 §3.5.2.3: without a filter, all values are replaced.
            Action::Replace(Value::Array(values)) => elements.values.clone_from(values),
            Action::RemoveListed(listed) => elements
                .values
                .retain(|value| !listed.iter().any(|listed| is_same(value, listed))),
            _ => elements.values.clear(),
        }
        Ok(())
    }

    /// RFC 7644 §3.5.2.1: a value that is there already is not added again.
    fn add(&self, elements: &mut Elements, added: &Value) -> Result<(), ScimError> {
        if elements.values.contains(added) {
            return Ok(());
        }
        let same = elements
            .values
            .iter_mut()
            .enumerate()
            .find(|(_, value)| is_same(value, added));
        match (same, added) {
            (Some((index, Value::Object(object))), Value::Object(added)) => {
                let path = self.target.to_string();
                merge(object, added, &self.target.attribute, &path)?;
                elements.written.push(index);
            }
            (Some(_), _) => {}
            (None, added) => elements.push(added.clone()),
        }
        Ok(())
    }

    fn on_selected(
        &self,
        elements: &mut Elements,
        context: &mut Context<'_>,
    ) -> Result<(), ScimError> {
        let is_selected = |value: &Value| {
            self.selector
                .as_ref()
                .is_none_or(|selector| selector.matches(value))
        };
        let selected: Vec<usize> = (0..elements.values.len())
            .filter(|&index| elements.values.get(index).is_some_and(is_selected))
            .collect();
        if selected.is_empty() {
            return self.on_no_match(elements, context);
        }
        for &index in &selected {
            if let Some(value) = elements.values.get_mut(index) {
                *value = self.changed_element(value)?;
            }
        }
        elements.written = selected;
        elements.drop_removed_and_twins();
        Ok(())
    }

    /// The element after the change; null when it goes.
    fn changed_element(&self, old: &Value) -> Result<Value, ScimError> {
        let path = self.target.to_string();
        let Some(sub_attribute) = &self.target.sub_attribute else {
            return match &self.action {
                Action::Add(Value::Object(added)) => {
                    let mut object = old.as_object().cloned().unwrap_or_default();
                    merge(&mut object, added, &self.target.attribute, &path)?;
                    Ok(Value::Object(object))
                }
                Action::Add(value) | Action::Replace(value) => Ok(self.filled(value)),
                _ => Ok(Value::Null),
            };
        };
        let value = match &self.action {
            Action::Add(value) | Action::Replace(value) => value.clone(),
            _ => Value::Null,
        };
        // An element is its value: without it there is nothing to keep.
        if value.is_null() && sub_attribute.name == "value" {
            return Ok(Value::Null);
        }
        let mut object = old.as_object().cloned().unwrap_or_default();
        let members = Map::from_iter([(sub_attribute.name.clone(), value)]);
        merge(
            &mut object,
            &members,
            &self.target.attribute,
            &self.target.attribute.name,
        )?;
        Ok(if object.is_empty() {
            Value::Null
        } else {
            Value::Object(object)
        })
    }

    /// A value in place of a selected one: still what the filter says, unless it says otherwise itself.
    fn filled(&self, value: &Value) -> Value {
        let template = self
            .selector
            .as_ref()
            .and_then(|selector| selector.template());
        match (template, value) {
            (Some(mut object), Value::Object(members)) => {
                object.extend(members.clone());
                Value::Object(object)
            }
            (_, value) => value.clone(),
        }
    }

    /// Nothing matches: what is to be set is made, as far as that is allowed.
    fn on_no_match(
        &self,
        elements: &mut Elements,
        context: &mut Context<'_>,
    ) -> Result<(), ScimError> {
        let (Action::Add(value) | Action::Replace(value)) = &self.action else {
            return Ok(());
        };
        let object = match &self.target.sub_attribute {
            Some(sub_attribute) => Value::Object(Map::from_iter([(
                sub_attribute.name.clone(),
                value.clone(),
            )])),
            None => value.clone(),
        };
        if let Some(selector) = &self.selector {
            if !context.dialect.creates_missing_elements || selector.template().is_none() {
                return Err(no_match(&self.target));
            }
            context.warnings.push(Warning::new(
                WarningKind::MissingElement,
                &self.target.to_string(),
            ));
        }
        elements.push(self.filled(&object));
        Ok(())
    }
}

impl Elements {
    fn push(&mut self, value: Value) {
        self.written.push(self.values.len());
        self.values.push(value);
    }

    /// Several elements may have become the same one.
    fn drop_removed_and_twins(&mut self) {
        let mut kept = Vec::with_capacity(self.values.len());
        let mut written = Vec::with_capacity(self.written.len());
        for (index, value) in std::mem::take(&mut self.values).into_iter().enumerate() {
            let is_written = self.written.contains(&index);
            if value.is_null() || (is_written && kept.contains(&value)) {
                continue;
            }
            if is_written {
                written.push(kept.len());
            }
            kept.push(value);
        }
        self.values = kept;
        self.written = written;
    }

    /// RFC 7644 §3.5.2: a value that becomes primary takes it from the others.
    fn settle_primaries(&mut self) {
        let chosen = self
            .written
            .iter()
            .copied()
            .find(|&index| self.values.get(index).is_some_and(is_primary));
        if let Some(chosen) = chosen {
            settle_primaries(&mut self.values, |index| index == chosen);
        }
    }
}

/// True when `named` means `value`: the same `value` and, if named, the same `type`; without `value`, the same parts.
fn is_same(value: &Value, named: &Value) -> bool {
    let (Value::Object(value), Value::Object(named)) = (value, named) else {
        return value == named;
    };
    let agrees = |name: &str| {
        named
            .get(name)
            .is_none_or(|part| value.get(name) == Some(part))
    };
    if named.contains_key("value") {
        agrees("value") && agrees("type")
    } else {
        named.keys().all(|name| agrees(name))
    }
}

//! What an operation does to a declared attribute, after its value is made canonical.

use serde_json::{Map, Value};

use super::change::{Action, Verb};
use crate::scim::error::ScimError;
use crate::scim::filter::ValueFilter;
use crate::scim::path::AttributeRef;
use crate::scim::resource::{Reader, WarningKind, is_filled, missing};
use crate::scim::schema::AttributeDef;

impl Reader<'_> {
    /// The action of an operation; `None` when it says nothing.
    pub(super) fn action(
        &mut self,
        path: &str,
        target: &AttributeRef,
        selector: Option<&ValueFilter>,
        verb: Verb,
        value: Option<Value>,
    ) -> Result<Option<Action>, ScimError> {
        match (verb, value) {
            (Verb::Remove, value) => self.removal(path, target, selector, value).map(Some),
            (_, Some(value)) => self.setting(path, target, selector, verb, value),
            (_, None) => Err(ScimError::invalid_value(format!("{path} needs a value"))),
        }
    }

    fn removal(
        &mut self,
        path: &str,
        target: &AttributeRef,
        selector: Option<&ValueFilter>,
        value: Option<Value>,
    ) -> Result<Action, ScimError> {
        let is_whole = target.sub_attribute.is_none() && selector.is_none();
        let listed = value.filter(|value| !value.is_null());
        if let Some(listed) = listed
            && is_whole
            && target.attribute.multi_valued
            && self.dialect.removes_listed_values
        {
            self.warn(WarningKind::ListedRemoval, path);
            let values = self.list(path, &target.attribute, listed)?;
            return Ok(Action::RemoveListed(values));
        }
        self.unassigned(path, target)
    }

    /// The action that leaves the target without value.
    fn unassigned(&self, path: &str, target: &AttributeRef) -> Result<Action, ScimError> {
        match &target.sub_attribute {
            Some(sub_attribute) if sub_attribute.required => Err(required(path)),
            _ => Ok(Action::Remove),
        }
    }

    /// What `add` and `replace` do; `None` when the value says nothing.
    fn setting(
        &mut self,
        path: &str,
        target: &AttributeRef,
        selector: Option<&ValueFilter>,
        verb: Verb,
        value: Value,
    ) -> Result<Option<Action>, ScimError> {
        let leaf = target.leaf();
        let is_one_of_many = selector.is_some() && target.sub_attribute.is_none();
        let value = if leaf.multi_valued && !is_one_of_many {
            let value = if verb == Verb::Add {
                one_or_many(value)
            } else {
                value
            };
            self.attribute(path, leaf, value)?
        } else {
            let value = self.unwrapped(path, value);
            if leaf.is_complex() && !leaf.multi_valued {
                return self.merging(path, leaf, verb, value);
            }
            self.element(path, leaf, value)?
        };
        match (verb, value) {
            (Verb::Add, None) => Ok(None),
            // RFC 7643 §2.5: null and the empty list unassign.
            (_, None) => self.unassigned(path, target).map(Some),
            (_, Some(value)) if leaf.required && !is_filled(&value) => Err(missing(path)),
            (Verb::Add, Some(value)) => Ok(Some(Action::Add(value))),
            (_, Some(value)) => Ok(Some(Action::Replace(value))),
        }
    }

    /// RFC 7644 §3.5.2.3: of a complex value only the parts that are sent are replaced.
    fn merging(
        &mut self,
        path: &str,
        def: &AttributeDef,
        verb: Verb,
        value: Value,
    ) -> Result<Option<Action>, ScimError> {
        let is_unassigned = value.is_null() || value == "";
        let sent = self.object(path, def, value)?;
        if is_unassigned {
            return Ok((verb == Verb::Replace).then_some(Action::Remove));
        }
        let mut members = Map::with_capacity(sent.len());
        for (name, value) in sent {
            if let Some((name, value)) = self.part(path, def, name, value)? {
                members.insert(name, value.unwrap_or_default());
            }
        }
        if verb == Verb::Add {
            members.retain(|_, value| !value.is_null());
        }
        Ok((!members.is_empty()).then_some(Action::Merge(members)))
    }

    /// One part of a complex value: its canonical name and value. `None` when it is not the client's to set.
    fn part(
        &mut self,
        path: &str,
        def: &AttributeDef,
        name: String,
        value: Value,
    ) -> Result<Option<(String, Option<Value>)>, ScimError> {
        let Some(sub_attribute) = self.sub_attribute(path, def, &name) else {
            let value = self.unknown_member(path, &name, value)?;
            return Ok(Some((name, value)));
        };
        if sub_attribute.is_read_only() {
            return Ok(None);
        }
        let sub_path = format!("{path}.{}", sub_attribute.name);
        let value = self.attribute(&sub_path, sub_attribute, value)?;
        if sub_attribute.required && !value.as_ref().is_some_and(is_filled) {
            return Err(missing(&sub_path));
        }
        Ok(Some((sub_attribute.name.clone(), value)))
    }
}

/// The list of values that `add` adds.
pub(super) fn one_or_many(value: Value) -> Value {
    match value {
        // RFC 7644 §3.5.2.1: "a new value is added": one is as good as a list.
        Value::Object(_) => Value::Array(vec![value]),
        other => other,
    }
}

/// 400 `mutability`: the target must have a value.
pub(super) fn required(path: &str) -> ScimError {
    // RFC 7644 §3.5.2.2: a required attribute that becomes unassigned is an error with mutability.
    ScimError::mutability(format!("{path} is required"))
}

//! Changes to attributes that no schema declares: kept as sent, so that one of them does not sink the others.

use serde_json::{Map, Value};

use super::change::Verb;
use crate::scim::path::{AttributeName, Path, Target, is_attribute_name};
use crate::scim::resource::{assigned, is_read_only, is_urn};
use crate::scim::schema::{ResourceType, Schemas, after_urn};

/// Where an undeclared attribute is.
#[derive(Clone, PartialEq)]
pub(super) enum UnknownTarget {
    /// The member names that lead to it.
    Keys(Vec<String>),
    /// A name under an undeclared URN. Where the URN ends, the document tells.
    Urn(String),
}

/// What happens to it; `None` removes it.
#[derive(Clone, PartialEq)]
pub(super) struct UnknownChange {
    target: UnknownTarget,
    value: Option<Value>,
    adds: bool,
}

impl UnknownTarget {
    /// The place that a path means; `None` when there can be nothing: in the elements of a list, in what only the service
    /// writes, in a schema behind the core schema's URN.
    pub(super) fn of(path: &Path, schemas: &Schemas, resource_type: ResourceType) -> Option<Self> {
        if path.filter.is_some() {
            return None;
        }
        let name = path.name.as_str();
        if let Some((head, tail)) = name.rsplit_once('.')
            && let Ok(parent) = AttributeName::parse(head)
            && let Ok(Target::Attribute(parent)) = parent.resolve_anywhere(schemas, resource_type)
        {
            let holds_parts = parent.attribute.is_complex()
                && !parent.attribute.multi_valued
                && !parent.attribute.is_read_only()
                && parent.sub_attribute.is_none();
            let keys = parent.keys().into_iter().chain([tail.to_owned()]);
            return holds_parts.then(|| Self::Keys(keys.collect()));
        }
        match schemas.split_urn(resource_type, name) {
            Some(found) if found.schema.is_core => {
                (!is_urn(found.rest)).then(|| Self::Keys(dotted(found.rest)))
            }
            Some(found) if is_read_only(found.schema) => None,
            Some(found) => {
                let keys = [found.schema.id.clone()].into_iter();
                Some(Self::Keys(keys.chain(dotted(found.rest)).collect()))
            }
            None if is_urn(name) => Some(Self::Urn(name.to_owned())),
            None => Some(Self::Keys(dotted(name))),
        }
    }

    /// What an operation does here; `None` when it says nothing.
    pub(super) fn change(self, verb: Verb, value: Option<Value>) -> Option<UnknownChange> {
        let value = value.filter(|_| verb != Verb::Remove).and_then(assigned);
        let is_empty_add = verb == Verb::Add && value.is_none();
        (!is_empty_add).then_some(UnknownChange {
            target: self,
            value,
            adds: verb == Verb::Add,
        })
    }

    fn keys(&self, document: &Map<String, Value>, value: Option<&Value>) -> Vec<String> {
        let name = match self {
            Self::Keys(keys) => return keys.clone(),
            Self::Urn(name) => name,
        };
        let known = document
            .keys()
            .filter(|key| is_urn(key) && after_urn(name, key).is_some())
            .max_by_key(|key| key.len());
        if let Some(urn) = known {
            let rest = after_urn(name, urn).unwrap_or_default();
            return std::iter::once(urn.clone()).chain(dotted(rest)).collect();
        }
        match name.rsplit_once(':') {
            Some((urn, rest))
                if is_urn(urn)
                    && !value.is_some_and(Value::is_object)
                    && rest.split('.').all(is_attribute_name) =>
            {
                std::iter::once(urn.to_owned())
                    .chain(dotted(rest))
                    .collect()
            }
            _ => vec![name.clone()],
        }
    }
}

impl UnknownChange {
    /// Makes the change in a document.
    pub(super) fn apply(&self, document: &mut Map<String, Value>) {
        if let (UnknownTarget::Urn(name), Some(value)) = (&self.target, &self.value)
            && !value.is_object()
            && let Some(key) = present_key(document, name)
            && document.get(&key).is_some_and(Value::is_object)
        {
            // An extension is an object: with another value, what had its name is an attribute of a shorter one.
            document.shift_remove(&key);
        }
        let keys = self.target.keys(document, self.value.as_ref());
        match &self.value {
            Some(value) => set(document, &keys, value, self.adds),
            None => remove(document, &keys),
        }
    }
}

fn set(object: &mut Map<String, Value>, keys: &[String], value: &Value, adds: bool) {
    let Some((key, rest)) = keys.split_first() else {
        return;
    };
    let key = present_key(object, key).unwrap_or_else(|| key.clone());
    let slot = object.entry(key).or_insert(Value::Null);
    if rest.is_empty() {
        put(slot, value, adds);
        return;
    }
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    if let Value::Object(inner) = slot {
        set(inner, rest, value, adds);
    }
}

/// Objects are merged, `add` appends to lists, everything else is put in place.
fn put(slot: &mut Value, value: &Value, adds: bool) {
    match (slot, value) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in new {
                set(old, std::slice::from_ref(name), value, adds);
            }
        }
        (Value::Array(old), Value::Array(new)) if adds => {
            for value in new {
                if !old.contains(value) {
                    old.push(value.clone());
                }
            }
        }
        (slot, value) => *slot = value.clone(),
    }
}

fn remove(object: &mut Map<String, Value>, keys: &[String]) {
    let Some((key, rest)) = keys.split_first() else {
        return;
    };
    let Some(key) = present_key(object, key) else {
        return;
    };
    if rest.is_empty() {
        object.shift_remove(&key);
        return;
    }
    if let Some(Value::Object(inner)) = object.get_mut(&key) {
        remove(inner, rest);
        if inner.is_empty() {
            object.shift_remove(&key);
        }
    }
}

/// The name as the document has it, in whatever case.
fn present_key(object: &Map<String, Value>, key: &str) -> Option<String> {
    if object.contains_key(key) {
        return Some(key.to_owned());
    }
    object
        .keys()
        .find(|present| present.eq_ignore_ascii_case(key))
        .cloned()
}

fn dotted(name: &str) -> Vec<String> {
    name.split('.')
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

//! What one operation does, after its path and its value are understood.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::members::MemberChange;
use super::unknown::UnknownChange;
use crate::scim::filter::ValueFilter;
use crate::scim::path::AttributeRef;
use crate::scim::schema::Schema;

/// The word in `op`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Add,
    Replace,
    Remove,
}

/// One step of a PATCH.
#[derive(Clone, PartialEq)]
pub(super) enum Change {
    /// To a group's members.
    Members(MemberChange),
    /// To a declared attribute.
    Attribute(AttributeChange),
    /// All attributes of an extension go.
    RemoveExtension(Arc<Schema>),
    /// To an attribute that no schema declares.
    Unknown(UnknownChange),
}

/// A step that concerns one declared attribute.
#[derive(Clone, PartialEq)]
pub(super) struct AttributeChange {
    /// The attribute. A sub-attribute is named only when the attribute is multi-valued.
    pub(super) target: AttributeRef,
    /// Which of its values; `None` means all.
    pub(super) selector: Option<ValueFilter>,
    /// What happens to them.
    pub(super) action: Action,
}

/// What happens to an attribute. Values are canonical.
#[derive(Clone, PartialEq)]
pub(super) enum Action {
    /// The value, or the list's values, are added.
    Add(Value),
    /// The value, or the list, is put in place of what is there.
    Replace(Value),
    /// A complex value gets these members; those that are null go.
    Merge(Map<String, Value>),
    /// The values go.
    Remove,
    /// Values like these go.
    RemoveListed(Vec<Value>),
}

impl AttributeChange {
    /// The step. To change a part of a single complex value is to merge the part into it.
    pub(super) fn new(
        mut target: AttributeRef,
        selector: Option<ValueFilter>,
        mut action: Action,
    ) -> Self {
        if !target.attribute.multi_valued
            && let Some(sub_attribute) = target.sub_attribute.take()
        {
            let value = match action {
                Action::Add(value) | Action::Replace(value) => value,
                _ => Value::Null,
            };
            action = Action::Merge(Map::from_iter([(sub_attribute.name.clone(), value)]));
        }
        Self {
            target,
            selector,
            action,
        }
    }
}

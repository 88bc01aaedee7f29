//! What a PATCH does to a group's members.

use serde_json::Value;

use super::action::one_or_many;
use super::change::Verb;
use crate::scim::error::ScimError;
use crate::scim::filter::ValueFilter;
use crate::scim::path::AttributeRef;
use crate::scim::resource::{MemberRef, Reader, WarningKind};

/// One step. All of them can be repeated without harm.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberChange {
    /// These are members from now on.
    Add(Vec<MemberRef>),
    /// The members with these ids are none any more.
    Remove(Vec<String>),
    /// The members that fulfil the filter are none any more.
    RemoveWhere(ValueFilter),
    /// These are the members, and no others.
    ReplaceAll(Vec<MemberRef>),
}

impl Reader<'_> {
    /// The step that an operation on `members` means; `None` when it means none.
    pub(super) fn member_changes(
        &mut self,
        target: &AttributeRef,
        selector: Option<ValueFilter>,
        verb: Verb,
        value: Option<Value>,
    ) -> Result<Option<MemberChange>, ScimError> {
        // RFC 7643 §4.2: the parts of a member are immutable; `members.value` is the member itself.
        let sub_attribute = target.sub_attribute.as_ref();
        let is_part = sub_attribute.is_some_and(|sub_attribute| sub_attribute.name != "value");
        if is_part || (selector.is_some() && verb != Verb::Remove) {
            return Err(ScimError::mutability(
                "members are added and removed, not changed",
            ));
        }
        match (verb, selector) {
            (Verb::Remove, Some(selector)) => Ok(Some(removed_by(selector))),
            (Verb::Remove, None) => self.removed_members(value).map(Some),
            (Verb::Add, _) => {
                let members = self.members(one_or_many(required(value)?))?;
                Ok((!members.is_empty()).then_some(MemberChange::Add(members)))
            }
            (Verb::Replace, _) => {
                let members = self.members(required(value)?)?;
                Ok(Some(MemberChange::ReplaceAll(members)))
            }
        }
    }

    fn removed_members(&mut self, value: Option<Value>) -> Result<MemberChange, ScimError> {
        match value {
            Some(listed) if !listed.is_null() && self.dialect.removes_listed_values => {
                // Read by RFC 7644 §3.5.2.2 alone, all members would go: nobody who lists members means that.
                self.warn(WarningKind::ListedRemoval, "members");
                let members = self.members(listed)?;
                let ids = members.into_iter().map(|member| member.value).collect();
                Ok(MemberChange::Remove(ids))
            }
            _ => Ok(MemberChange::ReplaceAll(Vec::new())),
        }
    }
}

fn required(value: Option<Value>) -> Result<Value, ScimError> {
    value.ok_or_else(|| ScimError::invalid_value("members needs a value"))
}

/// `members[value eq "x"]` names one member; other filters look at all.
fn removed_by(selector: ValueFilter) -> MemberChange {
    let template = selector.template().unwrap_or_default();
    match template.get("value") {
        Some(Value::String(id)) if template.len() == 1 => MemberChange::Remove(vec![id.clone()]),
        _ => MemberChange::RemoveWhere(selector),
    }
}

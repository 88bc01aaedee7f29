//! The members of a group (RFC 7643 §4.2): kept beside the document, so that changing one costs one.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::value::wrong_type;
use super::{Reader, WarningKind};
use crate::scim::error::ScimError;
use crate::scim::json::take_member;
use crate::scim::schema::ResourceType;

/// A member as a client names it. Its `display` and `$ref` are the service's to say.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MemberRef {
    /// The id, unread.
    pub value: String,
    /// What the client says it is.
    pub kind: Option<ResourceType>,
}

impl Reader<'_> {
    /// The members that a client lists, each once.
    pub(in crate::scim) fn members(&mut self, value: Value) -> Result<Vec<MemberRef>, ScimError> {
        let mut members = Vec::new();
        for element in self.elements("members", value)? {
            self.push_members(&mut members, element)?;
        }
        let mut seen = HashSet::with_capacity(members.len());
        members.retain(|member: &MemberRef| seen.insert(member.value.clone()));
        Ok(members)
    }

    fn push_members(
        &mut self,
        members: &mut Vec<MemberRef>,
        element: Value,
    ) -> Result<(), ScimError> {
        match element {
            Value::Null => {}
            Value::Object(mut object) => {
                // Salesforce nests the list once more.
                if self.dialect.wraps_lone_values
                    && !names_a_member(&object)
                    && let Some(nested) = take_member(&mut object, "members")
                {
                    members.extend(self.members(nested)?);
                } else {
                    members.push(self.member(object)?);
                }
            }
            Value::String(value) if self.dialect.wraps_plain_values => {
                self.warn(WarningKind::PlainValue, "members");
                members.push(self.member(Map::from_iter([("value".to_owned(), value.into())]))?);
            }
            _ => return Err(wrong_type("members", "a list of objects")),
        }
        Ok(())
    }

    fn member(&mut self, mut object: Map<String, Value>) -> Result<MemberRef, ScimError> {
        let reference = take_member(&mut object, "$ref");
        let reference = reference.as_ref().and_then(Value::as_str);
        let kind = take_member(&mut object, "type");
        let kind = kind.as_ref().and_then(Value::as_str);
        let value = match take_member(&mut object, "value") {
            Some(Value::String(value)) if !value.is_empty() => value,
            None | Some(Value::Null) => id_in(reference)
                .ok_or_else(|| ScimError::invalid_value("members.value is required"))?,
            Some(_) => return Err(wrong_type("members.value", "an id")),
        };
        let kind = kind.and_then(named).or_else(|| kind_in(reference));
        Ok(MemberRef { value, kind })
    }
}

fn names_a_member(object: &Map<String, Value>) -> bool {
    let is_id = |name: &str| {
        ["value", "$ref"]
            .iter()
            .any(|id| id.eq_ignore_ascii_case(name))
    };
    object
        .iter()
        .any(|(name, value)| is_id(name) && !value.is_null())
}

fn named(name: &str) -> Option<ResourceType> {
    ResourceType::ALL
        .into_iter()
        .find(|resource_type| resource_type.name().eq_ignore_ascii_case(name))
}

/// The id at the end of a reference, absolute or relative.
fn id_in(reference: Option<&str>) -> Option<String> {
    let (_, id) = reference?.trim_end_matches('/').rsplit_once('/')?;
    (!id.is_empty()).then(|| id.to_owned())
}

/// What a reference points to: `…/Groups/id` is a group.
fn kind_in(reference: Option<&str>) -> Option<ResourceType> {
    let (before, _) = reference?.trim_end_matches('/').rsplit_once('/')?;
    let collection = before.rsplit('/').next()?;
    ResourceType::ALL
        .into_iter()
        .find(|resource_type| resource_type.endpoint().trim_start_matches('/') == collection)
}

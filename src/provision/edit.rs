//! What a PUT and a PATCH make of a resource. The request is read once; it is applied again when the resource changes under it.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Call;
use crate::scim::error::ScimError;
use crate::scim::patch::{self, MemberChange, Patch};
use crate::scim::resource;
use crate::scim::schema::{ResourceType, Schemas};

/// How a resource is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    Replace,
    Patch,
}

/// What a client wants of a resource.
pub(super) enum Wanted {
    Document {
        attributes: Map<String, Value>,
        members: [MemberChange; 1],
    },
    Patch(Patch),
}

/// A resource after an edit.
pub(super) struct Edited<'w> {
    pub(super) attributes: Cow<'w, Map<String, Value>>,
    /// The names of the attributes that differ.
    pub(super) changed: Vec<String>,
    /// What is to be done to a group's members, in order.
    pub(super) members: Cow<'w, [MemberChange]>,
}

impl Edit {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Patch => "patch",
        }
    }

    pub(super) fn read(
        self,
        call: &Call<'_>,
        resource_type: ResourceType,
    ) -> Result<Wanted, ScimError> {
        let (schemas, dialect) = (&call.caller.shop.schemas, &call.caller.shop.dialect);
        let body = call.body.read()?;
        if self == Self::Patch {
            return patch::parse(body, resource_type, schemas, dialect).map(Wanted::Patch);
        }
        let draft = match resource_type {
            ResourceType::User => resource::read_user(body, schemas, dialect)?,
            ResourceType::Group => resource::read_group(body, schemas, dialect)?,
        };
        Ok(Wanted::Document {
            attributes: draft.attributes,
            // RFC 7644 §3.5.1: what is not sent is cleared.
            members: [MemberChange::ReplaceAll(draft.members)],
        })
    }
}

impl Wanted {
    pub(super) fn apply(
        &self,
        before: &Map<String, Value>,
        resource_type: ResourceType,
        schemas: &Schemas,
    ) -> Result<Edited<'_>, ScimError> {
        match self {
            Self::Document {
                attributes,
                members,
            } => {
                resource::check_immutable(before, attributes, resource_type, schemas)?;
                Ok(Edited {
                    attributes: Cow::Borrowed(attributes),
                    changed: patch::diff(before, attributes),
                    members: Cow::Borrowed(members),
                })
            }
            Self::Patch(patch) => {
                let patched = patch::apply(before, patch)?;
                Ok(Edited {
                    attributes: Cow::Owned(patched.attributes),
                    changed: patched.changed,
                    members: Cow::Owned(patched.members),
                })
            }
        }
    }
}

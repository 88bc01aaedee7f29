//! What a PUT and a PATCH make of a resource.

use serde_json::{Map, Value};

use crate::reconcile::Shop;
use crate::scim::error::ScimError;
use crate::scim::patch::{self, MemberChange};
use crate::scim::resource;
use crate::scim::schema::ResourceType;

/// How a resource is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    Replace,
    Patch,
}

/// A resource after an edit.
pub(super) struct Edited {
    pub(super) attributes: Map<String, Value>,
    /// The names of the attributes that differ.
    pub(super) changed: Vec<String>,
    /// What is to be done to a group's members, in order.
    pub(super) members: Vec<MemberChange>,
}

impl Edit {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Patch => "patch",
        }
    }

    pub(super) fn apply(
        self,
        body: Value,
        before: &Map<String, Value>,
        resource_type: ResourceType,
        shop: &Shop,
    ) -> Result<Edited, ScimError> {
        let (schemas, dialect) = (&shop.schemas, &shop.dialect);
        match self {
            Self::Replace => {
                let draft = match resource_type {
                    ResourceType::User => resource::read_user(body, schemas, dialect)?,
                    ResourceType::Group => resource::read_group(body, schemas, dialect)?,
                };
                resource::check_immutable(before, &draft.attributes, resource_type, schemas)?;
                Ok(Edited {
                    changed: patch::diff(before, &draft.attributes),
                    attributes: draft.attributes,
                    // RFC 7644 §3.5.1: what is not sent is cleared.
                    members: vec![MemberChange::ReplaceAll(draft.members)],
                })
            }
            Self::Patch => {
                let patch = patch::parse(body, resource_type, schemas, dialect)?;
                let patched = patch::apply(before, &patch)?;
                Ok(Edited {
                    attributes: patched.attributes,
                    changed: patched.changed,
                    members: patched.members,
                })
            }
        }
    }
}

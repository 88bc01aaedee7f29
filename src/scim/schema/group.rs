//! The core `Group` (RFC 7643 §4.2, §8.7.1).

use std::sync::Arc;

use super::attribute::{complex, reference, string};
use super::{GROUP_URN, ResourceType, Schema};

/// The core schema of groups.
pub(super) fn schema() -> Schema {
    let display_name = string("displayName", "The group's name, unique within the shop.")
        .required()
        .unique();
    let members = complex(
        "members",
        "The members of the group.",
        [
            string("value", "The id of the member.")
                .case_exact()
                .immutable(),
            reference("$ref", &["User", "Group"], "The URL of the member.").immutable(),
            string("type", "The member's resource type.")
                .one_of(&["User", "Group"])
                .immutable(),
            string("display", "The member's name, for display.").read_only(),
        ],
    )
    .list();
    Schema {
        id: GROUP_URN.to_owned(),
        name: "Group".to_owned(),
        description: "Group".to_owned(),
        resource_type: ResourceType::Group,
        is_core: true,
        attributes: [display_name, members].map(Arc::new).into(),
    }
}

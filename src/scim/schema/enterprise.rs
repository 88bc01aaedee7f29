//! The enterprise extension of users (RFC 7643 §4.3, §8.7.1).

use std::sync::Arc;

use super::attribute::{complex, reference, string};
use super::{ENTERPRISE_URN, ResourceType, Schema};

/// The enterprise extension. Nothing of ours is in it: some clients refuse what they do not know here.
pub(super) fn schema() -> Schema {
    let attributes = [
        string(
            "employeeNumber",
            "The number the organization gave the user.",
        ),
        string("costCenter", "The name of a cost center."),
        string("organization", "The name of an organization."),
        string("division", "The name of a division."),
        string("department", "The name of a department."),
        complex(
            "manager",
            "The user's manager.",
            [
                string("value", "The id of the manager's resource.").case_exact(),
                reference("$ref", &["User"], "The URL of the manager's resource."),
                string("displayName", "The manager's name, for display.").read_only(),
            ],
        ),
    ];
    Schema {
        id: ENTERPRISE_URN.to_owned(),
        name: "EnterpriseUser".to_owned(),
        description: "Enterprise User".to_owned(),
        resource_type: ResourceType::User,
        is_core: false,
        attributes: attributes.map(Arc::new).into(),
    }
}

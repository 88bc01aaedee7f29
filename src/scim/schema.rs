//! What SCIM knows about attributes (RFC 7643): the one attribute table, and a shop's registry of schemas.
//!
//! Names and URNs are found in any case; what is found carries the canonical spelling.

mod attribute;
mod date_time;
mod derived;
mod enterprise;
mod group;
mod load;
mod registry;
mod shopify;
mod user;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use attribute::{AttributeDef, AttributeType, Mutability, Returned, Uniqueness};
pub use date_time::parse_date_time;
pub use derived::DerivedParts;
pub use load::SchemaError;
pub(super) use registry::after_urn;
pub use registry::{Schemas, UrnMatch};

/// The core schema of users.
pub const USER_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The core schema of groups.
pub const GROUP_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The enterprise extension of users.
pub const ENTERPRISE_URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// Our read-only extension of users: where the user stands in Shopify.
pub const SHOPIFY_URN: &str = "urn:ietf:params:scim:schemas:extension:syncup:shopify:2.0:User";

/// The kinds of resources this service has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResourceType {
    /// `/Users`.
    User,
    /// `/Groups`.
    Group,
}

impl ResourceType {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::User, Self::Group];

    /// The name in `meta.resourceType`.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// The path below the base URL.
    pub fn endpoint(self) -> &'static str {
        match self {
            Self::User => "/Users",
            Self::Group => "/Groups",
        }
    }

    /// The URN of the core schema.
    pub fn urn(self) -> &'static str {
        match self {
            Self::User => USER_URN,
            Self::Group => GROUP_URN,
        }
    }
}

/// One schema: a core schema or an extension.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The URN in its canonical spelling.
    pub id: String,
    /// The short name, for people.
    pub name: String,
    /// What it describes, for people.
    pub description: String,
    /// The resources it describes.
    pub resource_type: ResourceType,
    /// True for the core schema, whose attributes stand at the top of a resource.
    pub is_core: bool,
    /// Its attributes in order, without the common ones (`id`, `externalId`, `meta`, `schemas`).
    pub attributes: Vec<Arc<AttributeDef>>,
}

impl Schema {
    /// The attribute of this name, in any case.
    pub fn attribute(&self, name: &str) -> Option<&Arc<AttributeDef>> {
        attribute::named(&self.attributes, name)
    }
}

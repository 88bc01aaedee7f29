//! The parts of a resource that are not in its stored document and are spliced in when something needs them.

use super::{ResourceType, SHOPIFY_URN};

/// Which derived parts something touches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DerivedParts {
    /// `meta`.
    pub meta: bool,
    /// A user's `groups`.
    pub groups: bool,
    /// A group's `members`.
    pub members: bool,
    /// A user's Shopify extension.
    pub shopify: bool,
}

impl DerivedParts {
    /// Every part that resources of this type have.
    pub fn all_of(resource_type: ResourceType) -> Self {
        let is_user = resource_type == ResourceType::User;
        Self {
            meta: true,
            groups: is_user,
            members: !is_user,
            shopify: is_user,
        }
    }

    /// The parts that an attribute belongs to, by its canonical names.
    pub fn of(extension: Option<&str>, attribute: &str) -> Self {
        match extension {
            Some(urn) => Self {
                shopify: urn == SHOPIFY_URN,
                ..Self::default()
            },
            None => Self {
                meta: attribute == "meta",
                groups: attribute == "groups",
                members: attribute == "members",
                shopify: false,
            },
        }
    }

    /// The parts that either touches.
    pub fn union(self, other: Self) -> Self {
        Self {
            meta: self.meta || other.meta,
            groups: self.groups || other.groups,
            members: self.members || other.members,
            shopify: self.shopify || other.shopify,
        }
    }
}

//! What an index can answer of a filter.

use super::Operator;
use super::bound::{BoundFilter, Check, Node};
use super::compare::Comparand;
use crate::scim::schema::ResourceType;

/// An equality that every match of a filter fulfils. Texts of case-insensitive attributes are folded (see `fold`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexLookup {
    /// The resource with this `id`.
    Id(String),
    /// The user with this `userName`, folded.
    UserName(String),
    /// The resources with this `externalId`.
    ExternalId(String),
    /// The group with this `displayName`, folded.
    DisplayName(String),
    /// The users with this e-mail, folded.
    Email(String),
    /// The groups that this id is a member of.
    Member(String),
    /// The users that are in the group with this id.
    Group(String),
}

impl IndexLookup {
    /// Smaller numbers leave fewer candidates.
    fn rank(&self) -> u8 {
        match self {
            Self::Id(_) => 0,
            Self::UserName(_) => 1,
            Self::ExternalId(_) => 2,
            Self::DisplayName(_) => 3,
            Self::Email(_) => 4,
            Self::Member(_) => 5,
            Self::Group(_) => 6,
        }
    }
}

impl BoundFilter {
    /// The most selective equality that all matches share. `matches` still decides about each candidate.
    pub fn index_terms(&self) -> Option<IndexLookup> {
        let resource_type = self.resource_type?;
        let mut lookups = Vec::new();
        collect(&self.root, &[], resource_type, &mut lookups);
        lookups.into_iter().min_by_key(IndexLookup::rank)
    }

    /// True when the filter is one equality of a user that its index decides: whoever is found by `index_terms` matches.
    pub fn is_decided_by_index(&self) -> bool {
        let is_decisive = |lookup| {
            matches!(
                lookup,
                IndexLookup::UserName(_) | IndexLookup::ExternalId(_) | IndexLookup::Email(_)
            )
        };
        matches!(self.root, Node::Test { .. })
            && self.resource_type == Some(ResourceType::User)
            && self.index_terms().is_some_and(is_decisive)
    }
}

fn collect(
    node: &Node,
    outer: &[String],
    resource_type: ResourceType,
    lookups: &mut Vec<IndexLookup>,
) {
    match node {
        Node::All(nodes) => {
            for node in nodes {
                collect(node, outer, resource_type, lookups);
            }
        }
        Node::Element { keys, filter } => collect(filter, keys, resource_type, lookups),
        Node::Test {
            keys,
            check:
                Check::Compare {
                    operator: Operator::Equal,
                    comparand,
                    ..
                },
        } => {
            let path: Vec<&str> = outer.iter().chain(keys).map(String::as_str).collect();
            lookups.extend(lookup(&path, comparand, resource_type));
        }
        Node::Any(_) | Node::Not(_) | Node::Test { .. } => {}
    }
}

fn lookup(
    path: &[&str],
    comparand: &Comparand,
    resource_type: ResourceType,
) -> Option<IndexLookup> {
    let (Comparand::ExactText(text) | Comparand::AnyCaseText { folded: text, .. }) = comparand
    else {
        return None;
    };
    let lookup = match (resource_type, path) {
        (_, ["id"]) => IndexLookup::Id,
        (_, ["externalId"]) => IndexLookup::ExternalId,
        (ResourceType::User, ["userName"]) => IndexLookup::UserName,
        (ResourceType::User, ["emails", "value"]) => IndexLookup::Email,
        (ResourceType::User, ["groups", "value"]) => IndexLookup::Group,
        (ResourceType::Group, ["displayName"]) => IndexLookup::DisplayName,
        (ResourceType::Group, ["members", "value"]) => IndexLookup::Member,
        _ => return None,
    };
    Some(lookup(text.clone()))
}

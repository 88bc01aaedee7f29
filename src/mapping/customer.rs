//! The part of a Shopify customer that is ours.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::shopify::model::Address;

/// What every tag made from a group starts with.
pub const GROUP_TAG_PREFIX: &str = "group:";

/// The tag of a customer whose user is inactive or deleted.
pub const DISABLED_TAG: &str = "scim:disabled";

/// The fields, metafields and tags of a customer that follow the user; also the snapshot of what was written.
///
/// Absent is empty: Shopify keeps no blank texts. `Debug` names what is set and shows no values.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    /// `firstName`.
    pub first_name: Option<String>,
    /// `lastName`.
    pub last_name: Option<String>,
    /// `defaultEmailAddress`, in lower case.
    pub email: Option<String>,
    /// `defaultPhoneNumber`, in E.164.
    pub phone: Option<String>,
    /// `locale`: a language, or a language and a region (`pt-BR`).
    pub locale: Option<String>,
    /// `defaultAddress`.
    pub address: Option<Address>,
    /// Metafields by key; all are in the namespace reserved for the app.
    pub metafields: BTreeMap<String, String>,
    /// Our tags only: `group:*` and `scim:disabled`.
    pub tags: BTreeSet<String>,
}

impl Customer {
    /// Whether a tag is one that we write, in any case: Shopify compares tags without regard to case.
    pub fn is_ours(tag: &str) -> bool {
        let tag = tag.to_lowercase();
        tag.starts_with(GROUP_TAG_PREFIX) || tag == DISABLED_TAG
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customer")
            .field("first_name", &self.first_name.is_some())
            .field("last_name", &self.last_name.is_some())
            .field("email", &self.email.is_some())
            .field("phone", &self.phone.is_some())
            .field("locale", &self.locale.is_some())
            .field("address", &self.address.is_some())
            .field("metafields", &self.metafields.keys())
            .field("tags", &self.tags.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Customer {
        Customer {
            first_name: Some("Ada".to_owned()),
            phone: Some("+16134505293".to_owned()),
            tags: ["group:Staff".to_owned()].into(),
            ..Customer::default()
        }
    }

    #[test]
    fn our_tags_are_known_by_their_names() {
        let check = |tag: &str, ours: bool| assert_eq!(Customer::is_ours(tag), ours, "{tag}");
        check("group:Staff", true);
        check("Group:staff", true);
        check("SCIM:disabled", true);
        check("scim:other", false);
        check("groups", false);
        check("vip", false);
    }

    #[test]
    fn a_snapshot_is_read_when_fields_are_missing() {
        let read: Customer = serde_json::from_str(r#"{"email":"a@b.example"}"#).unwrap();
        assert_eq!(read.email.as_deref(), Some("a@b.example"));
        assert!(read.tags.is_empty());
    }

    #[test]
    fn debug_shows_no_values() {
        let text = format!("{:?}", ada());
        assert!(!text.contains("Ada") && !text.contains("613"), "{text}");
    }
}

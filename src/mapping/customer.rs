//! The part of a Shopify customer that is ours, and what of an observed customer that is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::metafield;

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

/// The default address of a customer. `Debug` shows no values.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// The first line of the street address.
    pub address1: Option<String>,
    /// The other lines of the street address.
    pub address2: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The postal code.
    pub zip: Option<String>,
    /// `countryCode`: ISO 3166-1 alpha-2.
    pub country_code: Option<String>,
    /// `provinceCode`: ISO 3166-2 without the country.
    pub province_code: Option<String>,
    /// The company.
    pub company: Option<String>,
}

impl Customer {
    /// Whether a tag is one that we write, in any case: Shopify compares tags without regard to case.
    pub fn is_ours(tag: &str) -> bool {
        let tag = tag.to_lowercase();
        tag.starts_with(GROUP_TAG_PREFIX) || tag == DISABLED_TAG
    }

    /// A customer as read from Shopify, without the tags and metafields of others.
    #[must_use]
    pub fn only_ours(mut self) -> Self {
        self.tags.retain(|tag| Self::is_ours(tag));
        self.metafields.retain(|key, _| metafield::is_ours(key));
        self
    }

    /// A customer as read from Shopify, without what the merchant or the buyer filled in: fields that `written`, the last
    /// snapshot, lacks, and the tags and metafields of others.
    ///
    /// Without this, a user who has no address would clear the one that the buyer entered.
    #[must_use]
    pub fn owned(self, written: &Self) -> Self {
        let ours = self.only_ours();
        Self {
            first_name: ours.first_name.filter(|_| written.first_name.is_some()),
            last_name: ours.last_name.filter(|_| written.last_name.is_some()),
            email: ours.email.filter(|_| written.email.is_some()),
            phone: ours.phone.filter(|_| written.phone.is_some()),
            locale: ours.locale.filter(|_| written.locale.is_some()),
            address: ours.address.filter(|_| written.address.is_some()),
            ..ours
        }
    }

    /// The customer without the phone: Shopify refused it.
    #[must_use]
    pub fn without_phone(self) -> Self {
        Self {
            phone: None,
            ..self
        }
    }

    /// The customer without the address: Shopify refused it.
    #[must_use]
    pub fn without_address(self) -> Self {
        Self {
            address: None,
            ..self
        }
    }

    /// The customer without the locale: Shopify refused it.
    #[must_use]
    pub fn without_locale(self) -> Self {
        Self {
            locale: None,
            ..self
        }
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

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed() -> Customer {
        Customer {
            first_name: Some("Ada".to_owned()),
            phone: Some("+16134505293".to_owned()),
            locale: Some("en".to_owned()),
            address: Some(Address::default()),
            metafields: ["scim_id", "loyalty"]
                .map(|key| (key.to_owned(), "1".to_owned()))
                .into(),
            tags: ["vip", "Group:Staff", "SCIM:disabled", "groups"]
                .map(str::to_owned)
                .into(),
            ..Customer::default()
        }
    }

    #[test]
    fn only_our_tags_and_metafields_are_kept() {
        let ours = observed().only_ours();
        assert!(ours.metafields.keys().eq(["scim_id"]));
        assert!(ours.tags.iter().eq(["Group:Staff", "SCIM:disabled"]));
        assert_eq!(ours.first_name.as_deref(), Some("Ada"));
    }

    #[test]
    fn a_field_that_was_never_written_is_not_owned() {
        let written = Customer {
            first_name: Some("Augusta".to_owned()),
            last_name: Some("King".to_owned()),
            ..Customer::default()
        };
        let want = Customer {
            first_name: observed().first_name,
            metafields: observed().only_ours().metafields,
            tags: observed().only_ours().tags,
            ..Customer::default()
        };
        assert!(observed().owned(&written) == want);
        assert!(observed().owned(&observed()) == observed().only_ours());
    }

    #[test]
    fn a_refused_part_is_left_out_alone() {
        let whole = observed();
        let bare = whole
            .clone()
            .without_phone()
            .without_address()
            .without_locale();
        let back = Customer {
            phone: whole.phone.clone(),
            address: whole.address.clone(),
            locale: whole.locale.clone(),
            ..bare.clone()
        };
        assert!(bare.phone.is_none() && bare.address.is_none() && bare.locale.is_none());
        assert!(back == whole);
    }

    #[test]
    fn a_snapshot_is_read_when_fields_are_missing() {
        let read: Customer = serde_json::from_str(r#"{"email":"a@b.example"}"#).unwrap();
        assert_eq!(read.email.as_deref(), Some("a@b.example"));
        assert!(read.tags.is_empty());
    }

    #[test]
    fn debug_shows_no_values() {
        let text = format!("{:?}", observed());
        assert!(!text.contains("Ada") && !text.contains("613"), "{text}");
    }
}

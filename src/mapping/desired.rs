//! What the rules make of a user.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::applied::Applied;
use super::rules::{CustomTarget, DefaultRule, Rules, Target};
use super::tags::{self, TagSet};
use super::text::{cut_bytes, single_line};
use super::{address, email, locale, name, phone, source};
use crate::shopify::model::Address;
use crate::shopify::{UserError, UserErrorKind, opaque_debug};

/// What the rules need beside the user.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The user's SCIM id.
    pub scim_id: &'a str,
    /// The display names of the user's groups.
    pub groups: &'a [String],
    /// Whether the SCIM resource was deleted.
    pub is_deleted: bool,
    /// The ISO 3166-1 code of the country of phone numbers without a country code.
    pub region: Option<&'a str>,
    /// What the shop changes about the default rules.
    pub rules: &'a Rules,
}

/// A customer as it should be. `None` and absence mean: empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DesiredCustomer {
    /// The e-mail address, in lower case.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The phone number in E.164.
    pub phone: Option<String>,
    /// The language of notifications.
    pub locale: Option<String>,
    /// The address.
    pub address: Option<Address>,
    /// Our tags.
    pub tags: BTreeSet<String>,
    /// Metafields in the app's own namespace.
    pub metafields: BTreeMap<String, String>,
}

/// Something that a user has and the customer does not get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The SCIM attribute.
    pub attribute: String,
    /// Why: a sentence without the value.
    pub reason: String,
}

/// Why a user cannot become a customer yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldReason {
    /// There is no e-mail address that Shopify takes.
    NoEmail,
}

impl fmt::Display for HoldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEmail => f.write_str("the user has no e-mail address that Shopify takes"),
        }
    }
}

/// Values that Shopify refused, so that they are not sent again until they change.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Refused {
    /// A phone number, with the reason.
    pub phone: Option<(String, String)>,
    /// An address, with the reason.
    pub address: Option<(Address, String)>,
    /// A locale, with the reason.
    pub locale: Option<(String, String)>,
}

/// What the rules make of a user.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Desired {
    /// The customer.
    pub customer: DesiredCustomer,
    /// What was left out.
    pub warnings: Vec<Warning>,
    /// Why there can be no customer yet.
    pub hold: Option<HoldReason>,
    /// What was taken out because Shopify refuses it.
    pub refused: Refused,
}

/// Shopify's limit for a metafield is not told in one place; every text of it allows this.
const MAX_METAFIELD_BYTES: usize = 16 * 1024;

/// Applies the rules to a stored user.
pub fn desired(user: &Map<String, Value>, context: &Context<'_>) -> Desired {
    let mut draft = Draft {
        user,
        context,
        desired: Desired::default(),
        tags: TagSet::default(),
    };
    for rule in context.rules.defaults() {
        draft.apply(rule);
    }
    for rule in &context.rules.add {
        let values = source::texts(user, &rule.source);
        match &rule.target {
            CustomTarget::Metafield(key) => draft.metafield(key, &rule.source, &values.join(", ")),
            CustomTarget::Tag(prefix) => {
                for value in &values {
                    draft.tags.add(prefix, value);
                }
            }
        }
    }
    draft.finish()
}

struct Draft<'a> {
    user: &'a Map<String, Value>,
    context: &'a Context<'a>,
    desired: Desired,
    tags: TagSet,
}

impl Draft<'_> {
    fn apply(&mut self, rule: &DefaultRule) {
        match rule.target {
            Target::Email => self.email(),
            Target::Names => self.names(),
            Target::Phone => self.phone(),
            Target::Address => self.address(),
            Target::Locale => self.locale(rule.sources),
            Target::GroupTags => {
                for group in self.context.groups {
                    self.tags.add(tags::GROUP_PREFIX, group);
                }
            }
            Target::DisabledTag => {
                if self.is_disabled() {
                    self.tags.add("", tags::DISABLED);
                }
            }
            Target::Status => {
                let status = if self.is_disabled() {
                    "disabled"
                } else {
                    "active"
                };
                self.metafield(rule.name, "active", status);
            }
            Target::Id => self.metafield(rule.name, "id", self.context.scim_id),
            Target::Metafield => {
                let value = source::text(self.user, rule.sources).unwrap_or_default();
                let attribute = rule.sources.first().copied().unwrap_or(rule.name);
                self.metafield(rule.name, attribute, &value);
            }
        }
    }

    fn is_disabled(&self) -> bool {
        // A user without `active` is active.
        self.context.is_deleted || self.user.get("active") == Some(&Value::Bool(false))
    }

    fn email(&mut self) {
        let (email, is_passed_over) = email::email(self.user);
        if email.is_none() {
            self.desired.hold = Some(HoldReason::NoEmail);
        }
        if is_passed_over {
            self.warn("emails", "not an e-mail address that Shopify takes");
        }
        self.desired.customer.email = email;
    }

    fn names(&mut self) {
        let (first_name, last_name, is_cut) = name::names(self.user);
        if is_cut {
            self.warn("name", "cut to 255 characters");
        }
        self.desired.customer.first_name = first_name;
        self.desired.customer.last_name = last_name;
    }

    fn phone(&mut self) {
        match phone::phone(self.user, self.context.region) {
            Some(Ok(phone)) => self.desired.customer.phone = Some(phone),
            Some(Err(())) => self.warn("phoneNumbers", "not a phone number that can be dialled"),
            None => {}
        }
    }

    fn address(&mut self) {
        let outcome = address::address(self.user);
        for fault in outcome.faults {
            self.warn("addresses", fault);
        }
        self.desired.customer.address = outcome.address;
    }

    fn locale(&mut self, sources: &[&'static str]) {
        let Some(text) = source::text(self.user, sources) else {
            return;
        };
        self.desired.customer.locale = locale::locale(&text);
        if self.desired.customer.locale.is_none() {
            self.warn("preferredLanguage", "not a language that Shopify knows");
        }
    }

    fn metafield(&mut self, key: &str, attribute: &str, value: &str) {
        let (value, is_cut) = cut_bytes(&single_line(value), MAX_METAFIELD_BYTES);
        if is_cut {
            self.warn(attribute, "cut to 16384 bytes");
        }
        if !value.is_empty() {
            let metafields = &mut self.desired.customer.metafields;
            metafields.insert(key.to_owned(), value);
        }
    }

    fn warn(&mut self, attribute: &str, reason: &str) {
        self.desired.warn(attribute, reason);
    }

    fn finish(mut self) -> Desired {
        if self.tags.is_cut {
            self.warn("groups", "a tag was cut to 255 characters");
        }
        if self.tags.is_full {
            self.warn("groups", "only 250 tags fit");
        }
        self.desired.customer.tags = self.tags.into_tags().collect();
        self.desired
    }
}

impl Desired {
    /// The same without the phone number, which Shopify refuses.
    #[must_use]
    pub fn without_phone(mut self, reason: &str) -> Self {
        if let Some(phone) = self.customer.phone.take() {
            self.refused.phone = Some((phone, reason.to_owned()));
            self.warn("phoneNumbers", reason);
        }
        self
    }

    /// The same without the address, which Shopify refuses.
    #[must_use]
    pub fn without_address(mut self, reason: &str) -> Self {
        if let Some(address) = self.customer.address.take() {
            self.refused.address = Some((address, reason.to_owned()));
            self.warn("addresses", reason);
        }
        self
    }

    /// The same without the locale, which Shopify refuses.
    #[must_use]
    pub fn without_locale(mut self, reason: &str) -> Self {
        if let Some(locale) = self.customer.locale.take() {
            self.refused.locale = Some((locale, reason.to_owned()));
            self.warn("preferredLanguage", reason);
        }
        self
    }

    /// The same without everything that Shopify complains about, if that is all dispensable.
    pub fn without_refused(&self, errors: &[UserError]) -> Option<Self> {
        use UserErrorKind as Kind;
        let mut desired = self.clone();
        for error in errors {
            desired = match error.kind {
                Kind::PhoneTaken | Kind::PhoneInvalid => desired.without_phone(&error.message),
                Kind::LocaleInvalid => desired.without_locale(&error.message),
                Kind::CountryInvalid
                | Kind::ProvinceInvalid
                | Kind::AddressBlank
                | Kind::AddressInvalid => desired.without_address(&error.message),
                _ => return None,
            };
        }
        (desired != *self).then_some(desired)
    }

    /// The same without what Shopify refused the last time, with the warnings of then.
    #[must_use]
    pub fn heeding(&self, applied: &Applied) -> Self {
        let mut desired = self.clone();
        let refused = &applied.refused;
        if let Some((phone, reason)) = &refused.phone
            && desired.customer.phone.as_ref() == Some(phone)
        {
            desired = desired.without_phone(reason);
        }
        if let Some((address, reason)) = &refused.address
            && desired.customer.address.as_ref() == Some(address)
        {
            desired = desired.without_address(reason);
        }
        if let Some((locale, reason)) = &refused.locale
            && desired.customer.locale.as_ref() == Some(locale)
        {
            desired = desired.without_locale(reason);
        }
        desired
    }

    fn warn(&mut self, attribute: &str, reason: &str) {
        self.warnings.push(Warning {
            attribute: attribute.to_owned(),
            reason: reason.to_owned(),
        });
    }
}

opaque_debug!(DesiredCustomer, Desired, Refused);

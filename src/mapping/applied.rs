//! What we wrote last: the part of a customer that is ours. Kept as sealed JSON text.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::desired::{Desired, Refused};
use super::tags;
use crate::base::id::CustomerGid;
use crate::shopify::model::{Address, ObservedCustomer, Written};
use crate::shopify::opaque_debug;

/// The part of a customer that is ours, as it was when last written or read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The customer.
    #[serde(with = "gid_text")]
    pub customer_id: CustomerGid,
    /// The e-mail address.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The phone number in E.164.
    pub phone: Option<String>,
    /// The language of notifications.
    pub locale: Option<String>,
    /// Our address.
    pub address: Option<AppliedAddress>,
    /// Our tags.
    pub tags: BTreeSet<String>,
    /// Our metafields.
    pub metafields: BTreeMap<String, String>,
    /// What Shopify refused.
    #[serde(default)]
    pub refused: Refused,
}

/// An address as it was when last written or read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedAddress {
    /// Shopify's id; unknown when the address was there before we could add it.
    pub id: Option<String>,
    /// Whether we made it. One that we did not make is never changed nor deleted.
    pub is_ours: bool,
    /// Its content.
    pub address: Address,
}

/// The metafields of the default rules start so; the app's other metafields are none of the mapping's business.
const OWN_METAFIELDS: &str = "scim_";

impl Applied {
    /// The state after the plan for `desired` was carried out.
    pub fn of(desired: &Desired, written: &Written, before: Option<&Self>) -> Self {
        let desired = before.map_or_else(|| desired.clone(), |before| desired.heeding(before));
        let customer = &desired.customer;
        // What cannot be cleared stays as it was.
        let kept = |new: &Option<String>, old: fn(&Self) -> &Option<String>| {
            new.clone()
                .or_else(|| before.and_then(|it| old(it).clone()))
        };
        Self {
            customer_id: written.id.clone(),
            email: kept(&customer.email, |it| &it.email),
            first_name: customer.first_name.clone(),
            last_name: customer.last_name.clone(),
            phone: customer.phone.clone(),
            locale: kept(&customer.locale, |it| &it.locale),
            address: address_after(customer.address.as_ref(), written, before),
            tags: customer.tags.clone(),
            metafields: customer.metafields.clone(),
            refused: desired.refused.clone(),
        }
    }

    /// Notes what Shopify refused when nothing is left to write without it.
    pub fn note_refused(&mut self, desired: &Desired) {
        self.refused = desired.heeding(self).refused;
    }

    /// The state of an observed customer. `before` is what we wrote last, if we ever wrote it: without it, everything
    /// counts as the merchant's except what bears our names, so that nothing of theirs is cleared.
    pub fn from_observed(customer: &ObservedCustomer, before: Option<&Self>) -> Self {
        if let Some(before) = before.filter(|_| is_hidden(customer)) {
            return Self {
                tags: observed_tags(customer, Some(before)),
                metafields: observed_metafields(customer, Some(before)),
                ..before.clone()
            };
        }
        let ours = |seen: &Option<String>, old: fn(&Self) -> &Option<String>| {
            let is_ours = before.is_some_and(|it| old(it).is_some());
            seen.clone().filter(|_| is_ours)
        };
        Self {
            customer_id: customer.id.clone(),
            email: ours(&customer.email, |it| &it.email).map(|email| email.to_lowercase()),
            first_name: ours(&customer.first_name, |it| &it.first_name),
            last_name: ours(&customer.last_name, |it| &it.last_name),
            phone: ours(&customer.phone, |it| &it.phone),
            locale: ours(&Some(customer.locale.clone()), |it| &it.locale),
            address: observed_address(customer, before),
            tags: observed_tags(customer, before),
            metafields: observed_metafields(customer, before),
            refused: before.map(|it| it.refused.clone()).unwrap_or_default(),
        }
    }

    /// Forgets the address: Shopify says that it is gone.
    pub fn forget_address(&mut self) {
        self.address = None;
    }

    /// Forgets what Shopify refused, so that it is tried again.
    pub fn forget_refused(&mut self) {
        self.refused = Refused::default();
    }
}

/// A customer has at least a name, a phone number or an e-mail address. If none is to be seen, Shopify hides them from
/// the app, and null says nothing.
fn is_hidden(customer: &ObservedCustomer) -> bool {
    let protected = [
        &customer.email,
        &customer.phone,
        &customer.first_name,
        &customer.last_name,
    ];
    protected.into_iter().all(Option::is_none)
}

fn address_after(
    desired: Option<&Address>,
    written: &Written,
    before: Option<&Applied>,
) -> Option<AppliedAddress> {
    let old = before.and_then(|it| it.address.as_ref());
    let Some(address) = desired else {
        return old.filter(|old| !old.is_ours).cloned();
    };
    if let Some(old) = old.filter(|old| old.address.is_like(address)) {
        return Some(old.clone());
    }
    let is_known = old.is_some_and(|old| old.is_ours);
    let old_id = old.filter(|_| is_known).and_then(|old| old.id.clone());
    Some(AppliedAddress {
        id: written.address_id.clone().or(old_id),
        is_ours: true,
        address: address.clone(),
    })
}

fn observed_address(
    customer: &ObservedCustomer,
    before: Option<&Applied>,
) -> Option<AppliedAddress> {
    let old = before.and_then(|it| it.address.as_ref());
    let seen = customer.address.as_ref();
    match (old.filter(|old| old.is_ours), seen) {
        (Some(old), Some(seen)) if old.id.as_ref() == Some(&seen.id) => Some(AppliedAddress {
            address: seen.address.clone(),
            ..old.clone()
        }),
        // The customer made another address the default one: ours is out of sight, so believe what we wrote.
        (Some(old), _) => Some(old.clone()),
        (None, Some(seen)) => Some(AppliedAddress {
            id: Some(seen.id.clone()),
            is_ours: false,
            address: seen.address.clone(),
        }),
        (None, None) => None,
    }
}

fn observed_tags(customer: &ObservedCustomer, before: Option<&Applied>) -> BTreeSet<String> {
    let written: BTreeSet<_> = before
        .into_iter()
        .flat_map(|it| &it.tags)
        .map(|tag| tags::folded(tag))
        .collect();
    let is_ours = |tag: &&String| tags::is_own(tag) || written.contains(&tags::folded(tag));
    customer.tags.iter().filter(is_ours).cloned().collect()
}

fn observed_metafields(
    customer: &ObservedCustomer,
    before: Option<&Applied>,
) -> BTreeMap<String, String> {
    let is_ours = |key: &str| {
        key.starts_with(OWN_METAFIELDS) || before.is_some_and(|it| it.metafields.contains_key(key))
    };
    let metafields = customer.metafields.iter();
    metafields
        .filter(|(key, _)| is_ours(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

mod gid_text {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::base::id::CustomerGid;

    pub fn serialize<S: Serializer>(id: &CustomerGid, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(id.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<CustomerGid, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

opaque_debug!(Applied, AppliedAddress);

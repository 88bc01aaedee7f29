//! What we wrote last: the part of a customer that is ours. Kept as sealed JSON text.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::customer::Customer;
use super::desired::Desired;
use super::metafield::{self, SCIM_ID};
use super::refused::Refused;
use crate::shopify::model::{Address, ObservedCustomer, Written};
use crate::shopify::opaque_debug;

/// The part of a customer that is ours, as it was when last written or read.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Applied {
    /// Fields, metafields and tags. Its `address` is the default address, ours or not.
    pub(super) customer: Customer,
    /// Shopify's id of the address; unknown when it was there before we could add it.
    pub(super) address_id: Option<String>,
    /// Whether we made the address. One that we did not make is never changed nor deleted.
    pub(super) is_address_ours: bool,
    /// What Shopify refused.
    pub(super) refused: Refused,
    /// Whether a write since then may have happened: the customer has to be read before it is written again.
    is_doubtful: bool,
}

impl Applied {
    /// The state after the plan for `desired` was carried out.
    pub fn of(desired: &Desired, written: &Written, before: Option<&Self>) -> Self {
        let desired = before.map_or_else(
            || desired.clone(),
            |before| desired.heeding(&before.refused),
        );
        let mut applied = Self {
            refused: desired.refused.clone(),
            customer: desired.customer.clone(),
            ..Self::default()
        };
        applied.note_address(&desired, written, before);
        if let Some(before) = before {
            // What cannot be cleared stays as it was.
            let customer = &mut applied.customer;
            customer.email = customer
                .email
                .take()
                .or_else(|| before.customer.email.clone());
            customer.locale = customer
                .locale
                .take()
                .or_else(|| before.customer.locale.clone());
        }
        applied
    }

    /// The state of an observed customer. `before` is what we wrote last, if we ever wrote it.
    ///
    /// A field is ours when we wrote it or are about to; everything else is the merchant's or the buyer's, and nothing of theirs is ever cleared.
    pub fn from_observed(
        seen: &ObservedCustomer,
        before: Option<&Self>,
        desired: &Desired,
    ) -> Self {
        let metafields = observed_metafields(seen);
        let tags = observed_tags(seen);
        if let Some(before) = before.filter(|_| is_hidden(seen)) {
            let customer = Customer {
                tags,
                metafields,
                ..before.customer.clone()
            };
            return Self {
                customer,
                is_doubtful: false,
                ..before.clone()
            };
        }
        let ours = |seen: Option<&String>, part: fn(&Customer) -> &Option<String>| {
            let is_ours = before.is_some_and(|it| part(&it.customer).is_some())
                || part(&desired.customer).is_some();
            seen.filter(|_| is_ours).cloned()
        };
        let mut applied = Self {
            customer: Customer {
                email: ours(seen.email.as_ref(), |it| &it.email).map(|email| email.to_lowercase()),
                first_name: ours(seen.first_name.as_ref(), |it| &it.first_name),
                last_name: ours(seen.last_name.as_ref(), |it| &it.last_name),
                phone: ours(seen.phone.as_ref(), |it| &it.phone),
                locale: ours(Some(&seen.locale), |it| &it.locale),
                address: None,
                metafields,
                tags,
            },
            refused: before.map(|it| it.refused.clone()).unwrap_or_default(),
            ..Self::default()
        };
        applied.see_address(seen, before, desired);
        applied
    }

    /// Reads stored text; `None` for text of an older form, which makes the customer be looked up.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The text to store.
    pub fn text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// What Shopify refused.
    pub fn refused(&self) -> &Refused {
        &self.refused
    }

    /// Whether the customer has to be read before it is written.
    pub fn is_doubtful(&self) -> bool {
        self.is_doubtful
    }

    /// Notes that a write may or may not have happened.
    pub fn doubt(&mut self) {
        self.is_doubtful = true;
    }

    /// Notes what Shopify refused, so that it is not sent again before it changes.
    pub fn note_refused(&mut self, desired: &Desired) {
        self.refused = desired.heeding(&self.refused).refused;
    }

    /// Forgets the address: Shopify says that it is gone.
    pub fn forget_address(&mut self) {
        self.customer.address = None;
        self.address_id = None;
        self.is_address_ours = false;
    }

    fn note_address(&mut self, desired: &Desired, written: &Written, before: Option<&Self>) {
        let old = before.and_then(|it| Some((it, it.customer.address.as_ref()?)));
        let Some(address) = &desired.customer.address else {
            if let Some((before, _)) = old.filter(|(before, _)| !before.is_address_ours) {
                self.keep_address(before);
            }
            return;
        };
        match old {
            Some((before, old)) if old.is_like(address) => self.keep_address(before),
            _ => {
                let ours = before.filter(|before| before.is_address_ours);
                let known_id = ours.and_then(|before| before.address_id.clone());
                self.address_id = written.address_id.clone().or(known_id);
                self.is_address_ours = true;
            }
        }
    }

    fn see_address(&mut self, seen: &ObservedCustomer, before: Option<&Self>, desired: &Desired) {
        let seen_address = seen.address.as_ref();
        let ours =
            before.filter(|before| before.is_address_ours && before.customer.address.is_some());
        match (ours, seen_address) {
            (Some(before), Some(seen)) if before.address_id.as_ref() == Some(&seen.id) => {
                self.keep_address(before);
                self.customer.address = Some(seen.address.clone());
            }
            // The customer made another address the default one: ours is out of sight, so believe what we wrote.
            (Some(before), _) => self.keep_address(before),
            (None, Some(found)) => {
                self.customer.address = Some(found.address.clone());
                self.address_id = Some(found.id.clone());
                self.is_address_ours = is_made_by_us(seen, &found.address, desired);
            }
            (None, None) => {}
        }
    }

    fn keep_address(&mut self, before: &Self) {
        self.customer.address.clone_from(&before.customer.address);
        self.address_id.clone_from(&before.address_id);
        self.is_address_ours = before.is_address_ours;
    }
}

/// A customer that bears the user's SCIM id and the user's address was created by us, though the answer never came.
fn is_made_by_us(seen: &ObservedCustomer, address: &Address, desired: &Desired) -> bool {
    let own_id = desired.customer.metafields.get(SCIM_ID);
    own_id.is_some()
        && seen.metafields.get(SCIM_ID) == own_id
        && desired
            .customer
            .address
            .as_ref()
            .is_some_and(|want| want.is_like(address))
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

fn observed_tags(seen: &ObservedCustomer) -> BTreeSet<String> {
    let tags = seen.tags.iter();
    tags.filter(|tag| Customer::is_ours(tag)).cloned().collect()
}

fn observed_metafields(seen: &ObservedCustomer) -> BTreeMap<String, String> {
    let metafields = seen.metafields.iter();
    metafields
        .filter(|(key, _)| metafield::is_ours(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

opaque_debug!(Applied);

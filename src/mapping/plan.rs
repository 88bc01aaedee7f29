//! The step from what was written last to what should be: at most one HTTP request.

use std::collections::BTreeSet;

use super::applied::Applied;
use super::customer::Customer;
use super::desired::Desired;
use crate::base::field::Field;
use crate::base::id::CustomerGid;
use crate::shopify::customer::{create_request, update_request};
use crate::shopify::model::{AddressChange, CustomerCreate, CustomerFields, CustomerUpdate};
use crate::shopify::{Request, opaque_debug};

/// What is to be sent.
#[derive(Clone, PartialEq, Eq)]
pub enum Plan {
    /// Nothing: the customer is as it should be, or cannot be made yet.
    Nothing,
    /// A new customer.
    Create(CustomerCreate),
    /// A change to a customer.
    Update(CustomerUpdate),
}

impl Plan {
    /// The request that would be sent.
    pub fn request(&self) -> Option<Request> {
        match self {
            Self::Nothing => None,
            Self::Create(create) => Some(create_request(create)),
            Self::Update(update) => Some(update_request(update)),
        }
    }
}

/// Compares what should be with what was written last to the user's customer. Values that Shopify refused are not sent again.
pub fn plan(desired: &Desired, known: Option<(&CustomerGid, &Applied)>) -> Plan {
    let Some((customer, applied)) = known else {
        return match desired.hold {
            Some(_) => Plan::Nothing,
            None => Plan::Create(create(&desired.customer)),
        };
    };
    let desired = desired.heeding(&applied.refused);
    let update = update(customer, &desired.customer, applied);
    if update.mutations() == 0 {
        Plan::Nothing
    } else {
        Plan::Update(update)
    }
}

fn create(customer: &Customer) -> CustomerCreate {
    let set = |value: &Option<String>| Field::between(None, value.as_ref());
    CustomerCreate {
        fields: CustomerFields {
            email: set(&customer.email),
            first_name: set(&customer.first_name),
            last_name: set(&customer.last_name),
            phone: set(&customer.phone),
            locale: customer.locale.clone(),
            metafields: customer.metafields.clone(),
        },
        address: customer.address.clone(),
        tags: customer.tags.clone(),
    }
}

fn update(id: &CustomerGid, want: &Customer, applied: &Applied) -> CustomerUpdate {
    let have = &applied.customer;
    let step = |part: fn(&Customer) -> &Option<String>| {
        Field::between(part(have).as_ref(), part(want).as_ref())
    };
    let fields = CustomerFields {
        email: kept(step(|it| &it.email)),
        first_name: step(|it| &it.first_name),
        last_name: step(|it| &it.last_name),
        phone: step(|it| &it.phone),
        locale: match step(|it| &it.locale) {
            Field::Set(locale) => Some(locale),
            Field::Clear | Field::Leave => None,
        },
        metafields: want
            .metafields
            .iter()
            .filter(|(key, value)| have.metafields.get(*key) != Some(*value))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    };
    let is_gone = |key: &&String| !want.metafields.contains_key(*key);
    CustomerUpdate {
        fields,
        address: address_change(want, applied),
        deleted_metafields: have.metafields.keys().filter(is_gone).cloned().collect(),
        added_tags: missing(&want.tags, &have.tags),
        removed_tags: missing(&have.tags, &want.tags),
        ..CustomerUpdate::of(id.clone())
    }
}

/// A customer never loses its e-mail address: a user without one is held instead.
fn kept(email: Field<String>) -> Field<String> {
    match email {
        Field::Clear => Field::Leave,
        step => step,
    }
}

fn address_change(want: &Customer, applied: &Applied) -> AddressChange {
    let have = applied.customer.address.as_ref();
    let our_id = applied
        .address_id
        .clone()
        .filter(|_| applied.is_address_ours);
    match (&want.address, our_id) {
        (Some(want), _) if have.is_some_and(|have| have.is_like(want)) => AddressChange::Leave,
        (Some(want), Some(id)) => AddressChange::Update {
            id,
            address: want.clone(),
        },
        (Some(want), None) => AddressChange::Create(want.clone()),
        (None, Some(id)) => AddressChange::Delete { id },
        (None, None) => AddressChange::Leave,
    }
}

/// The tags of `these` that are not among `those`. Shopify compares tags without regard to case, and the first spelling wins.
fn missing(these: &BTreeSet<String>, those: &BTreeSet<String>) -> BTreeSet<String> {
    let those: BTreeSet<_> = those.iter().map(|tag| tag.to_lowercase()).collect();
    let is_missing = |tag: &&String| !those.contains(&tag.to_lowercase());
    these.iter().filter(is_missing).cloned().collect()
}

opaque_debug!(Plan);

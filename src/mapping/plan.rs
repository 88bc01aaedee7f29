//! The step from what was written last to what should be: at most one HTTP request.

use std::collections::BTreeSet;

use super::applied::{Applied, AppliedAddress};
use super::desired::{Desired, DesiredCustomer};
use super::tags;
use crate::base::field::Field;
use crate::shopify::customer::{MUTATION_POINTS, create_request, update_request};
use crate::shopify::model::{
    Address, AddressChange, CustomerCreate, CustomerFields, CustomerUpdate,
};
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
    /// The points that must be available.
    pub fn points(&self) -> f64 {
        match self {
            Self::Nothing => 0.0,
            Self::Create(_) => MUTATION_POINTS,
            Self::Update(update) => MUTATION_POINTS * f64::from(update.mutations()),
        }
    }

    /// The request that would be sent.
    pub fn request(&self) -> Option<Request> {
        match self {
            Self::Nothing => None,
            Self::Create(create) => Some(create_request(create)),
            Self::Update(update) => Some(update_request(update)),
        }
    }
}

/// Compares what should be with what was written last. Values that Shopify refused are not sent again.
pub fn plan(desired: &Desired, applied: Option<&Applied>) -> Plan {
    let Some(applied) = applied else {
        return match desired.hold {
            Some(_) => Plan::Nothing,
            None => Plan::Create(create(&desired.customer)),
        };
    };
    let update = update(&desired.heeding(applied).customer, applied);
    if update.mutations() == 0 {
        Plan::Nothing
    } else {
        Plan::Update(update)
    }
}

fn create(customer: &DesiredCustomer) -> CustomerCreate {
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

fn update(customer: &DesiredCustomer, applied: &Applied) -> CustomerUpdate {
    let step =
        |have: &Option<String>, want: &Option<String>| Field::between(have.as_ref(), want.as_ref());
    let changed = |(key, value): &(&String, &String)| applied.metafields.get(*key) != Some(*value);
    let metafields = customer.metafields.iter().filter(changed);
    let fields = CustomerFields {
        email: kept(step(&applied.email, &customer.email)),
        first_name: step(&applied.first_name, &customer.first_name),
        last_name: step(&applied.last_name, &customer.last_name),
        phone: step(&applied.phone, &customer.phone),
        locale: match step(&applied.locale, &customer.locale) {
            Field::Set(locale) => Some(locale),
            Field::Clear | Field::Leave => None,
        },
        metafields: metafields
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    };
    let is_gone = |key: &&String| !customer.metafields.contains_key(*key);
    CustomerUpdate {
        fields,
        address: address_change(customer.address.as_ref(), applied.address.as_ref()),
        deleted_metafields: applied.metafields.keys().filter(is_gone).cloned().collect(),
        added_tags: missing(&customer.tags, &applied.tags),
        removed_tags: missing(&applied.tags, &customer.tags),
        ..CustomerUpdate::of(applied.customer_id.clone())
    }
}

/// A customer never loses its e-mail address: a user without one is held instead.
fn kept(email: Field<String>) -> Field<String> {
    match email {
        Field::Clear => Field::Leave,
        step => step,
    }
}

fn address_change(desired: Option<&Address>, applied: Option<&AppliedAddress>) -> AddressChange {
    let ours = applied.filter(|it| it.is_ours);
    let our_id = ours.and_then(|it| it.id.clone());
    match (desired, our_id) {
        (Some(want), _) if applied.is_some_and(|it| it.address.is_like(want)) => {
            AddressChange::Leave
        }
        (Some(want), Some(id)) => AddressChange::Update {
            id,
            address: want.clone(),
        },
        (Some(want), None) => AddressChange::Create(want.clone()),
        (None, Some(id)) => AddressChange::Delete { id },
        (None, None) => AddressChange::Leave,
    }
}

/// The tags of `these` that are not among `those`, whatever their case.
fn missing(these: &BTreeSet<String>, those: &BTreeSet<String>) -> BTreeSet<String> {
    let those: BTreeSet<_> = those.iter().map(|tag| tags::folded(tag)).collect();
    let is_missing = |tag: &&String| !those.contains(&tags::folded(tag));
    these.iter().filter(is_missing).cloned().collect()
}

opaque_debug!(Plan);

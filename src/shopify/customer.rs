//! The customer operations. The requests are pure and public, so that a dry run can show them.

use std::collections::BTreeSet;

use super::ID_METAFIELD_KEY;
use super::client::Client;
use super::error::CallError;
use super::model::{
    AddressChange, CustomerCreate, CustomerKey, CustomerUpdate, ObservedCustomer, Written,
};
use super::queries::{
    self, customer_by_identifier, customer_create, customer_delete, customer_request_data_erasure,
    customer_update,
};
use super::receipt::Reply;
use super::request::Request;
use crate::base::id::CustomerGid;

pub(in crate::shopify) mod input;
mod outcome;

use input::{AddressInput, CustomerInput};

/// Points of one mutation: the payload's own objects are free, and we select little else.
pub const MUTATION_POINTS: f64 = 10.0;

/// Points that must be there for a look-up: three objects and up to fifty metafields. About half is charged in the end.
pub const LOOKUP_POINTS: f64 = 12.0;

/// Where the app's own metafields live, for the one input that does not default to it.
const APP_NAMESPACE: &str = "$app";

impl Client {
    /// Creates a customer: all or nothing.
    pub async fn create_customer(
        &self,
        create: &CustomerCreate,
    ) -> Result<Reply<Written>, CallError> {
        self.call::<queries::CustomerCreate, _>(create_request(create), outcome::created)
            .await
    }

    /// Changes a customer by one request. Its mutations are not one transaction: after a refusal some may have had
    /// their effect, and repeating those does no harm.
    pub async fn update_customer(
        &self,
        update: &CustomerUpdate,
    ) -> Result<Reply<Written>, CallError> {
        let id = update.id.clone();
        self.call::<queries::CustomerUpdate, _>(update_request(update), |data| {
            outcome::updated(data, id)
        })
        .await
    }

    /// Deletes a customer. One that is gone already counts as deleted; one with orders is refused.
    pub async fn delete_customer(&self, id: &CustomerGid) -> Result<Reply<()>, CallError> {
        self.call::<queries::CustomerDelete, _>(delete_request(id), outcome::deleted)
            .await
    }

    /// Asks Shopify to erase the customer's personal data. One that is gone already counts as erased.
    pub async fn erase_customer(&self, id: &CustomerGid) -> Result<Reply<()>, CallError> {
        self.call::<queries::CustomerRequestDataErasure, _>(erase_request(id), outcome::erased)
            .await
    }

    /// Looks a customer up. Sees every write that was answered before.
    pub async fn find_customer(
        &self,
        key: &CustomerKey,
    ) -> Result<Reply<Option<ObservedCustomer>>, CallError> {
        self.call::<queries::CustomerByIdentifier, _>(find_request(key), outcome::found)
            .await
    }
}

/// The request that creates a customer.
pub fn create_request(create: &CustomerCreate) -> Request {
    let mut input = CustomerInput::of(&create.fields, None);
    input.addresses = create.address.iter().map(AddressInput::new).collect();
    input.tags = create.tags.iter().cloned().collect();
    let sent = input.summary().join(" ");
    let variables = customer_create::Variables { input };
    Request::write::<queries::CustomerCreate>(variables, MUTATION_POINTS, sent)
}

/// The request that changes a customer.
pub fn update_request(update: &CustomerUpdate) -> Request {
    let id = update.id.to_string();
    let input = CustomerInput::of(&update.fields, Some(id.clone()));
    let sent = update_summary(&input, update).join(" ");
    let points = MUTATION_POINTS * f64::from(update.mutations());
    let (address, address_id) = address_inputs(&update.address);
    let is_change = |wanted: bool| wanted.then_some(true);
    let variables = customer_update::Variables {
        input,
        address,
        address_id,
        metafields: identifiers(&id, &update.deleted_metafields),
        added_tags: texts(&update.added_tags),
        removed_tags: texts(&update.removed_tags),
        update: is_change(!update.fields.is_empty()),
        create_address: is_change(matches!(update.address, AddressChange::Create(_))),
        update_address: is_change(matches!(update.address, AddressChange::Update { .. })),
        delete_address: is_change(matches!(update.address, AddressChange::Delete { .. })),
        delete_metafields: is_change(!update.deleted_metafields.is_empty()),
        add_tags: is_change(!update.added_tags.is_empty()),
        remove_tags: is_change(!update.removed_tags.is_empty()),
        id,
    };
    Request::write::<queries::CustomerUpdate>(variables, points, sent)
}

/// The request that deletes a customer.
pub fn delete_request(id: &CustomerGid) -> Request {
    let input = customer_delete::CustomerDeleteInput { id: id.to_string() };
    let variables = customer_delete::Variables { input };
    Request::write::<queries::CustomerDelete>(variables, MUTATION_POINTS, "id".to_owned())
}

/// The request for the erasure of a customer's personal data.
pub fn erase_request(id: &CustomerGid) -> Request {
    let variables = customer_request_data_erasure::Variables { id: id.to_string() };
    Request::write::<queries::CustomerRequestDataErasure>(
        variables,
        MUTATION_POINTS,
        "id".to_owned(),
    )
}

/// The request that looks a customer up.
pub fn find_request(key: &CustomerKey) -> Request {
    use customer_by_identifier::{CustomerIdentifierInput, UniqueMetafieldValueInput};
    let (sent, identifier) = match key {
        CustomerKey::ScimId(value) => {
            let custom_id = UniqueMetafieldValueInput {
                namespace: None,
                key: ID_METAFIELD_KEY.to_owned(),
                value: value.clone(),
            };
            ("customId", CustomerIdentifierInput::CustomId(custom_id))
        }
        CustomerKey::Email(email) => (
            "emailAddress",
            CustomerIdentifierInput::EmailAddress(email.clone()),
        ),
        CustomerKey::Id(id) => ("id", CustomerIdentifierInput::Id(id.to_string())),
    };
    let variables = customer_by_identifier::Variables { identifier };
    Request::read::<queries::CustomerByIdentifier>(variables, LOOKUP_POINTS, sent.to_owned())
}

fn address_inputs(change: &AddressChange) -> (AddressInput, Option<String>) {
    match change {
        AddressChange::Leave => (AddressInput::default(), None),
        AddressChange::Create(address) => (AddressInput::new(address), None),
        AddressChange::Update { id, address } => {
            (AddressInput::replacing(address), Some(id.clone()))
        }
        AddressChange::Delete { id } => (AddressInput::default(), Some(id.clone())),
    }
}

fn identifiers(
    owner_id: &str,
    keys: &BTreeSet<String>,
) -> Option<Vec<customer_update::MetafieldIdentifierInput>> {
    let identifier = |key: &String| customer_update::MetafieldIdentifierInput {
        key: key.clone(),
        namespace: APP_NAMESPACE.to_owned(),
        owner_id: owner_id.to_owned(),
    };
    (!keys.is_empty()).then(|| keys.iter().map(identifier).collect())
}

fn texts(set: &BTreeSet<String>) -> Option<Vec<String>> {
    (!set.is_empty()).then(|| set.iter().cloned().collect())
}

fn update_summary(input: &CustomerInput, update: &CustomerUpdate) -> Vec<String> {
    let counted = [
        ("metafields-", update.deleted_metafields.len()),
        ("tags+", update.added_tags.len()),
        ("tags-", update.removed_tags.len()),
    ];
    let counted = counted.iter().filter(|(_, count)| *count > 0);
    let address = (update.address != AddressChange::Leave).then(|| "address".to_owned());
    let fields = input.summary().into_iter().chain(address);
    fields
        .chain(counted.map(|(name, count)| format!("{name}{count}")))
        .collect()
}

//! The answers to the customer operations, as our own types.

use crate::base::id::CustomerGid;
use crate::shopify::error::Cause;
use crate::shopify::model::{Address, ObservedAddress, ObservedCustomer, Written};
use crate::shopify::queries::{
    customer_by_identifier as find, customer_create, customer_delete,
    customer_request_data_erasure, customer_update,
};
use crate::shopify::user_error::{UserError, UserErrorKind};

/// Our errors out of generated ones.
macro_rules! user_errors {
    ($errors:expr) => {
        $errors
            .into_iter()
            .map(|error| UserError::new(error.field, error.message, None))
            .collect::<Vec<_>>()
    };
}

/// The customer that was created.
pub fn created(data: customer_create::ResponseData) -> Result<Written, Cause> {
    let payload = data.customer_create.ok_or(INCOMPLETE)?;
    refuse(user_errors!(payload.user_errors))?;
    let customer = payload.customer.ok_or(INCOMPLETE)?;
    Ok(Written {
        id: gid(&customer.id)?,
        updated_at: Some(customer.updated_at),
        address_id: customer.default_address.map(|address| address.id),
    })
}

/// The customer that was updated. The mutations of the request stand alone, so all their errors are gathered.
pub fn updated(data: customer_update::ResponseData, id: CustomerGid) -> Result<Written, Cause> {
    let mut written = Written {
        id,
        updated_at: None,
        address_id: None,
    };
    let mut errors = Vec::new();
    if let Some(payload) = data.customer_update {
        errors.extend(user_errors!(payload.user_errors));
        written.updated_at = payload.customer.map(|customer| customer.updated_at);
    }
    if let Some(payload) = data.customer_address_create {
        errors.extend(user_errors!(payload.user_errors));
        written.address_id = payload.address.map(|address| address.id);
    }
    if let Some(payload) = data.customer_address_update {
        errors.extend(user_errors!(payload.user_errors));
    }
    if let Some(payload) = data.customer_address_delete {
        let refusals = user_errors!(payload.user_errors);
        // Gone is what we wanted.
        let is_fault = |error: &UserError| error.kind != UserErrorKind::AddressGone;
        errors.extend(refusals.into_iter().filter(is_fault));
    }
    if let Some(payload) = data.metafields_delete {
        errors.extend(user_errors!(payload.user_errors));
    }
    if let Some(payload) = data.tags_remove {
        errors.extend(user_errors!(payload.user_errors));
    }
    if let Some(payload) = data.tags_add {
        errors.extend(user_errors!(payload.user_errors));
    }
    // An address that is there already is what we wanted: an earlier request may have had this part of its effect.
    errors.retain(|error| error.kind != UserErrorKind::AddressExists);
    refuse(errors)?;
    Ok(written)
}

/// The customer that was deleted. One that is gone already counts.
pub fn deleted(data: customer_delete::ResponseData) -> Result<(), Cause> {
    let payload = data.customer_delete.ok_or(INCOMPLETE)?;
    let mut errors = user_errors!(payload.user_errors);
    errors.retain(|error| error.kind != UserErrorKind::CustomerGone);
    refuse(errors)
}

/// The customer whose erasure was asked for. One that is gone already counts.
pub fn erased(data: customer_request_data_erasure::ResponseData) -> Result<(), Cause> {
    let payload = data.customer_request_data_erasure.ok_or(INCOMPLETE)?;
    let mut errors = user_errors!(payload.user_errors);
    errors.retain(|error| error.kind != UserErrorKind::CustomerGone);
    refuse(errors)
}

/// The customer that was found, if any.
pub fn found(data: find::ResponseData) -> Result<Option<ObservedCustomer>, Cause> {
    data.customer_by_identifier.map(observed).transpose()
}

fn observed(it: find::CustomerByIdentifierCustomerByIdentifier) -> Result<ObservedCustomer, Cause> {
    let metafields = it.metafields.nodes.into_iter();
    Ok(ObservedCustomer {
        id: gid(&it.id)?,
        updated_at: it.updated_at,
        first_name: it.first_name,
        last_name: it.last_name,
        email: it.default_email_address.map(|it| it.email_address),
        phone: it.default_phone_number.map(|it| it.phone_number),
        locale: it.locale,
        tags: it.tags.into_iter().collect(),
        address: it.default_address.map(address),
        metafields: metafields.map(|it| (it.key, it.value)).collect(),
        can_delete: it.can_delete,
        orders: it.number_of_orders.parse().unwrap_or_default(),
    })
}

fn address(it: find::CustomerByIdentifierCustomerByIdentifierDefaultAddress) -> ObservedAddress {
    let country_code = it
        .country_code_v2
        .and_then(|code| serde_json::to_value(code).ok())
        .and_then(|code| code.as_str().map(str::to_owned));
    ObservedAddress {
        id: it.id,
        address: Address {
            address1: it.address1,
            address2: it.address2,
            city: it.city,
            zip: it.zip,
            country_code,
            province_code: it.province_code,
            company: it.company,
        },
    }
}

const INCOMPLETE: Cause = Cause::Unreadable {
    what: "neither a customer nor errors",
};

fn gid(text: &str) -> Result<CustomerGid, Cause> {
    text.parse().map_err(|_| Cause::Unreadable {
        what: "not a customer id",
    })
}

fn refuse(errors: Vec<UserError>) -> Result<(), Cause> {
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Cause::UserErrors(errors))
    }
}

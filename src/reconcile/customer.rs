//! Between the mapping's customer and the client's, and the snapshot that is kept of what was written.

use serde::{Deserialize, Serialize};

use crate::base::field::Field;
use crate::mapping::{self, Changes, Customer};
use crate::shopify::{self, CustomerChange, Metafield, NewCustomer, ObservedCustomer};

/// What is known to be in Shopify of ours.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Applied {
    #[serde(flatten)]
    pub(super) customer: Customer,
    /// The id of the address that is ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) address_id: Option<String>,
}

impl Applied {
    /// Of a customer that was read: only what our rules own. What is not `wanted` may be the buyer's, and is not ours to clear.
    pub(super) fn of(observed: &ObservedCustomer, wanted: &Customer) -> Self {
        let whole = Customer {
            first_name: observed.first_name.clone(),
            last_name: observed.last_name.clone(),
            email: observed.email.clone(),
            phone: observed.phone.clone(),
            locale: Some(observed.locale.clone()),
            address: observed.address.clone().map(address_from),
            metafields: observed.metafields.clone(),
            tags: observed.tags.iter().cloned().collect(),
        };
        Self {
            customer: whole.owned(wanted),
            address_id: observed.address_id.clone(),
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(super) fn text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

pub(super) fn new_customer(customer: &Customer) -> NewCustomer {
    NewCustomer {
        email: customer.email.clone(),
        first_name: customer.first_name.clone(),
        last_name: customer.last_name.clone(),
        phone: customer.phone.clone(),
        locale: customer.locale.clone(),
        address: customer.address.clone().map(address_to),
        metafields: metafields(&customer.metafields),
        tags: customer.tags.clone(),
    }
}

pub(super) fn change(changes: &Changes, address_id: Option<&String>) -> CustomerChange {
    CustomerChange {
        email: changes.email.clone(),
        first_name: changes.first_name.clone(),
        last_name: changes.last_name.clone(),
        phone: changes.phone.clone(),
        locale: match &changes.locale {
            Field::Set(locale) => Some(locale.clone()),
            _ => None,
        },
        address: match &changes.address {
            Field::Leave => Field::Leave,
            Field::Clear => Field::Clear,
            Field::Set(address) => Field::Set(address_to(address.clone())),
        },
        address_id: address_id.cloned(),
        set_metafields: metafields(&changes.set_metafields),
        delete_metafields: changes.delete_metafields.clone(),
        add_tags: changes.add_tags.clone(),
        remove_tags: changes.remove_tags.clone(),
    }
}

fn metafields(
    values: &std::collections::BTreeMap<String, String>,
) -> std::collections::BTreeMap<String, Metafield> {
    values
        .iter()
        .map(|(key, value)| {
            let field = Metafield {
                kind: mapping::metafield_type(key).to_owned(),
                value: value.clone(),
            };
            (key.clone(), field)
        })
        .collect()
}

fn address_to(address: mapping::Address) -> shopify::Address {
    shopify::Address {
        address1: address.address1,
        address2: address.address2,
        city: address.city,
        company: address.company,
        zip: address.zip,
        country_code: address.country_code,
        province_code: address.province_code,
    }
}

fn address_from(address: shopify::Address) -> mapping::Address {
    mapping::Address {
        address1: address.address1,
        address2: address.address2,
        city: address.city,
        company: address.company,
        zip: address.zip,
        country_code: address.country_code,
        province_code: address.province_code,
    }
}

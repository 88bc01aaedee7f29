//! The JSON of Shopify's customer inputs.

use serde::{Serialize, Serializer};

use crate::base::field::Field;
use crate::shopify::ID_METAFIELD_KEY;
use crate::shopify::model::{Address, CustomerFields};

/// Shopify's `CustomerInput`, as far as we set it.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Field::is_leave", serialize_with = "or_empty")]
    email: Field<String>,
    #[serde(skip_serializing_if = "Field::is_leave", serialize_with = "or_empty")]
    first_name: Field<String>,
    #[serde(skip_serializing_if = "Field::is_leave", serialize_with = "or_empty")]
    last_name: Field<String>,
    #[serde(skip_serializing_if = "Field::is_leave", serialize_with = "or_empty")]
    phone: Field<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<AddressInput>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metafields: Vec<MetafieldInput>,
}

impl CustomerInput {
    /// The fields, for a new customer or for the one with `id`.
    pub fn of(fields: &CustomerFields, id: Option<String>) -> Self {
        Self {
            id,
            email: fields.email.clone(),
            first_name: fields.first_name.clone(),
            last_name: fields.last_name.clone(),
            phone: fields.phone.clone(),
            locale: fields.locale.clone(),
            addresses: Vec::new(),
            tags: Vec::new(),
            metafields: fields.metafields.iter().map(MetafieldInput::of).collect(),
        }
    }

    /// Which inputs are set, without their values.
    pub fn summary(&self) -> Vec<String> {
        let single = [
            ("email", self.email.is_leave()),
            ("firstName", self.first_name.is_leave()),
            ("lastName", self.last_name.is_leave()),
            ("phone", self.phone.is_leave()),
            ("locale", self.locale.is_none()),
            ("address", self.addresses.is_empty()),
        ];
        let lists = [
            ("tags+", self.tags.len()),
            ("metafields=", self.metafields.len()),
        ];
        let single = single.iter().filter(|(_, is_unset)| !is_unset);
        let lists = lists.iter().filter(|(_, count)| *count > 0);
        single
            .map(|(name, _)| (*name).to_owned())
            .chain(lists.map(|(name, count)| format!("{name}{count}")))
            .collect()
    }
}

/// Shopify's `MetafieldInput` in the app's own namespace, which is the default.
#[derive(Clone, Serialize)]
struct MetafieldInput {
    key: String,
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
}

impl MetafieldInput {
    fn of((key, value): (&String, &String)) -> Self {
        Self {
            key: key.clone(),
            kind: if key == ID_METAFIELD_KEY {
                "id"
            } else {
                "single_line_text_field"
            },
            value: value.clone(),
        }
    }
}

/// Shopify's `MailingAddressInput`, as far as we set it.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddressInput {
    #[serde(skip_serializing_if = "Field::is_leave", serialize_with = "or_null")]
    address1: Field<String>,
    #[serde(skip_serializing_if = "Field::is_leave", serialize_with = "or_null")]
    address2: Field<String>,
    #[serde(skip_serializing_if = "Field::is_leave", serialize_with = "or_null")]
    city: Field<String>,
    #[serde(skip_serializing_if = "Field::is_leave", serialize_with = "or_null")]
    zip: Field<String>,
    #[serde(skip_serializing_if = "Field::is_leave", serialize_with = "or_null")]
    country_code: Field<String>,
    #[serde(skip_serializing_if = "Field::is_leave", serialize_with = "or_null")]
    province_code: Field<String>,
    #[serde(skip_serializing_if = "Field::is_leave", serialize_with = "or_null")]
    company: Field<String>,
}

impl AddressInput {
    /// A new address: what is missing is not sent.
    pub fn new(address: &Address) -> Self {
        Self::of(address, &Field::Leave)
    }

    /// The whole content of an existing address: what is missing is cleared.
    pub fn replacing(address: &Address) -> Self {
        Self::of(address, &Field::Clear)
    }

    fn of(address: &Address, missing: &Field<String>) -> Self {
        let field = |part: &Option<String>| match part {
            Some(text) => Field::Set(text.clone()),
            None => missing.clone(),
        };
        Self {
            address1: field(&address.address1),
            address2: field(&address.address2),
            city: field(&address.city),
            zip: field(&address.zip),
            country_code: field(&address.country_code),
            province_code: field(&address.province_code),
            company: field(&address.company),
        }
    }
}

/// Names, phone and e-mail are cleared by the empty text.
fn or_empty<S: Serializer>(field: &Field<String>, serializer: S) -> Result<S::Ok, S::Error> {
    match field {
        Field::Set(text) => serializer.serialize_str(text),
        Field::Clear | Field::Leave => serializer.serialize_str(""),
    }
}

/// Parts of an address are cleared by null: the country is an enumeration, in which "" is no value.
fn or_null<S: Serializer>(field: &Field<String>, serializer: S) -> Result<S::Ok, S::Error> {
    match field {
        Field::Set(text) => serializer.serialize_str(text),
        Field::Clear | Field::Leave => serializer.serialize_none(),
    }
}

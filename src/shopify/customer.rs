//! Customers: create, change, delete, look up.

use std::collections::{BTreeMap, BTreeSet};

use super::client::{Client, Receipt, accepted};
use super::error::{Error, UserError};
use super::queries::{
    CustomerByIdentifier, CustomerCreate, CustomerDelete, CustomerUpdate, customer_by_identifier,
    customer_create, customer_delete, customer_update,
};
use super::setup::SCIM_ID_KEY;
use crate::base::field::Field;
use crate::base::id::CustomerGid;

/// How inputs that must name it write the app-reserved namespace.
const APP_NAMESPACE: &str = "$app";

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Street.
    pub address1: Option<String>,
    /// Second line.
    pub address2: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Postal code.
    pub zip: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country_code: Option<String>,
    /// Shopify's code of the province.
    pub province_code: Option<String>,
}

/// A metafield in the app-reserved namespace, by key.
pub type Metafields = BTreeMap<String, Metafield>;

/// A metafield's type and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metafield {
    /// Shopify's type, such as `single_line_text_field`.
    pub kind: String,
    /// The value.
    pub value: String,
}

/// A customer to create.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewCustomer {
    /// E-mail.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Phone, E.164.
    pub phone: Option<String>,
    /// Locale.
    pub locale: Option<String>,
    /// Default address.
    pub address: Option<Address>,
    /// Metafields.
    pub metafields: Metafields,
    /// Tags.
    pub tags: BTreeSet<String>,
}

/// What changes of a customer. Nothing else of it is touched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerChange {
    /// E-mail.
    pub email: Field<String>,
    /// First name.
    pub first_name: Field<String>,
    /// Last name.
    pub last_name: Field<String>,
    /// Phone.
    pub phone: Field<String>,
    /// Locale; it can't be cleared.
    pub locale: Option<String>,
    /// The address that is ours.
    pub address: Field<Address>,
    /// Its id, when one is known.
    pub address_id: Option<String>,
    /// Metafields that get a value.
    pub set_metafields: Metafields,
    /// Metafields that go.
    pub delete_metafields: BTreeSet<String>,
    /// Tags that come.
    pub add_tags: BTreeSet<String>,
    /// Tags that go.
    pub remove_tags: BTreeSet<String>,
}

/// A created customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// Its id.
    pub customer: CustomerGid,
    /// The id of its address.
    pub address_id: Option<String>,
    /// What it cost.
    pub receipt: Receipt,
}

/// A customer as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedCustomer {
    /// Its id.
    pub id: CustomerGid,
    /// E-mail.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Locale.
    pub locale: String,
    /// Default address.
    pub address: Option<Address>,
    /// Its id.
    pub address_id: Option<String>,
    /// The values of our metafields.
    pub metafields: BTreeMap<String, String>,
    /// All tags.
    pub tags: Vec<String>,
}

/// What finds a customer, at once and surely; searching lags.
#[derive(Debug, Clone)]
pub enum Identifier<'a> {
    /// The id.
    Id(&'a CustomerGid),
    /// The e-mail.
    Email(&'a str),
    /// Our SCIM id.
    ScimId(&'a str),
}

impl Client {
    /// Creates a customer with everything.
    ///
    /// # Errors
    /// As [`Error`]; see [`Error::recovery`].
    pub async fn create_customer(&self, customer: &NewCustomer) -> Result<Created, Error> {
        const OPERATION: &str = "customerCreate";
        let (data, receipt) = self
            .execute::<CustomerCreate>(OPERATION, create_variables(customer))
            .await?;
        let payload = data.customer_create.ok_or_else(|| missing(OPERATION))?;
        let errors = payload
            .user_errors
            .into_iter()
            .map(|error| user_error(error.field, error.message))
            .collect();
        let receipt = accepted(receipt, OPERATION, errors)?;
        let created = payload.customer.ok_or_else(|| missing(OPERATION))?;
        Ok(Created {
            customer: created.id.parse().map_err(|_| missing(OPERATION))?,
            address_id: created.default_address.map(|address| address.id),
            receipt,
        })
    }

    /// Changes a customer, all in one HTTP request. Gives the id of an address that was created.
    ///
    /// # Errors
    /// As [`Error`]. What stands before the refused part has happened.
    pub async fn change_customer(
        &self,
        id: &CustomerGid,
        change: &CustomerChange,
    ) -> Result<(Option<String>, Receipt), Error> {
        const OPERATION: &str = "customerUpdate";
        let (data, receipt) = self
            .execute::<CustomerUpdate>(OPERATION, change_variables(id, change))
            .await?;
        let mut errors = Vec::new();
        macro_rules! collect {
            ($($payload:expr),+) => {$(
                for error in $payload.iter().flat_map(|payload| &payload.user_errors) {
                    errors.push(user_error(error.field.clone(), error.message.clone()));
                }
            )+};
        }
        collect!(
            data.customer_update,
            data.customer_address_create,
            data.customer_address_update,
            data.customer_address_delete,
            data.metafields_delete,
            data.tags_add,
            data.tags_remove
        );
        let receipt = accepted(receipt, OPERATION, errors)?;
        let address_id = data
            .customer_address_create
            .and_then(|payload| payload.address)
            .map(|address| address.id);
        Ok((address_id, receipt))
    }

    /// Deletes a customer; Shopify refuses when it has orders.
    ///
    /// # Errors
    /// As [`Error`].
    pub async fn delete_customer(&self, id: &CustomerGid) -> Result<Receipt, Error> {
        const OPERATION: &str = "customerDelete";
        let variables = customer_delete::Variables {
            input: customer_delete::CustomerDeleteInput { id: id.to_string() },
        };
        let (data, receipt) = self.execute::<CustomerDelete>(OPERATION, variables).await?;
        let payload = data.customer_delete.ok_or_else(|| missing(OPERATION))?;
        let errors = payload
            .user_errors
            .into_iter()
            .map(|error| user_error(error.field, error.message))
            .collect();
        accepted(receipt, OPERATION, errors)
    }

    /// The customer of an identifier, as it is now.
    ///
    /// # Errors
    /// As [`Error`].
    pub async fn find_customer(
        &self,
        identifier: Identifier<'_>,
    ) -> Result<(Option<ObservedCustomer>, Receipt), Error> {
        const OPERATION: &str = "customerByIdentifier";
        let variables = customer_by_identifier::Variables {
            identifier: identifier_input(identifier),
        };
        let (data, receipt) = self
            .execute::<CustomerByIdentifier>(OPERATION, variables)
            .await?;
        let found = data
            .customer_by_identifier
            .map(|customer| observed(customer).ok_or_else(|| missing(OPERATION)))
            .transpose()?;
        Ok((found, receipt))
    }
}

fn missing(operation: &'static str) -> Error {
    Error::Decode {
        operation,
        path: "data".to_owned(),
    }
}

fn user_error(field: Option<Vec<String>>, message: String) -> UserError {
    UserError {
        field: field.unwrap_or_default().join("."),
        message,
    }
}

/// Shopify clears a text when it is sent empty; absent, it stays.
fn sent(field: &Field<String>) -> Option<String> {
    match field {
        Field::Leave => None,
        Field::Set(value) => Some(value.clone()),
        Field::Clear => Some(String::new()),
    }
}

fn create_variables(customer: &NewCustomer) -> customer_create::Variables {
    use customer_create::{CountryCode, CustomerInput, MailingAddressInput, MetafieldInput};
    let address = customer.address.clone().map(|address| {
        vec![MailingAddressInput {
            address1: address.address1,
            address2: address.address2,
            city: address.city,
            company: address.company,
            country: None,
            country_code: address.country_code.map(CountryCode::Other),
            first_name: customer.first_name.clone(),
            id: None,
            last_name: customer.last_name.clone(),
            phone: None,
            province: None,
            province_code: address.province_code,
            zip: address.zip,
        }]
    });
    let metafields: Vec<MetafieldInput> = customer
        .metafields
        .iter()
        .map(|(key, field)| MetafieldInput {
            id: None,
            key: Some(key.clone()),
            namespace: None,
            type_: Some(field.kind.clone()),
            value: Some(field.value.clone()),
        })
        .collect();
    customer_create::Variables {
        input: CustomerInput {
            addresses: address,
            email: customer.email.clone(),
            email_marketing_consent: None,
            first_name: customer.first_name.clone(),
            id: None,
            last_name: customer.last_name.clone(),
            locale: customer.locale.clone(),
            metafields: Some(metafields),
            multipass_identifier: None,
            note: None,
            phone: customer.phone.clone(),
            sms_marketing_consent: None,
            tags: Some(customer.tags.iter().cloned().collect()),
            tax_exempt: None,
            tax_exemptions: None,
            whats_app_marketing_consent: None,
        },
    }
}

fn change_variables(id: &CustomerGid, change: &CustomerChange) -> customer_update::Variables {
    use customer_update::{
        CountryCode, CustomerInput, MailingAddressInput, MetafieldIdentifierInput, MetafieldInput,
    };
    let owned = |tags: &BTreeSet<String>| tags.iter().cloned().collect::<Vec<_>>();
    let metafields: Vec<MetafieldInput> = change
        .set_metafields
        .iter()
        .map(|(key, field)| MetafieldInput {
            id: None,
            key: Some(key.clone()),
            namespace: None,
            type_: Some(field.kind.clone()),
            value: Some(field.value.clone()),
        })
        .collect();
    let address = match &change.address {
        Field::Set(address) => address.clone(),
        _ => Address::default(),
    };
    let sets_address = matches!(change.address, Field::Set(_));
    customer_update::Variables {
        id: id.to_string(),
        update: change.updates_customer(),
        input: CustomerInput {
            addresses: None,
            email: sent(&change.email),
            email_marketing_consent: None,
            first_name: sent(&change.first_name),
            id: Some(id.to_string()),
            last_name: sent(&change.last_name),
            locale: change.locale.clone(),
            metafields: (!metafields.is_empty()).then_some(metafields),
            multipass_identifier: None,
            note: None,
            phone: sent(&change.phone),
            sms_marketing_consent: None,
            tags: None,
            tax_exempt: None,
            tax_exemptions: None,
            whats_app_marketing_consent: None,
        },
        create_address: sets_address && change.address_id.is_none(),
        update_address: sets_address && change.address_id.is_some(),
        delete_address: matches!(change.address, Field::Clear) && change.address_id.is_some(),
        // A variable of type ID! must be a global id even when its field is skipped.
        address_id: change.address_id.clone().unwrap_or_else(|| id.to_string()),
        address: MailingAddressInput {
            address1: address.address1,
            address2: address.address2,
            city: address.city,
            company: address.company,
            country: None,
            country_code: address.country_code.map(CountryCode::Other),
            first_name: None,
            id: None,
            last_name: None,
            phone: None,
            province: None,
            province_code: address.province_code,
            zip: address.zip,
        },
        delete_metafields: !change.delete_metafields.is_empty(),
        metafields: change
            .delete_metafields
            .iter()
            .map(|key| MetafieldIdentifierInput {
                key: key.clone(),
                namespace: APP_NAMESPACE.to_owned(),
                owner_id: id.to_string(),
            })
            .collect(),
        add_tags: !change.add_tags.is_empty(),
        added_tags: owned(&change.add_tags),
        remove_tags: !change.remove_tags.is_empty(),
        removed_tags: owned(&change.remove_tags),
    }
}

impl CustomerChange {
    /// Whether `customerUpdate` itself is needed.
    pub fn updates_customer(&self) -> bool {
        let texts = [&self.email, &self.first_name, &self.last_name, &self.phone];
        texts.iter().any(|field| !field.is_leave())
            || self.locale.is_some()
            || !self.set_metafields.is_empty()
    }

    /// How many mutations the request holds.
    pub fn mutations(&self) -> u32 {
        let parts = [
            self.updates_customer(),
            matches!(self.address, Field::Set(_))
                || (matches!(self.address, Field::Clear) && self.address_id.is_some()),
            !self.delete_metafields.is_empty(),
            !self.add_tags.is_empty(),
            !self.remove_tags.is_empty(),
        ];
        parts.into_iter().map(u32::from).sum()
    }
}

fn identifier_input(identifier: Identifier<'_>) -> customer_by_identifier::CustomerIdentifierInput {
    use customer_by_identifier::{CustomerIdentifierInput, UniqueMetafieldValueInput};
    match identifier {
        Identifier::Id(id) => CustomerIdentifierInput::Id(id.to_string()),
        Identifier::Email(email) => CustomerIdentifierInput::EmailAddress(email.to_owned()),
        Identifier::ScimId(value) => CustomerIdentifierInput::CustomId(UniqueMetafieldValueInput {
            key: SCIM_ID_KEY.to_owned(),
            namespace: None,
            value: value.to_owned(),
        }),
    }
}

fn observed(
    customer: customer_by_identifier::CustomerByIdentifierCustomerByIdentifier,
) -> Option<ObservedCustomer> {
    let address_id = customer
        .default_address
        .as_ref()
        .map(|address| address.id.clone());
    Some(ObservedCustomer {
        id: customer.id.parse().ok()?,
        email: customer
            .default_email_address
            .map(|email| email.email_address),
        first_name: customer.first_name,
        last_name: customer.last_name,
        phone: customer
            .default_phone_number
            .map(|phone| phone.phone_number),
        locale: customer.locale,
        address: customer.default_address.map(|address| Address {
            address1: address.address1,
            address2: address.address2,
            city: address.city,
            company: address.company,
            zip: address.zip,
            country_code: address.country_code_v2.as_ref().map(country_text),
            province_code: address.province_code,
        }),
        address_id,
        metafields: customer
            .metafields
            .nodes
            .into_iter()
            .map(|field| (field.key, field.value))
            .collect(),
        tags: customer.tags,
    })
}

/// The code as it is on the wire.
fn country_text(code: &customer_by_identifier::CountryCode) -> String {
    serde_json::to_value(code)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

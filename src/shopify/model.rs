//! Customers as we write and read them. Every type here holds personal data and prints without it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::opaque_debug;
use crate::base::field::Field;
use crate::base::id::CustomerGid;

/// The single fields of a customer, each left alone, set or cleared.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CustomerFields {
    /// The e-mail address, unique in the shop.
    pub email: Field<String>,
    /// The first name, at most 255 characters.
    pub first_name: Field<String>,
    /// The last name, at most 255 characters.
    pub last_name: Field<String>,
    /// The phone number in E.164, unique in the shop.
    pub phone: Field<String>,
    /// The language of notifications, as `en` or `pt-BR`, if it changes. It cannot be cleared.
    pub locale: Option<String>,
    /// Values of single-line metafields in the app's own namespace, by key.
    pub metafields: BTreeMap<String, String>,
}

impl CustomerFields {
    /// True when there is nothing to send.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is sent: fields by Shopify's names, metafields by their keys.
    fn names(&self) -> impl Iterator<Item = &str> {
        let single = [
            ("email", self.email.is_leave()),
            ("firstName", self.first_name.is_leave()),
            ("lastName", self.last_name.is_leave()),
            ("phone", self.phone.is_leave()),
            ("locale", self.locale.is_none()),
        ];
        let single = single.into_iter().filter(|(_, is_unset)| !is_unset);
        single
            .map(|(name, _)| name)
            .chain(self.metafields.keys().map(String::as_str))
    }
}

/// A new customer, written by one mutation.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CustomerCreate {
    /// The single fields.
    pub fields: CustomerFields,
    /// The first address, which becomes the default one.
    pub address: Option<Address>,
    /// The tags.
    pub tags: BTreeSet<String>,
}

impl CustomerCreate {
    /// What is sent, by name.
    pub fn names(&self) -> Vec<&str> {
        let address = self.address.as_ref().map(|_| "address");
        let tags = (!self.tags.is_empty()).then_some("tags");
        self.fields.names().chain(address).chain(tags).collect()
    }
}

/// A change to one customer: at most one of each kind of mutation, all in one request.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerUpdate {
    /// The customer.
    pub id: CustomerGid,
    /// The single fields.
    pub fields: CustomerFields,
    /// What happens to our address.
    pub address: AddressChange,
    /// Keys of metafields in the app's own namespace that go away.
    pub deleted_metafields: BTreeSet<String>,
    /// Tags to add.
    pub added_tags: BTreeSet<String>,
    /// Tags to take away.
    pub removed_tags: BTreeSet<String>,
}

impl CustomerUpdate {
    /// A change that changes nothing yet.
    pub fn of(id: CustomerGid) -> Self {
        Self {
            id,
            fields: CustomerFields::default(),
            address: AddressChange::Leave,
            deleted_metafields: BTreeSet::new(),
            added_tags: BTreeSet::new(),
            removed_tags: BTreeSet::new(),
        }
    }

    /// What changes, by name.
    pub fn names(&self) -> Vec<&str> {
        let address = (self.address != AddressChange::Leave).then_some("address");
        let has_tags = !self.added_tags.is_empty() || !self.removed_tags.is_empty();
        self.fields
            .names()
            .chain(self.deleted_metafields.iter().map(String::as_str))
            .chain(address)
            .chain(has_tags.then_some("tags"))
            .collect()
    }

    /// How many mutations the request holds.
    pub fn mutations(&self) -> u32 {
        [
            !self.fields.is_empty(),
            self.address != AddressChange::Leave,
            !self.deleted_metafields.is_empty(),
            !self.added_tags.is_empty(),
            !self.removed_tags.is_empty(),
        ]
        .into_iter()
        .map(u32::from)
        .sum()
    }
}

/// What happens to the one address that is ours. The customer's other addresses are never touched.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum AddressChange {
    /// Nothing.
    #[default]
    Leave,
    /// It is added and becomes the default.
    Create(Address),
    /// It gets this content.
    Update {
        /// Shopify's id of the address.
        id: String,
        /// The whole new content.
        address: Address,
    },
    /// It goes away.
    Delete {
        /// Shopify's id of the address.
        id: String,
    },
}

/// A postal address.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// Street and number.
    pub address1: Option<String>,
    /// Further lines.
    pub address2: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Postal code.
    pub zip: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country_code: Option<String>,
    /// The part of an ISO 3166-2 code after the country.
    pub province_code: Option<String>,
    /// The company.
    pub company: Option<String>,
}

impl Address {
    /// Equal but for case and white space, which Shopify may tidy.
    pub fn is_like(&self, other: &Self) -> bool {
        let folded = |text: &Option<String>| {
            text.iter()
                .flat_map(|text| text.chars())
                .filter(|c| !c.is_whitespace())
                .flat_map(char::to_lowercase)
                .collect::<String>()
        };
        let parts = |it: &Self| {
            [
                folded(&it.address1),
                folded(&it.address2),
                folded(&it.city),
                folded(&it.zip),
                folded(&it.country_code),
                folded(&it.province_code),
                folded(&it.company),
            ]
        };
        parts(self) == parts(other)
    }
}

/// An address that Shopify has.
#[derive(Clone, PartialEq, Eq)]
pub struct ObservedAddress {
    /// Shopify's id of the address.
    pub id: String,
    /// Its content.
    pub address: Address,
}

/// A customer as Shopify has it. A field is `None` when it is empty or when Shopify hides it from the app.
#[derive(Clone, PartialEq, Eq)]
pub struct ObservedCustomer {
    /// The customer's id.
    pub id: CustomerGid,
    /// When it was last changed, by anyone: RFC 3339.
    pub updated_at: String,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The default e-mail address.
    pub email: Option<String>,
    /// The default phone number.
    pub phone: Option<String>,
    /// The language of notifications.
    pub locale: String,
    /// All tags, whoever put them.
    pub tags: BTreeSet<String>,
    /// The default address.
    pub address: Option<ObservedAddress>,
    /// Values of the metafields in the app's own namespace, by key.
    pub metafields: BTreeMap<String, String>,
    /// Whether Shopify would delete it: not when it has orders.
    pub can_delete: bool,
    /// How many orders it has.
    pub orders: u64,
}

/// What Shopify answers to a write that it accepted.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// The customer's id.
    pub id: CustomerGid,
    /// When the write happened, if the customer's own fields changed: RFC 3339.
    pub updated_at: Option<String>,
    /// The id of the address that was created.
    pub address_id: Option<String>,
}

/// What a customer is looked up by.
#[derive(Clone, PartialEq, Eq)]
pub enum CustomerKey {
    /// The value of the `id` metafield: the SCIM id.
    ScimId(String),
    /// The e-mail address.
    Email(String),
    /// The customer's own id.
    Id(CustomerGid),
}

opaque_debug!(
    CustomerFields,
    CustomerCreate,
    CustomerUpdate,
    AddressChange,
    Address,
    ObservedAddress,
    ObservedCustomer,
    Written,
    CustomerKey,
);

//! One shop's state and its indexes.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use super::bulk::BulkOperations;
use super::customers::{Customer, CustomerId};
use super::definitions::Definition;
use super::ids::Ids;
use super::oauth::Grants;
use super::plan::Plan;
use super::search_index::SearchIndex;
use super::webhooks::Webhooks;

/// Why a shop serves no requests, if it does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It serves requests.
    #[default]
    Active,
    /// 402: the merchant has not paid.
    Frozen,
    /// 403: the app may not.
    Forbidden,
    /// 404: there is no such shop.
    Missing,
    /// 423: Shopify has locked it.
    Locked,
    /// 401: the app was uninstalled.
    Revoked,
}

/// An app's access to a shop.
pub struct Token {
    /// The text in `X-Shopify-Access-Token` that does not expire; empty when there is none.
    pub text: String,
    /// What the token endpoint has given out.
    pub issued: Vec<IssuedToken>,
    /// The scopes granted.
    pub scopes: Vec<String>,
    /// The app: its number makes the reserved metafield namespace.
    pub api_client_id: u64,
    /// Its points.
    pub bucket: Bucket,
}

/// An access token of the token endpoint.
#[derive(Debug)]
pub struct IssuedToken {
    /// The text in `X-Shopify-Access-Token`.
    pub text: String,
    /// Until when it is good, in ms since the epoch; None is until the app is removed.
    pub expires_at_ms: Option<i64>,
}

impl IssuedToken {
    /// Whether it is good no more.
    pub fn is_expired(&self, now_ms: i64) -> bool {
        self.expires_at_ms.is_some_and(|at_ms| at_ms <= now_ms)
    }
}

impl Token {
    /// Whether the text gives access now.
    pub fn admits(&self, text: &str, now_ms: i64) -> bool {
        let is_issued = |it: &IssuedToken| it.text == text && !it.is_expired(now_ms);
        !text.is_empty() && (self.text == text || self.issued.iter().any(is_issued))
    }

    /// Whether the text is of a token that does not expire.
    pub fn is_endless(&self, text: &str) -> bool {
        let is_it = |it: &IssuedToken| it.text == text && it.expires_at_ms.is_none();
        !text.is_empty() && (self.text == text || self.issued.iter().any(is_it))
    }

    /// Tokens that do not expire are good no more.
    pub fn forget_endless(&mut self) {
        self.text.clear();
        self.issued.retain(|it| it.expires_at_ms.is_some());
    }

    /// Whether the scope is granted; writing implies reading.
    pub fn grants(&self, scope: &str) -> bool {
        let writing = scope.replacen("read_", "write_", 1);
        self.scopes
            .iter()
            .any(|granted| granted == scope || *granted == writing)
    }
}

/// A value of a unique metafield: its namespace, key and value.
pub type UniqueValue = (String, String, String);

/// A shop.
pub struct Shop {
    /// `NAME.myshopify.com`.
    pub domain: String,
    /// The name a merchant reads.
    pub name: String,
    /// The plan.
    pub plan: Plan,
    /// Whether it serves requests.
    pub status: Status,
    /// ISO 3166-1 alpha-2: how phone numbers without a country code are read.
    pub country_code: String,
    /// The locale of new customers.
    pub locale: String,
    /// How long a change takes to appear in searches, in ms.
    pub search_lag_ms: i64,
    /// Whether names, e-mails, phones and addresses are read as null: the app was not approved for them.
    pub hides_protected_data: bool,
    /// The accesses.
    pub tokens: Vec<Token>,
    /// Metafield definitions, in order of creation.
    pub definitions: Vec<Definition>,
    /// When each customer was deleted.
    pub deleted: BTreeMap<CustomerId, i64>,
    /// Into which customer each was merged.
    pub merged: BTreeMap<CustomerId, CustomerId>,
    /// The customer each merge job results in.
    pub merge_jobs: BTreeMap<String, CustomerId>,
    /// What searches see.
    pub index: SearchIndex,
    /// Numbers for new things.
    pub ids: Ids,
    /// Since when tokens that do not expire are refused, in ms since the epoch.
    pub endless_tokens_end_ms: Option<i64>,
    /// What was granted to the app.
    pub grants: Grants,
    /// The app's id.
    pub client_id: String,
    /// The app's secrets, the oldest first: it signs, and all are accepted.
    pub client_secrets: Vec<String>,
    /// Subscriptions and deliveries.
    pub webhooks: Webhooks,
    /// The version that webhooks name.
    pub webhook_api_version: String,
    /// Bulk operations and their files.
    pub bulk: BulkOperations,
    customers: BTreeMap<CustomerId, Customer>,
    by_email: HashMap<String, CustomerId>,
    by_phone: HashMap<String, CustomerId>,
    by_unique_value: HashMap<UniqueValue, CustomerId>,
}

impl Shop {
    /// A shop without customers.
    pub fn new(domain: &str, name: &str) -> Self {
        Self {
            domain: domain.to_owned(),
            name: name.to_owned(),
            plan: Plan::default(),
            status: Status::default(),
            country_code: "US".to_owned(),
            locale: "en".to_owned(),
            search_lag_ms: 0,
            hides_protected_data: false,
            tokens: Vec::new(),
            definitions: Vec::new(),
            deleted: BTreeMap::new(),
            merged: BTreeMap::new(),
            merge_jobs: BTreeMap::new(),
            index: SearchIndex::default(),
            ids: Ids::default(),
            endless_tokens_end_ms: None,
            grants: Grants::default(),
            client_id: String::new(),
            client_secrets: Vec::new(),
            webhooks: Webhooks::default(),
            webhook_api_version: "2026-10".to_owned(),
            bulk: BulkOperations::default(),
            customers: BTreeMap::new(),
            by_email: HashMap::new(),
            by_phone: HashMap::new(),
            by_unique_value: HashMap::new(),
        }
    }

    /// The number in paths of uploads, made of the domain.
    pub fn number(&self) -> u64 {
        let bytes = self.domain.bytes();
        let mixed = bytes.fold(7, |sum: u64, byte| {
            (sum * 31 + u64::from(byte)) % 90_000_000
        });
        10_000_000 + mixed
    }

    /// When something happens here by itself.
    pub fn due_ms(&self) -> i64 {
        self.bulk.due_ms().unwrap_or(i64::MAX)
    }

    /// A customer by id.
    pub fn customer(&self, id: CustomerId) -> Option<&Customer> {
        self.customers.get(&id)
    }

    /// All customers, by id.
    pub fn customers(&self) -> impl DoubleEndedIterator<Item = &Customer> {
        self.customers.values()
    }

    /// How many customers there are.
    pub fn customer_count(&self) -> usize {
        self.customers.len()
    }

    /// The owner of a normalised e-mail.
    pub fn owner_of_email(&self, email: &str) -> Option<CustomerId> {
        self.by_email.get(email).copied()
    }

    /// The owner of an E.164 phone number.
    pub fn owner_of_phone(&self, phone: &str) -> Option<CustomerId> {
        self.by_phone.get(phone).copied()
    }

    /// The owner of a value of a unique metafield.
    pub fn owner_of_value(&self, namespace: &str, key: &str, value: &str) -> Option<CustomerId> {
        let unique = (namespace.to_owned(), key.to_owned(), value.to_owned());
        self.by_unique_value.get(&unique).copied()
    }

    /// Stores a customer, new or changed. `updated_at` moves only when something changed.
    pub fn store(&mut self, mut customer: Customer, now_ms: i64) {
        self.number_parts(&mut customer);
        let before = self.customers.get(&customer.id).cloned();
        if let Some(before) = &before {
            if *before == customer {
                return;
            }
            customer.updated_at = now_ms;
            self.unindex(before);
        }
        self.tell_of_customer(before.as_ref(), &customer, now_ms);
        self.index_unique(&customer);
        self.index
            .change(customer.id, Some(&customer), now_ms, self.search_lag_ms);
        self.customers.insert(customer.id, customer);
    }

    /// Deletes a customer.
    pub fn remove(&mut self, id: CustomerId, now_ms: i64) {
        if self.take_out(id, now_ms).is_some() {
            self.tell_of_deletion(id, now_ms);
        }
    }

    /// Takes a customer out, and remembers that it was there.
    pub fn take_out(&mut self, id: CustomerId, now_ms: i64) -> Option<Customer> {
        let customer = self.customers.remove(&id)?;
        self.unindex(&customer);
        self.deleted.insert(id, now_ms);
        self.index.change(id, None, now_ms, self.search_lag_ms);
        Some(customer)
    }

    /// Indexes anew, after a definition came or went.
    pub fn reindex(&mut self) {
        self.by_unique_value.clear();
        let customers = std::mem::take(&mut self.customers);
        for customer in customers.values() {
            self.index_unique(customer);
        }
        self.customers = customers;
    }

    fn number_parts(&mut self, customer: &mut Customer) {
        for address in &mut customer.addresses {
            if address.number == 0 {
                address.number = self.ids.address();
            }
        }
        for metafield in &mut customer.metafields {
            if metafield.number == 0 {
                metafield.number = self.ids.metafield();
            }
        }
        let default = customer.default_address;
        let is_known = customer
            .addresses
            .iter()
            .any(|address| Some(address.number) == default);
        if !is_known {
            customer.default_address = customer.addresses.first().map(|address| address.number);
        }
    }

    fn index_unique(&mut self, customer: &Customer) {
        if let Some(email) = &customer.email {
            self.by_email.insert(email.clone(), customer.id);
        }
        if let Some(phone) = &customer.phone {
            self.by_phone.insert(phone.clone(), customer.id);
        }
        for unique in self.unique_values(customer) {
            self.by_unique_value.insert(unique, customer.id);
        }
    }

    fn unindex(&mut self, customer: &Customer) {
        if let Some(email) = &customer.email {
            self.by_email.remove(email);
        }
        if let Some(phone) = &customer.phone {
            self.by_phone.remove(phone);
        }
        for unique in self.unique_values(customer) {
            self.by_unique_value.remove(&unique);
        }
    }

    fn unique_values(&self, customer: &Customer) -> Vec<UniqueValue> {
        customer
            .metafields
            .iter()
            .filter(|metafield| {
                self.definition("CUSTOMER", &metafield.namespace, &metafield.key)
                    .is_some_and(|definition| definition.has_unique_values)
            })
            .map(|it| (it.namespace.clone(), it.key.clone(), it.value.clone()))
            .collect()
    }

    /// A metafield definition by its resolved namespace.
    pub fn definition(&self, owner_type: &str, namespace: &str, key: &str) -> Option<&Definition> {
        self.definitions.iter().find(|definition| {
            definition.owner_type == owner_type
                && definition.namespace == namespace
                && definition.key == key
        })
    }
}

//! The steps from the customer as it is to the customer as it should be.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::base::field::Field;

use super::customer::{Address, Customer};
use super::metafield;

/// What one mutation costs of a shop's rate limit.
pub const MUTATION_POINTS: u32 = 10;

/// What is to be done in Shopify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// The customer is as it should be.
    Nothing,
    /// There is no customer yet: create this one, in one mutation.
    Create(Customer),
    /// The customer differs in these parts.
    Update(Changes),
}

/// The parts of a customer that change. `Debug` names them and shows no values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// `firstName`.
    pub first_name: Field<String>,
    /// `lastName`.
    pub last_name: Field<String>,
    /// `email`.
    pub email: Field<String>,
    /// `phone`.
    pub phone: Field<String>,
    /// `locale`.
    pub locale: Field<String>,
    /// The default address, as a whole.
    pub address: Field<Address>,
    /// Metafields to write, value by key.
    pub set_metafields: BTreeMap<String, String>,
    /// Keys of metafields to delete.
    pub delete_metafields: BTreeSet<String>,
    /// Tags to add.
    pub add_tags: BTreeSet<String>,
    /// Tags to remove, as Shopify spells them.
    pub remove_tags: BTreeSet<String>,
}

/// The plan that makes `observed` (what Shopify has, `None` for no customer) equal to `desired`.
///
/// Tags and metafields of others in `observed` are left alone.
pub fn plan(desired: &Customer, observed: Option<&Customer>) -> Plan {
    let Some(observed) = observed else {
        return Plan::Create(desired.clone());
    };
    let changes = Changes::between(observed, desired);
    if changes.is_empty() {
        Plan::Nothing
    } else {
        Plan::Update(changes)
    }
}

impl Plan {
    /// What the plan's mutations cost of the shop's rate limit.
    pub fn points(&self) -> u32 {
        match self {
            Self::Nothing => 0,
            Self::Create(_) => MUTATION_POINTS,
            Self::Update(changes) => changes.points(),
        }
    }
}

impl Changes {
    fn between(have: &Customer, want: &Customer) -> Self {
        Self {
            first_name: Field::between(have.first_name.as_ref(), want.first_name.as_ref()),
            last_name: Field::between(have.last_name.as_ref(), want.last_name.as_ref()),
            email: Field::between(have.email.as_ref(), want.email.as_ref()),
            phone: Field::between(have.phone.as_ref(), want.phone.as_ref()),
            locale: Field::between(have.locale.as_ref(), want.locale.as_ref()),
            address: Field::between(have.address.as_ref(), want.address.as_ref()),
            set_metafields: metafields_to_set(have, want),
            delete_metafields: metafields_to_delete(have, want),
            add_tags: tags_missing(&want.tags, &have.tags),
            remove_tags: tags_missing(&have.tags, &want.tags),
        }
    }

    /// True when nothing changes.
    pub fn is_empty(&self) -> bool {
        self.mutations() == 0
    }

    /// True when `customerUpdate` is needed: a field changes or a metafield is written.
    pub fn updates_customer(&self) -> bool {
        self.changed_fields().next().is_some() || !self.set_metafields.is_empty()
    }

    /// What the mutations cost of the shop's rate limit.
    pub fn points(&self) -> u32 {
        self.mutations() * MUTATION_POINTS
    }

    /// The names of what changes: fields as Shopify names them, metafield keys, and `tags`.
    pub fn changed_names(&self) -> Vec<&str> {
        let metafields = self.set_metafields.keys().chain(&self.delete_metafields);
        let tags = !self.add_tags.is_empty() || !self.remove_tags.is_empty();
        self.changed_fields()
            .chain(metafields.map(String::as_str))
            .chain(tags.then_some("tags"))
            .collect()
    }

    /// Makes the changes in a customer, as Shopify would.
    pub fn apply_to(&self, customer: &mut Customer) {
        apply(&self.first_name, &mut customer.first_name);
        apply(&self.last_name, &mut customer.last_name);
        apply(&self.email, &mut customer.email);
        apply(&self.phone, &mut customer.phone);
        apply(&self.locale, &mut customer.locale);
        apply(&self.address, &mut customer.address);
        customer.metafields.extend(self.set_metafields.clone());
        customer
            .metafields
            .retain(|key, _| !self.delete_metafields.contains(key));
        let removed = folded(&self.remove_tags);
        customer
            .tags
            .retain(|tag| !removed.contains(&tag.to_lowercase()));
        let added = tags_missing(&self.add_tags, &customer.tags);
        customer.tags.extend(added);
    }

    /// `customerUpdate`, `metafieldsDelete`, `tagsAdd` and `tagsRemove`: those that are needed.
    fn mutations(&self) -> u32 {
        u32::from(self.updates_customer())
            + u32::from(!self.delete_metafields.is_empty())
            + u32::from(!self.add_tags.is_empty())
            + u32::from(!self.remove_tags.is_empty())
    }

    fn changed_fields(&self) -> impl Iterator<Item = &str> {
        [
            ("firstName", self.first_name.is_leave()),
            ("lastName", self.last_name.is_leave()),
            ("email", self.email.is_leave()),
            ("phone", self.phone.is_leave()),
            ("locale", self.locale.is_leave()),
            ("address", self.address.is_leave()),
        ]
        .into_iter()
        .filter_map(|(name, same)| (!same).then_some(name))
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Changes")
            .field(&self.changed_names())
            .finish()
    }
}

fn metafields_to_set(have: &Customer, want: &Customer) -> BTreeMap<String, String> {
    want.metafields
        .iter()
        .filter(|(key, value)| have.metafields.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn metafields_to_delete(have: &Customer, want: &Customer) -> BTreeSet<String> {
    have.metafields
        .keys()
        .filter(|key| metafield::is_ours(key) && !want.metafields.contains_key(*key))
        .cloned()
        .collect()
}

/// Our tags of `from` that `among` lacks. Shopify compares tags without regard to case, and the first spelling wins.
fn tags_missing(from: &BTreeSet<String>, among: &BTreeSet<String>) -> BTreeSet<String> {
    let among = folded(among);
    from.iter()
        .filter(|tag| Customer::is_ours(tag) && !among.contains(&tag.to_lowercase()))
        .cloned()
        .collect()
}

fn folded(tags: &BTreeSet<String>) -> BTreeSet<String> {
    tags.iter().map(|tag| tag.to_lowercase()).collect()
}

fn apply<T: Clone>(step: &Field<T>, value: &mut Option<T>) {
    match step {
        Field::Leave => {}
        Field::Set(new) => *value = Some(new.clone()),
        Field::Clear => *value = None,
    }
}

#[cfg(test)]
mod tests;

//! A shop with one customer, just enough to carry a plan out.

use crate::base::field::Field;
use crate::mapping::plan::Plan;
use crate::shopify::model::{
    Address, AddressChange, CustomerCreate, CustomerFields, CustomerUpdate, ObservedAddress,
    ObservedCustomer, Written,
};

/// One customer, with all its addresses. The last one made is the default.
#[derive(Default)]
pub struct Shop {
    pub customer: Option<ObservedCustomer>,
    pub addresses: Vec<ObservedAddress>,
    made: u32,
}

impl Shop {
    pub fn with_customer(tags: &[&str], first_name: &str, address: Address) -> Self {
        let mut shop = Self::default();
        let mut customer = blank();
        customer.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        customer.first_name = Some(first_name.to_owned());
        customer.email = Some("merchant@example.org".to_owned());
        shop.customer = Some(customer);
        shop.add_address(address);
        shop
    }

    /// Carries the plan out: `None` when there is nothing to do.
    pub fn run(&mut self, plan: &Plan) -> Option<Written> {
        let address_id = match plan {
            Plan::Nothing => return None,
            Plan::Create(create) => self.create(create),
            Plan::Update(update) => self.update(update),
        };
        let default = self.addresses.last().cloned();
        let customer = self.customer.as_mut().unwrap();
        customer.address = default;
        Some(Written {
            id: customer.id.clone(),
            updated_at: None,
            address_id,
        })
    }

    fn create(&mut self, create: &CustomerCreate) -> Option<String> {
        assert!(self.customer.is_none(), "a second customer");
        let mut customer = blank();
        set(&mut customer, &create.fields);
        customer.tags = create.tags.clone();
        self.customer = Some(customer);
        self.add_address(create.address.clone()?)
    }

    fn update(&mut self, update: &CustomerUpdate) -> Option<String> {
        assert!(update.mutations() > 0, "an empty request");
        let customer = self.customer.as_mut().unwrap();
        set(customer, &update.fields);
        for key in &update.deleted_metafields {
            customer.metafields.remove(key);
        }
        let removed: Vec<_> = update
            .removed_tags
            .iter()
            .map(|it| it.to_lowercase())
            .collect();
        customer
            .tags
            .retain(|tag| !removed.contains(&tag.to_lowercase()));
        for tag in &update.added_tags {
            if !customer
                .tags
                .iter()
                .any(|known| known.to_lowercase() == tag.to_lowercase())
            {
                customer.tags.insert(tag.clone());
            }
        }
        self.change_address(&update.address)
    }

    fn change_address(&mut self, change: &AddressChange) -> Option<String> {
        match change {
            AddressChange::Leave => None,
            AddressChange::Create(address) => self.add_address(address.clone()),
            AddressChange::Update { id, address } => {
                let known = self.addresses.iter_mut().find(|it| it.id == *id).unwrap();
                known.address = address.clone();
                None
            }
            AddressChange::Delete { id } => {
                let before = self.addresses.len();
                self.addresses.retain(|it| it.id != *id);
                assert!(self.addresses.len() < before, "an unknown address");
                None
            }
        }
    }

    /// `None` when it is there already: the client takes that refusal for success.
    fn add_address(&mut self, address: Address) -> Option<String> {
        if self.addresses.iter().any(|it| it.address == address) {
            return None;
        }
        self.made += 1;
        let id = format!("gid://shopify/MailingAddress/{}", self.made);
        let added = ObservedAddress {
            id: id.clone(),
            address,
        };
        self.addresses.push(added.clone());
        if let Some(customer) = &mut self.customer {
            customer.address = Some(added);
        }
        Some(id)
    }
}

fn blank() -> ObservedCustomer {
    ObservedCustomer {
        id: "gid://shopify/Customer/1".parse().unwrap(),
        updated_at: String::new(),
        first_name: None,
        last_name: None,
        email: None,
        phone: None,
        locale: "en".to_owned(),
        tags: [].into(),
        address: None,
        metafields: [].into(),
        can_delete: true,
        orders: 0,
    }
}

fn set(customer: &mut ObservedCustomer, fields: &CustomerFields) {
    let step = |have: &mut Option<String>, field: &Field<String>| match field {
        Field::Leave => {}
        Field::Set(text) => *have = Some(text.clone()),
        Field::Clear => *have = None,
    };
    step(&mut customer.email, &fields.email);
    step(&mut customer.first_name, &fields.first_name);
    step(&mut customer.last_name, &fields.last_name);
    step(&mut customer.phone, &fields.phone);
    if let Some(locale) = &fields.locale {
        customer.locale.clone_from(locale);
    }
    customer.metafields.extend(fields.metafields.clone());
}

//! Samples for the tests of this module.

use crate::base::field::Field;
use crate::shopify::customer::{self, MUTATION_POINTS};
use crate::shopify::model::{
    Address, AddressChange, CustomerCreate, CustomerFields, CustomerUpdate,
};
use crate::shopify::request::Request;

pub const GID: &str = "gid://shopify/Customer/1001";

pub fn address() -> Address {
    Address {
        address1: Some("12 Analytical Row".into()),
        city: Some("London".into()),
        zip: Some("NW1 6XE".into()),
        country_code: Some("GB".into()),
        ..Address::default()
    }
}

pub fn fields() -> CustomerFields {
    CustomerFields {
        email: Field::Set("ada@example.org".into()),
        first_name: Field::Set("Ada".into()),
        last_name: Field::Clear,
        phone: Field::Set("+16135550142".into()),
        locale: Some("en".into()),
        metafields: [
            ("scim_id".to_owned(), "0192".to_owned()),
            ("scim_title".to_owned(), "Countess".to_owned()),
        ]
        .into(),
    }
}

pub fn create() -> CustomerCreate {
    CustomerCreate {
        fields: fields(),
        address: Some(address()),
        tags: ["group:Engines".to_owned()].into(),
    }
}

pub fn update() -> CustomerUpdate {
    CustomerUpdate {
        fields: fields(),
        address: AddressChange::Update {
            id: "gid://shopify/MailingAddress/7?model_name=CustomerAddress".into(),
            address: address(),
        },
        deleted_metafields: ["scim_department".to_owned()].into(),
        added_tags: ["group:Engines".to_owned()].into(),
        removed_tags: ["group:Looms".to_owned()].into(),
        ..CustomerUpdate::of(GID.parse().unwrap())
    }
}

pub fn write_request() -> Request {
    let request = customer::create_request(&create());
    assert!(request.points >= MUTATION_POINTS);
    request
}

//! Every operation file against the schema, with the variables that our own request builders make.

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};

use super::fixtures::{self, GID};
use crate::shopify::customer::{
    create_request, delete_request, erase_request, find_request, update_request,
};
use crate::shopify::model::{AddressChange, CustomerKey, CustomerUpdate};
use crate::shopify::request::Request;
use crate::shopify::setup::{id_definition_request, shop_info_request};

fn schema() -> Valid<Schema> {
    // The compiler does not know this directive yet.
    let one_of = "directive @oneOf on INPUT_OBJECT\n";
    let text = [one_of, include_str!("../../../graphql/schema.graphql")].concat();
    Schema::parse_and_validate(text, "schema.graphql").unwrap()
}

fn requests() -> Vec<Request> {
    let bare = CustomerUpdate::of(GID.parse().unwrap());
    let address_changes = [
        AddressChange::Create(fixtures::address()),
        AddressChange::Delete {
            id: "gid://shopify/MailingAddress/7".into(),
        },
    ];
    let of_address = address_changes.into_iter().map(|address| CustomerUpdate {
        address,
        ..fixtures::update()
    });
    let keys = [
        CustomerKey::ScimId("0192".into()),
        CustomerKey::Email("ada@example.org".into()),
        CustomerKey::Id(GID.parse().unwrap()),
    ];
    let mut requests = vec![
        create_request(&fixtures::create()),
        update_request(&fixtures::update()),
        update_request(&bare),
        delete_request(&GID.parse().unwrap()),
        erase_request(&GID.parse().unwrap()),
        id_definition_request(),
        shop_info_request(),
    ];
    requests.extend(of_address.map(|update| update_request(&update)));
    requests.extend(keys.iter().map(find_request));
    requests
}

#[test]
fn every_operation_file_is_valid_and_used() {
    let used: Vec<_> = requests().iter().map(|request| request.document).collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/graphql");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("schema.graphql") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        ExecutableDocument::parse_and_validate(&schema(), &text, &path).unwrap();
        assert!(used.contains(&text.as_str()), "{}", path.display());
        seen += 1;
    }
    assert_eq!(seen, 7);
}

#[test]
fn our_variables_fit_every_operation() {
    let schema = schema();
    for request in requests() {
        let document =
            ExecutableDocument::parse_and_validate(&schema, request.document, request.operation)
                .unwrap();
        let operation = document.operations.get(Some(request.operation)).unwrap();
        let variables = json_map(&request.variables);
        coerce_variable_values(&schema, operation, &variables)
            .unwrap_or_else(|error| panic!("{}: {error:?}", request.operation));
    }
}

fn json_map(variables: &serde_json::Value) -> JsonMap {
    match variables {
        serde_json::Value::Null => JsonMap::default(),
        object => serde::Deserialize::deserialize(object).unwrap(),
    }
}

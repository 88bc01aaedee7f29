//! Finding customers: by id, contact and custom id; `customerSet`; merges and deletions.

use serde_json::{Value, json};

use super::{Bench, SHOP};
use crate::mock::CustomerId;

const SET: &str = "mutation Set($by: CustomerSetIdentifiers, $input: CustomerSetInput!) {
  customerSet(identifier: $by, input: $input) { customer { id } userErrors { field message code } }
}";
const FIND: &str =
    "query Find($by: CustomerIdentifierInput!) { customerByIdentifier(identifier: $by) { id } }";

/// Defines the custom id every test uses.
pub fn define_custom_id(bench: &Bench) -> Value {
    let query = "mutation($definition: MetafieldDefinitionInput!) {
      metafieldDefinitionCreate(definition: $definition) { createdDefinition { namespace key } userErrors { field message code } }
    }";
    let definition =
        json!({"name": "SCIM id", "key": "scim_id", "type": "id", "ownerType": "CUSTOMER"});
    bench.data(query, json!({"definition": definition}))["metafieldDefinitionCreate"].clone()
}

fn set(bench: &Bench, by: Value, input: Value) -> Value {
    bench.data(SET, json!({"by": by, "input": input}))["customerSet"].clone()
}

fn refused(path: Value, message: &str, code: &str) -> Value {
    json!({"customer": null, "userErrors": [{"field": path, "message": message, "code": code}]})
}

#[test]
fn customer_set_creates_updates_and_upserts() {
    let bench = Bench::new();
    let created = set(&bench, Value::Null, json!({"email": "ada@example.com"}));
    let id = created["customer"]["id"].clone();
    let check = |by: Value, input: Value, want: Value| {
        assert_eq!(set(&bench, by.clone(), input.clone()), want, "{by} {input}");
    };
    let same = json!({"customer": {"id": id}, "userErrors": []});
    check(json!({"id": id}), json!({"firstName": "Ada"}), same.clone());
    check(
        json!({"email": "ADA@example.com"}),
        json!({"email": "ada@example.com"}),
        same.clone(),
    );
    check(Value::Null, json!({"id": id, "lastName": "L"}), same);
    check(
        json!({"id": "gid://shopify/Customer/9"}),
        json!({"firstName": "x"}),
        refused(
            json!(["input"]),
            "Resource matching the identifier was not found.",
            "NOT_FOUND",
        ),
    );
    check(
        json!({"id": id}),
        json!({"id": id}),
        refused(
            json!(["input"]),
            "The id field is not allowed if identifier is provided.",
            "ID_NOT_ALLOWED",
        ),
    );
    check(
        json!({"email": "ada@example.com"}),
        json!({"firstName": "x"}),
        refused(
            json!(["input"]),
            "The input field corresponding to the identifier is required.",
            "MISSING_FIELD_REQUIRED",
        ),
    );
    check(
        json!({"email": "ada@example.com"}),
        json!({"email": "grace@example.com"}),
        refused(
            json!(["input"]),
            "The identifier value does not match the value of the corresponding field in the input.",
            "INPUT_MISMATCH",
        ),
    );
    check(
        Value::Null,
        json!({"email": "ada@example.com"}),
        refused(
            json!(["input", "email"]),
            "Email has already been taken",
            "TAKEN",
        ),
    );
    check(
        Value::Null,
        json!({"note": "n"}),
        refused(
            json!(["input"]),
            "A name, phone number, or email address must be present",
            "MISSING_FIELD_REQUIRED",
        ),
    );
    check(
        Value::Null,
        json!({"firstName": "x", "taxExempt": null}),
        refused(
            json!(["input", "taxExempt"]),
            "Tax exempt is of unexpected type NilClass",
            "INVALID",
        ),
    );
}

#[test]
fn customer_set_replaces_lists_and_leaves_the_rest() {
    let bench = Bench::new();
    let id = bench.create(json!({"firstName": "Ada", "note": "n", "tags": ["a", "b"]}));
    set(
        &bench,
        json!({"id": id}),
        json!({"tags": ["c"], "addresses": null}),
    );
    let customer = bench.read(&id, "firstName note tags");
    assert_eq!(
        customer,
        json!({"firstName": "Ada", "note": "n", "tags": ["c"]})
    );
}

#[test]
fn a_custom_id_upserts_exactly_one_customer() {
    let bench = Bench::new();
    let by = json!({"customId": {"key": "scim_id", "value": "u-1"}});
    let undefined = bench.body(SET, json!({"by": by, "input": {"firstName": "Ada"}}));
    let error = &undefined["errors"][0];
    assert_eq!(undefined["data"], json!({"customerSet": null}));
    assert_eq!(
        error["message"],
        "Metafield definition of type 'id' is required when using custom ids."
    );
    assert_eq!(error["extensions"]["code"], "NOT_FOUND");
    assert_eq!(error["path"], json!(["customerSet"]));
    define_custom_id(&bench);
    let first = set(&bench, by.clone(), json!({"firstName": "Ada"}));
    let again = set(
        &bench,
        by.clone(),
        json!({"firstName": "Ada", "lastName": "Lovelace"}),
    );
    assert_eq!(first, again);
    assert_eq!(bench.engine.customers(SHOP).len(), 1);
    let found = bench.data(FIND, json!({"by": by}));
    assert_eq!(found["customerByIdentifier"]["id"], first["customer"]["id"]);
}

#[test]
fn identifiers_find_at_once_and_in_any_form() {
    let bench = Bench::new();
    let id = bench.create(json!({"email": "ada@example.com", "phone": "+16134505293"}));
    let check = |by: Value, want: Value| {
        let found = bench.data(FIND, json!({"by": by}));
        assert_eq!(found["customerByIdentifier"], want, "{by}");
    };
    check(json!({"id": id}), json!({"id": id}));
    check(
        json!({"emailAddress": " ADA@example.com"}),
        json!({"id": id}),
    );
    check(json!({"phoneNumber": "(613) 450-5293"}), json!({"id": id}));
    check(json!({"emailAddress": "grace@example.com"}), Value::Null);
    check(json!({"id": "gid://shopify/Customer/9"}), Value::Null);
}

#[test]
fn deleting_frees_the_email_and_orders_forbid_it() {
    let bench = Bench::new();
    let delete = |id: &str| {
        let query = "mutation($input: CustomerDeleteInput!) { customerDelete(input: $input) { deletedCustomerId shop { myshopifyDomain } userErrors { field message } } }";
        bench.data(query, json!({"input": {"id": id}}))["customerDelete"].clone()
    };
    let id = bench.create(json!({"email": "ada@example.com"}));
    let number = CustomerId::parse(&id).unwrap();
    bench.engine.place_orders(SHOP, number, 1).unwrap();
    assert_eq!(
        bench.read(&id, "canDelete numberOfOrders"),
        json!({"canDelete": false, "numberOfOrders": "1"})
    );
    let refused = delete(&id);
    assert_eq!(
        refused["userErrors"],
        json!([{"field": ["id"], "message": "Customer can’t be deleted because they have associated orders"}])
    );
    let other = bench.create(json!({"email": "grace@example.com"}));
    assert_eq!(
        delete(&other),
        json!({"deletedCustomerId": other, "shop": {"myshopifyDomain": SHOP}, "userErrors": []})
    );
    assert_eq!(
        delete(&other)["userErrors"],
        json!([{"field": ["id"], "message": "Customer can't be found"}])
    );
    assert_ne!(bench.create(json!({"email": "grace@example.com"})), other);
}

#[test]
fn a_merge_keeps_one_customer_and_all_they_had() {
    let bench = Bench::new();
    define_custom_id(&bench);
    let one = bench.create(json!({"firstName": "Ada", "tags": ["a"], "metafields": [{"key": "scim_id", "value": "u-1"}]}));
    let two = bench.create(json!({"email": "ada@example.com", "tags": ["b"]}));
    let query = "mutation($one: ID!, $two: ID!) {
      customerMerge(customerOneId: $one, customerTwoId: $two) { job { id done } resultingCustomerId userErrors { field message code } }
    }";
    let same = bench.data(query, json!({"one": one, "two": one}));
    assert_eq!(
        same["customerMerge"]["userErrors"],
        json!([{"field": null, "message": "Customers IDs should not match", "code": "INVALID_CUSTOMER_ID"}])
    );
    let merged = bench.data(query, json!({"one": two, "two": one}))["customerMerge"].clone();
    assert_eq!(
        merged["resultingCustomerId"],
        json!(two),
        "the one with the e-mail is kept"
    );
    let job = merged["job"]["id"].clone();
    let status = bench.data(
        "query($id: ID!) { customerMergeJobStatus(jobId: $id) { status resultingCustomerId } }",
        json!({"id": job}),
    );
    assert_eq!(
        status["customerMergeJobStatus"],
        json!({"status": "COMPLETED", "resultingCustomerId": two})
    );
    assert_eq!(
        bench.read(&two, "firstName tags"),
        json!({"firstName": "Ada", "tags": ["a", "b"]})
    );
    assert_eq!(bench.read(&one, "id"), Value::Null);
    let found = bench.data(
        FIND,
        json!({"by": {"customId": {"key": "scim_id", "value": "u-1"}}}),
    );
    assert_eq!(found["customerByIdentifier"]["id"], json!(two));
    let gone = bench.data(query, json!({"one": two, "two": one}));
    let number = one.rsplit('/').next().unwrap();
    assert_eq!(
        gone["customerMerge"]["userErrors"],
        json!([{"field": ["customerTwoId"], "message": format!("Customer does not exist with ID {number}"), "code": "INVALID_CUSTOMER_ID"}])
    );
}

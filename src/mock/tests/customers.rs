//! What may be written to a customer, what is said when it may not, and what is stored.

use serde_json::{Value, json};

use super::{Bench, CREATE, SHOP};

const UPDATE: &str = "mutation Update($input: CustomerInput!) {
  customerUpdate(input: $input) { customer { id } userErrors { field message } }
}";

/// `[field, message]` of each user error.
fn errors(payload: &Value) -> Value {
    payload["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| json!([error["field"], error["message"]]))
        .collect()
}

#[test]
fn customer_create_refuses_with_shopifys_words() {
    let bench = Bench::new();
    bench.create(json!({"email": "taken@example.com", "phone": "+16134505293"}));
    let check = |input: Value, want: Value| {
        let data = bench.data(CREATE, json!({"input": input}));
        let payload = &data["customerCreate"];
        assert_eq!(errors(payload), want, "{input}");
        assert_eq!(payload["customer"], Value::Null, "{input}");
    };
    let long = |length: usize| "x".repeat(length);
    check(
        json!({}),
        json!([[
            null,
            "A name, phone number, or email address must be present"
        ]]),
    );
    check(
        json!({"firstName": "  ", "email": "", "note": "n"}),
        json!([[
            null,
            "A name, phone number, or email address must be present"
        ]]),
    );
    check(
        json!({"email": "foo@bar"}),
        json!([[["email"], "Email is invalid"]]),
    );
    check(
        json!({"email": format!("{}@example.com", long(250))}),
        json!([
            [["email"], "Email is too long (maximum is 255 characters)"],
            [["email"], "Email is invalid"],
        ]),
    );
    check(
        json!({"email": "TAKEN @example.com"}),
        json!([[["email"], "Email has already been taken"]]),
    );
    check(
        json!({"firstName": "Ada", "phone": "12"}),
        json!([[["phone"], "Phone is invalid"]]),
    );
    check(
        json!({"phone": long(256)}),
        json!([
            [["phone"], "Phone is too long (maximum is 255 characters)"],
            [["phone"], "Phone is invalid"],
        ]),
    );
    check(
        json!({"phone": "+1 (613) 450-5293"}),
        json!([[["phone"], "Phone has already been taken"]]),
    );
    check(
        json!({"firstName": long(256), "lastName": long(256), "note": long(5_001)}),
        json!([
            [
                ["firstName"],
                "First name is too long (maximum is 255 characters)"
            ],
            [
                ["lastName"],
                "Last name is too long (maximum is 255 characters)"
            ],
            [["note"], "Note is too long (maximum is 5000 characters)"],
        ]),
    );
    check(
        json!({"firstName": "Ada", "locale": "not a locale"}),
        json!([[["locale"], "Locale is invalid"]]),
    );
    check(
        json!({"firstName": "Ada", "tags": [long(256)]}),
        json!([[["tags"], "Tags is too long (maximum is 255 characters)"]]),
    );
    let many: Vec<String> = (0..251).map(|index| format!("t{index}")).collect();
    check(
        json!({"firstName": "Ada", "tags": many}),
        json!([[["tags"], "Tags cannot be more than 250"]]),
    );
    check(
        json!({"id": "gid://shopify/Customer/1", "firstName": "Ada"}),
        json!([[["id"], "Cannot specify ID on creation"]]),
    );
    check(
        json!({"firstName": "Ada", "addresses": [{"id": "gid://shopify/MailingAddress/1", "city": "Kyiv"}]}),
        json!([[
            ["addresses", "0", "id"],
            "Cannot specify address ID on creation"
        ]]),
    );
    check(
        json!({"firstName": "Ada", "metafields": [{"id": "gid://shopify/Metafield/1", "value": "x"}]}),
        json!([[
            ["metafields", "0", "id"],
            "Cannot specify metafield ID on creation"
        ]]),
    );
    check(
        json!({"firstName": "Ada", "addresses": [{}]}),
        json!([[["addresses", "0"], "Customer address cannot be blank."]]),
    );
    check(
        json!({"firstName": "Ada", "addresses": [{"country": "Atlantis"}]}),
        json!([[["addresses", "0", "country"], "Country is invalid"]]),
    );
    check(
        json!({"firstName": "Ada", "addresses": [{"countryCode": "CA", "provinceCode": "ZZ"}]}),
        json!([[["addresses", "0", "province"], "Province is invalid"]]),
    );
    check(
        json!({"firstName": "Ada", "emailMarketingConsent": {"marketingState": "SUBSCRIBED", "marketingOptInLevel": "SINGLE_OPT_IN"}}),
        json!([[
            ["emailMarketingConsent"],
            "An email address is required to set the email marketing consent state."
        ]]),
    );
    check(
        json!({"firstName": "Ada", "smsMarketingConsent": {"marketingState": "SUBSCRIBED", "marketingOptInLevel": "SINGLE_OPT_IN"}}),
        json!([[
            ["smsMarketingConsent"],
            "A phone number is required to set the SMS consent state."
        ]]),
    );
    assert_eq!(bench.engine.customers(SHOP).len(), 1);
}

#[test]
fn customer_update_refuses_with_shopifys_words() {
    let bench = Bench::new();
    bench.create(json!({"email": "taken@example.com", "phone": "+16134505293"}));
    let id = bench.create(json!({"email": "ada@example.com"}));
    let check = |mut input: Value, want: Value| {
        if input.get("id").is_none() {
            input["id"] = json!(id);
        }
        let data = bench.data(UPDATE, json!({"input": input}));
        assert_eq!(errors(&data["customerUpdate"]), want, "{input}");
    };
    check(
        json!({"id": "gid://shopify/Customer/999", "firstName": "x"}),
        json!([[["id"], "Customer does not exist"]]),
    );
    check(
        json!({"email": null}),
        json!([[
            null,
            "A name, phone number, or email address must be present"
        ]]),
    );
    check(
        json!({"email": "taken@example.com", "phone": "+16134505293"}),
        json!([
            [["email"], "Email has already been taken"],
            [["phone"], "Phone has already been taken"],
        ]),
    );
    check(
        json!({"emailMarketingConsent": {"marketingState": "SUBSCRIBED"}}),
        json!([[
            ["emailMarketingConsent"],
            "To update emailMarketingConsent, please use the customerEmailMarketingConsentUpdate Mutation instead"
        ]]),
    );
    check(json!({"email": "ADA@example.com"}), json!([]));
    check(json!({"firstName": "Ada", "email": null}), json!([]));
    check(json!({"email": "ada@example.com"}), json!([]));
}

#[test]
fn a_new_customer_has_shopifys_defaults_and_forms() {
    let bench = Bench::new();
    let id = bench.create(json!({
        "email": " Ada.Lovelace @Example.COM", "phone": "+1 (613) 450-5293", "firstName": "Ada", "lastName": "",
        "note": "", "tags": ["vip, Beta", "VIP", " "],
    }));
    assert_eq!(id, "gid://shopify/Customer/7000000000001");
    let customer = bench.read(
        &id,
        "email phone firstName lastName note tags state locale verifiedEmail taxExempt canDelete numberOfOrders displayName
         legacyResourceId createdAt updatedAt defaultEmailAddress { emailAddress marketingState }",
    );
    let want = json!({
        "email": "ada.lovelace@example.com", "phone": "+16134505293", "firstName": "Ada", "lastName": null, "note": "",
        "tags": ["Beta", "vip"], "state": "DISABLED", "locale": "en", "verifiedEmail": true, "taxExempt": false,
        "canDelete": true, "numberOfOrders": "0", "displayName": "Ada", "legacyResourceId": "7000000000001",
        "createdAt": "2026-11-24T10:06:03Z", "updatedAt": "2026-11-24T10:06:03Z",
        "defaultEmailAddress": {"emailAddress": "ada.lovelace@example.com", "marketingState": "NOT_SUBSCRIBED"},
    });
    assert_eq!(customer, want);
}

#[test]
fn a_display_name_falls_back_to_the_email_and_the_phone() {
    let bench = Bench::new();
    let check = |input: Value, want: &str| {
        let id = bench.create(input);
        assert_eq!(bench.read(&id, "displayName")["displayName"], want);
    };
    check(
        json!({"firstName": "Ada", "lastName": "Lovelace"}),
        "Ada Lovelace",
    );
    check(json!({"email": "ada@example.com"}), "ada@example.com");
    check(json!({"phone": "+14158103301"}), "+1 415-810-3301");
}

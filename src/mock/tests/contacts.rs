//! Addresses, consents, tax exemptions, erasure.

use serde_json::{Value, json};

use super::Bench;

fn run(bench: &Bench, field: &str, arguments: &str, selection: &str) -> Value {
    let query = format!(
        "mutation {{ {field}({arguments}) {{ {selection} userErrors {{ field message }} }} }}"
    );
    bench.data(&query, json!({}))[field].clone()
}

#[test]
fn addresses_live_and_die() {
    let bench = Bench::new();
    let id = bench.create(json!({"firstName": "Ada"}));
    let create = |address: &str| {
        run(
            &bench,
            "customerAddressCreate",
            &format!("customerId: \"{id}\", address: {address}"),
            "address { id country provinceCode province city }",
        )
    };
    let first = create("{city: \"Toronto\", countryCode: CA, provinceCode: \"ON\"}");
    let gid = first["address"]["id"].as_str().unwrap();
    assert!(
        gid.starts_with("gid://shopify/MailingAddress/")
            && gid.ends_with("?model_name=CustomerAddress"),
        "{gid}"
    );
    assert_eq!(first["address"]["country"], "Canada");
    assert_eq!(first["address"]["province"], "Ontario");
    let refused = |field: Value, message: &str| json!([{"field": field, "message": message}]);
    assert_eq!(
        create("{city: \"Toronto\", countryCode: CA, provinceCode: \"ON\"}")["userErrors"],
        refused(json!(["address"]), "Address already exists")
    );
    let check = |address: &str, name: &str, message: &str| {
        assert_eq!(
            create(address)["userErrors"],
            refused(json!(["address", name]), message),
            "{address}"
        );
    };
    check("{country: \"Atlantis\"}", "country", "Country is invalid");
    check(
        "{countryCode: US, provinceCode: \"ON\"}",
        "province",
        "Province is invalid",
    );
    check(
        "{city: \"<b>x</b>\"}",
        "city",
        "City cannot contain HTML tags",
    );
    check(
        "{zip: \"https://example.com\"}",
        "zip",
        "Zip cannot contain URL",
    );
    check(
        "{address1: \"\u{1F600}\"}",
        "address1",
        "Address1 cannot contain emojis",
    );
    check(
        &format!("{{address1: \"{}\"}}", "x".repeat(256)),
        "address1",
        "Address1 is too long (maximum is 255 characters)",
    );
    let second = create("{city: \"Kyiv\", countryCode: UA}");
    let second = second["address"]["id"].as_str().unwrap();
    assert_eq!(
        bench.read(&id, "defaultAddress { city }"),
        json!({"defaultAddress": {"city": "Toronto"}})
    );
    run(
        &bench,
        "customerUpdateDefaultAddress",
        &format!("customerId: \"{id}\", addressId: \"{second}\""),
        "customer { id }",
    );
    assert_eq!(
        bench.read(&id, "defaultAddress { city }"),
        json!({"defaultAddress": {"city": "Kyiv"}})
    );
    let updated = run(
        &bench,
        "customerAddressUpdate",
        &format!("customerId: \"{id}\", addressId: \"{second}\", address: {{city: \"Lviv\"}}"),
        "address { city countryCodeV2 }",
    );
    assert_eq!(
        updated["address"],
        json!({"city": "Lviv", "countryCodeV2": "UA"})
    );
    let deleted = run(
        &bench,
        "customerAddressDelete",
        &format!("customerId: \"{id}\", addressId: \"{second}\""),
        "deletedAddressId",
    );
    assert_eq!(deleted["deletedAddressId"], second);
    let gone = run(
        &bench,
        "customerAddressDelete",
        &format!("customerId: \"{id}\", addressId: \"{second}\""),
        "deletedAddressId",
    );
    assert_eq!(
        gone["userErrors"],
        refused(json!(["addressId"]), "Address does not exist")
    );
    assert_eq!(
        bench.read(
            &id,
            "addressesV2(first: 5) { nodes { city } } addresses { city } defaultAddress { city }"
        ),
        json!({"addressesV2": {"nodes": [{"city": "Toronto"}]}, "addresses": [{"city": "Toronto"}], "defaultAddress": {"city": "Toronto"}})
    );
    let other = bench.create(json!({"firstName": "Grace"}));
    let query = format!(
        "mutation {{ customerAddressDelete(customerId: \"{other}\", addressId: \"{gid}\") {{ deletedAddressId }} }}"
    );
    let foreign = bench.body(&query, json!({}));
    assert_eq!(
        foreign["errors"][0]["extensions"]["code"],
        "RESOURCE_NOT_FOUND"
    );
}

#[test]
fn consents_follow_shopifys_rules() {
    let bench = Bench::new();
    let id = bench.create(json!({"email": "ada@example.com"}));
    let update = |kind: &str, customer: &str, consent: &str| {
        let field = format!("customer{}MarketingConsentUpdate", kind);
        let name = format!("{}MarketingConsent", kind.to_lowercase());
        let query = format!(
            "mutation {{ {field}(input: {{customerId: \"{customer}\", {name}: {consent}}}) {{ customer {{ defaultEmailAddress {{ marketingState marketingOptInLevel marketingUpdatedAt }} }} userErrors {{ field message code }} }} }}"
        );
        let body = bench.body(&query, json!({}));
        match body.get("errors") {
            Some(errors) => json!([errors[0]["message"], errors[0]["extensions"]["code"]]),
            None => body["data"][field].clone(),
        }
    };
    let subscribed = update(
        "Email",
        &id,
        "{marketingState: SUBSCRIBED, marketingOptInLevel: SINGLE_OPT_IN}",
    );
    let want = json!({"marketingState": "SUBSCRIBED", "marketingOptInLevel": "SINGLE_OPT_IN", "marketingUpdatedAt": "2026-11-24T10:06:03Z"});
    assert_eq!(subscribed["customer"]["defaultEmailAddress"], want);
    let check =
        |kind: &str, customer: &str, consent: &str, field: Value, message: &str, code: &str| {
            let want = json!([{"field": field, "message": message, "code": code}]);
            assert_eq!(
                update(kind, customer, consent)["userErrors"],
                want,
                "{kind} {consent}"
            );
        };
    let at = |name: &str| json!(["input", "emailMarketingConsent", name]);
    check(
        "Email",
        &id,
        "{marketingState: SUBSCRIBED}",
        at("marketingOptInLevel"),
        "Marketing opt in level must exist",
        "MISSING_ARGUMENT",
    );
    check(
        "Email",
        &id,
        "{marketingState: PENDING, marketingOptInLevel: SINGLE_OPT_IN}",
        at("marketingOptInLevel"),
        "Marketing opt in level must be confirmed opt-in for pending consent state",
        "INVALID",
    );
    check(
        "Email",
        &id,
        "{marketingState: UNSUBSCRIBED, consentUpdatedAt: \"2027-01-01T00:00:00Z\"}",
        at("consentUpdatedAt"),
        "Consent updated at must not be in the future",
        "INVALID",
    );
    check(
        "Email",
        "gid://shopify/Customer/9",
        "{marketingState: UNSUBSCRIBED}",
        json!(["input", "customerId"]),
        "Customer not found",
        "INVALID",
    );
    check(
        "Sms",
        &id,
        "{marketingState: UNSUBSCRIBED}",
        json!(["input", "smsMarketingConsent"]),
        "A phone number is required to set the SMS consent state.",
        "INVALID",
    );
    assert_eq!(
        update("Email", &id, "{marketingState: REDACTED}"),
        json!([
            "Cannot specify REDACTED as a marketing state input",
            "INVALID"
        ])
    );
    let unknown = update(
        "Sms",
        "gid://shopify/Customer/9",
        "{marketingState: UNSUBSCRIBED}",
    );
    assert_eq!(
        unknown["userErrors"],
        json!([{"field": null, "message": "Customer not found", "code": null}])
    );
}

#[test]
fn tax_exemptions_are_added_removed_and_replaced() {
    let bench = Bench::new();
    let id =
        bench.create(json!({"firstName": "Ada", "taxExemptions": ["CA_STATUS_CARD_EXEMPTION"]}));
    let check = |field: &str, given: &str, want: Value| {
        let arguments = format!("customerId: \"{id}\", taxExemptions: {given}");
        let payload = run(&bench, field, &arguments, "customer { taxExemptions }");
        assert_eq!(payload["customer"]["taxExemptions"], want, "{field}");
    };
    check(
        "customerAddTaxExemptions",
        "[US_CA_RESELLER_EXEMPTION]",
        json!(["CA_STATUS_CARD_EXEMPTION", "US_CA_RESELLER_EXEMPTION"]),
    );
    check(
        "customerRemoveTaxExemptions",
        "[CA_STATUS_CARD_EXEMPTION]",
        json!(["US_CA_RESELLER_EXEMPTION"]),
    );
    check(
        "customerReplaceTaxExemptions",
        "[CA_STATUS_CARD_EXEMPTION]",
        json!(["CA_STATUS_CARD_EXEMPTION"]),
    );
}

#[test]
fn erasure_is_requested_and_cancelled_without_a_visible_change() {
    let bench = Bench::new();
    let id = bench.create(json!({"firstName": "Ada"}));
    let run = |field: &str, id: &str| {
        let query = format!(
            "mutation {{ {field}(customerId: \"{id}\") {{ customerId userErrors {{ field message code }} }} }}"
        );
        bench.data(&query, json!({}))[field].clone()
    };
    let done = json!({"customerId": id, "userErrors": []});
    assert_eq!(run("customerRequestDataErasure", &id), done);
    assert_eq!(bench.read(&id, "firstName"), json!({"firstName": "Ada"}));
    assert_eq!(run("customerCancelDataErasure", &id), done);
    assert_eq!(
        run("customerCancelDataErasure", &id)["userErrors"][0]["code"],
        "NOT_BEING_ERASED"
    );
    let missing = json!([{"field": ["customerId"], "message": "Customer does not exist", "code": "DOES_NOT_EXIST"}]);
    assert_eq!(
        run("customerRequestDataErasure", "gid://shopify/Customer/9")["userErrors"],
        missing
    );
}

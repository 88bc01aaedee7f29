//! Prices before and after, the bucket, and what is refused for its price.

use serde_json::{Value, json};

use super::{Bench, NOW_MS, SHOP, TOKEN, request};
use crate::mock::{Plan, ShopConfig};

const FRAGMENT: &str = "fragment F on Customer { id updatedAt defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber } metafield(key: \"scim_id\") { value } tags }";

#[test]
fn requested_costs_follow_the_model() {
    let bench = Bench::new();
    let check = |query: &str, variables: Value, points: u32| {
        let body = bench.body(query, variables);
        assert_eq!(
            body["extensions"]["cost"]["requestedQueryCost"], points,
            "{query}: {body:#}"
        );
    };
    let input = json!({"input": {"firstName": "Ada"}});
    let with_fragment = |query: &str| format!("{query} {FRAGMENT}");
    check(
        "mutation($input: CustomerInput!) { customerCreate(input: $input) { customer { id } userErrors { message } } }",
        input.clone(),
        10,
    );
    check(
        &with_fragment(
            "mutation($input: CustomerInput!) { customerCreate(input: $input) { customer { ...F } userErrors { message } } }",
        ),
        input.clone(),
        13,
    );
    check(
        "mutation($input: CustomerInput!) { a: customerCreate(input: $input) { customer { id } } b: customerCreate(input: $input) { customer { id } } }",
        input,
        20,
    );
    check(
        &with_fragment(
            "{ customerByIdentifier(identifier: {emailAddress: \"ada@example.com\"}) { ...F } }",
        ),
        json!({}),
        4,
    );
    check(
        &with_fragment("{ customers(first: 250) { nodes { ...F } pageInfo { hasNextPage } } }"),
        json!({}),
        46,
    );
    check("{ customersCount { count } }", json!({}), 10);
    check("{ shop { name } }", json!({}), 1);
    check(
        "mutation($id: ID!) { tagsAdd(id: $id, tags: [\"a\"]) { node { __typename ... on Customer { id defaultEmailAddress { emailAddress } } } userErrors { message } } }",
        json!({"id": "gid://shopify/Customer/1"}),
        11,
    );
}

#[test]
fn actual_costs_leave_out_what_is_null() {
    let bench = Bench::new();
    let check = |query: &str, points: u32| {
        let body = bench.body(query, json!({}));
        assert_eq!(
            body["extensions"]["cost"]["actualQueryCost"], points,
            "{query}: {body:#}"
        );
    };
    let query = format!("{{ customers(first: 250) {{ nodes {{ ...F }} }} }} {FRAGMENT}");
    check(&query, 2);
    bench.create(json!({"email": "ada@example.com"}));
    check(&query, 4);
    check(
        &format!(
            "{{ customerByIdentifier(identifier: {{emailAddress: \"ada@example.com\"}}) {{ ...F }} }} {FRAGMENT}"
        ),
        2,
    );
    check(
        "{ customerByIdentifier(identifier: {emailAddress: \"no@example.com\"}) { id } }",
        0,
    );
    check(
        "mutation { customerCreate(input: {}) { customer { id defaultEmailAddress { emailAddress } } userErrors { message } } }",
        10,
    );
}

#[test]
fn an_empty_bucket_throttles_until_it_has_refilled() {
    let bench = Bench::new();
    let create = |number: usize| {
        let input = json!({"input": {"email": format!("user{number}@example.com")}});
        bench.body(super::CREATE, input)
    };
    for number in 0..200 {
        assert_eq!(create(number).get("errors"), None, "{number}");
    }
    let throttled = create(200);
    let want = json!({
        "errors": [{
            "message": "Throttled",
            "extensions": {
                "code": "THROTTLED",
                "documentation": "https://shopify.dev/api/usage/rate-limits",
            },
        }],
        "extensions": {"cost": {
            "requestedQueryCost": 10,
            "actualQueryCost": null,
            "throttleStatus": {
                "maximumAvailable": 2000.0,
                "currentlyAvailable": 0,
                "restoreRate": 100.0,
            },
        }},
    });
    assert_eq!(throttled, want);
    assert_eq!(bench.engine.customers(SHOP).len(), 200);
    bench.clock.advance(99);
    assert!(create(200).get("errors").is_some());
    bench.clock.advance(1);
    assert_eq!(create(200).get("errors"), None);
}

#[test]
fn a_plan_decides_the_size_of_the_bucket() {
    let check = |plan: Plan, maximum: f64, restore: f64| {
        let bench = Bench::with(ShopConfig::new(SHOP, TOKEN).with_plan(plan));
        let body = bench.body("{ shop { id } }", json!({}));
        let status = &body["extensions"]["cost"]["throttleStatus"];
        assert_eq!(status["maximumAvailable"], maximum, "{plan:?}");
        assert_eq!(status["restoreRate"], restore, "{plan:?}");
    };
    check(Plan::Standard, 2_000.0, 100.0);
    check(Plan::Advanced, 4_000.0, 200.0);
    check(Plan::Plus, 20_000.0, 1_000.0);
    check(Plan::Enterprise, 40_000.0, 2_000.0);
}

#[test]
fn a_request_above_a_thousand_points_is_refused() {
    let bench = Bench::new();
    let one = "customerCreate(input: {firstName: \"Ada\"}) { customer { id } }";
    let many: String = (0..101).map(|index| format!("c{index}: {one} ")).collect();
    let body = bench.body(&format!("mutation {{ {many} }}"), json!({}));
    let extensions = &body["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "MAX_COST_EXCEEDED");
    assert_eq!(extensions["cost"], 1_010);
    assert_eq!(extensions["maxCost"], 1_000);
    assert_eq!(body.get("data"), None);
    assert!(bench.engine.customers(SHOP).is_empty());
}

#[test]
fn the_cost_debug_header_lists_the_fields() {
    let bench = Bench::new();
    let mut request = request("{ shop { id plan { shopifyPlus } } }", json!({}));
    request
        .headers
        .push(("Shopify-GraphQL-Cost-Debug".to_owned(), "1".to_owned()));
    let body = bench.engine.handle(&request).body_json();
    let want = json!([
        {"path": ["shop"], "definedCost": 1, "requestedTotalCost": 2, "requestedChildrenCost": 1},
        {"path": ["shop", "plan"], "definedCost": 1, "requestedTotalCost": 1, "requestedChildrenCost": 0},
    ]);
    assert_eq!(body["extensions"]["cost"]["fields"], want);
    assert_eq!(NOW_MS % 1_000, 0);
}

//! Aliases, fragments, directives, what is not modelled, versions, tokens and scopes.

use serde_json::{Value, json};

use super::{Bench, CREATE, NOW_MS, SHOP, TOKEN, request};
use crate::mock::{ShopConfig, ShopPatch, Status};

#[test]
fn aliases_fragments_and_directives_are_executed() {
    let bench = Bench::new();
    let id = bench.create(json!({"firstName": "Ada", "email": "ada@example.com"}));
    let query = "query($id: ID!, $yes: Boolean!, $no: Boolean!) {
      one: customer(id: $id) { ...Names ...Names }
      two: customer(id: $id) { __typename mail: defaultEmailAddress { emailAddress } defaultEmailAddress { validFormat } note @include(if: $no) locale @skip(if: $no) state @skip(if: $yes) }
      node(id: $id) { id ... on Customer { lastName } ... on Shop { name } }
    } fragment Names on Customer { firstName ...More } fragment More on Customer { displayName }";
    let data = bench.data(query, json!({"id": id, "yes": true, "no": false}));
    let want = json!({
        "one": {"firstName": "Ada", "displayName": "Ada"},
        "two": {"__typename": "Customer", "mail": {"emailAddress": "ada@example.com"}, "defaultEmailAddress": {"validFormat": true}, "locale": "en"},
        "node": {"id": id, "lastName": null},
    });
    assert_eq!(data, want);
}

#[test]
fn mutations_run_in_order_and_each_for_itself() {
    let bench = Bench::new();
    let query = "mutation {
      a: customerCreate(input: {email: \"ada@example.com\"}) { customer { id } userErrors { message } }
      b: customerCreate(input: {email: \"ada@example.com\"}) { customer { id } userErrors { message } }
      c: customerCreate(input: {email: \"grace@example.com\"}) { customer { id } userErrors { message } }
    }";
    let want = json!({
        "a": {"customer": {"id": "gid://shopify/Customer/7000000000001"}, "userErrors": []},
        "b": {"customer": null, "userErrors": [{"message": "Email has already been taken"}]},
        "c": {"customer": {"id": "gid://shopify/Customer/7000000000003"}, "userErrors": []},
    });
    assert_eq!(bench.data(query, json!({})), want);
}

#[test]
fn a_variable_that_is_not_given_leaves_its_field_alone() {
    let bench = Bench::new();
    let id = bench.create(json!({"firstName": "Ada", "note": "n"}));
    let query = "mutation($id: ID!, $note: String, $first: String) { customerUpdate(input: {id: $id, note: $note, firstName: $first}) { customer { firstName note } userErrors { message } } }";
    let data = bench.data(query, json!({"id": id, "first": "Grace"}));
    assert_eq!(
        data["customerUpdate"]["customer"],
        json!({"firstName": "Grace", "note": "n"})
    );
}

#[test]
fn what_is_not_modelled_has_the_right_type() {
    let bench = Bench::new();
    let id = bench.create(json!({"firstName": "Ada"}));
    let customer = bench.read(
        &id,
        "statistics { rfmGroup } companyContactProfiles { id } dataSaleOptOut unsubscribeUrl identityProviderSubjects { subject } taxSettings { taxId } mergeable { isMergeable errorFields }",
    );
    let want = json!({
        "statistics": {"rfmGroup": null}, "companyContactProfiles": [], "dataSaleOptOut": false, "unsubscribeUrl": "https://example.com/",
        "identityProviderSubjects": [], "taxSettings": {"taxId": null}, "mergeable": {"isMergeable": true, "errorFields": []},
    });
    assert_eq!(customer, want);
    let data = bench.data("{ companies(first: 5) { nodes { id } pageInfo { hasNextPage } } company(id: \"gid://shopify/Company/1\") { name } companiesCount { count } }", json!({}));
    assert_eq!(
        data,
        json!({"companies": {"nodes": [], "pageInfo": {"hasNextPage": false}}, "company": null, "companiesCount": null})
    );
    let body = bench.body(
        "mutation { appUninstall { userErrors { message } } }",
        json!({}),
    );
    assert_eq!(body["errors"][0]["extensions"]["code"], "NOT_MODELLED");
    assert_eq!(body["data"], json!({"appUninstall": null}));
}

#[test]
fn the_schema_can_be_introspected() {
    let bench = Bench::new();
    let data = bench.data("{ __typename __type(name: \"Count\") { kind fields { name } } __schema { mutationType { name } } }", json!({}));
    let want = json!({
        "__typename": "QueryRoot",
        "__type": {"kind": "OBJECT", "fields": [{"name": "count"}, {"name": "precision"}]},
        "__schema": {"mutationType": {"name": "Mutation"}},
    });
    assert_eq!(data, want);
}

#[test]
fn a_missing_scope_is_denied_by_field() {
    let bench = Bench::with(ShopConfig::new(SHOP, TOKEN).with_scopes(&["read_customers"]));
    let body = bench.body(CREATE, json!({"input": {"firstName": "Ada"}}));
    let want = json!([{
        "message": "Access denied for customerCreate field. Required access: `write_customers` access scope.",
        "path": ["customerCreate"],
        "extensions": {
            "code": "ACCESS_DENIED",
            "documentation": "https://shopify.dev/api/usage/access-scopes",
            "requiredAccess": "`write_customers` access scope.",
        },
    }]);
    assert_eq!(body["errors"], want);
    assert_eq!(body["data"], json!({"customerCreate": null}));
    let read = bench.body(
        "{ customersCount { count } appInstallation { accessScopes { handle } } }",
        json!({}),
    );
    assert_eq!(
        read["data"],
        json!({"customersCount": {"count": 0}, "appInstallation": {"accessScopes": [{"handle": "read_customers"}]}})
    );
    let merge = bench.body("mutation { customerMerge(customerOneId: \"gid://shopify/Customer/1\", customerTwoId: \"gid://shopify/Customer/2\") { job { id } } }", json!({}));
    assert_eq!(merge["errors"][0]["extensions"]["code"], "ACCESS_DENIED");
}

#[test]
fn the_version_falls_forward_and_is_named_in_the_reply() {
    let bench = Bench::new();
    let check = |version: &str, status: u16, serves: Option<&str>| {
        let mut request = request("{ shop { id } }", json!({}));
        request.path = format!("/admin/api/{version}/graphql.json");
        let reply = bench.engine.handle(&request);
        let served = reply
            .headers
            .iter()
            .find(|(name, _)| name == "X-Shopify-API-Version");
        assert_eq!(reply.status, status, "{version}");
        assert_eq!(served.map(|(_, value)| value.as_str()), serves, "{version}");
    };
    check("2026-10", 200, Some("2026-10"));
    check("2024-01", 200, Some("2026-01"));
    check("2030-01", 404, None);
    let versions = bench.data("{ publicApiVersions { handle supported } }", json!({}));
    assert_eq!(
        versions["publicApiVersions"][0],
        json!({"handle": "2026-01", "supported": true})
    );
}

#[test]
fn deprecated_fields_are_reported_in_a_header() {
    let bench = Bench::new();
    let check = |query: &str, deprecated: bool| {
        let reply = bench.send(query, json!({}));
        let reported = reply
            .headers
            .iter()
            .any(|(name, _)| name == "X-Shopify-API-Deprecated-Reason");
        assert_eq!(reported, deprecated, "{query}");
    };
    check(
        "{ customers(first: 1) { nodes { defaultEmailAddress { emailAddress } } } }",
        false,
    );
    check("{ customers(first: 1) { nodes { email } } }", true);
}

#[test]
fn tokens_and_hosts_lead_to_their_shop() {
    let bench = Bench::new();
    bench
        .engine
        .add_shop(ShopConfig::new("other.myshopify.com", "shpat_other"));
    let check = |token: &str, host: Option<&str>, status: u16, domain: Option<&str>| {
        let mut request = request("{ shop { myshopifyDomain } }", json!({}));
        request.headers = vec![("X-Shopify-Access-Token".to_owned(), token.to_owned())];
        request
            .headers
            .extend(host.map(|host| ("Host".to_owned(), host.to_owned())));
        let reply = bench.engine.handle(&request);
        assert_eq!(reply.status, status, "{token} {host:?}");
        let served = &reply.body_json()["data"]["shop"]["myshopifyDomain"];
        assert_eq!(served.as_str(), domain, "{token} {host:?}");
    };
    check(TOKEN, None, 200, Some(SHOP));
    check(TOKEN, Some("127.0.0.1:8081"), 200, Some(SHOP));
    check(
        "shpat_other",
        Some("other.myshopify.com"),
        200,
        Some("other.myshopify.com"),
    );
    check("shpat_other", Some(SHOP), 401, None);
    check("shpat_other", Some("nowhere.myshopify.com"), 404, None);
    check("wrong", None, 401, None);
    let mut wrong = request("{ shop { id } }", json!({}));
    wrong.headers.clear();
    assert_eq!(
        bench.engine.handle(&wrong).body_json(),
        json!({"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"})
    );
}

#[test]
fn a_shop_that_serves_nothing_says_why() {
    let bench = Bench::new();
    let check = |status: Status, code: u16| {
        let patch = ShopPatch {
            status: Some(status),
            ..ShopPatch::default()
        };
        bench.engine.patch_shop(SHOP, patch).unwrap();
        assert_eq!(
            bench.send("{ shop { id } }", json!({})).status,
            code,
            "{status:?}"
        );
    };
    check(Status::Frozen, 402);
    check(Status::Forbidden, 403);
    check(Status::Missing, 404);
    check(Status::Locked, 423);
    check(Status::Revoked, 401);
    check(Status::Active, 200);
}

#[test]
fn updated_at_moves_only_with_a_change() {
    let bench = Bench::new();
    let id = bench.create(json!({"firstName": "Ada"}));
    let update = |first: &str| {
        bench.clock.advance(1_000);
        let query = "mutation($input: CustomerInput!) { customerUpdate(input: $input) { customer { updatedAt } } }";
        let data = bench.data(query, json!({"input": {"id": id, "firstName": first}}));
        data["customerUpdate"]["customer"]["updatedAt"].clone()
    };
    assert_eq!(update("Ada"), "2026-11-24T10:06:03Z");
    assert_eq!(update("Grace"), "2026-11-24T10:06:05Z");
    assert_eq!(NOW_MS, 1_795_514_763_000);
}

#[test]
fn a_request_is_logged_with_its_price_and_errors() {
    let bench = Bench::new();
    bench.body(CREATE, json!({"input": {"firstName": "Ada"}}));
    bench.body("{ nothing }", json!({}));
    let log: Vec<Value> = bench
        .engine
        .log()
        .iter()
        .map(|entry| json!(entry))
        .collect();
    let want = json!({
        "atMs": NOW_MS, "endpoint": "graphql", "requestId": "00000000-0000-4000-8000-000000000001-1795514763", "shop": SHOP, "operation": "Create",
        "rootFields": ["customerCreate"], "variables": {"input": {"firstName": "Ada"}}, "status": 200, "requestedPoints": 10,
        "actualPoints": 10, "pointsLeft": 1990.0, "errorCodes": [], "fault": null,
    });
    assert_eq!(log[0], want);
    assert_eq!(log[1]["errorCodes"], json!(["undefinedField"]));
    bench.engine.clear_log();
    assert!(bench.engine.log().is_empty());
}

//! `?dryRun=true`: everything is checked, nothing happens, and the answer tells what would.

use serde_json::{Value, json};
use syncup::mock::Plan;

use crate::harness::{TestApp, at};

fn ann() -> Value {
    json!({"userName": "ann@example.com", "name": {"givenName": "Ann"}, "emails": [{"value": "ann@example.com"}]})
}

async fn start() -> TestApp {
    TestApp::on_plan(Plan::Plus).await
}

/// What is stored and what is in Shopify, without what moves by itself.
async fn state(app: &TestApp) -> Value {
    let users = app.scim.get("/Users").await.json();
    let groups = app.scim.get("/Groups").await.json();
    let customers: Vec<_> = app.customers().iter().map(|it| it.tags.clone()).collect();
    json!([users, groups, customers, app.shopify.log().len()])
}

/// The operations that would be sent for the first user, by name.
fn operations(told: &Value) -> Vec<&str> {
    let requests = at(told, "/shopify/0/requests").as_array();
    requests
        .into_iter()
        .flatten()
        .map(|request| request["operationName"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_write_is_told_and_not_done() {
    let app = start().await;
    let created = app.scim.post("/Users", &ann()).await;
    let user = format!("/Users/{}", created.id());
    let staff = json!({"displayName": "Staff", "members": [{"value": created.id()}]});
    let staff = app.scim.post("/Groups", &staff).await;
    let group = format!("/Groups/{}", staff.id());
    app.converge().await;
    let before = state(&app).await;

    let check = async |method: &str, target: &str, body: Value, want: Value| {
        let target = format!("{target}?dryRun=true");
        let body = (!body.is_null()).then(|| body.to_string().into_bytes());
        let told = app.scim.send(method, &target, &[], body).await;
        assert_eq!(told.verdict(), "200", "{method} {target}: {}", told.text);
        let told = told.json();
        let shown = json!([
            told["status"],
            told["changed"],
            told["users"],
            operations(&told),
            at(&told, "/shopify/0/points"),
        ]);
        assert_eq!(shown, want, "{method} {target}: {told}");
        assert_eq!(state(&app).await, before, "{method} {target}");
    };
    let patch = |op: &str, path: &str, value: Value| json!({"Operations": [{"op": op, "path": path, "value": value}]});
    check(
        "POST",
        "/Users",
        json!({"userName": "ben@example.com"}),
        json!(["201", ["active", "userName"], 1, ["CustomerCreate"], 10.0]),
    )
    .await;
    check("PUT", &user, ann(), json!(["200", [], 1, [], 0.0])).await;
    check(
        "PATCH",
        &user,
        patch("replace", "active", json!(false)),
        json!(["200", ["active"], 1, ["CustomerUpdate"], 20.0]),
    )
    .await;
    check(
        "DELETE",
        &user,
        Value::Null,
        json!(["204", [], 1, ["CustomerUpdate"], 30.0]),
    )
    .await;
    check(
        "PATCH",
        &group,
        patch("replace", "displayName", json!("Crew")),
        json!(["200", ["displayName"], 1, ["CustomerUpdate"], 20.0]),
    )
    .await;
    check(
        "PATCH",
        &group,
        patch("remove", "members", Value::Null),
        json!(["200", ["members"], 1, ["CustomerUpdate"], 10.0]),
    )
    .await;
    check(
        "DELETE",
        &group,
        Value::Null,
        json!(["204", [], 1, ["CustomerUpdate"], 10.0]),
    )
    .await;
    check(
        "POST",
        "/Groups",
        json!({"displayName": "Crew", "members": [{"value": created.id()}]}),
        json!([
            "201",
            ["displayName", "members"],
            1,
            ["CustomerUpdate"],
            10.0
        ]),
    )
    .await;
}

#[tokio::test]
async fn the_requests_are_the_ones_that_are_sent() {
    let app = start().await;
    let told = app.scim.post("/Users?dryRun=true", &ann()).await.json();
    let told = at(&told, "/shopify/0/requests/0");
    app.shopify.clear_log();
    app.scim.post("/Users", &ann()).await;
    let sent = app.shopify.log().remove(0);
    assert_eq!(told["operationName"], json!(sent.operation));
    let mut input = at(told, "/variables/input").clone();
    // The id that a dry run makes is not kept.
    let id = at(&input, "/metafields/0/value").clone();
    assert!(id.as_str().is_some_and(|id| id.len() == 36), "{input}");
    input["metafields"][0]["value"] = sent.variables["input"]["metafields"][0]["value"].clone();
    assert_eq!(input, sent.variables["input"]);
}

#[tokio::test]
async fn a_write_that_would_be_refused_is_refused_in_the_same_words() {
    let app = start().await;
    app.scim.post("/Users", &ann()).await;
    let before = state(&app).await;
    let check = async |method: &str, target: &str, body: Value, want: &str| {
        let body = Some(body.to_string().into_bytes());
        let really = app.scim.send(method, target, &[], body.clone()).await;
        let target = format!("{target}?dryRun=true");
        let dry = app.scim.send(method, &target, &[], body).await;
        assert_eq!(dry.verdict(), want, "{method} {target}");
        assert_eq!(dry.text, really.text, "{method} {target}");
        assert_eq!(state(&app).await, before, "{method} {target}");
    };
    check("POST", "/Users", ann(), "409 uniqueness").await;
    check("POST", "/Users", json!({}), "400 invalidValue").await;
    check("DELETE", "/Users/nobody", json!({}), "404").await;
    check(
        "POST",
        "/Groups",
        json!({"displayName": "g", "members": [{"value": "nobody"}]}),
        "400 invalidValue",
    )
    .await;
    let odd = app.scim.post("/Users?dryRun=perhaps", &ann()).await;
    assert_eq!(odd.verdict(), "400 invalidValue");
    let bulk = json!({"Operations": []});
    let bulk = app.scim.post("/Bulk?dryRun=true", &bulk).await;
    assert_eq!(bulk.verdict(), "400 invalidValue");
}

#[tokio::test]
async fn a_user_who_would_be_held_is_told_why() {
    let app = start().await;
    let told = app
        .scim
        .post("/Users?dryRun=true", &json!({"userName": "ann"}))
        .await
        .json();
    let reason = at(&told, "/shopify/0/held").as_str().unwrap_or_default();
    assert!(reason.contains("no e-mail address"), "{told}");
    assert_eq!(operations(&told), [""; 0]);
}

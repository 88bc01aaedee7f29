//! `/Bulk` (RFC 7644 §3.7): each operation as if it had come alone, its result in its place.

use serde_json::{Value, json};
use syncup::directory::ShopSettings;
use syncup::store::ActivityFilter;

use crate::harness::{Answered, TestApp, at};

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn bulk(app: &TestApp, operations: Value) -> Value {
    let answer = send(
        app,
        &json!({"schemas": [REQUEST], "Operations": operations}),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    assert_eq!(
        at(&body, "/schemas/0"),
        "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
    );
    at(&body, "/Operations").clone()
}

async fn send(app: &TestApp, body: &Value) -> Answered {
    app.scim.post("/Bulk", body).await
}

fn post_user(bulk_id: &str, user_name: &str) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": {"userName": user_name}})
}

fn post_group(bulk_id: &str, member: &str) -> Value {
    json!({"method": "POST", "path": "/Groups", "bulkId": bulk_id,
        "data": {"displayName": bulk_id, "members": [{"value": member}]}})
}

fn statuses(results: &Value) -> Vec<&str> {
    let results = results.as_array().unwrap();
    results
        .iter()
        .map(|result| result["status"].as_str().unwrap())
        .collect()
}

/// The path of a result's resource, below the base URL.
fn path(result: &Value) -> String {
    let location = result["location"].as_str().unwrap();
    let base = "https://scim.example.com/scim/v2";
    location.strip_prefix(base).unwrap().to_owned()
}

fn id(result: &Value) -> String {
    path(result).rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_reference_is_resolved_wherever_its_resource_is_created() {
    let app = TestApp::start().await;
    let check = async |row: &str, name: &str, operations: Value, user: usize, group: usize| {
        let results = bulk(&app, operations).await;
        assert_eq!(statuses(&results), ["201", "201"], "{row}: {results}");
        let group = app.scim.get(&path(&results[group])).await;
        assert_eq!(at(&group.json(), "/displayName"), name, "{row}");
        let member = at(&group.json(), "/members/0/value").clone();
        assert_eq!(member, json!(id(&results[user])), "{row}");
    };
    let operations = json!([post_user("a", "ann"), post_group("back", "bulkId:a")]);
    check("I1", "back", operations, 0, 1).await;
    let operations = json!([post_group("ahead", "bulkId:b"), post_user("b", "bob")]);
    check("I2", "ahead", operations, 1, 0).await;
}

#[tokio::test]
async fn a_circle_is_closed_after_its_resources_are_created() {
    let app = TestApp::start().await;
    let user = |bulk_id: &str, manager: &str| {
        json!({"method": "POST", "path": "/Users", "bulkId": bulk_id,
            "data": {"userName": bulk_id, ENTERPRISE: {"manager": {"value": format!("bulkId:{manager}")}}}})
    };
    let results = bulk(&app, json!([user("ann", "bob"), user("bob", "ann")])).await;
    assert_eq!(statuses(&results), ["201", "201"], "{results}");
    for (own, other) in [(0, 1), (1, 0)] {
        let read = app.scim.get(&path(&results[own])).await;
        let manager = read.json()[ENTERPRISE]["manager"]["value"].clone();
        assert_eq!(manager, json!(id(&results[other])), "corner 43: circle");
        // The version is that of the whole resource.
        assert_eq!(results[own]["version"], read.header("etag"));
    }
    // One of them is refused: the other can't be completed, and says so.
    let results = bulk(
        &app,
        json!([
            user("cid", "dan"),
            user("dan", "cid"),
            post_user("x", "ann")
        ]),
    )
    .await;
    assert_eq!(statuses(&results), ["201", "201", "409"], "{results}");
    app.scim.post("/Users", &json!({"userName": "eve"})).await;
    let results = bulk(&app, json!([user("eve", "fay"), user("fay", "eve")])).await;
    assert_eq!(statuses(&results), ["409", "409"], "{results}");
    let detail = at(&results, "/1/response/detail").as_str().unwrap();
    assert!(
        detail.starts_with("the resource was created, but"),
        "{detail}"
    );
    assert_eq!(app.scim.get(&path(&results[1])).await.status, 200);
}

#[tokio::test]
async fn a_result_is_what_the_operation_alone_would_have_got() {
    let app = TestApp::start().await;
    let twin = TestApp::start().await;
    for app in [&app, &twin] {
        app.scim.post("/Users", &json!({"userName": "taken"})).await;
    }
    let ann = app.scim.post("/Users", &json!({"userName": "ann"})).await;
    let twin_ann = twin.scim.post("/Users", &json!({"userName": "ann"})).await;
    let missing = "01930000-0000-7000-8000-000000000000";
    let check = async |say: &str,
                       method: &str,
                       endpoint: &str,
                       id: Option<(&str, &str)>,
                       version: Option<&str>,
                       data: Option<Value>| {
        let path =
            |id: Option<&str>| id.map_or(endpoint.to_owned(), |id| format!("{endpoint}/{id}"));
        let mut operation =
            json!({"method": method, "path": path(id.map(|(id, _)| id)), "bulkId": "x"});
        if let Some(data) = &data {
            operation["data"] = data.clone();
        }
        if let Some(version) = version {
            operation["version"] = version.into();
        }
        let headers: Vec<(&str, &str)> = version
            .map(|version| ("if-match", version))
            .into_iter()
            .collect();
        let body = data.map(|data| data.to_string().into_bytes());
        let alone = twin
            .scim
            .send(method, &path(id.map(|(_, id)| id)), &headers, body)
            .await;
        let result = bulk(&app, json!([operation])).await[0].clone();
        assert_eq!(
            result["status"],
            alone.status.to_string(),
            "{say}: {result} {}",
            alone.text
        );
        assert_eq!(result["method"], method, "{say}");
        assert_eq!(result["bulkId"], "x", "{say}");
        assert_eq!(
            result["version"].as_str().unwrap_or_default(),
            alone.header("etag"),
            "{say}"
        );
        let is_error = alone.status >= 400;
        assert_eq!(
            result.get("response").is_some(),
            is_error,
            "{say}: {result}"
        );
        if is_error {
            assert_eq!(result["response"], alone.json(), "{say}");
        }
        // RFC 7644 §3.7.3: "location" is there, but for a POST that failed.
        assert_eq!(
            result.get("location").is_some(),
            method != "POST" || !is_error,
            "{say}: {result}"
        );
    };
    let ann = (ann.id(), twin_ann.id());
    let ann = Some((ann.0.as_str(), ann.1.as_str()));
    let nobody = Some((missing, missing));
    let title = |value: Value| {
        Some(
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "title", "value": value}]}),
        )
    };
    let named = |name: &str| Some(json!({"userName": name}));
    check("created", "POST", "/Users", None, None, named("new")).await;
    check("name taken", "POST", "/Users", None, None, named("TAKEN")).await;
    check("no name", "POST", "/Users", None, None, Some(json!({}))).await;
    check(
        "unknown member",
        "POST",
        "/Groups",
        None,
        None,
        Some(json!({"displayName": "g", "members": [{"value": missing}]})),
    )
    .await;
    check("replaced", "PUT", "/Users", ann, None, named("ann")).await;
    check(
        "replaced by a taken name",
        "PUT",
        "/Users",
        ann,
        None,
        named("taken"),
    )
    .await;
    check(
        "replaced, unknown",
        "PUT",
        "/Users",
        nobody,
        None,
        named("nobody"),
    )
    .await;
    check(
        "patched",
        "PATCH",
        "/Users",
        ann,
        Some("W/\"1\""),
        title("T".into()),
    )
    .await;
    check(
        "patched, stale",
        "PATCH",
        "/Users",
        ann,
        Some("W/\"1\""),
        title("U".into()),
    )
    .await;
    check(
        "patched, not a title",
        "PATCH",
        "/Users",
        ann,
        None,
        title(json!({"a": 1})),
    )
    .await;
    check(
        "patched, unknown",
        "PATCH",
        "/Users",
        nobody,
        None,
        title("U".into()),
    )
    .await;
    check(
        "deleted, stale",
        "DELETE",
        "/Users",
        ann,
        Some("W/\"9\""),
        None,
    )
    .await;
    check("deleted", "DELETE", "/Users", ann, None, None).await;
    check("deleted again", "DELETE", "/Users", ann, None, None).await;
    check(
        "deleted, no id",
        "DELETE",
        "/Groups",
        Some(("x", "x")),
        None,
        None,
    )
    .await;
}

#[tokio::test]
async fn an_error_stops_nothing_unless_it_is_asked_to() {
    let app = TestApp::start().await;
    let operations = json!([
        post_user("a", "ann"),
        post_user("b", "ANN"),
        {"method": "GET", "path": "/Users/1"},
        {"method": "DELETE", "path": "/Devices/1"},
        post_user("c", "cid"),
    ]);
    let results = bulk(&app, operations.clone()).await;
    assert_eq!(statuses(&results), ["201", "409", "400", "404", "201"]);
    assert_eq!(at(&results, "/1/response/scimType"), "uniqueness");
    assert_eq!(at(&results, "/2/method"), "GET");
    let check = async |limit: usize, want: &[&str]| {
        let body = json!({"schemas": [REQUEST], "failOnErrors": limit, "Operations": operations});
        let results = send(&app, &body).await.json();
        assert_eq!(statuses(at(&results, "/Operations")), want, "I3: {limit}");
    };
    check(1, &["409"]).await;
    check(3, &["409", "409", "400"]).await;
    check(9, &["409", "409", "400", "404", "409"]).await;
}

#[tokio::test]
async fn a_request_over_its_limits_is_refused_as_a_whole() {
    let app = TestApp::start().await;
    let config = app.scim.get("/ServiceProviderConfig").await.json();
    assert_eq!(at(&config, "/bulk/supported"), &json!(true));
    let limit = |name: &str| usize::try_from(config["bulk"][name].as_u64().unwrap()).unwrap();
    let operations = limit("maxOperations");
    let bytes = limit("maxPayloadSize");
    let check = async |say: &str, body: Vec<u8>, want: &str, detail: &str| {
        let answer = app.scim.send("POST", "/Bulk", &[], Some(body)).await;
        assert_eq!(answer.verdict(), want, "corner 43: {say}: {}", answer.text);
        let error = answer.json();
        let text = at(&error, "/detail").as_str().unwrap_or_default();
        assert!(text.contains(detail), "{say}: {text}");
    };
    let request = |count: usize| {
        let operation = json!({"method": "DELETE", "path": "/Users/x"});
        json!({"schemas": [REQUEST], "Operations": vec![operation; count]}).to_string()
    };
    let padded = |length: usize| {
        let text = request(1);
        format!("{text}{}", " ".repeat(length - text.len())).into_bytes()
    };
    check("operations", request(operations).into_bytes(), "200", "").await;
    check(
        "too many",
        request(operations + 1).into_bytes(),
        "413",
        &operations.to_string(),
    )
    .await;
    check("bytes", padded(bytes), "200", "").await;
    check("too large", padded(bytes + 1), "413", &bytes.to_string()).await;
    check("not JSON", b"{".to_vec(), "400 invalidSyntax", "JSON").await;
    check(
        "no operations",
        br#"{"schemas":[]}"#.to_vec(),
        "400 invalidSyntax",
        "schemas",
    )
    .await;
    let get = app.scim.get("/Bulk").await;
    assert_eq!((get.status, get.header("allow")), (405, "POST"));
}

#[tokio::test]
async fn operations_leave_shopify_to_the_worker_and_one_row_each_in_the_log() {
    let app = TestApp::start().await;
    let shop = app.application.store().shops().await.unwrap().remove(0).id;
    let emailed = |bulk_id: &str| {
        json!({"method": "POST", "path": "/Users", "bulkId": bulk_id,
            "data": {"userName": bulk_id, "emails": [{"value": format!("{bulk_id}@example.com")}]}})
    };
    let results = bulk(
        &app,
        json!([
            emailed("ann"),
            post_group("g", "bulkId:ann"),
            emailed("bob")
        ]),
    )
    .await;
    assert_eq!(statuses(&results), ["201", "201", "201"]);
    assert!(app.customers().is_empty());
    let log = app
        .application
        .store()
        .activity(shop, &ActivityFilter::default(), None, 100)
        .await
        .unwrap();
    assert_eq!(log.entries.len(), 3, "{log:?}");
    app.converge().await;
    let customers = app.customers();
    assert_eq!(customers.len(), 2);
    let tagged = customers
        .iter()
        .filter(|it| it.tags.contains(&"group:g".to_owned()));
    assert_eq!(tagged.count(), 1);
}

#[tokio::test]
async fn what_is_said_of_the_bulk_request_is_not_said_of_its_operations() {
    let app = TestApp::start().await;
    let ann = app.scim.post("/Users", &json!({"userName": "ann"})).await;
    let delete = json!({"method": "DELETE", "path": format!("/Users/{}", ann.id())});
    let body = json!({"schemas": [REQUEST], "Operations": [delete]});
    let headers = [("if-match", "W/\"9\"")];
    let target = "/Bulk?attributes=id&excludedAttributes=name";
    let body = Some(body.to_string().into_bytes());
    let answer = app.scim.send("POST", target, &headers, body).await;
    let results = answer.json();
    assert_eq!(statuses(at(&results, "/Operations")), ["204"], "{results}");
}

#[tokio::test]
async fn every_operation_is_refused_while_provisioning_is_off() {
    let app = TestApp::start().await;
    let store = app.application.store();
    let shop = store.shop_by_domain(&app.shop).await.unwrap().unwrap();
    let settings = ShopSettings {
        scim_provisioning: false,
        ..shop.settings
    };
    let written = store.set_shop_settings(shop.id, &settings).await.unwrap();
    written.unwrap();
    let results = bulk(&app, json!([post_user("a", "ann"), post_user("b", "bob")])).await;
    assert_eq!(statuses(&results), ["403", "403"]);
    let all = app.scim.get("/Users").await.json();
    assert_eq!(at(&all, "/totalResults"), 0);
}

//! What goes wrong before a use case is reached is a SCIM error too.

use serde_json::json;

use crate::harness::{TestApp, at};

#[tokio::test]
async fn every_refusal_is_a_scim_error_with_its_status() {
    let app = TestApp::start().await;
    let check = async |say: &str,
                       method: &str,
                       target: &str,
                       headers: &[(&str, &str)],
                       body: Option<Vec<u8>>,
                       want: &str| {
        let answer = app.scim.send(method, target, headers, body).await;
        assert_eq!(answer.verdict(), want, "{say}: {}", answer.text);
        let error = answer.json();
        assert_eq!(
            at(&error, "/schemas/0"),
            "urn:ietf:params:scim:api:messages:2.0:Error",
            "{say}"
        );
        assert_eq!(
            at(&error, "/status"),
            &json!(answer.status.to_string()),
            "{say}"
        );
        assert!(at(&error, "/detail").is_string(), "{say}");
        assert_eq!(
            answer.header("content-type"),
            "application/scim+json",
            "{say}"
        );
        assert_eq!(answer.header("x-request-id").len(), 36, "{say}");
        let only = |status: u16, header: &str| {
            let is_there = !answer.header(header).is_empty();
            assert_eq!(is_there, answer.status == status, "{say}: {header}");
        };
        only(401, "www-authenticate");
        only(405, "allow");
    };
    let body = |text: &str| Some(text.as_bytes().to_vec());
    check("F3 unknown endpoint", "GET", "/Nothing", &[], None, "404").await;
    check("corner 40 method", "PUT", "/Users", &[], body("{}"), "405").await;
    check(
        "corner 40 media type",
        "POST",
        "/Users",
        &[("content-type", "text/xml")],
        body("<a/>"),
        "415",
    )
    .await;
    check(
        "5 MB body",
        "POST",
        "/Users",
        &[],
        Some(vec![b' '; 5 << 20]),
        "413",
    )
    .await;
    check(
        "F2 broken JSON",
        "POST",
        "/Users",
        &[],
        body("{\"userName\": "),
        "400 invalidSyntax",
    )
    .await;
    check(
        "corner 48 duplicate keys",
        "POST",
        "/Users",
        &[],
        body(r#"{"userName":"a","username":"b"}"#),
        "400 invalidSyntax",
    )
    .await;
    check(
        "invalid UTF-8",
        "POST",
        "/Users",
        &[],
        Some(b"{\"userName\":\"\xff\"}".to_vec()),
        "400 invalidSyntax",
    )
    .await;
    check(
        "A7 no userName",
        "POST",
        "/Users",
        &[],
        body("{}"),
        "400 invalidValue",
    )
    .await;
    check(
        "A8 wrong type",
        "POST",
        "/Users",
        &[],
        body(r#"{"userName":5}"#),
        "400 invalidValue",
    )
    .await;
    check(
        "F7 array body",
        "POST",
        "/Users",
        &[],
        body("[]"),
        "400 invalidSyntax",
    )
    .await;
    check("I4 Me", "GET", "/Me", &[], None, "501").await;
    check(
        "H5 filter on Schemas",
        "GET",
        "/Schemas?filter=id%20pr",
        &[],
        None,
        "403",
    )
    .await;
    check(
        "B21 bad filter",
        "GET",
        "/Users?filter=userName%20xx%20%22a%22",
        &[],
        None,
        "400 invalidFilter",
    )
    .await;
    let bomb = format!(
        "/Users?filter={}userName%20pr{}",
        "(".repeat(5_000),
        ")".repeat(5_000)
    );
    check(
        "B23 nesting bomb",
        "GET",
        &bomb,
        &[],
        None,
        "400 invalidFilter",
    )
    .await;
    check(
        "R2 no token",
        "GET",
        "/Users",
        &[("authorization", "Basic x")],
        None,
        "401",
    )
    .await;
}

#[tokio::test]
async fn an_endpoint_names_the_methods_it_serves() {
    let app = TestApp::start().await;
    let check = async |target: &str, allow: &str| {
        let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
        for method in methods.into_iter().filter(|it| !allow.contains(it)) {
            let body = Some(b"{}".to_vec());
            let answer = app.scim.send(method, target, &[], body).await;
            let got = (answer.status, answer.header("allow"));
            assert_eq!(got, (405, allow), "{method} {target}");
        }
    };
    check("/Users", "GET, POST").await;
    check("/Groups", "GET, POST").await;
    check("/Users/x", "GET, PUT, PATCH, DELETE").await;
    check("/Groups/x", "GET, PUT, PATCH, DELETE").await;
    check("/Users/.search", "POST").await;
    check("/.search", "POST").await;
    check("/Bulk", "POST").await;
    check("/", "GET").await;
    check("/ServiceProviderConfig", "GET").await;
    check("/ResourceTypes", "GET").await;
    check("/Schemas", "GET").await;
}

#[tokio::test]
async fn json_is_accepted_under_any_of_its_names() {
    let app = TestApp::start().await;
    let check = async |media_type: &str, status: u16| {
        let body = json!({"userName": media_type}).to_string().into_bytes();
        let headers = [("content-type", media_type)];
        let answer = app.scim.send("POST", "/Users", &headers, Some(body)).await;
        assert_eq!(answer.status, status, "{media_type}");
    };
    check("application/scim+json", 201).await;
    check("application/json", 201).await; // F5
    check("Application/JSON; charset=utf-8", 201).await; // corner 40
    check("application/scim+json;charset=UTF-8", 201).await;
    check("text/json", 415).await;
    check("application/x-www-form-urlencoded", 415).await;
}

#[tokio::test]
async fn a_token_opens_its_own_shop_only() {
    let app = TestApp::start().await;
    let unknown = app
        .scim
        .with_token("syncup_AAAAAAAA_wrong")
        .get("/Users")
        .await;
    assert_eq!(unknown.verdict(), "401");
    assert!(unknown.header("www-authenticate").starts_with("Bearer"));
    let own = format!("/{}/Users", app.shop);
    assert_eq!(app.scim.get(&own).await.verdict(), "200");
    assert_eq!(
        app.scim.get("/other.myshopify.com/Users").await.verdict(),
        "404"
    );
}

#[tokio::test]
async fn a_version_that_moved_is_noticed() {
    let app = TestApp::start().await;
    let created = app.scim.post("/Users", &json!({"userName": "ann"})).await;
    let path = format!("/Users/{}", created.id());
    let etag = created.header("etag").to_owned();
    assert_eq!(etag, at(&created.json(), "/meta/version").as_str().unwrap()); // V1
    assert_eq!(
        created.header("location"),
        at(&created.json(), "/meta/location").as_str().unwrap()
    ); // E1
    let same = app
        .scim
        .send("GET", &path, &[("if-none-match", &etag)], None)
        .await;
    assert_eq!(same.status, 304); // V2
    let title = json!([{"op": "add", "path": "title", "value": "T"}]);
    let change = json!({"Operations": title}).to_string();
    let patch = async |version: &str| {
        let body = Some(change.clone().into_bytes());
        app.scim
            .send("PATCH", &path, &[("if-match", version)], body)
            .await
            .status
    };
    assert_eq!(patch("W/\"99\"").await, 412); // V3
    assert_eq!(patch(&etag).await, 200); // V4
    assert_eq!(patch("*").await, 200); // V6
    let version = app.scim.get(&path).await.header("etag").to_owned();
    let again = app.scim.patch(&path, &title).await;
    assert_eq!(again.header("etag"), version); // E7: it changes nothing
    let stale = app
        .scim
        .send("DELETE", &path, &[("if-match", &etag)], None)
        .await;
    assert_eq!(stale.status, 412); // V5
    assert_eq!(app.scim.delete(&path).await.status, 204); // E6
    assert_eq!(app.scim.get(&path).await.status, 404);
    assert_eq!(
        app.scim
            .put(&path, &json!({"userName": "ann"}))
            .await
            .status,
        404
    ); // E5
}

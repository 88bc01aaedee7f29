//! The protocol around resources, row by row of `docs/scim-behaviour.md`: addresses, headers, versions, discovery.

use serde_json::json;

use crate::harness::{Answered, TestApp, at};

const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

fn check_error(row: &str, answer: &Answered, want: &str) {
    assert_eq!(answer.verdict(), want, "{row}: {}", answer.text);
    let error = answer.json();
    assert_eq!(at(&error, "/schemas/0"), ERROR, "{row}");
    assert_eq!(
        at(&error, "/status"),
        &json!(answer.status.to_string()),
        "{row}"
    );
    assert_eq!(
        answer.header("content-type"),
        "application/scim+json",
        "{row}"
    );
}

#[tokio::test]
async fn an_address_may_be_joined_as_clients_join_it() {
    let app = TestApp::start().await;
    for target in [
        "/Users",
        "/Users/",
        "//Users",
        "/Users?",
        "/Users?&",
        "/Users?filter=userName+pr&",
        "/v2/Users",
        "//v2//Users/",
    ] {
        assert_eq!(
            app.scim.get(target).await.status,
            200,
            "R1, corner 41: {target}"
        );
    }
    let ann = app.scim.post("/Users/", &json!({"userName": "ann"})).await;
    assert_eq!(ann.status, 201, "R1");
    let put = app
        .scim
        .put(
            &format!("/Users/{}?", ann.id()),
            &json!({"userName": "ann"}),
        )
        .await;
    assert_eq!(put.status, 200, "R1");
    check_error("F3, R2", &app.scim.get("/url").await, "404");
    check_error("F3", &app.scim.get("/Users/1/2").await, "404");
}

#[tokio::test]
async fn a_token_is_asked_for_as_the_rfc_says() {
    let app = TestApp::start().await;
    let with = async |value: &str| {
        let headers = [("authorization", value)];
        app.scim.send("GET", "/Users", &headers, None).await
    };
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let header = format!("{scheme} {}", app.scim.token());
        assert_eq!(with(&header).await.status, 200, "R2: {scheme}");
    }
    for header in [
        "",
        "Basic dXNlcjpwYXNz",
        "Bearer",
        "Bearer wrong",
        "Bearer syncup_AAAAAAAA_wrong",
    ] {
        let refused = with(header).await;
        check_error("R2, corner 39", &refused, "401");
        assert!(
            refused.header("www-authenticate").starts_with("Bearer"),
            "R2, corner 39: {header}"
        );
    }
}

#[tokio::test]
async fn a_body_is_json_under_any_of_its_names() {
    let app = TestApp::start().await;
    let types = [
        "application/scim+json",
        "application/json",
        "application/scim+json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
        "",
    ];
    for (n, media_type) in types.into_iter().enumerate() {
        let body = json!({"userName": format!("u{n}")})
            .to_string()
            .into_bytes();
        let answer = app
            .scim
            .send(
                "POST",
                "/Users",
                &[("content-type", media_type)],
                Some(body),
            )
            .await;
        assert_eq!(answer.status, 201, "F5, R3: {media_type}");
        assert_eq!(
            answer.header("content-type"),
            "application/scim+json",
            "F4, R3: {media_type}"
        );
        let read = app
            .scim
            .send(
                "GET",
                "/Users",
                &[("content-type", media_type), ("user-agent", "")],
                None,
            )
            .await;
        assert_eq!(
            (read.status, read.header("content-type")),
            (200, "application/scim+json"),
            "F4, R3: {media_type}"
        );
    }
    let xml = app
        .scim
        .send(
            "POST",
            "/Users",
            &[("content-type", "text/xml")],
            Some(b"<a/>".to_vec()),
        )
        .await;
    check_error("corner 40", &xml, "415");
    let put = app.scim.put("/Users", &json!({})).await;
    check_error("corner 40", &put, "405");
    assert_eq!(put.header("allow"), "GET, POST", "corner 40");
    check_error(
        "corner 40",
        &app.scim
            .send("POST", "/Users", &[], Some(vec![b' '; 5 << 20]))
            .await,
        "413",
    );
}

#[tokio::test]
async fn a_version_guards_reads_and_writes() {
    let app = TestApp::start().await;
    let ann = app.scim.post("/Users", &json!({"userName": "ann"})).await;
    let path = format!("/Users/{}", ann.id());
    let etag = ann.header("etag").to_owned();
    assert!(etag.starts_with("W/\""), "corner 36: {etag}");
    let read = app.scim.get(&path).await;
    assert_eq!(
        at(&read.json(), "/meta/version"),
        &json!(read.header("etag")),
        "V1"
    );
    let conditional = async |header: &str, value: &str| {
        app.scim.send("GET", &path, &[(header, value)], None).await
    };
    for value in [
        etag.clone(),
        format!("\"x\", {etag}"),
        etag.trim_start_matches("W/").to_owned(),
        "*".to_owned(),
    ] {
        let same = conditional("if-none-match", &value).await;
        assert_eq!(
            (same.status, same.text.as_str()),
            (304, ""),
            "V2, corner 37: {value}"
        );
        assert_eq!(same.header("etag"), etag, "corner 37: {value}");
    }
    assert_eq!(
        conditional("if-none-match", "W/\"other\"").await.status,
        200,
        "V2, corner 37"
    );
    let change = json!({"Operations": [{"op": "add", "path": "title", "value": "T"}]}).to_string();
    let write = async |method: &str, value: &str| {
        let body = (method != "DELETE").then(|| match method {
            "PUT" => br#"{"userName":"ann","title":"P"}"#.to_vec(),
            _ => change.clone().into_bytes(),
        });
        app.scim
            .send(method, &path, &[("if-match", value)], body)
            .await
    };
    for (row, method) in [("V3", "PATCH"), ("V3: PUT", "PUT"), ("V5", "DELETE")] {
        let refused = write(method, "W/\"99\", \"98\"").await;
        check_error(&format!("{row}, corner 36, corner 38"), &refused, "412");
    }
    assert_eq!(app.scim.get(&path).await.json(), read.json(), "V3, V5");
    let changed = write("PATCH", &format!("W/\"99\", {etag}")).await;
    assert_eq!(changed.status, 200, "V4, corner 36");
    assert_ne!(changed.header("etag"), etag, "V4");
    assert_eq!(write("PATCH", &etag).await.status, 412, "V4");
    assert_eq!(write("PUT", "*").await.status, 200, "V6");
    assert_eq!(write("DELETE", "*").await.status, 204, "V6");
}

#[tokio::test]
async fn the_service_describes_itself() {
    let app = TestApp::start().await;
    let get = async |row: &str, target: &str| {
        let answer = app.scim.get(target).await;
        assert_eq!(answer.status, 200, "{row}: {target}");
        assert!(!answer.text.contains("null"), "{row}: {target}");
        answer.json()
    };
    let config = get("H1, R6", "/ServiceProviderConfig").await;
    for name in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
        assert!(config[name]["supported"].is_boolean(), "H1, R6: {name}");
    }
    assert!(config["bulk"]["maxOperations"].as_u64() > Some(0), "R6");
    for (row, target, total) in [("H2, R7", "/Schemas", 4), ("H4, R7", "/ResourceTypes", 2)] {
        for query in ["", "?startIndex=2&count=1"] {
            let list = get(row, &format!("{target}{query}")).await;
            assert_eq!(
                (
                    &list["totalResults"],
                    list["Resources"].as_array().unwrap().len()
                ),
                (&json!(total), total),
                "{row}, corner 46: {query}"
            );
        }
        for resource in get(row, target).await["Resources"].as_array().unwrap() {
            let id = resource["id"].as_str().unwrap();
            assert_eq!(
                &get("H3, H4, R7", &format!("{target}/{id}")).await,
                resource,
                "H3, H4, R7: {id}"
            );
        }
        check_error(
            "H5, corner 46",
            &app.scim.get(&format!("{target}?filter=id+pr")).await,
            "403",
        );
    }
    check_error("H3", &app.scim.get("/Schemas/urn:x:none").await, "404");
    check_error("I4", &app.scim.get("/Me").await, "501");
}

//! A shop set to the strict dialect refuses what the tolerant one accepts, and both accept what the RFCs have.

use serde_json::{Value, json};
use syncup::directory::{DialectName, ShopSettings};

use crate::harness::{TestApp, at};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const TOLERANT: DialectName = DialectName::Tolerant;
const STRICT: DialectName = DialectName::Strict;

async fn speak(app: &TestApp, dialect: DialectName) {
    let store = app.application.store();
    let shop = store.shop_by_domain(&app.shop).await.unwrap().unwrap();
    let settings = ShopSettings {
        dialect,
        ..shop.settings
    };
    store
        .set_shop_settings(shop.id, &settings)
        .await
        .unwrap()
        .unwrap();
}

/// A user with a home e-mail; its path.
async fn user(app: &TestApp, user_name: &str) -> String {
    let emails = json!([{"value": format!("{user_name}@home.example"), "type": "home"}]);
    let body = json!({"schemas": [USER], "userName": user_name, "emails": emails});
    let created = app.scim.post("/Users", &body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    format!("/Users/{}", created.id())
}

#[tokio::test]
async fn a_strict_shop_creates_only_what_the_schemas_have() {
    let app = TestApp::start().await;
    let check = async |row: &str, members: Value, strict: &str| {
        for (dialect, want) in [(TOLERANT, "201"), (STRICT, strict)] {
            speak(&app, dialect).await;
            let user_name = format!("{dialect:?} {row}");
            let mut body = json!({"schemas": [USER, ENTERPRISE], "userName": user_name});
            let body_members = body.as_object_mut().unwrap();
            body_members.extend(members.as_object().unwrap().clone());
            let answer = app.scim.post("/Users", &body).await;
            assert_eq!(answer.verdict(), want, "{row} {dialect:?}: {}", answer.text);
        }
    };
    let emails = |first: bool| json!({"emails": [{"value": "a@x.example", "primary": first}, {"value": "b@x.example", "primary": true}]});
    check(
        "A1",
        json!({"NICKNAME": "a", "Name": {"GIVENNAME": "a"}}),
        "201",
    )
    .await;
    check("A2", json!({"title": null}), "201").await;
    check("A3", json!({"emails": []}), "201").await;
    check("A4", json!({"id": "x", "meta": {"version": "x"}}), "201").await;
    check("A9", json!({ENTERPRISE: {"department": "d"}}), "201").await;
    check("A10", json!({"groups": [{"value": "x"}]}), "201").await;
    check("one primary", emails(false), "201").await;
    check("A6", emails(true), "400 invalidValue").await;
    check("D27", json!({"active": "False"}), "400 invalidValue").await;
    check(
        "D28",
        json!({"active": [{"value": false}]}),
        "400 invalidValue",
    )
    .await;
    check(
        "D29",
        json!({ENTERPRISE: {"manager": "m"}}),
        "400 invalidValue",
    )
    .await;
    check(
        "lone value",
        json!({"emails": {"value": "a@x.example"}}),
        "400 invalidValue",
    )
    .await;
    check("unknown", json!({"colour": "red"}), "400 invalidSyntax").await;
    check(
        "of an extension",
        json!({"department": "d"}),
        "400 invalidSyntax",
    )
    .await;
    check(
        "malformed",
        json!({"x509Certificates": [{"value": "!"}]}),
        "400 invalidValue",
    )
    .await;
    check(
        "old schema",
        json!({"schemas": ["urn:scim:schemas:core:1.0"]}),
        "400 invalidSyntax",
    )
    .await;
    check("no schemas", json!({"schemas": null}), "400 invalidSyntax").await;
}

#[tokio::test]
async fn a_strict_shop_patches_by_the_letter() {
    let app = TestApp::start().await;
    let check = async |row: &str, operation: Value, strict: &str| {
        for (dialect, want) in [(TOLERANT, "200"), (STRICT, strict)] {
            speak(&app, dialect).await;
            let path = user(&app, &format!("{dialect:?} {row}")).await;
            let before = app.scim.get(&path).await;
            let answer = app.scim.patch(&path, &json!([operation])).await;
            assert_eq!(answer.verdict(), want, "{row} {dialect:?}: {}", answer.text);
            if want != "200" {
                let after = app.scim.get(&path).await;
                assert_eq!(before.header("etag"), after.header("etag"), "{row}");
            }
        }
    };
    let replace = |path: &str, value: Value| json!({"op": "replace", "path": path, "value": value});
    check(
        "D1",
        json!({"op": "Replace", "path": "TITLE", "value": "t"}),
        "200",
    )
    .await;
    check(
        "D2",
        json!({"op": "replace", "value": {"title": "t"}}),
        "200",
    )
    .await;
    check(
        "D7",
        replace(&format!("{ENTERPRISE}:department"), "d".into()),
        "200",
    )
    .await;
    check(
        "D10",
        replace("emails[type eq \"home\"].value", "b@x.example".into()),
        "200",
    )
    .await;
    check(
        "D11, D12",
        replace("emails[type eq \"work\"].value", "b@x.example".into()),
        "400 noTarget",
    )
    .await;
    check("D27", replace("active", "False".into()), "400 invalidValue").await;
    check(
        "D28",
        replace("active", json!([{"value": "False"}])),
        "400 invalidValue",
    )
    .await;
    check(
        "D29",
        replace(&format!("{ENTERPRISE}:manager"), "m".into()),
        "400 invalidValue",
    )
    .await;
    check("D18", replace("colour", "red".into()), "400 invalidPath").await;
    check(
        "of an extension",
        replace("department", "d".into()),
        "400 invalidPath",
    )
    .await;
    check(
        "not quoted",
        json!({"op": "remove", "path": "emails[type eq home]"}),
        "400 invalidPath",
    )
    .await;
}

#[tokio::test]
async fn a_strict_shop_reads_filters_as_the_grammar_has_them() {
    let app = TestApp::start().await;
    user(&app, "ann").await;
    let check = async |row: &str, filter: &str, strict: &str| {
        for (dialect, want) in [(TOLERANT, "200"), (STRICT, strict)] {
            speak(&app, dialect).await;
            let filter = filter.replace(' ', "%20").replace('"', "%22");
            let answer = app.scim.get(&format!("/Users?filter={filter}")).await;
            assert_eq!(answer.verdict(), want, "{row} {dialect:?}");
            if want == "200" {
                assert_eq!(at(&answer.json(), "/totalResults"), 1, "{row} {dialect:?}");
            }
        }
    };
    check("B1", "USERNAME Eq \"ann\"", "200").await;
    check("B8", "userName pr and not(title pr)", "200").await;
    check(
        "B10",
        "emails[type eq \"home\" and value sw \"ann\"]",
        "200",
    )
    .await;
    check(
        "B20",
        "emails[type eq \"home\"].value eq \"ann@home.example\"",
        "400 invalidFilter",
    )
    .await;
    check("R11: not quoted", "userName eq ann", "400 invalidFilter").await;
}

#[tokio::test]
async fn a_strict_shop_removes_all_members_whatever_the_value() {
    let app = TestApp::start().await;
    for (dialect, left) in [(TOLERANT, 1), (STRICT, 0)] {
        speak(&app, dialect).await;
        let mut members = Vec::new();
        for name in ["ann", "bob"] {
            let path = user(&app, &format!("{dialect:?} {name}")).await;
            members.push(json!({"value": path.trim_start_matches("/Users/")}));
        }
        let body =
            json!({"schemas": [GROUP], "displayName": format!("{dialect:?}"), "members": members});
        let group = app.scim.post("/Groups", &body).await;
        assert_eq!(group.status, 201, "{}", group.text);
        let path = format!("/Groups/{}", group.id());
        let remove = json!([{"op": "remove", "path": "members", "value": [members[0]]}]);
        assert_eq!(app.scim.patch(&path, &remove).await.status, 204);
        let group = app.scim.get(&path).await.json();
        let count = group["members"].as_array().map_or(0, Vec::len);
        assert_eq!(count, left, "G2 {dialect:?}");
    }
}

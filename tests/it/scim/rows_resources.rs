//! Users over HTTP, row by row of `docs/scim-behaviour.md`: created, replaced, changed, deleted.

use serde_json::{Value, json};

use crate::harness::{TestApp, at};

const BASE: &str = "https://scim.example.com/scim/v2";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const NOBODY: &str = "/Users/01930000-0000-7000-8000-000000000000";

/// The user with this name, or nothing.
async fn named(app: &TestApp, name: &str) -> Value {
    let target = format!("/Users?filter=userName%20eq%20%22{name}%22");
    at(&app.scim.get(&target).await.json(), "/Resources/0").clone()
}

#[tokio::test]
async fn a_created_user_has_an_address_that_no_header_chooses() {
    let app = TestApp::start().await;
    let body = json!({"userName": "ann", "externalId": " 00uÄ/+ ", "password": "secret"});
    let hostile = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
    ];
    let body = Some(body.to_string().into_bytes());
    let created = app.scim.send("POST", "/Users", &hostile, body).await;
    let user = created.json();
    let address = format!("{BASE}/Users/{}", created.id());
    assert_eq!(created.status, 201, "E1, R13");
    assert_eq!(created.header("location"), address, "E1, corner 35");
    assert_eq!(
        at(&user, "/meta/location"),
        &json!(address),
        "E1, corner 35"
    );
    assert!(
        !created.text.contains("evil"),
        "corner 35: {}",
        created.text
    );
    assert!(at(&user, "/id").is_string(), "R13");
    assert_eq!(at(&user, "/externalId"), " 00uÄ/+ ", "R13");
    assert_eq!(at(&user, "/userName"), "ann", "R13");
    assert_eq!(at(&user, "/active"), true, "R13");
    let path = format!("/Users/{}", created.id());
    for text in [
        created.text,
        app.scim.get(&path).await.text,
        app.scim.get("/Users?attributes=password").await.text,
    ] {
        assert!(!text.contains("secret"), "A5: {text}");
    }
}

#[tokio::test]
async fn a_name_is_taken_as_long_as_a_filter_finds_it() {
    let app = TestApp::start().await;
    let ann = app.scim.post("/Users", &json!({"userName": "ann"})).await;
    let again = async |name: &str| {
        app.scim
            .post("/Users", &json!({"userName": name, "externalId": "2"}))
            .await
    };
    for name in ["ann", "ANN"] {
        let refused = again(name).await;
        assert_eq!(refused.verdict(), "409 uniqueness", "E2, R14, R30: {name}");
        assert_eq!(at(&refused.json(), "/status"), "409", "corner 33: {name}");
        assert_eq!(
            named(&app, name).await["id"],
            ann.id(),
            "corner 34, R14, R30: {name}"
        );
    }
    let bob = app.scim.post("/Users", &json!({"userName": "bob"})).await;
    let path = format!("/Users/{}", bob.id());
    let rename = json!([{"op": "replace", "path": "userName", "value": "Ann"}]);
    assert_eq!(
        app.scim.patch(&path, &rename).await.verdict(),
        "409 uniqueness",
        "E2: PATCH"
    );
    let put = app.scim.put(&path, &json!({"userName": "aNN"})).await;
    assert_eq!(put.verdict(), "409 uniqueness", "E2: PUT");
    assert_eq!(
        app.scim
            .delete(&format!("/Users/{}", ann.id()))
            .await
            .status,
        204,
        "E6"
    );
    assert_eq!(named(&app, "ann").await, Value::Null, "corner 34");
    assert_eq!(again("ann").await.status, 201, "corner 34");
}

#[tokio::test]
async fn a_put_replaces_what_is_there_and_creates_nothing() {
    let app = TestApp::start().await;
    let body = json!({"userName": "ann", "title": "T", "nickName": "N", "active": false, "emails": [{"value": "a@example.com"}]});
    let ann = app.scim.post("/Users", &body).await;
    let path = format!("/Users/{}", ann.id());
    let put = app.scim.put(&path, &json!({"id": "another", "meta": {"created": "2001-01-01T00:00:00Z"}, "groups": [{"value": "g"}],
        "userName": "ann", "title": null, "emails": []})).await;
    assert_eq!(put.status, 200, "R17");
    let user = put.json();
    assert_eq!(user["id"], ann.id(), "E3, corner 31");
    assert_eq!(
        at(&user, "/meta/created"),
        at(&ann.json(), "/meta/created"),
        "E3"
    );
    assert_eq!(at(&user, "/groups"), &Value::Null, "A10");
    for name in ["title", "nickName", "emails"] {
        assert_eq!(user.get(name), None, "E4, corner 32: {name}");
    }
    assert_eq!(user["active"], true, "R17");
    assert_eq!(app.scim.get(&path).await.json(), user, "R17");
    let missing = app.scim.put(NOBODY, &json!({"userName": "new"})).await;
    assert_eq!(missing.verdict(), "404", "E5, R17");
    assert_eq!(named(&app, "new").await, Value::Null, "E5, R17");
}

#[tokio::test]
async fn a_deleted_user_is_gone_and_an_inactive_one_is_not() {
    let app = TestApp::start().await;
    let ann = app.scim.post("/Users", &json!({"userName": "ann"})).await;
    let path = format!("/Users/{}", ann.id());
    let disable = json!([{"op": "Replace", "path": "active", "value": "False"}]);
    assert_eq!(app.scim.patch(&path, &disable).await.status, 200, "R24");
    assert_eq!(app.scim.get(&path).await.json()["active"], false, "R25");
    assert_eq!(named(&app, "ann").await["active"], false, "R25");
    let deleted = app.scim.delete(&path).await;
    assert_eq!(
        (deleted.status, deleted.text.as_str()),
        (204, ""),
        "E6, R25"
    );
    let gone = app.scim.get(&path).await;
    assert_eq!(gone.verdict(), "404", "E6, R25");
    assert_eq!(at(&gone.json(), "/status"), "404", "F1");
    assert_eq!(
        at(&gone.json(), "/schemas/0"),
        "urn:ietf:params:scim:api:messages:2.0:Error",
        "F1"
    );
    assert_eq!(app.scim.delete(&path).await.verdict(), "404", "E6, R25");
    assert_eq!(app.scim.patch(&path, &disable).await.verdict(), "404", "E6");
}

#[tokio::test]
async fn a_patch_answers_with_the_user_and_tells_time_and_version_only_of_a_change() {
    let app = TestApp::start().await;
    let ann = app
        .scim
        .post("/Users", &json!({"userName": "ann", "title": "T"}))
        .await;
    let path = format!("/Users/{}", ann.id());
    let title = |value: &str| json!([{"op": "replace", "path": "title", "value": value}]);
    let stamp = |user: &Value| {
        (
            at(user, "/meta/lastModified").clone(),
            at(user, "/meta/version").clone(),
        )
    };
    app.clock.advance(1_000);
    for operations in [
        title("T"),
        json!([]),
        json!([{"op": "remove", "path": "nickName"}]),
    ] {
        let same = app.scim.patch(&path, &operations).await;
        assert_eq!(same.status, 200, "E7, corner 25, corner 47: {operations}");
        assert_eq!(
            stamp(&same.json()),
            stamp(&ann.json()),
            "E7, corner 25, corner 47: {operations}"
        );
    }
    let changed = app.scim.patch(&path, &title("U")).await;
    assert_eq!(
        (changed.status, &changed.json()["title"]),
        (200, &json!("U")),
        "R24, corner 17"
    );
    assert_ne!(stamp(&changed.json()), stamp(&ann.json()), "E7");
    let broken = json!([{"op": "replace", "path": "title", "value": "V"}, {"op": "replace", "path": "id", "value": "x"}]);
    assert_eq!(
        app.scim.patch(&path, &broken).await.verdict(),
        "400 mutability",
        "D17, D20"
    );
    assert_eq!(
        app.scim.get(&path).await.json(),
        changed.json(),
        "D20, corner 24"
    );
}

#[tokio::test]
async fn attributes_are_chosen_in_the_answer_to_a_write_too() {
    let app = TestApp::start().await;
    let body = json!({"userName": "ann", "title": "T", "name": {"givenName": "A"}});
    let ann = app.scim.post("/Users?attributes=userName", &body).await;
    let names = |user: &Value| {
        user.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(names(&ann.json()), "schemas id userName", "C13: POST");
    let path = format!("/Users/{}", ann.id());
    let title = json!([{"op": "replace", "path": "title", "value": "U"}]);
    let patched = app
        .scim
        .patch(
            &format!("{path}?excludedAttributes=title,meta,userName,active"),
            &title,
        )
        .await;
    assert!(
        !names(&patched.json()).contains("title"),
        "C13: PATCH: {}",
        patched.text
    );
    let put = app
        .scim
        .put(
            &format!("{path}?attributes=title"),
            &json!({"userName": "ann", "title": "V"}),
        )
        .await;
    assert_eq!(names(&put.json()), "schemas id title", "C13: PUT");
}

#[tokio::test]
async fn the_enterprise_extension_holds_what_was_sent_and_nothing_else() {
    let app = TestApp::start().await;
    let sent = json!({"department": "R", "employeeNumber": "7", "manager": {"value": "26118915"}});
    let ann = app
        .scim
        .post("/Users", &json!({"userName": "ann", ENTERPRISE: sent}))
        .await;
    let user = app.scim.get(&format!("/Users/{}", ann.id())).await.json();
    assert_eq!(user[ENTERPRISE], sent, "R19, A9");
    assert!(
        user["schemas"]
            .as_array()
            .unwrap()
            .contains(&json!(ENTERPRISE)),
        "A9"
    );
}

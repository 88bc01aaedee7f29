//! Shopify's troubles are not the identity provider's, row by row of `docs/scim-behaviour.md`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{TestApp, at};

const EXTENSION: &str = "/urn:ietf:params:scim:schemas:extension:syncup:shopify:2.0:User";

fn user(name: &str) -> Value {
    json!({"userName": name, "emails": [{"value": format!("{name}@example.com")}]})
}

/// Where the user stands, and why.
fn state(user: &Value) -> (&str, &str) {
    let text = |name: &str| {
        at(user, &format!("{EXTENSION}/{name}"))
            .as_str()
            .unwrap_or_default()
    };
    (text("syncState"), text("lastError"))
}

#[tokio::test]
async fn a_write_is_answered_in_time_whatever_shopify_does() {
    for kind in [
        json!({"kind": "slow", "ms": 600_000}),
        json!({"kind": "status", "code": 429, "retryAfter": 60.0}),
        json!({"kind": "throttled"}),
        json!({"kind": "status", "code": 503}),
        json!({"kind": "reset"}),
        json!({"kind": "malformed-json"}),
    ] {
        let app = TestApp::with_settings(|settings| settings.inline_budget_ms = 100).await;
        let mut fault = json!({"match": {}});
        fault
            .as_object_mut()
            .unwrap()
            .extend(kind.as_object().unwrap().clone());
        app.shopify.inject(serde_json::from_value(fault).unwrap());
        let begun = Instant::now();
        let created = app.scim.post("/Users", &user("ann")).await;
        assert_eq!(
            created.status, 201,
            "R27, R28, R29: {kind}: {}",
            created.text
        );
        assert_ne!(state(&created.json()).0, "synced", "R27: {kind}");
        let path = format!("/Users/{}", created.id());
        let put = app.scim.put(&path, &user("bob")).await;
        assert_eq!(
            (put.status, &put.json()["userName"]),
            (200, &json!("bob")),
            "R27, R28, R29: {kind}"
        );
        assert_eq!(
            app.scim.delete(&path).await.status,
            204,
            "R27, R28, R29: {kind}"
        );
        assert!(begun.elapsed() < Duration::from_secs(5), "R27: {kind}");
    }
}

#[tokio::test]
async fn many_requests_at_once_are_all_served() {
    let app = TestApp::start().await;
    let reads = (0..60).map(|_| app.scim.get("/Users?count=1"));
    for answer in futures_util::future::join_all(reads).await {
        assert_eq!(answer.status, 200, "R28, R29");
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_a_user_that_can_be_found() {
    let app = TestApp::start().await;
    let first = app.scim.post("/Users", &user("ann")).await;
    assert_eq!(
        app.scim.post("/Users", &user("ann")).await.verdict(),
        "409 uniqueness",
        "R30"
    );
    let found = app
        .scim
        .get("/Users?filter=userName%20eq%20%22ann%22")
        .await
        .json();
    assert_eq!(at(&found, "/Resources/0/id"), &json!(first.id()), "R30");
    assert_eq!(app.customers().len(), 1, "R30");
}

#[tokio::test]
async fn a_mail_is_found_where_clients_put_it_and_its_lack_is_told() {
    let app = TestApp::start().await;
    let email = async |name: &str, members: Value| {
        let mut body = json!({"userName": name});
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        let created = app.scim.post("/Users", &body).await;
        assert_eq!(created.status, 201, "R16: {name}: {}", created.text);
        let user = created.json();
        let id = at(&user, &format!("{EXTENSION}/customerId"))
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let customer = app
            .customers()
            .into_iter()
            .find(|customer| id.ends_with(&customer.id.to_string()));
        (
            customer.and_then(|customer| customer.email),
            state(&user).0.to_owned(),
            state(&user).1.to_owned(),
        )
    };
    let found = |mail: &str| (Some(mail.to_owned()), "synced".to_owned(), String::new());
    assert_eq!(
        email("untyped", json!({"emails": [{"value": "u@example.com"}]})).await,
        found("u@example.com"),
        "R16"
    );
    assert_eq!(
        email(
            "other",
            json!({"emails": [{"value": "o@example.com", "type": "other"}]})
        )
        .await,
        found("o@example.com"),
        "R16"
    );
    let work = json!({"emails": [{"value": "h@example.com", "type": "home"}, {"value": "w@example.com", "type": "work"}]});
    assert_eq!(email("work", work).await, found("w@example.com"), "R16");
    let primary = json!({"emails": [{"value": "w2@example.com", "type": "work"}, {"value": "p@example.com", "primary": true}]});
    assert_eq!(
        email("primary", primary).await,
        found("p@example.com"),
        "R16"
    );
    assert_eq!(
        email("name@example.com", json!({})).await,
        found("name@example.com"),
        "R16"
    );
    let (customer, held, why) = email("keycloak-name", json!({})).await;
    assert_eq!((customer, held.as_str()), (None, "held"), "R16");
    assert!(!why.is_empty(), "R16: the reason is told");
}

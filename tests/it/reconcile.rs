//! What Shopify holds after what the identity provider did.

use serde_json::{Value, json};
use syncup::mock::{Fault, Plan};

use crate::harness::{Answered, TestApp, at, sql};

const STATE: &str = "/urn:ietf:params:scim:schemas:extension:syncup:shopify:2.0:User/syncState";

fn user(name: &str) -> Value {
    let email = format!("{name}@example.com");
    json!({
        "userName": email, "name": {"givenName": name, "familyName": "Test"},
        "emails": [{"value": email, "type": "work", "primary": true}],
    })
}

async fn state(app: &TestApp, created: &Answered) -> String {
    let user = app
        .scim
        .get(&format!("/Users/{}", created.id()))
        .await
        .json();
    at(&user, STATE).as_str().unwrap().to_owned()
}

fn fault(kind: &Value) -> Fault {
    serde_json::from_value(kind.clone()).unwrap()
}

#[tokio::test]
async fn a_created_user_is_one_customer_for_ten_points() {
    let app = TestApp::start().await;
    app.shopify.clear_log();
    let created = app.scim.post("/Users", &user("ann")).await;
    assert_eq!(created.verdict(), "201");
    assert_eq!(state(&app, &created).await, "synced");
    assert_eq!(app.customers().len(), 1);
    let put = app
        .scim
        .put(&format!("/Users/{}", created.id()), &user("ann"))
        .await;
    assert_eq!(put.verdict(), "200");
    let log = app.shopify.log();
    assert_eq!(log.len(), 1, "the same again sends nothing");
    assert_eq!(log[0].actual_points, Some(10));
}

#[tokio::test]
async fn a_creation_that_was_never_answered_makes_no_second_customer() {
    for kind in ["reset-after-commit", "truncated-json"] {
        let app = TestApp::start().await;
        let once = json!({"match": {"rootField": "customerCreate"}, "times": 1, "kind": kind});
        app.shopify.inject(fault(&once));
        let created = app.scim.post("/Users", &user("ann")).await;
        assert_eq!(created.verdict(), "201", "{kind}");
        assert_eq!(state(&app, &created).await, "pending", "{kind}");
        app.converge().await;
        assert_eq!(state(&app, &created).await, "synced", "{kind}");
        assert_eq!(app.customers().len(), 1, "{kind}");
    }
}

#[tokio::test]
async fn a_deleted_user_is_disabled_and_created_again_is_the_same_customer() {
    let app = TestApp::start().await;
    let first = app.scim.post("/Users", &user("ann")).await;
    assert_eq!(
        app.scim
            .delete(&format!("/Users/{}", first.id()))
            .await
            .status,
        204
    );
    assert!(
        app.customers()[0]
            .tags
            .iter()
            .any(|tag| tag == "scim:disabled")
    );
    let second = app.scim.post("/Users", &user("ann")).await;
    assert_eq!(second.verdict(), "201");
    app.converge().await;
    assert_eq!(state(&app, &second).await, "synced");
    let customers = app.customers();
    assert_eq!(customers.len(), 1);
    assert!(customers[0].tags.is_empty());
}

#[tokio::test]
async fn two_thousand_creations_use_the_points_and_are_never_throttled() {
    let app = TestApp::on_plan(Plan::Standard).await;
    app.shopify.clear_log();
    let began_ms = app.now_ms();
    for number in 0..2_000 {
        let created = app
            .scim
            .post("/Users", &user(&format!("user{number}")))
            .await;
        assert_eq!(created.verdict(), "201");
    }
    app.converge().await;
    assert_eq!(app.customers().len(), 2_000);
    let throttled = app
        .shopify
        .log()
        .iter()
        .filter(|entry| entry.error_codes.iter().any(|code| code == "THROTTLED"))
        .count();
    assert_eq!(throttled, 0);
    // 20,000 points: 2,000 are there, 100 come a second.
    let took_secs = (app.now_ms() - began_ms) / 1_000;
    assert!(took_secs <= 189, "{took_secs} s on the mock's clock");
}

#[tokio::test]
async fn a_user_whose_stored_text_is_damaged_holds_up_nobody_else() {
    let app = TestApp::start().await;
    let stall = json!({"kind": "status", "code": 503});
    app.shopify.inject(fault(&stall));
    let damaged = app.scim.post("/Users", &user("ann")).await;
    let other = app.scim.post("/Users", &user("ben")).await;
    app.shopify.clear_faults();
    // The sealed state of sync can be no document.
    let damage = "UPDATE users SET document = user_name WHERE seq = (SELECT MIN(seq) FROM users)";
    assert_eq!(sql::execute(app.directory.path(), damage).await, 1);
    app.converge().await;
    assert_eq!(state(&app, &other).await, "synced");
    let store = app.application.store();
    let shop = store.shop_by_domain(&app.shop).await.unwrap().unwrap().id;
    let failed = store
        .state_counts(shop)
        .await
        .unwrap()
        .into_iter()
        .find(|(state, _)| state.as_str() == "failed");
    assert_eq!(failed.map(|(_, count)| count), Some(1));
    let place = format!("/Users/{}", damaged.id());
    assert_eq!(app.scim.get(&place).await.status, 503);
}

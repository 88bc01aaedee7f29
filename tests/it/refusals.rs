//! What becomes of a user when Shopify, or the merchant, stands in the way.

use serde_json::{Map, Value, json};
use syncup::directory::{DeletePolicy, DisabledMarks, ShopSettings};
use syncup::mock::{Customer, Fault, Plan, ShopPatch};

use crate::harness::{Answered, TestApp, at};

const EXTENSION: &str = "/urn:ietf:params:scim:schemas:extension:syncup:shopify:2.0:User";

/// A bridge whose shop is never short of points.
async fn start() -> TestApp {
    let app = TestApp::on_plan(Plan::Plus).await;
    app.shopify.clear_log();
    app
}

fn user(more: &Value) -> Value {
    let mut user = json!({
        "userName": "ann@example.com", "name": {"givenName": "Ann", "familyName": "Test"},
        "emails": [{"value": "ann@example.com", "type": "work", "primary": true}],
    });
    let members = user.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    user
}

/// The sync state, and the reason beside it.
async fn told(app: &TestApp, created: &Answered) -> (String, String) {
    let user = app
        .scim
        .get(&format!("/Users/{}", created.id()))
        .await
        .json();
    let text = |name: &str| {
        let value = at(&user, &format!("{EXTENSION}/{name}"));
        value.as_str().unwrap_or_default().to_owned()
    };
    (text("syncState"), text("lastError"))
}

fn merchants_customer(app: &TestApp, input: &Value) -> Customer {
    let shop = app.shop.as_str();
    let input: &Map<String, Value> = input.as_object().unwrap();
    let id = app.shopify.create_customer(shop, input).unwrap();
    app.shopify.customer(shop, id).unwrap()
}

async fn settings(app: &TestApp, change: impl FnOnce(&mut ShopSettings)) {
    let store = app.application.store();
    let record = store.shop_by_domain(&app.shop).await.unwrap().unwrap();
    let mut settings = record.settings;
    change(&mut settings);
    store
        .set_shop_settings(record.id, &settings)
        .await
        .unwrap()
        .unwrap();
}

fn inject(app: &TestApp, fault: &Value) {
    let fault: Fault = serde_json::from_value(fault.clone()).unwrap();
    app.shopify.inject(fault);
}

/// Root fields of the requests since the log was last cleared.
fn sent(app: &TestApp) -> Vec<String> {
    let log = app.shopify.log();
    app.shopify.clear_log();
    log.into_iter()
        .map(|entry| entry.root_fields.join("+"))
        .collect()
}

#[tokio::test]
async fn a_phone_that_is_taken_is_left_out_remembered_and_tried_again_when_it_changes() {
    let app = start().await;
    let taken = "+16134505290";
    merchants_customer(&app, &json!({"firstName": "Other", "phone": taken}));
    let phones = |number: &str| user(&json!({"phoneNumbers": [{"value": number, "type": "work"}]}));
    let created = app.scim.post("/Users", &phones(taken)).await;
    let (state, reason) = told(&app, &created).await;
    assert_eq!(state, "synced");
    assert!(
        reason.contains("another customer has the number"),
        "{reason}"
    );
    assert_eq!(sent(&app), ["customerCreate", "customerCreate"]);

    let place = format!("/Users/{}", created.id());
    let operations = json!([{"op": "replace", "path": "title", "value": "Dr"}]);
    assert_eq!(app.scim.patch(&place, &operations).await.status, 200);
    assert_eq!(
        sent(&app),
        ["customerUpdate"],
        "the phone is not sent again"
    );
    let (_, reason) = told(&app, &created).await;
    assert!(
        reason.contains("another customer has the number"),
        "{reason}"
    );

    app.scim.put(&place, &phones("+16134505291")).await;
    let customer = &app.customers()[1];
    assert_eq!(customer.phone.as_deref(), Some("+16134505291"));
    let (state, reason) = told(&app, &created).await;
    assert_eq!((state.as_str(), reason.as_str()), ("synced", ""));
}

#[tokio::test]
async fn an_adopted_customer_keeps_what_the_merchant_and_the_buyer_gave_it() {
    let app = start().await;
    let before = merchants_customer(
        &app,
        &json!({
            "email": "ann@example.com", "firstName": "Annie", "phone": "+16134505290", "note": "likes tea", "tags": ["VIP"],
            "addresses": [{"address1": "1 Merchant Way", "city": "Ottawa", "countryCode": "CA"}],
            "emailMarketingConsent": {"marketingState": "SUBSCRIBED", "marketingOptInLevel": "SINGLE_OPT_IN"},
        }),
    );
    let mut scim = user(&json!({"addresses": [{"locality": "London", "country": "GB"}]}));
    scim["name"] = json!({"familyName": "Test"});
    let created = app.scim.post("/Users", &scim).await;
    app.converge().await;
    assert_eq!(told(&app, &created).await.0, "synced");
    let place = format!("/Users/{}", created.id());
    for gone in ["addresses", "name.familyName"] {
        let operations = json!([{"op": "remove", "path": gone}]);
        assert_eq!(app.scim.patch(&place, &operations).await.status, 200);
    }
    app.scim.delete(&place).await;
    app.converge().await;

    let after = app.shopify.customer(app.shop.as_str(), before.id).unwrap();
    assert_eq!(after.first_name.as_deref(), Some("Annie"));
    assert_eq!(after.phone.as_deref(), Some("+16134505290"));
    assert_eq!(after.note.as_deref(), Some("likes tea"));
    assert_eq!(after.tags, ["scim:disabled", "VIP"]);
    assert_eq!(after.addresses, before.addresses);
    assert_eq!(after.email_consent, before.email_consent);
}

#[tokio::test]
async fn a_customer_that_bears_another_users_id_is_not_adopted() {
    let app = start().await;
    let first = app.scim.post("/Users", &user(&json!({}))).await;
    // The merchant gives the first user's customer the second one's e-mail.
    let customer = app.customers()[0].id;
    let input = json!({"email": "ben@example.com"});
    let shop = app.shop.as_str();
    app.shopify
        .update_customer(shop, customer, input.as_object().unwrap())
        .unwrap();
    let ben = json!({"userName": "ben", "emails": [{"value": "ben@example.com"}]});
    let second = app.scim.post("/Users", &ben).await;
    app.converge().await;
    let (state, reason) = told(&app, &second).await;
    assert_eq!(state, "conflict");
    assert!(reason.contains("another user of the directory"), "{reason}");
    assert_eq!(told(&app, &first).await.0, "synced");
}

#[tokio::test]
async fn a_customer_that_the_merchant_deleted_is_made_again() {
    let app = start().await;
    let created = app.scim.post("/Users", &user(&json!({}))).await;
    let gone = app.customers()[0].id;
    app.shopify
        .delete_customer(app.shop.as_str(), gone)
        .unwrap();
    let operations = json!([{"op": "replace", "path": "title", "value": "Dr"}]);
    let place = format!("/Users/{}", created.id());
    assert_eq!(app.scim.patch(&place, &operations).await.status, 200);
    app.converge().await;
    assert_eq!(told(&app, &created).await.0, "synced");
    let customers = app.customers();
    assert_eq!(customers.len(), 1);
    assert_ne!(customers[0].id, gone);
}

#[tokio::test]
async fn an_update_whose_second_half_was_refused_is_finished_from_what_is_there() {
    let app = start().await;
    let created = app.scim.post("/Users", &user(&json!({}))).await;
    sent(&app);
    inject(
        &app,
        &json!({"match": {"rootField": "customerUpdate"}, "times": 1, "kind": "status-after-commit", "code": 502}),
    );
    let place = format!("/Users/{}", created.id());
    let operations = json!([
        {"op": "replace", "path": "active", "value": false},
        {"op": "add", "path": "title", "value": "Dr"},
    ]);
    assert_eq!(app.scim.patch(&place, &operations).await.status, 200);
    assert_eq!(told(&app, &created).await.0, "pending");
    app.converge().await;
    assert_eq!(told(&app, &created).await.0, "disabled");
    assert_eq!(
        sent(&app),
        ["customerUpdate+tagsAdd", "customerByIdentifier"],
        "nothing was left to write"
    );
    assert_eq!(app.customers()[0].tags, ["scim:disabled"]);
}

#[tokio::test]
async fn disabling_costs_what_the_marks_cost() {
    let check = async |marks: DisabledMarks, points: u32, requests: &[&str], tags: &[&str]| {
        let app = start().await;
        settings(&app, |settings| settings.disabled_marks = marks).await;
        let created = app.scim.post("/Users", &user(&json!({}))).await;
        app.shopify.clear_log();
        let operations = json!([{"op": "replace", "path": "active", "value": false}]);
        let place = format!("/Users/{}", created.id());
        app.scim.patch(&place, &operations).await;
        let spent: u32 = app
            .shopify
            .log()
            .iter()
            .filter_map(|entry| entry.actual_points)
            .sum();
        assert_eq!(spent, points, "{marks:?}");
        assert_eq!(sent(&app), requests, "{marks:?}");
        assert_eq!(app.customers()[0].tags, tags, "{marks:?}");
        assert_eq!(told(&app, &created).await.0, "disabled");
    };
    check(
        DisabledMarks::Both,
        20,
        &["customerUpdate+tagsAdd"],
        &["scim:disabled"],
    )
    .await;
    check(DisabledMarks::Tag, 10, &["tagsAdd"], &["scim:disabled"]).await;
    check(DisabledMarks::Metafield, 10, &["customerUpdate"], &[]).await;
}

#[tokio::test]
async fn a_deleted_users_customer_is_erased_where_that_is_the_policy() {
    let app = start().await;
    settings(&app, |settings| {
        settings.delete_policy = DeletePolicy::Erase;
    })
    .await;
    let created = app.scim.post("/Users", &user(&json!({}))).await;
    sent(&app);
    let place = format!("/Users/{}", created.id());
    assert_eq!(app.scim.delete(&place).await.status, 204);
    assert_eq!(
        sent(&app),
        ["customerUpdate+tagsAdd", "customerRequestDataErasure"]
    );
    assert_eq!(app.customers()[0].tags, ["scim:disabled"]);
    assert!(app.customers()[0].erasure_requested_at.is_some());
}

#[tokio::test]
async fn a_missing_scope_for_erasing_holds_up_nobody_else() {
    let app = start().await;
    settings(&app, |settings| {
        settings.delete_policy = DeletePolicy::Erase;
    })
    .await;
    let scopes = ["read_customers", "write_customers"].map(str::to_owned);
    let patch = ShopPatch {
        scopes: Some(scopes.to_vec()),
        ..ShopPatch::default()
    };
    app.shopify.patch_shop(app.shop.as_str(), patch).unwrap();
    let created = app.scim.post("/Users", &user(&json!({}))).await;
    app.scim.delete(&format!("/Users/{}", created.id())).await;
    app.converge().await;
    let record = app
        .application
        .store()
        .shop_by_domain(&app.shop)
        .await
        .unwrap();
    let failed = app
        .application
        .store()
        .state_counts(record.unwrap().id)
        .await
        .unwrap();
    assert!(
        failed.iter().all(|(_, count)| *count == 0),
        "deleted users are not counted: {failed:?}"
    );
    let other = json!({"userName": "ben", "emails": [{"value": "ben@example.com"}]});
    let other = app.scim.post("/Users", &other).await;
    assert_eq!(told(&app, &other).await.0, "synced");
}

#[tokio::test]
async fn a_shop_that_lost_the_definition_of_our_id_gets_it_again() {
    let app = start().await;
    let document = "mutation { metafieldDefinitionDelete(identifier: {ownerType: CUSTOMER, namespace: \"$app\", key: \"scim_id\"}, deleteAllAssociatedMetafields: true) { userErrors { message } } }";
    let answer = app.admin(document).await;
    assert_eq!(
        at(&answer, "/data/metafieldDefinitionDelete/userErrors"),
        &json!([]),
        "{answer}"
    );
    let created = app.scim.post("/Users", &user(&json!({}))).await;
    app.converge().await;
    assert_eq!(told(&app, &created).await, ("synced".into(), String::new()));
    assert_eq!(app.customers().len(), 1);
}

#[tokio::test]
async fn a_shop_that_cannot_be_used_says_why_and_catches_up() {
    let check = async |fault: Value, reason: &str| {
        let app = start().await;
        inject(&app, &fault);
        let created = app.scim.post("/Users", &user(&json!({}))).await;
        assert_eq!(created.verdict(), "201", "{fault}");
        let (state, why) = told(&app, &created).await;
        assert_eq!(state, "pending", "{fault}");
        assert!(why.contains(reason), "{fault}: {why}");
        app.shopify.clear_faults();
        app.converge().await;
        assert_eq!(told(&app, &created).await, ("synced".into(), String::new()));
        assert_eq!(app.customers().len(), 1, "{fault}");
    };
    let status = |code: u16| json!({"kind": "status", "code": code});
    check(status(401), "does not accept the shop's access token").await;
    check(status(402), "unpaid bill").await;
    check(status(403), "forbids the app").await;
    check(status(404), "knows no such shop").await;
    check(status(423), "locked the shop").await;
    check(status(429), "HTTP status 429").await;
    check(status(503), "HTTP status 503").await;
    check(json!({"kind": "reset"}), "connection").await;
    check(
        json!({"kind": "internal-error", "afterCommit": true}),
        "INTERNAL_SERVER_ERROR",
    )
    .await;
    check(json!({"kind": "malformed-json"}), "not JSON").await;
}

#[tokio::test]
async fn an_email_that_another_customer_has_keeps_nothing_else_from_the_customer() {
    let app = start().await;
    let created = app.scim.post("/Users", &user(&json!({}))).await;
    merchants_customer(&app, &json!({"email": "taken@example.com"}));
    let place = format!("/Users/{}", created.id());
    let operations = json!([
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "taken@example.com"},
        {"op": "add", "path": "title", "value": "Dr"},
    ]);
    assert_eq!(app.scim.patch(&place, &operations).await.status, 200);
    let (state, reason) = told(&app, &created).await;
    assert_eq!(state, "conflict");
    assert!(reason.contains("new e-mail"), "{reason}");
    let customer = &app.customers()[0];
    assert_eq!(customer.email.as_deref(), Some("ann@example.com"));
    assert!(customer.metafields.iter().any(|it| it.value == "Dr"));
    let operations = json!([{"op": "replace", "path": "active", "value": false}]);
    app.scim.patch(&place, &operations).await;
    assert_eq!(app.customers()[0].tags, ["scim:disabled"]);
}

//! Identity providers are served as ever while Shopify is not, and afterwards Shopify is as told.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::transcript::{PROVIDERS, Player};
use crate::harness::{TestApp, at};

const STATE: &str = "urn:ietf:params:scim:schemas:extension:syncup:shopify:2.0:User/syncState";
/// How long a SCIM write waits for Shopify.
const BUDGET: Duration = Duration::from_millis(100);
/// How long the bridge itself may take beside that, on a busy machine.
const SLACK: Duration = Duration::from_secs(3);
/// How long a call of Shopify may take: a write that waited for it would be late.
const SHOPIFY_TIMEOUT: Duration = Duration::from_secs(6);

async fn start() -> TestApp {
    TestApp::with_settings(|settings| {
        settings.inline_budget_ms = u64::try_from(BUDGET.as_millis()).unwrap();
        settings.shopify_timeout_ms = u64::try_from(SHOPIFY_TIMEOUT.as_millis()).unwrap();
    })
    .await
}

/// What Shopify holds before the provider deletes anybody, and at the end.
#[derive(Debug, PartialEq)]
struct Held {
    before_deletion: Vec<Value>,
    at_the_end: Vec<Value>,
}

/// Plays the provider's transcript while Shopify is spoilt by `fault`, and lets everything settle without it.
async fn play(app: &TestApp, provider: &str, fault: Option<&Value>) -> Held {
    let mut player = Player::of(provider);
    spoil(app, fault);
    player.play_to_deletion(&app.scim).await;
    let before_deletion = settled(app).await;
    spoil(app, fault);
    player.play(&app.scim).await;
    let at_the_end = settled(app).await;
    if fault.is_some() {
        assert!(
            player.slowest < BUDGET + SLACK,
            "{provider}: an answer took {:?}",
            player.slowest
        );
    }
    Held {
        before_deletion,
        at_the_end,
    }
}

fn spoil(app: &TestApp, fault: Option<&Value>) {
    if let Some(fault) = fault {
        app.shopify
            .inject(serde_json::from_value(fault.clone()).unwrap());
    }
}

/// The customers once Shopify is well and nothing is due any more.
async fn settled(app: &TestApp) -> Vec<Value> {
    app.shopify.clear_faults();
    app.steps_end(SHOPIFY_TIMEOUT * 5).await;
    app.converge().await;
    let mut customers: Vec<Value> = app.customers().iter().map(comparable).collect();
    customers.sort_by_key(|customer| customer["email"].to_string());
    customers
}

/// A customer without what differs from run to run: ids, times, and the locale, which Shopify does not take back.
fn comparable(customer: &syncup::mock::Customer) -> Value {
    let mut value = json!(customer);
    let fields = value["metafields"].as_array().unwrap().iter();
    let mut fields: Vec<Value> = fields
        .map(|field| match field["key"].as_str() {
            Some(key @ ("scim_id" | "scim_manager")) => json!([key]),
            _ => json!([field["key"], field["type"], field["value"]]),
        })
        .collect();
    fields.sort_by_key(Value::to_string);
    value["metafields"] = fields.into();
    for address in value["addresses"].as_array_mut().unwrap() {
        address["number"].take();
    }
    for differing in ["id", "createdAt", "updatedAt", "defaultAddress", "locale"] {
        value[differing].take();
    }
    value
}

async fn check(provider: &str, fault: &Value) {
    let well = play(&start().await, provider, None).await;
    assert!(!well.before_deletion.is_empty());
    let spoilt = play(&start().await, provider, Some(fault)).await;
    assert_eq!(spoilt, well, "{provider}");
}

#[tokio::test]
async fn providers_are_served_while_every_call_of_shopify_stalls() {
    let stall = json!({"kind": "slow", "ms": 30_000});
    let [first, second, third] = PROVIDERS.map(|provider| check(provider, &stall));
    tokio::join!(first, second, third);
}

#[tokio::test]
async fn providers_are_served_while_shopify_only_throttles() {
    for provider in PROVIDERS {
        check(provider, &json!({"kind": "throttled"})).await;
    }
}

#[tokio::test]
async fn a_provider_that_does_everything_again_finds_its_customers() {
    for provider in ["okta", "entra"] {
        let app = start().await;
        let first = play(&app, provider, None).await;
        forget_everybody(&app).await;
        let second = play(&app, provider, None).await;
        assert_eq!(second, first, "{provider}");
    }
}

#[tokio::test]
async fn a_second_life_that_takes_the_first_ones_e_mail_is_a_conflict_that_is_disabled_all_the_same()
 {
    // miniOrange's user ends under another user name than it began with, so the second one is another customer.
    let app = start().await;
    play(&app, "miniorange", None).await;
    let mut player = Player::of("miniorange");
    player.play_to_deletion(&app.scim).await;
    settled(&app).await;
    let listed = app.scim.get("/Users").await.json();
    assert_eq!(at(&listed, &format!("/Resources/0/{STATE}")), "conflict");
    player.play(&app.scim).await;
    let customers = settled(&app).await;
    let emails = ["harker@example.com", "mina@example.com"];
    for (customer, email) in customers.iter().zip(emails) {
        assert_eq!(customer["email"], email);
        assert_eq!(customer["tags"], json!(["scim:disabled"]), "{email}");
    }
}

/// Deletes the users and groups that a provider has left.
async fn forget_everybody(app: &TestApp) {
    for collection in ["/Users", "/Groups"] {
        let listed = app.scim.get(collection).await.json();
        for resource in at(&listed, "/Resources").as_array().into_iter().flatten() {
            let target = format!("{collection}/{}", resource["id"].as_str().unwrap());
            assert_eq!(app.scim.delete(&target).await.status, 204);
        }
        assert_eq!(app.scim.get(collection).await.json()["totalResults"], 0);
    }
    app.converge().await;
}

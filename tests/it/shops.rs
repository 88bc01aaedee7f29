//! Two shops of one bridge, whose providers have the same people, know nothing of each other.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use syncup::base::id::ShopDomain;
use syncup::mock::{Customer, Plan, ShopConfig};

use crate::harness::transcript::{PROVIDERS, Player};
use crate::harness::{Scim, TestApp};

const OTHER: &str = "other.myshopify.com";
const OTHER_TOKEN: &str = "shpat_other";
const STATE: &str = "urn:ietf:params:scim:schemas:extension:syncup:shopify:2.0:User:syncState";

/// Another shop in the mock and in the bridge; gives its provider's client.
async fn add_other(app: &TestApp) -> Scim {
    app.shopify
        .add_shop(ShopConfig::new(OTHER, OTHER_TOKEN).with_plan(Plan::Plus));
    let domain: ShopDomain = OTHER.parse().unwrap();
    let access = SecretString::from(OTHER_TOKEN);
    let token = app
        .application
        .set_up_shop(&domain, &access, "other")
        .await
        .unwrap();
    app.scim.with_token(token.expose_secret())
}

/// Who the shop's customers are, without their ids.
fn people(customers: &[Customer]) -> Vec<Value> {
    let mut people: Vec<Value> = customers
        .iter()
        .map(|customer| {
            json!([
                customer.email,
                customer.first_name,
                customer.last_name,
                customer.phone,
                customer.tags
            ])
        })
        .collect();
    people.sort_by_key(Value::to_string);
    people
}

#[tokio::test]
async fn two_providers_with_the_same_people_at_once_have_their_own_customers() {
    for provider in PROVIDERS {
        let alone = TestApp::on_plan(Plan::Plus).await;
        Player::of(provider).play(&alone.scim).await;
        alone.converge().await;
        let both = TestApp::on_plan(Plan::Plus).await;
        let other = add_other(&both).await;
        let (mut first, mut second) = (Player::of(provider), Player::of(provider));
        tokio::join!(first.play(&both.scim), second.play(&other));
        both.converge().await;
        let expected = people(&alone.customers());
        assert!(!expected.is_empty());
        assert_eq!(people(&both.customers()), expected, "{provider}");
        assert_eq!(
            people(&both.shopify.customers(OTHER)),
            expected,
            "{provider}"
        );
    }
}

#[tokio::test]
async fn a_shop_that_stalls_holds_no_other_shop_up() {
    let app = TestApp::with(Plan::Plus, |settings| {
        settings.inline_budget_ms = 100;
        settings.shopify_timeout_ms = 5_000;
    })
    .await;
    let other = add_other(&app).await;
    let stall = json!({"match": {"shop": OTHER}, "kind": "slow", "ms": 30_000});
    app.shopify.inject(serde_json::from_value(stall).unwrap());
    let user = |number: usize| {
        let email = format!("user-{number}@example.com");
        json!({"userName": email, "emails": [{"value": email}]})
    };
    let synced = async |scim: &Scim| {
        let filter = format!("/Users?count=0&filter={STATE}%20eq%20%22synced%22");
        scim.get(&filter).await.json()["totalResults"].clone()
    };
    // More than a lane holds: the stalled shop's is full of steps that wait.
    for number in 0..40 {
        assert_eq!(other.post("/Users", &user(number)).await.status, 201);
    }
    for number in 0..10 {
        let created = app.scim.post("/Users", &user(number)).await;
        assert_eq!(created.status, 201);
    }
    app.steps_end(Duration::from_secs(5)).await;
    assert_eq!(
        synced(&app.scim).await,
        10,
        "inline, while the other shop stalls"
    );
    assert_eq!(synced(&other).await, 0);
    assert_eq!(app.customers().len(), 10);
    app.shopify.clear_faults();
    app.steps_end_of(OTHER, Duration::from_secs(30)).await;
    app.converge().await;
    assert_eq!(synced(&other).await, 40);
    assert_eq!(app.shopify.customers(OTHER).len(), 40);
}

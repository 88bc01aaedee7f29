//! What is stored waits for whoever serves next, and commands have their effect while somebody serves.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::Scim;
use crate::harness::installation::{Bridge, Installation, SHOP};
use crate::harness::process::{PATIENCE, printed};

const SHOPIFY: &str = "urn:ietf:params:scim:schemas:extension:syncup:shopify:2.0:User";

fn user(number: usize) -> Value {
    let email = format!("user-{number}@example.com");
    let schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
    json!({"schemas": schemas, "userName": email, "emails": [{"value": email}]})
}

/// Waits until all users of the shop are synced.
async fn all_synced(installation: &Installation, users: usize) {
    let settled = json!({"synced": users});
    let wait = async {
        while installation.states() != settled {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_to_be_sent_is_stored_and_sent_once_it_is() {
    let installation = Installation::on_plan("plus");
    let mut command = installation.serve_command();
    let bridge = Bridge::start(command.env("SYNCUP_SHOPIFY_PUSH", "false"));
    let scim = Scim::new(&bridge.base_url, &installation.token);
    for number in 0..20 {
        assert_eq!(scim.post("/Users", &user(number)).await.status, 201);
    }
    let group = scim.post("/Groups", &json!({"displayName": "Staff"})).await;
    let first = scim.get("/Users?count=1").await.json();
    let first = first["Resources"][0].clone();
    let member = json!([{"op": "add", "path": "members", "value": [{"value": first["id"]}]}]);
    let joined = scim
        .patch(&format!("/Groups/{}", group.id()), &member)
        .await;
    assert!(joined.status < 300, "{}", joined.text);
    assert_eq!(installation.states(), json!({"pending": 20}));
    bridge.process.stop();
    assert!(installation.mock.customers().await.is_empty());

    let bridge = installation.serve();
    all_synced(&installation, 20).await;
    let customers = installation.mock.customers().await;
    assert_eq!(customers.len(), 20);
    let member = customers
        .iter()
        .find(|one| one["email"] == first["userName"]);
    assert_eq!(member.unwrap()["tags"], json!(["group:Staff"]));
    bridge.process.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_have_their_effect_at_once_while_the_bridge_is_busy() {
    let installation = Installation::on_plan("plus");
    let bridge = installation.serve();
    let scim = Scim::new(&bridge.base_url, &installation.token);
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..4 {
        let scim = scim.clone();
        writers.spawn(async move {
            for number in 0..60 {
                let created = scim.post("/Users", &user(writer * 1_000 + number)).await;
                assert_eq!(created.status, 201, "{}", created.text);
            }
        });
    }
    let cli = |arguments: &[&str]| printed(&mut installation.cli(arguments));
    for _ in 0..5 {
        let made = cli(&["token", "create", SHOP, "--json"]);
        let made: Value = serde_json::from_str(&made).unwrap();
        let scim = scim.with_token(made["token"].as_str().unwrap());
        assert_eq!(scim.get("/Users?count=0").await.status, 200);
        for (dialect, verdict) in [
            ("dialect=strict", "400 invalidSyntax"),
            ("dialect=tolerant", "400 invalidValue"),
        ] {
            cli(&["shop", "set", SHOP, dialect]);
            // The one misses the schemas first, the other the userName.
            let nobody = scim.post("/Users", &json!({})).await;
            assert_eq!(nobody.verdict(), verdict, "{}", nobody.text);
        }
        cli(&["token", "revoke", made["prefix"].as_str().unwrap()]);
        assert_eq!(scim.get("/Users?count=0").await.status, 401);
    }
    while let Some(writer) = writers.join_next().await {
        writer.unwrap();
    }
    all_synced(&installation, 240).await;
    let said = bridge.process.stop();
    assert!(!said.contains("ERROR"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_while_shopify_stalls_is_quick_and_loses_and_doubles_nothing() {
    let installation = Installation::on_plan("plus");
    // A request may wait for ever: it is the stop that ends its waiting.
    let mut command = installation.serve_command();
    command.env("SYNCUP_INLINE_BUDGET_MS", "60000");
    let bridge = Bridge::start(&mut command);
    let scim = Scim::new(&bridge.base_url, &installation.token);
    let old = scim.post("/Users", &user(0)).await;
    assert_eq!(old.json()[SHOPIFY]["syncState"], "synced", "{}", old.text);
    // Shopify does what it is told, and does not say so.
    let stall = json!({"kind": "slow", "ms": 30_000});
    installation.mock.inject(&stall).await;
    let (created, changed) = {
        let (creating, changing) = (scim.clone(), scim.clone());
        let place = format!("/Users/{}", old.id());
        let title = json!([{"op": "add", "path": "name.givenName", "value": "New"}]);
        (
            tokio::spawn(async move { creating.post("/Users", &user(1)).await }),
            tokio::spawn(async move { changing.patch(&place, &title).await }),
        )
    };
    let arrived = async {
        loop {
            let customers = installation.mock.customers().await;
            if customers.len() == 2 && customers.iter().any(|one| one["firstName"] == "New") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, arrived).await.unwrap();
    let asked_at = Instant::now();
    let said = bridge.process.stop();
    assert!(asked_at.elapsed() < Duration::from_secs(6), "{said}");
    assert!(!said.contains("ERROR"), "{said}");
    for (answer, status) in [(created, 201), (changed, 200)] {
        let answer = answer.await.unwrap();
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(answer.json()[SHOPIFY]["syncState"], "pending");
    }
    let mut command = installation.cli(&["users", "list", SHOP, "--state", "pending", "--json"]);
    let pending: Value = serde_json::from_str(&printed(&mut command)).unwrap();
    for user in pending.as_array().unwrap() {
        let reason = user["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("before Shopify answered"), "{user}");
    }
    assert_eq!(pending.as_array().unwrap().len(), 2);

    installation.mock.heal().await;
    let bridge = installation.serve();
    all_synced(&installation, 2).await;
    let customers = installation.mock.customers().await;
    assert_eq!(customers.len(), 2);
    for customer in customers {
        let is_old = customer["email"] == "user-0@example.com";
        assert_eq!(customer["firstName"] == "New", is_old, "{customer}");
    }
    bridge.process.stop();
}

//! Webhooks: what is told of, how it is signed, tried again and spoiled.

use std::io::{Read, Write};
use std::net::TcpListener;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};

use super::{Bench, SHOP};
use crate::mock::{CustomerId, Fault, Outcome, Outgoing, ShopPatch, Topic};

const URI: &str = "https://app.example.com/webhooks";

fn listening(topics: &[&str]) -> Bench {
    let bench = Bench::new();
    for topic in topics {
        bench
            .engine
            .subscribe(SHOP, Topic::new(topic), URI)
            .unwrap();
    }
    bench
}

/// All that is due, each answered with a status.
fn deliver(bench: &Bench, status: Option<u16>) -> Vec<Outgoing> {
    let mut sent = Vec::new();
    bench.engine.deliver_webhooks(|outgoing| {
        sent.push(outgoing.clone());
        status
    });
    sent
}

fn topics(sent: &[Outgoing]) -> Vec<&str> {
    let topics = sent.iter().map(|it| it.header("X-Shopify-Topic").unwrap());
    topics.collect()
}

fn body(outgoing: &Outgoing) -> Value {
    serde_json::from_slice(&outgoing.body).unwrap()
}

fn inject(bench: &Bench, fault: Value) {
    let fault: Fault = serde_json::from_value(fault).unwrap();
    bench.engine.inject(fault);
}

fn id(gid: &str) -> CustomerId {
    CustomerId::parse(gid).unwrap()
}

#[test]
fn a_webhook_has_all_headers_and_a_signature_over_its_body() {
    let bench = listening(&["customers/create"]);
    let gid = bench.create(json!({"email": "ada@example.com", "firstName": "Ada", "tags": ["a"]}));
    let sent = deliver(&bench, Some(200));
    let [outgoing] = sent.as_slice() else {
        panic!("{sent:?}")
    };
    let check = |name: &str, want: &str| assert_eq!(outgoing.header(name), Some(want), "{name}");
    check("X-Shopify-Topic", "customers/create");
    check("X-Shopify-Shop-Domain", SHOP);
    check("X-Shopify-API-Version", "2026-10");
    check(
        "X-Shopify-Webhook-Id",
        "00000001-0000-4000-8000-000000000001",
    );
    check("X-Shopify-Event-Id", "00000002-0000-4000-8000-000000000001");
    check("X-Shopify-Triggered-At", "2026-11-24T10:06:03.000Z");
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"shpss_demo");
    let signature = outgoing.header("X-Shopify-Hmac-Sha256").unwrap();
    let signature = STANDARD.decode(signature).unwrap();
    hmac::verify(&key, &outgoing.body, &signature).unwrap();
    let payload = body(outgoing);
    assert_eq!(payload["admin_graphql_api_id"], gid);
    assert_eq!(payload["email"], "ada@example.com");
    assert_eq!(payload["state"], "disabled");
    assert_eq!(payload.get("tags"), None);
    assert!(deliver(&bench, Some(200)).is_empty(), "once is enough");
    let noted = &bench.engine.webhook_deliveries(SHOP)[0];
    assert_eq!(noted.outcome, Outcome::Delivered);
    assert_eq!(noted.attempts[0].status, Some(200));
}

#[test]
fn what_apps_and_merchants_do_is_told() {
    let bench = listening(&[
        "customers/create",
        "customers/update",
        "customers/delete",
        "customers/merge",
        "customer.tags_added",
        "customer.tags_removed",
        "bulk_operations/finish",
        "app/scopes_update",
        "app/uninstalled",
    ]);
    let one = bench.create(json!({"email": "ada@example.com"}));
    let two = bench.create(json!({"firstName": "Bob"}));
    let check = |want: &[&str], key: &str, value: Value| {
        let sent = deliver(&bench, Some(200));
        assert_eq!(topics(&sent), want);
        let mut payloads = sent.iter().map(body);
        assert!(payloads.any(|payload| payload[key] == value), "{sent:?}");
    };
    check(
        &["customers/create", "customers/create"],
        "first_name",
        json!("Bob"),
    );
    let tag = "mutation($id: ID!) { tagsAdd(id: $id, tags: [\"b\", \"c\"]) { node { id } } }";
    bench.data(tag, json!({"id": one}));
    check(
        &["customers/update", "customer.tags_added"],
        "tags",
        json!(["b", "c"]),
    );
    let none: [String; 0] = [];
    bench
        .engine
        .change_tags(SHOP, id(&one), &none, &["b".to_owned()])
        .unwrap();
    check(
        &["customers/update", "customer.tags_removed"],
        "tags",
        json!(["b"]),
    );
    bench
        .engine
        .change_tags(SHOP, id(&one), &none, &["b".to_owned()])
        .unwrap();
    assert!(deliver(&bench, Some(200)).is_empty(), "nothing has changed");
    bench
        .engine
        .merge_customers(SHOP, id(&two), id(&one))
        .unwrap();
    check(
        &["customers/merge", "customers/update"],
        "admin_graphql_api_customer_deleted_id",
        json!(two),
    );
    bench.engine.delete_customer(SHOP, id(&one)).unwrap();
    check(&["customers/delete"], "admin_graphql_api_id", json!(one));
    let operation = super::bulk::run(
        &bench,
        super::bulk::LINE,
        "{\"input\":{\"firstName\":\"Eve\"}}",
    );
    bench.clock.advance(2_000);
    let ended = ["customers/create", "bulk_operations/finish"];
    check(&ended, "admin_graphql_api_id", json!(operation));
    let scopes = ShopPatch {
        scopes: Some(vec!["read_customers".to_owned()]),
        ..ShopPatch::default()
    };
    bench.engine.patch_shop(SHOP, scopes).unwrap();
    check(&["app/scopes_update"], "current", json!(["read_customers"]));
    bench.engine.uninstall(SHOP).unwrap();
    check(&["app/uninstalled"], "myshopify_domain", json!(SHOP));
    assert_eq!(bench.send("{ shop { id } }", json!({})).status, 401);
}

#[test]
fn all_that_one_thing_leads_to_has_one_event_id() {
    let bench = listening(&["customers/update", "customer.tags_added"]);
    let gid = bench.create(json!({"firstName": "Ada"}));
    bench
        .engine
        .change_tags(SHOP, id(&gid), &["a".to_owned()], &[])
        .unwrap();
    let sent = deliver(&bench, Some(200));
    assert_eq!(sent.len(), 2);
    let ids = |name: &str| [sent[0].header(name).unwrap(), sent[1].header(name).unwrap()];
    let [one, two] = ids("X-Shopify-Event-Id");
    assert_eq!(one, two);
    let [one, two] = ids("X-Shopify-Webhook-Id");
    assert_ne!(one, two);
}

#[test]
fn a_webhook_is_tried_nine_times_in_four_hours() {
    let bench = listening(&["customers/create"]);
    let create = "mutation { webhookSubscriptionCreate(topic: CUSTOMERS_CREATE, webhookSubscription: {
      uri: \"https://app.example.com/api\" }) { webhookSubscription { id } userErrors { message } } }";
    bench.data(create, json!({}));
    bench.create(json!({"email": "ada@example.com"}));
    let mut bodies = Vec::new();
    for _ in 0..(4 * 360 + 2) {
        bodies.extend(deliver(&bench, Some(503)).into_iter().map(|it| it.body));
        bench.clock.advance(10_000);
    }
    assert_eq!(bodies.len(), 2 * 9);
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "the payload stays as it was");
    let deliveries = bench.engine.webhook_deliveries(SHOP);
    assert!(deliveries.iter().all(|it| it.outcome == Outcome::Failed));
    bench.create(json!({"email": "bob@example.com"}));
    let sent = deliver(&bench, None);
    assert_eq!(sent.len(), 1, "the subscription of the API is gone");
    assert_eq!(sent[0].uri, URI);
    bench.clock.advance(10_000);
    assert_eq!(deliver(&bench, Some(200)).len(), 1);
    bench.clock.advance(14_400_000);
    assert!(deliver(&bench, Some(200)).is_empty());
}

#[test]
fn a_script_loses_doubles_delays_and_reorders() {
    let bench = listening(&["customers/create"]);
    let names = |bench: &Bench| -> Vec<String> {
        let sent = deliver(bench, Some(200));
        let name = |it: &Outgoing| body(it)["first_name"].as_str().unwrap().to_owned();
        sent.iter().map(name).collect()
    };
    let create = |name: &str| bench.create(json!({"firstName": name}));
    let script = |kind: Value| {
        let mut fault = json!({"match": {"topic": "customers/create"}, "times": 1});
        let members = kind.as_object().unwrap().clone();
        fault.as_object_mut().unwrap().extend(members);
        inject(&bench, fault);
    };
    script(json!({"kind": "webhook-lost"}));
    create("lost");
    create("kept");
    assert_eq!(names(&bench), ["kept"]);
    assert_eq!(
        bench.engine.webhook_deliveries(SHOP)[0].outcome,
        Outcome::Lost
    );
    script(json!({"kind": "webhook-duplicated"}));
    create("twice");
    assert_eq!(names(&bench), ["twice", "twice"]);
    script(json!({"kind": "webhook-delayed", "ms": 5_000}));
    create("late");
    assert!(names(&bench).is_empty());
    bench.clock.advance(5_000);
    assert_eq!(names(&bench), ["late"]);
    script(json!({"kind": "webhook-reordered"}));
    create("first");
    assert!(names(&bench).is_empty());
    create("second");
    assert_eq!(names(&bench), ["second", "first"]);
    script(json!({"kind": "webhook-reordered"}));
    create("alone");
    assert!(names(&bench).is_empty());
    bench.clock.advance(60_000);
    assert_eq!(names(&bench), ["alone"]);
}

#[test]
fn while_secrets_are_rotated_the_oldest_signs() {
    let bench = listening(&["customers/create"]);
    let signed_by = |secret: &str| {
        bench.create(json!({"firstName": "Ada"}));
        let sent = deliver(&bench, Some(200));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signature = sent[0].header("X-Shopify-Hmac-Sha256").unwrap();
        hmac::verify(&key, &sent[0].body, &STANDARD.decode(signature).unwrap()).is_ok()
    };
    let rotate = |secrets: &[&str]| {
        let secrets = secrets.iter().map(|&it| it.to_owned()).collect();
        let patch = ShopPatch {
            client_secrets: Some(secrets),
            ..ShopPatch::default()
        };
        bench.engine.patch_shop(SHOP, patch).unwrap();
    };
    rotate(&["old", "new"]);
    assert!(signed_by("old"));
    rotate(&["new"]);
    assert!(signed_by("new"));
}

#[test]
fn webhooks_are_posted_over_plain_http() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4_096];
        while !String::from_utf8_lossy(&request).ends_with('}') {
            let read = stream.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..read]);
        }
        stream
            .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
            .unwrap();
        String::from_utf8(request).unwrap()
    });
    let bench = Bench::new();
    let uri = format!("http://{address}/hooks?a=1");
    bench
        .engine
        .subscribe(SHOP, Topic::new("customers/delete"), &uri)
        .unwrap();
    let gid = bench.create(json!({"firstName": "Ada"}));
    bench.engine.delete_customer(SHOP, id(&gid)).unwrap();
    assert_eq!(bench.engine.post_webhooks(), 1);
    let request = server.join().unwrap();
    assert!(
        request.starts_with("POST /hooks?a=1 HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("X-Shopify-Topic: customers/delete\r\n"),
        "{request}"
    );
    assert!(request.contains(&gid), "{request}");
    let noted = &bench.engine.webhook_deliveries(SHOP)[0];
    assert_eq!(noted.attempts[0].status, Some(204));
    bench.create(json!({"firstName": "Bob"}));
}

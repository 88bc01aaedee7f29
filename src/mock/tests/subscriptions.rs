//! Subscriptions: the mutations, the queries, and `/_mock`.

use serde_json::{Value, json};

use super::{Bench, SHOP};
use crate::mock::Request;

const CREATE: &str =
    "mutation($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) {
    webhookSubscription { id topic uri name } userErrors { field message }
  }
}";

fn create(bench: &Bench, topic: &str, input: Value) -> Value {
    let data = bench.data(CREATE, json!({"topic": topic, "input": input}));
    data["webhookSubscriptionCreate"].clone()
}

fn mock(bench: &Bench, method: &str, path: &str, body: &Value) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let reply = bench.engine.handle(&Request {
        method: method.to_owned(),
        path: format!("/_mock/{path}"),
        query: query.to_owned(),
        body: body.to_string().into_bytes(),
        ..Request::default()
    });
    assert_eq!(reply.status, 200, "{path}");
    reply.body_json()
}

#[test]
fn a_subscription_is_made_listed_changed_and_deleted() {
    let bench = Bench::new();
    let uri = "https://app.example.com/webhooks";
    let made = create(
        &bench,
        "CUSTOMERS_UPDATE",
        json!({"uri": uri, "name": "mine"}),
    );
    let id = made["webhookSubscription"]["id"].clone();
    let want = json!({"id": id, "topic": "CUSTOMERS_UPDATE", "uri": uri, "name": "mine"});
    assert_eq!(made, json!({"webhookSubscription": want, "userErrors": []}));
    let list = "{ webhookSubscriptions(first: 9, topics: [CUSTOMERS_UPDATE]) { nodes { id topic uri name } }
      webhookSubscriptionsCount { count } }";
    let listed = bench.data(list, json!({}));
    assert_eq!(listed["webhookSubscriptions"]["nodes"], json!([want]));
    assert_eq!(listed["webhookSubscriptionsCount"]["count"], 1);
    let update = "mutation($id: ID!) { webhookSubscriptionUpdate(id: $id, webhookSubscription: {uri: \"https://b.example.com\"}) {
      webhookSubscription { uri } userErrors { message } } }";
    let updated = bench.data(update, json!({"id": id}));
    let uri = &updated["webhookSubscriptionUpdate"]["webhookSubscription"]["uri"];
    assert_eq!(uri, "https://b.example.com");
    let delete = "mutation($id: ID!) { webhookSubscriptionDelete(id: $id) {
      deletedWebhookSubscriptionId userErrors { field message } } }";
    let deleted = bench.data(delete, json!({"id": id}));
    assert_eq!(
        deleted["webhookSubscriptionDelete"]["deletedWebhookSubscriptionId"],
        id
    );
    let again = bench.data(delete, json!({"id": id}));
    assert_eq!(
        again["webhookSubscriptionDelete"]["userErrors"][0]["field"],
        json!(["id"])
    );
}

#[test]
fn a_subscription_is_refused_in_shopifys_words() {
    let bench = Bench::new();
    let uri = "https://app.example.com/webhooks";
    create(
        &bench,
        "CUSTOMERS_UPDATE",
        json!({"uri": uri, "name": "mine"}),
    );
    let check = |input: Value, field: &str, message: &str| {
        let refused = create(&bench, "CUSTOMERS_UPDATE", input);
        let error = json!({"field": ["webhookSubscription", field], "message": message});
        assert_eq!(refused["userErrors"], json!([error]));
    };
    let taken = "Address for this topic has already been taken";
    check(json!({"uri": uri}), "callbackUrl", taken);
    check(json!({}), "callbackUrl", "Address can't be blank");
    let http = "Address protocol http:// is not supported";
    check(
        json!({"uri": "http://app.example.com"}),
        "callbackUrl",
        http,
    );
    let name = "Name already exists, no duplicate allowed";
    check(
        json!({"uri": "https://b.example.com", "name": "mine"}),
        "name",
        name,
    );
    let format = "Format 'xml' is invalid for this webhook topic. Allowed formats: json";
    check(json!({"uri": uri, "format": "XML"}), "format", format);
}

#[test]
fn an_operator_subscribes_tells_and_looks() {
    let bench = Bench::new();
    let path = format!("shops/{SHOP}/webhooks");
    let subscription = json!({"topic": "shop/redact", "uri": "https://app.example.com/"});
    mock(&bench, "POST", &path, &subscription);
    let event = json!({"topic": "shop/redact", "payload": {"shop_id": 1}});
    mock(&bench, "POST", &format!("shops/{SHOP}/events"), &event);
    bench.engine.deliver_webhooks(|_| Some(500));
    let shown = mock(&bench, "GET", "webhooks?topic=shop/redact", &json!({}));
    assert_eq!(shown[0]["shop"], SHOP);
    assert_eq!(shown[0]["payload"], json!({"shop_id": 1}));
    assert_eq!(shown[0]["outcome"], "pending");
    assert_eq!(shown[0]["attempts"][0]["status"], 500);
    mock(&bench, "DELETE", &path, &json!({}));
    mock(
        &bench,
        "POST",
        &format!("shops/{SHOP}/uninstall"),
        &json!({}),
    );
    let state = mock(&bench, "GET", "state", &json!({}));
    assert_eq!(state["shops"][0]["status"], "revoked");
    assert_eq!(state["shops"][0]["webhookSubscriptions"], json!([]));
}

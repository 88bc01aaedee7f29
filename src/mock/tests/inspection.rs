//! `/_mock`: what it shows, and what it does to the shops.

use serde_json::{Value, json};

use super::{Bench, CREATE, NOW_MS, SHOP};
use crate::mock::{Config, Engine, Request};

fn call(engine: &Engine, method: &str, path: &str, body: Value) -> (u16, Value) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let reply = engine.handle(&Request {
        method: method.to_owned(),
        path: format!("/_mock/{path}"),
        query: query.to_owned(),
        headers: Vec::new(),
        body: match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        },
    });
    (reply.status, reply.body_json())
}

#[test]
fn the_state_shows_customers_with_everything() {
    let bench = Bench::new();
    let id = bench.create(json!({
        "email": "ada@example.com", "tags": ["a"], "addresses": [{"city": "Kyiv"}],
        "metafields": [{"key": "status", "type": "single_line_text_field", "value": "x"}],
    }));
    let (status, state) = call(&bench.engine, "GET", "state", Value::Null);
    assert_eq!(status, 200);
    assert_eq!(state["nowMs"], NOW_MS);
    let shop = &state["shops"][0];
    assert_eq!(
        (&shop["domain"], &shop["plan"], &shop["status"]),
        (&json!(SHOP), &json!("standard"), &json!("active"))
    );
    assert_eq!(shop["apps"][0]["pointsLeft"], 1_990.0);
    let customer = &shop["customers"][0];
    assert_eq!(customer["id"], id);
    assert_eq!(customer["email"], "ada@example.com");
    assert_eq!(customer["metafields"][0]["namespace"], "app--347082227713");
    assert_eq!(customer["addresses"][0]["city"], "Kyiv");
    assert!(
        !state.to_string().contains("shpat_"),
        "tokens are not shown"
    );
    let (_, one) = call(
        &bench.engine,
        "GET",
        &format!("shops/{SHOP}/customers/7000000000001"),
        Value::Null,
    );
    assert_eq!(one, *customer);
    assert_eq!(
        call(
            &bench.engine,
            "GET",
            "state?shop=none.myshopify.com",
            Value::Null
        )
        .1["shops"],
        json!([])
    );
}

#[test]
fn a_merchant_acts_by_hand() {
    let bench = Bench::new();
    let engine = &bench.engine;
    let customers = format!("shops/{SHOP}/customers");
    let act = |method: &str, path: &str, body: Value, status: u16| {
        let (have, answer) = call(engine, method, path, body);
        assert_eq!(have, status, "{method} {path}: {answer}");
        answer
    };
    let created = act("POST", &customers, json!({"email": "ada@example.com"}), 200);
    assert_eq!(
        created,
        json!({"id": "gid://shopify/Customer/7000000000001"})
    );
    let refused = act("POST", &customers, json!({"email": "ada@example.com"}), 422);
    assert_eq!(refused, json!({"error": "Email has already been taken"}));
    let ada = format!("{customers}/7000000000001");
    act("PATCH", &ada, json!({"firstName": "Ada"}), 200);
    act(
        "POST",
        &format!("{ada}/tags"),
        json!({"add": ["vip", "new"], "remove": ["NEW"]}),
        200,
    );
    act("POST", &format!("{ada}/orders"), json!({"count": 2}), 200);
    let grace = act(
        "POST",
        &customers,
        json!({"firstName": "Grace", "phone": "+16134505293"}),
        200,
    );
    let merge = json!({"one": "7000000000001", "two": grace["id"]});
    assert_eq!(
        act("POST", &format!("shops/{SHOP}/merge"), merge, 200),
        created
    );
    let merged = &engine.customers(SHOP)[0];
    assert_eq!(merged.phone.as_deref(), Some("+16134505293"));
    assert_eq!(merged.tags, ["vip"]);
    assert_eq!(merged.number_of_orders, 2);
    act("DELETE", &ada, Value::Null, 200);
    assert!(engine.customers(SHOP).is_empty());
    act("DELETE", &ada, Value::Null, 404);
    act(
        "POST",
        "shops/none.myshopify.com/customers",
        json!({"firstName": "x"}),
        404,
    );
}

#[test]
fn shops_are_opened_and_changed() {
    let bench = Bench::new();
    let engine = &bench.engine;
    let shop = json!({"domain": "other.myshopify.com", "token": "shpat_other", "plan": "plus", "scopes": ["read_customers"]});
    assert_eq!(call(engine, "POST", "shops", shop).0, 200);
    let (_, other) = call(engine, "GET", "shops/other.myshopify.com", Value::Null);
    assert_eq!(other["shops"][0]["plan"], "plus");
    let patch = json!({"plan": "advanced", "status": "frozen", "searchLagMs": 5, "points": 7.0, "hidesProtectedData": true});
    assert_eq!(
        call(engine, "PATCH", "shops/other.myshopify.com", patch).0,
        200
    );
    let (_, other) = call(engine, "GET", "shops/other.myshopify.com", Value::Null);
    let other = &other["shops"][0];
    assert_eq!(
        (&other["plan"], &other["status"], &other["searchLagMs"]),
        (&json!("advanced"), &json!("frozen"), &json!(5))
    );
    assert_eq!(other["apps"][0]["pointsLeft"], 7.0);
    assert_eq!(
        call(
            engine,
            "PATCH",
            "shops/other.myshopify.com",
            json!({"colour": 1})
        )
        .0,
        400
    );
    assert_eq!(
        call(engine, "PATCH", "shops/none.myshopify.com", json!({})).0,
        404
    );
    assert_eq!(call(engine, "POST", "shops", json!({})).0, 400);
}

#[test]
fn the_clock_moves_only_when_it_is_manual() {
    let bench = Bench::new();
    let moved = call(&bench.engine, "POST", "clock", json!({"advanceMs": 500}));
    assert_eq!(
        moved,
        (200, json!({"nowMs": NOW_MS + 500, "isManual": true}))
    );
    let set = call(&bench.engine, "POST", "clock", json!({"setMs": 7}));
    assert_eq!(set.1["nowMs"], 7);
    let running = Engine::new(Config::default());
    assert_eq!(
        call(&running, "POST", "clock", json!({"advanceMs": 500})).0,
        409
    );
    assert_eq!(
        call(&running, "GET", "clock", Value::Null).1["isManual"],
        false
    );
}

#[test]
fn faults_requests_and_reset_are_served() {
    let bench = Bench::new();
    let engine = &bench.engine;
    let fault = json!({"match": {"operation": "Create"}, "times": 2, "kind": "reset-after-commit"});
    assert_eq!(call(engine, "POST", "faults", fault).0, 200);
    assert_eq!(
        call(engine, "POST", "faults", json!({"kind": "nonsense"})).0,
        400
    );
    bench.send(CREATE, json!({"input": {"firstName": "Ada"}}));
    bench.send("{ shop { id } }", json!({}));
    let (_, faults) = call(engine, "GET", "faults", Value::Null);
    assert_eq!(
        faults,
        json!([{"match": {"operation": "Create"}, "times": 1, "probability": null, "kind": "reset-after-commit"}])
    );
    let (_, all) = call(engine, "GET", &format!("requests?shop={SHOP}"), Value::Null);
    assert_eq!(all.as_array().unwrap().len(), 2);
    let (_, creates) = call(engine, "GET", "requests?operation=Create", Value::Null);
    assert_eq!(creates[0]["fault"], json!({"kind": "reset-after-commit"}));
    assert_eq!(creates.as_array().unwrap().len(), 1);
    call(engine, "DELETE", "faults", Value::Null);
    call(engine, "DELETE", "requests", Value::Null);
    assert_eq!(call(engine, "GET", "faults", Value::Null).1, json!([]));
    assert_eq!(call(engine, "GET", "requests", Value::Null).1, json!([]));
    assert_eq!(call(engine, "POST", "reset", Value::Null).0, 200);
    assert!(engine.customers(SHOP).is_empty());
    assert_eq!(call(engine, "GET", "nonsense", Value::Null).0, 404);
}

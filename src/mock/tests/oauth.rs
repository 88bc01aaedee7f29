//! OAuth: what the token endpoint gives out, and how long it is good.

use serde_json::{Value, json};

use super::{Bench, NOW_MS, SHOP, TOKEN, request};
use crate::mock::{Fault, Reply, Request, ShopPatch};

const OFFLINE: &str = "urn:shopify:params:oauth:token-type:offline-access-token";

fn post(bench: &Bench, mut body: Value) -> Reply {
    let members = body.as_object_mut().unwrap();
    members
        .entry("client_id")
        .or_insert(json!("syncup-mock-app"));
    members
        .entry("client_secret")
        .or_insert(json!("shpss_demo"));
    bench.engine.handle(&Request {
        method: "POST".to_owned(),
        path: "/admin/oauth/access_token".to_owned(),
        headers: vec![
            ("Content-Type".to_owned(), "application/json".to_owned()),
            ("Host".to_owned(), SHOP.to_owned()),
        ],
        body: body.to_string().into_bytes(),
        ..Request::default()
    })
}

fn granted(bench: &Bench, body: Value) -> Value {
    let reply = post(bench, body);
    let body = reply.body_json();
    assert_eq!(reply.status, 200, "{body}");
    body
}

fn exchange(bench: &Bench) -> Value {
    let id_token = bench.engine.id_token(SHOP).unwrap();
    exchange_of(&id_token, "urn:ietf:params:oauth:token-type:id_token")
}

fn exchange_of(subject: &str, kind: &str) -> Value {
    json!({
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": subject,
        "subject_token_type": kind, "requested_token_type": OFFLINE, "expiring": 1,
    })
}

fn refresh(token: &Value) -> Value {
    json!({"grant_type": "refresh_token", "refresh_token": token})
}

/// What the Admin API says to a token.
fn status(bench: &Bench, token: &Value) -> u16 {
    let mut asked = request("{ shop { id } }", json!({}));
    asked.headers = vec![(
        "X-Shopify-Access-Token".to_owned(),
        token.as_str().unwrap().to_owned(),
    )];
    bench.engine.handle(&asked).status
}

fn inject(bench: &Bench, fault: Value) {
    let fault: Fault = serde_json::from_value(fault).unwrap();
    bench.engine.inject(fault);
}

fn patch(bench: &Bench, patch: ShopPatch) {
    bench.engine.patch_shop(SHOP, patch).unwrap();
}

#[test]
fn an_id_token_is_exchanged_for_a_pair_that_expires() {
    let bench = Bench::new();
    let pair = granted(&bench, exchange(&bench));
    assert_eq!(pair["expires_in"], 3_600);
    assert_eq!(pair["refresh_token_expires_in"], 7_776_000);
    assert!(pair["scope"].as_str().unwrap().contains("write_customers"));
    assert_eq!(status(&bench, &pair["access_token"]), 200);
    bench.clock.advance(3_600_000);
    assert_eq!(status(&bench, &pair["access_token"]), 401);
    let renewed = granted(&bench, refresh(&pair["refresh_token"]));
    assert_eq!(status(&bench, &renewed["access_token"]), 200);
    let points = |token: &Value| {
        assert_eq!(status(&bench, token), 200);
        bench.engine.log().last().unwrap().points_left.unwrap()
    };
    let one = points(&renewed["access_token"]);
    assert_eq!(points(&json!(TOKEN)), one - 1.0, "tokens share the points");
}

#[test]
fn a_bad_subject_or_client_is_refused() {
    let bench = Bench::new();
    let check = |body: Value, status: u16, error: &str| {
        let reply = post(&bench, body);
        assert_eq!(reply.status, status, "{error}");
        assert_eq!(reply.body_json()["error"], error);
    };
    let with = |name: &str, value: &str| {
        let mut body = exchange(&bench);
        body[name] = json!(value);
        body
    };
    check(with("client_secret", "other"), 400, "invalid_client");
    check(with("client_id", "other"), 400, "invalid_client");
    check(with("subject_token", "a.b.c"), 400, "invalid_subject_token");
    check(
        with("grant_type", "password"),
        400,
        "unsupported_grant_type",
    );
    check(
        with("requested_token_type", "online"),
        400,
        "invalid_request",
    );
    let forged = bench.engine.id_token(SHOP).unwrap() + "x";
    check(with("subject_token", &forged), 400, "invalid_subject_token");
    let late = exchange(&bench);
    bench.clock.advance(70_000);
    check(late, 400, "invalid_subject_token");
    check(json!({"code": "unknown"}), 400, "invalid_request");
    check(refresh(&json!("unknown")), 401, "invalid_request");
}

#[test]
fn a_refresh_token_is_good_until_its_replacement_is_used() {
    let bench = Bench::new();
    let first = granted(&bench, exchange(&bench))["refresh_token"].clone();
    let second = granted(&bench, refresh(&first))["refresh_token"].clone();
    assert_ne!(first, second);
    let again = granted(&bench, refresh(&first));
    assert_eq!(again["refresh_token"], second);
    assert_eq!(again["expires_in"], 3_600);
    assert_eq!(status(&bench, &again["access_token"]), 200);
    let third = granted(&bench, refresh(&second))["refresh_token"].clone();
    let dead = post(&bench, refresh(&first));
    assert_eq!(dead.status, 401);
    let want = json!({"error": "invalid_request", "error_description": "This request requires an active refresh_token"});
    assert_eq!(dead.body_json(), want);
    bench.clock.advance(30 * 24 * 3_600_000);
    granted(&bench, refresh(&third));
    assert_eq!(
        post(&bench, refresh(&second)).status,
        401,
        "its replacement was used"
    );
    bench.clock.advance(30 * 24 * 3_600_000);
    assert_eq!(
        post(&bench, refresh(&third)).status,
        401,
        "30 days are over"
    );
}

#[test]
fn a_lost_refresh_is_recovered_or_orphans_the_shop() {
    let check = |recovery_ms: i64, pause_ms: i64, status: u16| {
        let bench = Bench::new();
        patch(
            &bench,
            ShopPatch {
                refresh_recovery_ms: Some(recovery_ms),
                ..ShopPatch::default()
            },
        );
        let token = granted(&bench, exchange(&bench))["refresh_token"].clone();
        inject(
            &bench,
            json!({"match": {"endpoint": "token"}, "times": 1, "kind": "status-after-commit", "code": 520}),
        );
        assert_eq!(post(&bench, refresh(&token)).status, 520);
        bench.clock.advance(pause_ms);
        assert_eq!(post(&bench, refresh(&token)).status, status);
        let last = bench.engine.log().last().cloned().unwrap();
        assert_eq!(json!(last.endpoint), "token");
        // The merchant opens the app: all is well again.
        granted(&bench, exchange(&bench));
    };
    check(3_600_000, 3_599_999, 200);
    check(3_600_000, 3_600_000, 401);
    check(0, 0, 401);
}

#[test]
fn a_token_can_come_without_its_life() {
    let bench = Bench::new();
    inject(
        &bench,
        json!({"match": {"endpoint": "token"}, "times": 1, "kind": "missing-expires-in"}),
    );
    let pair = granted(&bench, exchange(&bench));
    assert_eq!(pair.get("expires_in"), None);
    assert!(pair["refresh_token"].is_string());
}

#[test]
fn a_token_that_does_not_expire_is_exchanged_once_and_refused_one_day() {
    let bench = Bench::new();
    let endless = json!(TOKEN);
    patch(
        &bench,
        ShopPatch {
            endless_tokens_end_ms: Some(NOW_MS + 1_000),
            ..ShopPatch::default()
        },
    );
    assert_eq!(status(&bench, &endless), 200);
    bench.clock.advance(1_000);
    assert_eq!(status(&bench, &endless), 403);
    let pair = granted(&bench, exchange_of(TOKEN, OFFLINE));
    assert_eq!(status(&bench, &endless), 401);
    assert_eq!(status(&bench, &pair["access_token"]), 200);
    bench.clock.advance(24 * 3_600_000);
    let again = granted(&bench, exchange_of(TOKEN, OFFLINE));
    assert_eq!(again["access_token"], pair["access_token"]);
    assert_eq!(again["refresh_token"], pair["refresh_token"]);
    assert_eq!(status(&bench, &again["access_token"]), 200);
    granted(&bench, refresh(&pair["refresh_token"]));
    assert_eq!(post(&bench, exchange_of(TOKEN, OFFLINE)).status, 400);
}

#[test]
fn client_credentials_last_a_day_and_end_with_the_app() {
    let bench = Bench::new();
    let asked = json!({"grant_type": "client_credentials"});
    let day = granted(&bench, asked.clone());
    assert_eq!(day["expires_in"], 86_399);
    assert_eq!(day.get("refresh_token"), None);
    bench.clock.advance(86_398_000);
    assert_eq!(status(&bench, &day["access_token"]), 200);
    bench.clock.advance(1_000);
    assert_eq!(status(&bench, &day["access_token"]), 401);
    let pair = granted(&bench, exchange(&bench));
    bench.engine.uninstall(SHOP).unwrap();
    assert_eq!(status(&bench, &pair["access_token"]), 401);
    assert_eq!(post(&bench, refresh(&pair["refresh_token"])).status, 401);
    assert_eq!(post(&bench, asked).status, 400);
    let pair = granted(&bench, exchange(&bench));
    assert_eq!(status(&bench, &pair["access_token"]), 200);
    assert_eq!(status(&bench, &json!(TOKEN)), 401, "the old one is dead");
}

#[test]
fn a_merchant_consents_and_comes_back_with_a_code() {
    let bench = Bench::new();
    let reply = bench.engine.handle(&Request {
        method: "GET".to_owned(),
        path: "/admin/oauth/authorize".to_owned(),
        query: format!(
            "shop={SHOP}&client_id=syncup-mock-app&scope=read_customers&state=a%2Fb&redirect_uri=https%3A%2F%2Fapp.example.com%2Fback"
        ),
        ..Request::default()
    });
    assert_eq!(reply.status, 302);
    let location = reply.header("Location").unwrap();
    let query = location
        .strip_prefix("https://app.example.com/back?")
        .unwrap();
    let back = Request {
        query: query.to_owned(),
        ..Request::default()
    };
    assert_eq!(back.parameter("shop"), Some("demo%2Emyshopify%2Ecom"));
    assert_eq!(back.parameter("state"), Some("a%2Fb"));
    let host = "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvZGVtbw";
    assert_eq!(back.parameter("host"), Some(host));
    let code = back.parameter("code").unwrap().replace("%5F", "_");
    let signed = format!("code={code}&host={host}&shop={SHOP}&state=a/b&timestamp=1795514763");
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"shpss_demo");
    let signature = ring::hmac::sign(&key, signed.as_bytes());
    let want: String = signature
        .as_ref()
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect();
    assert_eq!(back.parameter("hmac"), Some(want.as_str()));
    let token = granted(&bench, json!({"code": code}));
    assert_eq!(token["scope"], "read_customers");
    assert_eq!(token.get("expires_in"), None);
    assert_eq!(status(&bench, &token["access_token"]), 200);
    assert_eq!(
        post(&bench, json!({"code": code})).status,
        400,
        "a code is good once"
    );
}

#[test]
fn a_form_without_the_shops_host_finds_its_shop() {
    let bench = Bench::new();
    let body = "grant_type=client_credentials&client_id=syncup-mock-app&client_secret=shpss%5Fdemo";
    let reply = bench.engine.handle(&Request {
        method: "POST".to_owned(),
        path: "/admin/oauth/access_token".to_owned(),
        headers: vec![("Host".to_owned(), "127.0.0.1:8081".to_owned())],
        body: body.as_bytes().to_vec(),
        ..Request::default()
    });
    assert_eq!(reply.status, 200, "{}", reply.body_json());
}

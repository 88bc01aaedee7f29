//! What an operator sees of the running bridge: `/metrics`, `/readyz`.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use syncup::mock::Plan;

use crate::harness::TestApp;

/// An answer of the ops listener: status, media type, text.
async fn ask(app: &TestApp, path: &str) -> (u16, String, String) {
    let url = format!("http://{}{path}", app.application.ops_address());
    let http = syncup::shopify::tls::http_client().unwrap();
    let answer = http.get(url).send().await.unwrap();
    let status = answer.status().as_u16();
    let media_type = answer.headers()["content-type"].to_str().unwrap();
    let media_type = media_type.to_owned();
    (status, media_type, answer.text().await.unwrap())
}

async fn page(app: &TestApp) -> String {
    let (status, media_type, page) = ask(app, "/metrics").await;
    assert_eq!(status, 200);
    assert_eq!(media_type, "text/plain; version=0.0.4; charset=utf-8");
    page
}

/// The value of a series, as it stands there.
fn value<'p>(page: &'p str, series: &str) -> Option<&'p str> {
    page.lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
}

fn check(page: &str, expected: &[(&str, &str)]) {
    for (series, wanted) in expected {
        assert_eq!(value(page, series), Some(*wanted), "{series}\n{page}");
    }
}

fn user(name: &str) -> Value {
    json!({"userName": format!("{name}@example.com"), "name": {"familyName": "Tokarczuk"}})
}

/// Does what is counted: one user is with Shopify at once, another forty seconds later.
async fn run() -> TestApp {
    let app = TestApp::on_plan(Plan::Plus).await;
    let olga = app.scim.post("/Users", &user("olga")).await;
    assert_eq!(olga.status, 201, "{}", olga.text);
    let target = format!("/Users/{}", olga.id());
    for _ in 0..3 {
        assert_eq!(app.scim.get(&target).await.status, 200);
    }
    let stranger = app.scim.with_token("syncup_STRANGER_secretsecretsecret");
    assert_eq!(stranger.get(&target).await.status, 401);
    assert_eq!(app.scim.get("/Wares/olga").await.status, 404);
    assert_eq!(app.scim.post("/Users", &user("olga")).await.status, 409);
    let fault = json!({"times": 1, "kind": "throttled"});
    app.shopify.inject(serde_json::from_value(fault).unwrap());
    assert_eq!(app.scim.post("/Users", &user("mina")).await.status, 201);
    app
}

#[tokio::test]
async fn requests_calls_and_the_way_to_shopify_are_counted() {
    let app = run().await;
    app.clock.advance(40_000);
    let waiting = page(&app).await;
    let expected = [
        ("syncup_pending_changes", "1"),
        ("syncup_oldest_pending_seconds", "40"),
        ("syncup_propagation_seconds_count", "1"),
        ("syncup_shopify_throttled_total", "1"),
    ];
    check(&waiting, &expected);
    app.converge().await;
    app.clock.advance(5_000);
    let settled = page(&app).await;
    let requests = |labels: &str| format!("syncup_scim_requests_total{{{labels}}}");
    for (labels, count) in [
        (r#"method="POST",resource="/Users",status="201""#, "2"),
        (r#"method="POST",resource="/Users",status="409""#, "1"),
        (r#"method="GET",resource="/Users/{id}",status="200""#, "3"),
        (r#"method="GET",resource="/Users/{id}",status="401""#, "1"),
        (r#"method="GET",resource="none",status="404""#, "1"),
    ] {
        check(&settled, &[(&requests(labels), count)]);
    }
    let expected = [
        (
            r#"syncup_scim_request_duration_seconds_count{method="GET",resource="/Users/{id}"}"#,
            "4",
        ),
        (
            r#"syncup_shopify_requests_total{operation="CustomerCreate",outcome="ok"}"#,
            "2",
        ),
        (
            r#"syncup_shopify_requests_total{operation="CustomerCreate",outcome="throttled"}"#,
            "1",
        ),
        (
            r#"syncup_shopify_requests_total{operation="MetafieldDefinitionCreate",outcome="ok"}"#,
            "1",
        ),
        (r#"syncup_auth_failures_total{reason="malformed"}"#, "1"),
        (r#"syncup_propagation_seconds_bucket{le="0.1"}"#, "1"),
        (r#"syncup_propagation_seconds_bucket{le="30"}"#, "1"),
        (r#"syncup_propagation_seconds_bucket{le="60"}"#, "2"),
        ("syncup_propagation_seconds_count", "2"),
        ("syncup_pending_changes", "0"),
        ("syncup_oldest_pending_seconds", "0"),
        (r#"syncup_parked_users{state="held"}"#, "0"),
        (r#"syncup_build_info{version="0.1.0"}"#, "1"),
    ];
    check(&settled, &expected);
    for (series, least) in [
        ("syncup_shopify_points_total", 20.0),
        ("syncup_shopify_available_points", 1.0),
        ("process_resident_memory_bytes", 1_000_000.0),
    ] {
        let found: f64 = value(&settled, series).unwrap().parse().unwrap();
        assert!(found >= least, "{series} {found}");
    }
}

#[tokio::test]
async fn a_user_who_cannot_be_told_is_counted_by_state() {
    let app = TestApp::start().await;
    let nameless = app.scim.post("/Users", &json!({"userName": "olga"})).await;
    assert_eq!(nameless.status, 201);
    app.converge().await;
    let page = page(&app).await;
    let expected = [
        (r#"syncup_parked_users{state="held"}"#, "1"),
        ("syncup_pending_changes", "0"),
        // Shopify was not told.
        ("syncup_propagation_seconds_count", "0"),
    ];
    check(&page, &expected);
}

#[tokio::test]
async fn the_page_says_nothing_personal_and_no_secret() {
    let app = run().await;
    let page = page(&app).await.to_lowercase();
    let secret = app.scim.token().to_lowercase();
    let secret = secret.rsplit('_').next().unwrap();
    let said = [
        "olga",
        "mina",
        "tokarczuk",
        "example",
        "wares",
        "shpat",
        "stranger",
        secret,
        app.shop.handle(),
        app.shop.as_str(),
    ];
    for word in said {
        assert!(!page.contains(word), "{word}\n{page}");
    }
}

#[tokio::test]
async fn the_page_is_as_prometheus_wants_it() {
    let page = page(&run().await).await;
    let mut described = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for line in page.lines() {
        if let Some(about) = line.strip_prefix("# ") {
            let words: Vec<&str> = about.splitn(3, ' ').collect();
            if words[0] == "TYPE" {
                assert!(described.insert(words[1]), "{line} is there twice");
                let is_total = words[1].ends_with("_total");
                assert_eq!(words[2] == "counter", is_total, "{line}");
            } else {
                assert!(words[0] == "HELP" && words[2].ends_with('.'), "{line}");
            }
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        assert!(seen.insert(series), "{line} is there twice");
        let name = series.split('{').next().unwrap();
        let stem = ["_bucket", "_sum", "_count"].iter();
        let stem = stem.filter_map(|end| name.strip_suffix(end));
        let is_described = stem.chain([name]).any(|name| described.contains(name));
        assert!(is_described, "{line}");
    }
    assert!(described.len() > 15, "{page}");
}

#[tokio::test]
async fn readiness_is_told_part_by_part_and_ends_with_the_stop() {
    let app = TestApp::start().await;
    let (status, media_type, text) = ask(&app, "/readyz").await;
    let states: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &*media_type), (200, "application/json"));
    assert_eq!(states["status"], "ready");
    assert_eq!(states["components"]["database"], "ok");
    // Tests move the work themselves.
    assert_eq!(states["components"]["worker"], "off");
    app.application.reconciler().stop().await;
    let (status, _, text) = ask(&app, "/readyz").await;
    let states: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &states["status"]), (503, &json!("draining")));
    // The process is not to be started anew for that.
    assert_eq!(ask(&app, "/livez").await.0, 200);
}

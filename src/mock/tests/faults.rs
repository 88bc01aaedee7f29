//! Faults: what the client sees, and what the shop holds afterwards.

use serde_json::{Value, json};

use super::{Bench, CREATE, SHOP};
use crate::mock::{Disposition, Fault, FaultKind, Match, Reply};

fn inject(bench: &Bench, kind: FaultKind) {
    bench.engine.inject(Fault {
        applies_to: Match::default(),
        times: Some(1),
        probability: None,
        kind,
    });
}

fn create(bench: &Bench) -> Reply {
    bench.send(CREATE, json!({"input": {"email": "ada@example.com"}}))
}

#[test]
fn a_fault_runs_the_operation_or_does_not() {
    let check = |kind: FaultKind, status: u16, after: Disposition, customers: usize| {
        let bench = Bench::new();
        let name = format!("{kind:?}");
        inject(&bench, kind);
        let reply = create(&bench);
        assert_eq!(reply.status, status, "{name}");
        assert_eq!(reply.after, after, "{name}");
        assert_eq!(bench.engine.customers(SHOP).len(), customers, "{name}");
        assert_eq!(create(&bench).status, 200, "{name}: the fault is used up");
    };
    let status = |code, retry_after| FaultKind::Status {
        code,
        body: None,
        retry_after,
    };
    check(status(429, Some(2.0)), 429, Disposition::Send, 0);
    check(status(503, None), 503, Disposition::Send, 0);
    check(
        FaultKind::StatusAfterCommit { code: 502 },
        502,
        Disposition::Send,
        1,
    );
    check(FaultKind::Reset, 500, Disposition::DropConnection, 0);
    check(
        FaultKind::ResetAfterCommit,
        200,
        Disposition::DropConnection,
        1,
    );
    check(FaultKind::Throttled, 200, Disposition::Send, 0);
    check(
        FaultKind::InternalError {
            after_commit: false,
        },
        200,
        Disposition::Send,
        0,
    );
    check(
        FaultKind::InternalError { after_commit: true },
        200,
        Disposition::Send,
        1,
    );
    check(FaultKind::Slow { ms: 700 }, 200, Disposition::Send, 1);
    check(FaultKind::MalformedJson, 200, Disposition::Send, 1);
}

#[test]
fn a_fault_has_shopifys_shape() {
    let bench = Bench::new();
    let spoiled = |kind: FaultKind| {
        inject(&bench, kind);
        bench.send("{ shop { id } }", json!({}))
    };
    let limited = spoiled(FaultKind::Status {
        code: 429,
        body: None,
        retry_after: Some(2.0),
    });
    assert!(
        limited
            .headers
            .contains(&("Retry-After".to_owned(), "2.0".to_owned()))
    );
    let internal = spoiled(FaultKind::InternalError {
        after_commit: false,
    })
    .body_json();
    assert_eq!(internal["data"], Value::Null);
    assert_eq!(
        internal["errors"][0]["extensions"]["code"],
        "INTERNAL_SERVER_ERROR"
    );
    let throttled = spoiled(FaultKind::Throttled).body_json();
    assert_eq!(throttled["errors"][0]["extensions"]["code"], "THROTTLED");
    assert_eq!(throttled.get("data"), None);
    let status = &throttled["extensions"]["cost"]["throttleStatus"];
    assert_eq!(status["currentlyAvailable"], 0);
    assert_eq!(spoiled(FaultKind::Slow { ms: 700 }).delay_ms, Some(700));
    assert!(serde_json::from_slice::<Value>(&spoiled(FaultKind::MalformedJson).body).is_err());
    let truncated = spoiled(FaultKind::TruncatedJson);
    let whole = truncated.body.len();
    assert_eq!(
        truncated.after,
        Disposition::TruncateBody {
            sent_bytes: whole / 2
        }
    );
    let body = spoiled(FaultKind::Status {
        code: 403,
        body: Some("{\"errors\":\"[API] Non-expiring access tokens\"}".to_owned()),
        retry_after: None,
    });
    assert_eq!(
        body.body_json()["errors"],
        "[API] Non-expiring access tokens"
    );
}

#[test]
fn cost_numbers_can_change_their_kind() {
    let bench = Bench::new();
    let cost = |kind: Option<FaultKind>| {
        if let Some(kind) = kind {
            inject(&bench, kind);
        }
        bench.body("{ shop { id } }", json!({}))["extensions"]["cost"].to_string()
    };
    let status = |available: &str, maximum: &str, rate: &str| {
        format!(
            "\"throttleStatus\":{{\"maximumAvailable\":{maximum},\"currentlyAvailable\":{available},\"restoreRate\":{rate}}}"
        )
    };
    let check = |kind: Option<FaultKind>, points: &str, status: String| {
        let want =
            format!("{{\"requestedQueryCost\":{points},\"actualQueryCost\":{points},{status}}}");
        assert_eq!(cost(kind), want);
    };
    check(None, "1", status("1999", "2000.0", "100.0"));
    check(
        Some(FaultKind::IntegerCosts),
        "1",
        status("1998", "2000", "100"),
    );
    check(
        Some(FaultKind::FloatCosts),
        "1.0",
        status("1997.0", "2000.0", "100.0"),
    );
    assert_eq!(
        cost(Some(FaultKind::MissingThrottleStatus)),
        "{\"requestedQueryCost\":1,\"actualQueryCost\":1}"
    );
}

#[test]
fn protected_fields_can_read_as_null() {
    let bench = Bench::new();
    let id = bench.create(json!({"email": "ada@example.com", "firstName": "Ada", "note": "kept"}));
    inject(&bench, FaultKind::NullProtectedFields);
    let hidden = bench.read(
        &id,
        "email firstName defaultEmailAddress { emailAddress } note",
    );
    let want =
        json!({"email": null, "firstName": null, "defaultEmailAddress": null, "note": "kept"});
    assert_eq!(hidden, want);
    assert_eq!(
        bench.read(&id, "email"),
        json!({"email": "ada@example.com"})
    );
}

#[test]
fn a_fault_strikes_only_what_it_matches() {
    let bench = Bench::new();
    bench.engine.inject(Fault {
        applies_to: Match {
            root_field: Some("customerCreate".to_owned()),
            operation: Some("Create".to_owned()),
            shop: Some(SHOP.to_owned()),
            ..Match::default()
        },
        times: None,
        probability: None,
        kind: FaultKind::Reset,
    });
    assert_eq!(
        bench.send("{ shop { id } }", json!({})).after,
        Disposition::Send
    );
    assert_eq!(create(&bench).after, Disposition::DropConnection);
    assert_eq!(create(&bench).after, Disposition::DropConnection);
    bench.engine.clear_faults();
    assert_eq!(create(&bench).after, Disposition::Send);
}

#[test]
fn a_slow_body_and_another_version_are_told_to_the_adapter() {
    let bench = Bench::new();
    inject(&bench, FaultKind::SlowBody { ms: 800 });
    let slow = create(&bench);
    assert_eq!(slow.after, Disposition::TrickleBody { over_ms: 800 });
    let version = "2027-01".to_owned();
    inject(&bench, FaultKind::FallForward { version });
    let fallen = bench.send("{ shop { id } }", json!({}));
    assert_eq!(fallen.header("x-shopify-api-version"), Some("2027-01"));
    let names = fallen
        .headers
        .iter()
        .filter(|(name, _)| name.ends_with("API-Version"));
    assert_eq!(names.count(), 1);
}

const TWICE: &str = "mutation($id: ID!) {
  one: tagsAdd(id: $id, tags: [\"one\"]) { node { id } userErrors { field message } }
  two: tagsAdd(id: $id, tags: [\"two\"]) { node { id } userErrors { field message } }
}";

#[test]
fn a_scripted_user_error_refuses_one_root_field() {
    let bench = Bench::new();
    let id = bench.create(json!({"email": "ada@example.com"}));
    let script = json!({
        "times": 1, "kind": "user-error",
        "field": ["id"], "message": "Tags are closed",
    });
    bench.engine.inject(serde_json::from_value(script).unwrap());
    assert_eq!(
        bench.read(&id, "tags"),
        json!({"tags": []}),
        "no query is refused"
    );
    let data = bench.data(TWICE, json!({"id": id}));
    let refused =
        json!({"node": null, "userErrors": [{"field": ["id"], "message": "Tags are closed"}]});
    assert_eq!(data["one"], refused);
    assert_eq!(data["two"]["userErrors"], json!([]));
    assert_eq!(
        bench.engine.log().last().unwrap().fault.as_ref().unwrap()["kind"],
        "user-error"
    );
    assert_eq!(bench.read(&id, "tags"), json!({"tags": ["two"]}));
}

#[test]
fn a_scripted_denial_looks_like_a_missing_scope() {
    let bench = Bench::new();
    inject(&bench, FaultKind::AccessDenied);
    let denied = create(&bench).body_json();
    assert_eq!(denied["data"], json!({"customerCreate": null}));
    assert_eq!(denied["errors"][0]["extensions"]["code"], "ACCESS_DENIED");
    assert!(bench.engine.customers(SHOP).is_empty());
}

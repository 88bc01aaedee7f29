//! What a client of the running server gets wrong, or does on purpose, is answered with a SCIM error that says what to do.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::harness::installation::{Bridge, Installation, SHOP};
use crate::harness::process::printed;
use crate::harness::{Answered, Scim};

/// The server and a client whose token is good.
fn start() -> (Installation, Bridge, Scim) {
    let installation = Installation::on_plan("standard");
    let bridge = installation.serve();
    let scim = Scim::new(&bridge.base_url, &installation.token);
    (installation, bridge, scim)
}

/// The answer is a SCIM error with this verdict whose detail has every one of `parts`.
fn check(say: &str, answer: &Answered, verdict: &str, parts: &[&str]) {
    assert_eq!(answer.verdict(), verdict, "{say}: {}", answer.text);
    let error = answer.json();
    let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:Error"]);
    assert_eq!(error["schemas"], schemas, "{say}");
    let detail = error["detail"].as_str().unwrap();
    for part in parts {
        assert!(detail.contains(part), "{say}: {detail}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_is_refused_with_what_to_send() {
    let (installation, _bridge, scim) = start();
    let cli = |arguments: &[&str]| printed(&mut installation.cli(arguments));
    let create = || -> Value {
        let made = cli(&["token", "create", SHOP, "--json"]);
        serde_json::from_str(&made).unwrap()
    };
    let check = async |say: &str, token: &str, part: &str| {
        let answer = scim.with_token(token).get("/Users").await;
        check(say, &answer, "401", &[part, "syncup token create"]);
        assert!(
            answer.header("www-authenticate").starts_with("Bearer"),
            "{say}"
        );
    };
    let unknown = create();
    let unknown = unknown["token"].as_str().unwrap();
    let last = if unknown.ends_with('A') { "B" } else { "A" };
    let changed = format!("{}{last}", &unknown[..unknown.len() - 1]);
    check("changed in one letter", &changed, "token").await;
    check("cut", &unknown[..20], "malformed").await;
    check("empty", "", "malformed").await;
    check("not ours", "eyJhbGciOiJub25lIn0.e30.", "malformed").await;
    check("not a word", "a b", "malformed").await;
    let revoked = create();
    let (prefix, token) = (&revoked["prefix"], revoked["token"].as_str().unwrap());
    assert_eq!(scim.with_token(token).get("/Users").await.status, 200);
    cli(&["token", "revoke", prefix.as_str().unwrap()]);
    check("revoked", token, "expired or was revoked").await;
    let expired = create();
    let prefix = expired["prefix"].as_str().unwrap();
    cli(&["token", "rotate", prefix, "--overlap-hours", "0"]);
    let token = expired["token"].as_str().unwrap();
    check("expired", token, "expired or was revoked").await;
}

#[tokio::test]
async fn a_body_that_is_not_a_resource_is_refused_with_what_is_wrong() {
    let (_installation, bridge, scim) = start();
    let check = async |say: &str, body: Vec<u8>, verdict: &str, parts: &[&str]| {
        let answer = scim.send("POST", "/Users", &[], Some(body)).await;
        check(say, &answer, verdict, parts);
    };
    let syntax = "400 invalidSyntax";
    check("empty", Vec::new(), syntax, &["body"]).await;
    check("broken", b"{\"userName\": ".to_vec(), syntax, &["JSON"]).await;
    check(
        "not UTF-8",
        b"{\"userName\": \"\xff\xfe\"}".to_vec(),
        syntax,
        &["unicode"],
    )
    .await;
    let twice = br#"{"userName": "a", "emails": [], "userName": "b"}"#.to_vec();
    check("a key twice", twice, syntax, &["twice"]).await;
    let deep = format!(
        "{{\"userName\": {}1{}}}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    check("5,000 deep", deep.into_bytes(), syntax, &["deep"]).await;
    let deep = format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
    check("5,000 objects deep", deep.into_bytes(), syntax, &["deep"]).await;
    let large = format!("{{\"userName\": \"{}\"}}", "a".repeat(5 << 20));
    check(
        "5 MB",
        large.into_bytes(),
        "413",
        &["1048576 bytes", "send less"],
    )
    .await;
    // It is as well as before.
    let good = scim.post("/Users", &json!({"userName": "ann"})).await;
    assert_eq!(good.status, 201);
    let said = bridge.process.stop();
    assert!(!said.contains("panicked"), "{said}");
}

#[tokio::test]
async fn a_target_that_makes_no_sense_is_refused_with_what_is_wrong() {
    let (_installation, bridge, scim) = start();
    let check = async |say: &str, target: &str, verdict: &str, parts: &[&str]| {
        let answer = scim.get(target).await;
        check(say, &answer, verdict, parts);
    };
    let nested = |open: &str, close: &str| {
        format!(
            "/Users?filter={}userName%20pr{}",
            open.repeat(5_000),
            close.repeat(5_000)
        )
    };
    let filter = "400 invalidFilter";
    check("5,000 brackets", &nested("(", ")"), filter, &["deep"]).await;
    check("5,000 nots", &nested("not%20(", ")"), filter, &["deep"]).await;
    check(
        "no end",
        "/Users?filter=userName%20eq%20%22a",
        filter,
        &["byte 12", "closing quote"],
    )
    .await;
    check(
        "not UTF-8",
        "/Users?filter=userName%20eq%20%22%ff%22",
        filter,
        &[],
    )
    .await;
    check("no such endpoint", "/User", "404", &["/scim/v2/Users"]).await;
    check("a path that is not UTF-8", "/Users/%ff", "404", &[]).await;
    check("an id that is none", "/Users/..%2f..%2fetc", "404", &[]).await;
    check(
        "a cursor that is none",
        "/Users?cursor=abc",
        "400 invalidCursor",
        &["cursor"],
    )
    .await;
    drop(bridge);
}

#[test]
fn bytes_that_are_not_http_harm_nobody() {
    let (installation, bridge, _) = start();
    let address = bridge.base_url.strip_prefix("http://").unwrap();
    let address = address.strip_suffix("/scim/v2").unwrap();
    for bytes in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"GET /scim/v2/Users HTTP/9.9\r\n\r\n".to_vec(),
        format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(1 << 20)).into_bytes(),
        b"POST /scim/v2/Users HTTP/1.1\r\nContent-Length: -1\r\n\r\n".to_vec(),
        b"POST /scim/v2/Users HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(),
    ] {
        let mut stream = TcpStream::connect(address).unwrap();
        // The server may close the connection before it has read everything.
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{}", bytes.escape_ascii());
    }
    assert_eq!(installation.states(), json!({}));
    let said = bridge.process.stop();
    assert!(!said.contains("panicked"), "{said}");
}

//! The engine behind a wiremock server: real sockets.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer};

use super::{Bench, CREATE, SHOP, TOKEN};
use crate::mock::wiremock::Responder;
use crate::mock::{Engine, Fault, FaultKind, Match};

async fn server(engine: Arc<Engine>) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(Responder(engine))
        .mount(&server)
        .await;
    server
}

/// All that the server sends for one creation.
async fn exchange(server: &MockServer) -> String {
    let body = json!({"query": CREATE, "variables": {"input": {"firstName": "Ada"}}}).to_string();
    let request = format!(
        "POST /admin/api/2026-10/graphql.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Shopify-Access-Token: {TOKEN}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    // A dropped connection may end in a reset; what came before counts.
    let _ = stream.read_to_end(&mut reply).await;
    String::from_utf8_lossy(&reply).into_owned()
}

fn body(reply: &str) -> &str {
    reply.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

#[tokio::test]
async fn a_responder_serves_and_breaks_connections() {
    let engine = Arc::new(Bench::new().engine);
    let server = server(Arc::clone(&engine)).await;
    let whole = exchange(&server).await;
    assert!(whole.starts_with("HTTP/1.1 200"), "{whole}");
    assert!(serde_json::from_str::<Value>(body(&whole)).is_ok());
    for (kind, customers, is_dropped) in [
        (FaultKind::Reset, 1, true),
        (FaultKind::ResetAfterCommit, 2, true),
        (FaultKind::TruncatedJson, 3, false),
    ] {
        let name = format!("{kind:?}");
        engine.inject(Fault {
            applies_to: Match::default(),
            times: Some(1),
            probability: None,
            kind,
        });
        let broken = exchange(&server).await;
        assert_eq!(broken.is_empty(), is_dropped, "{name}: {broken}");
        assert!(
            serde_json::from_str::<Value>(body(&broken)).is_err(),
            "{name}"
        );
        assert_eq!(engine.customers(SHOP).len(), customers, "{name}");
    }
}

#[tokio::test]
async fn a_responder_gives_out_its_own_address_for_uploads() {
    let engine = Arc::new(Bench::new().engine);
    let server = server(Arc::clone(&engine)).await;
    engine.served_at(&server.uri());
    let body = json!({"query": super::bulk::STAGE}).to_string();
    let request = format!(
        "POST /admin/api/2026-10/graphql.json HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nX-Shopify-Access-Token: {TOKEN}\r\nContent-Length: {}\r\n\r\n{body}",
        SHOP,
        body.len()
    );
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    let url = format!("\"url\":\"{}/staged-uploads/\"", server.uri());
    assert!(reply.contains(&url), "{reply}");
}

//! The mock Shopify's front: every request goes to its engine, and what the engine says about delays, broken connections and webhooks is done.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use crate::http::{ServeError, listen};
use crate::mock::{Disposition, Engine, Reply, Request, keep_posting};

/// The largest body: a file for a bulk operation may have 100 MB, beside what the form has around it.
const MAX_BODY_BYTES: usize = 101 << 20;

/// A running mock.
#[derive(Debug)]
pub struct MockServer {
    address: SocketAddr,
}

impl MockServer {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Serves `engine` at `address` in the background, for as long as the process runs.
///
/// # Errors
/// The address cannot be used.
pub fn serve(address: SocketAddr, engine: Arc<Engine>) -> Result<MockServer, ServeError> {
    let listener = listen(address, "--shopify")?;
    keep_posting(&engine).map_err(|source| ServeError::Start {
        what: "--shopify",
        source,
    })?;
    let bound = listener.local_addr().unwrap_or(address);
    engine.served_at(&format!("http://{}", reachable(bound)));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::from(Arc::clone(&engine)))
            .app_data(web::PayloadConfig::new(MAX_BODY_BYTES))
            .default_service(web::to(handle))
    })
    .workers(2)
    .disable_signals()
    .listen(listener)
    .map_err(|source| ServeError::Start {
        what: "--shopify",
        source,
    })?;
    tokio::spawn(server.run());
    Ok(MockServer { address: bound })
}

/// An address that a client on this machine can connect to.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let loopback = match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        address.set_ip(loopback);
    }
    address
}

async fn handle(
    request: HttpRequest,
    body: web::Bytes,
    engine: web::Data<Engine>,
) -> Result<HttpResponse, actix_web::Error> {
    let headers = request
        .headers()
        .iter()
        .filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        })
        .collect();
    let reply = engine.handle(&Request {
        method: request.method().as_str().to_owned(),
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        headers,
        body: body.to_vec(),
    });
    if let Some(delay_ms) = reply.delay_ms {
        actix_web::rt::time::sleep(Duration::from_millis(delay_ms)).await;
    }
    Ok(respond(reply))
}

fn respond(reply: Reply) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for (name, value) in &reply.headers {
        response.append_header((name.as_str(), value.as_str()));
    }
    let whole = u64::try_from(reply.body.len()).unwrap_or_default();
    match reply.after {
        Disposition::Send => response.body(reply.body),
        Disposition::TrickleBody { over_ms } => trickle(&mut response, reply.body, over_ms),
        Disposition::DropConnection => broken(&mut response, whole.max(1), Vec::new()),
        Disposition::TruncateBody { sent_bytes } => {
            let mut part = reply.body;
            part.truncate(sent_bytes);
            broken(&mut response, whole, part)
        }
    }
}

/// How many pieces a slow body is sent in.
const PIECES: usize = 8;

/// A body that takes `over_ms` from its first byte to its last.
fn trickle(
    response: &mut actix_web::HttpResponseBuilder,
    body: Vec<u8>,
    over_ms: u64,
) -> HttpResponse {
    let whole = u64::try_from(body.len()).unwrap_or_default();
    let pause = Duration::from_millis(over_ms / PIECES as u64);
    let piece_bytes = body.len().div_ceil(PIECES).max(1);
    let pieces: Vec<web::Bytes> = body
        .chunks(piece_bytes)
        .map(web::Bytes::copy_from_slice)
        .collect();
    let chunks = futures_util::stream::unfold(pieces.into_iter(), move |mut pieces| async move {
        let piece = pieces.next()?;
        actix_web::rt::time::sleep(pause).await;
        Some((Ok::<_, std::io::Error>(piece), pieces))
    });
    response.no_chunking(whole).streaming(Box::pin(chunks))
}

/// A body that promises `whole` bytes, sends `part` and breaks the connection.
fn broken(
    response: &mut actix_web::HttpResponseBuilder,
    whole: u64,
    part: Vec<u8>,
) -> HttpResponse {
    let chunks = futures_util::stream::iter([
        Ok(web::Bytes::from(part)),
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)),
    ]);
    response.no_chunking(whole).streaming(chunks)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::mock::{Config, Fault, ShopConfig, Topic};

    const SHOP: &str = "demo.myshopify.com";
    const LINE: &str =
        "mutation($input: CustomerInput!) { customerCreate(input: $input) { customer { id } } }";

    fn mock() -> (Arc<Engine>, SocketAddr) {
        let shop = ShopConfig::new(SHOP, "shpat_demo").with_bulk_lines_per_second(1_000.0);
        let engine = Arc::new(Engine::new(Config::default().with_shop(shop)));
        let server = serve("127.0.0.1:0".parse().unwrap(), Arc::clone(&engine)).unwrap();
        (engine, server.address())
    }

    /// What the mock sends back, head and body.
    async fn exchange(address: SocketAddr, head: &str, body: &str) -> String {
        let length = body.len();
        let request = format!(
            "{head}\r\nHost: {SHOP}\r\nConnection: close\r\nX-Shopify-Access-Token: shpat_demo\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        reply
    }

    async fn ask(address: SocketAddr, query: &str, variables: Value) -> Value {
        let body = json!({"query": query, "variables": variables}).to_string();
        let head = "POST /admin/api/2026-10/graphql.json HTTP/1.1";
        let reply = exchange(address, head, &body).await;
        let (_, body) = reply.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap()
    }

    /// A path and query of the mock, from an address it gave out.
    fn path(address: SocketAddr, url: &Value) -> String {
        let base = format!("http://{address}");
        url.as_str()
            .unwrap()
            .strip_prefix(&base)
            .unwrap()
            .to_owned()
    }

    #[actix_web::test]
    async fn a_bulk_operation_runs_over_http_and_its_end_is_posted() {
        let (engine, address) = mock();
        let hooks = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}/hooks", hooks.local_addr().unwrap());
        let topic = Topic::new("bulk_operations/finish");
        engine.subscribe(SHOP, topic, &uri).unwrap();

        let staged = "mutation { stagedUploadsCreate(input: [{resource: BULK_MUTATION_VARIABLES,
          filename: \"vars\", mimeType: \"text/jsonl\", httpMethod: POST}]) { stagedTargets { url parameters { name value } } } }";
        let staged = ask(address, staged, json!({})).await;
        let target = &staged["data"]["stagedUploadsCreate"]["stagedTargets"][0];
        let mut form = String::new();
        let mut key = Value::Null;
        let file = json!({"name": "file", "value": "{\"input\":{\"firstName\":\"Ada\"}}\n"});
        let fields = target["parameters"].as_array().unwrap();
        for field in fields.iter().chain([&file]) {
            let (name, value) = (
                field["name"].as_str().unwrap(),
                field["value"].as_str().unwrap(),
            );
            form.push_str(&format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
            if name == "key" {
                key = field["value"].clone();
            }
        }
        form.push_str("--b--\r\n");
        let head = format!(
            "POST {} HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b",
            path(address, &target["url"])
        );
        let stored = exchange(address, &head, &form).await;
        assert!(stored.starts_with("HTTP/1.1 201"), "{stored}");

        let run = "mutation($line: String!, $key: String!) { bulkOperationRunMutation(mutation: $line, stagedUploadPath: $key) {
          bulkOperation { id } userErrors { message } } }";
        let run = ask(address, run, json!({"line": LINE, "key": key})).await;
        let id = &run["data"]["bulkOperationRunMutation"]["bulkOperation"]["id"];

        let (mut stream, _) = hooks.accept().await.unwrap();
        let mut posted = Vec::new();
        while !posted.ends_with(b"}") {
            stream.read_buf(&mut posted).await.unwrap();
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        let posted = String::from_utf8(posted).unwrap();
        assert!(posted.contains(id.as_str().unwrap()), "{posted}");

        let poll = "query($id: ID!) { bulkOperation(id: $id) { status url } }";
        let polled = ask(address, poll, json!({"id": id})).await;
        let operation = &polled["data"]["bulkOperation"];
        assert_eq!(operation["status"], "COMPLETED");
        let head = format!("GET {} HTTP/1.1", path(address, &operation["url"]));
        let result = exchange(address, &head, "").await;
        assert!(result.ends_with("\"__lineNumber\":0}\n"), "{result}");
        assert_eq!(engine.customers(SHOP).len(), 1);
    }

    #[actix_web::test]
    async fn a_slow_body_comes_in_pieces_and_is_whole() {
        let (engine, address) = mock();
        let fault = json!({"times": 1, "kind": "slow-body", "ms": 80});
        engine.inject(serde_json::from_value::<Fault>(fault).unwrap());
        let body = json!({"query": "{ shop { myshopifyDomain } }"}).to_string();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "POST /admin/api/2026-10/graphql.json HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nX-Shopify-Access-Token: shpat_demo\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut first = Vec::new();
        while !first.windows(4).any(|it| it == b"\r\n\r\n") {
            stream.read_buf(&mut first).await.unwrap();
        }
        let first = String::from_utf8(first).unwrap();
        let mut rest = String::new();
        stream.read_to_string(&mut rest).await.unwrap();
        let whole = first.clone() + &rest;
        assert!(whole.contains(SHOP), "{whole}");
        assert!(!first.contains(SHOP), "the head comes first: {first}");
    }
}

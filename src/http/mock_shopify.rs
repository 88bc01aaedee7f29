//! The mock Shopify's front: every request goes to its engine, and what the engine says about delays, broken connections and webhooks is done.

use std::net::SocketAddr;
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

//! The mock Shopify's front: every request goes to its engine, and what the engine says about delays and broken connections is done.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use crate::http::{ServeError, listen};
use crate::mock::{Disposition, Engine, Reply, Request};

/// The largest body: Shopify's limit for a request is below it.
const MAX_BODY_BYTES: usize = 32 << 20;

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

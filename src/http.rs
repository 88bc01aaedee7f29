//! The HTTP servers: SCIM, operations and the mock Shopify's front. actix-web lives only here.

mod error;
#[cfg(feature = "mock")]
pub mod mock_shopify;
pub mod ops;
pub mod scim;

use std::net::{SocketAddr, TcpListener};

/// How many seconds requests in flight may take when a server stops: none waits for Shopify then, only for the disk or a slow client.
const LAST_REQUESTS_S: u64 = 3;

/// A server that could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is in use or not ours.
    #[error(
        "cannot listen on {address}: is another program using it? choose another address for {what}"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The setting or flag that gives it.
        what: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The server could not take the listener.
    #[error("cannot start the server for {what}")]
    Start {
        /// The setting or flag that gives the address.
        what: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Binds `address`, which the setting or flag `what` gives.
///
/// # Errors
/// [`ServeError::Listen`].
pub fn listen(address: SocketAddr, what: &'static str) -> Result<TcpListener, ServeError> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    bound.map_err(|source| ServeError::Listen {
        address,
        what,
        source,
    })
}

/// A running server.
pub struct Running(actix_web::dev::ServerHandle);

impl Running {
    /// Runs `server` in the background of the current runtime.
    fn start(server: actix_web::dev::Server) -> Self {
        let handle = server.handle();
        tokio::spawn(server);
        Self(handle)
    }

    /// Takes no new connections and waits for the requests in flight.
    pub async fn stop(self) {
        self.0.stop(true).await;
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Running")
    }
}

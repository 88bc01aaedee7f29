//! The one HTTP client of the process.

use std::time::Duration;

use crate::tls::install_crypto_provider;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// The HTTP client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("could not set up the HTTP client")]
pub struct HttpClientError(#[source] reqwest::Error);

/// The connections that all shops share.
pub type HttpClient = reqwest::Client;

/// A client for all shops, with pooled connections. Redirects are not followed: they would carry the access token elsewhere.
pub fn http_client() -> Result<HttpClient, HttpClientError> {
    install_crypto_provider();
    reqwest::Client::builder()
        .user_agent(concat!("syncup/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .build()
        .map_err(HttpClientError)
}

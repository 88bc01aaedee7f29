//! Sending requests to one shop.

use std::fmt;
use std::time::Duration;

use graphql_client::GraphQLQuery;
use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderValue, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::answer::{self, HttpAnswer};
use super::error::{CallError, Cause};
use super::origin::{OriginError, check_origin};
use super::receipt::{Receipt, Reply};
use super::request::Request;
use crate::base::id::ShopDomain;

/// Where a shop is and how to be let in.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Another origin than `https://SHOP`, such as a mock on this machine.
    pub origin: Option<String>,
    /// The version of the Admin API to ask for.
    pub api_version: String,
    /// The shop.
    pub shop: ShopDomain,
    /// The app's access token for the shop.
    pub access_token: SecretString,
    /// The longest time for one call, in milliseconds.
    pub timeout_ms: u64,
    /// Whether the token may be sent to an origin that is neither the shop's nor this machine.
    pub allow_any_origin: bool,
}

impl ClientConfig {
    /// The real Shopify, the pinned API version, ten seconds a call.
    pub fn new(shop: ShopDomain, access_token: SecretString) -> Self {
        Self {
            origin: None,
            api_version: super::API_VERSION.to_owned(),
            shop,
            access_token,
            timeout_ms: 10_000,
            allow_any_origin: false,
        }
    }
}

/// A client cannot be made from its configuration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// The API version does not make a URL.
    #[error("shopify API version does not make a URL")]
    Url,
    /// The token may not be sent there.
    #[error("access token cannot be sent to the origin")]
    Origin(#[source] OriginError),
    /// The token holds characters that no header may hold.
    #[error("access token cannot be sent in a header")]
    AccessToken,
}

/// A client of one shop. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: Url,
    api_version: String,
    headers: HeaderMap,
    timeout: Duration,
}

/// No answer that we ask for comes near this size.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

impl Client {
    /// A client that sends through `http`, which should be [`super::tls::http_client`]'s.
    pub fn new(config: &ClientConfig, http: reqwest::Client) -> Result<Self, ConfigError> {
        let url = endpoint(config)?;
        let mut token = HeaderValue::from_str(config.access_token.expose_secret())
            .map_err(|_| ConfigError::AccessToken)?;
        token.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert("X-Shopify-Access-Token", token);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        // Behind another origin, such as the mock's, the host tells which shop is meant.
        let host = HeaderValue::from_str(config.shop.as_str()).map_err(|_| ConfigError::Url)?;
        headers.insert(HOST, host);
        Ok(Self {
            http,
            url,
            api_version: config.api_version.clone(),
            headers,
            timeout: Duration::from_millis(config.timeout_ms),
        })
    }

    /// Sends `request` and turns the data of operation `Q` into a value.
    pub(super) async fn call<Q: GraphQLQuery, T>(
        &self,
        request: Request,
        read: impl FnOnce(Q::ResponseData) -> Result<T, Cause>,
    ) -> Result<Reply<T>, CallError> {
        let operation = request.operation;
        let span = tracing::debug_span!("shopify", operation, shopify.request_id = Empty);
        let answered = self.ask::<Q, T>(request, read).instrument(span);
        answered.await.inspect_err(CallError::log)
    }

    async fn ask<Q: GraphQLQuery, T>(
        &self,
        request: Request,
        read: impl FnOnce(Q::ResponseData) -> Result<T, Cause>,
    ) -> Result<Reply<T>, CallError> {
        let answer = match self.post(&request).await {
            Ok(answer) => answer,
            Err(cause) => return Err(failure(&request, None, cause)),
        };
        let (receipt, outcome) = answer::read(&answer, &request, &self.api_version);
        let value = outcome.and_then(decode::<Q>).and_then(read);
        if let Some(version) = &receipt.other_version {
            // Shopify falls forward silently when the version asked for is no longer supported.
            tracing::warn!(
                asked = self.api_version,
                served = version.as_str(),
                "Shopify served another API version: update SYNCUP_SHOPIFY_API_VERSION"
            );
        }
        Span::current().record("shopify.request_id", receipt.request_id.as_deref());
        tracing::debug!(
            operation = request.operation,
            status = answer.status,
            shopify.request_id = receipt.request_id.as_deref(),
            cost_points = receipt.cost_points,
            is_ok = value.is_ok(),
            "called shopify"
        );
        match value {
            Ok(value) => Ok(Reply { value, receipt }),
            Err(cause) => Err(failure(&request, Some(receipt), cause)),
        }
    }

    async fn post(&self, request: &Request) -> Result<HttpAnswer, Cause> {
        let response = self
            .http
            .post(self.url.clone())
            .headers(self.headers.clone())
            .timeout(self.timeout)
            .body(request.body().to_string())
            .send()
            .await
            .map_err(network_cause)?;
        receive(response).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.url)
    }
}

fn endpoint(config: &ClientConfig) -> Result<Url, ConfigError> {
    let shops_own = format!("https://{}", config.shop);
    let origin = match &config.origin {
        None => &shops_own,
        Some(origin) => {
            check_origin(origin, config.allow_any_origin).map_err(ConfigError::Origin)?;
            origin
        }
    };
    let origin = origin.trim_end_matches('/');
    let text = format!("{origin}/admin/api/{}/graphql.json", config.api_version);
    Url::parse(&text).map_err(|_| ConfigError::Url)
}

async fn receive(mut response: reqwest::Response) -> Result<HttpAnswer, Cause> {
    let headers = response.headers();
    let text = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let mut answer = HttpAnswer {
        status: response.status().as_u16(),
        request_id: text("X-Request-Id"),
        api_version: text("X-Shopify-API-Version"),
        deprecated_reason: text("X-Shopify-API-Deprecated-Reason"),
        retry_after: text(RETRY_AFTER.as_str()),
        body: Vec::new(),
    };
    while let Some(chunk) = response.chunk().await.map_err(network_cause)? {
        if answer.body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(Cause::Unreadable { what: "too long" });
        }
        answer.body.extend_from_slice(&chunk);
    }
    Ok(answer)
}

fn network_cause(error: reqwest::Error) -> Cause {
    let is_unsent = error.is_connect() || error.is_builder();
    let error = error.without_url();
    if is_unsent {
        Cause::Connect(error)
    } else {
        Cause::Interrupt(error)
    }
}

fn decode<Q: GraphQLQuery>(data: Value) -> Result<Q::ResponseData, Cause> {
    // The parser's own message could quote the data.
    serde_json::from_value(data).map_err(|_| Cause::Unreadable {
        what: "not the shape that was asked for",
    })
}

fn failure(request: &Request, receipt: Option<Receipt>, cause: Cause) -> CallError {
    CallError {
        operation: request.operation,
        writes: request.writes,
        receipt: receipt.map(Box::new),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(origin: Option<&str>, want: Result<&str, ConfigError>) {
        let shop = "demo".parse().unwrap();
        let mut config = ClientConfig::new(shop, "token".into());
        config.origin = origin.map(str::to_owned);
        let got = endpoint(&config).map(|url| url.to_string());
        assert_eq!(got, want.map(str::to_owned), "{origin:?}");
    }

    #[test]
    fn the_token_goes_only_to_the_shop_or_to_this_machine() {
        let path = "admin/api/2026-10/graphql.json";
        check(None, Ok(&format!("https://demo.myshopify.com/{path}")));
        check(
            Some("http://127.0.0.1:4444/"),
            Ok(&format!("http://127.0.0.1:4444/{path}")),
        );
        for (origin, error) in [
            ("https://evil.example", OriginError::NotLoopback),
            (
                "https://demo.myshopify.com@evil.example",
                OriginError::Malformed,
            ),
        ] {
            check(Some(origin), Err(ConfigError::Origin(error)));
        }
    }

    #[test]
    fn the_configuration_prints_without_the_token() {
        let config = ClientConfig::new("demo".parse().unwrap(), "shpat_secret".into());
        assert!(!format!("{config:?}").contains("shpat_secret"));
    }
}

//! One request to one shop: built, sent, and its reply sorted out.

use std::time::Duration;

use graphql_client::GraphQLQuery;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::bucket::Status;
use super::envelope::Envelope;
use super::error::{Error, UserError};
use crate::base::clock::whole_ms;
use crate::base::id::ShopDomain;

/// What a client is made of.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// The shop.
    pub shop: ShopDomain,
    /// Another origin than `https://SHOP`, already checked.
    pub origin: Option<String>,
    /// The version of the Admin API.
    pub api_version: String,
    /// The shop's access token.
    pub access_token: SecretString,
    /// How long a request may take.
    pub timeout_ms: u64,
}

/// A shop's Admin API.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    endpoint: String,
    config: ClientConfig,
}

/// What a reply cost, and how Shopify names the request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Receipt {
    /// The operation.
    pub operation: &'static str,
    /// What was charged.
    pub cost_points: f64,
    /// The bucket afterwards, when the reply tells.
    pub status: Option<Status>,
    /// `X-Request-Id`, for Shopify's support.
    pub request_id: String,
    /// The version that served the request, when it is not the one asked for.
    pub other_version: Option<String>,
}

/// The connections that all shops share.
pub type HttpClient = reqwest::Client;

/// The HTTP client that all shops share.
///
/// TLS is ring's; system roots are trusted.
pub fn http_client() -> HttpClient {
    // Fails only when it was installed before, by us.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .pool_idle_timeout(Duration::from_secs(60))
        .build()
        .unwrap_or_default()
}

impl Client {
    /// A client of one shop.
    pub fn new(config: ClientConfig, http: reqwest::Client) -> Self {
        let origin = match &config.origin {
            Some(origin) => origin.trim_end_matches('/').to_owned(),
            None => format!("https://{}", config.shop),
        };
        let endpoint = format!("{origin}/admin/api/{}/graphql.json", config.api_version);
        Self {
            http,
            endpoint,
            config,
        }
    }

    /// Sends an operation and reads its data.
    pub(super) async fn execute<Q: GraphQLQuery>(
        &self,
        operation: &'static str,
        variables: Q::Variables,
    ) -> Result<(Q::ResponseData, Receipt), Error>
    where
        Q::Variables: Serialize,
    {
        let body = serde_json::to_vec(&Q::build_query(variables)).map_err(|_| Error::Decode {
            operation,
            path: "the request".to_owned(),
        })?;
        let response = self
            .http
            .post(&self.endpoint)
            .timeout(Duration::from_millis(self.config.timeout_ms))
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .header("host", self.config.shop.as_str())
            .header(
                "x-shopify-access-token",
                self.config.access_token.expose_secret(),
            )
            .body(body)
            .send()
            .await
            .map_err(|source| unanswered(operation, source))?;
        let status = response.status().as_u16();
        let mut receipt = self.receipt(operation, response.headers());
        if status != 200 {
            return Err(Error::Status {
                operation,
                status,
                retry_after_ms: retry_after_ms(response.headers()),
            });
        }
        let text = response
            .bytes()
            .await
            .map_err(|source| unanswered(operation, source))?;
        let decode = |error: &serde_json::Error| Error::Decode {
            operation,
            path: format!("line {}, column {}", error.line(), error.column()),
        };
        let envelope: Envelope = serde_json::from_slice(&text).map_err(|error| decode(&error))?;
        receipt.cost_points = envelope.actual_points();
        receipt.status = envelope.status();
        if let Some(code) = envelope.error_code() {
            return Err(top_level(operation, code, &envelope, receipt));
        }
        let data = envelope.data.unwrap_or_default();
        let data = serde_json::from_value(data).map_err(|error| decode(&error))?;
        Ok((data, receipt))
    }

    fn receipt(&self, operation: &'static str, headers: &HeaderMap) -> Receipt {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let served_by = text("x-shopify-api-version");
        let other_version = served_by.filter(|version| *version != self.config.api_version);
        if let Some(version) = other_version {
            // Shopify falls forward silently when the version asked for is no longer supported.
            tracing::warn!(shop.domain = %self.config.shop, asked = self.config.api_version, served = version, "Shopify served another API version: update shopify_api_version");
        }
        Receipt {
            operation,
            request_id: text("x-request-id").unwrap_or_default().to_owned(),
            other_version: other_version.map(str::to_owned),
            ..Receipt::default()
        }
    }
}

/// Fails when a mutation was refused.
pub(super) fn accepted(
    receipt: Receipt,
    operation: &'static str,
    errors: Vec<UserError>,
) -> Result<Receipt, Error> {
    if errors.is_empty() {
        Ok(receipt)
    } else {
        Err(Error::Refused {
            operation,
            errors,
            receipt: Box::new(receipt),
        })
    }
}

fn top_level(
    operation: &'static str,
    code: String,
    envelope: &Envelope,
    receipt: Receipt,
) -> Error {
    let receipt = Box::new(receipt);
    if code == "THROTTLED" {
        Error::Throttled {
            operation,
            wait_ms: envelope.throttle_wait_ms(),
            receipt,
        }
    } else {
        Error::TopLevel {
            operation,
            code,
            receipt,
        }
    }
}

/// Without the URL: it names the shop, which a log line must not do by accident.
fn unanswered(operation: &'static str, source: reqwest::Error) -> Error {
    let source = source.without_url();
    if source.is_connect() || source.is_builder() {
        Error::Connect { operation, source }
    } else {
        Error::NoAnswer { operation, source }
    }
}

fn retry_after_ms(headers: &HeaderMap) -> Option<u64> {
    let secs: f64 = headers
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(whole_ms(secs.clamp(0.0, 3_600.0) * 1_000.0))
}

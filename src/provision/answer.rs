//! What a use case is given and what it gives back. HTTP's words without an HTTP library.

use std::sync::Arc;

use serde_json::Value;

use super::authenticate::Refusal;
use crate::base::id::ShopId;
use crate::reconcile::Shop;
use crate::scim::error::ScimError;
use crate::scim::json;
use crate::store::StoreError;

/// Who sends a request: the shop that the token picked, and the token's name for the activity log.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The shop.
    pub shop: Arc<Shop>,
    /// The token's prefix: not secret.
    pub actor: String,
}

impl Caller {
    /// The shop's number.
    pub fn shop_id(&self) -> ShopId {
        self.shop.id()
    }
}

/// The body of a request. It does not print: it holds personal data.
#[derive(Clone, Copy)]
pub enum Body<'r> {
    /// As it came.
    Bytes(&'r [u8]),
    /// As a part of a request that has been read.
    Json(&'r Value),
}

impl Body<'_> {
    /// The body as JSON.
    ///
    /// # Errors
    /// 400 for what is not usable JSON.
    pub fn read(self) -> Result<Value, ScimError> {
        match self {
            Self::Bytes(bytes) => json::parse(bytes),
            Self::Json(value) => Ok(value.clone()),
        }
    }
}

/// One SCIM request, as far as a use case needs it.
#[derive(Clone, Copy)]
pub struct Call<'r> {
    /// Who sends it.
    pub caller: &'r Caller,
    /// Our id of the request.
    pub request_id: &'r str,
    /// The query string, undecoded.
    pub query: &'r str,
    /// `If-Match`.
    pub if_match: Option<&'r str>,
    /// `If-None-Match`.
    pub if_none_match: Option<&'r str>,
    /// The body.
    pub body: Body<'r>,
    /// Whether the client waits a little for Shopify. An operation of a bulk request does not, nor does it wake the worker.
    pub waits: bool,
}

/// The answer to a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The SCIM message.
    pub body: Option<String>,
    /// `ETag`.
    pub etag: Option<String>,
    /// `Location`.
    pub location: Option<String>,
    /// `Allow`.
    pub allow: Option<&'static str>,
    /// `WWW-Authenticate`.
    pub challenge: Option<&'static str>,
    /// `Retry-After`, in seconds.
    pub retry_after_secs: Option<u32>,
}

impl Answer {
    /// 200 with a body.
    pub fn ok(body: String) -> Self {
        Self {
            status: 200,
            body: Some(body),
            ..Self::default()
        }
    }

    /// 204.
    pub fn no_content() -> Self {
        Self {
            status: 204,
            ..Self::default()
        }
    }
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// SCIM's rules say no.
    #[error("the request is refused with status {}", .0.status)]
    Scim(ScimError),
    /// The token is missing, malformed, unknown, expired or revoked.
    #[error("the request is not authorised")]
    Unauthorized(#[from] Refusal),
    /// The endpoint does not serve the method.
    #[error("the method is not served")]
    MethodNotAllowed {
        /// The methods that are.
        allow: &'static str,
    },
    /// The body is not JSON by its media type.
    #[error("the media type is not served")]
    UnsupportedMediaType,
    /// The body is too large.
    #[error("the body is larger than {limit_bytes} bytes")]
    BodyTooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// The body broke off.
    #[error("the body did not arrive whole")]
    BodyUnreadable,
    /// The directory could not be read or written.
    #[error("the directory failed")]
    Store(#[source] StoreError),
}

impl From<ScimError> for Failure {
    fn from(error: ScimError) -> Self {
        Self::Scim(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

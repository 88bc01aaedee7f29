//! The bodies of replies: errors outside GraphQL, costs, throttling.

use serde_json::{Map, Value, json};

use super::faults::FaultKind;
use super::graphql::coded::CodedError;
use super::shop::Status;
use super::transport::Reply;

/// The header that names the version which served a request.
pub const API_VERSION: &str = "X-Shopify-API-Version";

/// The documentation Shopify points to.
const RATE_LIMITS: &str = "https://shopify.dev/api/usage/rate-limits";

/// 401, as for a token that is unknown, revoked or expired.
pub fn unauthorized() -> Reply {
    let text = "[API] Invalid API key or access token (unrecognized login or wrong password)";
    Reply::json(401, &json!({"errors": text}))
}

/// 403, for a token that does not expire, once these are refused.
pub fn endless_token() -> Reply {
    let text = "[API] Non-expiring access tokens are no longer accepted for the Admin API. Start using expiring offline tokens: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens";
    Reply::json(403, &json!({"errors": text}))
}

/// 404.
pub fn not_found() -> Reply {
    Reply::json(404, &json!({"errors": "Not Found"}))
}

/// 400.
pub fn bad_request(text: &str) -> Reply {
    Reply::json(400, &json!({"errors": text}))
}

/// What a shop that serves no requests says. Only the 401's text is known; the others are likely.
pub fn refused(status: Status) -> Option<Reply> {
    Some(match status {
        Status::Active => return None,
        Status::Frozen => Reply::json(402, &json!({"errors": "Unavailable Shop"})),
        Status::Forbidden => Reply::json(403, &json!({"errors": "[API] Forbidden"})),
        Status::Missing => not_found(),
        Status::Locked => Reply::json(423, &json!({"errors": "Locked"})),
        Status::Revoked => unauthorized(),
    })
}

/// An HTTP error of a fault.
pub fn http_error(code: u16, body: Option<&str>, retry_after: Option<f64>) -> Reply {
    let text = match code {
        429 => {
            "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service."
        }
        430 => "Request rejected",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        520 => "Web server is returning an unknown error",
        _ => "Error",
    };
    let reply = match (code, body) {
        (401, None) => unauthorized(),
        (_, None) => Reply::json(code, &json!({"errors": text})),
        (_, Some(body)) => Reply {
            body: body.as_bytes().to_vec(),
            ..Reply::json(code, &Value::Null)
        },
    };
    match retry_after {
        Some(seconds) => reply.with_header("Retry-After", format!("{seconds:.1}")),
        None => reply,
    }
}

/// Errors found before anything ran: no `data`, no `extensions`.
pub fn invalid(errors: &[CodedError]) -> Reply {
    let errors: Vec<Value> = errors.iter().map(CodedError::to_json).collect();
    Reply::json(200, &json!({"errors": errors}))
}

/// `INTERNAL_SERVER_ERROR` with HTTP 200.
pub fn internal_error(request_id: &str) -> Reply {
    let message = format!(
        "Internal error. Looks like something went wrong on our end.\nRequest ID: {request_id} (include this in support requests)."
    );
    let error = CodedError::new("INTERNAL_SERVER_ERROR", message).with("requestId", request_id);
    Reply::json(200, &json!({"errors": [error.to_json()], "data": null}))
}

/// THROTTLED.
pub fn throttled(cost: &Cost) -> Reply {
    let error = CodedError::new("THROTTLED", "Throttled").with("documentation", RATE_LIMITS);
    Reply::json(
        200,
        &json!({"errors": [error.to_json()], "extensions": {"cost": cost.to_json()}}),
    )
}

/// The most points one request may ask for.
pub const MAX_REQUEST_POINTS: u32 = 1_000;

/// MAX_COST_EXCEEDED.
pub fn too_expensive(points: u32) -> Reply {
    let message = format!(
        "Query cost is {points}, which exceeds the single query max cost limit ({MAX_REQUEST_POINTS}). See {RATE_LIMITS} for more information on how the cost of a query is calculated.",
    );
    let error = CodedError::new("MAX_COST_EXCEEDED", message)
        .with("cost", points)
        .with("maxCost", MAX_REQUEST_POINTS)
        .with("documentation", RATE_LIMITS);
    Reply::json(200, &json!({"errors": [error.to_json()]}))
}

/// How the numbers of `extensions.cost` are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Numbers {
    /// As Shopify does: limits as floats, the rest as integers.
    #[default]
    Mixed,
    /// All as integers.
    Integers,
    /// All as floats.
    Floats,
}

/// `extensions.cost`.
#[derive(Debug, Clone, Default)]
pub struct Cost {
    /// The price before it ran.
    pub requested_points: u32,
    /// The price after it ran; None when it did not.
    pub actual_points: Option<u32>,
    /// The size of the bucket.
    pub maximum_points: f64,
    /// The points left.
    pub available_points: f64,
    /// Points that come back each second.
    pub restore_rate: f64,
    /// Whether `throttleStatus` is left out.
    pub lacks_throttle_status: bool,
    /// How numbers are written.
    pub numbers: Numbers,
    /// `fields`, for a client that asks for it.
    pub fields: Option<Vec<Value>>,
}

impl Cost {
    /// What a fault does to costs.
    pub fn spoil(&mut self, fault: Option<&FaultKind>) {
        match fault {
            Some(FaultKind::MissingThrottleStatus) => self.lacks_throttle_status = true,
            Some(FaultKind::IntegerCosts) => self.numbers = Numbers::Integers,
            Some(FaultKind::FloatCosts) => self.numbers = Numbers::Floats,
            _ => {}
        }
    }

    /// The JSON of `extensions.cost`.
    pub fn to_json(&self) -> Value {
        let count = |points: f64| self.number(points, Numbers::Floats);
        let limit = |points: f64| match self.numbers {
            Numbers::Integers => self.number(points, Numbers::Floats),
            _ => points.into(),
        };
        let mut cost = Map::new();
        let requested = count(f64::from(self.requested_points));
        cost.insert("requestedQueryCost".to_owned(), requested);
        let actual = self.actual_points.map(f64::from).map(count);
        cost.insert("actualQueryCost".to_owned(), actual.unwrap_or_default());
        if !self.lacks_throttle_status {
            let status = json!({
                "maximumAvailable": limit(self.maximum_points),
                "currentlyAvailable": count(self.available_points.floor()),
                "restoreRate": limit(self.restore_rate),
            });
            cost.insert("throttleStatus".to_owned(), status);
        }
        if let Some(fields) = &self.fields {
            cost.insert("fields".to_owned(), fields.clone().into());
        }
        cost.into()
    }

    fn number(&self, points: f64, floats: Numbers) -> Value {
        if self.numbers == floats {
            return points.into();
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a bucket holds at most 40,000 points"
        )]
        let whole = points as i64;
        whole.into()
    }
}

//! What every reply has around its data. Shopify writes `errors` as a list, a text or a map.

use serde::Deserialize;
use serde_json::Value;

use super::bucket::Status;
use crate::base::clock::whole_ms;

#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    #[serde(default)]
    pub(super) data: Option<Value>,
    #[serde(default)]
    errors: Option<Value>,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
struct Extensions {
    #[serde(default)]
    cost: Option<Cost>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cost {
    #[serde(default)]
    requested_query_cost: Option<f64>,
    #[serde(default)]
    actual_query_cost: Option<f64>,
    #[serde(default)]
    throttle_status: Option<ThrottleStatus>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThrottleStatus {
    maximum_available: f64,
    currently_available: f64,
    restore_rate: f64,
}

impl Envelope {
    /// What was charged.
    pub(super) fn actual_points(&self) -> f64 {
        self.extensions
            .cost
            .and_then(|cost| cost.actual_query_cost)
            .unwrap_or_default()
    }

    /// What the bucket is like.
    pub(super) fn status(&self) -> Option<Status> {
        self.extensions
            .cost
            .and_then(|cost| cost.throttle_status)
            .map(|status| Status {
                maximum_points: status.maximum_available,
                available_points: status.currently_available,
                restore_points_per_sec: status.restore_rate,
            })
    }

    /// The code of the first top-level error; `unknown` when it has none.
    pub(super) fn error_code(&self) -> Option<String> {
        let first = match self.errors.as_ref()? {
            Value::Array(list) => list.first()?,
            other => other,
        };
        let code = first["extensions"]["code"].as_str();
        Some(code.unwrap_or("unknown").to_owned())
    }

    /// How long to wait for the points that the request needs.
    pub(super) fn throttle_wait_ms(&self) -> u64 {
        let wait = self.extensions.cost.and_then(|cost| {
            let status = cost.throttle_status?;
            let missing = cost.requested_query_cost? - status.currently_available;
            Some((missing / status.restore_rate.max(1.0) * 1_000.0).ceil())
        });
        // Without figures, a second restores enough for any of our requests.
        whole_ms(wait.unwrap_or(1_000.0).clamp(50.0, 60_000.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(text: &str) -> Envelope {
        serde_json::from_str(text).expect("an envelope")
    }

    #[test]
    fn errors_are_read_in_all_their_forms() {
        let check = |text: &str, code: Option<&str>| {
            assert_eq!(envelope(text).error_code().as_deref(), code, "{text}");
        };
        check(r#"{"data":{}}"#, None);
        check(
            r#"{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}"#,
            Some("THROTTLED"),
        );
        check(
            r#"{"errors":"[API] Invalid API key or access token"}"#,
            Some("unknown"),
        );
        check(
            r#"{"errors":{"query":"Required parameter missing"}}"#,
            Some("unknown"),
        );
        check(r#"{"errors":[{"message":"x"}]}"#, Some("unknown"));
    }

    #[test]
    fn the_wait_is_what_is_missing_over_the_rate() {
        let throttled = envelope(
            r#"{"extensions":{"cost":{"requestedQueryCost":13,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":2000.0,"currentlyAvailable":3,"restoreRate":100.0}}}}"#,
        );
        assert_eq!(throttled.throttle_wait_ms(), 100);
        assert_eq!(envelope("{}").throttle_wait_ms(), 1_000);
        assert!(envelope("{}").status().is_none());
    }
}

//! Reading an HTTP answer: the receipt, and either the data or the cause of the failure. Pure.

use serde_json::Value;

use super::envelope::{Cost, Envelope, Errors, TopError};
use super::error::Cause;
use super::receipt::Receipt;
use super::request::Request;
use super::user_error::UserError;

/// An HTTP answer, as far as we look at it.
#[derive(Clone, Default)]
pub struct HttpAnswer {
    pub status: u16,
    pub request_id: Option<String>,
    pub api_version: Option<String>,
    pub deprecated_reason: Option<String>,
    pub retry_after: Option<String>,
    pub body: Vec<u8>,
}

/// How long to wait when Shopify throttles without saying how much is left, in milliseconds.
const BLIND_WAIT_MS: i64 = 1_000;

/// Reads the answer to `request`, which asked for `api_version`.
pub fn read(
    answer: &HttpAnswer,
    request: &Request,
    api_version: &str,
) -> (Receipt, Result<Value, Cause>) {
    let mut receipt = Receipt {
        operation: request.operation,
        sent: request.sent.clone(),
        request_id: answer.request_id.clone(),
        other_version: answer
            .api_version
            .clone()
            .filter(|used| used != api_version),
        deprecated_reason: answer.deprecated_reason.clone(),
        ..Receipt::default()
    };
    if !(200..=299).contains(&answer.status) {
        let cause = Cause::Status {
            status: answer.status,
            retry_after_ms: answer.retry_after.as_deref().and_then(seconds_as_ms),
        };
        return (receipt, Err(cause));
    }
    // The parser's own message could quote the answer, which holds personal data.
    let Ok(envelope) = serde_json::from_slice::<Envelope>(&answer.body) else {
        return (receipt, Err(Cause::Unreadable { what: "not JSON" }));
    };
    if let Some(cost) = &envelope.extensions.cost {
        note_cost(&mut receipt, cost);
    }
    let outcome = outcome(envelope, &receipt, request);
    (receipt, outcome)
}

fn note_cost(receipt: &mut Receipt, cost: &Cost) {
    receipt.cost_points = cost.actual_query_cost.unwrap_or_default();
    receipt.requested_points = cost.requested_query_cost.unwrap_or_default();
    if let Some(status) = &cost.throttle_status {
        receipt.available_points = Some(status.currently_available);
        receipt.maximum_points = Some(status.maximum_available);
        receipt.restore_points_per_s = Some(status.restore_rate);
    }
}

fn outcome(envelope: Envelope, receipt: &Receipt, request: &Request) -> Result<Value, Cause> {
    match envelope.errors {
        Some(Errors::List(errors)) if !errors.is_empty() => {
            return Err(top_level_cause(&errors, receipt, request));
        }
        Some(Errors::Other(errors)) if !errors.is_null() => {
            let code = "NONE".to_owned();
            return Err(Cause::Refuse { code });
        }
        _ => {}
    }
    if envelope
        .extensions
        .search
        .iter()
        .any(|it| !it.warnings.is_empty())
    {
        return Err(Cause::Search);
    }
    if envelope.data.is_null() {
        return Err(Cause::Unreadable { what: "no data" });
    }
    Ok(envelope.data)
}

fn top_level_cause(errors: &[TopError], receipt: &Receipt, request: &Request) -> Cause {
    let has = |code: &str| {
        errors
            .iter()
            .any(|error| error.extensions.code.as_deref() == Some(code))
    };
    if has("THROTTLED") {
        let wait_ms = throttle_wait_ms(receipt, request);
        return Cause::Throttle { wait_ms };
    }
    // An internal error leaves open what happened, so it outweighs every clear refusal beside it.
    if has("INTERNAL_SERVER_ERROR") {
        let code = "INTERNAL_SERVER_ERROR".to_owned();
        return Cause::Refuse { code };
    }
    let refusals: Vec<_> = errors.iter().filter_map(as_user_error).collect();
    if !refusals.is_empty() {
        return Cause::UserErrors(refusals);
    }
    let code = errors
        .iter()
        .find_map(|error| error.extensions.code.clone())
        .unwrap_or_else(|| "NONE".to_owned());
    Cause::Refuse { code }
}

/// Refusals of a value that Shopify reports at the top level.
fn as_user_error(error: &TopError) -> Option<UserError> {
    let root = error
        .path
        .first()
        .and_then(Value::as_str)
        .unwrap_or_default();
    let code = error.extensions.code.as_deref();
    let is_missing_definition = error
        .message
        .contains("definition of type 'id' is required");
    // An address id that is not one of the customer's: it was deleted, or the customer was merged.
    let is_missing_address =
        code == Some("RESOURCE_NOT_FOUND") && root.starts_with("customerAddress");
    if is_missing_definition {
        Some(UserError::new(None, error.message.clone(), None))
    } else if is_missing_address {
        let field = Some(vec!["addressId".to_owned()]);
        Some(UserError::new(
            field,
            "Address does not exist".to_owned(),
            None,
        ))
    } else {
        None
    }
}

/// The time until the bucket holds what the request needs.
fn throttle_wait_ms(receipt: &Receipt, request: &Request) -> i64 {
    let needed = request.points.max(receipt.requested_points);
    match (receipt.available_points, receipt.restore_points_per_s) {
        (Some(available), Some(rate)) if rate > 0.0 => ms((needed - available) / rate * 1_000.0),
        _ => BLIND_WAIT_MS,
    }
}

/// `Retry-After` of Shopify: seconds, perhaps with a fraction.
fn seconds_as_ms(text: &str) -> Option<i64> {
    let seconds = text.trim().parse::<f64>().ok()?;
    seconds.is_finite().then(|| ms(seconds * 1_000.0))
}

/// Rounds up to whole milliseconds, at least one.
fn ms(millis: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "clamped to a day beforehand"
    )]
    let whole = millis.ceil().clamp(1.0, 86_400_000.0) as i64;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shopify::UserErrorKind;
    use crate::shopify::tests::fixtures;
    use serde_json::json;

    fn read_body(body: &Value) -> (Receipt, Result<Value, Cause>) {
        let answer = HttpAnswer {
            status: 200,
            body: body.to_string().into_bytes(),
            ..HttpAnswer::default()
        };
        read(&answer, &fixtures::write_request(), "2026-10")
    }

    #[test]
    fn the_receipt_holds_the_cost_whether_written_as_integer_or_float() {
        let (receipt, data) = read_body(&json!({
            "data": {"a": 1},
            "extensions": {"cost": {"requestedQueryCost": 13, "actualQueryCost": 10.0,
                "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1990, "restoreRate": 100.0}}}
        }));
        assert!(data.is_ok());
        assert_eq!(
            (receipt.requested_points, receipt.cost_points),
            (13.0, 10.0)
        );
        assert_eq!(receipt.available_points, Some(1990.0));
    }

    #[test]
    fn a_cost_without_throttle_status_is_read() {
        let (receipt, data) = read_body(&json!({
            "data": {"a": 1},
            "extensions": {"cost": {"requestedQueryCost": 13, "actualQueryCost": null}}
        }));
        assert!(data.is_ok());
        assert_eq!(receipt.available_points, None);
    }

    #[test]
    fn throttled_waits_until_the_points_suffice() {
        let body = |extensions: Value| json!({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": extensions});
        let check = |extensions: Value, want_ms: i64| {
            let (_, outcome) = read_body(&body(extensions));
            assert!(
                matches!(outcome, Err(Cause::Throttle { wait_ms }) if wait_ms == want_ms),
                "{outcome:?}"
            );
        };
        let status =
            json!({"maximumAvailable": 2000.0, "currentlyAvailable": 4, "restoreRate": 100.0});
        check(
            json!({"cost": {"requestedQueryCost": 13, "actualQueryCost": null, "throttleStatus": status}}),
            90,
        );
        check(json!({}), BLIND_WAIT_MS);
    }

    #[test]
    fn the_cause_names_the_code_and_never_the_message() {
        let (_, outcome) = read_body(&json!({"errors": [
            {"message": "Variable $input was provided invalid value ada@example.org", "extensions": {"code": "INVALID_VARIABLE"}}
        ]}));
        let error = outcome.unwrap_err();
        assert_eq!(error.to_string(), "refused with code INVALID_VARIABLE");
        assert!(!format!("{error:?}").contains("ada"));
    }

    #[test]
    fn an_address_id_of_somebody_else_is_an_address_that_is_gone() {
        let (_, outcome) = read_body(&json!({
            "data": {"customerAddressUpdate": null},
            "errors": [{"message": "invalid id", "path": ["customerAddressUpdate"], "extensions": {"code": "RESOURCE_NOT_FOUND"}}]
        }));
        let Err(Cause::UserErrors(errors)) = outcome else {
            panic!("{outcome:?}");
        };
        let kinds: Vec<_> = errors.iter().map(|error| error.kind).collect();
        assert_eq!(kinds, [UserErrorKind::AddressGone]);
    }

    #[test]
    fn errors_as_text_or_map_are_read() {
        for errors in [json!("[API] Invalid API key"), json!({"base": ["no"]})] {
            let (_, outcome) = read_body(&json!({ "errors": errors }));
            assert!(matches!(outcome, Err(Cause::Refuse { code }) if code == "NONE"));
        }
    }

    #[test]
    fn a_search_warning_is_an_error() {
        let (_, outcome) = read_body(&json!({
            "data": {"customers": []},
            "extensions": {"search": [{"path": ["customers"], "warnings": [{"field": "email", "code": "invalid_field"}]}]}
        }));
        assert!(matches!(outcome, Err(Cause::Search)));
    }

    #[test]
    fn retry_after_is_seconds_with_a_fraction() {
        assert_eq!(seconds_as_ms("2.0"), Some(2_000));
        assert_eq!(seconds_as_ms("0.25"), Some(250));
        assert_eq!(seconds_as_ms("Fri, 31 Dec 1999 23:59:59 GMT"), None);
    }
}

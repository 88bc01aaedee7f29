//! The one table from a failure to an HTTP answer, with an outside message (the SCIM error) and an inside one (the log line).

use crate::provision::{Answer, Failure};
use crate::scim::error::ScimError;
use crate::store::StoreError;

/// RFC 6750 §3: the challenge of a 401.
const CHALLENGE: &str = "Bearer realm=\"SCIM\"";
/// What to do about it.
const TOKEN_ADVICE: &str =
    "send the header Authorization: Bearer TOKEN with a token that `syncup token create` has made";

/// The answer to a failed request; logs what someone should act on.
pub fn answer_failure(failure: &Failure, request_id: &str) -> Answer {
    let error = explain(failure, request_id);
    Answer {
        status: error.status,
        body: Some(error.to_json()),
        allow: match failure {
            Failure::MethodNotAllowed { allow } => Some(allow),
            _ => None,
        },
        challenge: matches!(failure, Failure::Unauthorized(_)).then_some(CHALLENGE),
        retry_after_secs: match failure {
            Failure::Store(StoreError::DiskFull { .. } | StoreError::ReadOnly { .. }) => Some(60),
            Failure::Store(_) => Some(5),
            _ => None,
        },
        ..Answer::default()
    }
}

/// A failure in SCIM's words; logs what someone should act on.
pub fn explain(failure: &Failure, request_id: &str) -> ScimError {
    match failure {
        Failure::Scim(error) => error.clone(),
        Failure::Unauthorized(refusal) => {
            ScimError::unauthorized(format!("{refusal}: {TOKEN_ADVICE}"))
        }
        Failure::MethodNotAllowed { allow } => {
            ScimError::of_status(405, format!("this endpoint serves {allow} only"))
        }
        Failure::UnsupportedMediaType => {
            ScimError::of_status(415, "send application/scim+json or application/json")
        }
        Failure::BodyTooLarge { limit_bytes } => ScimError::too_large(format!(
            "the body is larger than the {limit_bytes} bytes accepted here: send less at once"
        )),
        Failure::BodyUnreadable => {
            ScimError::of_status(400, "the body did not arrive whole: send the request again")
        }
        Failure::Store(source) => {
            log_chain(source, request_id);
            explain_store(source)
        }
    }
}

/// A failure of the directory: what whoever runs it can do, and no more of it.
fn explain_store(error: &StoreError) -> ScimError {
    match error {
        StoreError::DiskFull { .. } => ScimError::of_status(
            507,
            "the disk of the directory is full, and nothing was changed: whoever runs this service must free some space",
        ),
        StoreError::ReadOnly { .. } => ScimError::of_status(
            503,
            "the directory is read-only, and nothing was changed: whoever runs this service must make its data directory writable",
        ),
        _ => ScimError::of_status(
            503,
            "the directory cannot be read or written at the moment: try again",
        ),
    }
}

fn log_chain(error: &dyn std::error::Error, request_id: &str) {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::error!(
        request.id = request_id,
        error = chain,
        "a SCIM request failed inside"
    );
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// The status, after how many seconds to come again, and what the detail must say.
    fn check(error: StoreError, expected: (u16, Option<u32>), part: &str) {
        let answer = answer_failure(&Failure::Store(error), "request");
        assert_eq!((answer.status, answer.retry_after_secs), expected);
        let body = answer.body.expect("a SCIM error");
        assert!(body.contains(part), "{body}");
        assert!(
            body.contains(&format!("\"status\":\"{}\"", expected.0)),
            "{body}"
        );
        assert!(
            !body.contains("secret"),
            "the cause is not for outside: {body}"
        );
    }

    #[test]
    fn a_failing_directory_says_who_must_do_what() {
        let doing = "write to the database";
        let cause = || -> crate::store::Cause { Arc::new(std::io::Error::other("secret")) };
        let source = cause();
        let full = StoreError::DiskFull { doing, source };
        check(full, (507, Some(60)), "must free some space");
        let source = cause();
        let read_only = StoreError::ReadOnly { doing, source };
        check(
            read_only,
            (503, Some(60)),
            "must make its data directory writable",
        );
        check(StoreError::Closed, (503, Some(5)), "try again");
        check(
            StoreError::Corrupt { what: "user" },
            (503, Some(5)),
            "try again",
        );
    }
}

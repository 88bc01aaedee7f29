//! The one table from a failure to an HTTP answer, with an outside message (the SCIM error) and an inside one (the log line).

use crate::provision::{Answer, Failure};
use crate::scim::error::ScimError;

/// RFC 6750 §3: the challenge of a 401.
const CHALLENGE: &str = "Bearer realm=\"SCIM\"";

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
        retry_after_secs: matches!(failure, Failure::Store(_)).then_some(5),
        ..Answer::default()
    }
}

/// A failure in SCIM's words; logs what someone should act on.
pub fn explain(failure: &Failure, request_id: &str) -> ScimError {
    match failure {
        Failure::Scim(error) => error.clone(),
        Failure::Unauthorized(detail) => ScimError::unauthorized(detail),
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
            ScimError::of_status(
                503,
                "the directory cannot be read or written at the moment, and nothing was changed: try again",
            )
        }
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

//! How SCIM refuses (RFC 7644 §3.12, RFC 9865 §2.2): a status, a `scimType` and a sentence for people.
//!
//! Details name attributes, positions and rules, never the values a client sent: they may end up in a log.

use serde_json::{Value, json};

/// The schema of an error body.
pub const ERROR_URN: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The machine-readable reason inside a 400, 403 or 409.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScimType {
    /// The filter has bad syntax, or compares what cannot be compared.
    InvalidFilter,
    /// The query has more results than the server will return.
    TooMany,
    /// A unique value is taken.
    Uniqueness,
    /// The change contradicts the attribute's mutability.
    Mutability,
    /// The body is not the message it should be.
    InvalidSyntax,
    /// A PATCH path is malformed or names an unknown attribute.
    InvalidPath,
    /// A PATCH path matched nothing, or is missing where it is needed.
    NoTarget,
    /// A required value is missing, or a value has the wrong type.
    InvalidValue,
    /// The SCIM protocol version is not supported.
    InvalidVers,
    /// Personal data stands in the URL.
    Sensitive,
    /// RFC 9865: the cursor is not one of ours.
    InvalidCursor,
    /// RFC 9865: the cursor is too old.
    ExpiredCursor,
    /// RFC 9865: the page size is not usable.
    InvalidCount,
}

impl ScimType {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }
}

/// A refusal, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct ScimError {
    /// The HTTP status.
    pub status: u16,
    /// The reason, where RFC 7644 table 9 or RFC 9865 has a word for it.
    pub scim_type: Option<ScimType>,
    /// One sentence for people. Free of values.
    pub detail: String,
}

impl ScimError {
    /// A refusal with a status and no `scimType`.
    pub fn of_status(status: u16, detail: impl Into<String>) -> Self {
        Self {
            status,
            scim_type: None,
            detail: detail.into(),
        }
    }

    /// 400 with a `scimType`.
    pub fn bad_request(scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self {
            scim_type: Some(scim_type),
            ..Self::of_status(400, detail)
        }
    }

    /// 400 `invalidFilter`.
    pub fn invalid_filter(detail: impl Into<String>) -> Self {
        Self::bad_request(ScimType::InvalidFilter, detail)
    }

    /// 400 `invalidSyntax`.
    pub fn invalid_syntax(detail: impl Into<String>) -> Self {
        Self::bad_request(ScimType::InvalidSyntax, detail)
    }

    /// 400 `invalidValue`.
    pub fn invalid_value(detail: impl Into<String>) -> Self {
        Self::bad_request(ScimType::InvalidValue, detail)
    }

    /// 400 `invalidPath`.
    pub fn invalid_path(detail: impl Into<String>) -> Self {
        Self::bad_request(ScimType::InvalidPath, detail)
    }

    /// 400 `noTarget`.
    pub fn no_target(detail: impl Into<String>) -> Self {
        Self::bad_request(ScimType::NoTarget, detail)
    }

    /// 400 `mutability`.
    pub fn mutability(detail: impl Into<String>) -> Self {
        Self::bad_request(ScimType::Mutability, detail)
    }

    /// 400 `tooMany`.
    pub fn too_many(detail: impl Into<String>) -> Self {
        Self::bad_request(ScimType::TooMany, detail)
    }

    /// 400 `invalidVers`.
    pub fn invalid_version(detail: impl Into<String>) -> Self {
        Self::bad_request(ScimType::InvalidVers, detail)
    }

    /// 400 `invalidCursor`.
    pub fn invalid_cursor() -> Self {
        Self::bad_request(
            ScimType::InvalidCursor,
            "the cursor is not one of this query",
        )
    }

    /// 400 `expiredCursor`.
    pub fn expired_cursor() -> Self {
        Self::bad_request(
            ScimType::ExpiredCursor,
            "the cursor has expired; start again with an empty cursor",
        )
    }

    /// 400 `invalidCount`.
    pub fn invalid_count(detail: impl Into<String>) -> Self {
        Self::bad_request(ScimType::InvalidCount, detail)
    }

    /// 401: no token, or one that is not valid.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::of_status(401, detail)
    }

    /// 403: the operation is not allowed here.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::of_status(403, detail)
    }

    /// 403 `sensitive`: personal data in the URL.
    pub fn sensitive(detail: impl Into<String>) -> Self {
        Self {
            scim_type: Some(ScimType::Sensitive),
            ..Self::of_status(403, detail)
        }
    }

    /// 404: no such resource or endpoint.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::of_status(404, detail)
    }

    /// 409 `uniqueness`: `attribute`'s value is taken.
    pub fn uniqueness(attribute: &str) -> Self {
        Self {
            scim_type: Some(ScimType::Uniqueness),
            ..Self::of_status(409, format!("{attribute} is taken by another resource"))
        }
    }

    /// 409 without `scimType`: the request contradicts the state of things.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::of_status(409, detail)
    }

    /// 412: the resource is not at the version the client named.
    pub fn precondition_failed() -> Self {
        Self::of_status(412, "the resource has another version by now")
    }

    /// 413: more bytes or operations than one request may carry.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::of_status(413, detail)
    }

    /// 501: a part of SCIM this service does not offer.
    pub fn not_implemented(detail: impl Into<String>) -> Self {
        Self::of_status(501, detail)
    }

    /// The error body as a JSON object.
    pub fn to_value(&self) -> Value {
        // RFC 7644 §3.12: "status" is the HTTP status as a JSON string.
        let mut body = json!({"schemas": [ERROR_URN], "status": self.status.to_string()});
        if let Some(scim_type) = self.scim_type {
            body["scimType"] = scim_type.as_str().into();
        }
        body["detail"] = self.detail.as_str().into();
        body
    }

    /// The error body as JSON text.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(row: &str, error: &ScimError, status: u16, want: &str) {
        assert_eq!(error.status, status, "{row}");
        assert_eq!(error.to_json(), want, "{row}");
    }

    #[test]
    fn an_error_body_has_its_status_as_a_string() {
        check(
            "F1",
            &ScimError::not_found("no such user"),
            404,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"no such user"}"#,
        );
        check(
            "corner 33",
            &ScimError::uniqueness("userName"),
            409,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","scimType":"uniqueness","detail":"userName is taken by another resource"}"#,
        );
        check(
            "corner 38",
            &ScimError::precondition_failed(),
            412,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"412","detail":"the resource has another version by now"}"#,
        );
    }

    #[test]
    fn every_scim_type_is_spelt_as_the_rfcs_spell_it() {
        let spelt = [
            (ScimError::invalid_filter(""), "invalidFilter", 400),
            (ScimError::too_many(""), "tooMany", 400),
            (ScimError::uniqueness(""), "uniqueness", 409),
            (ScimError::mutability(""), "mutability", 400),
            (ScimError::invalid_syntax(""), "invalidSyntax", 400),
            (ScimError::invalid_path(""), "invalidPath", 400),
            (ScimError::no_target(""), "noTarget", 400),
            (ScimError::invalid_value(""), "invalidValue", 400),
            (ScimError::invalid_version(""), "invalidVers", 400),
            (ScimError::sensitive(""), "sensitive", 403),
            (ScimError::invalid_cursor(), "invalidCursor", 400),
            (ScimError::expired_cursor(), "expiredCursor", 400),
            (ScimError::invalid_count(""), "invalidCount", 400),
        ];
        for (error, word, status) in spelt {
            assert_eq!(error.scim_type.map(ScimType::as_str), Some(word));
            assert_eq!(error.status, status, "{word}");
        }
    }
}

//! What can go wrong.

use serde::{Deserialize, Serialize};

use super::Subject;
use crate::mock::graphql::schema::is_mutation;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum FaultKind {
    /// An HTTP error instead of the operation.
    Status {
        /// The status.
        code: u16,
        /// The body; Shopify's own where it is known.
        #[serde(default)]
        body: Option<String>,
        /// Seconds in `Retry-After`.
        #[serde(default)]
        retry_after: Option<f64>,
    },
    /// THROTTLED, whatever the points.
    Throttled,
    /// The connection is dropped before the operation runs.
    Reset,
    /// The operation runs, and the connection is dropped: the outcome is unknown to the client.
    ResetAfterCommit,
    /// The operation runs, and an HTTP error is sent.
    StatusAfterCommit {
        /// The status.
        code: u16,
    },
    /// The operation runs, and the answer comes late.
    Slow {
        /// How late, in ms.
        ms: u64,
    },
    /// The operation runs, and the body is not JSON.
    MalformedJson,
    /// The operation runs, and half of the body is sent.
    TruncatedJson,
    /// `INTERNAL_SERVER_ERROR` with HTTP 200.
    InternalError {
        /// Whether the operation runs all the same.
        #[serde(default)]
        after_commit: bool,
    },
    /// `extensions.cost` comes without `throttleStatus`.
    MissingThrottleStatus,
    /// All numbers of `extensions.cost` are integers.
    IntegerCosts,
    /// All numbers of `extensions.cost` are floats.
    FloatCosts,
    /// Names, e-mails, phones and addresses read as null.
    NullProtectedFields,
    /// The operation runs, and the body comes in pieces over a while.
    SlowBody {
        /// How long the body takes, in ms.
        ms: u64,
    },
    /// `X-Shopify-API-Version` names another version than the one asked for.
    FallForward {
        /// The version named.
        version: String,
    },
    /// A root field answers `ACCESS_DENIED`, as when its scope was withdrawn.
    AccessDenied,
    /// A mutation is refused with one entry in `userErrors`, and does nothing.
    UserError {
        /// The path of the input that is wrong; None is null.
        #[serde(default)]
        field: Option<Vec<String>>,
        /// The text.
        message: String,
        /// The code; None for payloads whose errors have none.
        #[serde(default)]
        code: Option<String>,
    },
    /// A token comes without `expires_in`.
    MissingExpiresIn,
    /// A bulk operation ends as FAILED, with what it has done by then as partial data.
    BulkFails {
        /// `BulkOperationErrorCode`.
        error_code: String,
        /// After how many lines.
        #[serde(default)]
        after_lines: usize,
    },
    /// A bulk operation stays CREATED for a while.
    BulkStalls {
        /// For how much longer than usual, in ms.
        ms: i64,
    },
    /// A webhook is never sent.
    WebhookLost,
    /// A webhook is sent twice.
    WebhookDuplicated,
    /// A webhook is sent late.
    WebhookDelayed {
        /// How late, in ms.
        ms: i64,
    },
    /// A webhook is sent after the shop's next one, or after a minute.
    WebhookReordered,
}

/// What a fault spoils: each is struck for on its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stage {
    /// A whole HTTP request.
    #[default]
    Request,
    /// One root field of an operation, also in a line of a bulk operation.
    Field,
    /// A bulk operation, when it is made.
    Bulk,
    /// A webhook, when it is first due.
    Delivery,
}

/// The doors of the mock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// The Admin API.
    #[default]
    Graphql,
    /// Where apps get tokens.
    Token,
    /// Where files for bulk operations are uploaded.
    StagedUpload,
    /// Where results of bulk operations are downloaded.
    BulkResult,
}

impl FaultKind {
    /// What this fault spoils.
    pub fn stage(&self) -> Stage {
        match self {
            Self::AccessDenied | Self::UserError { .. } => Stage::Field,
            Self::BulkFails { .. } | Self::BulkStalls { .. } => Stage::Bulk,
            Self::WebhookLost
            | Self::WebhookDuplicated
            | Self::WebhookDelayed { .. }
            | Self::WebhookReordered => Stage::Delivery,
            _ => Stage::Request,
        }
    }

    /// Whether it can go wrong there: what is about GraphQL's answers can't elsewhere, and only mutations have user errors.
    pub fn fits(&self, subject: Subject<'_>) -> bool {
        if matches!(self, Self::UserError { .. }) {
            return subject.root_fields.iter().all(|field| is_mutation(field));
        }
        subject.endpoint == Endpoint::Graphql
            || matches!(
                self,
                Self::Status { .. }
                    | Self::Reset
                    | Self::ResetAfterCommit
                    | Self::StatusAfterCommit { .. }
                    | Self::Slow { .. }
                    | Self::SlowBody { .. }
                    | Self::MalformedJson
                    | Self::TruncatedJson
                    | Self::MissingExpiresIn
            )
    }
}

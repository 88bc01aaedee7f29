//! Bulk operations: mutations over an uploaded file, and queries over whole lists. Time makes them go on.

pub(super) mod advance;
mod check;
mod line;
pub(super) mod result;
mod rows;
pub(super) mod start;
pub(super) mod view;

use std::sync::Arc;

use serde::Serialize;

use super::graphql::document::Document;
use super::staged::StagedFiles;
use rows::Row;

/// How many operations of one type an app may have going in a shop.
const MAX_AT_ONCE: usize = 5;
/// From CREATED to RUNNING.
const START_MS: i64 = 500;
/// From CANCELING to CANCELED.
const CANCEL_MS: i64 = 1_000;
/// How long a result can be downloaded: seven days.
const RESULT_MS: i64 = 7 * 24 * 3_600_000;

/// `BulkOperationStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It waits for its turn.
    Created,
    /// Lines are being processed.
    Running,
    /// All lines are processed.
    Completed,
    /// It broke off; what was done by then is in the partial data.
    Failed,
    /// It is about to stop.
    Canceling,
    /// It was stopped.
    Canceled,
    /// Its result can no longer be downloaded.
    Expired,
}

impl Status {
    /// The value in GraphQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Canceling => "CANCELING",
            Self::Canceled => "CANCELED",
            Self::Expired => "EXPIRED",
        }
    }

    /// Whether the operation counts against the limit.
    pub fn is_going(self) -> bool {
        matches!(self, Self::Created | Self::Running | Self::Canceling)
    }
}

/// `BulkOperationType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    /// Reads lists whole.
    Query,
    /// Runs a mutation for each line of a file.
    Mutation,
}

impl Kind {
    /// The value in GraphQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "QUERY",
            Self::Mutation => "MUTATION",
        }
    }
}

/// One operation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkOperation {
    /// Its number.
    pub number: u64,
    /// What it does.
    pub kind: Kind,
    /// How far it is.
    pub status: Status,
    /// `BulkOperationErrorCode` of a failed one.
    pub error_code: Option<String>,
    /// The app whose it is.
    pub api_client_id: u64,
    /// The text of the operation.
    pub query: String,
    /// When it was made, in ms since the epoch.
    pub created_at_ms: i64,
    /// When it ended, in ms since the epoch.
    pub completed_at_ms: Option<i64>,
    /// The rows so far.
    pub object_count: u64,
    /// The rows so far without those of nested lists.
    pub root_object_count: u64,
    /// The rows so far, as JSONL.
    #[serde(skip)]
    pub output: String,
    #[serde(skip)]
    work: Work,
}

/// What an operation has to do.
#[derive(Debug)]
struct Work {
    document: Arc<Document>,
    source: Source,
    /// How many lines, or rows, are done.
    done: usize,
    starts_at_ms: i64,
    lines_per_second: f64,
    canceled_at_ms: i64,
    /// The code and the number of lines after which it fails by script.
    fails: Option<(String, usize)>,
}

#[derive(Debug)]
enum Source {
    /// The lines of a file, with their numbers, in the order they are processed.
    Lines(Vec<(usize, String)>),
    /// The rows of a query, read when it starts to run.
    Rows {
        /// Whether nested rows follow their parent.
        are_grouped: bool,
        rows: Vec<Row>,
    },
}

impl BulkOperation {
    /// The global id.
    pub fn gid(&self) -> String {
        format!("gid://shopify/BulkOperation/{}", self.number)
    }

    /// When the next thing happens to it.
    fn due_ms(&self) -> Option<i64> {
        match self.status {
            Status::Created => Some(self.work.starts_at_ms),
            Status::Running => Some(self.work.due_ms()),
            Status::Canceling => Some(self.work.canceled_at_ms),
            Status::Completed => self.completed_at_ms.map(|at_ms| at_ms + RESULT_MS),
            Status::Failed | Status::Canceled | Status::Expired => None,
        }
    }
}

impl Work {
    fn size(&self) -> usize {
        match &self.source {
            Source::Lines(lines) => lines.len(),
            Source::Rows { rows, .. } => rows.len(),
        }
    }

    /// When the next line is done; when the last is, the operation ends.
    fn due_ms(&self) -> i64 {
        let lines = (self.done + 1).min(self.size());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "a file has far fewer than 2^52 lines"
        )]
        let after_ms = (lines as f64 * 1_000.0 / self.lines_per_second).ceil() as i64;
        self.starts_at_ms.saturating_add(after_ms)
    }
}

/// A shop's operations and the files for them.
#[derive(Debug)]
pub struct BulkOperations {
    /// The operations, oldest first.
    pub operations: Vec<BulkOperation>,
    /// The uploaded files.
    pub files: StagedFiles,
    /// How fast each new operation is.
    pub lines_per_second: f64,
}

impl Default for BulkOperations {
    fn default() -> Self {
        Self {
            operations: Vec::new(),
            files: StagedFiles::default(),
            lines_per_second: DEFAULT_LINES_PER_SECOND,
        }
    }
}

/// What a shop has unless it is told otherwise: Shopify promises no speed.
pub const DEFAULT_LINES_PER_SECOND: f64 = 100.0;

impl BulkOperations {
    /// When the next thing happens to any of them.
    pub fn due_ms(&self) -> Option<i64> {
        self.operations
            .iter()
            .filter_map(BulkOperation::due_ms)
            .min()
    }

    /// An operation by its global id.
    pub fn find(&self, gid: &str) -> Option<&BulkOperation> {
        self.operations
            .iter()
            .find(|operation| operation.gid() == gid)
    }
}

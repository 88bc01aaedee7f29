//! The requests an engine has served.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::{Map, Value};

use super::faults::Endpoint;

/// One request.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// When, in ms since the epoch.
    pub at_ms: i64,
    /// Which door it came through.
    pub endpoint: Endpoint,
    /// The `X-Request-Id` of the reply.
    pub request_id: String,
    /// The shop's domain; empty when the token is unknown.
    pub shop: String,
    /// The operation's name.
    pub operation: Option<String>,
    /// The root fields, in order.
    pub root_fields: Vec<String>,
    /// The variables as sent.
    pub variables: Map<String, Value>,
    /// The HTTP status.
    pub status: u16,
    /// The price before it ran.
    pub requested_points: Option<u32>,
    /// The price after it ran.
    pub actual_points: Option<u32>,
    /// The points left.
    pub points_left: Option<f64>,
    /// The codes of the reply's `errors`.
    pub error_codes: Vec<String>,
    /// The fault that struck.
    pub fault: Option<Value>,
}

/// The last requests.
#[derive(Debug)]
pub struct Log {
    entries: VecDeque<LogEntry>,
    capacity: usize,
}

impl Log {
    /// A log of at most so many requests.
    pub fn new(capacity: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            capacity,
        }
    }

    /// Adds a request, and forgets the oldest when full.
    pub fn push(&mut self, entry: LogEntry) {
        if self.entries.len() >= self.capacity {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    /// Forgets all requests.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// The requests, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &LogEntry> {
        self.entries.iter()
    }
}

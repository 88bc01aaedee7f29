//! What faults make of replies.

use super::faults::FaultKind;
use super::log::LogEntry;
use super::reply::{self, API_VERSION};
use super::transport::{Disposition, Reply};

/// The faults that keep an operation from running.
pub fn before_commit(fault: Option<&FaultKind>, entry: &mut LogEntry) -> Option<Reply> {
    match fault? {
        FaultKind::Status {
            code,
            body,
            retry_after,
        } => Some(reply::http_error(*code, body.as_deref(), *retry_after)),
        FaultKind::Reset => Some(Reply {
            after: Disposition::DropConnection,
            ..reply::http_error(500, None, None)
        }),
        FaultKind::InternalError {
            after_commit: false,
        } => {
            entry.error_codes.push("INTERNAL_SERVER_ERROR".to_owned());
            Some(reply::internal_error(&entry.request_id))
        }
        _ => None,
    }
}

/// The faults that spoil the answer of an operation that has run.
pub fn after_commit(fault: Option<FaultKind>, mut reply: Reply, request_id: &str) -> Reply {
    match fault {
        Some(FaultKind::ResetAfterCommit) => reply.after = Disposition::DropConnection,
        Some(FaultKind::StatusAfterCommit { code }) => return reply::http_error(code, None, None),
        Some(FaultKind::Slow { ms }) => reply.delay_ms = Some(ms),
        Some(FaultKind::MalformedJson) => {
            reply.body =
                b"<html><body>We're sorry, but something went wrong.</body></html>".to_vec();
        }
        Some(FaultKind::TruncatedJson) => {
            reply.after = Disposition::TruncateBody {
                sent_bytes: reply.body.len() / 2,
            };
        }
        Some(FaultKind::SlowBody { ms }) => {
            reply.after = Disposition::TrickleBody { over_ms: ms };
        }
        Some(FaultKind::FallForward { version }) => {
            return reply.with_header(API_VERSION, version);
        }
        Some(FaultKind::InternalError { after_commit: true }) => {
            return reply::internal_error(request_id);
        }
        _ => {}
    }
    reply
}

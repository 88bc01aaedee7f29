//! `bulkOperationRunMutation`, `bulkOperationRunQuery` and `bulkOperationCancel`.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::view::resolved;
use super::{BulkOperation, CANCEL_MS, Kind, MAX_AT_ONCE, START_MS, Source, Status, Work, check};
use crate::mock::call::Call;
use crate::mock::dice::Dice;
use crate::mock::faults::FaultKind;
use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::document::Document;
use crate::mock::graphql::resolved::Resolved;
use crate::mock::input;
use crate::mock::user_error::{UserError, payload};

type Answer = Result<Resolved, CodedError>;

/// Lines are dealt out in blocks of this size, and done in any order within one.
const BLOCK_LINES: usize = 20;

/// `bulkOperationRunMutation`.
pub fn mutation(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let text = input::text(arguments, "mutation").unwrap_or_default();
    let started = check_client_identifier(input::text(arguments, "clientIdentifier"))
        .and_then(|()| check::mutation(text))
        .and_then(|document| {
            check_limit(call, Kind::Mutation)?;
            let path = input::text(arguments, "stagedUploadPath").unwrap_or_default();
            let source = Source::Lines(lines(call, path)?);
            Ok(start(call, Kind::Mutation, text, document, source))
        });
    Ok(answer(started))
}

/// `bulkOperationRunQuery`.
pub fn query(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let text = input::text(arguments, "query").unwrap_or_default();
    let started = check::query(text).and_then(|document| {
        check_limit(call, Kind::Query)?;
        let source = Source::Rows {
            are_grouped: arguments.get("groupObjects").and_then(Value::as_bool) == Some(true),
            rows: Vec::new(),
        };
        Ok(start(call, Kind::Query, text, document, source))
    });
    Ok(answer(started))
}

fn answer(started: Result<Resolved, UserError>) -> Resolved {
    payload("bulkOperation", started.map_err(|error| vec![error]))
}

fn check_client_identifier(identifier: Option<&str>) -> Result<(), UserError> {
    let message = match identifier.map(|text| text.chars().count()) {
        Some(..10) => "is too short (minimum is 10 characters)",
        Some(256..) => "is too long (maximum is 255 characters)",
        _ => return Ok(()),
    };
    let code = Some("INVALID_MUTATION");
    Err(UserError::text(&["clientIdentifier"], message, code))
}

fn check_limit(call: &Call<'_>, kind: Kind) -> Result<(), UserError> {
    let going: Vec<String> = call
        .shop
        .bulk
        .operations
        .iter()
        .filter(|it| it.kind == kind && it.status.is_going())
        .filter(|it| it.api_client_id == call.api_client_id)
        .map(BulkOperation::gid)
        .collect();
    if going.len() < MAX_AT_ONCE {
        return Ok(());
    }
    let message = format!(
        "A bulk {} operation for this app and shop is already in progress: {}.",
        kind.name().to_lowercase(),
        going.join(", ")
    );
    let code = Some("OPERATION_IN_PROGRESS");
    Err(UserError::text(&[], message, code))
}

/// The lines of an uploaded file, in the order they will be done.
fn lines(call: &Call<'_>, path: &str) -> Result<Vec<(usize, String)>, UserError> {
    let Some(content) = call.shop.bulk.files.content(path) else {
        let message = "The JSONL file could not be found. Try uploading the file again, and check that you've entered the URL correctly for the stagedUploadPath mutation argument.";
        return Err(UserError::text(&[], message, Some("NO_SUCH_FILE")));
    };
    let text = String::from_utf8_lossy(content);
    let mut lines: Vec<(usize, String)> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .enumerate()
        .collect();
    if lines.is_empty() {
        let message = "The input file is empty.";
        let code = Some("INVALID_STAGED_UPLOAD_FILE");
        return Err(UserError::text(&[], message, code));
    }
    let mut dice = Dice::new(lines.len() as u64);
    for block in lines.chunks_mut(BLOCK_LINES) {
        dice.shuffle(block);
    }
    Ok(lines)
}

fn start(
    call: &mut Call<'_>,
    kind: Kind,
    text: &str,
    document: Document,
    source: Source,
) -> Resolved {
    let fault = call.bulk_fault.take();
    let stalled_ms = match fault {
        Some(FaultKind::BulkStalls { ms }) => ms,
        _ => 0,
    };
    let operation = BulkOperation {
        number: call.shop.ids.bulk_operation(),
        kind,
        status: Status::Created,
        error_code: None,
        api_client_id: call.api_client_id,
        query: text.to_owned(),
        created_at_ms: call.now_ms,
        completed_at_ms: None,
        object_count: 0,
        root_object_count: 0,
        output: String::new(),
        work: Work {
            document: Arc::new(document),
            source,
            done: 0,
            starts_at_ms: call.now_ms + START_MS + stalled_ms,
            lines_per_second: call.shop.bulk.lines_per_second.max(f64::MIN_POSITIVE),
            canceled_at_ms: 0,
            fails: match fault {
                Some(FaultKind::BulkFails {
                    error_code,
                    after_lines,
                }) => Some((error_code, after_lines)),
                _ => None,
            },
        },
    };
    let shown = resolved(&operation, call);
    call.shop.bulk.operations.push(operation);
    shown
}

/// `bulkOperationCancel`.
pub fn cancel(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let gid = input::text(arguments, "id").unwrap_or_default();
    let operations = &mut call.shop.bulk.operations;
    let Some(operation) = operations.iter_mut().find(|it| it.gid() == gid) else {
        let error = UserError::text(&["id"], "Bulk operation does not exist", None);
        return Ok(answer(Err(error)));
    };
    match operation.status {
        Status::Created | Status::Running => {
            operation.status = Status::Canceling;
            operation.work.canceled_at_ms = call.now_ms + CANCEL_MS;
        }
        Status::Canceling => {}
        ended => {
            let state = ended.name().to_lowercase();
            let message = format!("A bulk operation cannot be canceled when it is {state}");
            return Ok(answer(Err(UserError::text(&[], message, None))));
        }
    }
    let shown = call.shop.bulk.find(gid).map(|it| resolved(it, call));
    Ok(answer(Ok(shown.unwrap_or(Resolved::NULL))))
}

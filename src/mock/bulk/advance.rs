//! Time passes: operations start, process lines, end and expire, each at its own instant.

use serde_json::Value;

use super::rows;
use super::{BulkOperation, Source, Status, line};
use crate::mock::call::Call;
use crate::mock::faults::Faults;
use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::collect::Reading;
use crate::mock::graphql::execute;
use crate::mock::shop::{self, Shop};
use crate::mock::struck::Struck;

/// Does all that is due in a shop by now, in order of time.
pub fn advance(shop: &mut Shop, faults: &mut Faults, now_ms: i64) {
    while let Some((position, at_ms)) = next(shop, now_ms) {
        let mut operations = std::mem::take(&mut shop.bulk.operations);
        if let Some(operation) = operations.get_mut(position) {
            let was_going = operation.status.is_going();
            step(operation, shop, faults, at_ms);
            if was_going && !operation.status.is_going() {
                shop.tell_of_bulk_operation(operation, at_ms);
            }
        }
        shop.bulk.operations = operations;
    }
}

fn next(shop: &Shop, now_ms: i64) -> Option<(usize, i64)> {
    let operations = shop.bulk.operations.iter().enumerate();
    operations
        .filter_map(|(position, operation)| Some((position, operation.due_ms()?)))
        .filter(|(_, at_ms)| *at_ms <= now_ms)
        .min_by_key(|(_, at_ms)| *at_ms)
}

fn step(operation: &mut BulkOperation, shop: &mut Shop, faults: &mut Faults, at_ms: i64) {
    match operation.status {
        Status::Created => {
            operation.status = Status::Running;
            if matches!(operation.work.source, Source::Rows { .. }) {
                read(operation, shop, faults, at_ms);
            }
        }
        Status::Running => proceed(operation, shop, faults, at_ms),
        Status::Canceling => end(operation, Status::Canceled, at_ms),
        Status::Completed => {
            operation.status = Status::Expired;
            operation.output = String::new();
        }
        Status::Failed | Status::Canceled | Status::Expired => {}
    }
}

fn end(operation: &mut BulkOperation, status: Status, at_ms: i64) {
    operation.status = status;
    operation.completed_at_ms = Some(at_ms);
    operation.work.source = Source::Lines(Vec::new());
}

fn fail(operation: &mut BulkOperation, code: &str, at_ms: i64) {
    operation.error_code = Some(code.to_owned());
    end(operation, Status::Failed, at_ms);
}

/// One more line, or the end.
fn proceed(operation: &mut BulkOperation, shop: &mut Shop, faults: &mut Faults, at_ms: i64) {
    let work = &mut operation.work;
    let fails = work.fails.take_if(|(_, after)| *after <= work.done);
    if let Some((code, _)) = fails {
        return fail(operation, &code, at_ms);
    }
    if work.done >= work.size() {
        return end(operation, Status::Completed, at_ms);
    }
    let Some(token) = access(operation, shop) else {
        return fail(operation, "ACCESS_DENIED", at_ms);
    };
    let position = operation.work.done;
    operation.work.done += 1;
    let (row, is_root) = match &mut operation.work.source {
        Source::Rows { rows, .. } => match rows.get_mut(position) {
            Some(row) => (std::mem::take(&mut row.text), row.is_root),
            None => return,
        },
        Source::Lines(lines) => {
            let Some((number, text)) = lines.get(position) else {
                return;
            };
            let mut call = call(shop, token, at_ms);
            match line::run(&mut call, faults, &operation.work.document, *number, text) {
                Some(row) => (row, true),
                None => return fail(operation, "ACCESS_DENIED", at_ms),
            }
        }
    };
    operation.output.push_str(&row);
    operation.output.push('\n');
    operation.object_count += 1;
    operation.root_object_count += u64::from(is_root);
}

/// The token of the app whose operation it is; None when the app has no access any more.
fn access(operation: &BulkOperation, shop: &Shop) -> Option<usize> {
    if shop.status == shop::Status::Revoked {
        return None;
    }
    shop.tokens
        .iter()
        .position(|token| token.api_client_id == operation.api_client_id)
}

fn call(shop: &mut Shop, token: usize, now_ms: i64) -> Call<'_> {
    let api_client_id = shop.tokens.get(token).map_or(0, |it| it.api_client_id);
    Call {
        hides_protected_data: shop.hides_protected_data,
        reads_whole_lists: true,
        ..Call::new(shop, token, api_client_id, now_ms)
    }
}

/// Reads all rows of a query at once: by the time they can be downloaded they are as old as the operation took.
fn read(operation: &mut BulkOperation, shop: &mut Shop, faults: &mut Faults, at_ms: i64) {
    let Some(token) = access(operation, shop) else {
        return fail(operation, "ACCESS_DENIED", at_ms);
    };
    let document = operation.work.document.clone();
    let Ok(query) = document.operation(None) else {
        return fail(operation, "INTERNAL_SERVER_ERROR", at_ms);
    };
    let variables = serde_json::Map::new();
    let reading = Reading {
        document: &document.executable,
        variables: &variables,
    };
    let mut call = call(shop, token, at_ms);
    let mut struck = Struck {
        call: &mut call,
        faults,
        operation: query.name.as_ref().map(|name| name.as_str()),
        fault: None,
    };
    let outcome = execute::execute(reading, query, &mut struck);
    if let Some(error) = outcome.errors.first() {
        return fail(operation, failure_code(error), at_ms);
    }
    if let Source::Rows { are_grouped, rows } = &mut operation.work.source {
        let data = outcome.data.map_or(Value::Null, Value::Object);
        *rows = rows::flatten(data, *are_grouped);
    }
}

fn failure_code(error: &CodedError) -> &'static str {
    match error.code() {
        "ACCESS_DENIED" => "ACCESS_DENIED",
        _ => "INTERNAL_SERVER_ERROR",
    }
}

//! `bulkOperation`, `bulkOperations`, `currentBulkOperation`: an operation as an app polls it.

use serde_json::{Map, Value};

use super::{BulkOperation, Kind, RESULT_MS, Status, result};
use crate::mock::call::Call;
use crate::mock::graphql::resolved::{Connection, Object, Resolved};
use crate::mock::input;
use crate::mock::moment::datetime;

/// `bulkOperation`, and `node` of one.
pub fn one(call: &Call<'_>, gid: &str) -> Resolved {
    own(call)
        .find(|operation| operation.gid() == gid)
        .map_or(Resolved::NULL, |operation| resolved(operation, call))
}

/// `currentBulkOperation`: the latest of a type.
pub fn current(call: &Call<'_>, arguments: &Map<String, Value>) -> Resolved {
    let kind = input::text(arguments, "type").unwrap_or(Kind::Query.name());
    own(call)
        .filter(|operation| operation.kind.name() == kind)
        .last()
        .map_or(Resolved::NULL, |operation| resolved(operation, call))
}

/// `bulkOperations`, filtered by `status`, `operation_type` and `id`, in order of creation.
pub fn list(call: &Call<'_>, arguments: &Map<String, Value>) -> Resolved {
    let query = input::text(arguments, "query").unwrap_or_default();
    let mut matching: Vec<&BulkOperation> = own(call).filter(|it| matches(it, query)).collect();
    if arguments.get("reverse").and_then(Value::as_bool) == Some(true) {
        matching.reverse();
    }
    let after = input::text(arguments, "after");
    let start = after.map_or(0, |cursor| {
        let place = matching
            .iter()
            .position(|it| it.number.to_string() == cursor);
        place.map_or(matching.len(), |place| place + 1)
    });
    let size = ["first", "last"]
        .iter()
        .find_map(|name| arguments.get(*name)?.as_u64());
    let size = usize::try_from(size.unwrap_or(50)).unwrap_or(50);
    let end = matching.len().min(start + size);
    let entries = matching.get(start..end).unwrap_or_default();
    Resolved::Object(Object::Connection(Connection {
        entries: entries
            .iter()
            .map(|it| (it.number.to_string(), resolved(it, call)))
            .collect(),
        has_next: end < matching.len(),
        has_previous: start > 0,
    }))
}

fn own<'c>(call: &'c Call<'_>) -> impl Iterator<Item = &'c BulkOperation> {
    let app = call.api_client_id;
    let operations = call.shop.bulk.operations.iter();
    operations.filter(move |operation| operation.api_client_id == app)
}

fn matches(operation: &BulkOperation, query: &str) -> bool {
    query
        .split_whitespace()
        .filter_map(|term| term.split_once(':'))
        .all(|(field, value)| match field {
            "status" => operation.status.name().eq_ignore_ascii_case(value),
            "operation_type" => operation.kind.name().eq_ignore_ascii_case(value),
            "id" => operation.gid().ends_with(&format!("/{value}")),
            _ => true,
        })
}

/// An operation as GraphQL shows it.
pub fn resolved(operation: &BulkOperation, call: &Call<'_>) -> Resolved {
    let count = |number: u64| Resolved::leaf(number.to_string());
    let url = (!operation.output.is_empty())
        .then(|| result::url(&call.base_url, &call.shop.domain, operation));
    let (whole, partial) = match operation.status {
        Status::Completed => (url, None),
        Status::Failed | Status::Canceled => (None, url),
        _ => (None, None),
    };
    let has_file = whole.is_some() || partial.is_some();
    let file_size = has_file.then(|| operation.output.len().to_string());
    Resolved::typed(
        "BulkOperation",
        vec![
            ("id", Resolved::leaf(operation.gid())),
            ("status", Resolved::leaf(operation.status.name())),
            ("type", Resolved::leaf(operation.kind.name())),
            ("errorCode", Resolved::leaf(operation.error_code.clone())),
            ("query", Resolved::leaf(operation.query.clone())),
            (
                "createdAt",
                Resolved::leaf(datetime(operation.created_at_ms)),
            ),
            (
                "completedAt",
                Resolved::leaf(operation.completed_at_ms.map(datetime)),
            ),
            ("objectCount", count(operation.object_count)),
            ("rootObjectCount", count(operation.root_object_count)),
            ("fileSize", Resolved::leaf(file_size)),
            ("url", Resolved::leaf(whole)),
            ("partialDataUrl", Resolved::leaf(partial)),
        ],
    )
}

/// When the result of an operation that has ended is gone, in ms since the epoch.
pub fn gone_at_ms(operation: &BulkOperation) -> Option<i64> {
    operation.completed_at_ms.map(|at_ms| at_ms + RESULT_MS)
}

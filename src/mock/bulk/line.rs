//! One line of a file: the mutation is run with its variables, as if it had been sent on its own.

use serde_json::{Map, Value, json};

use super::rows;
use crate::mock::call::Call;
use crate::mock::faults::Faults;
use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::collect::Reading;
use crate::mock::graphql::document::Document;
use crate::mock::graphql::{execute, variables};
use crate::mock::struck::Struck;

/// Runs a line. The row says what came of it; None when the app may not do what the mutation does.
pub fn run(
    call: &mut Call<'_>,
    faults: &mut Faults,
    document: &Document,
    number: usize,
    text: &str,
) -> Option<String> {
    let mut row = Map::new();
    match result(call, faults, document, text) {
        Err(errors) => {
            row.insert("errors".to_owned(), errors);
        }
        Ok(outcome) => {
            if outcome.errors.iter().any(|it| it.code() == "ACCESS_DENIED") {
                return None;
            }
            let data = outcome.data.map_or(Value::Null, Value::Object);
            row.insert("data".to_owned(), data);
            if !outcome.errors.is_empty() {
                row.insert("errors".to_owned(), json(&outcome.errors));
            }
        }
    }
    row.insert("__lineNumber".to_owned(), number.into());
    Some(rows::text(&Value::Object(row)))
}

fn result(
    call: &mut Call<'_>,
    faults: &mut Faults,
    document: &Document,
    text: &str,
) -> Result<execute::Outcome, Value> {
    let given: Map<String, Value> = serde_json::from_str(text)
        .map_err(|error| json!([{"message": format!("Invalid JSONL line: {error}")}]))?;
    let operation = document.operation(None).map_err(|error| json(&[error]))?;
    let coerced = variables::coerce(&document.executable, operation, &given);
    let coerced = coerced.map_err(|errors| json(&errors))?;
    let reading = Reading {
        document: &document.executable,
        variables: &coerced,
    };
    let mut struck = Struck {
        call,
        faults,
        operation: operation.name.as_ref().map(|name| name.as_str()),
        fault: None,
    };
    Ok(execute::execute(reading, operation, &mut struck))
}

fn json(errors: &[CodedError]) -> Value {
    errors.iter().map(CodedError::to_json).collect()
}

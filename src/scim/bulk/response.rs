//! The answer to a bulk request (RFC 7644 §3.7.3).

use serde_json::{Map, Value, json};

use super::{BULK_RESPONSE_URN, Operation, Plan};
use crate::scim::error::ScimError;

/// What came of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The HTTP status the operation alone would have had.
    pub status: u16,
    /// The URL of the resource. Every outcome has one but that of a POST that failed.
    pub location: Option<String>,
    /// The resource's entity tag.
    pub version: Option<String>,
    /// The body: the error, when it is one.
    pub response: Option<Value>,
}

impl Outcome {
    /// The outcome of an operation that failed.
    pub fn error(error: &ScimError, location: Option<String>) -> Self {
        Self {
            status: error.status,
            location,
            version: None,
            response: Some(error.to_value()),
        }
    }

    fn is_error(&self) -> bool {
        self.status >= 400
    }
}

/// Collects the outcomes and puts them in the order of the request.
#[derive(Debug, Clone)]
pub struct BulkResponse {
    operations: Vec<Operation>,
    fail_on_errors: Option<u64>,
    outcomes: Vec<Option<Outcome>>,
}

impl BulkResponse {
    /// The answer to a planned request, still empty.
    pub fn new(plan: &Plan) -> Self {
        Self {
            operations: plan.operations.clone(),
            fail_on_errors: plan.fail_on_errors,
            outcomes: vec![None; plan.operations.len()],
        }
    }

    /// Notes what came of a step. A later step of the same operation has the last word, except that an error stays.
    pub fn record(&mut self, operation: usize, outcome: Outcome) {
        if let Some(slot) = self.outcomes.get_mut(operation)
            && !slot.as_ref().is_some_and(Outcome::is_error)
        {
            *slot = Some(outcome);
        }
    }

    /// True when the operation has failed: its later steps are to be left out.
    pub fn has_failed(&self, operation: usize) -> bool {
        matches!(self.outcomes.get(operation), Some(Some(outcome)) if outcome.is_error())
    }

    /// True when the remaining steps are to be left out.
    pub fn is_over(&self) -> bool {
        let errors = self
            .outcomes
            .iter()
            .flatten()
            .filter(|outcome| outcome.is_error())
            .count();
        // RFC 7644 §3.7.3: after "failOnErrors" errors, the rest is not processed.
        self.fail_on_errors
            .is_some_and(|limit| u64::try_from(errors).is_ok_and(|errors| errors >= limit))
    }

    /// The response body. Operations that were left out are not in it.
    pub fn into_value(self) -> Value {
        let results: Vec<Value> = self
            .operations
            .into_iter()
            .zip(self.outcomes)
            .filter_map(|(operation, outcome)| Some(result(operation, outcome?)))
            .collect();
        json!({"schemas": [BULK_RESPONSE_URN], "Operations": results})
    }
}

fn result(operation: Operation, outcome: Outcome) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            members.insert(name.to_owned(), value);
        }
    };
    put("location", outcome.location.map(Value::from));
    put("method", Some(operation.method.into()));
    put("bulkId", operation.bulk_id.map(Value::from));
    put("version", outcome.version.map(Value::from));
    // RFC 7644 §3.7.3: "status" is the HTTP status as a JSON string.
    put("status", Some(outcome.status.to_string().into()));
    put("response", outcome.response);
    Value::Object(members)
}

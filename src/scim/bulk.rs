//! Bulk requests (RFC 7644 §3.7), as a plan: which operation runs when, and how the answers go together.
//!
//! The caller runs [`Plan::steps`] in order, resolves each step's references with the ids that earlier steps made, and records
//! what came of it in a [`BulkResponse`], which puts the results back into the order of the request.
//!
//! | the request has | the plan has |
//! |---|---|
//! | a reference to a resource that is created later | the later operation first |
//! | references in a circle | a creation without the reference, then a [`Task::Complete`] that adds it |
//! | an operation that makes no sense | a [`Task::Refuse`] in its place |

mod order;
mod reference;
mod request;
mod response;

#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::Value;

pub use reference::{BulkIds, resolve};
pub use response::{BulkResponse, Outcome};

use super::error::ScimError;
use super::schema::ResourceType;

/// The schema of a bulk request.
pub const BULK_REQUEST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
/// The schema of a bulk response.
pub const BULK_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// How much one bulk request may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkLimits {
    /// Operations.
    pub max_operations: usize,
    /// Bytes of the body.
    pub max_payload_bytes: usize,
}

/// What is to be done for a bulk request.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// In the order to run them.
    pub steps: Vec<Step>,
    /// In the order of the request.
    operations: Vec<Operation>,
    /// After how many errors the rest is left out.
    fail_on_errors: Option<u64>,
}

/// What the answer repeats of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Operation {
    method: String,
    bulk_id: Option<String>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The operation's place in the request, counted from 0.
    pub operation: usize,
    /// What to do for it.
    pub task: Task,
}

/// What to do in a step.
#[derive(Clone, PartialEq)]
pub enum Task {
    /// Run the operation. The id of what a POST makes is to be known by `bulk_id` from then on.
    Run(Request),
    /// PATCH the resource that this operation has created: the references in it could not be resolved before.
    Complete {
        /// What it is.
        resource_type: ResourceType,
        /// The bulkId by which its id is known.
        bulk_id: String,
        /// The PATCH, with references.
        message: Value,
    },
    /// The operation cannot be run.
    Refuse(ScimError),
}

/// An operation to run.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// On which endpoint.
    pub resource_type: ResourceType,
    /// On which resource; may be a reference. `None` only for POST.
    pub id: Option<String>,
    /// The name by which other operations refer to what a POST makes.
    pub bulk_id: Option<String>,
    /// The version that the client wants to change, as in `If-Match`.
    pub version: Option<String>,
    /// The resource or the PATCH, with references. Null for DELETE.
    pub data: Value,
}

/// The methods of a bulk operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Create.
    Post,
    /// Replace.
    Put,
    /// Change.
    Patch,
    /// Delete.
    Delete,
}

/// No data: it is personal.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("resource_type", &self.resource_type)
            .field("id", &self.id)
            .field("bulk_id", &self.bulk_id)
            .finish_non_exhaustive()
    }
}

/// No data: it is personal.
impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(request) => f.debug_tuple("Run").field(request).finish(),
            Self::Complete { bulk_id, .. } => f
                .debug_struct("Complete")
                .field("bulk_id", bulk_id)
                .finish_non_exhaustive(),
            Self::Refuse(error) => f.debug_tuple("Refuse").field(error).finish(),
        }
    }
}

impl Request {
    /// The operation with every reference replaced by the id it stands for: 409 when there is none.
    pub fn resolved(mut self, ids: &BulkIds) -> Result<Self, ScimError> {
        resolve(&mut self.data, ids)?;
        if let Some(id) = self.id {
            let mut id = Value::from(id);
            resolve(&mut id, ids)?;
            self.id = id.as_str().map(str::to_owned);
        }
        Ok(self)
    }
}

/// Plans a bulk request.
pub fn plan(body: Value, limits: &BulkLimits) -> Result<Plan, ScimError> {
    let request::Message {
        operations,
        fail_on_errors,
    } = request::message(body, limits)?;
    let (operations, tasks) = operations.into_iter().unzip();
    Ok(Plan {
        steps: order::steps(tasks),
        operations,
        fail_on_errors,
    })
}

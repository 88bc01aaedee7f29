//! `/Bulk`: many operations in one request (RFC 7644 §3.7), each through the use case that serves it alone.

use serde_json::Value;

use super::{Answer, Body, Call, Failure, Provision};
use crate::scim::bulk::{self, BulkIds, BulkLimits, BulkResponse, Method, Outcome, Request, Task};
use crate::scim::error::ScimError;
use crate::scim::schema::ResourceType;

/// The most operations of one request.
const MAX_OPERATIONS: usize = 1_000;

/// A bulk request under way.
struct Bulk<'b> {
    call: &'b Call<'b>,
    /// Puts an operation's failure into the words that it would be answered with alone.
    explain: &'b dyn Fn(&Failure) -> ScimError,
    ids: BulkIds,
}

impl Provision {
    /// What one bulk request may carry.
    pub(super) fn bulk_limits(&self) -> BulkLimits {
        BulkLimits {
            max_operations: MAX_OPERATIONS,
            max_payload_bytes: self.config.max_body_bytes,
        }
    }

    /// `POST /Bulk`. `explain` puts an operation's failure into the words that it would be answered with alone.
    ///
    /// # Errors
    /// 400 and 413 for a body that is no bulk request; what is wrong with one operation is in the answer.
    pub async fn bulk(
        &self,
        call: &Call<'_>,
        explain: &dyn Fn(&Failure) -> ScimError,
    ) -> Result<Answer, Failure> {
        if call.is_dry_run()? {
            return Err(ScimError::invalid_value(
                "dryRun is not offered for /Bulk: its operations refer to what the others create; send them one by one",
            )
            .into());
        }
        let plan = bulk::plan(call.body.read()?, &self.bulk_limits())?;
        let mut response = BulkResponse::new(&plan);
        let mut bulk = Bulk {
            call,
            explain,
            ids: BulkIds::new(),
        };
        for step in plan.steps {
            // What was begun is completed, even when nothing new is begun.
            let begun = matches!(step.task, Task::Complete { .. });
            if response.has_failed(step.operation) || (response.is_over() && !begun) {
                continue;
            }
            response.record(step.operation, self.bulk_step(&mut bulk, step.task).await);
        }
        self.reconciler.wake().notify();
        Ok(Answer::ok(response.into_value().to_string()))
    }

    async fn bulk_step(&self, bulk: &mut Bulk<'_>, task: Task) -> Outcome {
        match task {
            Task::Refuse(error) => Outcome::error(&error, None),
            Task::Run(request) => {
                let location = request
                    .id
                    .as_ref()
                    .map(|id| self.location(request.resource_type, id));
                match request.resolved(&bulk.ids) {
                    Ok(request) => self.bulk_run(bulk, &request).await,
                    Err(error) => Outcome::error(&error, location),
                }
            }
            Task::Complete {
                resource_type,
                bulk_id,
                message,
            } => {
                self.bulk_complete(bulk, resource_type, &bulk_id, message)
                    .await
            }
        }
    }

    async fn bulk_run(&self, bulk: &mut Bulk<'_>, request: &Request) -> Outcome {
        let of = request.resource_type;
        let call = bulk.operation(&request.data, request.version.as_deref());
        let id = request.id.as_deref().unwrap_or_default();
        let answered = match request.method {
            Method::Post => self.create(&call, of).await,
            Method::Put => self.replace(&call, of, id).await,
            Method::Patch => self.patch(&call, of, id).await,
            Method::Delete => self.delete(&call, of, id).await,
        };
        let location = request.id.as_ref().map(|id| self.location(of, id));
        let outcome = bulk.outcome(answered, location);
        if let (Method::Post, Some(bulk_id), Some(location)) =
            (request.method, &request.bulk_id, &outcome.location)
        {
            bulk.ids.insert(bulk_id.clone(), id_in(location).to_owned());
        }
        outcome
    }

    /// Adds to a resource what could not be there yet when it was created.
    async fn bulk_complete(
        &self,
        bulk: &Bulk<'_>,
        of: ResourceType,
        bulk_id: &str,
        mut message: Value,
    ) -> Outcome {
        let id = bulk.ids.get(bulk_id).map_or("", String::as_str);
        let answered = match bulk::resolve(&mut message, &bulk.ids) {
            Ok(()) => self.patch(&bulk.operation(&message, None), of, id).await,
            Err(error) => Err(error.into()),
        };
        let location = Some(self.location(of, id));
        match answered {
            // The operation as a whole is a creation.
            Ok(answer) => Outcome {
                status: 201,
                location,
                version: answer.etag,
                response: None,
            },
            Err(failure) => {
                let mut error = (bulk.explain)(&failure);
                error.detail = format!(
                    "the resource was created, but without its circular references: {}",
                    error.detail
                );
                Outcome::error(&error, location)
            }
        }
    }
}

impl Bulk<'_> {
    /// The request that the operation would be alone.
    fn operation<'o>(&'o self, body: &'o Value, version: Option<&'o str>) -> Call<'o> {
        Call {
            query: "",
            // RFC 7644 §3.7: an operation's "version" is its If-Match.
            if_match: version,
            if_none_match: None,
            body: Body::Json(body),
            waits: false,
            ..*self.call
        }
    }

    fn outcome(&self, answered: Result<Answer, Failure>, location: Option<String>) -> Outcome {
        match answered {
            // RFC 7644 §3.7.3: a body is only there to tell an error.
            Ok(answer) => Outcome {
                status: answer.status,
                location: answer.location.or(location),
                version: answer.etag,
                response: None,
            },
            Err(failure) => Outcome::error(&(self.explain)(&failure), location),
        }
    }
}

/// The id of the resource at a location.
fn id_in(location: &str) -> &str {
    location.rsplit('/').next().unwrap_or_default()
}

//! One request to the Admin API, from its body to its reply.

use std::sync::Arc;

use apollo_compiler::executable::Operation;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::engine::{Engine, World};
use super::faults::{FaultKind, Stage, Subject};
use super::gate::{self, Admitted};
use super::graphql::coded::CodedError;
use super::graphql::collect::Reading;
use super::graphql::cost::{self, Requested};
use super::graphql::document::Document;
use super::graphql::execute::{self, Outcome};
use super::graphql::variables;
use super::log::LogEntry;
use super::reply::{self, API_VERSION, Cost};
use super::spoil::{after_commit, before_commit};
use super::struck::Struck;
use super::transport::{Reply, Request};

/// Answers `POST /admin/api/{version}/graphql.json`.
pub fn handle(engine: &Engine, request: &Request) -> Reply {
    let asked = request
        .path
        .strip_prefix("/admin/api/")
        .and_then(|rest| rest.strip_suffix("/graphql.json"));
    let version = asked.and_then(|asked| gate::version(&engine.versions, asked));
    let (Some(version), "POST") = (version, request.method.as_str()) else {
        return reply::not_found();
    };
    let mut entry = LogEntry {
        at_ms: engine.clock.now_ms(),
        ..LogEntry::default()
    };
    let reply = {
        let mut world = engine.world();
        entry.request_id = world.next_request_id(entry.at_ms);
        match gate::admit(&world, request, entry.at_ms) {
            Err(refusal) => Err(refusal),
            Ok(admitted) => {
                if let Some(shop) = world.shops.get(admitted.shop) {
                    entry.shop.clone_from(&shop.domain);
                }
                Ok(admitted)
            }
        }
    };
    let reply = match reply {
        Err(refusal) => *refusal,
        Ok(admitted) => answer(engine, request, admitted, &mut entry),
    };
    entry.status = reply.status;
    let mut reply = reply.with_header("X-Request-Id", entry.request_id.clone());
    if reply.header(API_VERSION).is_none() {
        reply = reply.with_header(API_VERSION, version);
    }
    engine.world().log.push(entry);
    reply
}

/// The members of a request's body.
struct Body {
    query: String,
    operation_name: Option<String>,
    variables: Map<String, Value>,
}

fn read_body(bytes: &[u8]) -> Result<Body, Box<Reply>> {
    let refuse = |text: &str| Box::new(reply::bad_request(text));
    let body: Value = serde_json::from_slice(bytes).map_err(|_| refuse("Bad Request"))?;
    let query = body.get("query").and_then(Value::as_str);
    let variables = body.get("variables").and_then(Value::as_object);
    Ok(Body {
        query: query
            .ok_or_else(|| refuse("Required parameter missing or invalid"))?
            .to_owned(),
        operation_name: body
            .get("operationName")
            .and_then(Value::as_str)
            .map(str::to_owned),
        variables: variables.cloned().unwrap_or_default(),
    })
}

fn answer(engine: &Engine, request: &Request, admitted: Admitted, entry: &mut LogEntry) -> Reply {
    let body = match read_body(&request.body) {
        Ok(body) => body,
        Err(refusal) => return *refusal,
    };
    entry.variables.clone_from(&body.variables);
    let refuse = |entry: &mut LogEntry, errors: &[CodedError]| {
        entry.error_codes = errors.iter().map(|it| it.code().to_owned()).collect();
        reply::invalid(errors)
    };
    let document: Arc<Document> = match engine.documents.prepare(&body.query) {
        Ok(document) => document,
        Err(errors) => return refuse(entry, &errors),
    };
    let operation = match document.operation(body.operation_name.as_deref()) {
        Ok(operation) => operation,
        Err(error) => return refuse(entry, &[error]),
    };
    entry.operation = operation.name.as_ref().map(ToString::to_string);
    entry.root_fields = document.root_fields(operation);
    let coerced = variables::coerce(&document.executable, operation, &body.variables);
    let variables = match coerced {
        Ok(variables) => variables,
        Err(errors) => return refuse(entry, &errors),
    };
    let running = Running {
        engine,
        reading: Reading {
            document: &document.executable,
            variables: &variables,
        },
        operation,
        admitted,
        base_url: engine.base_url(request),
        shows_costs: request.header("Shopify-GraphQL-Cost-Debug").is_some(),
    };
    // Skipped by a directive, a field is neither run nor charged: it was not asked for.
    entry.root_fields = running.root_fields();
    let reply = running.run(&mut engine.world(), entry);
    if document.selects_deprecated(operation) {
        return reply.with_header(
            "X-Shopify-API-Deprecated-Reason",
            "https://shopify.dev/api/usage/versioning#deprecation-practices",
        );
    }
    reply
}

/// A valid operation of a shop's app.
struct Running<'r> {
    engine: &'r Engine,
    reading: Reading<'r>,
    operation: &'r Operation,
    admitted: Admitted,
    base_url: String,
    shows_costs: bool,
}

impl Running<'_> {
    fn root_fields(&self) -> Vec<String> {
        let root = self.operation.object_type().as_str();
        self.reading
            .fields(root, [&self.operation.selection_set])
            .iter()
            .filter_map(|(_, fields)| fields.first())
            .map(|field| field.name.to_string())
            .collect()
    }

    fn run(&self, world: &mut World, entry: &mut LogEntry) -> Reply {
        let fault = world.faults.strike(Subject {
            stage: Stage::Request,
            operation: entry.operation.as_deref(),
            root_fields: &entry.root_fields,
            shop: &entry.shop,
            ..Subject::default()
        });
        entry.fault = fault.as_ref().and_then(|it| serde_json::to_value(it).ok());
        if let Some(reply) = before_commit(fault.as_ref(), entry) {
            return reply;
        }
        let requested = cost::requested(self.reading, self.operation);
        entry.requested_points = Some(requested.points);
        if requested.points > reply::MAX_REQUEST_POINTS {
            entry.error_codes.push("MAX_COST_EXCEEDED".to_owned());
            return reply::too_expensive(requested.points);
        }
        let is_throttled = fault == Some(FaultKind::Throttled);
        if is_throttled || !self.take(world, entry.at_ms, requested.points) {
            return self.throttle(world, entry, &requested, fault.as_ref());
        }
        let reply = self.execute(world, entry, requested, fault.as_ref());
        after_commit(fault, reply, &entry.request_id)
    }

    fn take(&self, world: &mut World, now_ms: i64, points: u32) -> bool {
        let Some(shop) = world.shops.get_mut(self.admitted.shop) else {
            return false;
        };
        let plan = shop.plan;
        shop.tokens
            .get_mut(self.admitted.token)
            .is_some_and(|token| token.bucket.take(plan, now_ms, points))
    }

    fn throttle(
        &self,
        world: &World,
        entry: &mut LogEntry,
        requested: &Requested,
        fault: Option<&FaultKind>,
    ) -> Reply {
        entry.error_codes.push("THROTTLED".to_owned());
        let mut cost = self.cost(world, entry.at_ms, requested.points, None);
        entry.points_left = Some(cost.available_points);
        if fault == Some(&FaultKind::Throttled) {
            // Told apart from a real one, a client would try again at once.
            cost.available_points = 0.0;
        }
        cost.spoil(fault);
        reply::throttled(&cost)
    }

    fn cost(
        &self,
        world: &World,
        now_ms: i64,
        requested_points: u32,
        actual_points: Option<u32>,
    ) -> Cost {
        let Some(shop) = world.shops.get(self.admitted.shop) else {
            return Cost::default();
        };
        let available = shop
            .tokens
            .get(self.admitted.token)
            .map(|token| token.bucket.available_points(shop.plan, now_ms));
        Cost {
            requested_points,
            actual_points,
            maximum_points: shop.plan.maximum_points(),
            available_points: available.unwrap_or_default(),
            restore_rate: shop.plan.restore_points_per_second(),
            ..Cost::default()
        }
    }

    fn execute(
        &self,
        world: &mut World,
        entry: &mut LogEntry,
        requested: Requested,
        fault: Option<&FaultKind>,
    ) -> Reply {
        let now_ms = entry.at_ms;
        let Some(shop) = world.shops.get_mut(self.admitted.shop) else {
            return reply::not_found();
        };
        let hides = shop.hides_protected_data || fault == Some(&FaultKind::NullProtectedFields);
        let token = shop.tokens.get(self.admitted.token);
        let is_bulk = |field: &String| field.starts_with("bulkOperationRun");
        let bulk_fault = match entry.root_fields.iter().any(is_bulk) {
            false => None,
            true => world.faults.strike(Subject {
                stage: Stage::Bulk,
                operation: entry.operation.as_deref(),
                root_fields: &entry.root_fields,
                shop: &entry.shop,
                ..Subject::default()
            }),
        };
        let api_client_id = token.map_or(0, |token| token.api_client_id);
        let mut call = Call {
            versions: &self.engine.versions,
            hides_protected_data: hides,
            base_url: self.base_url.clone(),
            bulk_fault,
            ..Call::new(shop, self.admitted.token, api_client_id, now_ms)
        };
        let mut struck = Struck {
            call: &mut call,
            faults: &mut world.faults,
            operation: entry.operation.as_deref(),
            fault: None,
        };
        let outcome = execute::execute(self.reading, self.operation, &mut struck);
        if let Some(fault) = struck.fault.take() {
            entry.fault = serde_json::to_value(fault).ok();
        }
        let search = std::mem::take(&mut call.search);
        let plan = call.shop.plan;
        world.due_ms = world.due_ms.min(call.shop.due_ms());
        if let Some(token) = call.shop.tokens.get_mut(self.admitted.token) {
            let unused = requested.points.saturating_sub(outcome.points);
            token.bucket.refund(plan, now_ms, unused);
        }
        let mut cost = self.cost(world, now_ms, requested.points, Some(outcome.points));
        entry.actual_points = Some(outcome.points);
        entry.points_left = Some(cost.available_points);
        entry.error_codes = outcome
            .errors
            .iter()
            .map(|error| error.code().to_owned())
            .collect();
        if self.shows_costs {
            cost.fields = Some(requested.fields);
        }
        cost.spoil(fault);
        result(outcome, &cost, search)
    }
}

fn result(outcome: Outcome, cost: &Cost, search: Vec<Value>) -> Reply {
    let mut body = Map::new();
    body.insert(
        "data".to_owned(),
        outcome.data.map_or(Value::Null, Value::Object),
    );
    if !outcome.errors.is_empty() {
        let errors = outcome.errors.iter().map(CodedError::to_json).collect();
        body.insert("errors".to_owned(), Value::Array(errors));
    }
    let mut extensions = json!({"cost": cost.to_json()});
    if let Some(members) = extensions.as_object_mut().filter(|_| !search.is_empty()) {
        members.insert("search".to_owned(), search.into());
    }
    body.insert("extensions".to_owned(), extensions);
    Reply::json(200, &Value::Object(body))
}

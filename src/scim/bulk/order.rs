//! When each operation runs: in the order of the request, but after what it refers to.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::reference::{refers_to, visit_references, visit_text};
use super::{Method, Request, Step, Task};
use crate::scim::patch::PATCH_OP_URN;
use crate::scim::resource::is_urn;

/// The steps that do the tasks, one task per operation.
pub(super) fn steps(tasks: Vec<Task>) -> Vec<Step> {
    let order = Order::of(&tasks);
    let mut tasks: Vec<Option<Task>> = tasks.into_iter().map(Some).collect();
    let mut position = vec![0; tasks.len()];
    for (at, &operation) in order.sequence.iter().enumerate() {
        if let Some(position) = position.get_mut(operation) {
            *position = at;
        }
    }
    let mut steps = Vec::with_capacity(tasks.len());
    let mut completions: Vec<(usize, Step)> = Vec::new();
    for (at, &operation) in order.sequence.iter().enumerate() {
        let Some(mut task) = tasks.get_mut(operation).and_then(Option::take) else {
            continue;
        };
        if let (Some(withheld), Task::Run(request)) = (order.withheld.get(&operation), &mut task) {
            let due = withheld
                .iter()
                .filter_map(|other| position.get(other.operation))
                .fold(at, |due, &other| due.max(other));
            let bulk_ids: Vec<&str> = withheld
                .iter()
                .map(|other| other.bulk_id.as_str())
                .collect();
            if let Some(task) = withhold(request, &bulk_ids) {
                completions.push((due, Step { operation, task }));
            }
        }
        steps.push(Step { operation, task });
        // RFC 7644 §3.7.1: circular references are resolved as soon as all of them can be.
        let is_due = |(due, _): &(usize, Step)| *due <= at;
        let (due, later): (Vec<_>, Vec<_>) = completions.into_iter().partition(is_due);
        steps.extend(due.into_iter().map(|(_, step)| step));
        completions = later;
    }
    steps
}

/// An operation that another one refers to.
struct Referred {
    operation: usize,
    bulk_id: String,
}

struct Order {
    /// The operations in the order to run them.
    sequence: Vec<usize>,
    /// By operation: what it refers to that cannot be there when it runs.
    withheld: HashMap<usize, Vec<Referred>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Progress {
    New,
    Open,
    Done,
}

impl Order {
    /// Depth first, without recursion: a chain may be as long as the request.
    fn of(tasks: &[Task]) -> Self {
        let mut references = references(tasks);
        let mut progress = vec![Progress::New; tasks.len()];
        let mut order = Self {
            sequence: Vec::with_capacity(tasks.len()),
            withheld: HashMap::new(),
        };
        for root in 0..tasks.len() {
            let mut open = vec![root];
            while let Some(&operation) = open.last() {
                let Some(state) = progress.get_mut(operation) else {
                    break;
                };
                if *state == Progress::Done {
                    open.pop();
                    continue;
                }
                *state = Progress::Open;
                match references.get_mut(operation).and_then(Vec::pop) {
                    Some(referred) => match progress.get(referred.operation) {
                        Some(Progress::New) => open.push(referred.operation),
                        Some(Progress::Open) => {
                            order.withheld.entry(operation).or_default().push(referred);
                        }
                        _ => {}
                    },
                    None => {
                        if let Some(state) = progress.get_mut(operation) {
                            *state = Progress::Done;
                        }
                        order.sequence.push(operation);
                        open.pop();
                    }
                }
            }
        }
        order
    }
}

/// What each operation refers to, the first reference last.
fn references(tasks: &[Task]) -> Vec<Vec<Referred>> {
    let mut makers: HashMap<&str, usize> = HashMap::new();
    for (operation, task) in tasks.iter().enumerate() {
        if let Task::Run(request) = task
            && request.method == Method::Post
            && let Some(bulk_id) = &request.bulk_id
        {
            makers.insert(bulk_id, operation);
        }
    }
    let references_of = |task: &Task| {
        let Task::Run(request) = task else {
            return Vec::new();
        };
        let mut referred = Vec::new();
        let mut visit = |bulk_id: &str| {
            let operation = makers.get(bulk_id);
            referred.extend(operation.map(|&operation| Referred {
                operation,
                bulk_id: bulk_id.to_owned(),
            }));
        };
        visit_text(request.id.as_deref().unwrap_or_default(), &mut visit);
        visit_references(&request.data, &mut visit);
        referred.reverse();
        referred
    };
    tasks.iter().map(references_of).collect()
}

/// Takes what refers to `bulk_ids` out of a creation; the task adds it afterwards.
fn withhold(request: &mut Request, bulk_ids: &[&str]) -> Option<Task> {
    let bulk_id = request.bulk_id.clone()?;
    let members = request.data.as_object_mut()?;
    let mut operations = Vec::new();
    withhold_members(members, "", bulk_ids, &mut operations);
    Some(Task::Complete {
        resource_type: request.resource_type,
        bulk_id,
        message: json!({"schemas": [PATCH_OP_URN], "Operations": operations}),
    })
}

fn withhold_members(
    members: &mut Map<String, Value>,
    prefix: &str,
    bulk_ids: &[&str],
    operations: &mut Vec<Value>,
) {
    for (name, value) in members.iter_mut() {
        if !refers_to(value, bulk_ids) {
            continue;
        }
        let withheld = match value {
            Value::Object(inner) if prefix.is_empty() && is_urn(name) => {
                withhold_members(inner, &format!("{name}:"), bulk_ids, operations);
                continue;
            }
            Value::Array(values) => {
                let (withheld, kept) = std::mem::take(values)
                    .into_iter()
                    .partition(|value| refers_to(value, bulk_ids));
                *values = kept;
                Value::Array(withheld)
            }
            // Null is "unassigned" (RFC 7643 §2.5).
            value => value.take(),
        };
        operations.push(json!({"op": "add", "path": format!("{prefix}{name}"), "value": withheld}));
    }
}

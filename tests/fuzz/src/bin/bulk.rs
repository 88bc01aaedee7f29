//! Bulk requests: planned, and run against nothing.
#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;

use syncup_fuzz::scim::bulk::{
    BulkIds, BulkLimits, BulkResponse, Method, Outcome, Task, plan, resolve,
};
use syncup_fuzz::scim::json;

const LIMITS: BulkLimits = BulkLimits {
    max_operations: 50,
    max_payload_bytes: 1 << 20,
};

fuzz_target!(|body: &[u8]| {
    let Ok(body) = json::parse(body) else {
        return;
    };
    let Ok(plan) = plan(body, &LIMITS) else {
        return;
    };
    let mut ids = BulkIds::new();
    let mut response = BulkResponse::new(&plan);
    let mut begun = HashSet::new();
    for step in &plan.steps {
        match &step.task {
            Task::Refuse(error) => {
                assert!(begun.insert(step.operation), "an operation runs twice");
                response.record(step.operation, Outcome::error(error, None));
            }
            Task::Run(request) => {
                assert!(begun.insert(step.operation), "an operation runs twice");
                let outcome = match request.clone().resolved(&ids) {
                    Err(error) => Outcome::error(&error, None),
                    Ok(request) => {
                        if let (Method::Post, Some(bulk_id)) = (request.method, request.bulk_id) {
                            // An id that looks like a reference must not be taken for one.
                            ids.insert(bulk_id, "bulkId:".to_owned());
                        }
                        Outcome {
                            status: 200,
                            location: None,
                            version: None,
                            response: None,
                        }
                    }
                };
                response.record(step.operation, outcome);
            }
            Task::Complete { message, .. } => {
                assert!(
                    begun.contains(&step.operation),
                    "it is completed before it is begun"
                );
                if !response.has_failed(step.operation) {
                    let _ = resolve(&mut message.clone(), &ids);
                }
            }
        }
        let _ = response.is_over();
    }
    let answer = response.into_value();
    let results = answer["Operations"].as_array().expect("a list");
    assert_eq!(results.len(), begun.len(), "an operation has no result");
});

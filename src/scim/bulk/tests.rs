use serde_json::json;

use super::*;

const LIMITS: BulkLimits = BulkLimits {
    max_operations: 1_000,
    max_payload_bytes: 1_000_000,
};

fn request(operations: Value) -> Value {
    json!({"schemas": [BULK_REQUEST_URN], "Operations": operations})
}

fn planned(operations: Value) -> Plan {
    plan(request(operations), &LIMITS).unwrap()
}

fn user(bulk_id: &str, data: Value) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data})
}

fn group(bulk_id: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members
        .iter()
        .map(|id| json!({"value": format!("bulkId:{id}")}))
        .collect();
    json!({"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": {"displayName": bulk_id, "members": members}})
}

/// Runs the plan: every creation makes the id `id-BULKID`. Gives what was done, in order.
fn run(plan: &Plan) -> Vec<String> {
    let mut ids = BulkIds::new();
    let mut done = Vec::new();
    for step in &plan.steps {
        let text = match &step.task {
            Task::Run(request) => match request.clone().resolved(&ids) {
                Ok(request) => {
                    if let (Method::Post, Some(bulk_id)) = (request.method, &request.bulk_id) {
                        ids.insert(bulk_id.clone(), format!("id-{bulk_id}"));
                    }
                    format!(
                        "{:?} {} {}",
                        request.method,
                        request.id.unwrap_or_default(),
                        request.data
                    )
                }
                Err(error) => format!("{} {}", error.status, error.detail),
            },
            Task::Complete {
                bulk_id, message, ..
            } => {
                let mut message = message.clone();
                resolve(&mut message, &ids).unwrap();
                format!("complete {bulk_id} {}", message["Operations"])
            }
            Task::Refuse(error) => format!("{} {}", error.status, error.detail),
        };
        done.push(format!("{}: {text}", step.operation));
    }
    done
}

#[test]
fn operations_run_after_what_they_refer_to() {
    let check = |row: &str, operations: Value, want: &[&str]| {
        assert_eq!(run(&planned(operations)), want, "{row}");
    };
    check(
        "I1",
        json!([user("u", json!({"userName": "ada"})), group("g", &["u"])]),
        &[
            r#"0: Post  {"userName":"ada"}"#,
            r#"1: Post  {"displayName":"g","members":[{"value":"id-u"}]}"#,
        ],
    );
    check(
        "I2",
        json!([group("g", &["u"]), user("u", json!({"userName": "ada"}))]),
        &[
            r#"1: Post  {"userName":"ada"}"#,
            r#"0: Post  {"displayName":"g","members":[{"value":"id-u"}]}"#,
        ],
    );
    check(
        "corner 43: in paths",
        json!([
            {"method": "PATCH", "path": "/Groups/bulkId:g", "data": {"Operations": [{"op": "remove", "path": "members[value eq \"bulkId:u\"]"}]}},
            {"method": "delete", "path": "Users/42?x=1", "data": "ignored"},
            group("g", &[]),
            user("u", json!({"x": {"$ref": "../Users/bulkId:g"}}))
        ]),
        &[
            r#"2: Post  {"displayName":"g","members":[]}"#,
            r#"3: Post  {"x":{"$ref":"../Users/id-g"}}"#,
            r#"0: Patch id-g {"Operations":[{"op":"remove","path":"members[value eq \"id-u\"]"}]}"#,
            r#"1: Delete 42 null"#,
        ],
    );
    check(
        "corner 43: nobody has that bulkId",
        json!([group("g", &["nobody"])]),
        &["0: 409 a bulkId stands for no resource that this request has created"],
    );
}

#[test]
fn circular_references_are_completed_afterwards() {
    let check = |row: &str, operations: Value, want: &[&str]| {
        assert_eq!(run(&planned(operations)), want, "{row}");
    };
    check(
        "corner 43: a circle of groups",
        json!([
            group("a", &["b", "u"]),
            group("b", &["a"]),
            user("u", json!({}))
        ]),
        &[
            r#"1: Post  {"displayName":"b","members":[]}"#,
            r#"2: Post  {}"#,
            r#"0: Post  {"displayName":"a","members":[{"value":"id-b"},{"value":"id-u"}]}"#,
            r#"1: complete b [{"op":"add","path":"members","value":[{"value":"id-a"}]}]"#,
        ],
    );
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    check(
        "corner 43: one's own manager",
        json!([user(
            "u",
            json!({"userName": "ada", enterprise: {"department": "R", "manager": {"value": "bulkId:u"}}})
        )]),
        &[
            &format!(
                r#"0: Post  {{"userName":"ada","{enterprise}":{{"department":"R","manager":null}}}}"#
            ),
            &format!(
                r#"0: complete u [{{"op":"add","path":"{enterprise}:manager","value":{{"value":"id-u"}}}}]"#
            ),
        ],
    );
}

#[test]
fn a_long_chain_needs_no_stack() {
    let limits = BulkLimits {
        max_operations: 20_000,
        ..LIMITS
    };
    let operations: Vec<Value> = (0..20_000)
        .map(|n| group(&n.to_string(), &[&(n + 1).to_string()]))
        .collect();
    let plan = plan(request(Value::Array(operations)), &limits).unwrap();
    assert_eq!(plan.steps.first().map(|step| step.operation), Some(19_999));
    assert_eq!(plan.steps.len(), 20_000);
}

#[test]
fn an_operation_without_sense_is_refused_alone() {
    let check = |operation: Value, status: u16, detail: &str| {
        let plan = planned(json!([operation, user("u", json!({}))]));
        let done = run(&plan);
        assert!(done[0].starts_with(&format!("0: {status} ")), "{}", done[0]);
        assert!(done[0].contains(detail), "{}", done[0]);
        assert!(done[1].starts_with("1: Post"), "{}", done[1]);
    };
    check(json!({"method": "GET", "path": "/Users/1"}), 400, "method");
    check(json!("x"), 400, "method");
    check(
        json!({"method": "POST", "data": {}, "bulkId": "x"}),
        400,
        "path",
    );
    check(
        json!({"method": "POST", "path": "/Users", "data": {}}),
        400,
        "bulkId",
    );
    check(
        json!({"method": "POST", "path": "/Users/1", "bulkId": "x", "data": {}}),
        400,
        "POST",
    );
    check(
        json!({"method": "PUT", "path": "/Users", "data": {}}),
        400,
        "resource",
    );
    check(json!({"method": "PUT", "path": "/Users/1"}), 400, "data");
    check(
        json!({"method": "PATCH", "path": "/Users/1", "data": []}),
        400,
        "data",
    );
    check(
        json!({"method": "DELETE", "path": "/Devices/1"}),
        404,
        "path",
    );
    check(
        json!({"method": "DELETE", "path": "/Users/1/x"}),
        404,
        "path",
    );
    check(json!({"method": "DELETE", "path": "/"}), 404, "path");
    let twice = run(&planned(json!([
        user("u", json!({})),
        user("u", json!({}))
    ])));
    assert_eq!(twice[1], "1: 400 the bulkId is used twice");
}

#[test]
fn a_message_that_is_no_bulk_request_is_refused() {
    let check = |body: Value, status: u16, detail: &str| {
        let error = plan(body, &LIMITS).unwrap_err();
        assert_eq!(error.status, status, "{error}");
        assert!(error.detail.contains(detail), "{error}");
    };
    check(json!([]), 400, "JSON object");
    check(json!({"Operations": []}), 400, "schemas");
    check(
        json!({"schemas": [BULK_RESPONSE_URN], "Operations": []}),
        400,
        "schemas",
    );
    check(json!({"schemas": [BULK_REQUEST_URN]}), 400, "Operations");
    for limit in [json!(0), json!(-1), json!("1"), json!(1.5)] {
        check(
            json!({"schemas": [BULK_REQUEST_URN], "failOnErrors": limit, "Operations": []}),
            400,
            "failOnErrors",
        );
    }
    let many = vec![user("u", json!({})); 1_001];
    check(request(Value::Array(many)), 413, "maxOperations");
    assert_eq!(
        plan(request(json!([])), &LIMITS).map(|plan| plan.steps.len()),
        Ok(0)
    );
}

fn created(location: &str) -> Outcome {
    Outcome {
        status: 201,
        location: Some(location.to_owned()),
        version: Some("W/\"1\"".to_owned()),
        response: None,
    }
}

#[test]
fn results_stand_in_the_order_of_the_request() {
    let plan = planned(
        json!([group("g", &["u"]), user("u", json!({})), {"method": "DELETE", "path": "/Users/9"}]),
    );
    let mut response = BulkResponse::new(&plan);
    for step in &plan.steps {
        let outcome = match step.operation {
            2 => Outcome::error(
                &ScimError::not_found("no such user"),
                Some("https://x/Users/9".to_owned()),
            ),
            n => created(&format!("https://x/{n}")),
        };
        response.record(step.operation, outcome);
    }
    assert!(!response.is_over());
    assert_eq!(
        response.into_value(),
        json!({"schemas": [BULK_RESPONSE_URN], "Operations": [
            {"location": "https://x/0", "method": "POST", "bulkId": "g", "version": "W/\"1\"", "status": "201"},
            {"location": "https://x/1", "method": "POST", "bulkId": "u", "version": "W/\"1\"", "status": "201"},
            {"location": "https://x/Users/9", "method": "DELETE", "status": "404",
                "response": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404", "detail": "no such user"}}
        ]}),
        "corner 43"
    );
}

#[test]
fn too_many_errors_end_the_request() {
    let check = |limit: u64, errors: usize, is_over: bool| {
        let mut body = request(json!([
            user("a", json!({})),
            user("b", json!({})),
            user("c", json!({}))
        ]));
        body["failOnErrors"] = limit.into();
        let mut response = BulkResponse::new(&plan(body, &LIMITS).unwrap());
        for operation in 0..errors {
            response.record(
                operation,
                Outcome::error(&ScimError::uniqueness("userName"), None),
            );
        }
        assert_eq!(response.is_over(), is_over, "I3: {errors} of {limit}");
        assert_eq!(
            response.into_value()["Operations"].as_array().map(Vec::len),
            Some(errors),
            "I3: the rest is left out"
        );
    };
    check(1, 0, false);
    check(1, 1, true);
    check(2, 1, false);
    check(2, 2, true);
}

#[test]
fn an_error_in_completing_replaces_the_creation() {
    let plan = planned(json!([user("u", json!({}))]));
    let mut response = BulkResponse::new(&plan);
    response.record(0, created("https://x/0"));
    assert!(!response.has_failed(0));
    response.record(
        0,
        Outcome::error(
            &ScimError::conflict("circular"),
            Some("https://x/0".to_owned()),
        ),
    );
    response.record(0, created("https://x/0"));
    assert!(response.has_failed(0));
    assert_eq!(response.into_value()["Operations"][0]["status"], "409");
}

#[test]
fn a_plan_shows_no_data() {
    let plan = planned(json!([user(
        "u",
        json!({"userName": "secret", "manager": {"value": "bulkId:u"}})
    )]));
    let shown = format!("{plan:?}");
    assert!(
        shown.contains("bulk_id") && !shown.contains("secret"),
        "{shown}"
    );
}

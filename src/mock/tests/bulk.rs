//! Bulk operations: from the upload to the rows of the result.

use serde_json::{Value, json};

use super::{Bench, SHOP};
use crate::mock::{Fault, Reply, Request, ShopConfig};

pub const STAGE: &str = "mutation { stagedUploadsCreate(input: [{
  resource: BULK_MUTATION_VARIABLES, filename: \"vars\", mimeType: \"text/jsonl\", httpMethod: POST
}]) { stagedTargets { url resourceUrl parameters { name value } } userErrors { message } } }";

pub const RUN: &str = "mutation Run($mutation: String!, $path: String!, $client: String) {
  bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $path, clientIdentifier: $client) {
    bulkOperation { id status type } userErrors { field message code }
  }
}";

const POLL: &str = "query($id: ID!) { bulkOperation(id: $id) {
  status errorCode objectCount rootObjectCount fileSize url partialDataUrl completedAt
} }";

pub const LINE: &str = "mutation Line($input: CustomerInput!) {
  customerCreate(input: $input) { customer { id email } userErrors { field message } }
}";

/// What the mock allows to be uploaded.
pub fn stage(bench: &Bench) -> Vec<(String, String)> {
    let target = &bench.data(STAGE, json!({}))["stagedUploadsCreate"]["stagedTargets"][0];
    assert_eq!(target["url"], "http://localhost/staged-uploads/");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let parameters = target["parameters"].as_array().unwrap().iter();
    parameters
        .map(|it| (text(&it["name"]), text(&it["value"])))
        .collect()
}

/// A form with these fields.
pub fn upload(bench: &Bench, fields: &[(String, String)]) -> Reply {
    let mut body: String = fields
        .iter()
        .map(|(name, value)| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        })
        .collect();
    body.push_str("--b--\r\n");
    bench.engine.handle(&Request {
        method: "POST".to_owned(),
        path: "/staged-uploads/".to_owned(),
        headers: vec![(
            "Content-Type".to_owned(),
            "multipart/form-data; boundary=b".to_owned(),
        )],
        body: body.into_bytes(),
        ..Request::default()
    })
}

/// The path of an uploaded file.
pub fn uploaded(bench: &Bench, content: &str) -> String {
    let mut fields = stage(bench);
    fields.push(("file".to_owned(), content.to_owned()));
    let reply = upload(bench, &fields);
    assert_eq!(
        reply.status,
        201,
        "{}",
        String::from_utf8_lossy(&reply.body)
    );
    let key = fields.iter().find(|(name, _)| name == "key").unwrap();
    key.1.clone()
}

fn file(count: usize) -> String {
    let line = |n: usize| json!({"input": {"email": format!("u{n}@example.com")}}).to_string();
    (0..count).map(|n| line(n) + "\n").collect()
}

/// Starts a mutation over a file, and returns its id.
pub fn run(bench: &Bench, mutation: &str, content: &str) -> String {
    let path = uploaded(bench, content);
    let data = bench.data(RUN, json!({"mutation": mutation, "path": path}));
    let payload = &data["bulkOperationRunMutation"];
    assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
    assert_eq!(payload["bulkOperation"]["status"], "CREATED");
    assert_eq!(payload["bulkOperation"]["type"], "MUTATION");
    payload["bulkOperation"]["id"].as_str().unwrap().to_owned()
}

pub fn poll(bench: &Bench, id: &str) -> Value {
    bench.data(POLL, json!({"id": id}))["bulkOperation"].clone()
}

fn get(bench: &Bench, url: &str) -> Reply {
    let rest = url.strip_prefix("http://localhost").unwrap();
    let (path, query) = rest.split_once('?').unwrap();
    bench.engine.handle(&Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        ..Request::default()
    })
}

fn rows(bench: &Bench, url: &Value) -> Vec<Value> {
    let reply = get(bench, url.as_str().unwrap());
    assert_eq!(reply.status, 200);
    let text = String::from_utf8(reply.body).unwrap();
    assert!(!text.contains("gid://"), "slashes are escaped");
    let rows = text.lines().map(|line| serde_json::from_str(line).unwrap());
    rows.collect()
}

fn inject(bench: &Bench, fault: Value) {
    let fault: Fault = serde_json::from_value(fault).unwrap();
    bench.engine.inject(fault);
}

fn fast() -> Bench {
    Bench::with(ShopConfig::new(SHOP, super::TOKEN).with_bulk_lines_per_second(1_000.0))
}

#[test]
fn a_mutation_over_a_file_goes_on_with_the_clock() {
    let bench = Bench::new();
    let id = run(&bench, LINE, &file(200));
    let points = bench.engine.log().last().unwrap().points_left;
    let status = || poll(&bench, &id);
    assert_eq!(status()["status"], "CREATED");
    bench.clock.advance(500);
    assert_eq!(status()["status"], "RUNNING");
    bench.clock.advance(1_000);
    let half = status();
    assert_eq!(half["objectCount"], "100");
    assert_eq!(half["url"], Value::Null);
    assert_eq!(bench.engine.customers(SHOP).len(), 100);
    bench.clock.advance(1_000);
    let whole = status();
    assert_eq!(whole["status"], "COMPLETED");
    assert_eq!(whole["rootObjectCount"], "200");
    assert_eq!(whole["completedAt"], "2026-11-24T10:06:05Z");
    assert_eq!(bench.engine.customers(SHOP).len(), 200);
    assert!(bench.engine.log().last().unwrap().points_left >= points);

    let rows = rows(&bench, &whole["url"]);
    let numbers: Vec<u64> = rows
        .iter()
        .map(|row| row["__lineNumber"].as_u64().unwrap())
        .collect();
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    assert_ne!(numbers, sorted, "lines are done in another order");
    assert_eq!(sorted, (0..200).collect::<Vec<_>>());
    for row in rows {
        let email = format!("u{}@example.com", row["__lineNumber"]);
        assert_eq!(row["data"]["customerCreate"]["customer"]["email"], email);
    }
}

#[test]
fn each_line_fails_on_its_own() {
    let bench = fast();
    let field = |text: &str| json!({"input": {"email": text}}).to_string();
    let content = [
        field("ada@example.com"),
        field("nonsense"),
        "not json".to_owned(),
        json!({"input": {"unknown": 1}}).to_string(),
    ];
    let id = run(&bench, LINE, &content.join("\n"));
    bench.clock.advance(2_000);
    let mut rows = rows(&bench, &poll(&bench, &id)["url"]);
    rows.sort_by_key(|row| row["__lineNumber"].as_u64());
    let payload = |row: &Value| row["data"]["customerCreate"].clone();
    assert_eq!(payload(&rows[0])["userErrors"], json!([]));
    let refused = json!([{"field": ["email"], "message": "Email is invalid"}]);
    assert_eq!(payload(&rows[1])["userErrors"], refused);
    assert!(rows[2]["errors"][0]["message"].is_string());
    let code = &rows[3]["errors"][0]["extensions"]["code"];
    assert_eq!(code, "INVALID_VARIABLE");
    assert_eq!(bench.engine.customers(SHOP).len(), 1);
}

#[test]
fn a_script_spoils_lines_and_whole_operations() {
    let bench = fast();
    inject(
        &bench,
        json!({"match": {"rootField": "customerCreate"}, "times": 3, "kind": "user-error", "message": "No"}),
    );
    let id = run(&bench, LINE, &file(10));
    bench.clock.advance(1_000);
    let refused = rows(&bench, &poll(&bench, &id)["url"]);
    let errors = |row: &&Value| row["data"]["customerCreate"]["userErrors"] != json!([]);
    assert_eq!(refused.iter().filter(errors).count(), 3);
    assert_eq!(bench.engine.customers(SHOP).len(), 7);

    let bench = fast();
    inject(
        &bench,
        json!({"times": 1, "kind": "bulk-fails", "errorCode": "INTERNAL_SERVER_ERROR", "afterLines": 4}),
    );
    let id = run(&bench, LINE, &file(10));
    bench.clock.advance(1_000);
    let failed = poll(&bench, &id);
    assert_eq!(failed["status"], "FAILED");
    assert_eq!(failed["errorCode"], "INTERNAL_SERVER_ERROR");
    assert_eq!(failed["url"], Value::Null);
    assert_eq!(rows(&bench, &failed["partialDataUrl"]).len(), 4);
    assert_eq!(bench.engine.customers(SHOP).len(), 4);

    inject(
        &bench,
        json!({"times": 1, "kind": "bulk-stalls", "ms": 60_000}),
    );
    let id = run(&bench, LINE, &file(1));
    bench.clock.advance(60_000);
    assert_eq!(poll(&bench, &id)["status"], "CREATED");
    bench.clock.advance(1_000);
    assert_eq!(poll(&bench, &id)["status"], "COMPLETED");
}

#[test]
fn an_operation_without_access_fails() {
    let shop = ShopConfig::new(SHOP, super::TOKEN).with_scopes(&["read_customers"]);
    let bench = Bench::with(shop);
    let id = run(&bench, LINE, &file(2));
    bench.clock.advance(2_000);
    let failed = poll(&bench, &id);
    assert_eq!(failed["status"], "FAILED");
    assert_eq!(failed["errorCode"], "ACCESS_DENIED");
}

#[test]
fn an_operation_can_be_canceled_while_it_goes_on() {
    let bench = Bench::new();
    let cancel = |id: &str| {
        let query = "mutation($id: ID!) { bulkOperationCancel(id: $id) {
          bulkOperation { status } userErrors { field message } } }";
        bench.data(query, json!({"id": id}))["bulkOperationCancel"].clone()
    };
    let id = run(&bench, LINE, &file(1_000));
    bench.clock.advance(1_500);
    assert_eq!(cancel(&id)["bulkOperation"]["status"], "CANCELING");
    bench.clock.advance(1_000);
    let canceled = poll(&bench, &id);
    assert_eq!(canceled["status"], "CANCELED");
    assert_eq!(rows(&bench, &canceled["partialDataUrl"]).len(), 100);
    let late = "A bulk operation cannot be canceled when it is canceled";
    let refused = |field: Value, message: &str| json!({"bulkOperation": null, "userErrors": [{"field": field, "message": message}]});
    assert_eq!(cancel(&id), refused(Value::Null, late));
    let unknown = cancel("gid://shopify/BulkOperation/1");
    assert_eq!(
        unknown,
        refused(json!(["id"]), "Bulk operation does not exist")
    );
}

#[test]
fn a_result_is_there_for_seven_days_and_only_with_its_signature() {
    let bench = Bench::new();
    let id = run(&bench, LINE, &file(1));
    bench.clock.advance(1_000);
    let url = poll(&bench, &id)["url"].as_str().unwrap().to_owned();
    assert_eq!(get(&bench, &url).status, 200);
    assert_eq!(
        get(&bench, &url.replace("Signature=", "Signature=0")).status,
        403
    );
    inject(
        &bench,
        json!({"match": {"endpoint": "bulk-result"}, "times": 1, "kind": "status", "code": 503}),
    );
    assert_eq!(poll(&bench, &id)["status"], "COMPLETED");
    assert_eq!(get(&bench, &url).status, 503);
    bench.clock.advance(7 * 24 * 3_600_000);
    assert_eq!(get(&bench, &url).status, 400);
    let expired = poll(&bench, &id);
    assert_eq!(expired["status"], "EXPIRED");
    assert_eq!(expired["url"], Value::Null);
}

#[test]
fn a_query_yields_rows_with_nested_lists_flattened() {
    let bench = fast();
    let metafield = json!({"key": "status", "type": "single_line_text_field", "value": "x"});
    let one = bench.create(json!({"email": "ada@example.com", "metafields": [metafield]}));
    let two = bench.create(json!({"email": "bob@example.com"}));
    let query =
        "{ customers { edges { node { id email metafields { edges { node { key value } } } } } } }";
    let run = "mutation($query: String!) { bulkOperationRunQuery(query: $query) {
      bulkOperation { id } userErrors { field message code } } }";
    let data = bench.data(run, json!({"query": query}));
    let id = data["bulkOperationRunQuery"]["bulkOperation"]["id"].clone();
    bench.clock.advance(500);
    assert_eq!(poll(&bench, id.as_str().unwrap())["status"], "RUNNING");
    // Rows are as old as the operation.
    let id_of = |gid: &str| crate::mock::CustomerId::parse(gid).unwrap();
    bench.engine.delete_customer(SHOP, id_of(&two)).unwrap();
    bench.clock.advance(500);
    let done = poll(&bench, id.as_str().unwrap());
    assert_eq!(
        (&done["objectCount"], &done["rootObjectCount"]),
        (&json!("3"), &json!("2"))
    );
    let want = [
        json!({"id": one, "email": "ada@example.com"}),
        json!({"id": two, "email": "bob@example.com"}),
        json!({"key": "status", "value": "x", "__parentId": one}),
    ];
    assert_eq!(rows(&bench, &done["url"]), want);
}

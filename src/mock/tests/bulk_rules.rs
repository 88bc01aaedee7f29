//! Bulk operations: what is refused.

use serde_json::{Value, json};

use super::Bench;
use super::bulk::{LINE, RUN, poll, run, stage, upload, uploaded};

fn refusal(bench: &Bench, mutation: &str, path: &str, client: Option<&str>) -> Value {
    let variables = json!({"mutation": mutation, "path": path, "client": client});
    bench.data(RUN, variables)["bulkOperationRunMutation"]["userErrors"][0].clone()
}

#[test]
fn a_form_is_let_in_only_with_what_it_was_given() {
    let bench = Bench::new();
    let file = ("file".to_owned(), "{}".to_owned());
    let whole = || {
        let mut fields = stage(&bench);
        fields.push(file.clone());
        fields
    };
    let check = |name: &str, fields: &[(String, String)], status: u16| {
        assert_eq!(upload(&bench, fields).status, status, "{name}");
    };
    check("whole", &whole(), 201);
    for spoiled in 0..whole().len() - 1 {
        let mut fields = whole();
        fields[spoiled].1.push('x');
        check(&fields[spoiled].0, &fields, 403);
        fields.remove(spoiled);
        check("missing", &fields, 403);
    }
    let mut reversed = whole();
    reversed.rotate_right(1);
    check("file first", &reversed, 403);
    let mut empty = whole();
    empty.last_mut().unwrap().1.clear();
    check("empty file", &empty, 400);
    check("no file", &stage(&bench), 400);
    let late = whole();
    bench.clock.advance(24 * 3_600_000);
    check("late", &late, 403);
}

#[test]
fn a_mutation_is_refused_in_shopifys_words() {
    let bench = Bench::new();
    let path = uploaded(&bench, "{}\n");
    let check = |mutation: &str, field: Value, code: Option<&str>, message: &str| {
        let want = json!({"field": field, "message": message, "code": code});
        assert_eq!(refusal(&bench, mutation, &path, None), want, "{mutation}");
    };
    let invalid = Some("INVALID_MUTATION");
    check(
        "{ shop { id } }",
        Value::Null,
        invalid,
        "Invalid operation type. Only `mutation` operations are supported.",
    );
    check(
        "mutation($id: ID!) { bulkOperationCancel(id: $id) { userErrors { message } } }",
        json!(["mutation"]),
        None,
        "You must use an allowed mutation name.",
    );
    check(
        "mutation($id: ID!) { a: tagsAdd(id: $id, tags: []) { node { id } } b: tagsAdd(id: $id, tags: []) { node { id } } }",
        json!(["mutation"]),
        None,
        "You must specify a single top level mutation.",
    );
    check(
        "mutation($input: CustomerInput!) { customerCreate(input: $input) { customer {
          a: metafields(first: 1) { edges { node { id } } } b: metafields(first: 1) { edges { node { id } } } } } }",
        json!(["mutation"]),
        None,
        "Bulk mutations cannot contain more than 1 connection.",
    );
    check(
        "mutation { customerCreate(input: {}) { nothing } }",
        Value::Null,
        invalid,
        "Failed to parse the mutation - Field 'nothing' doesn't exist on type 'CustomerCreatePayload'",
    );
    let long = format!("{LINE}#{}", "x".repeat(65_536 - LINE.len() - 1));
    check(
        &long,
        json!(["query"]),
        invalid,
        "is too large (65536 bytes; maximum is 65535 bytes)",
    );
}

#[test]
fn a_file_and_a_client_identifier_are_checked() {
    let bench = Bench::new();
    let blank = uploaded(&bench, "\n");
    let path = uploaded(&bench, "{}\n");
    let check = |path: &str, client: Option<&str>, code: &str, message: &str| {
        let refused = refusal(&bench, LINE, path, client);
        assert_eq!(refused["code"], code);
        assert!(refused["message"].as_str().unwrap().starts_with(message));
    };
    check(
        "tmp/1",
        None,
        "NO_SUCH_FILE",
        "The JSONL file could not be found.",
    );
    check(
        &blank,
        None,
        "INVALID_STAGED_UPLOAD_FILE",
        "The input file is empty.",
    );
    let invalid = "INVALID_MUTATION";
    check(
        &path,
        Some("short"),
        invalid,
        "is too short (minimum is 10 characters)",
    );
    let long = "x".repeat(256);
    check(
        &path,
        Some(&long),
        invalid,
        "is too long (maximum is 255 characters)",
    );
    assert_eq!(
        refusal(&bench, LINE, &path, Some("0123456789")),
        Value::Null
    );
}

#[test]
fn five_operations_of_a_type_go_on_at_once() {
    let bench = Bench::new();
    let ids: Vec<String> = (0..5).map(|_| run(&bench, LINE, "{}\n")).collect();
    let path = uploaded(&bench, "{}\n");
    let refused = refusal(&bench, LINE, &path, None);
    assert_eq!(refused["code"], "OPERATION_IN_PROGRESS");
    let message = format!(
        "A bulk mutation operation for this app and shop is already in progress: {}.",
        ids.join(", ")
    );
    assert_eq!(refused["message"], message);
    let list = "{ bulkOperations(first: 9, query: \"status:created\") { nodes { id } } }";
    let listed = bench.data(list, json!({}));
    assert_eq!(
        listed["bulkOperations"]["nodes"].as_array().unwrap().len(),
        5
    );
    bench.clock.advance(2_000);
    assert_eq!(poll(&bench, &ids[0])["status"], "COMPLETED");
    assert_eq!(refusal(&bench, LINE, &path, None), Value::Null);
    let both = "query($id: ID!) { node(id: $id) { ... on BulkOperation { status } }
      currentBulkOperation(type: MUTATION) { status } }";
    let data = bench.data(both, json!({"id": ids[0]}));
    assert_eq!(data["node"]["status"], "COMPLETED");
    assert_eq!(data["currentBulkOperation"]["status"], "CREATED");
}

#[test]
fn a_query_is_refused_in_shopifys_words() {
    let bench = Bench::new();
    let run = "mutation($query: String!) { bulkOperationRunQuery(query: $query) {
      bulkOperation { id } userErrors { field message code } } }";
    let check = |query: &str, message: &str| {
        let data = bench.data(run, json!({"query": query}));
        let want = json!([{"field": ["query"], "message": message, "code": "INVALID"}]);
        assert_eq!(data["bulkOperationRunQuery"]["userErrors"], want, "{query}");
    };
    check(
        "{ shop { id } }",
        "Bulk queries must contain at least one connection.",
    );
    check(
        "mutation { tagsAdd(id: \"gid://shopify/Customer/1\", tags: []) { node { id } } }",
        "Invalid operation type. Only `query` operations are supported.",
    );
    check(
        "{ node(id: \"gid://shopify/Customer/1\") { id } }",
        "Bulk queries cannot contain a top level `node` field.",
    );
    check(
        "{ customers { nodes { id } } }",
        "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: 'customers { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: 'customers'.",
    );
    check(
        "{ customers { edges { node { email metafields { edges { node { id } } } } } } }",
        "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': customers.",
    );
}

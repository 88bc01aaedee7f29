//! Operations that are refused before they run: the codes, the words, and no `data`.

use serde_json::{Value, json};

use super::{Bench, CREATE};

/// The first error of a refused operation: `code`, `message`, `path`.
fn refusal(bench: &Bench, query: &str, variables: Value) -> Value {
    let body = bench.body(query, variables);
    assert_eq!(body.get("data"), None, "{body:#}");
    assert_eq!(body.get("extensions"), None, "{body:#}");
    let error = &body["errors"][0];
    json!([error["extensions"]["code"], error["message"], error["path"]])
}

#[test]
fn documents_are_refused_with_shopifys_codes() {
    let bench = Bench::new();
    let check = |query: &str, code: &str, message: &str, path: Value| {
        let want = json!([code, message, path]);
        assert_eq!(refusal(&bench, query, json!({})), want, "{query}");
    };
    check(
        "query Q { shop { idd } }",
        "undefinedField",
        "Field 'idd' doesn't exist on type 'Shop'",
        json!(["query Q", "shop", "idd"]),
    );
    check(
        "mutation M { customerDelete { deletedCustomerId } }",
        "missingRequiredArguments",
        "Field 'customerDelete' is missing required arguments: input",
        json!(["mutation M", "customerDelete"]),
    );
    check(
        "mutation { customerDelete(input: {}) { deletedCustomerId } }",
        "missingRequiredInputObjectAttribute",
        "Argument 'id' on InputObject 'CustomerDeleteInput' is required. Expected type ID!",
        json!(["mutation", "customerDelete", "input"]),
    );
    check(
        "mutation { customerCreate(input: {email: 1}) { customer { id } } }",
        "argumentLiteralsIncompatible",
        "Argument 'email' on InputObject 'CustomerInput' has an invalid value (1). Expected type 'String'.",
        json!(["mutation", "customerCreate", "input", "email"]),
    );
    check(
        "{ customers(first: \"ten\") { nodes { id } } }",
        "argumentLiteralsIncompatible",
        "Argument 'first' on Field 'customers' has an invalid value (\"ten\"). Expected type 'Int'.",
        json!(["query", "customers", "first"]),
    );
    check(
        "{ customers(firstt: 1) { nodes { id } } }",
        "argumentNotAccepted",
        "Field 'customers' doesn't accept argument 'firstt'",
        json!(["query", "customers", "firstt"]),
    );
    check(
        "mutation { customerSet(input: {metafields: []}) { customer { id } } }",
        "argumentNotAccepted",
        "InputObject 'CustomerSetInput' doesn't accept argument 'metafields'",
        json!(["mutation", "customerSet", "input", "metafields"]),
    );
    check(
        "{ shop }",
        "selectionMismatch",
        "Field must have selections (field 'shop' returns Shop but has no selections. Did you mean 'shop { ... }'?)",
        json!(["query", "shop"]),
    );
    check(
        "{ shop { name { first } } }",
        "selectionMismatch",
        "Selections can't be made on scalars (field 'name' returns String but has selections [\"first\"])",
        json!(["query", "shop", "name"]),
    );
    check(
        "query Q($id: String!) { customer(id: $id) { id } }",
        "variableMismatch",
        "Type mismatch on variable $id and argument id (String! / ID!)",
        json!(["query Q", "customer", "id"]),
    );
    check(
        "query Q($id: ID) { customer(id: $id) { id } }",
        "variableMismatch",
        "Nullability mismatch on variable $id and argument id (ID / ID!)",
        json!(["query Q", "customer", "id"]),
    );
    check(
        "query Q($id: ID!) { shop { id } }",
        "variableNotUsed",
        "Variable $id is declared by Q but not used",
        json!(["query Q"]),
    );
    check(
        "query Q { customer(id: $id) { id } }",
        "variableNotDefined",
        "Variable $id is used by Q but not declared",
        json!(["query Q", "customer", "id"]),
    );
    check(
        "{ shop { ...F } }",
        "useAndDefineFragment",
        "Fragment F was used, but not defined",
        json!(["query", "shop", "... F"]),
    );
    check(
        "{ shop { ... on Nothing { id } } }",
        "undefinedType",
        "No such type Nothing, so it can't be a fragment condition",
        json!(["query", "shop", "... on Nothing"]),
    );
    check(
        "{ shop { ... on Customer { id } } }",
        "cannotSpreadFragment",
        "Fragment  on Customer can't be spread inside Shop",
        json!(["query", "shop", "... on Customer"]),
    );
    check(
        "{ customer(id: \"foo\") { id } }",
        "argumentLiteralsIncompatible",
        "Invalid global id 'foo'",
        json!(["query", "customer", "id"]),
    );
    check(
        "{ customerByIdentifier(identifier: {emailAddress: \"a@b.co\", phoneNumber: \"+1\"}) { id } }",
        "invalidOneOfInputObject",
        "OneOf Input Object 'CustomerIdentifierInput' must specify exactly one key.",
        json!(["query", "customerByIdentifier", "identifier"]),
    );
}

#[test]
fn extensions_carry_the_names_of_what_is_wrong() {
    let bench = Bench::new();
    let check = |query: &str, want: Value| {
        let body = bench.body(query, json!({}));
        assert_eq!(body["errors"][0]["extensions"], want, "{query}");
    };
    check(
        "{ shop { idd } }",
        json!({"code": "undefinedField", "typeName": "Shop", "fieldName": "idd"}),
    );
    check(
        "mutation { customerDelete { deletedCustomerId } }",
        json!({"code": "missingRequiredArguments", "className": "Field", "name": "customerDelete", "arguments": "input"}),
    );
    check(
        "{ customer(id: \"foo\") { id } }",
        json!({"code": "argumentLiteralsIncompatible", "typeName": "CoercionError"}),
    );
}

#[test]
fn a_syntax_error_has_a_message_and_a_place_only() {
    let bench = Bench::new();
    let body = bench.body("{ shop { id ", json!({}));
    let errors = body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{body:#}");
    assert_eq!(errors[0].get("extensions"), None);
    assert!(errors[0]["locations"][0]["line"].is_number());
}

#[test]
fn variables_are_refused_with_every_problem() {
    let bench = Bench::new();
    let check = |query: &str, variables: Value, message: &str, problems: Value| {
        let body = bench.body(query, variables);
        let error = &body["errors"][0];
        assert_eq!(body.get("data"), None, "{body:#}");
        assert_eq!(error["extensions"]["code"], "INVALID_VARIABLE", "{body:#}");
        assert_eq!(error["message"], message);
        assert_eq!(error["extensions"]["problems"], problems, "{message}");
    };
    check(
        "mutation($input: CustomerSetInput!) { customerSet(input: $input) { customer { id } } }",
        json!({"input": {"metafields": []}}),
        "Variable $input of type CustomerSetInput! was provided invalid value for metafields (Field is not defined on CustomerSetInput)",
        json!([{"path": ["metafields"], "explanation": "Field is not defined on CustomerSetInput"}]),
    );
    check(
        CREATE,
        json!({"input": {"email": 1, "taxExemptions": ["NOPE"], "tags": [null]}}),
        &format!(
            "Variable $input of type CustomerInput! was provided invalid value for email (Could not coerce value 1 to String), tags.0 (Expected value to not be null), taxExemptions.0 ({})",
            exemption_explanation(&bench),
        ),
        json!([
            {"path": ["email"], "explanation": "Could not coerce value 1 to String"},
            {"path": ["tags", 0], "explanation": "Expected value to not be null"},
            {"path": ["taxExemptions", 0], "explanation": exemption_explanation(&bench)},
        ]),
    );
    check(
        CREATE,
        json!({}),
        "Variable $input of type CustomerInput! was provided invalid value",
        json!([{"path": [], "explanation": "Expected value to not be null"}]),
    );
    check(
        "query($id: ID!) { customer(id: $id) { id } }",
        json!({"id": "foo"}),
        "Variable $id of type ID! was provided invalid value (Invalid global id 'foo')",
        json!([{"path": [], "explanation": "Invalid global id 'foo'", "message": "Invalid global id 'foo'"}]),
    );
    check(
        "query($by: CustomerIdentifierInput!) { customerByIdentifier(identifier: $by) { id } }",
        json!({"by": {"emailAddress": "a@b.co", "phoneNumber": "+1"}}),
        "Variable $by of type CustomerIdentifierInput! was provided invalid value",
        json!([{"path": [], "explanation": "'CustomerIdentifierInput' requires exactly one argument, but 2 were provided."}]),
    );
    check(
        "query($by: CustomerIdentifierInput!) { customerByIdentifier(identifier: $by) { id } }",
        json!({"by": {"emailAddress": null}}),
        "Variable $by of type CustomerIdentifierInput! was provided invalid value",
        json!([{"path": [], "explanation": "'CustomerIdentifierInput' requires exactly one argument, but 'emailAddress' was `null`."}]),
    );
}

/// The explanation lists all values of the enum.
fn exemption_explanation(bench: &Bench) -> String {
    let body = bench.body(CREATE, json!({"input": {"taxExemptions": ["NOPE"]}}));
    let explanation = &body["errors"][0]["extensions"]["problems"][0]["explanation"];
    let text = explanation.as_str().unwrap();
    assert!(
        text.starts_with("Expected \"NOPE\" to be one of: CA_BC_COMMERCIAL_FISHERY_EXEMPTION, "),
        "{text}"
    );
    text.to_owned()
}

#[test]
fn a_body_that_is_no_request_is_a_400() {
    let bench = Bench::new();
    let check = |body: &str| {
        let mut request = super::request("", json!({}));
        request.body = body.as_bytes().to_vec();
        assert_eq!(bench.engine.handle(&request).status, 400, "{body}");
    };
    check("");
    check("not json");
    check("{}");
}

#[test]
fn an_operation_is_chosen_by_name() {
    let bench = Bench::new();
    let mut request = super::request(
        "query A { shop { id } } query B { shop { name } }",
        json!({}),
    );
    let ambiguous = bench.engine.handle(&request).body_json();
    assert_eq!(
        ambiguous["errors"][0]["message"],
        "An operation name is required"
    );
    let mut body: Value = serde_json::from_slice(&request.body).unwrap();
    body["operationName"] = json!("B");
    request.body = body.to_string().into_bytes();
    let chosen = bench.engine.handle(&request).body_json();
    assert_eq!(chosen["data"], json!({"shop": {"name": "demo"}}));
}

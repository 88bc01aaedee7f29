//! What is refused, and that nothing has happened then.

use super::*;

#[test]
fn a_target_that_cannot_be_changed_is_refused() {
    check_refused(
        "D16",
        json!([{"op": "remove", "path": "userName"}]),
        ScimType::Mutability,
    );
    check_refused(
        "D16, corner 18",
        json!([{"op": "replace", "path": "userName", "value": null}]),
        ScimType::Mutability,
    );
    check_refused(
        "A7",
        json!([{"op": "replace", "path": "userName", "value": " "}]),
        ScimType::InvalidValue,
    );
    check_refused(
        "D17",
        json!([{"op": "replace", "path": "id", "value": "x"}]),
        ScimType::Mutability,
    );
    check_refused(
        "D17",
        json!([{"op": "remove", "path": "id"}]),
        ScimType::Mutability,
    );
    check_refused(
        "D17",
        json!([{"op": "add", "path": "groups", "value": [{"value": "g"}]}]),
        ScimType::Mutability,
    );
    check_refused(
        "D17",
        json!([{"op": "replace", "path": "meta.version", "value": "x"}]),
        ScimType::Mutability,
    );
    check_refused(
        "D17",
        json!([{"op": "replace", "path": format!("{ENTERPRISE_URN}:manager.displayName"), "value": "x"}]),
        ScimType::Mutability,
    );
    check_refused(
        "D17",
        json!([{"op": "replace", "path": format!("{SHOPIFY_URN}:syncState"), "value": "x"}]),
        ScimType::Mutability,
    );
    check_refused(
        "D17",
        json!([{"op": "remove", "path": SHOPIFY_URN}]),
        ScimType::Mutability,
    );
    check_refused(
        "D17",
        json!([{"op": "add", "path": SHOPIFY_URN, "value": {}}]),
        ScimType::Mutability,
    );
    let code = |value: &str| json!({"op": "add", "path": "urn:x:shop:1.0:code", "value": value});
    assert!(
        patched(json!([code("a"), code("a")]), &Dialect::strict()).is_ok(),
        "corner 19: once"
    );
    check_refused(
        "corner 19",
        json!([code("a"), code("b")]),
        ScimType::Mutability,
    );
    check_refused(
        "corner 19",
        json!([code("a"), {"op": "remove", "path": "urn:x:shop:1.0:code"}]),
        ScimType::Mutability,
    );
    check_refused(
        "corner 19",
        json!([code("a"), {"op": "remove", "path": SHOP_URN}]),
        ScimType::Mutability,
    );
}

#[test]
fn a_target_that_is_not_there_is_refused() {
    check_refused("D15", json!([{"op": "remove"}]), ScimType::NoTarget);
    check_refused(
        "D15",
        json!([{"op": "remove", "path": null, "value": {"title": "T"}}]),
        ScimType::NoTarget,
    );
    check_refused(
        "the core schema",
        json!([{"op": "remove", "path": USER_URN}]),
        ScimType::NoTarget,
    );
    check_refused(
        "D11: nothing to make",
        json!([{"op": "replace", "path": "emails[type eq \"a\" or type eq \"b\"].value", "value": "x"}]),
        ScimType::NoTarget,
    );
}

#[test]
fn a_path_or_value_that_cannot_be_read_is_refused() {
    for path in [
        "",
        "emails[",
        "emails[type eq]",
        "a.b.c",
        "1x",
        "emails[type eq \"work\"]value",
        "user name",
    ] {
        check_refused(
            &format!("D19: {path}"),
            json!([{"op": "replace", "path": path, "value": "x"}]),
            ScimType::InvalidPath,
        );
    }
    check_refused(
        "D19: in a key",
        json!([{"op": "replace", "value": {"emails[type eq": "x"}}]),
        ScimType::InvalidPath,
    );
    check_refused(
        "D19: no text",
        json!([{"op": "replace", "path": 5, "value": "x"}]),
        ScimType::InvalidPath,
    );
    check_refused(
        "B22",
        json!([{"op": "remove", "path": "emails[primary gt true]"}]),
        ScimType::InvalidFilter,
    );
    for (path, value) in [
        ("userName", json!(5)),
        ("active", json!("maybe")),
        ("name", json!("Ada")),
        ("name.givenName", json!({"x": 1})),
        ("emails", json!([5, {"value": 5}])),
        ("emails[type eq \"work\"].value", json!(5)),
        ("urn:x:shop:1.0:level", json!("high")),
        (ENTERPRISE_URN, json!("x")),
    ] {
        check_refused(
            &format!("A8: {path}"),
            json!([{"op": "replace", "path": path, "value": value}]),
            ScimType::InvalidValue,
        );
    }
    check_refused(
        "no value",
        json!([{"op": "add", "path": "title"}]),
        ScimType::InvalidValue,
    );
    check_refused(
        "no value",
        json!([{"op": "replace", "path": "title"}]),
        ScimType::InvalidValue,
    );
    check_refused(
        "no object",
        json!([{"op": "replace", "value": "x"}]),
        ScimType::InvalidValue,
    );
    check_refused("no object", json!([{"op": "add"}]), ScimType::InvalidValue);
}

#[test]
fn a_message_that_is_no_patch_is_refused() {
    let check = |row: &str, body: Value, tolerant_takes_it: bool| {
        let read = |dialect| parse(body.clone(), ResourceType::User, &schemas(), &dialect);
        let error = read(Dialect::strict()).expect_err(row);
        assert_eq!(error.scim_type, Some(ScimType::InvalidSyntax), "{row}");
        assert_eq!(
            read(Dialect::tolerant()).is_ok(),
            tolerant_takes_it,
            "{row}"
        );
    };
    let operation = json!({"op": "remove", "path": "title"});
    check("D34, R20", json!({"Operations": [operation]}), true);
    check(
        "D34, R20",
        json!({"schemas": null, "Operations": [operation]}),
        true,
    );
    check(
        "D34",
        json!({"schemas": [USER_URN], "Operations": [operation]}),
        false,
    );
    check("D34", json!({"schemas": [PATCH_OP_URN]}), false);
    check(
        "D34",
        json!({"schemas": [PATCH_OP_URN], "Operations": operation}),
        false,
    );
    check("F7", json!([operation]), false);
    for operation in [
        json!({"op": "move", "path": "title"}),
        json!({"path": "title"}),
        json!({"op": 1}),
        json!("remove"),
    ] {
        check(
            &format!("unknown op: {operation}"),
            message(json!([operation])),
            false,
        );
    }
    let strict = parse(
        json!({"SCHEMAS": [PATCH_OP_URN.to_uppercase()], "operations": [{"OP": "REMOVE", "Path": "title"}]}),
        ResourceType::User,
        &schemas(),
        &Dialect::strict(),
    );
    assert!(strict.is_ok(), "R20: names in any case");
}

#[test]
fn a_patch_has_an_end() {
    let many = |count: usize| {
        message(Value::Array(vec![
            json!({"op": "remove", "path": "title"});
            count
        ]))
    };
    let read = |count| {
        parse(
            many(count),
            ResourceType::User,
            &schemas(),
            &Dialect::tolerant(),
        )
    };
    assert!(read(MAX_OPERATIONS).is_ok());
    assert_eq!(read(MAX_OPERATIONS + 1).unwrap_err().status, 413);
    let adds: Vec<Value> = (0..1_001)
        .map(|n| json!({"op": "add", "path": "roles", "value": [{"value": n.to_string()}]}))
        .collect();
    check_refused("corner 49", Value::Array(adds), ScimType::InvalidValue);
}

#[test]
fn a_refused_patch_changes_nothing() {
    let before = ada();
    let operations = json!([
        {"op": "replace", "path": "title", "value": "U"},
        {"op": "replace", "path": "emails[type eq \"none\"].value", "value": "x"}
    ]);
    let patch = parse(
        message(operations),
        ResourceType::User,
        &schemas(),
        &Dialect::strict(),
    )
    .unwrap();
    assert_eq!(
        apply(&before, &patch).unwrap_err().scim_type,
        Some(ScimType::NoTarget),
        "D11, D20"
    );
    assert_eq!(before, ada(), "D20, corner 24");
}

#[test]
fn a_patch_shows_no_values() {
    let operations = json!([{"op": "add", "path": "nickName", "value": "secret"}, {"op": "add", "path": "x", "value": "secret"}]);
    let patch = parse(
        message(operations),
        ResourceType::User,
        &schemas(),
        &Dialect::tolerant(),
    )
    .unwrap();
    let shown = format!("{patch:?} {:?}", apply(&ada(), &patch).unwrap());
    assert!(
        shown.contains("nickName") && !shown.contains("secret"),
        "{shown}"
    );
}

#[test]
fn what_a_post_would_not_leave_out_a_patch_does_not_either() {
    let visits = format!("{SHOP_URN}:visits");
    check_refused(
        "corner 18: a new value",
        json!([{"op": "add", "path": visits, "value": [{"guests": 2}]}]),
        ScimType::InvalidValue,
    );
    let made = json!([{"op": "add", "path": format!("{visits}[guests eq 2].guests"), "value": 3}]);
    let error = patched(made, &Dialect::tolerant()).unwrap_err();
    assert_eq!(
        error.scim_type,
        Some(ScimType::InvalidValue),
        "D12: {error}"
    );
    let strict_extension = json!({"id": "urn:y:strict", "attributes": [{"name": "code", "required": true}, {"name": "level"}]});
    let schemas = schemas()
        .with_extension(ResourceType::User, &strict_extension)
        .unwrap();
    let run = |operations: Value| {
        let patch = parse(
            message(operations),
            ResourceType::User,
            &schemas,
            &Dialect::tolerant(),
        )?;
        apply(&ada(), &patch)
    };
    let level = json!({"op": "add", "path": "urn:y:strict:level", "value": "1"});
    let code = json!({"op": "add", "path": "urn:y:strict:code", "value": "c"});
    let undeclared = json!({"op": "add", "path": "urn:y:strict:undeclared", "value": "1"});
    for lone in [&level, &undeclared] {
        let error = run(json!([lone])).unwrap_err();
        assert!(
            error.detail.contains("urn:y:strict:code is required"),
            "D7: {error}"
        );
    }
    assert!(run(json!([level, code])).is_ok(), "D7: in whatever order");
}

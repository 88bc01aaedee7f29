//! What both dialects do.

use super::*;

#[test]
fn names_become_canonical() {
    check(
        "A1",
        json!({"USERNAME": "ada", "EMAILS": [{"Value": "a@x", "PRIMARY": true}], "ACTIVE": false, "username": null}),
        json!({"active": false, "emails": [{"value": "a@x", "primary": true}]}),
    );
    check(
        "corner 28: dotted",
        json!({"name.givenName": "Ada", "name": {"familyName": "L"}}),
        json!({"name": {"givenName": "Ada", "familyName": "L"}}),
    );
    check(
        "corner 28: core URN",
        json!({format!("{USER_URN}:nickName"): "A", USER_URN: {"title": "T"}}),
        json!({"nickName": "A", "title": "T"}),
    );
}

#[test]
fn unassigned_is_absent() {
    check(
        "A2",
        json!({"nickName": null, "name": null, "emails": null}),
        json!({}),
    );
    check(
        "A2: inside",
        json!({"name": {"givenName": null}, "emails": [null, {"value": null}]}),
        json!({}),
    );
    check("A3", json!({"emails": [], "roles": []}), json!({}));
    check(
        "A3: single-valued",
        json!({"nickName": [], "name": {}}),
        json!({}),
    );
    check(
        "R15: undeclared",
        json!({"custom": null, "urn:x:y:1.0": null}),
        json!({}),
    );
}

#[test]
fn values_stay_as_sent() {
    check(
        "R15: empty and blank strings",
        json!({"name": {"middleName": "", "familyName": " "}, "title": ""}),
        json!({"name": {"middleName": "", "familyName": " "}, "title": ""}),
    );
    check(
        "R13",
        json!({"externalId": " 00uÄ\u{0301}/+ "}),
        json!({"externalId": " 00uÄ\u{0301}/+ "}),
    );
    check(
        "R15: phone",
        json!({"phoneNumbers": [{"value": "(555) 123", "type": "WORK"}]}),
        json!({"phoneNumbers": [{"value": "(555) 123", "type": "WORK"}]}),
    );
    check(
        "R16: untyped mail",
        json!({"emails": [{"value": "a@x"}]}),
        json!({"emails": [{"value": "a@x"}]}),
    );
}

#[test]
fn what_is_not_the_clients_is_dropped() {
    check(
        "A4, E3",
        json!({"id": "mine", "meta": {"resourceType": "User", "created": 5}, "ID": null}),
        json!({}),
    );
    check("A5", json!({"password": "secret"}), json!({}));
    check(
        "A10",
        json!({"groups": [{"value": "g"}], "Groups": null}),
        json!({}),
    );
    check(
        "manager.displayName is read-only",
        json!({ENTERPRISE_URN: {"manager": {"value": "m", "displayName": "Boss"}}, "schemas": [USER_URN, ENTERPRISE_URN]}),
        json!({"schemas": [USER_URN, SHOPIFY_URN, ENTERPRISE_URN], ENTERPRISE_URN: {"manager": {"value": "m"}}}),
    );
    check(
        "the Shopify extension is read-only",
        json!({"schemas": [USER_URN, SHOPIFY_URN], SHOPIFY_URN: {"syncState": "synced"}}),
        json!({}),
    );
    check(
        "write-only",
        json!({"urn:x:shop:1.0": {"code": "c", "pin": "1"}}),
        json!({"schemas": [USER_URN, SHOPIFY_URN, "urn:x:shop:1.0"], "urn:x:shop:1.0": {"code": "c"}}),
    );
}

#[test]
fn schemas_lists_what_is_in_use() {
    let enterprise = json!({"department": "R"});
    let want =
        json!({"schemas": [USER_URN, SHOPIFY_URN, ENTERPRISE_URN], ENTERPRISE_URN: enterprise});
    check(
        "A9",
        json!({"schemas": [USER_URN, ENTERPRISE_URN], ENTERPRISE_URN: enterprise}),
        want.clone(),
    );
    check(
        "A9: not declared",
        json!({ENTERPRISE_URN: enterprise}),
        want.clone(),
    );
    check(
        "A1: URN in another case",
        json!({"URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User": {"DEPARTMENT": "R"}}),
        want,
    );
    check(
        "corner 29",
        json!({"schemas": [USER_URN, ENTERPRISE_URN], ENTERPRISE_URN: {"department": null}}),
        json!({}),
    );
    check(
        "declared without an object",
        json!({"schemas": [USER_URN, ENTERPRISE_URN]}),
        json!({}),
    );
}

#[test]
fn active_is_true_unless_it_is_said_to_be_false() {
    let active = |members| {
        read_user(user(members), &schemas(), &Dialect::strict())
            .unwrap()
            .attributes["active"]
            .clone()
    };
    assert_eq!(active(json!({})), true, "R17");
    assert_eq!(active(json!({"active": null})), true, "R17");
    assert_eq!(active(json!({"active": false})), false);
}

#[test]
fn a_required_value_is_there() {
    check_refused(
        "A7",
        json!({"userName": null}),
        "invalidValue",
        "userName is required",
    );
    check_refused(
        "A7: empty",
        json!({"userName": ""}),
        "invalidValue",
        "userName is required",
    );
    check_refused(
        "A7: blank",
        json!({"userName": " "}),
        "invalidValue",
        "userName is required",
    );
    check_refused(
        "extension",
        json!({"urn:x:shop:1.0": {"level": 1}}),
        "invalidValue",
        "urn:x:shop:1.0:code is required",
    );
    check_refused(
        "sub-attribute",
        json!({"urn:x:shop:1.0": {"code": "c", "visit": [{"place": "p"}, {"place": ""}]}}),
        "invalidValue",
        "urn:x:shop:1.0:visit.place is required",
    );
}

#[test]
fn a_value_of_the_wrong_type_is_refused_by_name() {
    let shop = |members: Value| {
        let mut object = json!({"code": "c"});
        merge(&mut object, members);
        json!({"urn:x:shop:1.0": object})
    };
    for (row, members, detail) in [
        ("A8", json!({"userName": 5}), "userName must be a string"),
        (
            "A8",
            json!({"userName": ["a", "b"]}),
            "userName must be a string",
        ),
        (
            "A8",
            json!({"userName": {"first": "a"}}),
            "userName must be a string",
        ),
        (
            "A8",
            json!({"active": "yes"}),
            "active must be true or false",
        ),
        ("A8", json!({"active": 1}), "active must be true or false"),
        ("A8", json!({"name": "Ada"}), "name must be an object"),
        (
            "A8",
            json!({"name": {"givenName": true}}),
            "name.givenName must be a string",
        ),
        (
            "A8",
            json!({"emails": [{"value": 1}]}),
            "emails.value must be a string",
        ),
        ("A8", json!({"emails": [["a@x"]]}), "emails"),
        (
            "A8",
            json!({ENTERPRISE_URN: "R"}),
            "enterprise:2.0:User must be an object",
        ),
        (
            "A8",
            json!({ENTERPRISE_URN: {"department": 7}}),
            "enterprise:2.0:User:department must be a string",
        ),
        (
            "A8",
            shop(json!({"level": "5"})),
            "level must be a whole number",
        ),
        (
            "A8",
            shop(json!({"level": 5.5})),
            "level must be a whole number",
        ),
        ("A8", shop(json!({"score": "x"})), "score must be a number"),
        (
            "A8",
            shop(json!({"since": 2026})),
            "since must be a date and time",
        ),
    ] {
        check_refused(row, members, "invalidValue", detail);
    }
}

#[test]
fn an_extension_of_the_shop_has_every_type() {
    let object = json!({"code": "c", "level": -5, "score": 1.5, "since": "2026-11-24T10:00:00Z", "photo": "aGk=",
        "home": "https://x.example/a", "tags": ["a", "b"], "visit": [{"place": "p"}]});
    check(
        "types",
        json!({"urn:x:shop:1.0": object}),
        json!({"schemas": [USER_URN, SHOPIFY_URN, "urn:x:shop:1.0"], "urn:x:shop:1.0": object}),
    );
    check(
        "duplicates",
        json!({"roles": [{"value": "a"}, {"value": "b"}, {"value": "a"}]}),
        json!({"roles": [{"value": "a"}, {"value": "b"}]}),
    );
}

#[test]
fn a_list_has_an_end() {
    let emails = |count: usize| json!({"emails": (0..count).map(|n| json!({"value": n.to_string()})).collect::<Vec<_>>()});
    assert!(read(emails(MAX_VALUES), &Dialect::tolerant()).is_ok());
    check_refused(
        "corner 49",
        emails(MAX_VALUES + 1),
        "invalidValue",
        "emails has more than 1000 values",
    );
}

#[test]
fn a_body_that_is_no_such_resource_is_refused() {
    let check = |row: &str, body: Value, detail: &str| {
        for dialect in [Dialect::strict(), Dialect::tolerant()] {
            let error = read_user(body.clone(), &schemas(), &dialect).expect_err(row);
            assert_eq!(
                error.scim_type.map(|t| t.as_str()),
                Some("invalidSyntax"),
                "{row}: {error}"
            );
            assert!(error.detail.contains(detail), "{row}: {error}");
        }
    };
    check("F7", json!([user(json!({}))]), "not a JSON object");
    check("F7", json!("x"), "not a JSON object");
    check(
        "F6",
        user(json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]})),
        "schemas",
    );
    check("F6", user(json!({"schemas": ["urn:x:nothing"]})), "schemas");
    check(
        "F6",
        user(json!({"schemas": 5})),
        "schemas must be a list of strings",
    );
    check(
        "F6",
        user(json!({"schemas": [5]})),
        "schemas must be a list of strings",
    );
}

#[test]
fn an_immutable_attribute_keeps_its_value() {
    let stored = |code: &str| {
        read_user(
            user(json!({"urn:x:shop:1.0": {"code": code, "level": 1}})),
            &schemas(),
            &Dialect::strict(),
        )
        .unwrap()
        .attributes
    };
    let check = |after: &Map<String, Value>| {
        check_immutable(&stored("a"), after, ResourceType::User, &schemas())
    };
    assert_eq!(check(&stored("a")), Ok(()));
    let error = check(&stored("b")).unwrap_err();
    assert_eq!(
        error.scim_type.map(|t| t.as_str()),
        Some("mutability"),
        "corner 19"
    );
    assert!(error.detail.contains("urn:x:shop:1.0:code"), "{error}");
    assert!(check(&Map::new()).is_err(), "corner 19: cleared");
}

#[test]
fn what_is_not_sent_is_gone() {
    let draft = |members| {
        read_user(user(members), &schemas(), &Dialect::strict())
            .unwrap()
            .attributes
    };
    let before = draft(
        json!({"title": "T", "name": {"givenName": "A", "familyName": "L"}, ENTERPRISE_URN: {"department": "R"}, "id": "1"}),
    );
    let after = draft(json!({"id": "2", "name": {"familyName": "L"}}));
    let department = format!("{ENTERPRISE_URN}:department");
    assert_eq!(
        crate::scim::patch::diff(&before, &after),
        ["name.givenName", "title", &department],
        "E3, E4"
    );
    assert_eq!(
        crate::scim::patch::diff(&after, &after),
        [""; 0],
        "E4: the same again"
    );
}

#[test]
fn a_draft_shows_no_values() {
    let draft = read_user(
        user(json!({"nickName": "secret"})),
        &schemas(),
        &Dialect::strict(),
    )
    .unwrap();
    let shown = format!("{draft:?}");
    assert!(
        shown.contains("nickName") && !shown.contains("secret"),
        "{shown}"
    );
}

//! Each tolerance alone: on it reads and warns, off it refuses, and no other switch matters.

use super::*;

struct Case {
    row: &'static str,
    switch: fn(&mut Dialect) -> &mut bool,
    members: Value,
    want: Value,
    kind: WarningKind,
    path: &'static str,
}

#[track_caller]
fn check_switch(case: Case) {
    let Case {
        row,
        switch,
        members,
        want,
        kind,
        path,
    } = case;
    let mut only = Dialect::strict();
    *switch(&mut only) = true;
    assert_eq!(read(members.clone(), &only), Ok(want), "{row}");
    let warnings = read_user(user(members.clone()), &schemas(), &only)
        .unwrap()
        .warnings;
    assert!(
        warnings.contains(&Warning::new(kind, path)),
        "{row}: {warnings:?}"
    );
    let mut all_others = Dialect::tolerant();
    *switch(&mut all_others) = false;
    let error = read(members, &all_others).expect_err(row);
    assert_eq!(error.status, 400, "{row}");
}

#[test]
fn booleans_may_be_text() {
    for (row, members, want) in [
        ("D27", json!({"active": "False"}), json!({"active": false})),
        ("D27", json!({"active": "true"}), json!({})),
        ("R15: empty", json!({"active": ""}), json!({})),
        (
            "R15: validator",
            json!({"roles": [{"value": "a", "primary": "True"}]}),
            json!({"roles": [{"value": "a", "primary": true}]}),
        ),
    ] {
        let path = if members.get("roles").is_some() {
            "roles.primary"
        } else {
            "active"
        };
        check_switch(Case {
            row,
            switch: |d| &mut d.reads_text_booleans,
            members,
            want,
            kind: WarningKind::TextBoolean,
            path,
        });
    }
}

#[test]
fn a_single_value_may_stand_in_a_list() {
    for (row, members, want, path) in [
        (
            "D28",
            json!({"active": [false]}),
            json!({"active": false}),
            "active",
        ),
        (
            "D28",
            json!({"active": [{"value": false}]}),
            json!({"active": false}),
            "active",
        ),
        (
            "D28",
            json!({"nickName": [{"value": "A"}]}),
            json!({"nickName": "A"}),
            "nickName",
        ),
        (
            "D28",
            json!({"name": [{"givenName": "A"}]}),
            json!({"name": {"givenName": "A"}}),
            "name",
        ),
    ] {
        check_switch(Case {
            row,
            switch: |d| &mut d.unwraps_lists,
            members,
            want,
            kind: WarningKind::ListForValue,
            path,
        });
    }
}

#[test]
fn a_plain_value_may_stand_for_a_complex_one() {
    let manager = json!({"schemas": [USER_URN, SHOPIFY_URN, ENTERPRISE_URN], ENTERPRISE_URN: {"manager": {"value": "m"}}});
    let path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
    let switch: fn(&mut Dialect) -> &mut bool = |d| &mut d.wraps_plain_values;
    let kind = WarningKind::PlainValue;
    check_switch(Case {
        row: "D29",
        switch,
        members: json!({ENTERPRISE_URN: {"manager": "m"}}),
        want: manager,
        kind,
        path,
    });
    check_switch(Case {
        row: "R15: empty",
        switch,
        members: json!({ENTERPRISE_URN: {"manager": ""}}),
        want: json!({}),
        kind,
        path,
    });
    check_switch(Case {
        row: "R15: roles",
        switch,
        members: json!({"roles": ["a", "b"]}),
        want: json!({"roles": [{"value": "a"}, {"value": "b"}]}),
        kind,
        path: "roles",
    });
    let by_id = json!({ENTERPRISE_URN: {"manager": {"managerId": "m"}}});
    let read_tolerant = read(by_id.clone(), &Dialect::tolerant()).unwrap();
    assert_eq!(
        read_tolerant[ENTERPRISE_URN],
        json!({"manager": {"value": "m"}}),
        "R15: managerId"
    );
    assert!(read(by_id, &Dialect::strict()).is_err());
}

#[test]
fn a_lone_value_may_stand_for_a_list() {
    check_switch(Case {
        row: "R15: emails as object",
        switch: |d| &mut d.wraps_lone_values,
        members: json!({"emails": {"value": "a@x"}}),
        want: json!({"emails": [{"value": "a@x"}]}),
        kind: WarningKind::LoneValue,
        path: "emails",
    });
}

#[test]
fn unknown_attributes_may_be_kept() {
    let okta = "urn:okta:shop_app:1.0:user:custom";
    for (row, members, want, path) in [
        (
            "R15: top level",
            json!({"custom": {"a": [1, null], "b": null}}),
            json!({"custom": {"a": [1]}}),
            "custom",
        ),
        (
            "R15: no legal name",
            json!({"a b.c.d": 1}),
            json!({"a b.c.d": 1}),
            "a b.c.d",
        ),
        (
            "R15: extension",
            json!({okta: {"tier": "gold"}}),
            json!({"schemas": [USER_URN, SHOPIFY_URN, okta], okta: {"tier": "gold"}}),
            okta,
        ),
        (
            "R15: extension attribute",
            json!({"urn:x:custom:2.0:User:tag": "t"}),
            json!({"schemas": [USER_URN, SHOPIFY_URN, "urn:x:custom:2.0:User"], "urn:x:custom:2.0:User": {"tag": "t"}}),
            "urn:x:custom:2.0:User:tag",
        ),
        (
            "sub-attribute",
            json!({"name": {"nick": "A"}}),
            json!({"name": {"nick": "A"}}),
            "name.nick",
        ),
        (
            "of an element",
            json!({"emails": [{"value": "a", "verified": true}]}),
            json!({"emails": [{"value": "a", "verified": true}]}),
            "emails.verified",
        ),
    ] {
        check_switch(Case {
            row,
            switch: |d| &mut d.keeps_unknown_attributes,
            members,
            want,
            kind: WarningKind::UnknownAttribute,
            path,
        });
    }
    for urn in ["urn:x:shop:1.0", SHOPIFY_URN, "urn:x:nobody"] {
        let behind_core = json!({format!("{USER_URN}:{urn}"): {"syncState": "synced"}});
        let kept = read(behind_core, &Dialect::tolerant());
        assert_eq!(kept, Ok(json!({})), "R15: {urn} behind the core schema");
    }
    let in_enterprise = read(
        json!({ENTERPRISE_URN: {"badge": "7"}}),
        &Dialect::tolerant(),
    )
    .unwrap();
    assert_eq!(in_enterprise[ENTERPRISE_URN], json!({"badge": "7"}));
    assert!(read(json!({ENTERPRISE_URN: {"badge": "7"}}), &Dialect::strict()).is_err());
}

#[test]
fn an_extensions_attribute_may_lack_its_urn() {
    check_switch(Case {
        row: "R15: top-level enterprise members",
        // Unknown ones refused, so that "off" refuses it.
        switch: |d| {
            d.keeps_unknown_attributes = false;
            &mut d.finds_extension_attributes
        },
        members: json!({"department": "R", "manager": null}),
        want: json!({"schemas": [USER_URN, SHOPIFY_URN, ENTERPRISE_URN], ENTERPRISE_URN: {"department": "R"}}),
        kind: WarningKind::MissingUrn,
        path: "department",
    });
    let behind_core = read(
        json!({format!("{USER_URN}:department"): "R"}),
        &Dialect::tolerant(),
    );
    assert_eq!(
        behind_core.unwrap()[ENTERPRISE_URN],
        json!({"department": "R"}),
        "R15: behind the core schema"
    );
    for members in [
        json!({"department": "R", ENTERPRISE_URN: {"department": "S"}}),
        json!({ENTERPRISE_URN: {"department": "S"}, format!("{USER_URN}:department"): "R"}),
        json!({ENTERPRISE_URN: {"department": "S"}, "department": "R"}),
    ] {
        let read = read(members, &Dialect::tolerant()).unwrap();
        assert_eq!(
            read[ENTERPRISE_URN],
            json!({"department": "S"}),
            "the qualified name wins"
        );
    }
}

#[test]
fn schemas_may_be_loose() {
    let misspelt = "urn:ietf:params:scim:schemas:extension:enterprise:2.0User";
    for (row, members, kind, path) in [
        (
            "R15: missing",
            json!({"schemas": null}),
            WarningKind::MissingSchemas,
            "schemas",
        ),
        (
            "R15: empty",
            json!({"schemas": []}),
            WarningKind::MissingSchemas,
            "schemas",
        ),
        (
            "R15: 1.0",
            json!({"schemas": ["urn:scim:schemas:core:1.0"]}),
            WarningKind::OldSchema,
            "urn:scim:schemas:core:1.0",
        ),
        (
            "R15: 2.0",
            json!({"schemas": ["urn:scim:schemas:core:2.0"]}),
            WarningKind::OldSchema,
            "urn:scim:schemas:core:2.0",
        ),
        (
            "R15: misspelt",
            json!({"schemas": [USER_URN, misspelt]}),
            WarningKind::OldSchema,
            misspelt,
        ),
        (
            "R15: undeclared",
            json!({"schemas": [USER_URN, "urn:x:y"]}),
            WarningKind::UndeclaredSchema,
            "urn:x:y",
        ),
        (
            "lone text",
            json!({"schemas": "urn:scim:schemas:core:2.0"}),
            WarningKind::OldSchema,
            "urn:scim:schemas:core:2.0",
        ),
    ] {
        check_switch(Case {
            row,
            switch: |d| &mut d.reads_loose_schemas,
            members,
            want: json!({}),
            kind,
            path,
        });
    }
    let misspelt_object =
        read(json!({misspelt: {"department": "R"}}), &Dialect::tolerant()).unwrap();
    assert_eq!(
        misspelt_object[ENTERPRISE_URN],
        json!({"department": "R"}),
        "R15"
    );
}

#[test]
fn of_several_primary_values_the_first_may_stay() {
    check_switch(Case {
        row: "A6",
        switch: |d| &mut d.settles_primaries,
        members: json!({"emails": [{"value": "a"}, {"value": "b", "primary": true}, {"value": "c", "primary": true}]}),
        want: json!({"emails": [{"value": "a"}, {"value": "b", "primary": true}, {"value": "c", "primary": false}]}),
        kind: WarningKind::SeveralPrimary,
        path: "emails",
    });
}

#[test]
fn malformed_values_may_be_kept() {
    let with = |name: &str, value: &str| {
        let object = json!({"code": "c", name: value});
        (
            json!({"urn:x:shop:1.0": object}),
            json!({"schemas": [USER_URN, SHOPIFY_URN, "urn:x:shop:1.0"], "urn:x:shop:1.0": object}),
        )
    };
    for (name, value, path) in [
        ("since", "yesterday", "urn:x:shop:1.0:since"),
        ("home", "not a uri", "urn:x:shop:1.0:home"),
        ("photo", "not base64!", "urn:x:shop:1.0:photo"),
    ] {
        let (members, want) = with(name, value);
        check_switch(Case {
            row: name,
            switch: |d| &mut d.keeps_malformed_values,
            members,
            want,
            kind: WarningKind::MalformedValue,
            path,
        });
    }
}

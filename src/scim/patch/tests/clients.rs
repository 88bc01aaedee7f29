//! What clients send beyond the RFC.

use super::*;

#[test]
fn a_missing_element_is_made() {
    let mobile = json!({"type": "mobile", "value": "+15551230001"});
    for op in ["Add", "Replace"] {
        check_tolerant(
            "D11, D12, R22",
            json!([{"op": op, "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+15551230001"}]),
            |ada| ada["phoneNumbers"] = json!([mobile]),
            &["phoneNumbers"],
            WarningKind::MissingElement,
            ScimType::NoTarget,
        );
    }
    check_tolerant(
        "D12: several parts",
        json!([
            {"op": "Add", "path": "addresses[type eq \"work\"].locality", "value": "L"},
            {"op": "Add", "path": "addresses[type eq \"work\"].country", "value": "Norway"}
        ]),
        |ada| ada["addresses"] = json!([{"type": "work", "locality": "L", "country": "Norway"}]),
        &["addresses"],
        WarningKind::MissingElement,
        ScimType::NoTarget,
    );
    check_tolerant(
        "D12: whole element",
        json!([{"op": "replace", "path": "emails[type eq \"other\"]", "value": {"value": "b"}}]),
        |ada| {
            ada["emails"]
                .as_array_mut()
                .unwrap()
                .push(json!({"type": "other", "value": "b"}))
        },
        &["emails"],
        WarningKind::MissingElement,
        ScimType::NoTarget,
    );
    check_tolerant(
        "D12, D21: primary",
        json!([{"op": "Add", "path": "emails[type eq \"other\" and primary eq true].value", "value": "b"}]),
        |ada| {
            ada["emails"][0]["primary"] = false.into();
            ada["emails"]
                .as_array_mut()
                .unwrap()
                .push(json!({"type": "other", "primary": true, "value": "b"}));
        },
        &["emails"],
        WarningKind::MissingElement,
        ScimType::NoTarget,
    );
}

#[test]
fn a_manager_may_be_made_by_a_filter() {
    let manager = format!("{ENTERPRISE_URN}:manager");
    check_tolerant(
        "corner 23",
        json!([{"op": "Add", "path": format!("{manager}[value eq \"m2\"].$ref"), "value": "x"}]),
        |ada| ada[ENTERPRISE_URN]["manager"] = json!({"value": "m2", "$ref": "x"}),
        &[&manager],
        WarningKind::MissingElement,
        ScimType::NoTarget,
    );
}

#[test]
fn booleans_may_be_text_or_in_lists() {
    let off = |ada: &mut Value| ada["active"] = false.into();
    for (row, value, kind) in [
        ("D27", json!("False"), WarningKind::TextBoolean),
        ("D28", json!([{"value": "False"}]), WarningKind::TextBoolean),
        ("D28", json!([false]), WarningKind::ListForValue),
    ] {
        check_tolerant(
            row,
            json!([{"op": "Replace", "path": "active", "value": value}]),
            off,
            &["active"],
            kind,
            ScimType::InvalidValue,
        );
        check_tolerant(
            row,
            json!([{"op": "replace", "value": {"active": value}}]),
            off,
            &["active"],
            kind,
            ScimType::InvalidValue,
        );
    }
}

#[test]
fn a_manager_may_be_plain() {
    let manager = format!("{ENTERPRISE_URN}:manager");
    let set = |ada: &mut Value| ada[ENTERPRISE_URN]["manager"] = json!({"value": "m2"});
    check_tolerant(
        "D29",
        json!([{"op": "Add", "path": manager, "value": "m2"}]),
        set,
        &[&manager],
        WarningKind::PlainValue,
        ScimType::InvalidValue,
    );
    check_tolerant(
        "R15: managerId",
        json!([{"op": "Add", "path": manager, "value": {"managerId": "m2"}}]),
        set,
        &[&manager],
        WarningKind::PlainValue,
        ScimType::InvalidSyntax,
    );
    check_tolerant(
        "D29: emptied",
        json!([{"op": "Replace", "path": manager, "value": ""}]),
        |ada| without(&mut ada[ENTERPRISE_URN], "manager"),
        &[&manager],
        WarningKind::PlainValue,
        ScimType::InvalidValue,
    );
    check_tolerant(
        "R15: array, and no URN",
        json!([{"op": "Add", "path": "manager", "value": [{"$ref": "https://x/Users/m2", "value": "m2"}]}]),
        |ada| ada[ENTERPRISE_URN]["manager"] = json!({"$ref": "https://x/Users/m2", "value": "m2"}),
        &[&manager],
        WarningKind::MissingUrn,
        ScimType::InvalidPath,
    );
    check_tolerant(
        "no URN",
        json!([{"op": "replace", "value": {"department": "S"}}]),
        |ada| ada[ENTERPRISE_URN]["department"] = "S".into(),
        &[&format!("{ENTERPRISE_URN}:department")],
        WarningKind::MissingUrn,
        ScimType::InvalidPath,
    );
}

#[test]
fn removed_values_may_be_listed() {
    let operations = |listed: Value| json!([{"op": "Remove", "path": "emails", "value": listed}]);
    let tolerant = |listed| patched(operations(listed), &Dialect::tolerant()).unwrap();
    let left = tolerant(json!([{"value": "a@home"}])).attributes;
    assert_eq!(left["emails"], json!([ada()["emails"][0]]), "R21");
    assert_eq!(
        tolerant(json!([{"value": "a@home", "type": "work"}])).changed,
        [""; 0],
        "R21: another type"
    );
    assert_eq!(tolerant(json!([])).changed, [""; 0], "R21: none listed");
    assert!(
        !tolerant(json!(null)).attributes.contains_key("emails"),
        "R21: no value"
    );
    let strict = patched(operations(json!([{"value": "a@home"}])), &Dialect::strict()).unwrap();
    assert!(
        !strict.attributes.contains_key("emails"),
        "RFC 7644 §3.5.2.2"
    );
}

#[test]
fn schemas_is_not_changed_by_its_path() {
    let patched = patched(
        json!([{"op": "add", "path": "schemas", "value": ["urn:x:y"]}]),
        &Dialect::tolerant(),
    )
    .unwrap();
    assert_eq!(patched.attributes, ada(), "corner 30");
    assert_eq!(patched.warnings.len(), 1, "corner 30");
}

#[test]
fn a_lone_value_may_stand_for_a_list() {
    check_tolerant(
        "R15",
        json!([{"op": "replace", "path": "emails", "value": {"value": "b"}}]),
        |ada| ada["emails"] = json!([{"value": "b"}]),
        &["emails"],
        WarningKind::LoneValue,
        ScimType::InvalidValue,
    );
    check_tolerant(
        "R15: roles",
        json!([{"op": "add", "path": "roles", "value": ["a", "b"]}]),
        |ada| ada["roles"] = json!([{"value": "a"}, {"value": "b"}]),
        &["roles"],
        WarningKind::PlainValue,
        ScimType::InvalidValue,
    );
}

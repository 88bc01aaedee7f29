//! Groups: the members are told apart from the document.

use super::*;
use crate::scim::resource::MemberRef;
use crate::scim::schema::GROUP_URN;

fn group_patched(operations: Value, dialect: &Dialect) -> Result<Patched, ScimError> {
    let group = json!({"schemas": [GROUP_URN], "displayName": "Buyers"});
    let patch = parse(
        message(operations),
        ResourceType::Group,
        &schemas(),
        dialect,
    )?;
    apply(group.as_object().unwrap(), &patch)
}

fn members(ids: &[&str]) -> Vec<MemberRef> {
    ids.iter()
        .map(|&id| MemberRef {
            value: id.to_owned(),
            kind: None,
        })
        .collect()
}

fn add(ids: &[&str]) -> MemberChange {
    MemberChange::Add(members(ids))
}

fn replace_all(ids: &[&str]) -> MemberChange {
    MemberChange::ReplaceAll(members(ids))
}

fn remove(ids: &[&str]) -> MemberChange {
    MemberChange::Remove(ids.iter().map(|&id| id.to_owned()).collect())
}

#[track_caller]
fn check(row: &str, operations: Value, want: &[MemberChange]) {
    for dialect in [Dialect::strict(), Dialect::tolerant()] {
        let patched = group_patched(operations.clone(), &dialect).unwrap();
        assert_eq!(patched.members, want, "{row}");
        assert!(!patched.attributes.contains_key("members"), "{row}");
    }
}

#[test]
fn members_change_in_order() {
    check(
        "G1",
        json!([{"op": "remove", "path": "members[value eq \"A\"]"}]),
        &[remove(&["A"])],
    );
    check(
        "G1: URN",
        json!([{"op": "remove", "path": format!("{GROUP_URN}:MEMBERS[VALUE eq \"A\"]")}]),
        &[remove(&["A"])],
    );
    check(
        "G3",
        json!([{"op": "remove", "path": "members"}]),
        &[replace_all(&[])],
    );
    check(
        "G3: null",
        json!([{"op": "remove", "path": "members", "value": null}]),
        &[replace_all(&[])],
    );
    check(
        "G4",
        json!([{"op": "add", "path": "members", "value": [{"value": "A"}, {"value": "A"}]}]),
        &[add(&["A"])],
    );
    check(
        "G5",
        json!([{"op": "add", "value": {"members": [{"value": "A"}]}}]),
        &[add(&["A"])],
    );
    check(
        "one member",
        json!([{"op": "add", "path": "members", "value": {"value": "A"}}]),
        &[add(&["A"])],
    );
    check(
        "nobody",
        json!([{"op": "add", "path": "members", "value": []}]),
        &[],
    );
    check(
        "replace",
        json!([{"op": "replace", "path": "members", "value": [{"value": "A"}]}]),
        &[replace_all(&["A"])],
    );
    check(
        "D26",
        json!([{"op": "replace", "path": "members", "value": null}]),
        &[replace_all(&[])],
    );
    check(
        "Okta",
        json!([{"op": "remove", "path": "members[value eq \"A\"]"}, {"op": "add", "path": "members", "value": [{"value": "B", "display": "b"}]}]),
        &[remove(&["A"]), add(&["B"])],
    );
    check(
        "authentik",
        json!([{"op": "replace", "value": {"id": "g", "schemas": [GROUP_URN], "displayName": "Buyers", "members": [{"value": "A"}]}}]),
        &[replace_all(&["A"])],
    );
}

#[test]
fn a_filter_over_members_is_left_to_the_caller() {
    let patched = group_patched(
        json!([{"op": "remove", "path": "members[type eq \"Group\" or value eq \"A\"]"}]),
        &Dialect::strict(),
    )
    .unwrap();
    let [MemberChange::RemoveWhere(filter)] = patched.members.as_slice() else {
        panic!("{:?}", patched.members)
    };
    assert!(filter.matches(&json!({"value": "A", "type": "User"})));
    assert!(!filter.matches(&json!({"value": "B", "type": "User"})));
}

#[test]
fn a_removal_that_lists_members_removes_those() {
    for (row, value, ids) in [
        (
            "G2, R21",
            json!([{"$ref": null, "value": "A"}, {"value": "B"}]),
            &["A", "B"][..],
        ),
        ("R21: nested", json!({"members": [{"value": "A"}]}), &["A"]),
        ("R21: plain", json!(["A"]), &["A"]),
        ("R21: none listed", json!([]), &[]),
    ] {
        let operations = json!([{"op": "Remove", "path": "members", "value": value}]);
        let tolerant = group_patched(operations.clone(), &Dialect::tolerant()).unwrap();
        assert_eq!(tolerant.members, [remove(ids)], "{row}");
        assert!(
            tolerant
                .warnings
                .iter()
                .any(|warning| warning.kind == WarningKind::ListedRemoval),
            "{row}"
        );
        let strict = group_patched(operations, &Dialect::strict()).unwrap();
        assert_eq!(
            strict.members,
            [replace_all(&[])],
            "{row}: RFC 7644 §3.5.2.2"
        );
    }
}

#[test]
fn a_group_is_renamed_beside_its_members() {
    let patched = group_patched(
        json!([{"op": "replace", "value": {"id": "g", "displayName": "B"}}]),
        &Dialect::tolerant(),
    )
    .unwrap();
    assert_eq!(patched.changed, ["displayName"], "Okta");
    assert_eq!(patched.members, []);
}

#[test]
fn a_member_is_not_changed_in_place() {
    let check = |row: &str, operation: Value, scim_type: ScimType| {
        let error = group_patched(json!([operation]), &Dialect::tolerant()).expect_err(row);
        assert_eq!(error.scim_type, Some(scim_type), "{row}: {error}");
    };
    check(
        "display",
        json!({"op": "replace", "path": "members[value eq \"A\"].display", "value": "x"}),
        ScimType::Mutability,
    );
    check(
        "type",
        json!({"op": "replace", "path": "members.type", "value": "User"}),
        ScimType::Mutability,
    );
    check(
        "selected",
        json!({"op": "replace", "path": "members[value eq \"A\"]", "value": {"value": "B"}}),
        ScimType::Mutability,
    );
    check(
        "no value",
        json!({"op": "add", "path": "members"}),
        ScimType::InvalidValue,
    );
    check(
        "no id",
        json!({"op": "add", "path": "members", "value": [{}]}),
        ScimType::InvalidValue,
    );
    check(
        "D16",
        json!({"op": "remove", "path": "displayName"}),
        ScimType::Mutability,
    );
}

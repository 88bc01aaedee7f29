//! Groups and their members.

use super::*;
use crate::scim::schema::GROUP_URN;

fn group(members: Value) -> Value {
    json!({"schemas": [GROUP_URN], "displayName": "Buyers", "members": members})
}

fn member(value: &str, kind: Option<ResourceType>) -> MemberRef {
    MemberRef {
        value: value.to_owned(),
        kind,
    }
}

#[test]
fn members_stand_apart_each_once() {
    let check = |row: &str, members: Value, want: &[MemberRef]| {
        for dialect in [Dialect::strict(), Dialect::tolerant()] {
            let draft = read_group(group(members.clone()), &schemas(), &dialect).unwrap();
            assert_eq!(draft.members, want, "{row}");
            assert_eq!(
                Value::Object(draft.attributes),
                json!({"schemas": [GROUP_URN], "displayName": "Buyers"}),
                "{row}"
            );
        }
    };
    check("R17: none", json!(null), &[]);
    check("R17: none", json!([]), &[]);
    check(
        "Entra",
        json!([{"$ref": null, "value": "1"}, {"value": "2", "display": "two"}, {"value": "1"}]),
        &[member("1", None), member("2", None)],
    );
    check(
        "kinds",
        json!([{"value": "1", "type": "user"}, {"value": "2", "Type": "Group"}, {"value": "3", "$ref": "https://x/scim/v2/Groups/3"}, {"value": "4", "$ref": "Users/4"}, {"value": "5", "type": "Device"}]),
        &[
            member("1", Some(ResourceType::User)),
            member("2", Some(ResourceType::Group)),
            member("3", Some(ResourceType::Group)),
            member("4", Some(ResourceType::User)),
            member("5", None),
        ],
    );
    check(
        "R21: what names a member is one",
        json!([{"value": "1", "members": "2"}, {"$ref": "Users/3", "members": [{"value": "4"}]}]),
        &[member("1", None), member("3", Some(ResourceType::User))],
    );
    check(
        "Keycloak: only a reference",
        json!([{"$ref": "Users/7"}]),
        &[member("7", Some(ResourceType::User))],
    );
}

#[test]
fn members_in_the_shapes_of_clients_are_read_when_tolerant() {
    let check = |row: &str, members: Value, want: &[&str]| {
        let read = |dialect| read_group(group(members.clone()), &schemas(), &dialect);
        let values: Vec<String> = read(Dialect::tolerant())
            .unwrap()
            .members
            .into_iter()
            .map(|member| member.value)
            .collect();
        assert_eq!(values, want, "{row}");
        assert!(read(Dialect::strict()).is_err(), "{row}");
    };
    check("plain ids", json!(["1", "2"]), &["1", "2"]);
    check("lone object", json!({"value": "1"}), &["1"]);
    check(
        "R21: nested",
        json!({"members": [{"value": "1"}, {"value": "2"}]}),
        &["1", "2"],
    );
}

#[test]
fn a_member_without_id_is_refused() {
    for members in [
        json!([{}]),
        json!([{"value": ""}]),
        json!([{"value": 5}]),
        json!([7]),
        json!([{"$ref": "x"}]),
    ] {
        let error =
            read_group(group(members.clone()), &schemas(), &Dialect::tolerant()).unwrap_err();
        assert_eq!(
            error.scim_type.map(|t| t.as_str()),
            Some("invalidValue"),
            "{members}"
        );
    }
}

#[test]
fn a_group_has_a_name_and_keeps_what_it_is_told() {
    let read = |body: Value, dialect: &Dialect| read_group(body, &schemas(), dialect);
    let error = read(
        json!({"schemas": [GROUP_URN], "externalId": "1"}),
        &Dialect::tolerant(),
    )
    .unwrap_err();
    assert!(error.detail.contains("displayName is required"), "{error}");
    let microsoft = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
    let body = json!({"schemas": [GROUP_URN, microsoft], "externalId": "e", "displayName": "B", "meta": {"resourceType": "Group"}});
    let draft = read(body.clone(), &Dialect::tolerant()).unwrap();
    assert_eq!(
        Value::Object(draft.attributes),
        json!({"schemas": [GROUP_URN], "externalId": "e", "displayName": "B"}),
        "Entra"
    );
    assert_eq!(
        draft.warnings,
        [Warning::new(WarningKind::UndeclaredSchema, microsoft)]
    );
    assert!(read(body, &Dialect::strict()).is_err());
}

#[test]
fn a_hundred_thousand_members_are_read_without_delay() {
    let members: Vec<Value> = (0..100_000)
        .map(|n| json!({"value": n.to_string()}))
        .collect();
    let draft = read_group(
        group(Value::Array(members)),
        &schemas(),
        &Dialect::tolerant(),
    )
    .unwrap();
    assert_eq!(draft.members.len(), 100_000, "corner: large groups");
}

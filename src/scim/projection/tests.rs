//! What is kept of a resource.

use serde_json::json;

use super::*;
use crate::scim::schema::ENTERPRISE_URN;
use crate::scim::schema::SHOPIFY_URN;

const EXTENSION: &str = "urn:x:ext:1.0";

fn schemas() -> Schemas {
    let extension = json!({"id": EXTENSION, "attributes": [
        {"name": "rare", "returned": "request"},
        {"name": "secret", "returned": "never"},
        {"name": "fixed", "returned": "always"},
        {"name": "card", "type": "complex", "subAttributes": [
            {"name": "number", "returned": "always"}, {"name": "kind"}, {"name": "pin", "returned": "never"},
            {"name": "note", "returned": "request"}]}]});
    Schemas::standard()
        .with_extension(ResourceType::User, &extension)
        .unwrap()
}

fn user() -> Map<String, Value> {
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "ann", "password": "pw",
        "name": {"givenName": "Ann", "familyName": "Roe"},
        "emails": [{"value": "a@x", "type": "work"}, {"type": "home"}],
        "favourite": "blue",
        "meta": {"version": "1"},
        ENTERPRISE_URN: {"department": "Sales", "costCenter": "7"}
    });
    user.as_object().unwrap().clone()
}

fn requested(attributes: &[&str], excluded: &[&str]) -> RequestedAttributes {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    RequestedAttributes {
        attributes: owned(attributes),
        excluded_attributes: owned(excluded),
    }
}

fn check(row: &str, attributes: &[&str], excluded: &[&str], want: Value) {
    let projection = Projection::new(
        &requested(attributes, excluded),
        &Schemas::standard(),
        ResourceType::User,
    );
    let mut got = Value::Object(projection.apply(user()));
    // Always there; left out of the rows below for brevity.
    let urns = got
        .as_object_mut()
        .and_then(|members| members.remove("schemas"));
    assert!(urns.is_some(), "{row}");
    assert_eq!(got, want, "{row}: {attributes:?} {excluded:?}");
}

#[test]
fn only_the_requested_attributes_are_returned() {
    check(
        "C10",
        &["userName"],
        &[],
        json!({"id": "1", "userName": "ann"}),
    );
    check(
        "C11",
        &["name.givenName", "emails.value"],
        &[],
        json!({"id": "1", "name": {"givenName": "Ann"}, "emails": [{"value": "a@x"}]}),
    );
    check(
        "C11 both",
        &["name", "name.givenName"],
        &[],
        json!({"id": "1", "name": {"givenName": "Ann", "familyName": "Roe"}}),
    );
    check(
        "C14",
        &[&format!("{ENTERPRISE_URN}:department")],
        &[],
        json!({"id": "1", ENTERPRISE_URN: {"department": "Sales"}}),
    );
    check(
        "C14 whole",
        &[ENTERPRISE_URN],
        &[],
        json!({"id": "1", ENTERPRISE_URN: {"department": "Sales", "costCenter": "7"}}),
    );
    check(
        "C15",
        &["USERNAME", "Name.GIVENNAME"],
        &[],
        json!({"id": "1", "userName": "ann", "name": {"givenName": "Ann"}}),
    );
    check("R12", &["id"], &[], json!({"id": "1"}));
    check(
        "core URN",
        &["urn:ietf:params:scim:schemas:core:2.0:User:userName"],
        &[],
        json!({"id": "1", "userName": "ann"}),
    );
    check(
        "unknown names",
        &["colour", "urn:no:1:a", "emails[x", "title"],
        &[],
        json!({"id": "1"}),
    );
    check("A5", &["password"], &[], json!({"id": "1"}));
}

#[test]
fn excluded_attributes_are_left_out() {
    check(
        "C12",
        &[],
        &["id", "emails", "schemas", "meta", ENTERPRISE_URN],
        json!({"id": "1", "userName": "ann", "name": {"givenName": "Ann", "familyName": "Roe"}, "favourite": "blue"}),
    );
    check(
        "sub-attributes",
        &[],
        &[
            "name.familyName",
            "emails.type",
            "meta",
            &format!("{ENTERPRISE_URN}:department"),
            "favourite",
        ],
        json!({"id": "1", "userName": "ann", "name": {"givenName": "Ann"}, "emails": [{"value": "a@x"}], "favourite": "blue",
            ENTERPRISE_URN: {"costCenter": "7"}}),
    );
}

#[test]
fn without_a_wish_everything_but_the_secret_is_returned() {
    let projection = Projection::new(
        &RequestedAttributes::default(),
        &Schemas::standard(),
        ResourceType::User,
    );
    assert!(projection.is_full());
    let mut want = user();
    want.remove("password");
    assert_eq!(projection.apply(user()), want, "A5");
    for wish in [requested(&["userName"], &[]), requested(&[], &["emails"])] {
        assert!(!Projection::new(&wish, &Schemas::standard(), ResourceType::User).is_full());
    }
}

#[test]
fn an_extensions_attributes_are_returned_as_declared() {
    let stored = json!({"id": "1", EXTENSION: {"rare": "r", "secret": "s", "fixed": "f",
        "card": {"number": "1", "kind": "gold", "pin": "0", "note": "n"}}});
    let check = |row: &str, attributes: &[&str], excluded: &[&str], want: Value| {
        let projection = Projection::new(
            &requested(attributes, excluded),
            &schemas(),
            ResourceType::User,
        );
        assert!(!projection.is_full());
        let got = projection.apply(stored.as_object().unwrap().clone());
        assert_eq!(got.get(EXTENSION), Some(&want), "{row}");
    };
    let card = |name: &str| format!("{EXTENSION}:card{name}");
    check(
        "default",
        &[],
        &[],
        json!({"fixed": "f", "card": {"number": "1", "kind": "gold"}}),
    );
    check(
        "corner 15",
        &[&format!("{EXTENSION}:rare")],
        &[],
        json!({"rare": "r", "fixed": "f", "card": {"number": "1"}}),
    );
    check(
        "corner 15",
        &[&card(".note")],
        &[],
        json!({"fixed": "f", "card": {"number": "1", "note": "n"}}),
    );
    check(
        "never",
        &[&card(".pin"), &format!("{EXTENSION}:secret")],
        &[],
        json!({"fixed": "f", "card": {"number": "1"}}),
    );
    check(
        "corner 16",
        &[],
        &[&card("")],
        json!({"fixed": "f", "card": {"number": "1"}}),
    );
    check(
        "corner 16",
        &[],
        &[&card(".number"), &format!("{EXTENSION}:fixed")],
        json!({"fixed": "f", "card": {"number": "1", "kind": "gold"}}),
    );
}

#[test]
fn a_projection_tells_the_derived_parts_it_needs() {
    let derived = |attributes: &[&str], excluded: &[&str], resource_type| {
        Projection::new(
            &requested(attributes, excluded),
            &Schemas::standard(),
            resource_type,
        )
        .derived()
    };
    let none = DerivedParts::default();
    let user = ResourceType::User;
    let group = ResourceType::Group;
    assert_eq!(
        derived(&[], &[], user),
        DerivedParts {
            meta: true,
            groups: true,
            members: false,
            shopify: true,
        }
    );
    assert_eq!(
        derived(&[], &["members"], group),
        DerivedParts { meta: true, ..none },
        "G7"
    );
    assert_eq!(
        derived(&[], &[], group),
        DerivedParts {
            meta: true,
            members: true,
            ..none
        }
    );
    assert_eq!(derived(&["userName"], &[], user), none);
    assert_eq!(
        derived(&["groups.display"], &[], user),
        DerivedParts {
            groups: true,
            ..none
        }
    );
    assert_eq!(
        derived(&[&format!("{SHOPIFY_URN}:syncState")], &[], user),
        DerivedParts {
            shopify: true,
            ..none
        }
    );
}

mod clients;
mod laws;
mod lists;
mod members;
mod refusals;
mod targets;
mod unknown;

use serde_json::{Value, json};

use super::*;
use crate::scim::error::ScimType;
use crate::scim::resource::{WarningKind, read_user};
use crate::scim::schema::{ENTERPRISE_URN, SHOPIFY_URN, USER_URN};

pub(super) const SHOP_URN: &str = "urn:x:shop:1.0";

pub(super) fn schemas() -> Schemas {
    let extension = json!({"id": SHOP_URN, "attributes": [
        {"name": "code", "mutability": "immutable"}, {"name": "level", "type": "integer"},
        {"name": "tags", "multiValued": true},
        {"name": "visits", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "place", "required": true}, {"name": "guests", "type": "integer"}]}]});
    Schemas::standard()
        .with_extension(ResourceType::User, &extension)
        .unwrap()
}

/// A user with something everywhere.
pub(super) fn ada() -> Map<String, Value> {
    let body = json!({"schemas": [USER_URN, ENTERPRISE_URN], "userName": "ada", "externalId": "e1", "title": "T", "active": true,
        "name": {"givenName": "Ada", "familyName": "L"},
        "emails": [{"value": "a@work", "type": "work", "primary": true}, {"value": "a@home", "type": "home"}],
        ENTERPRISE_URN: {"department": "R", "manager": {"value": "m1", "$ref": "../Users/m1"}}});
    read_user(body, &schemas(), &Dialect::strict())
        .unwrap()
        .attributes
}

pub(super) fn message(operations: Value) -> Value {
    json!({"schemas": [PATCH_OP_URN], "Operations": operations})
}

pub(super) fn patched(operations: Value, dialect: &Dialect) -> Result<Patched, ScimError> {
    let patch = parse(message(operations), ResourceType::User, &schemas(), dialect)?;
    apply(&ada(), &patch)
}

/// Ada, changed by hand.
pub(super) fn ada_but(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = Value::Object(ada());
    change(&mut document);
    document
}

pub(super) fn without(value: &mut Value, name: &str) {
    if let Some(members) = value.as_object_mut() {
        members.shift_remove(name);
    }
}

#[track_caller]
fn check_with(
    row: &str,
    dialect: &Dialect,
    operations: Value,
    change: impl FnOnce(&mut Value),
    changed: &[&str],
) -> Patched {
    let patched = patched(operations, dialect).unwrap_or_else(|error| panic!("{row}: {error}"));
    assert_eq!(
        Value::Object(patched.attributes.clone()),
        ada_but(change),
        "{row}"
    );
    assert_eq!(patched.changed, changed, "{row}");
    patched
}

/// Both dialects do the same, and neither warns.
#[track_caller]
pub(super) fn check(row: &str, operations: Value, change: impl Fn(&mut Value), changed: &[&str]) {
    for dialect in [Dialect::strict(), Dialect::tolerant()] {
        let patched = check_with(row, &dialect, operations.clone(), &change, changed);
        assert_eq!(patched.warnings, [], "{row}");
    }
}

/// The tolerant dialect does it and warns; the strict one refuses.
#[track_caller]
pub(super) fn check_tolerant(
    row: &str,
    operations: Value,
    change: impl Fn(&mut Value),
    changed: &[&str],
    kind: WarningKind,
    strict: ScimType,
) {
    let patched_tolerantly = check_with(
        row,
        &Dialect::tolerant(),
        operations.clone(),
        change,
        changed,
    );
    assert!(
        patched_tolerantly
            .warnings
            .iter()
            .any(|warning| warning.kind == kind),
        "{row}: {:?}",
        patched_tolerantly.warnings
    );
    let error = patched(operations, &Dialect::strict()).expect_err(row);
    assert_eq!(
        (error.status, error.scim_type),
        (400, Some(strict)),
        "{row}: {error}"
    );
}

/// Both dialects refuse it.
#[track_caller]
pub(super) fn check_refused(row: &str, operations: Value, scim_type: ScimType) {
    for dialect in [Dialect::strict(), Dialect::tolerant()] {
        let error = patched(operations.clone(), &dialect).expect_err(row);
        assert_eq!(
            (error.status, error.scim_type),
            (400, Some(scim_type)),
            "{row}: {error}"
        );
    }
}

pub(super) fn push(ada: &mut Value, email: Value) {
    ada["emails"].as_array_mut().unwrap().push(email);
}

mod groups;
mod rows;
mod switches;

use serde_json::{Value, json};

use super::*;
use crate::scim::schema::{ENTERPRISE_URN, SHOPIFY_URN, USER_URN};

pub(super) fn schemas() -> Schemas {
    let extension = json!({"id": "urn:x:shop:1.0", "attributes": [
        {"name": "code", "required": true, "mutability": "immutable"},
        {"name": "level", "type": "integer"}, {"name": "score", "type": "decimal"},
        {"name": "since", "type": "dateTime"}, {"name": "photo", "type": "binary"},
        {"name": "home", "type": "reference"}, {"name": "tags", "multiValued": true},
        {"name": "pin", "mutability": "writeOnly", "returned": "never"},
        {"name": "visit", "type": "complex", "multiValued": true, "subAttributes": [{"name": "place", "required": true}]}]});
    Schemas::standard()
        .with_extension(ResourceType::User, &extension)
        .unwrap()
}

/// A user with `members` beside what every user needs.
pub(super) fn user(members: Value) -> Value {
    let mut body = json!({"schemas": [USER_URN], "userName": "ada"});
    merge(&mut body, members);
    body
}

fn merge(body: &mut Value, members: Value) {
    let Value::Object(members) = members else {
        panic!("not an object")
    };
    for (name, value) in members {
        body[name] = value;
    }
}

/// The canonical user that `members` make, without what every user has.
pub(super) fn read(members: Value, dialect: &Dialect) -> Result<Value, ScimError> {
    let mut attributes = read_user(user(members), &schemas(), dialect)?.attributes;
    for (name, usual) in [
        ("userName", json!("ada")),
        ("active", json!(true)),
        ("schemas", json!([USER_URN, SHOPIFY_URN])),
    ] {
        if attributes.get(name) == Some(&usual) {
            attributes.shift_remove(name);
        }
    }
    Ok(Value::Object(attributes))
}

/// Both dialects make the same of it, without a warning.
#[track_caller]
pub(super) fn check(row: &str, members: Value, want: Value) {
    for dialect in [Dialect::strict(), Dialect::tolerant()] {
        assert_eq!(read(members.clone(), &dialect), Ok(want.clone()), "{row}");
    }
}

/// Both dialects refuse it, for a reason that `detail` is part of.
#[track_caller]
pub(super) fn check_refused(row: &str, members: Value, scim_type: &str, detail: &str) {
    for dialect in [Dialect::strict(), Dialect::tolerant()] {
        let error = read(members.clone(), &dialect).expect_err(row);
        assert_eq!(error.status, 400, "{row}");
        assert_eq!(
            error.scim_type.map(|t| t.as_str()),
            Some(scim_type),
            "{row}: {error}"
        );
        assert!(error.detail.contains(detail), "{row}: {error}");
    }
}

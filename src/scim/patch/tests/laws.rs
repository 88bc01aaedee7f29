//! Laws that hold of every document.

use proptest::prelude::*;

use super::*;

fn text() -> impl Strategy<Value = String> {
    "[a-c]{1,3}"
}

fn element() -> impl Strategy<Value = Value> {
    (
        text(),
        proptest::option::of("work|home|other"),
        any::<bool>(),
    )
        .prop_map(|(value, kind, has_display)| {
            let mut element = json!({"value": value});
            if let Some(kind) = kind {
                element["type"] = kind.into();
            }
            if has_display {
                element["display"] = "d".into();
            }
            element
        })
}

/// A canonical user.
fn user() -> impl Strategy<Value = Map<String, Value>> {
    let title = proptest::option::of(text());
    let given_name = proptest::option::of(text());
    let department = proptest::option::of(text());
    let emails = proptest::collection::vec(element(), 0..4);
    let primary = proptest::option::of(0..4_usize);
    let tags = proptest::collection::vec(text(), 0..3);
    (title, given_name, department, emails, primary, tags, any::<bool>()).prop_map(|(title, given_name, department, mut emails, primary, tags, active)| {
        if let Some(email) = primary.and_then(|index| emails.get_mut(index)) {
            email["primary"] = true.into();
        }
        let body = json!({"schemas": [USER_URN], "userName": "u", "active": active, "title": title, "name": {"givenName": given_name},
            "emails": emails, ENTERPRISE_URN: {"department": department}, SHOP_URN: {"tags": tags}});
        read_user(body, &schemas(), &Dialect::tolerant()).unwrap().attributes
    })
}

fn paths() -> impl Strategy<Value = String> {
    let department = format!("{ENTERPRISE_URN}:department");
    let tags = format!("{SHOP_URN}:tags");
    prop_oneof![
        Just("title".to_owned()),
        Just("active".to_owned()),
        Just("name".to_owned()),
        Just("name.givenName".to_owned()),
        Just("emails".to_owned()),
        Just(department),
        Just(tags),
        Just("undeclared".to_owned()),
    ]
}

/// What stands at a path without filter; null when nothing does.
fn value_at(document: &Map<String, Value>, path: &str) -> Value {
    let mut value = Value::Object(document.clone());
    let (urn, name) = path
        .rsplit_once(':')
        .map_or((None, path), |(urn, name)| (Some(urn), name));
    for key in urn.into_iter().chain(name.split('.')) {
        value = value.get(key).cloned().unwrap_or_default();
    }
    value
}

fn run(
    document: &Map<String, Value>,
    operations: Value,
    dialect: &Dialect,
) -> Result<Patched, ScimError> {
    apply(
        document,
        &parse(message(operations), ResourceType::User, &schemas(), dialect)?,
    )
}

/// Operations that may or may not fit.
fn operations() -> impl Strategy<Value = Value> {
    let paths = prop_oneof![
        paths(),
        Just("userName".to_owned()),
        Just("emails[type eq \"work\"].value".to_owned()),
        Just("emails[primary eq true]".to_owned()),
        Just("emails.display".to_owned()),
        Just("undeclared.part".to_owned()),
        Just("urn:x:undeclared:1.0:part".to_owned()),
        Just(format!("{ENTERPRISE_URN}:manager")),
        Just(format!("{ENTERPRISE_URN}:manager.value")),
        Just(format!("{SHOP_URN}:level")),
    ];
    let value = prop_oneof![
        text().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        (0..3_i64).prop_map(Value::from),
        Just(Value::Null),
        element(),
        proptest::collection::vec(element(), 0..3).prop_map(Value::from),
        proptest::collection::vec(text(), 0..3).prop_map(Value::from),
    ];
    let operation = ("add|replace|remove", paths, value)
        .prop_map(|(op, path, value)| json!({"op": op, "path": path, "value": value}));
    proptest::collection::vec(operation, 0..5).prop_map(Value::from)
}

/// The operations that undo what changed `document`.
fn back(document: &Map<String, Value>, changed: &[String]) -> Value {
    let mut operations = Vec::new();
    for name in changed {
        // Replacing a complex value merges it, so that it is removed first.
        if name != "userName" {
            operations.push(json!({"op": "remove", "path": name}));
        }
        let old = value_at(document, name);
        if !old.is_null() {
            operations.push(json!({"op": "replace", "path": name, "value": old}));
        }
    }
    operations.into()
}

/// The operations with every name in upper case; a filter's values stay.
fn shouted(operations: &Value) -> Value {
    let operation = |operation: &Value| {
        let path = operation["path"].as_str().unwrap_or_default();
        let mut parts = path.split('"').map(str::to_owned).collect::<Vec<_>>();
        for name in parts.iter_mut().step_by(2) {
            *name = name.to_uppercase();
        }
        let op = operation["op"].as_str().unwrap_or_default().to_uppercase();
        json!({"OP": op, "Path": parts.join("\""), "VALUE": operation["value"]})
    };
    let operations = operations.as_array().into_iter().flatten();
    operations.map(operation).collect()
}

/// The operations without paths, these as keys of their values. What `remove` and filters do cannot be said so.
fn keyed(operations: &Value) -> Option<Value> {
    let operation = |operation: &Value| {
        let path = operation["path"].as_str()?;
        let can_be_said = operation["op"] != "remove" && !path.contains('[');
        can_be_said.then(|| json!({"op": operation["op"], "value": {path: operation["value"]}}))
    };
    operations.as_array()?.iter().map(operation).collect()
}

proptest! {
    #[test]
    fn replacing_with_the_present_value_changes_nothing(document in user(), path in paths()) {
        let value = value_at(&document, &path);
        let patched = run(&document, json!([{"op": "replace", "path": path, "value": value}]), &Dialect::tolerant()).unwrap();
        prop_assert_eq!(patched.changed, Vec::<String>::new());
        prop_assert_eq!(patched.attributes, document);
    }

    #[test]
    fn adding_what_is_there_changes_nothing(document in user(), path in paths()) {
        let value = value_at(&document, &path);
        let patched = run(&document, json!([{"op": "add", "path": path, "value": value}]), &Dialect::tolerant()).unwrap();
        prop_assert_eq!(patched.attributes, document);
    }

    #[test]
    fn a_fresh_element_added_and_removed_leaves_no_trace(document in user()) {
        let fresh = json!([{"op": "add", "path": "emails", "value": [{"value": "fresh", "type": "other"}]}]);
        let added = run(&document, fresh, &Dialect::strict()).unwrap();
        prop_assert_eq!(&added.changed, &["emails"]);
        let removed = run(&added.attributes, json!([{"op": "remove", "path": "emails[value eq \"fresh\"]"}]), &Dialect::strict()).unwrap();
        prop_assert_eq!(removed.attributes, document);
    }

    #[test]
    fn a_value_set_and_restored_leaves_no_trace(document in user(), path in paths().prop_filter("text", |path| !["active", "name", "emails"].contains(&path.as_str()) && !path.ends_with("tags"))) {
        let old = value_at(&document, &path);
        let set = run(&document, json!([{"op": "replace", "path": path, "value": "fresh"}]), &Dialect::tolerant()).unwrap();
        prop_assert_eq!(set.changed.len(), 1);
        let restored = run(&set.attributes, json!([{"op": "replace", "path": path, "value": old}]), &Dialect::tolerant()).unwrap();
        prop_assert_eq!(restored.attributes, document);
    }

    #[test]
    fn a_patch_applies_whole_or_not_at_all(document in user(), operations in operations()) {
        let before = document.clone();
        let result = run(&document, operations.clone(), &Dialect::tolerant());
        prop_assert_eq!(&document, &before);
        if let Ok(patched) = result {
            prop_assert_eq!(patched.changed.is_empty(), patched.attributes == before);
            // What was made is as canonical as what a client sends anew.
            let again = read_user(Value::Object(patched.attributes.clone()), &schemas(), &Dialect::tolerant()).unwrap();
            prop_assert_eq!(again.attributes, patched.attributes);
        }
    }

    #[test]
    fn the_operations_of_one_patch_are_patches_in_a_row(document in user(), operations in operations()) {
        let together = run(&document, operations.clone(), &Dialect::tolerant());
        let mut one_by_one = Ok(document);
        for operation in operations.as_array().unwrap() {
            one_by_one = one_by_one.and_then(|document| run(&document, json!([operation]), &Dialect::tolerant()).map(|patched| patched.attributes));
        }
        prop_assert_eq!(together.map(|patched| patched.attributes).ok(), one_by_one.ok());
    }

    #[test]
    fn what_changed_tells_the_way_back(document in user(), operations in operations()) {
        if let Ok(patched) = run(&document, operations, &Dialect::tolerant()) {
            let restored = run(&patched.attributes, back(&document, &patched.changed), &Dialect::tolerant()).unwrap();
            prop_assert_eq!(&restored.attributes, &document);
            let mut changed_back = restored.changed;
            changed_back.sort();
            prop_assert_eq!(changed_back, patched.changed);
        }
    }

    #[test]
    fn names_are_understood_in_any_case(document in user(), operations in operations()) {
        let shouted = shouted(&operations);
        for dialect in [Dialect::strict(), Dialect::tolerant()] {
            let kept = run(&document, operations.clone(), &dialect);
            let said = run(&document, shouted.clone(), &dialect);
            // Of what nobody declares, the spelling is the client's.
            if kept.as_ref().is_ok_and(|patched| patched.warnings.iter().any(|warning| warning.kind == WarningKind::UnknownAttribute)) {
                prop_assert!(said.is_ok());
                continue;
            }
            prop_assert_eq!(said.as_ref().map(|patched| &patched.attributes).ok(), kept.as_ref().map(|patched| &patched.attributes).ok());
            prop_assert_eq!(said.err().map(|error| error.scim_type), kept.err().map(|error| error.scim_type));
        }
    }

    #[test]
    fn a_key_of_the_value_is_as_good_as_a_path(document in user(), operations in operations()) {
        if let Some(keyed) = keyed(&operations) {
            for dialect in [Dialect::strict(), Dialect::tolerant()] {
                let by_path = run(&document, operations.clone(), &dialect).map(|patched| patched.attributes);
                let by_key = run(&document, keyed.clone(), &dialect).map(|patched| patched.attributes);
                prop_assert_eq!(by_key, by_path);
            }
        }
    }

    #[test]
    fn tolerance_changes_nothing_that_needs_none(document in user(), operations in operations()) {
        // But for `remove` with a list, which the two dialects read differently.
        let lists = |operation: &Value| operation["op"] == "remove" && !operation["value"].is_null();
        let strict = run(&document, operations.clone(), &Dialect::strict());
        if let (Ok(strict), false) = (strict, operations.as_array().unwrap().iter().any(lists)) {
            let tolerant = run(&document, operations, &Dialect::tolerant());
            prop_assert_eq!(tolerant.ok(), Some(strict));
        }
    }
}

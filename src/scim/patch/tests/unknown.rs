//! Attributes that no schema declares.

use super::*;

#[track_caller]
fn check_kept(row: &str, operations: Value, change: impl Fn(&mut Value), changed: &[&str]) {
    check_tolerant(
        row,
        operations,
        change,
        changed,
        WarningKind::UnknownAttribute,
        ScimType::InvalidPath,
    );
}

fn listed(urn: &'static str, members: Value) -> impl Fn(&mut Value) {
    move |ada| {
        ada["schemas"].as_array_mut().unwrap().push(urn.into());
        ada[urn] = members.clone();
    }
}

#[test]
fn an_undeclared_attribute_is_kept_and_sinks_nothing() {
    check_kept(
        "D18, R23",
        json!([{"op": "add", "path": "favouriteColour", "value": "red"}]),
        |ada| ada["favouriteColour"] = "red".into(),
        &["favouriteColour"],
    );
    check_kept(
        "R23",
        json!([{"op": "replace", "value": {"shoe.size": 42, "title": "U"}}]),
        |ada| {
            ada["shoe"] = json!({"size": 42});
            ada["title"] = "U".into();
        },
        &["shoe.size", "title"],
    );
    check_kept(
        "a part",
        json!([{"op": "replace", "path": "name.nick", "value": "A"}]),
        |ada| ada["name"]["nick"] = "A".into(),
        &["name.nick"],
    );
    check_kept(
        "a part of an extension",
        json!([{"op": "replace", "path": format!("{ENTERPRISE_URN}:badge"), "value": "7"}]),
        |ada| ada[ENTERPRISE_URN]["badge"] = "7".into(),
        &[&format!("{ENTERPRISE_URN}:badge")],
    );
    check_kept(
        "merged, then removed",
        json!([
            {"op": "add", "path": "custom", "value": {"a": 1, "list": [1], "b": null}},
            {"op": "add", "path": "CUSTOM", "value": {"A": 2, "list": [1, 2]}},
            {"op": "add", "value": {"gone": 1}},
            {"op": "remove", "path": "Gone"}
        ]),
        |ada| ada["custom"] = json!({"a": 2, "list": [1, 2]}),
        &["custom.a", "custom.list"],
    );
}

#[test]
fn an_undeclared_extension_is_kept() {
    let urn = "urn:x:custom:2.0:User";
    let tag = "urn:x:custom:2.0:User:tag";
    check_kept(
        "corner 26, R23",
        json!([{"op": "Add", "path": tag, "value": "gold"}]),
        listed(urn, json!({"tag": "gold"})),
        &[tag],
    );
    check_kept(
        "corner 26: key",
        json!([{"op": "replace", "value": {tag: "gold"}}]),
        listed(urn, json!({"tag": "gold"})),
        &[tag],
    );
    check_kept(
        "corner 26: object",
        json!([{"op": "replace", "value": {urn: {"tag": "gold", "none": null}}}]),
        listed(urn, json!({"tag": "gold"})),
        &[tag],
    );
    check_kept(
        "corner 26: whole, then a part",
        json!([{"op": "add", "path": urn, "value": {"tag": "gold", "old": 1}}, {"op": "replace", "path": "URN:X:custom:2.0:User:TAG", "value": "red"}, {"op": "remove", "path": "urn:x:custom:2.0:User:old"}]),
        listed(urn, json!({"tag": "red"})),
        &[tag],
    );
    check_kept(
        "corner 29",
        json!([{"op": "add", "path": tag, "value": "gold"}, {"op": "remove", "path": tag}]),
        |_| {},
        &[],
    );
    check_kept(
        "corner 29: whole",
        json!([{"op": "add", "path": tag, "value": "gold"}, {"op": "remove", "path": urn}]),
        |_| {},
        &[],
    );
    check_kept(
        "corner 27",
        json!([{"op": "add", "path": "urn:y:ext:1.0", "value": {"a": 1}}]),
        listed("urn:y:ext:1.0", json!({"a": 1})),
        &["urn:y:ext:1.0:a"],
    );
}

#[test]
fn a_path_into_what_cannot_be_is_passed_over() {
    for path in [
        "custom[type eq \"x\"].value",
        "emails.nick",
        "emails[nick eq \"x\"].value",
        "emails[type eq \"work\"].nick",
        "userName.value",
    ] {
        let operations = json!([{"op": "replace", "path": path, "value": "x"}, {"op": "replace", "path": "title", "value": "U"}]);
        let tolerant = patched(operations.clone(), &Dialect::tolerant()).unwrap();
        assert_eq!(tolerant.changed, ["title"], "R23: {path}");
        assert_eq!(
            tolerant.warnings[0].kind,
            WarningKind::IgnoredPath,
            "{path}"
        );
        assert!(patched(operations, &Dialect::strict()).is_err(), "{path}");
    }
    let behind_core = |urn: &str| format!("{USER_URN}:{urn}");
    for path in [
        format!("{SHOPIFY_URN}:extra"),
        behind_core(SHOPIFY_URN),
        behind_core("urn:x:nobody"),
    ] {
        for operation in [
            json!({"op": "replace", "path": path, "value": {"syncState": "synced"}}),
            json!({"op": "replace", "value": {path.clone(): {"syncState": "synced"}}}),
        ] {
            let tolerant = patched(json!([operation]), &Dialect::tolerant()).unwrap();
            assert_eq!(
                tolerant.attributes,
                ada(),
                "R23: nobody writes there: {path}"
            );
        }
    }
}

#[test]
fn an_undeclared_member_is_where_post_and_put_put_it() {
    let odd = "odd*name";
    for value in [
        json!({ENTERPRISE_URN: {odd: "x"}}),
        json!({format!("{ENTERPRISE_URN}:{odd}"): "x"}),
        json!({format!("{}:{odd}", ENTERPRISE_URN.to_uppercase()): "x"}),
    ] {
        let mut body = ada_but(|_| {});
        for (name, value) in value.as_object().unwrap() {
            match body.get_mut(name) {
                Some(Value::Object(members)) => members.extend(value.as_object().unwrap().clone()),
                _ => body[name] = value.clone(),
            }
        }
        let sent = read_user(body, &schemas(), &Dialect::tolerant()).unwrap();
        assert_eq!(sent.attributes[ENTERPRISE_URN][odd], "x", "{value}");
        check_tolerant(
            "R15: odd name",
            json!([{"op": "add", "value": value}]),
            |ada| ada[ENTERPRISE_URN][odd] = "x".into(),
            &[&format!("{ENTERPRISE_URN}:{odd}")],
            WarningKind::UnknownAttribute,
            ScimType::InvalidSyntax,
        );
    }
}

#[test]
fn an_undeclared_urn_stays_where_it_is_when_another_one_comes() {
    let odd = "urn:x:odd:2.0";
    let operations = json!([{"op": "replace", "value": {odd: "1", "urn:x:attr": "2"}}]);
    let once = patched(operations.clone(), &Dialect::tolerant()).unwrap();
    assert_eq!(once.attributes[odd], "1", "R23");
    let patch = parse(
        message(operations),
        ResourceType::User,
        &schemas(),
        &Dialect::tolerant(),
    );
    let twice = apply(&once.attributes, &patch.unwrap()).unwrap();
    assert_eq!(twice.changed, [""; 0], "R23");
}

//! RFC 7644 §3.5.2: what each operation does to single values, extensions and whole resources.

use super::*;

#[test]
fn a_single_value_is_set_and_removed() {
    let title = |title: &'static str| move |ada: &mut Value| ada["title"] = title.into();
    check(
        "D1",
        json!([{"op": "Replace", "path": "title", "value": "U"}]),
        title("U"),
        &["title"],
    );
    check(
        "D9",
        json!([{"op": "replace", "path": "TITLE", "value": "U"}]),
        title("U"),
        &["title"],
    );
    check(
        "D8",
        json!([{"op": "replace", "path": format!("{USER_URN}:title"), "value": "U"}]),
        title("U"),
        &["title"],
    );
    check(
        "add sets",
        json!([{"op": "add", "path": "title", "value": "U"}]),
        title("U"),
        &["title"],
    );
    check(
        "corner 20",
        json!([{"op": "replace", "path": "nickName", "value": "A"}]),
        |ada| ada["nickName"] = "A".into(),
        &["nickName"],
    );
    check(
        "remove",
        json!([{"op": "remove", "path": "title"}]),
        |ada| without(ada, "title"),
        &["title"],
    );
    check(
        "D26",
        json!([{"op": "replace", "path": "title", "value": null}]),
        |ada| without(ada, "title"),
        &["title"],
    );
    check(
        "D26",
        json!([{"op": "replace", "path": "title", "value": []}]),
        |ada| without(ada, "title"),
        &["title"],
    );
    check(
        "R15",
        json!([{"op": "replace", "path": "title", "value": ""}]),
        title(""),
        &["title"],
    );
    check(
        "add null",
        json!([{"op": "add", "path": "title", "value": null}]),
        |_| {},
        &[],
    );
    check(
        "corner 25",
        json!([{"op": "replace", "path": "title", "value": "T"}]),
        |_| {},
        &[],
    );
    check(
        "remove what is absent",
        json!([{"op": "remove", "path": "nickName"}]),
        |_| {},
        &[],
    );
    check(
        "externalId null",
        json!([{"op": "replace", "value": {"externalId": null}}]),
        |ada| without(ada, "externalId"),
        &["externalId"],
    );
    check(
        "boolean",
        json!([{"op": "replace", "path": "active", "value": false}]),
        |ada| ada["active"] = false.into(),
        &["active"],
    );
    check(
        "R17: active unassigned",
        json!([{"op": "replace", "path": "active", "value": false}, {"op": "remove", "path": "active"}]),
        |_| {},
        &[],
    );
    check(
        "password",
        json!([{"op": "replace", "path": "password", "value": "x"}, {"op": "replace", "value": {"password": "y"}}]),
        |_| {},
        &[],
    );
}

#[test]
fn a_complex_value_is_merged() {
    let family = |ada: &mut Value| ada["name"]["familyName"] = "K".into();
    check(
        "D3",
        json!([{"op": "replace", "path": "name", "value": {"familyName": "K"}}]),
        family,
        &["name.familyName"],
    );
    check(
        "D3: add",
        json!([{"op": "add", "path": "name", "value": {"FAMILYNAME": "K"}}]),
        family,
        &["name.familyName"],
    );
    check(
        "D3: part",
        json!([{"op": "replace", "path": "name.familyName", "value": "K"}]),
        family,
        &["name.familyName"],
    );
    check(
        "corner 22",
        json!([{"op": "remove", "path": "name.familyName"}]),
        |ada| without(&mut ada["name"], "familyName"),
        &["name.familyName"],
    );
    check(
        "corner 22: empty parent",
        json!([{"op": "remove", "path": "name.familyName"}, {"op": "replace", "path": "name.givenName", "value": null}]),
        |ada| without(ada, "name"),
        &["name.familyName", "name.givenName"],
    );
    check(
        "D26: a part",
        json!([{"op": "replace", "path": "name", "value": {"familyName": null, "middleName": "M"}}]),
        |ada| ada["name"] = json!({"givenName": "Ada", "middleName": "M"}),
        &["name.familyName", "name.middleName"],
    );
    check(
        "D26: whole",
        json!([{"op": "replace", "path": "name", "value": null}]),
        |ada| without(ada, "name"),
        &["name.familyName", "name.givenName"],
    );
    check(
        "nothing to merge",
        json!([{"op": "replace", "path": "name", "value": {}}]),
        |_| {},
        &[],
    );
}

#[test]
fn without_a_path_the_value_is_a_part_of_the_resource() {
    let family = |ada: &mut Value| ada["name"]["familyName"] = "K".into();
    check(
        "D2",
        json!([{"op": "replace", "value": {"title": "U", "name": {"familyName": "K"}}}]),
        |ada| {
            ada["title"] = "U".into();
            family(ada);
        },
        &["name.familyName", "title"],
    );
    check(
        "D4",
        json!([{"op": "replace", "value": {"name.familyName": "K"}}]),
        family,
        &["name.familyName"],
    );
    check(
        "corner 28",
        json!([{"op": "add", "value": {format!("{USER_URN}:NAME.familyname"): "K"}}]),
        family,
        &["name.familyName"],
    );
    check(
        "D32",
        json!([{"op": "replace", "value": {"active": false}}]),
        |ada| ada["active"] = false.into(),
        &["active"],
    );
    check(
        "D33",
        json!([{"op": "replace", "value": {"id": "other", "meta": {"version": "1"}, "groups": [], "schemas": ["x"], "title": "U"}}]),
        |ada| ada["title"] = "U".into(),
        &["title"],
    );
    check(
        "a filter in a key",
        json!([{"op": "replace", "value": {"emails[type eq \"home\"].value": "h"}}]),
        |ada| ada["emails"][1]["value"] = "h".into(),
        &["emails"],
    );
    check(
        "null unassigns",
        json!([{"op": "replace", "value": {"title": null, "nickName": null}}]),
        |ada| without(ada, "title"),
        &["title"],
    );
    check(
        "add appends",
        json!([{"op": "add", "value": {"emails": [{"value": "b"}]}}]),
        |ada| push(ada, json!({"value": "b"})),
        &["emails"],
    );
    check(
        "core URN object",
        json!([{"op": "replace", "value": {USER_URN: {"title": "U", "id": "x"}}}]),
        |ada| ada["title"] = "U".into(),
        &["title"],
    );
}

#[test]
fn an_extension_is_reached_by_its_urn() {
    let department = format!("{ENTERPRISE_URN}:department");
    let set = |ada: &mut Value| ada[ENTERPRISE_URN]["department"] = "S".into();
    let changed = [department.as_str()];
    check(
        "D5",
        json!([{"op": "replace", "value": {&department: "S"}}]),
        set,
        &changed,
    );
    check(
        "D6",
        json!([{"op": "replace", "value": {ENTERPRISE_URN: {"department": "S"}}}]),
        set,
        &changed,
    );
    check(
        "D6: as path",
        json!([{"op": "add", "path": ENTERPRISE_URN, "value": {"DEPARTMENT": "S"}}]),
        set,
        &changed,
    );
    check(
        "D7",
        json!([{"op": "replace", "path": department, "value": "S"}]),
        set,
        &changed,
    );
    let shop = |members: Value| {
        move |ada: &mut Value| {
            ada["schemas"].as_array_mut().unwrap().push(SHOP_URN.into());
            ada[SHOP_URN] = members.clone();
        }
    };
    check(
        "D7, corner 27",
        json!([{"op": "add", "path": "urn:x:shop:1.0:level", "value": 3}]),
        shop(json!({"level": 3})),
        &["urn:x:shop:1.0:level"],
    );
    check(
        "D7",
        json!([{"op": "add", "path": "URN:X:SHOP:1.0:Tags", "value": ["a", "b", "a"]}]),
        shop(json!({"tags": ["a", "b"]})),
        &["urn:x:shop:1.0:tags"],
    );
    let gone = |ada: &mut Value| {
        ada["schemas"] = json!([USER_URN, SHOPIFY_URN]);
        without(ada, ENTERPRISE_URN);
    };
    let manager = format!("{ENTERPRISE_URN}:manager");
    let all = [department.as_str(), manager.as_str()];
    check(
        "D31",
        json!([{"op": "remove", "path": ENTERPRISE_URN}]),
        gone,
        &all,
    );
    check(
        "D31: null",
        json!([{"op": "replace", "value": {ENTERPRISE_URN: null}}]),
        gone,
        &all,
    );
    check(
        "corner 29",
        json!([{"op": "remove", "path": department}, {"op": "remove", "path": manager}]),
        gone,
        &all,
    );
    check(
        "remove what is absent",
        json!([{"op": "remove", "path": "urn:x:shop:1.0:level"}, {"op": "remove", "path": SHOP_URN}]),
        |_| {},
        &[],
    );
}

#[test]
fn a_manager_is_one_value() {
    let manager = format!("{ENTERPRISE_URN}:manager");
    let to = |value: Value| move |ada: &mut Value| ada[ENTERPRISE_URN]["manager"] = value.clone();
    let changed = [manager.as_str()];
    check(
        "set",
        json!([{"op": "replace", "path": manager, "value": {"value": "m2", "displayName": "Boss"}}]),
        to(json!({"value": "m2"})),
        &changed,
    );
    check(
        "a part",
        json!([{"op": "replace", "path": format!("{manager}.value"), "value": "m2"}]),
        to(json!({"value": "m2"})),
        &changed,
    );
    check(
        "same",
        json!([{"op": "replace", "path": manager, "value": {"value": "m1"}}]),
        |_| {},
        &[],
    );
    check(
        "corner 23",
        json!([{"op": "replace", "path": format!("{manager}[value eq \"m1\"].$ref"), "value": "x"}]),
        to(json!({"value": "m1", "$ref": "x"})),
        &changed,
    );
    let gone = |ada: &mut Value| without(&mut ada[ENTERPRISE_URN], "manager");
    check(
        "corner 23: remove",
        json!([{"op": "remove", "path": format!("{manager}[value eq \"m1\"]")}]),
        gone,
        &changed,
    );
    check(
        "corner 23: another",
        json!([{"op": "remove", "path": format!("{manager}[value eq \"m2\"]")}]),
        |_| {},
        &[],
    );
    check(
        "its value removed",
        json!([{"op": "remove", "path": format!("{manager}.value")}]),
        gone,
        &changed,
    );
}

//! RFC 7644 §3.5.2: what each operation does to multi-valued attributes.

use super::*;

#[test]
fn a_list_is_added_to_and_replaced() {
    check(
        "D23",
        json!([{"op": "add", "path": "emails", "value": [{"value": "b", "type": "other"}]}]),
        |ada| push(ada, json!({"value": "b", "type": "other"})),
        &["emails"],
    );
    check(
        "D23: one value",
        json!([{"op": "add", "path": "emails", "value": {"value": "b"}}]),
        |ada| push(ada, json!({"value": "b"})),
        &["emails"],
    );
    check(
        "D24",
        json!([{"op": "add", "path": "emails", "value": [{"value": "a@home", "type": "home"}]}]),
        |_| {},
        &[],
    );
    check(
        "D24: less said",
        json!([{"op": "add", "path": "emails", "value": [{"value": "a@home"}]}]),
        |_| {},
        &[],
    );
    check(
        "other type",
        json!([{"op": "add", "path": "emails", "value": [{"value": "a@home", "type": "other"}]}]),
        |ada| push(ada, json!({"value": "a@home", "type": "other"})),
        &["emails"],
    );
    check(
        "D25",
        json!([{"op": "replace", "path": "emails", "value": [{"value": "b"}]}]),
        |ada| ada["emails"] = json!([{"value": "b"}]),
        &["emails"],
    );
    check(
        "D26",
        json!([{"op": "replace", "path": "emails", "value": []}]),
        |ada| without(ada, "emails"),
        &["emails"],
    );
    check(
        "remove",
        json!([{"op": "remove", "path": "emails"}]),
        |ada| without(ada, "emails"),
        &["emails"],
    );
    check(
        "all parts",
        json!([{"op": "replace", "path": "emails.type", "value": "other"}]),
        |ada| {
            ada["emails"][0]["type"] = "other".into();
            ada["emails"][1]["type"] = "other".into();
        },
        &["emails"],
    );
    check(
        "no element yet",
        json!([{"op": "replace", "path": "roles.value", "value": "r"}]),
        |ada| ada["roles"] = json!([{"value": "r"}]),
        &["roles"],
    );
}

#[test]
fn a_filter_chooses_elements() {
    let work =
        |value: &'static str| move |ada: &mut Value| ada["emails"][0]["value"] = value.into();
    check(
        "D10",
        json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "b"}]),
        work("b"),
        &["emails"],
    );
    check(
        "D10: case",
        json!([{"op": "replace", "path": "EMAILS[Type EQ \"WORK\"].Value", "value": "b"}]),
        work("b"),
        &["emails"],
    );
    check(
        "D30",
        json!([{"op": "replace", "path": "emails[primary eq true].value", "value": "b"}]),
        work("b"),
        &["emails"],
    );
    check(
        "D30: Entra",
        json!([{"op": "replace", "path": "emails[primary eq \"True\"].value", "value": "b"}]),
        work("b"),
        &["emails"],
    );
    check(
        "D13",
        json!([{"op": "remove", "path": "emails[type eq \"home\"]"}]),
        |ada| ada["emails"] = json!([ada["emails"][0]]),
        &["emails"],
    );
    check(
        "D14",
        json!([{"op": "remove", "path": "emails[value sw \"a@\"]"}]),
        |ada| without(ada, "emails"),
        &["emails"],
    );
    check(
        "D14: value",
        json!([{"op": "remove", "path": "emails[type eq \"home\"].value"}]),
        |ada| ada["emails"] = json!([ada["emails"][0]]),
        &["emails"],
    );
    check(
        "a part",
        json!([{"op": "remove", "path": "emails[type eq \"work\"].primary"}]),
        |ada| without(&mut ada["emails"][0], "primary"),
        &["emails"],
    );
    check(
        "remove without match",
        json!([{"op": "remove", "path": "emails[type eq \"other\"]"}]),
        |_| {},
        &[],
    );
    check(
        "the element is replaced",
        json!([{"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "b"}}]),
        |ada| ada["emails"][0] = json!({"type": "work", "value": "b"}),
        &["emails"],
    );
    check(
        "the element is added to",
        json!([{"op": "add", "path": "emails[type eq \"work\"]", "value": {"display": "d"}}]),
        |ada| ada["emails"][0]["display"] = "d".into(),
        &["emails"],
    );
    check(
        "several become one",
        json!([{"op": "replace", "path": "emails[value co \"@\"]", "value": {"value": "b", "type": "work"}}]),
        |ada| ada["emails"] = json!([{"value": "b", "type": "work"}]),
        &["emails"],
    );
}

#[test]
fn one_value_is_primary() {
    let home_wins = |ada: &mut Value| {
        ada["emails"][0]["primary"] = false.into();
        ada["emails"][1]["primary"] = true.into();
    };
    check(
        "D21, corner 21",
        json!([{"op": "add", "path": "emails", "value": [{"value": "b", "primary": true}]}]),
        |ada| {
            ada["emails"][0]["primary"] = false.into();
            push(ada, json!({"value": "b", "primary": true}));
        },
        &["emails"],
    );
    check(
        "D21: present",
        json!([{"op": "add", "path": "emails", "value": [{"value": "a@home", "primary": true}]}]),
        home_wins,
        &["emails"],
    );
    check(
        "D22",
        json!([{"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}]),
        home_wins,
        &["emails"],
    );
    check(
        "D22: element",
        json!([{"op": "add", "path": "emails[type eq \"home\"]", "value": {"primary": true}}]),
        home_wins,
        &["emails"],
    );
    check(
        "the first of several",
        json!([{"op": "replace", "path": "emails.primary", "value": true}]),
        |ada| ada["emails"][1]["primary"] = false.into(),
        &["emails"],
    );
    check_tolerant(
        "A6",
        json!([{"op": "replace", "path": "emails", "value": [{"value": "b", "primary": true}, {"value": "c", "primary": true}]}]),
        |ada| {
            ada["emails"] =
                json!([{"value": "b", "primary": true}, {"value": "c", "primary": false}])
        },
        &["emails"],
        WarningKind::SeveralPrimary,
        ScimType::InvalidValue,
    );
}

#[test]
fn operations_follow_each_other() {
    check("corner 47", json!([]), |_| {}, &[]);
    check(
        "E7: there and back",
        json!([{"op": "replace", "path": "title", "value": "U"}, {"op": "replace", "path": "title", "value": "T"}]),
        |_| {},
        &[],
    );
    check(
        "corner 24",
        json!([{"op": "remove", "path": "emails"}, {"op": "add", "path": "emails", "value": [{"value": "b"}]}]),
        |ada| ada["emails"] = json!([{"value": "b"}]),
        &["emails"],
    );
}

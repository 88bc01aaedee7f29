//! `customers` and `customersCount`: the lag, the pages, the traps.

use serde_json::{Value, json};

use super::{Bench, SHOP};
use crate::mock::{CustomerId, ShopPatch};

fn emails(bench: &Bench, query: &str) -> Vec<String> {
    let text = "query($q: String) { customers(first: 250, query: $q) { nodes { email } } }";
    let data = bench.data(text, json!({"q": query}));
    data["customers"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["email"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn a_search_sees_a_change_only_after_the_lag() {
    let bench = Bench::new();
    let id = bench.create(json!({"email": "ada@example.com"}));
    let query = "email:\"ada@example.com\"";
    assert_eq!(emails(&bench, query).len(), 0);
    assert_eq!(
        emails(&bench, "").len(),
        1,
        "without a query the truth is listed"
    );
    bench.clock.advance(1_499);
    assert_eq!(emails(&bench, query).len(), 0);
    bench.clock.advance(1);
    assert_eq!(emails(&bench, query), ["ada@example.com"]);
    let change = json!({"email": "grace@example.com"})
        .as_object()
        .unwrap()
        .clone();
    let number = CustomerId::parse(&id).unwrap();
    bench.engine.update_customer(SHOP, number, &change).unwrap();
    assert_eq!(
        emails(&bench, query),
        ["grace@example.com"],
        "an old entry leads to the new customer"
    );
    bench.clock.advance(1_500);
    assert_eq!(emails(&bench, query).len(), 0);
    bench.engine.delete_customer(SHOP, number).unwrap();
    assert_eq!(
        emails(&bench, "grace").len(),
        0,
        "a hit that is gone is not shown"
    );
}

#[test]
fn an_email_search_is_tokenised() {
    let bench = Bench::new();
    let patch = ShopPatch {
        search_lag_ms: Some(0),
        ..ShopPatch::default()
    };
    bench.engine.patch_shop(SHOP, patch).unwrap();
    for email in ["ada@example.com", "ada@example.com.ua", "grace@example.com"] {
        bench.create(json!({"email": email}));
    }
    assert_eq!(
        emails(&bench, "email:\"ada@example.com\""),
        ["ada@example.com", "ada@example.com.ua"]
    );
    assert_eq!(emails(&bench, "email:example.com").len(), 3);
    assert_eq!(
        emails(&bench, "emial:\"ada@example.com\"").len(),
        3,
        "an unknown field finds everybody"
    );
}

#[test]
fn unknown_search_fields_are_warned_of_and_ignored() {
    let bench = Bench::new();
    bench.create(json!({"email": "ada@example.com"}));
    bench.create(json!({"email": "grace@example.com"}));
    let body = bench.body(
        "{ matching: customersCount(query: \"email:grace@example.com\") { count precision } }",
        json!({}),
    );
    assert_eq!(
        body["data"],
        json!({"matching": {"count": 2, "precision": "EXACT"}})
    );
    let want = json!([{
        "path": ["matching"],
        "query": "email:grace@example.com",
        "parsed": {"field": "email", "match_all": "grace@example.com"},
        "warnings": [{"field": "email", "message": "Invalid search field for this query.", "code": "invalid_field"}],
    }]);
    assert_eq!(body["extensions"]["search"], want);
    let counted = bench.body(
        "{ customersCount(limit: 1) { count precision } }",
        json!({}),
    );
    assert_eq!(
        counted["data"]["customersCount"],
        json!({"count": 1, "precision": "AT_LEAST"})
    );
    assert_eq!(counted["extensions"].get("search"), None);
}

#[test]
fn pages_follow_each_other_in_both_directions() {
    let bench = Bench::new();
    for name in ["c", "a", "b"] {
        bench.create(json!({"firstName": name}));
    }
    let page = |arguments: Value| {
        let query = "query($first: Int, $last: Int, $after: String, $before: String, $reverse: Boolean, $key: CustomerSortKeys) {
          customers(first: $first, last: $last, after: $after, before: $before, reverse: $reverse, sortKey: $key) {
            edges { cursor node { firstName } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
          }
        }";
        let data = bench.data(query, arguments);
        let connection = &data["customers"];
        let names: String = connection["edges"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|edge| edge["node"]["firstName"].as_str())
            .collect();
        let info = connection["pageInfo"].clone();
        let flags = (info["hasPreviousPage"] == true, info["hasNextPage"] == true);
        (
            names,
            flags,
            info["startCursor"].clone(),
            info["endCursor"].clone(),
        )
    };
    let (names, flags, _, end) = page(json!({"first": 2}));
    assert_eq!((names.as_str(), flags), ("ca", (false, true)));
    let (names, flags, start, _) = page(json!({"first": 2, "after": end}));
    assert_eq!((names.as_str(), flags), ("b", (true, false)));
    let (names, flags, ..) = page(json!({"last": 1, "before": start}));
    assert_eq!((names.as_str(), flags), ("a", (true, true)));
    assert_eq!(page(json!({"first": 9, "key": "NAME"})).0, "abc");
    assert_eq!(page(json!({"first": 9, "reverse": true})).0, "bac");
}

#[test]
fn a_page_must_be_asked_for_rightly() {
    let bench = Bench::new();
    let check = |arguments: &str| {
        let body = bench.body(
            &format!("{{ customers{arguments} {{ nodes {{ id }} }} }}"),
            json!({}),
        );
        assert_eq!(
            body["errors"][0]["extensions"]["code"], "BAD_REQUEST",
            "{body:#}"
        );
        assert_eq!(body["data"], Value::Null, "{arguments}");
    };
    check("");
    check("(first: 251)");
    check("(first: 1, last: 1)");
    check("(first: 1, after: \"nonsense\")");
}

//! Queries from URLs and bodies.

use serde_json::json;

use super::*;
use crate::scim::error::ScimType;

fn query(text: &str) -> Result<ListQuery, ScimError> {
    ListQuery::from_pairs(&parse_query_string(text)?)
}

#[test]
fn a_blank_is_written_as_plus_or_as_percent_20() {
    let check = |row: &str, text: &str, want: &str| {
        assert_eq!(
            query(text).unwrap().filter.as_deref(),
            Some(want),
            "{row}: {text}"
        );
    };
    check(
        "R5 OneLogin",
        "filter=userName+eq+%22u%22&",
        "userName eq \"u\"",
    );
    check(
        "R5 rauthy",
        "filter=userName%20eq%20%22user+tag@x%22",
        "userName eq \"user+tag@x\"",
    );
    check(
        "R5 escaped plus",
        "filter=userName+eq+%22user%2Btag@x%22",
        "userName eq \"user+tag@x\"",
    );
    check("R5 per parameter", "?sortBy=a%20b&filter=a+b", "a b");
    check("corner 42 UTF-8", "filter=%C3%A9", "é");
    check(
        "a lone percent sign",
        "filter=50%25+or+50%+%zz%",
        "50% or 50% %zz%",
    );
    check("case of names", "FILTER=a", "a");
    check("equals sign in the value", "filter=a=b", "a=b");
    check("no value", "filter", "");
}

#[test]
fn bytes_that_are_no_utf8_are_refused() {
    let check = |text: &str, want: ScimType| {
        let error = query(text).unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(want)), "{text}");
    };
    check("filter=%ff", ScimType::InvalidFilter);
    check("sortBy=%C3", ScimType::InvalidValue);
    check("%ff=1", ScimType::InvalidValue);
}

#[test]
fn pages_are_counted_as_the_rfc_says() {
    let check = |row: &str, text: &str, start_index: usize, page_size: usize| {
        let query = query(text).unwrap_or_else(|error| panic!("{row}: {text}: {error}"));
        assert_eq!(query.paging, Paging::Index { start_index }, "{row}: {text}");
        assert_eq!(
            query.page_size(DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE),
            page_size,
            "{row}: {text}"
        );
    };
    check("R10", "", 1, 100);
    check("R10", "startIndex=7", 7, 100);
    check("Okta", "startIndex=1&count=2", 1, 2);
    check("C2", "count=0", 1, 0);
    check("C3, corner 14", "count=-3", 1, 0);
    check("C4, corner 14", "startIndex=0", 1, 100);
    check("C4, corner 14", "startIndex=-5", 1, 100);
    check("R9", "count=100", 1, 100);
    check("R9", "count=5000", 1, 200);
    check(
        "too large for a number",
        "count=99999999999999999999999&startIndex=99999999999999999999999",
        usize::MAX,
        200,
    );
    check("empty", "count=&startIndex=", 1, 100);
    check("case of names", "STARTINDEX=4&Count=9", 4, 9);
    check(
        "corner 12",
        "aadOptscim062020&dryRun=true&foo=bar&startIndex=2",
        2,
        100,
    );
}

#[test]
fn a_number_that_is_none_is_refused() {
    let check = |text: &str, want: ScimType| {
        assert_eq!(query(text).unwrap_err().scim_type, Some(want), "{text}");
    };
    check("count=ten", ScimType::InvalidValue);
    check("count=1.5", ScimType::InvalidValue);
    check("count=-", ScimType::InvalidValue);
    check("startIndex=x", ScimType::InvalidValue);
    check("cursor&count=ten", ScimType::InvalidCount);
    check("cursor&count=0", ScimType::InvalidCount);
    check("cursor&count=-1", ScimType::InvalidCount);
    check("sortBy=userName&sortOrder=up", ScimType::InvalidValue);
}

#[test]
fn a_cursor_opens_or_goes_on() {
    let check = |text: &str, want: Option<&str>| {
        let query = query(text).unwrap();
        assert_eq!(
            query.paging,
            Paging::Cursor(want.map(str::to_owned)),
            "C17: {text}"
        );
    };
    check("cursor&count=2", None);
    check("cursor=&count=2", None);
    check("cursor=abc-_&count=2", Some("abc-_"));
    check("startIndex=3&cursor=abc", Some("abc"));
}

#[test]
fn attributes_are_lists_that_exclude_each_other() {
    let wanted = query("attributes=userName,%20name.givenName&ATTRIBUTES=emails,,")
        .unwrap()
        .requested;
    assert_eq!(wanted.attributes, ["userName", "name.givenName", "emails"]);
    let excluded = query("excludedAttributes=members&attributes=")
        .unwrap()
        .requested;
    assert_eq!(excluded.excluded_attributes, ["members"]);
    let error = query("attributes=a&excludedAttributes=b").unwrap_err();
    assert_eq!(
        (error.status, error.scim_type),
        (400, Some(ScimType::InvalidValue)),
        "corner 11"
    );
}

#[test]
fn a_search_request_asks_the_same_as_a_url() {
    let body = json!({
        "Schemas": [SEARCH_REQUEST_URN], "attributes": ["displayName", "userName"], "filter": "displayName sw \"smith\"",
        "sortBy": "userName", "sortOrder": "Descending", "startIndex": 1, "count": 10, "unknown": {"a": 1}});
    let from_url = query(
        "attributes=displayName,userName&filter=displayName%20sw%20%22smith%22&sortBy=userName&sortOrder=descending&startIndex=1&count=10",
    );
    assert_eq!(ListQuery::from_search_request(&body), from_url, "C16");
    let cursor = json!({"schemas": [SEARCH_REQUEST_URN], "cursor": "", "count": 10, "filter": null, "excludedAttributes": "a,b"});
    assert_eq!(
        ListQuery::from_search_request(&cursor),
        query("cursor=&count=10&excludedAttributes=a,b")
    );
    assert_eq!(ListQuery::from_search_request(&json!({})), query(""));
}

#[test]
fn a_search_request_of_the_wrong_shape_is_refused() {
    let check = |body: Value, want: ScimType| {
        assert_eq!(
            ListQuery::from_search_request(&body).unwrap_err().scim_type,
            Some(want),
            "{body}"
        );
    };
    check(json!([]), ScimType::InvalidSyntax);
    check(json!({"schemas": ["urn:x"]}), ScimType::InvalidSyntax);
    check(json!({"count": true}), ScimType::InvalidValue);
    check(json!({"filter": {"a": 1}}), ScimType::InvalidValue);
    check(json!({"count": 1.5}), ScimType::InvalidValue);
    check(
        json!({"attributes": ["a"], "excludedAttributes": ["b"]}),
        ScimType::InvalidValue,
    );
}

#[test]
fn a_querys_signature_holds_what_orders_its_results() {
    let signature = |text: &str| query(text).unwrap().signature();
    assert_eq!(
        signature("cursor&count=2&filter=a"),
        signature("filter=a&cursor=x&count=3&attributes=b")
    );
    for other in [
        "filter=b",
        "filter=a&sortBy=c",
        "filter=a&sortOrder=descending",
        "",
    ] {
        assert_ne!(signature("filter=a"), signature(other), "{other}");
    }
}

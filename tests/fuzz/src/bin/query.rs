//! Queries: from a URL or a search request to a filter, an order, a projection.
#![no_main]

use libfuzzer_sys::fuzz_target;

use syncup_fuzz::scim::json;
use syncup_fuzz::scim::projection::Projection;
use syncup_fuzz::scim::query::{DEFAULT_PAGE_SIZE, ListQuery, MAX_PAGE_SIZE, parse_query_string};
use syncup_fuzz::scim::schema::ResourceType;
use syncup_fuzz::scim::sort::Sort;
use syncup_fuzz::{DOCUMENTS, SCHEMAS};

fuzz_target!(|text: &str| {
    if let Ok(body) = json::parse(text.as_bytes()) {
        check(ListQuery::from_search_request(&body).ok());
    }
    let Ok(pairs) = parse_query_string(text) else {
        return;
    };
    let written: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
        .collect();
    assert_eq!(
        parse_query_string(&written.join("&")),
        Ok(pairs.clone()),
        "escaped text reads as another text"
    );
    check(ListQuery::from_pairs(&pairs).ok());
});

/// Every byte as an escape, so that nothing is left to interpret.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn check(query: Option<ListQuery>) {
    let Some(query) = query else {
        return;
    };
    assert!(query.page_size(DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE) <= MAX_PAGE_SIZE);
    assert_eq!(query.signature(), query.clone().signature());
    for resource_type in ResourceType::ALL {
        let projection = Projection::new(&query.requested, &SCHEMAS, resource_type);
        let sort = query
            .sort_by
            .as_ref()
            .and_then(|name| Sort::new(name, query.sort_order, &SCHEMAS, resource_type).ok());
        for document in DOCUMENTS.iter() {
            let once = projection.apply(document.clone());
            assert_eq!(once["id"], document["id"], "id is always returned");
            assert_eq!(
                projection.apply(once.clone()),
                once,
                "projecting twice takes more away"
            );
            if let Some(sort) = &sort {
                let key = sort.key(document);
                assert!(
                    sort.compare(&key, &key).is_eq(),
                    "a resource is not in its own place"
                );
            }
        }
    }
}

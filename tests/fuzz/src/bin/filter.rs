//! Filters: read, printed, bound, run.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

use syncup_fuzz::scim::filter::{BoundFilter, Filter, IndexLookup, fold, parse, parse_strict};
use syncup_fuzz::scim::schema::ResourceType;
use syncup_fuzz::{DOCUMENTS, SCHEMAS};

fuzz_target!(|text: &str| {
    let strict = parse_strict(text);
    let Ok(filter) = parse(text) else {
        assert!(
            strict.is_err(),
            "the tolerant reader refuses what the strict one takes"
        );
        return;
    };
    assert!(
        strict.is_err() || strict == Ok(filter.clone()),
        "the readers differ"
    );
    let printed = parse_strict(&filter.to_string());
    assert_eq!(
        printed,
        Ok(filter.clone()),
        "the print reads as another filter"
    );
    let not = Filter::Not(Box::new(filter.clone()));
    for resource_type in ResourceType::ALL {
        let Ok(bound) = filter.bind(&SCHEMAS, resource_type) else {
            continue;
        };
        let root = filter
            .bind_root(&SCHEMAS)
            .expect("what one type has, the root has");
        let not = not
            .bind(&SCHEMAS, resource_type)
            .expect("a negation binds as what it negates");
        for document in DOCUMENTS.iter() {
            check(&bound, document, resource_type);
            assert_ne!(
                bound.matches(document),
                not.matches(document),
                "neither it nor its negation"
            );
            let _ = root.matches(document);
        }
    }
});

/// What matches has what the index is asked for.
fn check(bound: &BoundFilter, document: &Map<String, Value>, resource_type: ResourceType) {
    let is_of_type = document.contains_key("userName") == (resource_type == ResourceType::User);
    if !is_of_type || !bound.matches(document) {
        return;
    }
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    let values = |name: &str| -> Vec<&str> {
        let elements = document.get(name).and_then(Value::as_array);
        elements
            .into_iter()
            .flatten()
            .filter_map(|element| element["value"].as_str())
            .collect()
    };
    let is_served = match bound.index_terms() {
        None => true,
        Some(IndexLookup::Id(id)) => text("id") == Some(&id),
        Some(IndexLookup::ExternalId(id)) => text("externalId") == Some(&id),
        Some(IndexLookup::UserName(name)) => text("userName").map(fold) == Some(name),
        Some(IndexLookup::DisplayName(name)) => text("displayName").map(fold) == Some(name),
        Some(IndexLookup::Email(email)) => values("emails")
            .into_iter()
            .any(|value| fold(value) == email),
        Some(IndexLookup::Member(id)) => values("members").contains(&id.as_str()),
        Some(IndexLookup::Group(id)) => values("groups").contains(&id.as_str()),
    };
    assert!(is_served, "the index would miss a match");
}

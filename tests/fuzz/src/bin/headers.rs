//! Entity tags and cursors.
#![no_main]

use libfuzzer_sys::fuzz_target;

use syncup_fuzz::base::id::ShopId;
use syncup_fuzz::scim::cursor::{CursorKey, CursorScope, decode, encode};
use syncup_fuzz::scim::etag::{IfMatch, IfNoneMatch, weak};

fuzz_target!(|text: &str| {
    check_tags(text);
    check_cursors(text);
});

fn check_tags(text: &str) {
    let version = i64::try_from(text.len()).unwrap_or_default();
    let tag = weak(version);
    for header in [
        tag.clone(),
        format!("{tag},{text}"),
        format!("\"\" , {tag} ,"),
    ] {
        assert!(
            IfMatch::parse(&header).allows(version),
            "a tag is not found: {header}"
        );
        assert!(
            IfNoneMatch::parse(&header).has(version),
            "a tag is not found: {header}"
        );
    }
    if IfMatch::parse(text).allows(-1) {
        let is_named = text.trim() == "*" || text.contains("-1");
        assert!(is_named, "a tag is found that is not there: {text}");
    }
}

fn check_cursors(text: &str) {
    let key = CursorKey::new(&[7; 32]);
    let scope = CursorScope {
        shop: ShopId(1),
        resource_type: None,
        query: text,
    };
    let foreign = CursorScope {
        shop: ShopId(2),
        ..scope
    };
    assert!(
        decode(&key, scope, text, 0, i64::MAX).is_err(),
        "a forged cursor is taken"
    );
    let cursor = encode(&key, scope, text.as_bytes(), 0);
    assert_eq!(
        decode(&key, scope, &cursor, 1, 1),
        Ok(text.as_bytes().to_vec())
    );
    assert!(
        decode(&key, scope, &cursor, 2, 1).is_err(),
        "an old cursor is taken"
    );
    assert!(
        decode(&key, foreign, &cursor, 1, 1).is_err(),
        "another shop's cursor is taken"
    );
}

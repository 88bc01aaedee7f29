//! PATCH: a document, a line feed, a PatchOp message.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

use syncup_fuzz::scim::dialect::Dialect;
use syncup_fuzz::scim::json;
use syncup_fuzz::scim::patch::{apply, diff, parse};
use syncup_fuzz::{SCHEMAS, check_canonical, choice, read};

fuzz_target!(|input: &[u8]| {
    let Some((dialect, resource_type, rest)) = choice(input) else {
        return;
    };
    let Some(at) = rest.iter().position(|&byte| byte == b'\n') else {
        return;
    };
    let (document, message) = rest.split_at(at);
    let document =
        json::parse(document).and_then(|body| read(body, resource_type, &Dialect::tolerant()));
    let (Ok(document), Ok(message)) = (document, json::parse(message)) else {
        return;
    };
    let document = document.attributes;
    let Ok(patch) = parse(message.clone(), resource_type, &SCHEMAS, &dialect) else {
        return;
    };
    let Ok(patched) = apply(&document, &patch) else {
        return;
    };
    check_canonical(&patched.attributes, resource_type);
    assert_eq!(
        patched.changed,
        diff(&document, &patched.attributes),
        "the changes are others"
    );
    if patched.changed.is_empty() {
        assert_eq!(patched.attributes, document, "a change is not told");
    }
    let reads =
        |document: Map<String, Value>| read(Value::Object(document), resource_type, &dialect);
    if reads(document.clone()).is_ok() {
        let again = reads(patched.attributes.clone()).map(|draft| draft.attributes);
        assert_eq!(
            again.as_ref(),
            Ok(&patched.attributes),
            "a PATCH makes what a PUT may not"
        );
    }
    if is_repeatable(&message) {
        let again = apply(&patched.attributes, &patch).expect("what was done can be done");
        assert_eq!(
            again.attributes, patched.attributes,
            "the same again changes something"
        );
    }
});

/// One operation without a filter: the second time, it finds what it wants.
fn is_repeatable(message: &Value) -> bool {
    let mut members = message.as_object().into_iter().flatten();
    let operations = members
        .find(|(name, _)| name.eq_ignore_ascii_case("operations"))
        .and_then(|(_, operations)| operations.as_array());
    operations
        .is_some_and(|operations| operations.len() == 1 && !operations.iter().any(has_bracket))
}

fn has_bracket(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('['),
        Value::Array(values) => values.iter().any(has_bracket),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('[') || has_bracket(value)),
        _ => false,
    }
}

//! Bodies of POST and PUT: read as JSON, made canonical.
#![no_main]

use libfuzzer_sys::fuzz_target;

use syncup_fuzz::scim::dialect::Dialect;
use syncup_fuzz::scim::json;
use syncup_fuzz::{check_canonical, choice, read};

fuzz_target!(|input: &[u8]| {
    let Some((dialect, resource_type, body)) = choice(input) else {
        return;
    };
    let Ok(body) = json::parse(body) else {
        return;
    };
    assert_eq!(
        json::parse(body.to_string().as_bytes()),
        Ok(body.clone()),
        "JSON is written as it is read"
    );
    let Ok(draft) = read(body.clone(), resource_type, &dialect) else {
        return;
    };
    check_canonical(&draft.attributes, resource_type);
    if dialect == Dialect::strict() {
        assert_eq!(draft.warnings, [], "the strict dialect tolerates nothing");
        let tolerant = read(body, resource_type, &Dialect::tolerant());
        assert_eq!(tolerant, Ok(draft), "tolerance changes what needs none");
    }
});

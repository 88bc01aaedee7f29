//! PATCH paths and attribute names: read, printed, resolved.
#![no_main]

use libfuzzer_sys::fuzz_target;

use syncup_fuzz::SCHEMAS;
use syncup_fuzz::scim::path::{AttributeName, Path, PathError};
use syncup_fuzz::scim::schema::ResourceType;

fuzz_target!(|text: &str| {
    let path = match Path::parse(text) {
        Ok(path) => path,
        Err(PathError::Syntax { offset, .. }) => {
            assert!(
                text.is_char_boundary(offset),
                "the offset is in no place of the text"
            );
            return;
        }
        Err(_) => return,
    };
    assert_eq!(
        Path::parse(&path.to_string()),
        Ok(path.clone()),
        "the print reads as another path"
    );
    let name = AttributeName::parse(text);
    assert_eq!(
        name.is_ok(),
        path.filter.is_none(),
        "a name is a path without filter"
    );
    for resource_type in ResourceType::ALL {
        if let Ok(resolved) = path.resolve(&SCHEMAS, resource_type) {
            let lenient = path.resolve_anywhere(&SCHEMAS, resource_type);
            assert_eq!(lenient, Ok(resolved), "the lenient reading is another one");
        }
        if let Ok(name) = &name {
            let _ = name.resolve_anywhere(&SCHEMAS, resource_type);
        }
    }
});

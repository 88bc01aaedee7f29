//! Paths: what they resolve to, and what is refused.

use serde_json::json;

use super::*;
use crate::scim::error::ScimType;
use crate::scim::schema::{ENTERPRISE_URN, ResourceType, Schemas, USER_URN};

fn schemas() -> Schemas {
    let extension = json!({"id": "urn:x:ext:1.0", "attributes": [{"name": "attr"}, {"name": "tags", "multiValued": true}]});
    Schemas::standard()
        .with_extension(ResourceType::User, &extension)
        .unwrap()
}

fn spelt(path: ResolvedPath) -> String {
    match path {
        ResolvedPath::Schema(schema) => schema.id.clone(),
        ResolvedPath::Attribute { target, .. } => target.to_string(),
    }
}

#[test]
fn a_path_resolves_to_the_canonical_spelling() {
    let check = |row: &str, path: &str, want: &str| {
        let resolved = Path::parse(path)
            .unwrap()
            .resolve(&schemas(), ResourceType::User);
        assert_eq!(resolved.map(spelt).as_deref(), Ok(want), "{row}: {path}");
    };
    check("names", "userName", "userName");
    check("D9", "USERNAME", "userName");
    check("names", " userName ", "userName");
    check("names", "name.FamilyName", "name.familyName");
    check("D10", "emails[type eq \"work\"].VALUE", "emails.value");
    check("names", "emails[type eq \"work\"]", "emails");
    check("D30", "emails[primary eq true].value", "emails.value");
    check(
        "D8, B4",
        "urn:ietf:params:scim:schemas:core:2.0:User:userName",
        "userName",
    );
    check(
        "names",
        "urn:ietf:params:scim:schemas:core:2.0:User:meta.created",
        "meta.created",
    );
    check(
        "names",
        "urn:ietf:params:scim:schemas:core:2.0:user:name.familyname",
        "name.familyName",
    );
    check("names", USER_URN, USER_URN);
    check("D31", ENTERPRISE_URN, ENTERPRISE_URN);
    check(
        "D7",
        &format!("{ENTERPRISE_URN}:MANAGER.displayname"),
        &format!("{ENTERPRISE_URN}:manager.displayName"),
    );
    check(
        "names",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department",
        &format!("{ENTERPRISE_URN}:department"),
    );
    check("corner 27", "urn:x:ext:1.0:attr", "urn:x:ext:1.0:attr");
    check("names", "urn:x:ext:1.0", "urn:x:ext:1.0");
    check(
        "names",
        "urn:x:ext:1.0:tags[value eq \"a\"]",
        "urn:x:ext:1.0:tags",
    );
    check(
        "corner 23",
        &format!("{ENTERPRISE_URN}:manager[value eq \"x\"]"),
        &format!("{ENTERPRISE_URN}:manager"),
    );
}

#[test]
fn a_groups_path_knows_the_groups_attributes() {
    let resolve = |path: &str| {
        Path::parse(path)
            .unwrap()
            .resolve(&schemas(), ResourceType::Group)
    };
    assert_eq!(
        resolve("members[value eq \"A\"]").map(spelt).as_deref(),
        Ok("members"),
        "G1"
    );
    assert_eq!(
        resolve("members.$ref").map(spelt).as_deref(),
        Ok("members.$ref"),
        "corner 2"
    );
    assert!(resolve("userName").unwrap_err().is_unknown());
    assert!(resolve(USER_URN).unwrap_err().is_unknown());
}

#[test]
fn a_path_prints_as_it_reads() {
    for path in [
        "userName",
        "name.familyName",
        "$ref",
        "emails[type eq \"work\" and (value co \"@x\" or primary eq true)].value",
        "urn:x:ext:1.0:attr",
    ] {
        assert_eq!(Path::parse(path).unwrap().to_string(), path);
    }
}

#[test]
fn a_broken_path_is_refused_with_its_offset() {
    let check = |path: &str, want_offset: usize| {
        let error = Path::parse(path).unwrap_err();
        let PathError::Syntax { offset, .. } = error else {
            panic!("{path}: {error}")
        };
        assert_eq!(offset, want_offset, "{path}");
        assert!(!error.is_unknown());
        assert_eq!(
            ScimError::from(error).scim_type,
            Some(ScimType::InvalidPath),
            "D19: {path}"
        );
    };
    check("", 0);
    check("  ", 2);
    check("1abc", 0);
    check("a.b.c", 0);
    check("name.", 0);
    check("user name", 5);
    check("emails[", 7);
    check("emails[type eq \"work\"", 21);
    check("emails[type eq \"work\"]value", 22);
    check("emails[type eq \"work\"].", 23);
    check("emails[type eq ]", 15);
    check("emails[]", 7);
    check("emails]", 6);
    check("urn:", 0);
}

#[test]
fn an_unknown_name_is_told_from_a_broken_path() {
    let check = |path: &str, want: fn(&PathError) -> bool| {
        let error = Path::parse(path)
            .unwrap()
            .resolve(&schemas(), ResourceType::User)
            .unwrap_err();
        assert!(want(&error), "{path}: {error}");
        assert_eq!(ScimError::from(error).status, 400, "D18, corner 26: {path}");
    };
    check("favouriteColour", |error| {
        matches!(error, PathError::UnknownAttribute { .. })
    });
    check("name.nick", PathError::is_unknown);
    check("userName.value", PathError::is_unknown);
    check("emails[type eq \"work\"].nick", PathError::is_unknown);
    check(
        "urn:ietf:params:scim:schemas:core:2.0:User:nope",
        PathError::is_unknown,
    );
    check("urn:unknown:1.0:attr", |error| {
        matches!(error, PathError::UnknownSchema { .. })
    });
    check("name.familyName[value eq \"x\"]", |error| {
        matches!(error, PathError::NotFilterable { .. })
    });
    check("urn:x:ext:1.0[attr eq \"x\"]", |error| {
        matches!(error, PathError::NotFilterable { .. })
    });
    check("emails[nick eq \"x\"]", |error| {
        matches!(error, PathError::Filter { .. })
    });
    check("emails[primary gt true]", |error| {
        matches!(error, PathError::Filter { .. })
    });
}

#[test]
fn a_filter_that_does_not_fit_its_path_is_an_invalid_filter() {
    let path = Path::parse("emails[primary gt true]").unwrap();
    let error = ScimError::from(path.resolve(&schemas(), ResourceType::User).unwrap_err());
    assert_eq!(error.scim_type, Some(ScimType::InvalidFilter));
}

#[test]
fn an_extensions_attribute_needs_its_urn_unless_the_caller_is_lenient() {
    let name = AttributeName::parse("department").unwrap();
    assert!(name.resolve(&schemas(), ResourceType::User).is_err());
    let found = name
        .resolve_anywhere(&schemas(), ResourceType::User)
        .unwrap();
    let Target::Attribute(found) = found else {
        panic!("department is an attribute")
    };
    assert_eq!(found.extension_urn(), Some(ENTERPRISE_URN));
    assert_eq!(found.keys(), [ENTERPRISE_URN, "department"]);
}

#[test]
fn an_attribute_name_has_no_filter() {
    assert!(AttributeName::parse("emails.value").is_ok());
    assert!(AttributeName::parse("emails[type eq \"work\"]").is_err());
}

#[test]
fn a_value_filter_chooses_elements_and_describes_one() {
    let check = |path: &str,
                 element: serde_json::Value,
                 matches: bool,
                 template: Option<serde_json::Value>| {
        let resolved = Path::parse(path)
            .unwrap()
            .resolve(&schemas(), ResourceType::User)
            .unwrap();
        let ResolvedPath::Attribute {
            value_filter: Some(filter),
            ..
        } = resolved
        else {
            panic!("{path} has no filter")
        };
        assert_eq!(filter.matches(&element), matches, "{path}");
        assert_eq!(
            filter.template().map(serde_json::Value::Object),
            template,
            "{path}"
        );
    };
    let work = json!({"type": "Work", "value": "a@x"});
    check(
        "emails[TYPE eq \"work\"]",
        work.clone(),
        true,
        Some(json!({"type": "work"})),
    );
    check(
        "emails[type eq \"home\"]",
        work.clone(),
        false,
        Some(json!({"type": "home"})),
    );
    check(
        "emails[type eq \"work\" and primary eq true]",
        work.clone(),
        false,
        Some(json!({"type": "work", "primary": true})),
    );
    check(
        "emails[primary eq false]",
        work.clone(),
        true,
        Some(json!({"primary": false})),
    );
    check(
        "emails[type eq \"work\" or type eq \"home\"]",
        work.clone(),
        true,
        None,
    );
    check(
        "emails[type eq \"work\" and type eq \"home\"]",
        work.clone(),
        false,
        None,
    );
    check("emails[not (type eq \"home\")]", work, true, None);
    check("urn:x:ext:1.0:tags[value eq \"A\"]", json!("a"), true, None);
}

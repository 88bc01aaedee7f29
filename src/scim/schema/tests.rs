//! The tables, the registry and the loader.

use serde_json::json;

use super::*;

fn standard() -> Schemas {
    Schemas::standard()
}

fn user_attribute(name: &str) -> Arc<AttributeDef> {
    Arc::clone(
        standard()
            .attribute(ResourceType::User, name)
            .unwrap_or_else(|| panic!("{name} is unknown")),
    )
}

#[test]
fn the_tables_have_the_characteristics_of_rfc_7643() {
    let user_name = user_attribute("username");
    // H6
    assert_eq!(user_name.name, "userName");
    assert!(!user_name.case_exact && user_name.required);
    assert_eq!(user_name.uniqueness, Uniqueness::Server);
    let password = user_attribute("password");
    assert_eq!(password.returned, Returned::Never);
    assert_eq!(password.mutability, Mutability::WriteOnly);
    assert!(user_attribute("externalId").case_exact);
    assert!(user_attribute("id").case_exact && user_attribute("ID").is_read_only());
    assert!(user_attribute("groups").is_read_only() && user_attribute("meta").is_read_only());
    let emails = user_attribute("emails");
    assert!(emails.multi_valued && emails.is_complex());
    assert_eq!(
        emails.value_attribute().map(|def| def.kind),
        Some(AttributeType::String)
    );
    assert_eq!(
        emails
            .sub_attribute("TYPE")
            .map(|def| def.canonical_values.len()),
        Some(3)
    );
}

#[test]
fn the_user_has_every_attribute_of_rfc_7643() {
    for name in [
        "userName",
        "name",
        "displayName",
        "nickName",
        "profileUrl",
        "title",
        "userType",
        "preferredLanguage",
        "locale",
        "timezone",
        "active",
        "password",
        "emails",
        "phoneNumbers",
        "ims",
        "photos",
        "addresses",
        "groups",
        "entitlements",
        "roles",
        "x509Certificates",
        "id",
        "externalId",
        "meta",
        "schemas",
    ] {
        assert_eq!(user_attribute(name).name, name);
    }
    let core_users = standard()
        .core(ResourceType::User)
        .map(|schema| schema.attributes.len());
    assert_eq!(core_users, Some(21));
}

#[test]
fn a_urn_is_found_in_any_case_and_by_its_longest_prefix() {
    let schemas = standard()
        .with_extension(
            ResourceType::User,
            &json!({"id": "urn:x:ext:1.0", "attributes": [{"name": "attr"}]}),
        )
        .and_then(|schemas| {
            schemas.with_extension(
                ResourceType::User,
                &json!({"id": "urn:x:ext:1.0:more", "attributes": [{"name": "attr"}]}),
            )
        })
        .unwrap();
    let check = |text: &str, want: Option<(&str, &str)>| {
        let found = schemas.split_urn(ResourceType::User, text);
        assert_eq!(
            found.map(|found| (found.schema.id.as_str(), found.rest)),
            want,
            "{text}"
        );
    };
    check(USER_URN, Some((USER_URN, "")));
    check(
        "URN:ietf:params:scim:SCHEMAS:core:2.0:user:userName",
        Some((USER_URN, "userName")),
    );
    check("urn:x:ext:1.0:attr", Some(("urn:x:ext:1.0", "attr"))); // corner 27
    check("urn:x:ext:1.0", Some(("urn:x:ext:1.0", "")));
    check(
        "urn:x:ext:1.0:more:attr",
        Some(("urn:x:ext:1.0:more", "attr")),
    );
    check("urn:x:ext:1.01", None);
    check(GROUP_URN, None);
    // R15
    check(
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department",
        Some((ENTERPRISE_URN, "department")),
    );
    check("urn:scim:schemas:core:1.0", Some((USER_URN, "")));
}

#[test]
fn a_legacy_core_urn_means_the_core_schema_of_the_resource_at_hand() {
    let meant = |resource_type| {
        standard()
            .meant_by(resource_type, "urn:scim:schemas:core:2.0")
            .map(|schema| schema.id.clone())
    };
    assert_eq!(meant(ResourceType::User).as_deref(), Some(USER_URN));
    assert_eq!(meant(ResourceType::Group).as_deref(), Some(GROUP_URN));
}

#[test]
fn an_extension_is_read_with_the_defaults_of_rfc_7643() {
    let definition = json!({
        "id": "urn:example:scim:shop:1.0:User", "name": "Shop",
        "attributes": [
            {"name": "loyalty", "type": "complex", "multiValued": true, "subAttributes": [
                {"name": "value", "type": "integer"},
                {"name": "since", "type": "dateTime", "returned": "always"}]},
            {"name": "tier", "caseExact": true, "mutability": "immutable", "canonicalValues": ["gold"]}]
    });
    let schemas = standard()
        .with_extension(ResourceType::User, &definition)
        .unwrap();
    let schema = schemas.get("URN:EXAMPLE:scim:shop:1.0:User").unwrap();
    assert!(!schema.is_core);
    let loyalty = schema.attribute("Loyalty").unwrap();
    assert!(loyalty.multi_valued && loyalty.mutability == Mutability::ReadWrite);
    assert_eq!(
        loyalty.sub_attribute("since").unwrap().returned,
        Returned::Always
    );
    let tier = schema.attribute("tier").unwrap();
    assert_eq!(
        (tier.kind, tier.case_exact, tier.mutability),
        (AttributeType::String, true, Mutability::Immutable)
    );
}

#[test]
fn a_definition_that_is_no_extension_is_refused() {
    let check = |definition: serde_json::Value, want: fn(&SchemaError) -> bool| {
        let error = standard()
            .with_extension(ResourceType::User, &definition)
            .unwrap_err();
        assert!(want(&error), "{error}");
    };
    check(json!([]), |error| matches!(error, SchemaError::NotAnObject));
    check(json!({"attributes": []}), |error| {
        matches!(error, SchemaError::Member { member: "id", .. })
    });
    check(json!({"id": "urn:x:y"}), |error| {
        matches!(
            error,
            SchemaError::Member {
                member: "attributes",
                ..
            }
        )
    });
    check(json!({"id": "http://x", "attributes": []}), |error| {
        matches!(error, SchemaError::NotAUrn)
    });
    check(json!({"id": USER_URN, "attributes": []}), |error| {
        matches!(error, SchemaError::Taken { .. })
    });
    let with = |attribute: serde_json::Value| json!({"id": "urn:x:y", "attributes": attribute});
    check(with(json!([{"name": "a b"}])), |error| {
        matches!(error, SchemaError::Name { .. })
    });
    check(with(json!([{"name": "a"}, {"name": "A"}])), |error| {
        matches!(error, SchemaError::Twice { .. })
    });
    check(with(json!([{"name": "a", "type": "text"}])), |error| {
        matches!(error, SchemaError::Word { member: "type", .. })
    });
    check(with(json!([{"name": "a", "required": "yes"}])), |error| {
        matches!(
            error,
            SchemaError::Member {
                member: "required",
                ..
            }
        )
    });
    let nested = json!([{"name": "a", "type": "complex", "subAttributes": [{"name": "b", "type": "complex", "subAttributes": []}]}]);
    check(with(nested), |error| {
        matches!(error, SchemaError::Nested { .. })
    });
}

#[test]
fn a_date_time_is_read_with_any_offset_or_none() {
    let check = |text: &str, same_as: Option<&str>| {
        assert_eq!(
            parse_date_time(text),
            same_as.and_then(parse_date_time),
            "{text}"
        );
        assert_eq!(parse_date_time(text).is_some(), same_as.is_some(), "{text}");
    };
    check("2026-11-24T12:06:03+02:00", Some("2026-11-24T10:06:03Z"));
    check("2026-11-24T10:06:03.000Z", Some("2026-11-24T10:06:03Z"));
    check("2026-11-24T10:06:03", Some("2026-11-24T10:06:03Z"));
    check("2026-11-24", None);
    check("yesterday", None);
}

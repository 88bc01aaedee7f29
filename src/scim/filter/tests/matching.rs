//! Binding and running.

use serde_json::{Map, Value, json};

use crate::scim::error::{ScimError, ScimType};
use crate::scim::filter::{BoundFilter, FilterError, IndexLookup, fold, parse};
use crate::scim::schema::{DerivedParts, ENTERPRISE_URN, ResourceType, SHOPIFY_URN, Schemas};

fn schemas() -> Schemas {
    let extension = json!({"id": "urn:x:ext:1.0", "attributes": [
        {"name": "attr", "caseExact": true},
        {"name": "points", "type": "integer"},
        {"name": "tags", "multiValued": true},
        {"name": "raw", "type": "binary"}]});
    Schemas::standard()
        .with_extension(ResourceType::User, &extension)
        .unwrap()
}

fn user() -> Map<String, Value> {
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_URN],
        "id": "0193-a", "externalId": "Ext-1", "userName": "Ann@Example.com",
        "name": {"familyName": "Ångström", "givenName": "Ann", "middleName": ""},
        "displayName": "x and (y) or \"z\"", "active": true, "userType": "employee",
        "emails": [
            {"type": "work", "value": "ann@work.example", "primary": true},
            {"type": "home", "value": "ann@home.example"}],
        "groups": [{"value": "g1", "display": "Sales"}],
        "meta": {"resourceType": "User", "created": "2026-01-01T00:00:00Z", "lastModified": "2026-11-24T12:00:00+02:00", "version": "W/\"3\""},
        ENTERPRISE_URN: {"department": "Sales", "manager": {"value": "b"}},
        SHOPIFY_URN: {"syncState": "failed"},
        "urn:x:ext:1.0": {"attr": "A", "points": 7, "tags": ["red", "blue"], "raw": "AAA="}
    });
    user.as_object().unwrap().clone()
}

fn bind(text: &str) -> BoundFilter {
    bound(text, ResourceType::User).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn bound(text: &str, resource_type: ResourceType) -> Result<BoundFilter, FilterError> {
    parse(text)?.bind(&schemas(), resource_type)
}

fn check(rows: &[(&str, &str, bool)]) {
    for (row, text, want) in rows {
        assert_eq!(bind(text).matches(&user()), *want, "{row}: {text}");
    }
}

#[test]
fn names_and_operators_are_read_in_any_case_and_texts_by_their_case_rule() {
    check(&[
        ("B1", "USERNAME Eq \"ann@example.com\"", true),
        ("B2", "userName eq \"ann@EXAMPLE.com\"", true),
        ("B3", "externalId eq \"Ext-1\"", true),
        ("B3", "externalId eq \"ext-1\"", false),
        ("B2 beyond ASCII", "name.familyName eq \"ÅNGSTRÖM\"", true),
        ("id", "id eq \"0193-a\"", true),
        ("id", "id eq \"0193-A\"", false),
        ("B2 beyond ASCII", "name.familyName ew \"M\"", true),
        ("caseExact", "urn:x:ext:1.0:attr eq \"a\"", false),
    ]);
}

#[test]
fn texts_fold_letter_by_letter() {
    assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
    assert_eq!(fold("ÄSSE"), "ässe");
    // Two users, not one.
    assert_ne!(fold("PINAR"), fold("pınar"));
}

#[test]
fn urns_qualify_names() {
    check(&[
        (
            "B4",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"ann\"",
            true,
        ),
        (
            "B4",
            "URN:ietf:params:scim:schemas:core:2.0:user:name.givenName eq \"ann\"",
            true,
        ),
        ("corner 27", "urn:x:ext:1.0:attr eq \"A\"", true),
        (
            "enterprise",
            &format!("{ENTERPRISE_URN}:department eq \"sales\""),
            true,
        ),
        (
            "enterprise",
            &format!("{ENTERPRISE_URN}:manager.value eq \"b\""),
            true,
        ),
        (
            "misspelt",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department eq \"sales\"",
            true,
        ),
        (
            "Shopify",
            &format!("{SHOPIFY_URN}:syncState eq \"failed\""),
            true,
        ),
        ("R11: no URN", "department eq \"Sales\"", true),
        ("R11", "id eq \"0193-a\" and manager eq \"b\"", true),
        ("R11", "id eq \"0193-a\" and manager eq \"c\"", false),
    ]);
}

#[test]
fn logic_has_the_rfcs_precedence() {
    check(&[
        (
            "B5",
            "title eq \"x\" or nickName eq \"x\" and userName ew \"com\"",
            false,
        ),
        (
            "B5",
            "active eq true or nickName eq \"x\" and userName ew \"net\"",
            true,
        ),
        (
            "B6",
            "(active eq true or nickName eq \"x\") and userName ew \"net\"",
            false,
        ),
        ("B7", "userType eq \"employee\" and not (title pr)", true),
        ("B8", "userType eq \"employee\" and not(title pr)", true),
        ("B8", "not(userType pr) or title pr", false),
    ]);
}

#[test]
fn multi_valued_attributes_match_by_any_value_and_value_paths_by_one() {
    check(&[
        ("B9", "emails[type eq \"work\" and value sw \"ann@\"]", true),
        (
            "B10",
            "emails[type eq \"home\" and value eq \"ann@work.example\"]",
            false,
        ),
        (
            "B10 without brackets",
            "emails.type eq \"home\" and emails.value eq \"ann@work.example\"",
            true,
        ),
        ("B11", "emails.value eq \"ann@home.example\"", true),
        ("B12", "emails co \"ann@home\"", true),
        (
            "B20",
            "emails[type eq \"work\"].value eq \"ann@work.example\"",
            true,
        ),
        (
            "B20",
            "emails[type eq \"work\"].value eq \"ann@home.example\"",
            false,
        ),
        (
            "primary",
            "emails[primary eq true].value ew \"work.example\"",
            true,
        ),
        (
            "absent primary is false",
            "emails[primary eq false].value ew \"home.example\"",
            true,
        ),
        (
            "absent primary is not true",
            "emails[primary ne true and type eq \"work\"]",
            false,
        ),
        ("not inside", "emails[not (type eq \"work\")]", true),
        ("simple list", "urn:x:ext:1.0:tags eq \"BLUE\"", true),
        ("simple list", "urn:x:ext:1.0:tags[value eq \"blue\"]", true),
        (
            "simple list",
            "urn:x:ext:1.0:tags[value eq \"green\"]",
            false,
        ),
        ("groups", "groups.value eq \"g1\"", true),
        ("groups", "groups eq \"g2\"", false),
        ("any differs", "emails.type ne \"work\"", true),
        (
            "corner 8",
            "schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"",
            true,
        ),
        (
            "corner 23",
            &format!("{ENTERPRISE_URN}:manager[value eq \"b\"]"),
            true,
        ),
    ]);
}

#[test]
fn presence_and_absence_follow_rfc_7643() {
    check(&[
        ("B13", "userType eq \"employee\" and emails pr", true),
        ("B13", "name pr", true),
        ("B13", "photos pr", false),
        ("B14", "userType eq \"employee\" and nickName pr", false),
        ("B14 empty text", "name.middleName pr", false),
        ("B16", "userType eq \"employee\" and title ne \"x\"", true),
        ("B16", "userType ne \"employee\"", false),
        ("corner 4", "title eq null", true),
        ("corner 4", "userType eq null", false),
        ("corner 4", "userType ne null", true),
        ("pr in a value path", "emails[value pr]", true),
        ("value path on nothing", "photos[type eq \"photo\"]", false),
        (
            "not a value path on nothing",
            "not (photos[type eq \"photo\"])",
            true,
        ),
    ]);
}

#[test]
fn values_compare_in_the_attributes_type() {
    check(&[
        ("B15", "active eq true", true),
        ("B15", "active eq false", false),
        ("B15 as text", "active eq \"True\"", true),
        ("active ne", "active ne false", true),
        (
            "B17",
            "userName eq \"nobody\" or displayName eq \"x and (y) or \\\"z\\\"\"",
            true,
        ),
        ("B18", "meta.lastModified gt \"2011-05-13T04:42:34Z\"", true),
        (
            "B19, corner 6",
            "meta.lastModified eq \"2026-11-24T10:00:00Z\"",
            true,
        ),
        (
            "B19, corner 6",
            "meta.lastModified gt \"2026-11-24T11:00:00+02:00\"",
            true,
        ),
        (
            "B19, corner 6",
            "meta.lastModified lt \"2026-11-24T11:00:00Z\"",
            true,
        ),
        ("B19", "meta.created lt \"2999-01-01T00:00:00+14:00\"", true),
        ("date le", "meta.created le \"2026-01-01T00:00:00\"", true),
        (
            "absent date",
            &format!("{SHOPIFY_URN}:lastSyncedAt gt \"2011-05-13T04:42:34Z\""),
            false,
        ),
        ("corner 9", "meta.resourceType eq \"User\"", true),
        ("text order", "userName gt \"ANM\"", true),
        ("text order", "userName lt \"ann\"", false),
        (
            "text order",
            "userName ge \"ann@example.com\" and userName le \"ANN@example.com\"",
            true,
        ),
        ("number", "urn:x:ext:1.0:points gt 6.5", true),
        ("number", "urn:x:ext:1.0:points eq 7.0", true),
        ("number", "urn:x:ext:1.0:points le \"6\"", false),
        ("number without quotes for a text", "userType ne 7", true),
        ("binary", "urn:x:ext:1.0:raw eq \"AAA=\"", true),
        ("R11 without quotes", "userName eq ann@example.com", true),
    ]);
}

#[test]
fn a_filter_that_cannot_be_answered_is_an_invalid_filter() {
    for (row, text) in [
        ("B21", "userName eq"),
        ("B21", "nonsense"),
        ("B21 unknown", "favouriteColour eq \"blue\""),
        ("B21 unknown sub-attribute", "name.colour eq \"blue\""),
        ("B21 unknown in brackets", "emails[colour eq \"blue\"]"),
        ("B21 unknown schema", "urn:unknown:1.0:attr eq \"x\""),
        ("a schema alone", "urn:x:ext:1.0 pr"),
        ("another type's attribute", "members eq \"x\""),
        ("B22", "active gt true"),
        ("B22", "emails[primary le true]"),
        ("B22 binary", "urn:x:ext:1.0:raw gt \"A\""),
        ("corner 5", "password eq \"x\""),
        ("corner 5", "password pr"),
        ("corner 7", "active co \"tr\""),
        ("corner 7", "meta.created sw \"2026\""),
        ("corner 7", "urn:x:ext:1.0:points co \"7\""),
        ("complex", "name eq \"Ann\""),
        ("complex", "addresses co \"Berlin\""),
        ("wrong value", "active eq \"yes\""),
        ("wrong value", "meta.created gt \"yesterday\""),
        ("wrong value", "urn:x:ext:1.0:points gt \"many\""),
        ("null has no order", "title gt null"),
        ("null has no text", "title co null"),
    ] {
        let error = ScimError::from(bound(text, ResourceType::User).expect_err(text));
        assert_eq!(
            (error.status, error.scim_type),
            (400, Some(ScimType::InvalidFilter)),
            "{row}: {text}"
        );
    }
}

#[test]
fn a_refusal_names_the_attribute_and_not_the_value() {
    let error = bound("meta.created gt \"secret\"", ResourceType::User)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("meta.created") && !error.contains("secret"),
        "{error}"
    );
    let error = bound("favouriteColour eq \"secret\"", ResourceType::User)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("favouriteColour") && !error.contains("secret"),
        "{error}"
    );
}

#[test]
fn values_of_another_type_in_the_store_match_nothing_but_ne() {
    let mut broken = user();
    broken.insert("active".to_owned(), json!("maybe"));
    broken.insert("userName".to_owned(), json!(5));
    assert!(!bind("active eq true").matches(&broken));
    assert!(bind("active ne true").matches(&broken));
    assert!(!bind("userName co \"5\"").matches(&broken));
}

#[test]
fn a_root_query_matches_resources_of_every_type() {
    let group = json!({"displayName": "Sales", "members": [{"value": "u1"}], "meta": {"resourceType": "Group"}});
    let group = group.as_object().unwrap();
    let check = |row: &str, text: &str, matches_user: bool, matches_group: bool| {
        let filter = parse(text)
            .and_then(|filter| filter.bind_root(&schemas()))
            .unwrap();
        assert_eq!(filter.matches(&user()), matches_user, "{row}: {text}");
        assert_eq!(filter.matches(group), matches_group, "{row}: {text}");
        assert_eq!(filter.index_terms(), None);
    };
    check("corner 9", "meta.resourceType eq \"User\"", true, false);
    check("corner 10", "userName pr", true, false);
    check("corner 10", "members eq \"u1\"", false, true);
    check("corner 10", "displayName pr", true, true);
    assert!(
        parse("colour pr")
            .and_then(|filter| filter.bind_root(&schemas()))
            .is_err()
    );
}

#[test]
fn an_index_serves_equalities_that_every_match_shares() {
    let check = |resource_type, text: &str, want: Option<IndexLookup>| {
        let filter = bound(text, resource_type).unwrap();
        assert_eq!(filter.index_terms(), want, "{text}");
    };
    let user = |text: &str, want| check(ResourceType::User, text, want);
    let group = |text: &str, want| check(ResourceType::Group, text, want);
    user(
        "userName eq \"Ann\"",
        Some(IndexLookup::UserName("ann".to_owned())),
    );
    user(
        "externalId eq \"Ext\"",
        Some(IndexLookup::ExternalId("Ext".to_owned())),
    );
    user(
        "active eq true and userName eq \"Ann\"",
        Some(IndexLookup::UserName("ann".to_owned())),
    );
    user(
        "userName eq \"Ann\" and (id eq \"1\" and title pr)",
        Some(IndexLookup::Id("1".to_owned())),
    );
    for text in [
        "emails eq \"A@x\"",
        "emails.value eq \"A@x\"",
        "emails[type eq \"work\" and value eq \"A@x\"]",
        "emails[type eq \"work\"].value eq \"A@x\"",
    ] {
        user(text, Some(IndexLookup::Email("a@x".to_owned())));
    }
    user("groups eq \"g\"", Some(IndexLookup::Group("g".to_owned())));
    user("displayName eq \"Ann\"", None);
    user("userName ne \"Ann\"", None);
    user("userName eq null", None);
    user("userName sw \"Ann\"", None);
    user("not (userName eq \"Ann\")", None);
    user("userName eq \"Ann\" or title pr", None);
    group(
        "displayName eq \"Sales\"",
        Some(IndexLookup::DisplayName("sales".to_owned())),
    );
    group(
        "id eq \"g\" and members eq \"u\"",
        Some(IndexLookup::Id("g".to_owned())),
    );
    group(
        "members[value eq \"u\"]",
        Some(IndexLookup::Member("u".to_owned())),
    );
}

#[test]
fn a_filter_tells_the_derived_parts_it_looks_at() {
    let none = DerivedParts::default();
    let check = |resource_type, text: &str, want| {
        assert_eq!(
            bound(text, resource_type).unwrap().derived(),
            want,
            "{text}"
        )
    };
    check(
        ResourceType::User,
        "userName eq \"a\" and department pr",
        none,
    );
    check(
        ResourceType::User,
        "meta.created pr",
        DerivedParts { meta: true, ..none },
    );
    check(
        ResourceType::User,
        "title pr or not (groups[value eq \"g\"])",
        DerivedParts {
            groups: true,
            ..none
        },
    );
    check(
        ResourceType::User,
        &format!("{SHOPIFY_URN}:syncState eq \"held\""),
        DerivedParts {
            shopify: true,
            ..none
        },
    );
    check(
        ResourceType::Group,
        "members eq \"u\"",
        DerivedParts {
            members: true,
            ..none
        },
    );
}

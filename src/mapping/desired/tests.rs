//! The default rules, each by example.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::rule::ENTERPRISE;
use super::*;

const ID: &str = "0199b0a4-0000-7000-8000-000000000001";

fn context(groups: &[String]) -> Context<'_> {
    Context {
        scim_id: ID,
        groups,
        deleted: false,
        phone_region: Some("US"),
        marks: DisabledMarks::Both,
    }
}

fn of(document: &Value) -> Desired {
    desired(document.as_object().unwrap(), &context(&[]))
}

/// What `part` of the customer becomes, and which attributes are warned about.
fn check(
    part: impl Fn(&Customer) -> Option<&String>,
    document: Value,
    want: Option<&str>,
    warned: &[&str],
) {
    let got = of(&document);
    assert_eq!(part(&got.customer).map(String::as_str), want, "{document}");
    let attributes: Vec<&str> = got.warnings.iter().map(|w| w.attribute).collect();
    assert_eq!(attributes, warned, "{document}");
}

#[test]
fn the_email_is_the_primary_then_work_then_first_then_the_user_name() {
    let check = |document: Value, want: Option<&str>, warned: &[&str]| {
        check(|c| c.email.as_ref(), document, want, warned);
    };
    let (home, work) = (
        json!({"value": "home@a.example", "type": "home"}),
        json!({"value": "Work@A.example", "type": "Work"}),
    );
    let primary = json!({"value": "main@a.example", "type": "other", "primary": true});
    let bad = json!({"value": "nonsense", "primary": true});
    check(
        json!({"emails": [home, work, primary]}),
        Some("main@a.example"),
        &[],
    );
    check(json!({"emails": [home, work]}), Some("work@a.example"), &[]);
    check(
        json!({"emails": [home], "userName": "u@a.example"}),
        Some("home@a.example"),
        &[],
    );
    check(
        json!({"emails": [{"value": "x@a.example"}]}),
        Some("x@a.example"),
        &[],
    );
    check(
        json!({"emails": [], "userName": "U@a.example"}),
        Some("u@a.example"),
        &[],
    );
    check(json!({"userName": "ada"}), None, &[]);
    check(
        json!({"emails": [{"value": " "}, {"type": "work"}, home]}),
        Some("home@a.example"),
        &[],
    );
    check(
        json!({"emails": [bad, home]}),
        Some("home@a.example"),
        &["emails"],
    );
    check(
        json!({"emails": [bad], "userName": "ada"}),
        None,
        &["emails"],
    );
    check(json!({}), None, &[]);
}

#[test]
fn a_user_without_an_email_is_held() {
    let check = |document: Value, hold: Option<Hold>| {
        let got = of(&document);
        assert_eq!(got.hold, hold, "{document}");
    };
    check(json!({"userName": "ada"}), Some(Hold::NoEmail));
    check(json!({"userName": "ada@a.example"}), None);
    assert!(Hold::NoEmail.to_string().contains("no e-mail address"));
}

#[test]
fn names_are_the_parts_else_the_full_name_split() {
    let long = "a".repeat(256);
    let check = |document: Value, first: Option<&str>, last: Option<&str>, warned: &[&str]| {
        check(|c| c.first_name.as_ref(), document.clone(), first, warned);
        check(|c| c.last_name.as_ref(), document, last, warned);
    };
    check(
        json!({"name": {"givenName": " Ada ", "familyName": "King\nLovelace"}}),
        Some("Ada"),
        Some("King Lovelace"),
        &[],
    );
    check(
        json!({"name": {"givenName": "Ada"}, "displayName": "Ada Lovelace"}),
        Some("Ada"),
        None,
        &[],
    );
    check(
        json!({"name": {"formatted": "Ada King Lovelace"}, "displayName": "x"}),
        Some("Ada King"),
        Some("Lovelace"),
        &[],
    );
    check(
        json!({"name": {"givenName": " "}, "displayName": "Lovelace, Ada"}),
        Some("Ada"),
        Some("Lovelace"),
        &[],
    );
    check(json!({"displayName": "Ada"}), Some("Ada"), None, &[]);
    check(json!({"displayName": "ada@a.example"}), None, None, &[]);
    check(json!({"displayName": " , "}), None, None, &[]);
    check(json!({}), None, None, &[]);
    check(
        json!({"name": {"givenName": long}}),
        Some(&long[..255]),
        None,
        &["name.givenName"],
    );
}

#[test]
fn the_phone_is_the_primary_then_work_then_mobile_then_first() {
    let check = |document: Value, want: Option<&str>, warned: &[&str]| {
        check(
            |c| c.phone.as_ref(),
            json!({"phoneNumbers": document}),
            want,
            warned,
        );
    };
    let home = json!({"value": "613-450-5291", "type": "home"});
    let mobile = json!({"value": "tel:+1-613-450-5292;ext=1", "type": "mobile"});
    let work = json!({"value": "(613) 450-5293", "type": "work"});
    let primary = json!({"value": "+1 613 450 5294", "type": "home", "primary": true});
    let fax = json!({"value": "613-450-5295", "type": "fax", "primary": true});
    let bad = json!({"value": "4711", "type": "work"});
    check(
        json!([home, mobile, work, primary]),
        Some("+16134505294"),
        &[],
    );
    check(json!([home, mobile, work]), Some("+16134505293"), &[]);
    check(json!([home, mobile]), Some("+16134505292"), &[]);
    check(json!([home]), Some("+16134505291"), &[]);
    check(json!([fax]), None, &[]);
    check(json!([bad]), None, &["phoneNumbers"]);
    check(
        json!([bad, mobile]),
        Some("+16134505292"),
        &["phoneNumbers"],
    );
}

#[test]
fn a_national_phone_number_needs_a_region() {
    let document = json!({"phoneNumbers": [{"value": "613-450-5291"}]});
    let without = Context {
        phone_region: None,
        ..context(&[])
    };
    let got = desired(document.as_object().unwrap(), &without);
    assert!(got.customer.phone.is_none());
    assert!(got.warnings[0].reason.contains("country calling code"));
}

#[test]
fn the_locale_is_the_preferred_language_else_the_locale() {
    let check = |document: Value, want: Option<&str>, warned: &[&str]| {
        check(|c| c.locale.as_ref(), document, want, warned);
    };
    check(json!({"locale": "en_US"}), Some("en-US"), &[]);
    check(
        json!({"locale": "en-US", "preferredLanguage": "fr"}),
        Some("fr"),
        &[],
    );
    check(
        json!({"locale": "de", "preferredLanguage": "german"}),
        Some("de"),
        &["locale"],
    );
    check(json!({"locale": "english"}), None, &["locale"]);
    check(json!({"locale": ""}), None, &[]);
}

#[test]
fn the_address_is_the_primary_then_work_then_first() {
    let check = |document: Value, want: Option<&str>, warned: &[&str]| {
        let city = |c: &Customer| c.address.as_ref().and_then(|a| a.city.clone());
        let got = of(&json!({"addresses": document}));
        assert_eq!(city(&got.customer).as_deref(), want, "{document}");
        let attributes: Vec<&str> = got.warnings.iter().map(|w| w.attribute).collect();
        assert_eq!(attributes, warned, "{document}");
    };
    let home = json!({"type": "home", "locality": "Home", "country": "CA"});
    let work = json!({"type": "work", "locality": "Work", "country": "CA"});
    let primary = json!({"type": "home", "primary": true, "locality": "Main"});
    let blank = json!({"type": "work", "primary": true});
    let unknown = json!({"type": "work", "locality": "X", "country": "Narnia"});
    check(json!([home, work, primary]), Some("Main"), &[]);
    check(json!([home, work]), Some("Work"), &[]);
    check(json!([home]), Some("Home"), &[]);
    check(json!([blank, home]), Some("Home"), &[]);
    check(json!([unknown, home]), None, &["addresses"]);
    check(
        json!([{"region": "Upper Canada", "country": "CA"}]),
        None,
        &["addresses"],
    );
    check(json!([]), None, &[]);
}

#[test]
fn the_organization_is_the_company_of_an_address() {
    let mut document = json!({ENTERPRISE: {"organization": "Engines Ltd"}});
    assert!(of(&document).customer.address.is_none());
    document["addresses"] = json!([{"locality": "London"}]);
    let address = of(&document).customer.address.unwrap();
    assert_eq!(address.company.as_deref(), Some("Engines Ltd"));
}

#[test]
fn metafields_are_single_lines() {
    let check = |key: &str, document: Value, want: Option<&str>, warned: &[&str]| {
        check(|c| c.metafields.get(key), document, want, warned);
    };
    let extension = |member: &str, value: Value| json!({ENTERPRISE: {member: value}});
    check("scim_id", json!({}), Some(ID), &[]);
    check(
        "scim_user_name",
        json!({"userName": "Ada"}),
        Some("Ada"),
        &[],
    );
    check(
        "scim_title",
        json!({"title": "Countess\nof Lovelace"}),
        Some("Countess of Lovelace"),
        &[],
    );
    check("scim_title", json!({"title": " "}), None, &[]);
    check(
        "scim_user_type",
        json!({"userType": "Contractor"}),
        Some("Contractor"),
        &[],
    );
    check(
        "scim_department",
        extension("department", json!("R&D")),
        Some("R&D"),
        &[],
    );
    check(
        "scim_division",
        extension("division", json!("West")),
        Some("West"),
        &[],
    );
    check(
        "scim_organization",
        extension("organization", json!("Engines")),
        Some("Engines"),
        &[],
    );
    check(
        "scim_cost_center",
        extension("costCenter", json!("4130")),
        Some("4130"),
        &[],
    );
    check(
        "scim_employee_number",
        extension("employeeNumber", json!("701")),
        Some("701"),
        &[],
    );
    check(
        "scim_manager",
        extension("manager", json!({"displayName": "Babbage", "value": "m1"})),
        Some("Babbage"),
        &[],
    );
    check(
        "scim_manager",
        extension("manager", json!({"value": "m1"})),
        Some("m1"),
        &[],
    );
    check(
        "scim_title",
        json!({"title": "t".repeat(300)}),
        Some(&"t".repeat(255)),
        &["title"],
    );
}

#[test]
fn a_disabled_or_deleted_user_is_marked() {
    let check = |document: Value, deleted: bool, status: &str, tags: &[&str]| {
        let groups = ["Staff".to_owned()];
        let context = Context {
            deleted,
            ..context(&groups)
        };
        let customer = desired(document.as_object().unwrap(), &context).customer;
        assert_eq!(customer.metafields["scim_status"], status, "{document}");
        let tags: BTreeSet<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        assert_eq!(customer.tags, tags, "{document}");
    };
    check(json!({}), false, "active", &["group:Staff"]);
    check(json!({"active": true}), false, "active", &["group:Staff"]);
    check(
        json!({"active": false}),
        false,
        "disabled",
        &["group:Staff", "scim:disabled"],
    );
    check(
        json!({"active": true}),
        true,
        "disabled",
        &["scim:disabled"],
    );
}

#[test]
fn a_shop_chooses_how_disabled_users_are_marked() {
    let check = |marks: DisabledMarks, status: Option<&str>, tags: &[&str]| {
        let context = Context {
            marks,
            ..context(&[])
        };
        let document = json!({"active": false});
        let customer = desired(document.as_object().unwrap(), &context).customer;
        let got = customer.metafields.get("scim_status");
        assert_eq!(got.map(String::as_str), status, "{marks:?}");
        assert!(customer.tags.iter().eq(tags), "{marks:?}");
    };
    check(DisabledMarks::Both, Some("disabled"), &["scim:disabled"]);
    check(DisabledMarks::Tag, None, &["scim:disabled"]);
    check(DisabledMarks::Metafield, Some("disabled"), &[]);
}

#[test]
fn warnings_and_debug_show_no_values() {
    let secret = "Sesame";
    let got = of(&json!({
        "userName": secret,
        "displayName": secret,
        "locale": secret,
        "title": secret.repeat(100),
        "emails": [{"value": secret}],
        "phoneNumbers": [{"value": secret}],
        "addresses": [{"country": secret, "region": secret}],
    }));
    let attributes: Vec<&str> = got.warnings.iter().map(|w| w.attribute).collect();
    assert_eq!(
        attributes,
        ["emails", "phoneNumbers", "locale", "title", "addresses"]
    );
    let texts: Vec<String> = got.warnings.iter().map(Warning::to_string).collect();
    assert!(!format!("{got:?} {texts:?}").contains(secret));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let names = proptest::sample::select(vec![
        "value",
        "type",
        "primary",
        "country",
        "region",
        "streetAddress",
        "givenName",
        "formatted",
    ]);
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(names.clone().prop_map(str::to_owned), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn any_document() -> impl Strategy<Value = Map<String, Value>> {
    let names = proptest::sample::select(vec![
        "userName",
        "name",
        "displayName",
        "emails",
        "phoneNumbers",
        "addresses",
        "locale",
        "title",
        "active",
        ENTERPRISE,
    ]);
    proptest::collection::hash_map(names.prop_map(str::to_owned), any_json(), 0..8)
        .prop_map(|map| map.into_iter().collect())
}

proptest! {
    #[test]
    fn any_document_gives_a_customer_that_shopify_keeps_as_it_is(
        document in any_document(),
        groups in proptest::collection::vec(any::<String>(), 0..4),
        deleted in any::<bool>(),
    ) {
        let context = Context { deleted, ..context(&groups) };
        let got = desired(&document, &context);
        prop_assert_eq!(got.hold.is_some(), got.customer.email.is_none());
        let customer = &got.customer;
        let texts = [&customer.first_name, &customer.last_name, &customer.email, &customer.phone, &customer.locale];
        let all = texts.into_iter().flatten().chain(customer.metafields.values()).chain(&customer.tags);
        for text in all {
            prop_assert_eq!(text.trim(), text);
            prop_assert!(!text.is_empty() && text.chars().count() <= 255 && !text.contains(char::is_control));
        }
        prop_assert!(customer.tags.iter().all(|tag| Customer::is_ours(tag) && !tag.contains(',')));
    }
}

//! Tests of the module as a whole.

mod planning;
mod shop;

use serde_json::{Map, Value, json};

use super::*;

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn countess() -> Map<String, Value> {
    object(json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "0192",
        "userName": "ada",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "title": "Countess\nof Lovelace",
        "userType": "Employee",
        "preferredLanguage": "en-GB",
        "active": true,
        "emails": [{"value": "Ada@Example.org", "type": "work", "primary": true}],
        "phoneNumbers": [{"value": "613 450 5293", "type": "work"}],
        "addresses": [{"streetAddress": "12 Analytical Row", "locality": "London", "country": "UK", "type": "work"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "department": "Engines", "costCenter": "42", "manager": {"value": "7", "displayName": "Charles"}
        }
    }))
}

fn mapped(user: &Map<String, Value>, groups: &[&str], is_deleted: bool, rules: &Rules) -> Desired {
    let groups: Vec<_> = groups.iter().map(|group| (*group).to_owned()).collect();
    let context = Context {
        scim_id: "0192",
        groups: &groups,
        is_deleted,
        region: Some("CA"),
        rules,
    };
    desired(user, &context)
}

fn tags(desired: &Desired) -> Vec<&str> {
    desired.customer.tags.iter().map(String::as_str).collect()
}

#[test]
fn a_user_becomes_a_customer_by_the_default_rules() {
    let desired = mapped(&countess(), &["Sales, EMEA"], false, &Rules::default());
    let customer = &desired.customer;
    assert_eq!(desired.hold, None);
    assert_eq!(desired.warnings, []);
    assert_eq!(customer.email.as_deref(), Some("ada@example.org"));
    assert_eq!(customer.first_name.as_deref(), Some("Ada"));
    assert_eq!(customer.last_name.as_deref(), Some("Lovelace"));
    assert_eq!(customer.phone.as_deref(), Some("+16134505293"));
    assert_eq!(customer.locale.as_deref(), Some("en"));
    let country = customer
        .address
        .as_ref()
        .and_then(|it| it.country_code.as_deref());
    assert_eq!(country, Some("GB"));
    assert_eq!(tags(&desired), ["group:Sales EMEA"]);
    assert_eq!(
        json!(customer.metafields),
        json!({
            "scim_cost_center": "42", "scim_department": "Engines", "scim_id": "0192", "scim_manager": "Charles",
            "scim_status": "active", "scim_title": "Countess of Lovelace", "scim_user_name": "ada",
            "scim_user_type": "Employee"
        })
    );
}

#[test]
fn an_inactive_or_deleted_user_is_marked_and_keeps_everything_else() {
    let active = mapped(&countess(), &["Sales"], false, &Rules::default());
    let mut inactive_user = countess();
    inactive_user.insert("active".into(), json!(false));
    for (user, is_deleted) in [(inactive_user, false), (countess(), true)] {
        let disabled = mapped(&user, &["Sales"], is_deleted, &Rules::default());
        assert_eq!(tags(&disabled), ["group:Sales", "scim:disabled"]);
        let status = disabled.customer.metafields.get("scim_status");
        assert_eq!(status.map(String::as_str), Some("disabled"));
        assert_eq!(disabled.customer.email, active.customer.email);
        assert_eq!(disabled.customer.first_name, active.customer.first_name);
    }
}

#[test]
fn a_user_without_a_usable_email_is_held() {
    let user = object(json!({"userName": "ada", "emails": [{"value": "ada@localhost"}]}));
    let desired = mapped(&user, &[], false, &Rules::default());
    assert_eq!(desired.hold, Some(HoldReason::NoEmail));
    assert_eq!(desired.warnings.len(), 1);
    assert!(plan(&desired, None) == Plan::Nothing);
}

#[test]
fn what_shopify_would_refuse_is_left_out_with_a_warning() {
    let user = object(json!({
        "userName": "ada@example.org",
        "preferredLanguage": "Klingon",
        "phoneNumbers": [{"value": "ask Ada"}],
        "addresses": [{"locality": "Zenda", "country": "Ruritania"}]
    }));
    let desired = mapped(&user, &[], false, &Rules::default());
    let attributes: Vec<_> = desired
        .warnings
        .iter()
        .map(|it| it.attribute.as_str())
        .collect();
    assert_eq!(
        attributes,
        ["phoneNumbers", "addresses", "preferredLanguage"]
    );
    let customer = &desired.customer;
    assert!(customer.phone.is_none() && customer.address.is_none() && customer.locale.is_none());
}

#[test]
fn a_shop_switches_rules_off_and_adds_its_own() {
    let rules: Rules = serde_json::from_value(json!({
        "off": ["phone", "scim_title", "tag.group"],
        "add": [
            {"source": "title", "metafield": "job"},
            {"source": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "tag": "dept:"},
            {"source": "nickName", "tag": "nick:"}
        ]
    }))
    .unwrap();
    rules.check().unwrap();
    let desired = mapped(&countess(), &["Sales"], false, &rules);
    assert_eq!(desired.customer.phone, None);
    assert_eq!(tags(&desired), ["dept:Engines"]);
    assert!(!desired.customer.metafields.contains_key("scim_title"));
    let job = desired.customer.metafields.get("job");
    assert_eq!(job.map(String::as_str), Some("Countess of Lovelace"));
}

#[test]
fn nothing_of_a_user_is_printed() {
    let desired = mapped(&countess(), &["Sales"], false, &Rules::default());
    let plan = plan(&desired, None);
    let printed = format!("{desired:?} {plan:?} {:?}", desired.customer);
    for secret in ["ada", "Ada", "Lovelace", "613", "Sales"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

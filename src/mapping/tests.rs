//! Tests of the module as a whole.

mod planning;
mod shop;

use serde_json::{Map, Value, json};

use super::*;
use crate::directory::DisabledMarks;

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

fn mapped(user: &Map<String, Value>, groups: &[&str], deleted: bool) -> Desired {
    let groups: Vec<_> = groups.iter().map(|group| (*group).to_owned()).collect();
    let context = Context {
        scim_id: "0192",
        groups: &groups,
        deleted,
        phone_region: Some("CA"),
        marks: DisabledMarks::Both,
    };
    desired(user, &context)
}

#[test]
fn a_user_becomes_a_customer_by_the_default_rules() {
    let desired = mapped(&countess(), &["Sales, EMEA"], false);
    let customer = &desired.customer;
    assert_eq!(desired.hold, None);
    assert_eq!(desired.warnings, []);
    assert_eq!(
        json!(customer),
        json!({
            "email": "ada@example.org", "first_name": "Ada", "last_name": "Lovelace", "phone": "+16134505293", "locale": "en-GB",
            "address": {"address1": "12 Analytical Row", "address2": null, "city": "London", "zip": null,
                "country_code": "GB", "province_code": null, "company": null},
            "metafields": {
                "scim_cost_center": "42", "scim_department": "Engines", "scim_id": "0192", "scim_manager": "Charles",
                "scim_status": "active", "scim_title": "Countess of Lovelace", "scim_user_name": "ada",
                "scim_user_type": "Employee"
            },
            "tags": ["group:Sales  EMEA"]
        })
    );
}

#[test]
fn nothing_of_a_user_is_printed() {
    let desired = mapped(&countess(), &["Sales"], false);
    let plan = plan(&desired, None);
    let printed = format!("{desired:?} {plan:?} {:?}", desired.customer);
    for secret in ["ada", "Ada", "Lovelace", "613", "Sales"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

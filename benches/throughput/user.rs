//! The users that everything is measured with: about 1 KB of JSON, as a large company's identity provider sends them.

use serde_json::{Map, Value, json};

/// What stands for a user's number in [`template`].
pub const PLACE: &str = "@@";

/// A user's SCIM resource, without an id; `number` makes it unlike all others.
pub fn user(number: &str) -> Map<String, Value> {
    let email = format!("user{number}@example.com");
    let resource = json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ],
        "externalId": format!("00u1k9p7s2dW{number}"),
        "userName": email,
        "name": {
            "formatted": format!("Grace Hopper {number}"),
            "familyName": format!("Hopper {number}"),
            "givenName": "Grace",
        },
        "displayName": format!("Grace Hopper {number}"),
        "title": "Senior Purchasing Manager",
        "userType": "Employee",
        "preferredLanguage": "en-US",
        "locale": "en-US",
        "timezone": "America/New_York",
        "active": true,
        "emails": [
            {"value": email, "type": "work", "primary": true},
            {"value": format!("grace{number}@home.example.net"), "type": "home"},
        ],
        "addresses": [{
            "type": "work",
            "streetAddress": "1600 Pennsylvania Avenue NW",
            "locality": "Washington",
            "region": "DC",
            "postalCode": "20500",
            "country": "US",
            "primary": true,
        }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": number,
            "costCenter": "4130",
            "organization": "Universal Exports",
            "division": "Procurement",
            "department": "Office Supplies",
        },
    });
    match resource {
        Value::Object(resource) => resource,
        _ => Map::new(),
    }
}

/// The body of a POST with [`PLACE`] where the number goes.
pub fn template() -> String {
    Value::Object(user(PLACE)).to_string()
}

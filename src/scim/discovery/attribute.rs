//! An attribute's definition as JSON (RFC 7643 §7).

use serde_json::{Map, Value, json};

use crate::scim::schema::{AttributeDef, AttributeType};

/// The definition with every characteristic that its type has.
pub(super) fn definition(def: &AttributeDef) -> Value {
    let mut members = Map::from_iter([
        ("name".to_owned(), json!(def.name)),
        ("type".to_owned(), json!(def.kind.as_str())),
        ("multiValued".to_owned(), json!(def.multi_valued)),
        ("description".to_owned(), json!(def.description)),
        ("required".to_owned(), json!(def.required)),
        ("caseExact".to_owned(), json!(def.case_exact)),
        ("mutability".to_owned(), json!(def.mutability.as_str())),
        ("returned".to_owned(), json!(def.returned.as_str())),
        ("uniqueness".to_owned(), json!(def.uniqueness.as_str())),
    ]);
    if !def.canonical_values.is_empty() {
        members.insert("canonicalValues".to_owned(), json!(def.canonical_values));
    }
    // RFC 7643 §7: "referenceTypes" is only applicable for attributes of type "reference".
    if def.kind == AttributeType::Reference {
        members.insert("referenceTypes".to_owned(), json!(def.reference_types));
    }
    if def.is_complex() {
        let parts = def.sub_attributes.iter().map(|def| definition(def));
        members.insert("subAttributes".to_owned(), parts.collect());
    }
    Value::Object(members)
}

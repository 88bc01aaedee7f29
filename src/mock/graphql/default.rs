//! Type-correct values for what the mock does not model.

use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use serde_json::Value;

use super::resolved::{Connection, Object, Record, Resolved};
use super::schema::SCHEMA;

/// A neutral value of a type: null where allowed, else an empty list, an empty page, the first enum value, a plain scalar.
pub fn value_of(ty: &Type) -> Resolved {
    if !ty.is_non_null() {
        return Resolved::NULL;
    }
    non_null_value_of(ty)
}

/// A neutral value that is not null.
pub fn non_null_value_of(ty: &Type) -> Resolved {
    if ty.is_list() {
        return Resolved::List(Vec::new());
    }
    let name = ty.inner_named_type().as_str();
    match SCHEMA.types.get(name) {
        Some(ExtendedType::Enum(definition)) => {
            Resolved::leaf(definition.values.keys().next().map(|value| value.as_str()))
        }
        Some(ExtendedType::Object(_)) if name.ends_with("Connection") => {
            Resolved::Object(Object::Connection(Connection::default()))
        }
        Some(ExtendedType::Object(_)) => Resolved::Object(Object::Record(Record::default())),
        // An interface: the mock knows no object of it, and every interface field it does not model is nullable or a list.
        Some(ExtendedType::Interface(_) | ExtendedType::Union(_)) => {
            Resolved::typed("Customer", Vec::new())
        }
        _ => Resolved::Leaf(scalar(name)),
    }
}

fn scalar(name: &str) -> Value {
    match name {
        "Int" => 0.into(),
        "Float" => 0.0.into(),
        "Boolean" => false.into(),
        "ID" => "gid://shopify/Unmodelled/1".into(),
        "DateTime" => "2026-01-01T00:00:00Z".into(),
        "URL" => "https://example.com/".into(),
        "Decimal" => "0.0".into(),
        "UnsignedInt64" => "0".into(),
        _ => "".into(),
    }
}

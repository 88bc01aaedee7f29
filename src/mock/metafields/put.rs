//! One metafield input, put onto a customer.

use serde_json::{Map, Value};

use super::Metafield;
use super::name::{is_foreign, key_rule, namespace_rule, resolve_namespace};
use super::value::{is_type, value_rule};
use crate::mock::customers::Customer;
use crate::mock::input;
use crate::mock::messages;
use crate::mock::shop::Shop;
use crate::mock::user_error::UserError;

/// Who writes, and when.
#[derive(Debug, Clone, Copy)]
pub struct Writer {
    /// The app that writes.
    pub api_client_id: u64,
    /// The time.
    pub now_ms: i64,
}

/// Puts one metafield input onto a customer that is not stored yet. The path of an error is relative to the input.
pub fn put(
    shop: &Shop,
    writer: Writer,
    customer: &mut Customer,
    entry: &Map<String, Value>,
) -> Result<(), UserError> {
    let by_id = input::text(entry, "id")
        .and_then(|gid| customer.metafields.iter().find(|it| it.gid() == gid))
        .map(|known| (known.namespace.clone(), known.key.clone()));
    let (namespace, key) = by_id.unwrap_or_else(|| {
        let namespace = resolve_namespace(input::text(entry, "namespace"), writer.api_client_id);
        (
            namespace,
            input::text(entry, "key").unwrap_or_default().to_owned(),
        )
    });
    check_name(&namespace, &key, writer)?;
    let definition = shop.definition("CUSTOMER", &namespace, &key);
    let known = customer.metafield(&namespace, &key).cloned();
    let value_type = input::text(entry, "type")
        .or(definition.map(|it| it.value_type.as_str()))
        .or(known.as_ref().map(|it| it.value_type.as_str()))
        .filter(|name| !name.is_empty())
        .ok_or_else(|| UserError::new(&["type"], messages::TYPE_BLANK))?
        .to_owned();
    if !is_type(&value_type) {
        return Err(UserError::new(&["type"], messages::TYPE_UNKNOWN));
    }
    if definition.is_some_and(|it| it.value_type != value_type) {
        return Err(UserError::new(&["type"], messages::TYPE_MISMATCH));
    }
    let value = input::text(entry, "value").unwrap_or_default().to_owned();
    if let Some(rule) = value_rule(&value_type, &value) {
        return Err(UserError::new(&["value"], rule));
    }
    let is_unique = definition.is_some_and(|it| it.has_unique_values);
    let owner = shop.owner_of_value(&namespace, &key, &value);
    if is_unique && owner.is_some_and(|owner| owner != customer.id) {
        return Err(UserError::new(&["value"], messages::UNIQUE_VALUE_TAKEN));
    }
    insert(customer, namespace, key, value_type, value, writer.now_ms);
    Ok(())
}

fn check_name(namespace: &str, key: &str, writer: Writer) -> Result<(), UserError> {
    if is_foreign(namespace, writer.api_client_id) {
        return Err(UserError::new(&[], messages::NAMESPACE_FORBIDDEN));
    }
    if let Some(rule) = namespace_rule(namespace) {
        return Err(UserError::new(&["namespace"], rule));
    }
    match key_rule(key) {
        Some(rule) => Err(UserError::new(&["key"], rule)),
        None => Ok(()),
    }
}

fn insert(
    customer: &mut Customer,
    namespace: String,
    key: String,
    value_type: String,
    value: String,
    now_ms: i64,
) {
    let known = customer
        .metafields
        .iter_mut()
        .find(|it| it.namespace == namespace && it.key == key);
    match known {
        Some(known) if known.value == value && known.value_type == value_type => {}
        Some(known) => {
            known.value = value;
            known.value_type = value_type;
            known.updated_at = now_ms;
        }
        None => customer.metafields.push(Metafield {
            number: 0,
            namespace,
            key,
            value_type,
            value,
            created_at: now_ms,
            updated_at: now_ms,
        }),
    }
}

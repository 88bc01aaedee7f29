//! `metafieldsSet` and `metafieldsDelete`.

use serde_json::{Map, Value};

use super::name::{is_foreign, resolve_namespace};
use super::put::put;
use super::{Metafield, resolved};
use crate::mock::call::Call;
use crate::mock::customers::{Customer, CustomerId};
use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::resolved::Resolved;
use crate::mock::input;
use crate::mock::messages;
use crate::mock::user_error::{UserError, payload};

/// The most inputs of one `metafieldsSet`.
const MAX_INPUTS: usize = 25;

/// `metafieldsSet`: all or none.
pub fn set(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Result<Resolved, CodedError> {
    let entries = input::objects(arguments, "metafields");
    if entries.len() > MAX_INPUTS {
        let error = UserError::new(&["metafields"], messages::TOO_MANY_METAFIELDS);
        return Ok(payload("metafields", Err(vec![error])));
    }
    let mut changed: Vec<Customer> = Vec::new();
    let mut written = Vec::new();
    let mut errors = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        match set_one(call, entry, &mut changed) {
            Ok(name) => written.push(name),
            Err(error) => errors.push(error.under(&["metafields", &index.to_string()])),
        }
    }
    if !errors.is_empty() {
        return Ok(payload("metafields", Err(errors)));
    }
    for customer in changed {
        call.shop.store(customer, call.now_ms);
    }
    let metafields = written
        .into_iter()
        .filter_map(|(owner, namespace, key)| {
            let metafield = call.shop.customer(owner)?.metafield(&namespace, &key)?;
            Some(resolved(call.shop, owner, metafield))
        })
        .collect();
    Ok(payload("metafields", Ok(Resolved::List(metafields))))
}

type Name = (CustomerId, String, String);

fn set_one(
    call: &Call<'_>,
    entry: &Map<String, Value>,
    changed: &mut Vec<Customer>,
) -> Result<Name, UserError> {
    let owner = input::text(entry, "ownerId")
        .and_then(CustomerId::parse)
        .and_then(|id| call.shop.customer(id))
        .ok_or_else(|| UserError::new(&["ownerId"], messages::OWNER_MISSING))?;
    let id = owner.id;
    if !changed.iter().any(|customer| customer.id == id) {
        changed.push(owner.clone());
    }
    let Some(customer) = changed.iter_mut().find(|customer| customer.id == id) else {
        return Err(UserError::new(&["ownerId"], messages::OWNER_MISSING));
    };
    let writer = call.writer();
    let namespace = resolve_namespace(input::text(entry, "namespace"), writer.api_client_id);
    let key = input::text(entry, "key").unwrap_or_default().to_owned();
    check_digest(customer.metafield(&namespace, &key), entry)?;
    put(call.shop, writer, customer, entry)?;
    let value = |customer: &Customer| {
        customer
            .metafield(&namespace, &key)
            .map(|it| it.value.clone())
    };
    let mine = value(customer);
    let is_unique = call
        .shop
        .definition("CUSTOMER", &namespace, &key)
        .is_some_and(|definition| definition.has_unique_values);
    let others = changed.iter().filter(|other| other.id != id);
    if is_unique && others.into_iter().any(|other| value(other) == mine) {
        return Err(UserError::new(&["value"], messages::UNIQUE_VALUE_TAKEN));
    }
    Ok((id, namespace, key))
}

/// An absent `compareDigest` compares nothing; null means that the metafield must not exist.
fn check_digest(known: Option<&Metafield>, entry: &Map<String, Value>) -> Result<(), UserError> {
    let matches = match entry.get("compareDigest") {
        None => true,
        Some(Value::String(given)) => {
            if given.len() != 64 || !given.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(UserError::new(&[], messages::DIGEST_INVALID));
            }
            known.is_some_and(|it| it.compare_digest() == *given)
        }
        Some(_) => known.is_none(),
    };
    if matches {
        Ok(())
    } else {
        Err(UserError::new(&[], messages::STALE))
    }
}

/// `metafieldsDelete`: a metafield that is not there is null in the answer.
pub fn delete(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Result<Resolved, CodedError> {
    let api_client_id = call.api_client_id;
    let mut deleted = Vec::new();
    for entry in input::objects(arguments, "metafields") {
        let owner = input::text(entry, "ownerId").unwrap_or_default();
        let key = input::text(entry, "key").unwrap_or_default();
        let namespace = resolve_namespace(input::text(entry, "namespace"), api_client_id);
        if is_foreign(&namespace, api_client_id) {
            let error = UserError::new(&["metafields"], messages::NAMESPACE_FORBIDDEN);
            return Ok(payload("deletedMetafields", Err(vec![error])));
        }
        let customer = CustomerId::parse(owner).and_then(|id| call.shop.customer(id));
        let Some(customer) = customer.filter(|it| it.metafield(&namespace, key).is_some()) else {
            deleted.push(Resolved::NULL);
            continue;
        };
        let mut customer = customer.clone();
        customer
            .metafields
            .retain(|it| it.namespace != namespace || it.key != key);
        call.shop.store(customer, call.now_ms);
        deleted.push(Resolved::record(vec![
            ("key", Resolved::leaf(key)),
            ("namespace", Resolved::leaf(namespace)),
            ("ownerId", Resolved::leaf(owner)),
        ]));
    }
    Ok(payload("deletedMetafields", Ok(Resolved::List(deleted))))
}

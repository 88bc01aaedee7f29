//! `tagsAdd` and `tagsRemove`: they leave other tags alone.

use serde_json::{Map, Value};

use super::{CustomerId, attributes, normalise};
use crate::mock::call::Call;
use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::resolved::Resolved;
use crate::mock::input;
use crate::mock::user_error::{UserError, payload};

/// What happens to the given tags.
#[derive(Debug, Clone, Copy)]
pub enum Change {
    /// They are added.
    Add,
    /// They are removed.
    Remove,
}

/// `tagsAdd` and `tagsRemove`.
pub fn change(
    call: &mut Call<'_>,
    arguments: &Map<String, Value>,
    change: Change,
) -> Result<Resolved, CodedError> {
    let gid = input::text(arguments, "id").unwrap_or_default();
    let id = CustomerId::parse(gid);
    let Some(mut customer) = id.and_then(|id| call.shop.customer(id)).cloned() else {
        let kind = gid.split('/').nth(3).unwrap_or("Customer");
        let error = UserError::text(&["id"], format!("{kind} does not exist"), Some("NOT_FOUND"));
        return Ok(payload("node", Err(vec![error])));
    };
    let given = normalise::tags(input::texts(arguments, "tags").unwrap_or_default());
    let known = std::mem::take(&mut customer.tags);
    customer.tags = match change {
        // The spelling that is there already wins.
        Change::Add => normalise::tags(known.iter().chain(&given).map(String::as_str)),
        Change::Remove => {
            let given: Vec<String> = given.iter().map(|tag| tag.to_lowercase()).collect();
            let stays = |tag: &String| !given.contains(&tag.to_lowercase());
            known.into_iter().filter(stays).collect()
        }
    };
    if let Some(rule) = attributes::tags_rule(&customer.tags) {
        let error = UserError::new(&["tags"], rule);
        return Ok(payload("node", Err(vec![error])));
    }
    let id = customer.id;
    call.shop.store(customer, call.now_ms);
    Ok(payload("node", Ok(Resolved::customer(id))))
}

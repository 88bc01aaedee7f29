//! Which attributes two documents of one resource differ in.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::scim::resource::is_urn;

/// Not the client's to change, or following from the others.
const DERIVED: [&str; 3] = ["id", "meta", "schemas"];

/// The names of the attributes that differ: `title`, `name.givenName`, `urn:…:department`, sorted. Empty when none does.
///
/// Lists count as one attribute, order included: clients take the first mail for the main one.
pub fn diff(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let mut names = BTreeSet::new();
    let added = after.keys().filter(|name| !before.contains_key(*name));
    for name in before.keys().chain(added) {
        let (old, new) = (before.get(name), after.get(name));
        if old == new || DERIVED.contains(&name.as_str()) {
            continue;
        }
        let separator = if is_urn(name) { ':' } else { '.' };
        match parts(old, new) {
            Some(parts) => names.extend(parts.map(|part| format!("{name}{separator}{part}"))),
            None => {
                names.insert(name.clone());
            }
        }
    }
    names.into_iter().collect()
}

/// The differing members of objects; `None` when there are no objects to look into.
fn parts<'v>(
    old: Option<&'v Value>,
    new: Option<&'v Value>,
) -> Option<impl Iterator<Item = &'v String>> {
    let members = |value: Option<&'v Value>| match value {
        None => Some(None),
        Some(Value::Object(members)) => Some(Some(members)),
        Some(_) => None,
    };
    let (old, new) = (members(old)?, members(new)?);
    let get = |object: Option<&'v Map<String, Value>>, name: &str| object.and_then(|o| o.get(name));
    let names = old.into_iter().chain(new).flat_map(Map::keys);
    Some(names.filter(move |name| get(old, name) != get(new, name)))
}

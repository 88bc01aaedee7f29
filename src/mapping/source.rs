//! Reading a stored SCIM user.

use serde_json::{Map, Value};

/// The scalars at a dotted path, which may start with an extension's URN and a colon. Lists on the way are entered.
pub fn texts(user: &Map<String, Value>, path: &str) -> Vec<String> {
    let Some((value, rest)) = enter(user, path) else {
        return Vec::new();
    };
    let mut values = vec![value];
    for name in rest.split('.').filter(|name| !name.is_empty()) {
        values = values
            .into_iter()
            .flat_map(elements)
            .filter_map(|value| get(value.as_object()?, name))
            .collect();
    }
    values
        .into_iter()
        .flat_map(elements)
        .filter_map(scalar)
        .collect()
}

/// The first non-blank text at the first path that has one.
pub fn text(user: &Map<String, Value>, paths: &[&str]) -> Option<String> {
    paths
        .iter()
        .find_map(|path| texts(user, path).into_iter().next())
}

/// The elements of a multi-valued attribute, best first: the primary one, then those of `types` in that order, then
/// the others as they stand.
pub fn ranked<'a>(
    user: &'a Map<String, Value>,
    attribute: &str,
    types: &[&str],
) -> Vec<&'a Map<String, Value>> {
    let elements = get(user, attribute).map(elements).unwrap_or_default();
    let mut ranked: Vec<_> = elements.into_iter().filter_map(Value::as_object).collect();
    ranked.sort_by_key(|element| rank(element, types));
    ranked
}

/// A non-blank text member of an element.
pub fn member(element: &Map<String, Value>, name: &str) -> Option<String> {
    get(element, name).and_then(scalar)
}

fn rank(element: &Map<String, Value>, types: &[&str]) -> usize {
    if get(element, "primary").is_some_and(|it| *it == Value::Bool(true)) {
        return 0;
    }
    let kind = member(element, "type").unwrap_or_default();
    let position = types
        .iter()
        .position(|wanted| wanted.eq_ignore_ascii_case(&kind));
    position.map_or(types.len() + 1, |position| position + 1)
}

/// The attribute that the path starts with, and the rest of the path.
fn enter<'a, 'p>(user: &'a Map<String, Value>, path: &'p str) -> Option<(&'a Value, &'p str)> {
    if !path.to_ascii_lowercase().starts_with("urn:") {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        return Some((get(user, name)?, rest));
    }
    // A URN holds dots and colons itself, so the user's own members tell where it ends.
    let (urn, value) = user.iter().find(|(urn, _)| {
        let start = path.get(..urn.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(urn))
            && path.as_bytes().get(urn.len()) == Some(&b':')
    })?;
    let rest = path.get(urn.len() + 1..)?;
    Some((value, rest))
}

fn get<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| {
        // RFC 7643 §2.1: attribute names are case insensitive.
        let mut members = object.iter();
        members
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

fn elements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(elements) => elements.iter().collect(),
        single => vec![single],
    }
}

fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn user() -> Map<String, Value> {
        let user = json!({
            "title": " Countess ",
            "nickName": "  ",
            "name": {"middleName": "Byron"},
            "emails": [
                {"value": "home@example.org", "type": "home"},
                {"value": "work@example.org", "type": "Work"},
                {"value": "main@example.org", "type": "other", "primary": true}
            ],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
                "department": "Engines", "manager": {"value": "7", "displayName": "Charles"}
            }
        });
        user.as_object().unwrap().clone()
    }

    fn check(path: &str, want: &[&str]) {
        assert_eq!(texts(&user(), path), want, "{path}");
    }

    #[test]
    fn paths_lead_to_scalars() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        check("title", &["Countess"]);
        check("TITLE", &["Countess"]);
        check("nickName", &[]);
        check("name.middleName", &["Byron"]);
        check("name", &[]);
        check(
            "emails.value",
            &["home@example.org", "work@example.org", "main@example.org"],
        );
        check(&format!("{enterprise}:department"), &["Engines"]);
        check(&format!("{enterprise}:manager.displayName"), &["Charles"]);
        check("urn:example:other:department", &[]);
        check("urn:é", &[]);
    }

    #[test]
    fn the_primary_element_comes_first_then_the_types_in_order() {
        let user = user();
        let values: Vec<_> = ranked(&user, "emails", &["work"])
            .into_iter()
            .filter_map(|email| member(email, "value"))
            .collect();
        assert_eq!(
            values,
            ["main@example.org", "work@example.org", "home@example.org"]
        );
    }
}

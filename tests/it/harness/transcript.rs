//! Plays what an identity provider sends: `fixtures/README.md` has the form.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Scim, at};

/// Plays `fixtures/idp/NAME.json` to its end; every step must be as it says.
pub async fn play(scim: &Scim, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/idp/{name}.json"));
    let transcript: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let shared = texts(&transcript["headers"]);
    let mut kept = BTreeMap::new();
    let steps = transcript["steps"].as_array().unwrap();
    assert!(!steps.is_empty());
    for step in steps {
        let say = format!("{name}: {}", step["say"].as_str().unwrap());
        let target = fill(step["target"].as_str().unwrap(), &kept);
        let mut headers = shared.clone();
        headers.extend(texts(&step["headers"]));
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let body = step
            .get("body")
            .map(|body| fill(&body.to_string(), &kept).into_bytes());
        let answer = scim
            .send(step["method"].as_str().unwrap(), &target, &headers, body)
            .await;
        let status = Value::from(answer.status);
        let wanted = &step["status"];
        assert!(
            *wanted == status || wanted.as_array().is_some_and(|any| any.contains(&status)),
            "{say}: {status}, not {wanted}: {}",
            answer.text
        );
        let document = answer.json();
        for (pointer, want) in step["expect"].as_object().into_iter().flatten() {
            let want: Value = serde_json::from_str(&fill(&want.to_string(), &kept)).unwrap();
            check(&say, pointer, at(&document, pointer), &want);
        }
        for (variable, pointer) in texts(&step["keep"]) {
            let value = at(&document, &pointer)
                .as_str()
                .unwrap_or_else(|| panic!("{say}: nothing to keep at {pointer}"));
            kept.insert(variable, value.to_owned());
        }
    }
}

fn check(say: &str, pointer: &str, got: &Value, want: &Value) {
    let fits = match want {
        Value::Object(rule) if rule.contains_key("size") => {
            rule["size"].as_u64() == got.as_array().map(|list| list.len() as u64)
        }
        Value::Object(rule) if rule.contains_key("has") => got
            .as_array()
            .is_some_and(|list| list.iter().any(|element| includes(element, &rule["has"]))),
        want => got == want,
    };
    assert!(fits, "{say}: {pointer} is {got}, not {want}");
}

fn includes(element: &Value, members: &Value) -> bool {
    members
        .as_object()
        .unwrap()
        .iter()
        .all(|(name, value)| element[name] == *value)
}

fn texts(object: &Value) -> Vec<(String, String)> {
    object
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect()
}

fn fill(text: &str, kept: &BTreeMap<String, String>) -> String {
    kept.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

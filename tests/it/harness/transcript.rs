//! Plays what an identity provider sends: `fixtures/README.md` has the form.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Scim, at};

pub const PROVIDERS: [&str; 3] = ["miniorange", "okta", "entra"];

/// Plays `fixtures/idp/NAME.json` to its end; every step must be as it says.
pub async fn play(scim: &Scim, name: &str) {
    Player::of(name).play(scim).await;
}

/// The steps of a transcript, read as they stand in the file.
pub fn steps(name: &str) -> Vec<Value> {
    read(name)["steps"].as_array().unwrap().clone()
}

/// A transcript that is being played.
#[derive(Debug)]
pub struct Player {
    name: String,
    headers: Vec<(String, String)>,
    steps: Vec<Value>,
    played: usize,
    kept: BTreeMap<String, String>,
    /// How long the slowest answer took.
    pub slowest: Duration,
}

impl Player {
    pub fn of(name: &str) -> Self {
        let steps = steps(name);
        assert!(!steps.is_empty());
        Self {
            name: name.to_owned(),
            headers: texts(&read(name)["headers"]),
            steps,
            played: 0,
            kept: BTreeMap::new(),
            slowest: Duration::ZERO,
        }
    }

    /// Plays what is left.
    pub async fn play(&mut self, scim: &Scim) {
        self.play_to(scim, self.steps.len()).await;
    }

    /// Plays up to the first deletion.
    pub async fn play_to_deletion(&mut self, scim: &Scim) {
        let deletion = self
            .steps
            .iter()
            .position(|step| step["method"] == "DELETE");
        self.play_to(scim, deletion.unwrap()).await;
    }

    async fn play_to(&mut self, scim: &Scim, end: usize) {
        for step in self.steps.clone().get(self.played..end).unwrap() {
            self.step(scim, step).await;
        }
        self.played = end;
    }

    async fn step(&mut self, scim: &Scim, step: &Value) {
        let say = format!("{}: {}", self.name, step["say"].as_str().unwrap());
        let target = fill(step["target"].as_str().unwrap(), &self.kept);
        let mut headers = self.headers.clone();
        headers.extend(texts(&step["headers"]));
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let body = step
            .get("body")
            .map(|body| fill(&body.to_string(), &self.kept).into_bytes());
        let asked_at = Instant::now();
        let answer = scim
            .send(step["method"].as_str().unwrap(), &target, &headers, body)
            .await;
        self.slowest = self.slowest.max(asked_at.elapsed());
        let status = Value::from(answer.status);
        let wanted = &step["status"];
        assert!(
            *wanted == status || wanted.as_array().is_some_and(|any| any.contains(&status)),
            "{say}: {status}, not {wanted}: {}",
            answer.text
        );
        let document = answer.json();
        for (pointer, want) in step["expect"].as_object().into_iter().flatten() {
            let want: Value = serde_json::from_str(&fill(&want.to_string(), &self.kept)).unwrap();
            check(&say, pointer, at(&document, pointer), &want);
        }
        for (variable, pointer) in texts(&step["keep"]) {
            let value = at(&document, &pointer)
                .as_str()
                .unwrap_or_else(|| panic!("{say}: nothing to keep at {pointer}"));
            self.kept.insert(variable, value.to_owned());
        }
    }
}

fn read(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/idp/{name}.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
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

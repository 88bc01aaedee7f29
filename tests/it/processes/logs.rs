//! At the most talkative log level, nothing personal and no secret is in what the bridge says.

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

use crate::harness::Scim;
use crate::harness::database::MASTER_KEY;
use crate::harness::installation::{Bridge, Installation, SHOPIFY_TOKEN};
use crate::harness::transcript::{PROVIDERS, Player, steps};

/// Members whose values say nothing about a person.
const IMPERSONAL: &[&str] = &["schemas", "op", "path", "type", "resourceType", "primary"];

/// Adds the texts of a body that are about somebody.
fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, found)),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !IMPERSONAL.contains(&name.as_str()))
            .for_each(|(_, value)| collect(value, found)),
        _ => {}
    }
}

/// All that the provider says about people: in bodies, and in filters.
fn personal(provider: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for step in steps(provider) {
        collect(&step["body"], &mut found);
        let target = percent_decode_str(step["target"].as_str().unwrap())
            .decode_utf8()
            .unwrap();
        let quoted = target.split('"').skip(1).step_by(2);
        found.extend(quoted.map(str::to_owned));
    }
    let is_about_somebody = |text: &String| {
        // Not what stands for something kept, nor what is no text of a person's: numbers, switches, types, languages.
        let impersonal = [
            "true", "false", "False", "True", "work", "en-US", "Employee",
        ];
        let is_number = text.parse::<u32>().is_ok() && !text.starts_with('+');
        text.len() > 2 && !is_number && !text.contains('{') && !impersonal.contains(&text.as_str())
    };
    found.into_iter().filter(is_about_somebody).collect()
}

/// Whether `text` stands in `said` as a word of its own, raw or percent-encoded, in any case.
fn says(said: &str, text: &str) -> bool {
    let encoded = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    [text.to_owned(), encoded, text.replace('@', "%40")]
        .iter()
        .any(|form| {
            let form = form.to_lowercase();
            said.match_indices(&form).any(|(start, _)| {
                let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                let before = said[..start].chars().next_back();
                let after = said[start + form.len()..].chars().next();
                !is_word(before) && !is_word(after)
            })
        })
}

/// Serves all providers and some who have no right to be served; gives all that the bridge said.
async fn said(installation: &Installation, format: &str) -> String {
    let mut command = installation.serve_command();
    command
        .env("SYNCUP_LOG", "trace")
        .env("RUST_LOG", "trace")
        .env("SYNCUP_LOG_FORMAT", format);
    let bridge = Bridge::start(&mut command);
    let scim = Scim::new(&bridge.base_url, &installation.token);
    for provider in PROVIDERS {
        Player::of(provider).play(&scim).await;
        // What Shopify refuses or loses is logged too.
        let fault = json!({"times": 2, "kind": "malformed-json"});
        installation.mock.inject(&fault).await;
    }
    let refused = scim
        .post("/Users", &json!({"userName": "olga@example.com"}))
        .await;
    assert_eq!(refused.verdict(), "409 uniqueness");
    let strange = scim
        .with_token("syncup_STRANGER_secretsecretsecret")
        .get("/Users")
        .await;
    assert_eq!(strange.status, 401);
    bridge.process.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_and_no_secret_is_logged_at_any_level() {
    for format in ["text", "json"] {
        let installation = Installation::on_plan("plus");
        let said = said(&installation, format).await.to_lowercase();
        // It is the most talkative level indeed, and the requests are in it.
        assert!(
            said.contains("trace") && said.contains("a scim request"),
            "{said}"
        );
        // So is what each part of them was a part of.
        for part in ["request.id", "user.id", "shopify.request_id", "statements"] {
            assert!(said.contains(part), "{format}: {part}");
        }
        let key = MASTER_KEY;
        let secrets = [SHOPIFY_TOKEN, key, "syncup_STRANGER_secretsecretsecret"];
        let token = installation.token.rsplit('_').next().unwrap();
        for secret in secrets.into_iter().chain([&*installation.token, token]) {
            assert!(
                !said.contains(&secret.to_lowercase()),
                "{format}: a secret is logged"
            );
        }
        for text in PROVIDERS.into_iter().flat_map(personal) {
            assert!(
                !says(&said, &text),
                "{format}: {text:?} is logged: {}",
                context(&said, &text)
            );
        }
    }
}

/// What the lines say that have this request's id, or are within what has it.
fn messages(said: &str, request_id: &str) -> Vec<Value> {
    let lines = said
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let mut lines = lines.collect::<Vec<Value>>();
    lines.retain(|line| {
        let spans = line["spans"].as_array().into_iter().flatten();
        spans
            .into_iter()
            .any(|span| span["request.id"] == request_id)
    });
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_followed_by_its_id_to_the_disk_and_to_shopify() {
    let installation = Installation::on_plan("plus");
    let mut command = installation.serve_command();
    command
        .env("SYNCUP_LOG", "syncup=debug")
        .env("SYNCUP_LOG_FORMAT", "json");
    let bridge = Bridge::start(&mut command);
    let scim = Scim::new(&bridge.base_url, &installation.token);
    let created = scim
        .post("/Users", &json!({"userName": "olga@example.com"}))
        .await;
    assert_eq!(created.status, 201);
    let fault = json!({"times": 1, "kind": "malformed-json"});
    installation.mock.inject(&fault).await;
    let failing = scim
        .post("/Users", &json!({"userName": "mina@example.com"}))
        .await;
    let said = bridge.process.stop();

    let lines = messages(&said, created.header("x-request-id"));
    for message in [
        "a SCIM request",
        "a batch was written or refused",
        "called shopify",
        "answered",
    ] {
        let line = lines.iter().find(|one| one["fields"]["message"] == message);
        assert!(line.is_some(), "{message}: {said}");
    }
    let shopify = lines
        .iter()
        .rfind(|one| one["target"] == "syncup::shopify::client");
    let shopify = shopify.unwrap();
    assert!(
        shopify["fields"]["shopify.request_id"].is_string(),
        "{shopify}"
    );
    let spans: Vec<&Value> = shopify["spans"].as_array().unwrap().iter().collect();
    let names: Vec<&str> = spans
        .iter()
        .filter_map(|span| span["name"].as_str())
        .collect();
    assert_eq!(names, ["scim", "step", "shopify"]);

    let lines = messages(&said, failing.header("x-request-id"));
    let failed = lines.iter().find(|line| line["level"] == "WARN").unwrap();
    assert_eq!(failed["fields"]["message"], "a request of Shopify failed");
    assert!(
        failed["fields"]["shopify.request_id"].is_string(),
        "{failed}"
    );
}

/// The lines that say it.
fn context<'s>(said: &'s str, text: &str) -> &'s str {
    said.lines().find(|line| says(line, text)).unwrap_or(said)
}

#[test]
fn the_fixtures_have_enough_that_must_not_be_logged() {
    let all: BTreeSet<String> = PROVIDERS.into_iter().flat_map(personal).collect();
    for text in [
        "olga@example.com",
        "mina",
        "Murray",
        "Tokarczuk",
        "+46701740605",
        "Cartographers",
    ] {
        assert!(
            all.iter()
                .any(|one| one.eq_ignore_ascii_case(text) || one.contains(text)),
            "{text}: {all:?}"
        );
    }
    assert!(says("a \"olga%40example.com\" b", "olga@example.com"));
    assert!(!says("timeline", "elin"));
}

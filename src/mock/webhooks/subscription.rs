//! A subscription, and what is demanded of one.

use serde::Serialize;

use super::{Topic, Webhooks};
use crate::mock::user_error::UserError;

/// Who is told of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Its number.
    pub number: u64,
    /// What it is told of.
    pub topic: Topic,
    /// Where it is told.
    pub uri: String,
    /// The name in `X-Shopify-Name`.
    pub name: Option<String>,
    /// The members of the payload that it gets; all when empty.
    pub include_fields: Vec<String>,
    /// Whether an app made it through the API: such a one is deleted when nobody listens.
    pub is_made_by_api: bool,
    /// When it was made, in ms since the epoch.
    pub created_at_ms: i64,
    /// When it was last changed, in ms since the epoch.
    pub updated_at_ms: i64,
}

impl Subscription {
    /// The global id.
    pub fn gid(&self) -> String {
        format!("gid://shopify/WebhookSubscription/{}", self.number)
    }
}

const URI: [&str; 2] = ["webhookSubscription", "callbackUrl"];

/// What is wrong with a subscription.
pub fn check(webhooks: &Webhooks, wanted: &Subscription) -> Result<(), UserError> {
    if let Some(message) = uri_rule(&wanted.uri) {
        return Err(UserError::text(&URI, message, None));
    }
    let mut others = webhooks
        .subscriptions
        .iter()
        .filter(|other| other.is_made_by_api && other.number != wanted.number);
    if others
        .clone()
        .any(|other| other.topic == wanted.topic && other.uri == wanted.uri)
    {
        let message = "Address for this topic has already been taken";
        return Err(UserError::text(&URI, message, None));
    }
    if wanted.name.is_some() && others.any(|other| other.name == wanted.name) {
        let message = "Name already exists, no duplicate allowed";
        let field = ["webhookSubscription", "name"];
        return Err(UserError::text(&field, message, None));
    }
    Ok(())
}

fn uri_rule(uri: &str) -> Option<String> {
    if uri.trim().is_empty() {
        return Some("Address can't be blank".to_owned());
    }
    if uri.starts_with("arn:") {
        return None;
    }
    match uri.split_once("://") {
        None => Some("Address is invalid".to_owned()),
        Some(("https" | "pubsub", _)) => None,
        // Shopify has no such exception: on one machine nobody has a certificate.
        Some(("http", rest)) if is_loopback(rest) => None,
        Some((scheme, _)) => Some(format!("Address protocol {scheme}:// is not supported")),
    }
}

fn is_loopback(rest: &str) -> bool {
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .filter_map(|known| host.strip_prefix(known))
        .any(|port| port.is_empty() || port.starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_or_on_this_machine() {
        let check = |uri: &str, message: Option<&str>| {
            assert_eq!(uri_rule(uri).as_deref(), message, "{uri}");
        };
        check("https://app.example.com/webhooks", None);
        check("http://127.0.0.1:8080/webhooks", None);
        check("http://localhost/webhooks", None);
        check("pubsub://project:topic", None);
        check(" ", Some("Address can't be blank"));
        check("app.example.com", Some("Address is invalid"));
        let http = Some("Address protocol http:// is not supported");
        check("http://app.example.com/webhooks", http);
        check("http://localhost.example.com/", http);
        check("ftp://a", Some("Address protocol ftp:// is not supported"));
    }
}

//! Metafield namespaces and keys.

use crate::mock::messages::{self, Rule};

/// The namespace as stored: omitted or `$app` is the app's own, `$app:x` a part of it.
pub fn resolve_namespace(namespace: Option<&str>, api_client_id: u64) -> String {
    match namespace {
        None | Some("$app") => format!("app--{api_client_id}"),
        Some(text) => match text.strip_prefix("$app:") {
            Some(part) => format!("app--{api_client_id}--{part}"),
            None => text.to_owned(),
        },
    }
}

/// Whether the namespace is reserved for another app.
pub fn is_foreign(namespace: &str, api_client_id: u64) -> bool {
    let own = format!("app--{api_client_id}");
    namespace.starts_with("app--")
        && namespace != own
        && !namespace.starts_with(&format!("{own}--"))
}

/// What is wrong with a namespace.
pub fn namespace_rule(namespace: &str) -> Option<Rule> {
    let length = namespace.chars().count();
    match length {
        0..3 => Some(messages::NAMESPACE_TOO_SHORT),
        256.. => Some(messages::NAMESPACE_TOO_LONG),
        _ if !is_word(namespace) => Some(messages::NAMESPACE_CHARACTERS),
        _ => None,
    }
}

/// What is wrong with a key.
pub fn key_rule(key: &str) -> Option<Rule> {
    let length = key.chars().count();
    match length {
        0..2 => Some(messages::KEY_TOO_SHORT),
        65.. => Some(messages::KEY_TOO_LONG),
        _ if !is_word(key) => Some(messages::KEY_CHARACTERS),
        _ => None,
    }
}

fn is_word(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

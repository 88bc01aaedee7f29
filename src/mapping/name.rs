//! First and last name.

use serde_json::{Map, Value};

use super::source;
use super::text::{cut_chars, single_line};

const MAX_CHARS: usize = 255;

/// The names, and whether one was cut.
pub fn names(user: &Map<String, Value>) -> (Option<String>, Option<String>, bool) {
    let given = source::text(user, &["name.givenName"]);
    let family = source::text(user, &["name.familyName"]);
    let (first, last) = if given.is_none() && family.is_none() {
        source::text(user, &["name.formatted", "displayName"]).map_or((None, None), |it| split(&it))
    } else {
        (given, family)
    };
    let (first, is_first_cut) = fitted(first);
    let (last, is_last_cut) = fitted(last);
    (first, last, is_first_cut || is_last_cut)
}

/// "Ada King Lovelace" and "Lovelace, Ada King": the family name is one word, or what stands before the comma.
fn split(whole: &str) -> (Option<String>, Option<String>) {
    let (first, last) = match whole.split_once(',') {
        Some((last, first)) => (first, last),
        None => whole
            .trim()
            .rsplit_once(char::is_whitespace)
            .unwrap_or((whole, "")),
    };
    (Some(first.to_owned()), Some(last.to_owned()))
}

fn fitted(name: Option<String>) -> (Option<String>, bool) {
    let line = name.map(|name| single_line(&name)).unwrap_or_default();
    let (kept, is_cut) = cut_chars(&line, MAX_CHARS);
    let kept = kept.trim().to_owned();
    ((!kept.is_empty()).then_some(kept), is_cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(user: &Value, want: (Option<&str>, Option<&str>)) {
        let (first, last, _) = names(user.as_object().unwrap());
        assert_eq!((first.as_deref(), last.as_deref()), want, "{user}");
    }

    #[test]
    fn given_and_family_name_come_before_the_formatted_one() {
        let formatted = json!("Augusta Ada King");
        check(
            &json!({"name": {"givenName": "Ada", "familyName": "Lovelace", "formatted": formatted}}),
            (Some("Ada"), Some("Lovelace")),
        );
        check(
            &json!({"name": {"givenName": "Ada", "familyName": " "}}),
            (Some("Ada"), None),
        );
        check(
            &json!({"name": {"formatted": formatted}}),
            (Some("Augusta Ada"), Some("King")),
        );
        check(
            &json!({"displayName": "Lovelace, Ada"}),
            (Some("Ada"), Some("Lovelace")),
        );
        check(&json!({"displayName": "Ada"}), (Some("Ada"), None));
        check(&json!({"displayName": " "}), (None, None));
    }

    #[test]
    fn a_long_name_is_cut() {
        let user = json!({"name": {"givenName": "ä".repeat(300)}});
        let (first, _, is_cut) = names(user.as_object().unwrap());
        assert_eq!(first.map(|name| name.chars().count()), Some(MAX_CHARS));
        assert!(is_cut);
    }
}

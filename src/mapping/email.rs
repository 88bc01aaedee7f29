//! Which e-mail address a user's customer has.

use serde_json::{Map, Value};

use super::source;

const MAX_CHARS: usize = 255;

/// The e-mail address in Shopify's spelling, and whether a better-placed one had to be passed over.
pub fn email(user: &Map<String, Value>) -> (Option<String>, bool) {
    let listed = source::ranked(user, "emails", &["work"]);
    let mut candidates: Vec<_> = listed
        .into_iter()
        .filter_map(|email| source::member(email, "value"))
        .collect();
    candidates.extend(source::text(user, &["userName"]).filter(|name| name.contains('@')));
    let position = candidates
        .iter()
        .position(|text| is_email(&normalised(text)));
    let email = position
        .and_then(|position| candidates.get(position))
        .map(|text| normalised(text));
    let is_passed_over = match position {
        Some(position) => position > 0,
        None => !candidates.is_empty(),
    };
    (email, is_passed_over)
}

/// Shopify drops white space, inside too, and folds case.
fn normalised(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Shopify wants `local@domain.tld`.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let is_legal = |c: char| !c.is_control() && !"@,;<>()[]\\\"".contains(c);
    text.chars().count() <= MAX_CHARS
        && !local.is_empty()
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
        && local.chars().all(is_legal)
        && domain.chars().all(is_legal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(user: &Value, want: Option<&str>, want_passed_over: bool) {
        let (email, is_passed_over) = email(user.as_object().unwrap());
        assert_eq!(email.as_deref(), want, "{user}");
        assert_eq!(is_passed_over, want_passed_over, "{user}");
    }

    #[test]
    fn the_best_placed_usable_address_is_taken() {
        let home = json!({"value": "home@example.org", "type": "home"});
        let work = json!({"value": "work@example.org", "type": "work"});
        let main = json!({"value": "main@example.org", "primary": true});
        let bad = json!({"value": "main@localhost", "primary": true});
        check(
            &json!({"emails": [home, work, main]}),
            Some("main@example.org"),
            false,
        );
        check(
            &json!({"emails": [home, work]}),
            Some("work@example.org"),
            false,
        );
        check(&json!({"emails": [home]}), Some("home@example.org"), false);
        check(
            &json!({"emails": [bad, home]}),
            Some("home@example.org"),
            true,
        );
        check(&json!({"emails": [bad]}), None, true);
        check(
            &json!({"emails": [{"value": "a@b.example"}], "userName": "x@y.example"}),
            Some("a@b.example"),
            false,
        );
        check(
            &json!({"userName": "ada@example.org"}),
            Some("ada@example.org"),
            false,
        );
        check(&json!({"userName": "ada"}), None, false);
        check(&json!({}), None, false);
    }

    #[test]
    fn white_space_and_case_are_folded() {
        check(
            &json!({"userName": " Ada.L @Example.ORG"}),
            Some("ada.l@example.org"),
            false,
        );
    }

    #[test]
    fn an_address_has_a_domain_with_a_dot_and_255_characters_at_most() {
        for bad in [
            "foo@bar",
            "@b.example",
            "a@",
            "a@.example",
            "a@b..c",
            "a@b@c.example",
            "a b",
            "<a@b.example>",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(is_email("ä+tag@sub.example.org"));
        let long = |count: usize| format!("{}@b.example", "a".repeat(count));
        assert!(is_email(&long(245)));
        assert!(!is_email(&long(246)));
    }
}

//! The forms in which Shopify stores what it is sent.

use std::collections::HashSet;

use phonenumber::{Mode, country};

/// An e-mail: whitespace removed, also inside, and in lower case.
pub fn email(text: &str) -> String {
    text.split_whitespace().collect::<String>().to_lowercase()
}

/// Whether a normalised e-mail has the form `local@domain.tld`.
pub fn is_email(email: &str) -> bool {
    let Some((local, domain)) = email.split_once('@') else {
        return false;
    };
    let labels: Vec<&str> = domain.split('.').collect();
    let legal = |c: char| c.is_alphanumeric() || c == '-';
    !local.is_empty()
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && !local.contains(['<', '>', ',', ';', '(', ')', '[', ']', '\\', '"'])
        && email.len() <= MAX_TEXT
        && labels.len() >= 2
        && labels
            .iter()
            .all(|label| !label.is_empty() && label.chars().all(legal))
}

/// The longest name, tag, e-mail, phone or address line, in characters.
pub const MAX_TEXT: usize = 255;

/// A phone number as E.164; None when it is no number. `region` (`US`) reads numbers without a country code.
pub fn phone(text: &str, region: &str) -> Option<String> {
    let region: Option<country::Id> = region.parse().ok();
    let number = phonenumber::parse(region, text).ok()?;
    phonenumber::is_valid(&number).then(|| number.format().mode(Mode::E164).to_string())
}

/// An E.164 number in its international form, as `displayName` shows it: `+1 415-810-3301`.
pub fn pretty_phone(e164: &str) -> String {
    match phonenumber::parse(None, e164) {
        Ok(number) => number.format().mode(Mode::International).to_string(),
        Err(_) => e164.to_owned(),
    }
}

/// Tags: split at commas, trimmed, without blanks and repetitions (the first spelling wins), sorted without regard to case.
pub fn tags<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut tags: Vec<String> = texts
        .into_iter()
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .filter(|tag| !tag.is_empty() && seen.insert(tag.to_lowercase()))
        .map(str::to_owned)
        .collect();
    tags.sort_by_key(|tag| tag.to_lowercase());
    tags
}

/// Whether the text looks like a locale: `en`, `pt-BR`, `zh-Hans`.
pub fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    let letters = |part: &str| part.chars().all(|c| c.is_ascii_alphabetic());
    let region = parts.next();
    (2..=3).contains(&language.len())
        && letters(language)
        && region.is_none_or(|region| (2..=4).contains(&region.len()) && letters(region))
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_loses_whitespace_and_case() {
        assert_eq!(
            email(" Ada. Lovelace @Example.ORG "),
            "ada.lovelace@example.org"
        );
    }

    #[test]
    fn an_email_needs_a_domain_with_a_dot() {
        let check = |text: &str, valid: bool| assert_eq!(is_email(text), valid, "{text}");
        check("foo@bar.example", true);
        check("foo+tag@bar.example", true);
        check("foo@bar", false);
        check("foo", false);
        check("@bar.example", false);
        check("foo@", false);
        check("foo@bar..example", false);
        check("a@b@c.example", false);
    }

    #[test]
    fn a_phone_becomes_e164_or_nothing() {
        let check = |text: &str, e164: Option<&str>| {
            assert_eq!(phone(text, "US").as_deref(), e164, "{text}");
        };
        check("+1 (613) 450-5293", Some("+16134505293"));
        check("613-450-5293", Some("+16134505293"));
        check("+49 30 901820", Some("+4930901820"));
        check("+1 202 555 0123", Some("+12025550123"));
        check("+1 555 555 0123", None);
        check("12", None);
        check("not a phone", None);
    }

    #[test]
    fn a_phone_is_shown_in_its_international_form() {
        assert_eq!(pretty_phone("+14158103301"), "+1 415-810-3301");
    }

    #[test]
    fn tags_are_split_trimmed_deduplicated_and_sorted() {
        let check = |given: &[&str], want: &[&str]| {
            assert_eq!(tags(given.iter().copied()), want, "{given:?}");
        };
        check(&["b, a", " c "], &["a", "b", "c"]);
        check(&["VIP", "vip", "Vip"], &["VIP"]);
        check(&["", " , ", "x"], &["x"]);
        check(&["beta", "Alpha"], &["Alpha", "beta"]);
    }

    #[test]
    fn locales_have_one_form() {
        let check = |text: &str, valid: bool| assert_eq!(is_locale(text), valid, "{text}");
        check("en", true);
        check("pt-BR", true);
        check("not a locale", false);
        check("", false);
    }
}

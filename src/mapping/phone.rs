//! The phone number, in E.164.

use serde_json::{Map, Value};

use super::source;

/// Numbers that reach no person.
const NOT_PHONES: [&str; 2] = ["fax", "pager"];

/// The number, if the user has one: `Err` when it cannot be brought into E.164.
pub fn phone(user: &Map<String, Value>, region: Option<&str>) -> Option<Result<String, ()>> {
    let is_phone = |element: &&Map<String, Value>| {
        let kind = source::member(element, "type").unwrap_or_default();
        !NOT_PHONES.iter().any(|it| it.eq_ignore_ascii_case(&kind))
    };
    let ranked = source::ranked(user, "phoneNumbers", &["work", "mobile"]);
    let text = ranked
        .into_iter()
        .filter(is_phone)
        .find_map(|element| source::member(element, "value"))?;
    Some(e164(&text, region).ok_or(()))
}

/// The number in E.164. `region` is the ISO 3166-1 code of the country for numbers without a country code.
pub fn e164(text: &str, region: Option<&str>) -> Option<String> {
    let number = without_extension(text);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    // ITU-T E.164 allows 15 digits; a trunk prefix may add a few.
    if !(3..=20).contains(&digits) {
        return None;
    }
    let region = region.and_then(|region| region.to_ascii_uppercase().parse().ok());
    let parsed = phonenumber::parse(region, number).ok()?;
    if !parsed.is_valid() {
        return None;
    }
    let text = parsed.format().mode(phonenumber::Mode::E164).to_string();
    let (plus, digits) = text.split_at_checked(1)?;
    (plus == "+" && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// Drops `tel:` (RFC 3966), its parameters, and the usual spellings of an extension.
fn without_extension(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let number = lower.strip_prefix("tel:").unwrap_or(&lower);
    let end = number
        .find([';', ',', '#', 'x', 'e'])
        .unwrap_or(number.len());
    let number = number.get(..end).unwrap_or_default().trim();
    match number.strip_prefix("00") {
        Some(international) => format!("+{international}"),
        None => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn check(text: &str, region: Option<&str>, want: Option<&str>) {
        assert_eq!(e164(text, region).as_deref(), want, "{text}");
    }

    #[test]
    fn numbers_become_e164() {
        check("+1 (613) 450-5293", None, Some("+16134505293"));
        check("613-450-5293", Some("CA"), Some("+16134505293"));
        check("613-450-5293", Some("ca"), Some("+16134505293"));
        check("613-450-5293", None, None);
        check("tel:+1-613-450-5293;ext=12", None, Some("+16134505293"));
        check("+1 613 450 5293 ext. 12", None, Some("+16134505293"));
        check("+1 613 450 5293 x12", None, Some("+16134505293"));
        check("+1 613 450 5293,,12#", None, Some("+16134505293"));
        check("0049 30 901820", None, Some("+4930901820"));
        check("030 901820", Some("DE"), Some("+4930901820"));
        check("+49 (0)30 901820", None, Some("+4930901820"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "n/a",
            "12",
            "+1",
            "+1 613",
            "ask Ada",
            "+999 123456789",
            "555-CALL-NOW",
        ] {
            check(text, Some("US"), None);
        }
    }

    #[test]
    fn the_best_placed_number_is_taken_and_a_fax_never() {
        let user = json!({"phoneNumbers": [
            {"value": "+1 613 450 5290", "type": "fax", "primary": true},
            {"value": "+1 613 450 5291", "type": "home"},
            {"value": "+1 613 450 5292", "type": "mobile"},
            {"value": "+1 613 450 5293", "type": "work"}
        ]});
        let number = phone(user.as_object().unwrap(), None);
        assert_eq!(number, Some(Ok("+16134505293".to_owned())));
    }

    proptest! {
        #[test]
        fn any_text_is_a_number_or_none_and_a_number_stays_itself(text in ".{0,40}", region in prop::option::of("[A-Z]{2}")) {
            if let Some(number) = e164(&text, region.as_deref()) {
                prop_assert_eq!(e164(&number, None), Some(number.clone()));
            }
        }

        #[test]
        fn digits_never_panic(text in "[+0-9() /.;=extl:-]{0,30}", region in prop::option::of("(US|DE|IT|BR|AR|XX)")) {
            let _ = e164(&text, region.as_deref());
        }
    }
}

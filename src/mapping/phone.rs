//! Phone numbers in E.164, the form in which Shopify stores them.

use phonenumber::Mode;
use phonenumber::country;

/// What separates a number from an extension, as people write it.
const EXTENSION_MARKS: &[&str] = &["ext", "x", "#", "durchwahl"];

/// The number in E.164; none when it is no valid number.
///
/// `region` (`US`) reads numbers without a country calling code. Extensions are dropped: Shopify keeps none.
pub fn normalise(text: &str, region: Option<&str>) -> Option<String> {
    let digits = dialled(text)?;
    // With a calling code the region must not take part: its trunk prefix would be cut from a foreign number.
    let region: Option<country::Id> = match digits.starts_with('+') {
        true => None,
        false => Some(region?.trim().to_ascii_uppercase().parse().ok()?),
    };
    let number = phonenumber::parse(region, &digits).ok()?;
    phonenumber::is_valid(&number).then(|| number.format().mode(Mode::E164).to_string())
}

/// What one would dial: digits, after a `+` when there is a country calling code.
fn dialled(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let (number, context) = without_uri(&lower);
    let number = without_extension(number);
    // People write the trunk prefix of their own country in brackets: +49 (0) 30.
    let number = match number.starts_with('+') {
        true => number.replace("(0)", ""),
        false => format!("{}{number}", context.unwrap_or_default()),
    };
    if number.chars().any(|c| c.is_alphabetic()) {
        return None;
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    match (number.starts_with('+'), digits.strip_prefix("00")) {
        (true, _) => Some(format!("+{digits}")),
        (false, Some(international)) => Some(format!("+{international}")),
        (false, None) => Some(digits),
    }
}

/// RFC 3966 §3: the number of a `tel:` URI, and its `phone-context` when that is a calling code.
fn without_uri(text: &str) -> (&str, Option<&str>) {
    let text = text.strip_prefix("tel:").unwrap_or(text).trim_start();
    let mut parts = text.split(';');
    let number = parts.next().unwrap_or_default();
    let context = parts
        .find_map(|parameter| parameter.trim().strip_prefix("phone-context="))
        .filter(|context| context.starts_with('+'));
    (number, context)
}

fn without_extension(number: &str) -> &str {
    EXTENSION_MARKS
        .iter()
        .filter_map(|mark| number.find(mark))
        .min()
        .and_then(|start| number.get(..start))
        .unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_becomes_e164_or_nothing() {
        let check = |text: &str, region: Option<&str>, want: Option<&str>| {
            assert_eq!(
                normalise(text, region).as_deref(),
                want,
                "{text} {region:?}"
            );
        };
        let (us, de) = (Some("US"), Some("DE"));
        check("+1 (613) 450-5293", None, Some("+16134505293"));
        check("+1 (613) 450-5293", de, Some("+16134505293"));
        check("613-450-5293", us, Some("+16134505293"));
        check("613-450-5293", Some("us"), Some("+16134505293"));
        check("613-450-5293", None, None);
        check("613-450-5293", Some("Narnia"), None);
        check("1 613 450 5293", us, Some("+16134505293"));
        check("tel:+1-613-450-5293", None, Some("+16134505293"));
        check("TEL:+1-613-450-5293;ext=12", None, Some("+16134505293"));
        check(
            "tel:613-450-5293;phone-context=+1",
            None,
            Some("+16134505293"),
        );
        check("+1 613 450 5293 x12", us, Some("+16134505293"));
        check("+1 613 450 5293 ext. 12", us, Some("+16134505293"));
        check("+1 613 450 5293 Extension 12", us, Some("+16134505293"));
        check("+49 (0)30 901820", us, Some("+4930901820"));
        check("030 901820", de, Some("+4930901820"));
        check("0049 30 901820", us, Some("+4930901820"));
        check("+44 1632 960001", us, None);
        check("+44 20 7946 0018", us, Some("+442079460018"));
        check("4711", de, None);
        check("not a phone", us, None);
        check("1-800-FLOWERS", us, None);
        check("+", us, None);
        check("", us, None);
        check("ext 5", us, None);
    }
}

//! Locales in the form that Shopify knows: `en`, `pt-BR`.

/// The language, or the language and the region; none when the text is no language tag.
///
/// Accepts BCP 47 (`zh-Hant-TW`), POSIX (`en_US.UTF-8`) and the first choice of an `Accept-Language` list.
pub fn normalise(text: &str) -> Option<String> {
    let first = text.split([',', ';', '.', '@']).next()?.trim();
    let mut subtags = first.split(['-', '_']).peekable();
    let language = subtags.next()?;
    if !(2..=3).contains(&language.len()) || !is_alphabetic(language) {
        return None;
    }
    let script = subtags.next_if(|subtag| subtag.len() == 4 && is_alphabetic(subtag));
    let rest: Vec<&str> = subtags.collect();
    let legal =
        |s: &&str| (1..=8).contains(&s.len()) && s.chars().all(|c| c.is_ascii_alphanumeric());
    if !rest.iter().all(legal) {
        return None;
    }
    let region = rest
        .first()
        .filter(|region| region.len() == 2 && is_alphabetic(region))
        .map(|region| region.to_ascii_uppercase())
        .or_else(|| script.and_then(region_of_script).map(str::to_owned));
    let language = language.to_ascii_lowercase();
    Some(match region {
        Some(region) => format!("{language}-{region}"),
        None => language,
    })
}

/// Shopify tells the Chinese scripts apart by region.
fn region_of_script(script: &str) -> Option<&'static str> {
    match script.to_ascii_lowercase().as_str() {
        "hans" => Some("CN"),
        "hant" => Some("TW"),
        _ => None,
    }
}

fn is_alphabetic(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_a_language_and_perhaps_a_region() {
        let check = |text: &str, want: Option<&str>| {
            assert_eq!(normalise(text).as_deref(), want, "{text}");
        };
        check("de", Some("de"));
        check("DE", Some("de"));
        check("en-US", Some("en-US"));
        check("en_us", Some("en-US"));
        check(" pt-br ", Some("pt-BR"));
        check("en_US.UTF-8", Some("en-US"));
        check("de_DE@euro", Some("de-DE"));
        check("da, en-gb;q=0.8, en;q=0.7", Some("da"));
        check("zh-Hant", Some("zh-TW"));
        check("zh-Hans-SG", Some("zh-SG"));
        check("sr-Latn-RS", Some("sr-RS"));
        check("es-419", Some("es"));
        check("fil-PH", Some("fil-PH"));
        check("ca-ES-valencia", Some("ca-ES"));
        for malformed in [
            "", "e", "english", "12", "en-", "en--US", "*", "en US", "C", "🦀",
        ] {
            check(malformed, None);
        }
    }
}

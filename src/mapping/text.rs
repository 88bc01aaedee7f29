//! Texts as Shopify keeps them: one line, trimmed, within a length.

/// The longest name, e-mail address, address line or tag that Shopify accepts, in characters.
pub const TEXT_LIMIT_CHARS: usize = 255;

/// A text that fits its field.
#[derive(Clone, PartialEq, Eq)]
pub struct Fitted {
    /// The text: not blank, one line, within the limit.
    pub value: String,
    /// True when its end was cut off.
    pub truncated: bool,
}

impl From<String> for Fitted {
    fn from(value: String) -> Self {
        Self {
            value,
            truncated: false,
        }
    }
}

/// The text with line breaks and control characters as spaces, trimmed.
pub fn single_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let line = text.replace("\r\n", " ").replace(breaks, " ");
    line.trim().to_owned()
}

/// The text as one line of at most `limit_chars` characters; none when it is blank.
pub fn fit(text: &str, limit_chars: usize) -> Option<Fitted> {
    let line = single_line(text);
    let Some((end, _)) = line.char_indices().nth(limit_chars) else {
        return (!line.is_empty()).then(|| line.into());
    };
    // A space at the cut would be trimmed by Shopify, and the field would seem changed for ever.
    let value = line.get(..end).unwrap_or(&line).trim_end().to_owned();
    Some(Fitted {
        value,
        truncated: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_one_trimmed_line_within_the_limit() {
        let check = |text: &str, value: Option<&str>, truncated: bool| {
            let got = fit(text, 5);
            assert_eq!(got.as_ref().map(|fitted| fitted.value.as_str()), value);
            assert_eq!(got.is_some_and(|fitted| fitted.truncated), truncated);
        };
        check("abc", Some("abc"), false);
        check("  abc\t", Some("abc"), false);
        check("a\nb", Some("a b"), false);
        check("a\r\nb", Some("a b"), false);
        check("a\u{2028}b", Some("a b"), false);
        check("äöüßé", Some("äöüßé"), false);
        check("äöüßéx", Some("äöüßé"), true);
        check("abcd efg", Some("abcd"), true);
        check(" \n\t ", None, false);
        check("", None, false);
    }
}

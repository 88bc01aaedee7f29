//! Making texts fit Shopify's fields.

/// One line: line breaks and other control characters become spaces, and there are never two spaces in a row.
pub fn single_line(text: &str) -> String {
    let spaced = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = text.chars().map(spaced).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most `limit` characters. The flag tells whether anything was cut.
pub fn cut_chars(text: &str, limit: usize) -> (String, bool) {
    match text.char_indices().nth(limit) {
        Some((end, _)) => (text.chars().take(limit).collect(), end < text.len()),
        None => (text.to_owned(), false),
    }
}

/// At most `limit` bytes, never half a character. The flag tells whether anything was cut.
pub fn cut_bytes(text: &str, limit: usize) -> (String, bool) {
    let mut kept = String::new();
    for c in text.chars() {
        if kept.len() + c.len_utf8() > limit {
            return (kept, true);
        }
        kept.push(c);
    }
    (kept, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_one_line() {
        assert_eq!(single_line(" a\r\nb\t\u{7}c  d "), "a b c d");
        assert_eq!(single_line("\n"), "");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut_chars("äöü", 2), ("äö".to_owned(), true));
        assert_eq!(cut_chars("äöü", 3), ("äöü".to_owned(), false));
        assert_eq!(cut_bytes("äöü", 3), ("ä".to_owned(), true));
        assert_eq!(cut_bytes("äöü", 6), ("äöü".to_owned(), false));
    }
}

//! Shopify's search syntax, read.

/// One `field:value`, or a free text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// None for a free text.
    pub field: Option<String>,
    pub value: String,
    pub comparison: Comparison,
    pub is_negated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Matches,
    Below,
    AtMost,
    Above,
    AtLeast,
}

/// Reads alternatives of terms: AND joins, OR divides; parentheses are not understood.
pub fn alternatives(text: &str) -> Vec<Vec<Term>> {
    let mut alternatives = vec![Vec::new()];
    let mut is_negated = false;
    for word in words(text) {
        match word.as_str() {
            "AND" => {}
            "OR" => alternatives.push(Vec::new()),
            "NOT" => is_negated = true,
            word => {
                if let Some(terms) = alternatives.last_mut() {
                    terms.push(term(word, is_negated));
                }
                is_negated = false;
            }
        }
    }
    alternatives.retain(|terms| !terms.is_empty());
    alternatives
}

/// Words at whitespace; quotes hold a word together and stay in it.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in text.chars() {
        match quote {
            None if c.is_whitespace() => words.push(String::new()),
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                push(&mut words, c);
            }
            Some(open) if c == open => {
                quote = None;
                push(&mut words, c);
            }
            _ => push(&mut words, c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn push(words: &mut [String], c: char) {
    if let Some(word) = words.last_mut() {
        word.push(c);
    }
}

fn term(word: &str, is_negated: bool) -> Term {
    let (word, has_minus) = match word.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (word, false),
    };
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '$'))
    };
    let (field, rest) = match word.split_once(':') {
        Some((name, rest)) if is_name(name) => (Some(name.to_owned()), rest),
        _ => (None, word),
    };
    let comparisons = [
        (">=", Comparison::AtLeast),
        ("<=", Comparison::AtMost),
        (">", Comparison::Above),
        ("<", Comparison::Below),
    ];
    let compared = comparisons
        .into_iter()
        .find_map(|(sign, comparison)| Some((rest.strip_prefix(sign)?, comparison)));
    let (value, comparison) = compared.unwrap_or((rest, Comparison::Matches));
    Term {
        field,
        value: value.trim_matches(['"', '\'']).to_owned(),
        comparison,
        is_negated: is_negated != has_minus,
    }
}

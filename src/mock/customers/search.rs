//! Shopify's search syntax: what a query means, which customers it matches, what it warns of.

use serde_json::{Value, json};

use super::Customer;
use crate::mock::moment;

/// A parsed query: alternatives of terms that all have to match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    alternatives: Vec<Vec<Term>>,
}

/// One `field:value`, or a free text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// None for a free text.
    field: Option<String>,
    value: String,
    comparison: Comparison,
    is_negated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Matches,
    Below,
    AtMost,
    Above,
    AtLeast,
}

/// The fields customers can be searched by. Some are accepted but match everything: the mock has no data for them.
const FIELDS: [&str; 18] = [
    "email",
    "phone",
    "first_name",
    "last_name",
    "tag",
    "tag_not",
    "state",
    "id",
    "country",
    "customer_date",
    "created_at",
    "updated_at",
    "accepts_marketing",
    "orders_count",
    "total_spent",
    "last_abandoned_order_date",
    "order_date",
    "verified_email",
];

/// The fields that `customersCount` heeds.
pub const COUNT_FIELDS: [&str; 3] = ["id", "created_at", "updated_at"];

impl Query {
    /// Reads a query. Terms are joined by AND, alternatives by OR; parentheses are not understood.
    pub fn parse(text: &str) -> Self {
        let mut alternatives = vec![Vec::new()];
        let mut is_negated = false;
        for word in words(text) {
            match word.as_str() {
                "AND" => continue,
                "OR" => {
                    alternatives.push(Vec::new());
                    continue;
                }
                "NOT" => {
                    is_negated = true;
                    continue;
                }
                _ => {}
            }
            if let Some(terms) = alternatives.last_mut() {
                terms.push(term(&word, is_negated));
            }
            is_negated = false;
        }
        alternatives.retain(|terms| !terms.is_empty());
        Self { alternatives }
    }

    /// Whether the customer is a hit. `fields` are those that count; others are ignored.
    pub fn matches(&self, customer: &Customer, fields: &[&str]) -> bool {
        let holds = |term: &Term| match &term.field {
            Some(field) if !is_field(field, fields) => true,
            _ => term.matches(customer) != term.is_negated,
        };
        self.alternatives.is_empty()
            || self
                .alternatives
                .iter()
                .any(|terms| terms.iter().all(holds))
    }

    /// The entry of `extensions.search`, when a field of the query is not known there.
    pub fn warnings(&self, text: &str, path: &str, fields: &[&str]) -> Option<Value> {
        let unknown: Vec<&Term> = self
            .alternatives
            .iter()
            .flatten()
            .filter(|term| {
                term.field
                    .as_ref()
                    .is_some_and(|field| !is_field(field, fields))
            })
            .collect();
        let first = unknown.first()?;
        let warnings: Vec<Value> = unknown
            .iter()
            .map(|term| {
                json!({
                    "field": term.field,
                    "message": "Invalid search field for this query.",
                    "code": "invalid_field",
                })
            })
            .collect();
        Some(json!({
            "path": [path],
            "query": text,
            "parsed": {"field": first.field, "match_all": first.value},
            "warnings": warnings,
        }))
    }
}

/// The fields that `customers` heeds.
pub fn customer_fields() -> &'static [&'static str] {
    &FIELDS
}

fn is_field(name: &str, fields: &[&str]) -> bool {
    fields.contains(&name) || (fields.len() == FIELDS.len() && name.starts_with("metafields."))
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

impl Term {
    fn matches(&self, customer: &Customer) -> bool {
        let value = self.value.as_str();
        let holds = |text: &Option<String>| text.as_deref().is_some_and(|it| tokens_in(value, it));
        let has_tag = || {
            customer
                .tags
                .iter()
                .any(|tag| tag.eq_ignore_ascii_case(value))
        };
        match self.field.as_deref() {
            None => [
                &customer.email,
                &customer.first_name,
                &customer.last_name,
                &customer.phone,
            ]
            .into_iter()
            .any(holds),
            Some("email") => holds(&customer.email),
            Some("first_name") => holds(&customer.first_name),
            Some("last_name") => holds(&customer.last_name),
            Some("phone") => is_phone(customer, value),
            Some("tag") => has_tag(),
            Some("tag_not") => !has_tag(),
            Some("state") => customer.state.eq_ignore_ascii_case(value),
            Some("country") => customer
                .addresses
                .iter()
                .any(|it| it.country_code.as_deref() == Some(value)),
            Some("id") => {
                let number = value.rsplit('/').next().and_then(|it| it.parse().ok());
                number.is_some_and(|wanted| self.compares(customer.id.0, wanted))
            }
            Some("orders_count") => value
                .parse()
                .is_ok_and(|wanted| self.compares(customer.number_of_orders, wanted)),
            Some("updated_at") => self.matches_time(customer.updated_at),
            Some("created_at" | "customer_date") => self.matches_time(customer.created_at),
            Some(other) => match other.strip_prefix("metafields.") {
                Some(name) => is_metafield(customer, name, value),
                // Accepted, but there is nothing to compare with.
                None => true,
            },
        }
    }

    /// An instant; an equality is about the whole day.
    fn matches_time(&self, at_ms: i64) -> bool {
        const DAY_MS: i64 = 86_400_000;
        let is_day = !self.value.contains('T');
        let text = match is_day {
            true => format!("{}T00:00:00Z", self.value),
            false => self.value.clone(),
        };
        match moment::parse(&text) {
            None => false,
            Some(wanted) if self.comparison == Comparison::Matches => {
                at_ms.div_euclid(DAY_MS) == wanted.div_euclid(DAY_MS)
            }
            Some(wanted) => self.compares(at_ms, wanted),
        }
    }

    fn compares<T: PartialOrd>(&self, have: T, wanted: T) -> bool {
        match self.comparison {
            Comparison::Matches => have == wanted,
            Comparison::Below => have < wanted,
            Comparison::AtMost => have <= wanted,
            Comparison::Above => have > wanted,
            Comparison::AtLeast => have >= wanted,
        }
    }
}

fn is_phone(customer: &Customer, value: &str) -> bool {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let wanted = digits(value);
    // Whitespace in the query has cut the number into words, and finds nothing.
    customer
        .phone
        .as_deref()
        .is_some_and(|phone| !wanted.is_empty() && digits(phone).ends_with(&wanted))
}

fn is_metafield(customer: &Customer, name: &str, value: &str) -> bool {
    name.rsplit_once('.')
        .and_then(|(namespace, key)| customer.metafield(namespace, key))
        .is_some_and(|metafield| metafield.value == value)
}

/// Whether the tokens of `value` follow each other in `text`; `*` at the end is a prefix. Hence `email:"a@b.c"` also finds `a@b.c.example`.
fn tokens_in(value: &str, text: &str) -> bool {
    let wanted = tokens(value);
    let have = tokens(text);
    let is_prefix = value.ends_with('*');
    let fits = |window: &[String]| {
        window.iter().zip(&wanted).enumerate().all(|(index, pair)| {
            let (have, want) = pair;
            have == want
                || (is_prefix && index + 1 == wanted.len() && have.starts_with(want.as_str()))
        })
    };
    !wanted.is_empty() && have.windows(wanted.len()).any(fits)
}

fn tokens(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|token| !token.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::customers::CustomerId;

    fn ada() -> Customer {
        let mut customer = Customer::new(CustomerId(7), "en", 1_795_514_763_120);
        customer.email = Some("ada@example.com".to_owned());
        customer.first_name = Some("Ada".to_owned());
        customer.phone = Some("+16134505293".to_owned());
        customer.tags = vec!["group:Sales".to_owned()];
        customer
    }

    #[test]
    fn queries_match_as_shopify_matches() {
        let check = |query: &str, hit: bool| {
            let parsed = Query::parse(query);
            assert_eq!(parsed.matches(&ada(), customer_fields()), hit, "{query}");
        };
        check("", true);
        check("ada", true);
        check("email:ada@example.com", true);
        check("email:\"ada@example.com\"", true);
        check("email:example.com", true);
        check("email:ada@example.org", false);
        check("email:ad", false);
        check("email:ad*", true);
        check("phone:+16134505293", true);
        check("tag:'group:Sales'", true);
        check("tag:group:sales", true);
        check("-tag:group:sales", false);
        check("NOT tag:vip", true);
        check("tag:vip OR first_name:ada", true);
        check("tag:vip first_name:ada", false);
        check("id:7", true);
        check("id:>7", false);
        check("updated_at:2026-11-24", true);
        check("updated_at:>=2026-11-24T10:06:03Z", true);
        check("updated_at:>2026-11-25", false);
        check("nonsense:1", true);
    }

    #[test]
    fn an_unknown_field_is_warned_of() {
        let text = "email:grace@example.com";
        let warned = Query::parse(text).warnings(text, "matching", &COUNT_FIELDS);
        let want = json!({
            "path": ["matching"],
            "query": "email:grace@example.com",
            "parsed": {"field": "email", "match_all": "grace@example.com"},
            "warnings": [{
                "field": "email",
                "message": "Invalid search field for this query.",
                "code": "invalid_field",
            }],
        });
        assert_eq!(warned, Some(want));
        assert_eq!(
            Query::parse(text).warnings(text, "x", customer_fields()),
            None
        );
    }
}

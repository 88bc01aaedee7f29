//! Whether a customer has what a term asks for.

use super::parse::{Comparison, Term};
use crate::mock::customers::Customer;
use crate::mock::moment;

impl Term {
    /// Whether the customer has it.
    pub fn matches(&self, customer: &Customer) -> bool {
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

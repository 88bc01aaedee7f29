//! Shopify's search syntax: what a query means, which customers it matches, what it warns of.

mod parse;
mod term;

use serde_json::{Value, json};

use self::parse::Term;
use super::Customer;

/// A parsed query: alternatives of terms that all have to match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    alternatives: Vec<Vec<Term>>,
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
    /// Reads a query.
    pub fn parse(text: &str) -> Self {
        Self {
            alternatives: parse::alternatives(text),
        }
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

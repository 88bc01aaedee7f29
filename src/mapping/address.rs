//! The postal address.

use serde_json::{Map, Value};

use super::country;
use super::source;
use super::text::{cut_chars, single_line};
use crate::shopify::model::Address;

const MAX_CHARS: usize = 255;

/// What the rules make of a user's addresses.
#[derive(Default)]
pub struct Outcome {
    /// The address, if there is one that Shopify takes.
    pub address: Option<Address>,
    /// What was left out, and why.
    pub faults: Vec<&'static str>,
}

/// The best-placed address. One that Shopify would refuse is left out as a whole.
pub fn address(user: &Map<String, Value>) -> Outcome {
    let ranked = source::ranked(user, "addresses", &["work"]);
    let Some(element) = ranked.into_iter().find(|element| has_content(element)) else {
        return Outcome::default();
    };
    let mut faults = Vec::new();
    let country_code = match source::member(element, "country") {
        None => None,
        Some(text) => match country::code(&text) {
            Some(code) => Some(code),
            None => {
                faults.push("the country is not known");
                return Outcome {
                    address: None,
                    faults,
                };
            }
        },
    };
    let region = source::member(element, "region");
    let province_code = region.as_deref().and_then(|region| {
        let code = country::province(country_code?, region);
        if code.is_none() {
            faults.push("the region is not a code that Shopify knows");
        }
        code
    });
    let mut part = |text: Option<String>| fitted(text, &mut faults);
    let (first, rest) = lines(element);
    let address = Address {
        address1: part(first),
        address2: part(rest),
        city: part(source::member(element, "locality")),
        zip: part(source::member(element, "postalCode")),
        country_code: country_code.map(str::to_owned),
        province_code,
    };
    let has_any = address != Address::default();
    Outcome {
        address: has_any.then_some(address),
        faults,
    }
}

fn has_content(element: &Map<String, Value>) -> bool {
    ["streetAddress", "locality", "postalCode", "country"]
        .iter()
        .any(|name| source::member(element, name).is_some())
}

/// The first line of the street address, and the others as one.
fn lines(element: &Map<String, Value>) -> (Option<String>, Option<String>) {
    let street = source::member(element, "streetAddress").unwrap_or_default();
    let mut lines = street
        .lines()
        .map(single_line)
        .filter(|line| !line.is_empty());
    let first = lines.next();
    let rest = lines.collect::<Vec<_>>().join(", ");
    (first, Some(rest))
}

fn fitted(text: Option<String>, faults: &mut Vec<&'static str>) -> Option<String> {
    let line = single_line(&text?);
    let (kept, is_cut) = cut_chars(&line, MAX_CHARS);
    if is_cut {
        faults.push("a part was cut to 255 characters");
    }
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn outcome(addresses: &Value) -> Outcome {
        address(json!({ "addresses": addresses }).as_object().unwrap())
    }

    #[test]
    fn an_address_is_taken_apart() {
        let outcome = outcome(
            &json!([{"type": "work", "streetAddress": "12 Analytical Row\nFlat 3\nRear",
            "locality": "Sacramento", "region": "us-ca", "postalCode": "94203", "country": "United States"}]),
        );
        let want = Address {
            address1: Some("12 Analytical Row".into()),
            address2: Some("Flat 3, Rear".into()),
            city: Some("Sacramento".into()),
            zip: Some("94203".into()),
            country_code: Some("US".into()),
            province_code: Some("CA".into()),
        };
        assert!(outcome.address == Some(want));
        assert!(outcome.faults.is_empty());
    }

    #[test]
    fn an_address_in_an_unknown_country_is_left_out() {
        let outcome = outcome(&json!([{"locality": "Zenda", "country": "Ruritania"}]));
        assert!(outcome.address.is_none());
        assert_eq!(outcome.faults, ["the country is not known"]);
    }

    #[test]
    fn a_region_that_is_no_code_is_left_out() {
        let outcome = outcome(&json!([{"locality": "Fresno", "region": "Zz", "country": "US"}]));
        assert!(outcome.address.is_some_and(|it| it.province_code.is_none()));
        assert_eq!(outcome.faults.len(), 1);
    }

    #[test]
    fn a_blank_address_is_passed_over() {
        let blank = json!({"type": "work", "primary": true, "locality": " ", "formatted": "x"});
        let other = json!({"type": "home", "locality": "London", "country": "GB"});
        let found = outcome(&json!([blank, other]));
        assert_eq!(
            found.address.and_then(|it| it.city).as_deref(),
            Some("London")
        );
        assert!(outcome(&json!([blank])).address.is_none());
    }
}

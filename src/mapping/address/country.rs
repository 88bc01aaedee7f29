//! Countries as Shopify knows them.

/// One country a line: its code, a tab, and its other names (alpha-3 and English ones) between bars.
///
/// The codes are Shopify's `CountryCode`. What is a country to ISO 3166-1 but a province of the United States to Shopify
/// has a code like `US-PR`.
const COUNTRIES: &str = include_str!("countries.tsv");

/// A country as Shopify knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// The alpha-2 code.
    pub code: &'static str,
    /// The province that the country is to Shopify.
    pub province: Option<&'static str>,
}

/// The country of an alpha-2 or alpha-3 code or of an English name, in any case; none when Shopify knows none.
pub fn find(text: &str) -> Option<Country> {
    let wanted = folded(text);
    rows().find_map(|(country, names)| {
        let code = country.province.unwrap_or(country.code);
        let known = names
            .split('|')
            .chain([code])
            .any(|name| folded(name) == wanted);
        known.then_some(country)
    })
}

fn rows() -> impl Iterator<Item = (Country, &'static str)> {
    COUNTRIES.lines().filter_map(|line| {
        let (code, names) = line.split_once('\t')?;
        let country = match code.split_once('-') {
            Some((code, province)) => Country {
                code,
                province: Some(province),
            },
            None => Country {
                code,
                province: None,
            },
        };
        Some((country, names))
    })
}

/// The letters and digits of a name, so that `U.S.A.`, `Saint-Martin` and `Trinidad & Tobago` are found.
pub fn folded(name: &str) -> String {
    name.replace('&', "and")
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_country_is_found_by_code_and_by_name() {
        let check = |text: &str, want: Option<(&str, Option<&str>)>| {
            let got = find(text).map(|country| (country.code, country.province));
            assert_eq!(got, want, "{text}");
        };
        check("DE", Some(("DE", None)));
        check("de", Some(("DE", None)));
        check("DEU", Some(("DE", None)));
        check(" germany ", Some(("DE", None)));
        check("USA", Some(("US", None)));
        check("U.S.A.", Some(("US", None)));
        check("United States of America", Some(("US", None)));
        check("UK", Some(("GB", None)));
        check("Trinidad & Tobago", Some(("TT", None)));
        check("Côte d’Ivoire", Some(("CI", None)));
        check("Puerto Rico", Some(("US", Some("PR"))));
        check("PR", Some(("US", Some("PR"))));
        check("Narnia", None);
        check("ZZ", None);
        check("US-PR", None);
        check("", None);
        check("🦀", None);
    }

    #[test]
    fn every_name_means_one_country() {
        let mut seen = BTreeMap::new();
        for (country, names) in rows() {
            let code = country.province.unwrap_or(country.code);
            for name in names.split('|').chain([code]) {
                let name = folded(name);
                assert!(!name.is_empty(), "{code}");
                assert_eq!(seen.insert(name, code), None, "{code}");
            }
        }
    }
}

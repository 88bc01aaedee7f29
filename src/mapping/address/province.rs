//! Provinces as Shopify knows them.

use super::country::folded;

/// One province a line: the country, its code, and its names between bars. Complete for the countries that it lists.
const PROVINCES: &str = include_str!("provinces.tsv");

/// Other countries that have provinces in Shopify: a code is passed on as it is.
const OTHERS: [&str; 8] = ["AR", "BR", "CN", "ES", "IN", "IT", "MX", "NZ"];

/// The code of a province of `country_code`, given by code (`CA`, `US-CA`) or by name (`California`); none when Shopify knows none.
pub fn find(country_code: &str, region: &str) -> Option<String> {
    let region = region.trim();
    let code = region
        .strip_prefix(country_code)
        .and_then(|rest| rest.strip_prefix('-'))
        .unwrap_or(region)
        .to_uppercase();
    if OTHERS.contains(&country_code) {
        let is_code =
            (2..=3).contains(&code.len()) && code.chars().all(|c| c.is_ascii_alphabetic());
        return is_code.then_some(code);
    }
    let wanted = folded(region);
    let mut of_country = rows().filter(|(country, ..)| *country == country_code);
    of_country
        .find(|(_, known, names)| {
            *known == code || names.split('|').any(|name| folded(name) == wanted)
        })
        .map(|(_, known, _)| known.to_owned())
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    PROVINCES.lines().filter_map(|line| {
        let (country, rest) = line.split_once('\t')?;
        let (code, names) = rest.split_once('\t')?;
        Some((country, code, names))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_province_is_found_by_code_and_by_name() {
        let check = |country: &str, region: &str, want: Option<&str>| {
            assert_eq!(find(country, region).as_deref(), want, "{country} {region}");
        };
        check("US", "ca", Some("CA"));
        check("US", "US-NY", Some("NY"));
        check("US", " california ", Some("CA"));
        check("US", "Ontario", None);
        check("CA", "ON", Some("ON"));
        check("CA", "Québec", Some("QC"));
        check("AU", "NSW", Some("NSW"));
        check("IT", "RM", Some("RM"));
        check("IT", "Roma", None);
        check("DE", "BE", None);
        check("JP", "13", None);
        check("US", "", None);
    }

    #[test]
    fn every_line_is_a_province() {
        assert_eq!(rows().count(), PROVINCES.lines().count());
    }
}

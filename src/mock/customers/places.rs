//! Countries and provinces. Codes are complete; names only for the countries and provinces listed here.

use crate::mock::graphql::schema::SCHEMA;

const COUNTRIES: [(&str, &str); 30] = [
    ("AT", "Austria"),
    ("AU", "Australia"),
    ("BE", "Belgium"),
    ("BR", "Brazil"),
    ("CA", "Canada"),
    ("CH", "Switzerland"),
    ("CN", "China"),
    ("CZ", "Czechia"),
    ("DE", "Germany"),
    ("DK", "Denmark"),
    ("ES", "Spain"),
    ("FI", "Finland"),
    ("FR", "France"),
    ("GB", "United Kingdom"),
    ("IE", "Ireland"),
    ("IN", "India"),
    ("IT", "Italy"),
    ("JP", "Japan"),
    ("KR", "South Korea"),
    ("MX", "Mexico"),
    ("NL", "Netherlands"),
    ("NO", "Norway"),
    ("NZ", "New Zealand"),
    ("PL", "Poland"),
    ("PT", "Portugal"),
    ("SE", "Sweden"),
    ("SG", "Singapore"),
    ("UA", "Ukraine"),
    ("US", "United States"),
    ("ZA", "South Africa"),
];

const CANADA: [(&str, &str); 13] = [
    ("AB", "Alberta"),
    ("BC", "British Columbia"),
    ("MB", "Manitoba"),
    ("NB", "New Brunswick"),
    ("NL", "Newfoundland and Labrador"),
    ("NS", "Nova Scotia"),
    ("NT", "Northwest Territories"),
    ("NU", "Nunavut"),
    ("ON", "Ontario"),
    ("PE", "Prince Edward Island"),
    ("QC", "Quebec"),
    ("SK", "Saskatchewan"),
    ("YT", "Yukon"),
];

const UNITED_STATES: [(&str, &str); 51] = [
    ("AK", "Alaska"),
    ("AL", "Alabama"),
    ("AR", "Arkansas"),
    ("AZ", "Arizona"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DC", "District of Columbia"),
    ("DE", "Delaware"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("HI", "Hawaii"),
    ("IA", "Iowa"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("MA", "Massachusetts"),
    ("MD", "Maryland"),
    ("ME", "Maine"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MO", "Missouri"),
    ("MS", "Mississippi"),
    ("MT", "Montana"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("NE", "Nebraska"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NV", "Nevada"),
    ("NY", "New York"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VA", "Virginia"),
    ("VT", "Vermont"),
    ("WA", "Washington"),
    ("WI", "Wisconsin"),
    ("WV", "West Virginia"),
    ("WY", "Wyoming"),
];

/// The code of a country given by code or name.
pub fn country_code(text: &str) -> Option<String> {
    if let Some(code) = code_in(&COUNTRIES, text) {
        return Some(code);
    }
    let code = text.to_ascii_uppercase();
    let is_known = SCHEMA
        .get_enum("CountryCode")
        .is_some_and(|codes| codes.values.contains_key(code.as_str()));
    (is_known && code != "ZZ").then_some(code)
}

/// The name of a country; the code where the mock knows no name.
pub fn country_name(code: &str) -> &str {
    name_in(&COUNTRIES, code)
}

/// The code of a province given by code or name. Outside Canada and the United States any text is taken for a code.
pub fn province_code(country: &str, text: &str) -> Option<String> {
    match provinces(country) {
        Some(provinces) => code_in(provinces, text),
        None => Some(text.to_owned()),
    }
}

/// The name of a province; the code where the mock knows no name.
pub fn province_name<'p>(country: &str, code: &'p str) -> &'p str {
    provinces(country).map_or(code, |provinces| name_in(provinces, code))
}

fn provinces(country: &str) -> Option<&'static [(&'static str, &'static str)]> {
    match country {
        "CA" => Some(&CANADA),
        "US" => Some(&UNITED_STATES),
        _ => None,
    }
}

fn code_in(table: &[(&str, &str)], text: &str) -> Option<String> {
    table
        .iter()
        .find(|(code, name)| code.eq_ignore_ascii_case(text) || name.eq_ignore_ascii_case(text))
        .map(|(code, _)| (*code).to_owned())
}

fn name_in<'n>(table: &[(&'static str, &'static str)], code: &'n str) -> &'n str {
    table
        .iter()
        .find(|(known, _)| *known == code)
        .map_or(code, |(_, name)| name)
}

//! From a URL's query to names and values.

use std::borrow::Cow;

use crate::scim::error::ScimError;

/// The decoded parameters in order. A parameter without `=` has an empty value; empty ones (a trailing `&`) are left out.
pub fn parse_query_string(query: &str) -> Result<Vec<(String, String)>, ScimError> {
    query
        .trim_start_matches('?')
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let name = decode(name)
                .ok_or_else(|| ScimError::invalid_value("a parameter's name is not UTF-8"))?;
            let value = decode(value).ok_or_else(|| not_utf8(&name))?;
            Ok((name, value))
        })
        .collect()
}

fn not_utf8(name: &str) -> ScimError {
    if name.eq_ignore_ascii_case("filter") {
        ScimError::invalid_filter("the filter is not UTF-8")
    } else {
        ScimError::invalid_value(format!("{name} is not UTF-8"))
    }
}

/// Some clients write a blank as `+`; others write `%20` and leave the `+` of `user+tag@x` as it is.
fn decode(raw: &str) -> Option<String> {
    let blanks = if raw.contains("%20") {
        Cow::Borrowed(raw)
    } else {
        Cow::Owned(raw.replace('+', " "))
    };
    String::from_utf8(percent_decode(blanks.as_bytes())).ok()
}

/// A `%` that begins no escape stands for itself.
fn percent_decode(mut bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    while let Some((&first, rest)) = bytes.split_first() {
        let escaped = if first == b'%' { escape(rest) } else { None };
        let (byte, rest) = escaped.unwrap_or((first, rest));
        decoded.push(byte);
        bytes = rest;
    }
    decoded
}

/// The byte that two hexadecimal digits stand for, and what follows them.
fn escape(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, rest) = bytes.split_at_checked(2)?;
    let digits = std::str::from_utf8(digits)
        .ok()
        .filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()))?;
    Some((u8::from_str_radix(digits, 16).ok()?, rest))
}

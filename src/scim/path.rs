//! Attribute names and PATCH paths (RFC 7644 §3.5.2, §3.10).
/// True for a name that an attribute may have.
pub fn is_attribute_name(name: &str) -> bool {
    // RFC 7643 §2.1 allows `$` (as in `$ref`), which RFC 7644's figure 1 forgets.
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

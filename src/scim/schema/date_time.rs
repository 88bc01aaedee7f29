//! SCIM's `dateTime` (RFC 7643 §2.3.5).

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The instant that an XML Schema `dateTime` means. Without an offset it is taken as UTC.
///
/// Instants compare by time, whatever offset they were written with.
pub fn parse_date_time(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339))
        .ok()
}

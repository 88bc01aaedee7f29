//! Shopify's `DateTime`: RFC 3339 in UTC, whole seconds.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::base::clock::rfc3339_ms;

/// The instant as Shopify prints it.
pub fn datetime(at_ms: i64) -> String {
    let text = rfc3339_ms(at_ms);
    match text.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => text,
    }
}

/// The instant of an RFC 3339 text, in ms since the epoch.
pub fn parse(text: &str) -> Option<i64> {
    let whole = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(whole.unix_timestamp_nanos() / 1_000_000).ok()
}

//! Where the Admin API may be reached: an access token goes there.

use std::net::IpAddr;

/// Why an origin is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum OriginError {
    /// Not a URL of a scheme and an authority.
    #[error("shopify_origin must be http://HOST:PORT or https://HOST")]
    Malformed,
    /// Access tokens would leave the machine.
    #[error("shopify_origin must be on loopback, or shopify_allow_any_origin must be true")]
    NotLoopback,
}

/// Whether requests with access tokens may go to `origin` instead of the shop.
///
/// # Errors
/// It is malformed, or not loopback while only that is allowed.
pub fn check_origin(origin: &str, allow_any: bool) -> Result<(), OriginError> {
    let url = reqwest::Url::parse(origin).map_err(|_| OriginError::Malformed)?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.path() == "/"
        && url.query().is_none()
        && url.username().is_empty();
    if !plain {
        return Err(OriginError::Malformed);
    }
    let host = url.host_str().ok_or(OriginError::Malformed)?;
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = literal == "localhost"
        || literal
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    if loopback || allow_any {
        Ok(())
    } else {
        Err(OriginError::NotLoopback)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stay_on_the_machine_unless_allowed_to_leave_it() {
        let check = |origin: &str, allow_any: bool, want: Result<(), OriginError>| {
            assert_eq!(check_origin(origin, allow_any), want, "{origin}");
        };
        check("http://127.0.0.1:8081", false, Ok(()));
        check("http://localhost:8081", false, Ok(()));
        check("http://[::1]:8081", false, Ok(()));
        check(
            "https://proxy.example.com",
            false,
            Err(OriginError::NotLoopback),
        );
        check(
            "http://127.0.0.1.evil.example",
            false,
            Err(OriginError::NotLoopback),
        );
        check("https://proxy.example.com", true, Ok(()));
        check("127.0.0.1:8081", false, Err(OriginError::Malformed));
        check("http://user@127.0.0.1", false, Err(OriginError::Malformed));
        check("http://127.0.0.1/path", false, Err(OriginError::Malformed));
    }
}

//! Who may in: the version, the shop, the token.

use super::engine::World;
use super::reply;
use super::transport::{Reply, Request};

/// The API version that serves a path's version: itself, or the oldest supported one for an older version.
pub fn version(supported: &[String], asked: &str) -> Option<String> {
    if asked == "unstable" || supported.iter().any(|known| known == asked) {
        return Some(asked.to_owned());
    }
    let oldest = supported.first()?;
    (is_version(asked) && asked < oldest.as_str()).then(|| oldest.clone())
}

fn is_version(text: &str) -> bool {
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    text.split_once('-').is_some_and(|(year, month)| {
        year.len() == 4 && digits(year) && matches!(month, "01" | "04" | "07" | "10")
    })
}

/// The positions of the shop and the token that a request is for.
#[derive(Debug, Clone, Copy)]
pub struct Admitted {
    /// The shop's position.
    pub shop: usize,
    /// The token's position in the shop.
    pub token: usize,
}

/// Finds the shop by the token and, where the host is a shop's domain, by the host.
pub fn admit(world: &World, request: &Request, now_ms: i64) -> Result<Admitted, Box<Reply>> {
    let domain = request.shop_domain();
    if domain
        .as_deref()
        .is_some_and(|domain| world.shop(domain).is_none())
    {
        return Err(Box::new(reply::not_found()));
    }
    let text = request.header("X-Shopify-Access-Token").unwrap_or_default();
    let admitted = world.shops.iter().enumerate().find_map(|(shop, known)| {
        let is_right = domain
            .as_deref()
            .is_none_or(|domain| known.domain == domain);
        let mut tokens = known.tokens.iter();
        let token = tokens.position(|token| token.admits(text, now_ms));
        token
            .filter(|_| is_right)
            .map(|token| Admitted { shop, token })
    });
    let admitted = admitted.ok_or_else(|| Box::new(reply::unauthorized()))?;
    let shop = world.shops.get(admitted.shop);
    if let Some(refusal) = shop.and_then(|shop| reply::refused(shop.status)) {
        return Err(Box::new(refusal));
    }
    let refuses_endless = shop
        .and_then(|shop| shop.endless_tokens_end_ms)
        .is_some_and(|end_ms| end_ms <= now_ms);
    let token = shop.and_then(|shop| shop.tokens.get(admitted.token));
    if refuses_endless && token.is_some_and(|token| token.is_endless(text)) {
        return Err(Box::new(reply::endless_token()));
    }
    Ok(admitted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_version_falls_forward_and_an_unknown_one_is_refused() {
        let supported = ["2026-01".to_owned(), "2026-10".to_owned()];
        let check = |asked: &str, serves: Option<&str>| {
            assert_eq!(version(&supported, asked).as_deref(), serves, "{asked}");
        };
        check("2026-10", Some("2026-10"));
        check("2024-04", Some("2026-01"));
        check("2026-04", None);
        check("2099-01", None);
        check("2024-05", None);
        check("latest", None);
        check("unstable", Some("unstable"));
    }
}

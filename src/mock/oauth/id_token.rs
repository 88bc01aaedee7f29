//! Id tokens: JWTs that the admin signs with the app's secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};

use crate::mock::shop::Shop;

/// How long a token is good, and how far clocks may be apart.
const LIFE_S: i64 = 60;
const LEEWAY_S: i64 = 10;

/// A token of the shop for its app.
pub fn mint(shop: &Shop, now_ms: i64) -> String {
    let now_s = now_ms / 1_000;
    let claims = json!({
        "iss": format!("https://{}/admin", shop.domain),
        "dest": format!("https://{}", shop.domain),
        "aud": shop.client_id,
        "sub": "42",
        "exp": now_s + LIFE_S,
        "nbf": now_s,
        "iat": now_s,
        "jti": format!("00000000-0000-4000-8000-{now_ms:012x}"),
        "sid": "mock-session",
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&json!({"alg": "HS256", "typ": "JWT"}));
    let signed = format!("{head}.{}", part(&claims));
    let secret = shop.client_secrets.last().map_or("", String::as_str);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// Whether the token is one of the shop for its app, now.
pub fn is_valid(shop: &Shop, token: &str, now_ms: i64) -> bool {
    let now_s = now_ms / 1_000;
    let Some(claims) = claims(token) else {
        return false;
    };
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    is_signed(shop, token)
        && text("aud") == Some(&shop.client_id)
        && text("dest") == Some(&format!("https://{}", shop.domain))
        && text("iss") == Some(&format!("https://{}/admin", shop.domain))
        && seconds("exp").is_some_and(|at_s| now_s < at_s + LEEWAY_S)
        && seconds("nbf").is_some_and(|at_s| at_s <= now_s + LEEWAY_S)
}

/// The shop that a token claims to be of.
pub fn destination(token: &str) -> Option<String> {
    let claims = claims(token)?;
    let destination = claims.get("dest")?.as_str()?;
    Some(destination.strip_prefix("https://")?.to_owned())
}

fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let head: Value = decoded(parts.next()?)?;
    if head.get("alg")?.as_str()? != "HS256" {
        return None;
    }
    decoded(parts.next()?)
}

fn decoded(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn is_signed(shop: &Shop, token: &str) -> bool {
    let Some((signed, signature)) = token.rsplit_once('.') else {
        return false;
    };
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
        return false;
    };
    shop.client_secrets.iter().any(|secret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        hmac::verify(&key, signed.as_bytes(), &signature).is_ok()
    })
}

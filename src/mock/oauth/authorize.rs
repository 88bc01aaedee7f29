//! The page where a merchant consents. Here the merchant always does, at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use ring::hmac;

use super::form::Form;
use super::shop_of;
use crate::mock::engine::Engine;
use crate::mock::reply;
use crate::mock::shop::Shop;
use crate::mock::staged::hex;
use crate::mock::transport::{Disposition, Reply, Request};

/// Sends the merchant back to the app with a code.
pub fn handle(engine: &Engine, request: &Request) -> Reply {
    let form = Form::parse(&request.query);
    let now_ms = engine.clock.now_ms();
    let mut world = engine.world();
    let domain = shop_of(&world, request, &form).unwrap_or_default();
    let Some(shop) = world.shop_mut(&domain).filter(|_| request.method == "GET") else {
        return reply::not_found();
    };
    if form.get("client_id") != Some(&shop.client_id) {
        return reply::bad_request("Oauth error invalid_client");
    }
    let Some(redirect_uri) = form.get("redirect_uri") else {
        return reply::bad_request("Oauth error invalid_request: The redirect_uri is missing");
    };
    consent(shop, form.get("scope").unwrap_or_default());
    let code = shop.new_code(now_ms);
    let parameters = parameters(shop, &code, form.get("state").unwrap_or_default(), now_ms);
    Reply {
        status: 302,
        headers: vec![("Location".to_owned(), location(redirect_uri, &parameters))],
        body: Vec::new(),
        delay_ms: None,
        after: Disposition::Send,
    }
}

fn consent(shop: &mut Shop, scope: &str) {
    let scopes = scope.split([',', ' ']).filter(|it| !it.is_empty());
    let scopes: Vec<String> = scopes.map(str::to_owned).collect();
    if let Some(token) = shop.tokens.first_mut().filter(|_| !scopes.is_empty()) {
        token.scopes = scopes;
    }
}

fn parameters(shop: &Shop, code: &str, state: &str, now_ms: i64) -> Vec<(&'static str, String)> {
    let handle = shop.domain.split('.').next().unwrap_or_default();
    let host = STANDARD_NO_PAD.encode(format!("admin.shopify.com/store/{handle}"));
    // In the order of their names, as they are signed.
    let mut parameters = vec![
        ("code", code.to_owned()),
        ("host", host),
        ("shop", shop.domain.clone()),
        ("state", state.to_owned()),
        ("timestamp", (now_ms / 1_000).to_string()),
    ];
    let pairs: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let secret = shop.client_secrets.first().map_or("", String::as_str);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hmac::sign(&key, pairs.join("&").as_bytes());
    parameters.push(("hmac", hex(signature.as_ref())));
    parameters
}

fn location(redirect_uri: &str, parameters: &[(&str, String)]) -> String {
    let encoded = |value: &str| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
    let pairs: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{separator}{}", pairs.join("&"))
}

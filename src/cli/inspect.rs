//! Asking Shopify about a shop before it is added.

use secrecy::SecretString;

use super::failure::Failure;
use crate::base::id::ShopDomain;
use crate::settings::Settings;
use crate::shopify::setup::ShopInfo;
use crate::shopify::tls::http_client;
use crate::shopify::{CallError, Client, ClientConfig, Recovery};

/// What Shopify says of the shop, once it is sure that the token is good for it.
pub(super) async fn inspect(
    settings: &Settings,
    shop: &ShopDomain,
    access_token: &SecretString,
) -> Result<ShopInfo, Failure> {
    let config = ClientConfig {
        origin: settings.shopify_origin.clone(),
        allow_any_origin: settings.shopify_allow_any_origin,
        api_version: settings.shopify_api_version.clone(),
        timeout_ms: settings.shopify_timeout_ms,
        ..ClientConfig::new(shop.clone(), access_token.clone())
    };
    let client = Client::new(&config, http_client()?)?;
    let answered = client.shop_info().await;
    let info = answered
        .map(|reply| reply.value)
        .map_err(|error| advice(shop, &error))?;
    check(shop, &info)?;
    Ok(info)
}

fn check(shop: &ShopDomain, info: &ShopInfo) -> Result<(), Failure> {
    if info.myshopify_domain != shop.as_str() {
        return Err(format!(
            "this access token is that of {}, not of {shop}",
            info.myshopify_domain
        )
        .into());
    }
    let missing = info.missing_scopes();
    if !missing.is_empty() {
        return Err(format!(
            "the access token lacks the scopes {}: grant them to the app in Shopify, and install it again",
            missing.join(", ")
        )
        .into());
    }
    Ok(())
}

fn advice(shop: &ShopDomain, error: &CallError) -> Failure {
    match error.recovery() {
        Recovery::Reauthorize => {
            format!("Shopify does not accept this access token for {shop}: copy it again from the app's API credentials")
        }
        Recovery::ShopUnavailable(why) => {
            format!("{shop} was not added: {} ({})", why.advice(), error.cause)
        }
        _ => format!(
            "Shopify could not be asked about {shop} ({}): try again, or add the shop unchecked with --offline",
            error.cause
        ),
    }
    .into()
}

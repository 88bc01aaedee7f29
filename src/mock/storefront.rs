//! What a shop says of itself: `shop`, `appInstallation`, `publicApiVersions`.

use super::call::Call;
use super::graphql::resolved::Resolved;
use super::shop::Shop;

/// `shop`.
pub fn shop(shop: &Shop) -> Resolved {
    let text = |text: &str| Resolved::leaf(text);
    let url = format!("https://{}", shop.domain);
    let plan = Resolved::record(vec![
        ("displayName", text(shop.plan.display_name())),
        ("publicDisplayName", text(shop.plan.display_name())),
        ("partnerDevelopment", Resolved::leaf(false)),
        ("shopifyPlus", Resolved::leaf(shop.plan.is_plus())),
    ]);
    let domain = Resolved::record(vec![
        ("id", text("gid://shopify/Domain/1")),
        ("host", text(&shop.domain)),
        ("sslEnabled", Resolved::leaf(true)),
        ("url", text(&url)),
    ]);
    let accounts = Resolved::record(vec![
        ("customerAccountsVersion", text("NEW_CUSTOMER_ACCOUNTS")),
        (
            "loginLinksVisibleOnStorefrontAndCheckout",
            Resolved::leaf(true),
        ),
        ("loginRequiredAtCheckout", Resolved::leaf(false)),
    ]);
    let address = Resolved::record(vec![
        ("id", text("gid://shopify/ShopAddress/1")),
        ("country", text("United States")),
        ("countryCodeV2", text("US")),
    ]);
    Resolved::record(vec![
        ("id", text("gid://shopify/Shop/1")),
        ("name", text(&shop.name)),
        ("myshopifyDomain", text(&shop.domain)),
        ("primaryDomain", domain),
        ("url", text(&url)),
        ("email", text("owner@example.com")),
        ("contactEmail", text("owner@example.com")),
        ("shopOwnerName", text("Shop Owner")),
        ("currencyCode", text("USD")),
        ("ianaTimezone", text("Etc/UTC")),
        ("timezoneAbbreviation", text("UTC")),
        ("timezoneOffset", text("+0000")),
        ("plan", plan),
        ("shopAddress", address),
        ("customerAccountsV2", accounts),
    ])
}

/// `appInstallation`: the app whose token was shown.
pub fn installation(call: &Call<'_>) -> Resolved {
    let scope =
        |handle: &String| Resolved::record(vec![("handle", Resolved::leaf(handle.clone()))]);
    let scopes: Vec<Resolved> = call
        .shop
        .tokens
        .get(call.token)
        .map(|token| token.scopes.iter().map(scope).collect())
        .unwrap_or_default();
    let id = call.api_client_id;
    let app = Resolved::record(vec![
        ("id", Resolved::leaf(format!("gid://shopify/App/{id}"))),
        ("title", Resolved::leaf("SyncUP")),
        ("handle", Resolved::leaf("syncup")),
        ("requestedAccessScopes", Resolved::List(scopes.clone())),
    ]);
    Resolved::record(vec![
        (
            "id",
            Resolved::leaf(format!("gid://shopify/AppInstallation/{id}")),
        ),
        ("accessScopes", Resolved::List(scopes)),
        ("app", app),
    ])
}

/// `publicApiVersions`.
pub fn versions(supported: &[String]) -> Resolved {
    let version = |handle: &String| {
        Resolved::record(vec![
            ("handle", Resolved::leaf(handle.clone())),
            ("displayName", Resolved::leaf(handle.clone())),
            ("supported", Resolved::leaf(true)),
        ])
    };
    Resolved::List(supported.iter().map(version).collect())
}

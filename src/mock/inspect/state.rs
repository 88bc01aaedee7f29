//! What the shops hold, as JSON.

use serde_json::{Value, json};

use crate::mock::customers::CustomerId;
use crate::mock::engine::Engine;
use crate::mock::log::LogEntry;
use crate::mock::shop::Shop;
use crate::mock::transport::Request;

/// All shops, or one, with everything but the tokens.
pub fn state(engine: &Engine, domain: Option<&str>) -> Value {
    let now_ms = engine.clock.now_ms();
    let world = engine.world();
    let shops: Vec<Value> = world
        .shops
        .iter()
        .filter(|shop| domain.is_none_or(|domain| shop.domain == domain))
        .map(|shop| shop_state(shop, now_ms))
        .collect();
    json!({"nowMs": now_ms, "shops": shops})
}

fn shop_state(shop: &Shop, now_ms: i64) -> Value {
    let apps: Vec<Value> = shop
        .tokens
        .iter()
        .map(|token| {
            json!({
                "apiClientId": token.api_client_id,
                "scopes": token.scopes,
                "pointsLeft": token.bucket.available_points(shop.plan, now_ms),
            })
        })
        .collect();
    let deleted: Vec<&CustomerId> = shop.deleted.keys().collect();
    let merged: Vec<Value> = shop
        .merged
        .iter()
        .map(|(lost, kept)| json!({"lost": lost, "kept": kept}))
        .collect();
    json!({
        "domain": shop.domain,
        "name": shop.name,
        "plan": shop.plan,
        "status": shop.status,
        "countryCode": shop.country_code,
        "locale": shop.locale,
        "searchLagMs": shop.search_lag_ms,
        "hidesProtectedData": shop.hides_protected_data,
        "apps": apps,
        "definitions": shop.definitions,
        "customers": shop.customers().collect::<Vec<_>>(),
        "deleted": deleted,
        "merged": merged,
        "webhookSubscriptions": shop.webhooks.subscriptions,
        "bulkOperations": shop.bulk.operations,
    })
}

/// One customer with everything.
pub fn customer(engine: &Engine, domain: &str, id: CustomerId) -> Option<Value> {
    let world = engine.world();
    world.shop(domain)?.customer(id).map(|it| json!(it))
}

/// What was to be delivered, all or that of a shop or topic, oldest first in each shop.
pub fn webhooks(engine: &Engine, request: &Request) -> Value {
    let wanted = request.parameter("shop");
    let topic = request
        .parameter("topic")
        .map(|topic| topic.replace("%2F", "/"));
    let world = engine.world();
    let shops = world.shops.iter();
    let deliveries = shops
        .filter(|shop| wanted.is_none_or(|wanted| shop.domain == wanted))
        .flat_map(|shop| shop.webhooks.deliveries.iter().map(move |it| (shop, it)))
        .filter(|(_, it)| topic.as_ref().is_none_or(|topic| it.topic.0 == *topic));
    deliveries
        .map(|(shop, delivery)| {
            let mut shown = json!(delivery);
            if let Some(members) = shown.as_object_mut() {
                members.insert("shop".to_owned(), shop.domain.clone().into());
            }
            shown
        })
        .collect()
}

/// The requests served, all or those of a shop or operation.
pub fn requests(engine: &Engine, request: &Request) -> Value {
    let shop = request.parameter("shop");
    let operation = request.parameter("operation");
    let is_wanted = |entry: &&LogEntry| {
        shop.is_none_or(|shop| entry.shop == shop)
            && operation.is_none_or(|wanted| entry.operation.as_deref() == Some(wanted))
    };
    let world = engine.world();
    let entries: Vec<&LogEntry> = world.log.entries().filter(is_wanted).collect();
    json!(entries)
}

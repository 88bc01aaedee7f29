//! `node` and `nodes`: anything by its global id.

use serde_json::{Map, Value};

use super::bulk;
use super::call::Call;
use super::customers::CustomerId;
use super::graphql::resolved::Resolved;
use super::input;
use super::metafields;
use super::webhooks::subscribe;

/// `node`.
pub fn one(call: &Call<'_>, arguments: &Map<String, Value>) -> Resolved {
    by_gid(call, input::text(arguments, "id").unwrap_or_default())
}

/// `nodes`: null for each that is not there.
pub fn several(call: &Call<'_>, arguments: &Map<String, Value>) -> Resolved {
    let ids = input::texts(arguments, "ids").unwrap_or_default();
    Resolved::List(ids.into_iter().map(|id| by_gid(call, id)).collect())
}

fn by_gid(call: &Call<'_>, gid: &str) -> Resolved {
    if let Some(id) = CustomerId::parse(gid) {
        return match call.shop.customer(id) {
            Some(_) => Resolved::customer(id),
            None => Resolved::NULL,
        };
    }
    if gid.starts_with("gid://shopify/BulkOperation/") {
        return bulk::view::one(call, gid);
    }
    if gid.starts_with("gid://shopify/WebhookSubscription/") {
        return subscribe::by_gid(call, gid);
    }
    if gid.starts_with("gid://shopify/Metafield/") {
        return metafield(call, gid);
    }
    Resolved::NULL
}

fn metafield(call: &Call<'_>, gid: &str) -> Resolved {
    call.shop
        .customers()
        .find_map(|customer| {
            let found = customer.metafields.iter().find(|it| it.gid() == gid)?;
            Some(metafields::resolved(call.shop, customer.id, found))
        })
        .unwrap_or(Resolved::NULL)
}

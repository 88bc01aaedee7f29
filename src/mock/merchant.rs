//! What a merchant does by hand, and what an operator does to a shop: methods for tests, served as `/_mock/shops/…`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::call::Call;
use super::customers::{Customer, CustomerId, merge, normalise, write};
use super::engine::Engine;
use super::plan::Plan;
use super::shop::{Shop, Status};
use super::webhooks::Topic;

/// Why a merchant's action was not done.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MerchantError {
    /// There is no such shop.
    #[error("no such shop")]
    FindShop,
    /// There is no such customer.
    #[error("no such customer")]
    FindCustomer,
    /// Shopify's rules forbid it; the messages say which.
    #[error("{}", .0.join("; "))]
    Refused(Vec<String>),
}

/// What to change of a shop; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ShopPatch {
    /// The plan.
    pub plan: Option<Plan>,
    /// Whether it serves requests.
    pub status: Option<Status>,
    /// How long a change takes to appear in searches, in ms.
    pub search_lag_ms: Option<i64>,
    /// Whether protected customer data reads as null.
    pub hides_protected_data: Option<bool>,
    /// The scopes of every token.
    pub scopes: Option<Vec<String>>,
    /// The points left of every token, as if another client had spent the rest.
    pub points: Option<f64>,
    /// How many lines of a bulk operation are done in a second, for those that are started from now on.
    pub bulk_lines_per_second: Option<f64>,
    /// The app's secrets, the oldest first: two while they are rotated.
    pub client_secrets: Option<Vec<String>>,
    /// Since when tokens that do not expire are refused, in ms since the epoch.
    pub endless_tokens_end_ms: Option<i64>,
    /// How long a refresh token can be used again, in ms: 30 days when a shop is opened, 0 is never.
    pub refresh_recovery_ms: Option<i64>,
    /// Replaces the first token.
    pub token: Option<String>,
}

impl Engine {
    /// Changes a shop.
    pub fn patch_shop(&self, domain: &str, patch: ShopPatch) -> Result<(), MerchantError> {
        self.with_shop(domain, |shop, now_ms| {
            shop.plan = patch.plan.unwrap_or(shop.plan);
            shop.status = patch.status.unwrap_or(shop.status);
            shop.search_lag_ms = patch.search_lag_ms.unwrap_or(shop.search_lag_ms);
            shop.hides_protected_data = patch
                .hides_protected_data
                .unwrap_or(shop.hides_protected_data);
            shop.endless_tokens_end_ms = patch.endless_tokens_end_ms.or(shop.endless_tokens_end_ms);
            let recovery_ms = patch.refresh_recovery_ms;
            shop.grants.recovery_ms = recovery_ms.unwrap_or(shop.grants.recovery_ms);
            if let Some(secrets) = patch.client_secrets {
                shop.client_secrets = secrets;
            }
            let scopes_before = shop.tokens.first().map(|token| token.scopes.clone());
            if let (Some(before), Some(scopes)) = (scopes_before, &patch.scopes)
                && before != *scopes
            {
                shop.tell_of_scopes(&before, scopes, now_ms);
            }
            if let Some(speed) = patch.bulk_lines_per_second {
                shop.bulk.lines_per_second = speed;
            }
            for token in &mut shop.tokens {
                if let Some(scopes) = &patch.scopes {
                    token.scopes.clone_from(scopes);
                }
                if let Some(points) = patch.points {
                    token.bucket.set(now_ms, points);
                }
            }
            if let (Some(text), Some(token)) = (patch.token, shop.tokens.first_mut()) {
                token.text = text;
            }
            Ok(())
        })
    }

    /// The merchant removes the app: its tokens die at once, its subscriptions hear of it and are gone.
    pub fn uninstall(&self, domain: &str) -> Result<(), MerchantError> {
        self.with_shop(domain, |shop, now_ms| {
            shop.status = Status::Revoked;
            shop.tell_of_uninstallation(now_ms);
            shop.grants.revoke();
            for token in &mut shop.tokens {
                token.text.clear();
                token.issued.clear();
            }
            shop.webhooks.subscriptions.retain(|it| !it.is_made_by_api);
            Ok(())
        })
    }

    /// Subscribes an app by its configuration, as `shopify.app.toml` does: such a subscription is never deleted for failures.
    pub fn subscribe(&self, domain: &str, topic: Topic, uri: &str) -> Result<(), MerchantError> {
        self.with_shop(domain, |shop, now_ms| {
            shop.webhooks.subscribe(topic, uri, now_ms);
            Ok(())
        })
    }

    /// Forgets the subscriptions of the app's configuration.
    pub fn unsubscribe(&self, domain: &str) -> Result<(), MerchantError> {
        self.with_shop(domain, |shop, _| {
            shop.webhooks.subscriptions.retain(|it| it.is_made_by_api);
            Ok(())
        })
    }

    /// Tells of something that the mock does not know to happen, such as `shop/redact`.
    pub fn tell(&self, domain: &str, topic: &Topic, payload: Value) -> Result<(), MerchantError> {
        self.with_shop(domain, |shop, now_ms| {
            let event = shop.webhooks.event(now_ms);
            shop.webhooks.tell(event, topic, || payload);
            Ok(())
        })
    }

    /// Creates a customer by hand, from the members of a `CustomerInput`.
    pub fn create_customer(
        &self,
        domain: &str,
        input: &Map<String, Value>,
    ) -> Result<CustomerId, MerchantError> {
        self.with_shop(domain, |shop, now_ms| {
            write::insert(&mut by_hand(shop, now_ms), input).map_err(refused)
        })
    }

    /// Changes a customer by hand, by the members of a `CustomerInput`.
    pub fn update_customer(
        &self,
        domain: &str,
        id: CustomerId,
        input: &Map<String, Value>,
    ) -> Result<(), MerchantError> {
        self.with_shop(domain, |shop, now_ms| {
            customer(shop, id)?;
            write::change(&mut by_hand(shop, now_ms), id, input).map_err(refused)
        })
    }

    /// Deletes a customer by hand, with or without orders.
    pub fn delete_customer(&self, domain: &str, id: CustomerId) -> Result<(), MerchantError> {
        self.with_shop(domain, |shop, now_ms| {
            customer(shop, id)?;
            shop.remove(id, now_ms);
            Ok(())
        })
    }

    /// Merges two customers by hand. Returns the one that is kept.
    pub fn merge_customers(
        &self,
        domain: &str,
        one: CustomerId,
        two: CustomerId,
    ) -> Result<CustomerId, MerchantError> {
        self.with_shop(domain, |shop, now_ms| {
            customer(shop, one)?;
            customer(shop, two)?;
            let merged = merge::combine(shop, (one, two), &Map::new(), now_ms);
            merged.map(|(kept, _)| kept).map_err(refused)
        })
    }

    /// Places orders: the customer can no longer be deleted by an app.
    pub fn place_orders(
        &self,
        domain: &str,
        id: CustomerId,
        count: u64,
    ) -> Result<(), MerchantError> {
        self.with_shop(domain, |shop, now_ms| {
            let mut customer = customer(shop, id)?;
            customer.number_of_orders += count;
            shop.store(customer, now_ms);
            Ok(())
        })
    }

    /// Adds and removes tags by hand.
    pub fn change_tags(
        &self,
        domain: &str,
        id: CustomerId,
        added: &[String],
        removed: &[String],
    ) -> Result<(), MerchantError> {
        self.with_shop(domain, |shop, now_ms| {
            let mut customer = customer(shop, id)?;
            let tags = customer.tags.iter().chain(added);
            let tags = normalise::tags(tags.map(String::as_str));
            let stays = |tag: &String| !removed.iter().any(|it| it.eq_ignore_ascii_case(tag));
            customer.tags = tags.into_iter().filter(stays).collect();
            shop.store(customer, now_ms);
            Ok(())
        })
    }

    fn with_shop<T>(
        &self,
        domain: &str,
        act: impl FnOnce(&mut Shop, i64) -> Result<T, MerchantError>,
    ) -> Result<T, MerchantError> {
        let now_ms = self.clock.now_ms();
        let mut world = self.world();
        let shop = world.shop_mut(domain).ok_or(MerchantError::FindShop)?;
        act(shop, now_ms)
    }
}

fn customer(shop: &Shop, id: CustomerId) -> Result<Customer, MerchantError> {
    shop.customer(id)
        .cloned()
        .ok_or(MerchantError::FindCustomer)
}

/// A merchant writes metafields as the shop's first app would.
fn by_hand(shop: &mut Shop, now_ms: i64) -> Call<'_> {
    let api_client_id = shop.tokens.first().map_or(0, |token| token.api_client_id);
    Call::new(shop, 0, api_client_id, now_ms)
}

fn refused(errors: Vec<super::user_error::UserError>) -> MerchantError {
    MerchantError::Refused(
        errors
            .iter()
            .map(|error| error.message().to_owned())
            .collect(),
    )
}

//! Handing out what is due, and taking in how it went.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use super::delivery::{Delivery, Outcome};
use super::post;
use crate::base::clock::rfc3339_ms;
use crate::mock::engine::Engine;
use crate::mock::faults::{FaultKind, Faults, Stage, Subject};
use crate::mock::shop::Shop;

/// How long a delivery waits to be overtaken, in ms.
const HOLD_MS: i64 = 60_000;

/// A request to be sent to a subscriber by `POST`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The shop's domain.
    pub shop: String,
    /// Where it goes.
    pub uri: String,
    /// Its headers, signature and all, without `Host` and `Content-Length`.
    pub headers: Vec<(String, String)>,
    /// The body that was signed.
    pub body: Vec<u8>,
    number: u64,
}

impl Outgoing {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl Engine {
    /// The webhooks to be sent now, in the order to send them. Each has to be reported on.
    pub fn due_webhooks(&self) -> Vec<Outgoing> {
        let now_ms = self.clock.now_ms();
        let mut world = self.world();
        let world = &mut *world;
        let mut due = Vec::new();
        for shop in &mut world.shops {
            due.extend(hand_out(shop, &mut world.faults, now_ms));
        }
        due
    }

    /// Says how sending went: the HTTP status, or None when there was no answer in time.
    pub fn report_webhook(&self, sent: &Outgoing, status: Option<u16>) {
        let now_ms = self.clock.now_ms();
        let mut world = self.world();
        let Some(shop) = world.shop_mut(&sent.shop) else {
            return;
        };
        let webhooks = &mut shop.webhooks;
        let Some(delivery) = webhooks.delivery(sent.number) else {
            return;
        };
        delivery.note(now_ms, status);
        if delivery.outcome == Outcome::Failed {
            let number = delivery.subscription.number;
            // One of the app's configuration stays.
            let stays = |it: &super::Subscription| it.number != number || !it.is_made_by_api;
            webhooks.subscriptions.retain(stays);
        }
    }

    /// Sends what is due now through `carry`, which returns the HTTP status, and reports on it. Returns how many were sent.
    pub fn deliver_webhooks(&self, mut carry: impl FnMut(&Outgoing) -> Option<u16>) -> usize {
        let due = self.due_webhooks();
        for outgoing in &due {
            let status = carry(outgoing);
            self.report_webhook(outgoing, status);
        }
        due.len()
    }

    /// Posts what is due now over plain HTTP. It blocks until the subscribers have answered. Returns how many were posted.
    pub fn post_webhooks(&self) -> usize {
        self.deliver_webhooks(post::post)
    }

    /// What was to be delivered for a shop, oldest first, with how it went.
    pub fn webhook_deliveries(&self, shop: &str) -> Vec<Delivery> {
        let world = self.world();
        let shop = world.shop(shop);
        shop.map(|shop| shop.webhooks.deliveries.iter().cloned().collect())
            .unwrap_or_default()
    }
}

fn hand_out(shop: &mut Shop, faults: &mut Faults, now_ms: i64) -> Vec<Outgoing> {
    let mut deliveries = std::mem::take(&mut shop.webhooks.deliveries);
    let mut due: Vec<usize> = deliveries
        .iter()
        .enumerate()
        .filter(|(_, delivery)| delivery.is_due(now_ms))
        .map(|(position, _)| position)
        .collect();
    due.sort_by_key(|&position| deliveries.get(position).map(|it| (it.due_ms, it.number)));
    let all = deliveries.iter().enumerate();
    let held = all.filter(|(_, it)| it.is_held && !it.is_due(now_ms));
    let mut held: Vec<usize> = held.map(|(position, _)| position).collect();
    let mut sent = Vec::new();
    for position in due {
        let Some(delivery) = deliveries.get_mut(position) else {
            continue;
        };
        let copies = judge(delivery, &shop.domain, faults, now_ms);
        for _ in 0..copies {
            sent.push(outgoing(shop, delivery));
        }
        if delivery.is_held {
            held.push(position);
        }
        if copies == 0 {
            continue;
        }
        // Now the held ones have been overtaken.
        for position in held.drain(..) {
            if let Some(overtaken) = deliveries.get_mut(position) {
                overtaken.is_held = false;
                overtaken.is_on_its_way = true;
                sent.push(outgoing(shop, overtaken));
            }
        }
    }
    shop.webhooks.deliveries = deliveries;
    sent
}

/// How often it is sent now.
fn judge(delivery: &mut Delivery, shop: &str, faults: &mut Faults, now_ms: i64) -> usize {
    delivery.is_held = false;
    if delivery.is_judged {
        delivery.is_on_its_way = true;
        return 1;
    }
    delivery.is_judged = true;
    let fault = faults.strike(Subject {
        stage: Stage::Delivery,
        shop,
        topic: Some(&delivery.topic.0),
        ..Subject::default()
    });
    match fault {
        Some(FaultKind::WebhookLost) => delivery.outcome = Outcome::Lost,
        Some(FaultKind::WebhookDelayed { ms }) => delivery.due_ms = now_ms + ms,
        Some(FaultKind::WebhookReordered) => {
            delivery.is_held = true;
            delivery.due_ms = now_ms + HOLD_MS;
        }
        Some(FaultKind::WebhookDuplicated) => {
            delivery.is_on_its_way = true;
            return 2;
        }
        _ => {
            delivery.is_on_its_way = true;
            return 1;
        }
    }
    0
}

fn outgoing(shop: &Shop, delivery: &Delivery) -> Outgoing {
    let body = delivery.payload.to_string().into_bytes();
    let mut headers = vec![
        ("Content-Type", "application/json".to_owned()),
        ("X-Shopify-Topic", delivery.topic.0.clone()),
        ("X-Shopify-Hmac-Sha256", signature(shop, &body)),
        ("X-Shopify-Shop-Domain", shop.domain.clone()),
        ("X-Shopify-API-Version", shop.webhook_api_version.clone()),
        ("X-Shopify-Webhook-Id", delivery.webhook_id.clone()),
        ("X-Shopify-Event-Id", delivery.event_id.clone()),
        (
            "X-Shopify-Triggered-At",
            rfc3339_ms(delivery.triggered_at_ms),
        ),
    ];
    if let Some(name) = &delivery.subscription.name {
        headers.push(("X-Shopify-Name", name.clone()));
    }
    let headers = headers.into_iter();
    Outgoing {
        shop: shop.domain.clone(),
        uri: delivery.uri.clone(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        body,
        number: delivery.number,
    }
}

/// While secrets are rotated, the oldest one signs.
fn signature(shop: &Shop, body: &[u8]) -> String {
    let secret = shop.client_secrets.first().map_or("", String::as_str);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    STANDARD.encode(hmac::sign(&key, body))
}

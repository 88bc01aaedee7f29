//! Webhooks: who is told of what happens in a shop, and how often it is tried. The engine only says what is due; somebody carries it.

mod carry;
mod delivery;
mod event;
mod post;
pub(super) mod subscribe;
pub(super) mod subscription;
mod topic;

use std::collections::VecDeque;

use serde_json::Value;

pub use carry::Outgoing;
pub use delivery::{Attempt, Delivery, Outcome};
pub use post::keep_posting;
use subscription::Subscription;
pub use topic::Topic;

/// How many deliveries that are over a shop remembers.
const MAX_DELIVERIES: usize = 10_000;

/// A shop's subscriptions and deliveries.
#[derive(Debug, Default)]
pub struct Webhooks {
    /// In order of creation.
    pub subscriptions: Vec<Subscription>,
    /// In order of what happened.
    pub deliveries: VecDeque<Delivery>,
    subscription_count: u64,
    delivery_count: u64,
    event_count: u64,
}

/// One thing that happened: all it leads to has one id.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    number: u64,
    at_ms: i64,
}

impl Webhooks {
    /// Something happens.
    pub fn event(&mut self, at_ms: i64) -> Event {
        self.event_count += 1;
        Event {
            number: self.event_count,
            at_ms,
        }
    }

    /// Tells all subscribers of a topic; the payload is made only if there are any.
    pub fn tell(&mut self, event: Event, topic: &Topic, payload: impl FnOnce() -> Value) {
        let listening: Vec<Subscription> = self
            .subscriptions
            .iter()
            .filter(|subscription| subscription.topic == *topic)
            .cloned()
            .collect();
        if listening.is_empty() {
            return;
        }
        let payload = payload();
        for subscription in listening {
            self.delivery_count += 1;
            let delivery = Delivery::new(self.delivery_count, event, subscription, &payload);
            self.deliveries.push_back(delivery);
        }
        while self.deliveries.len() > MAX_DELIVERIES
            && self.deliveries.front().is_some_and(Delivery::is_over)
        {
            self.deliveries.pop_front();
        }
    }

    /// Adds a subscription of the app's configuration.
    pub fn subscribe(&mut self, topic: Topic, uri: &str, now_ms: i64) {
        let subscription = Subscription {
            number: self.next_subscription(),
            topic,
            uri: uri.to_owned(),
            name: None,
            include_fields: Vec::new(),
            is_made_by_api: false,
            created_at_ms: now_ms,
            updated_at_ms: now_ms,
        };
        self.subscriptions.push(subscription);
    }

    /// A delivery by its number. Numbers follow each other.
    fn delivery(&mut self, number: u64) -> Option<&mut Delivery> {
        let first = self.deliveries.front()?.number;
        let position = usize::try_from(number.checked_sub(first)?).ok()?;
        self.deliveries.get_mut(position)
    }

    /// A new subscription's number.
    fn next_subscription(&mut self) -> u64 {
        self.subscription_count += 1;
        1_700_000_000_000 + self.subscription_count
    }
}

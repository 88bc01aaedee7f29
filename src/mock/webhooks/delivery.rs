//! A delivery: one event for one subscriber, tried until it arrives or is given up.

use serde::Serialize;
use serde_json::{Map, Value};

use super::subscription::Subscription;
use super::{Event, Topic};

/// When it is tried again, in ms after the first attempt: eight times in four hours. How they are spread is not published.
const RETRIES_MS: [i64; 8] = [
    10_000, 60_000, 300_000, 900_000, 2_400_000, 4_800_000, 8_400_000, 14_400_000,
];

/// How a delivery went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It will be tried.
    Pending,
    /// The subscriber answered 2xx.
    Delivered,
    /// All attempts failed.
    Failed,
    /// A fault swallowed it.
    Lost,
}

/// One try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// When, in ms since the epoch.
    pub at_ms: i64,
    /// The HTTP status; None when there was no answer.
    pub status: Option<u16>,
}

/// One event for one subscriber.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// `X-Shopify-Webhook-Id`: the same in all attempts.
    pub webhook_id: String,
    /// `X-Shopify-Event-Id`: the same for all that one thing led to.
    pub event_id: String,
    /// The topic.
    pub topic: Topic,
    /// Where it goes.
    pub uri: String,
    /// When it happened, in ms since the epoch.
    pub triggered_at_ms: i64,
    /// The body, which stays as it was when it happened.
    pub payload: Value,
    /// The tries so far.
    pub attempts: Vec<Attempt>,
    /// How it went.
    pub outcome: Outcome,
    /// When it is tried next, in ms since the epoch.
    pub due_ms: i64,
    #[serde(skip)]
    pub(super) number: u64,
    #[serde(skip)]
    pub(super) subscription: Subscription,
    /// Whether somebody carries it.
    #[serde(skip)]
    pub(super) is_on_its_way: bool,
    /// Whether the script of faults was asked about it.
    #[serde(skip)]
    pub(super) is_judged: bool,
    /// Whether another one has to overtake it.
    #[serde(skip)]
    pub(super) is_held: bool,
}

impl Delivery {
    /// A delivery that is due at once.
    pub fn new(number: u64, event: Event, subscription: Subscription, payload: &Value) -> Self {
        let id = |kind: u64, number: u64| format!("{kind:08x}-0000-4000-8000-{number:012x}");
        Self {
            webhook_id: id(1, number),
            event_id: id(2, event.number),
            topic: subscription.topic.clone(),
            uri: subscription.uri.clone(),
            triggered_at_ms: event.at_ms,
            payload: only(payload, &subscription.include_fields),
            attempts: Vec::new(),
            outcome: Outcome::Pending,
            due_ms: event.at_ms,
            number,
            subscription,
            is_on_its_way: false,
            is_judged: false,
            is_held: false,
        }
    }

    /// Whether it will not be tried again.
    pub fn is_over(&self) -> bool {
        self.outcome != Outcome::Pending
    }

    /// Whether it has to be tried by now.
    pub fn is_due(&self, now_ms: i64) -> bool {
        self.outcome == Outcome::Pending && !self.is_on_its_way && self.due_ms <= now_ms
    }

    /// Notes how a try went, and when to try again.
    pub fn note(&mut self, at_ms: i64, status: Option<u16>) {
        self.attempts.push(Attempt { at_ms, status });
        self.is_on_its_way = false;
        if self.is_over() {
            return;
        }
        if status.is_some_and(|status| (200..300).contains(&status)) {
            self.outcome = Outcome::Delivered;
            return;
        }
        let first_ms = self.attempts.first().map_or(at_ms, |first| first.at_ms);
        match RETRIES_MS.get(self.attempts.len() - 1) {
            Some(after_ms) => self.due_ms = first_ms + after_ms,
            None => self.outcome = Outcome::Failed,
        }
    }
}

fn only(payload: &Value, fields: &[String]) -> Value {
    match payload {
        Value::Object(members) if !fields.is_empty() => {
            let wanted = members.iter().filter(|(name, _)| fields.contains(name));
            let wanted: Map<String, Value> = wanted
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            wanted.into()
        }
        whole => whole.clone(),
    }
}

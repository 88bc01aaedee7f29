//! `/_mock`: what the shops hold, and hands on them.

mod state;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::config::ShopConfig;
use super::customers::CustomerId;
use super::engine::Engine;
use super::faults::Fault;
use super::merchant::{MerchantError, ShopPatch};
use super::transport::{Reply, Request};
use super::webhooks::Topic;

/// An answer, or what to say instead.
type Answer = Result<Value, Refusal>;

enum Refusal {
    /// 404.
    NoSuchPath,
    /// 400: the body is not what was expected.
    Unreadable(String),
    /// 404 or 422.
    Merchant(MerchantError),
    /// 409: the clock follows the machine's.
    ClockRuns,
}

impl From<MerchantError> for Refusal {
    fn from(error: MerchantError) -> Self {
        Self::Merchant(error)
    }
}

/// Answers a request; `path` is what follows `/_mock`.
pub fn handle(engine: &Engine, request: &Request, path: &str) -> Reply {
    let segments: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
    let answer = match (request.method.as_str(), segments.as_slice()) {
        (method, ["shops", domain, rest @ ..]) => {
            shop(engine, request, method, &domain.to_ascii_lowercase(), rest)
        }
        (method, [resource]) => top(engine, request, method, resource),
        _ => Err(Refusal::NoSuchPath),
    };
    match answer {
        Ok(value) => Reply::json(200, &value),
        Err(refusal) => refusal.reply(),
    }
}

fn top(engine: &Engine, request: &Request, method: &str, resource: &str) -> Answer {
    match (method, resource) {
        ("GET", "state" | "shops") => Ok(state::state(engine, request.parameter("shop"))),
        ("POST", "shops") => {
            engine.add_shop(body::<ShopConfig>(request)?);
            done()
        }
        ("POST", "reset") => {
            engine.reset();
            done()
        }
        ("GET", "clock") => Ok(clock(engine)),
        ("POST", "clock") => move_clock(engine, &body(request)?),
        ("GET", "faults") => Ok(json!(engine.faults())),
        ("POST", "faults") => {
            engine.inject(body::<Fault>(request)?);
            done()
        }
        ("DELETE", "faults") => {
            engine.clear_faults();
            done()
        }
        ("GET", "requests") => Ok(state::requests(engine, request)),
        ("GET", "webhooks") => Ok(state::webhooks(engine, request)),
        ("DELETE", "requests") => {
            engine.clear_log();
            done()
        }
        _ => Err(Refusal::NoSuchPath),
    }
}

/// The body of `POST /_mock/shops/{domain}/customers/{number}/tags`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Tags {
    add: Vec<String>,
    remove: Vec<String>,
}

/// The body of `POST /_mock/shops/{domain}/customers/{number}/orders`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Orders {
    #[serde(default = "one")]
    count: u64,
}

fn one() -> u64 {
    1
}

/// The body of `POST /_mock/shops/{domain}/merge`: global ids or numbers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    one: String,
    two: String,
}

/// The body of `POST /_mock/shops/{domain}/webhooks`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscribe {
    topic: Topic,
    uri: String,
}

/// The body of `POST /_mock/shops/{domain}/events`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Happens {
    topic: Topic,
    #[serde(default)]
    payload: Value,
}

fn shop(engine: &Engine, request: &Request, method: &str, domain: &str, rest: &[&str]) -> Answer {
    match (method, rest) {
        ("GET", []) => Ok(state::state(engine, Some(domain))),
        ("PATCH", []) => {
            engine.patch_shop(domain, body::<ShopPatch>(request)?)?;
            done()
        }
        ("POST", ["customers"]) => {
            let input: Map<String, Value> = body(request)?;
            let id = engine.create_customer(domain, &input)?;
            Ok(json!({"id": id}))
        }
        ("POST", ["id-token"]) => match engine.id_token(domain) {
            Some(token) => Ok(json!({"idToken": token})),
            None => Err(MerchantError::FindShop.into()),
        },
        ("POST", ["uninstall"]) => {
            engine.uninstall(domain)?;
            done()
        }
        ("POST", ["webhooks"]) => {
            let wanted: Subscribe = body(request)?;
            engine.subscribe(domain, wanted.topic, &wanted.uri)?;
            done()
        }
        ("DELETE", ["webhooks"]) => {
            engine.unsubscribe(domain)?;
            done()
        }
        ("POST", ["events"]) => {
            let event: Happens = body(request)?;
            engine.tell(domain, &event.topic, event.payload)?;
            done()
        }
        ("POST", ["merge"]) => {
            let merge: Merge = body(request)?;
            let (one, two) = (customer_id(&merge.one)?, customer_id(&merge.two)?);
            let kept = engine.merge_customers(domain, one, two)?;
            Ok(json!({"id": kept}))
        }
        (_, ["customers", number, rest @ ..]) => {
            customer(engine, request, domain, customer_id(number)?, rest)
        }
        _ => Err(Refusal::NoSuchPath),
    }
}

fn customer(
    engine: &Engine,
    request: &Request,
    domain: &str,
    id: CustomerId,
    rest: &[&str],
) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", []) => state::customer(engine, domain, id).ok_or(Refusal::NoSuchPath),
        ("PATCH", []) => {
            let input: Map<String, Value> = body(request)?;
            engine.update_customer(domain, id, &input)?;
            done()
        }
        ("DELETE", []) => {
            engine.delete_customer(domain, id)?;
            done()
        }
        ("POST", ["orders"]) => {
            let orders: Orders = body(request)?;
            engine.place_orders(domain, id, orders.count)?;
            done()
        }
        ("POST", ["tags"]) => {
            let tags: Tags = body(request)?;
            engine.change_tags(domain, id, &tags.add, &tags.remove)?;
            done()
        }
        _ => Err(Refusal::NoSuchPath),
    }
}

/// How to move the clock.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum MoveClock {
    AdvanceMs(i64),
    SetMs(i64),
}

fn move_clock(engine: &Engine, by: &MoveClock) -> Answer {
    let clock = engine.manual_clock.as_ref().ok_or(Refusal::ClockRuns)?;
    match by {
        MoveClock::AdvanceMs(by_ms) => clock.advance(*by_ms),
        MoveClock::SetMs(at_ms) => clock.set(*at_ms),
    }
    Ok(self::clock(engine))
}

fn clock(engine: &Engine) -> Value {
    json!({
        "nowMs": engine.clock.now_ms(),
        "isManual": engine.manual_clock.is_some(),
    })
}

fn customer_id(text: &str) -> Result<CustomerId, Refusal> {
    CustomerId::parse(text)
        .or_else(|| text.parse().ok().map(CustomerId))
        .ok_or(Refusal::Merchant(MerchantError::FindCustomer))
}

/// An empty body reads as `{}`.
fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    let bytes = match request.body.as_slice() {
        [] => b"{}",
        bytes => bytes,
    };
    serde_json::from_slice(bytes).map_err(|error| Refusal::Unreadable(error.to_string()))
}

fn done() -> Answer {
    Ok(json!({"ok": true}))
}

impl Refusal {
    fn reply(&self) -> Reply {
        let (status, text) = match self {
            Self::NoSuchPath => (404, "no such path".to_owned()),
            Self::Unreadable(text) => (400, text.clone()),
            Self::ClockRuns => (409, "the clock is not a manual one".to_owned()),
            Self::Merchant(error @ MerchantError::Refused(_)) => (422, error.to_string()),
            Self::Merchant(error) => (404, error.to_string()),
        };
        Reply::json(status, &json!({"error": text}))
    }
}

//! The engine from outside: requests in, replies out.

mod bulk;
mod bulk_rules;
mod contacts;
mod costs;
mod customers;
mod execution;
mod faults;
mod identify;
mod inspection;
mod metafields;
mod oauth;
mod refusals;
mod searches;
mod subscriptions;
mod webhooks;
#[cfg(feature = "wiremock")]
mod wiremock;

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Config, Engine, Reply, Request, ShopConfig};
use crate::base::clock::ManualClock;

/// 2026-11-24T10:06:03Z.
pub const NOW_MS: i64 = 1_795_514_763_000;
/// The shop every test has.
pub const SHOP: &str = "demo.myshopify.com";
/// Its token.
pub const TOKEN: &str = "shpat_demo";

/// An engine with one shop and a clock that stands.
pub struct Bench {
    pub engine: Engine,
    pub clock: Arc<ManualClock>,
}

impl Bench {
    pub fn new() -> Self {
        Self::with(ShopConfig::new(SHOP, TOKEN))
    }

    pub fn with(shop: ShopConfig) -> Self {
        let clock = Arc::new(ManualClock::at(NOW_MS));
        let engine = Engine::new(Config::manual(Arc::clone(&clock)).with_shop(shop));
        Self { engine, clock }
    }

    /// Sends an operation.
    pub fn send(&self, query: &str, variables: Value) -> Reply {
        self.engine.handle(&request(query, variables))
    }

    /// The whole body of an operation's reply.
    pub fn body(&self, query: &str, variables: Value) -> Value {
        self.send(query, variables).body_json()
    }

    /// The `data` of an operation that runs without errors.
    pub fn data(&self, query: &str, variables: Value) -> Value {
        let body = self.body(query, variables);
        assert_eq!(body.get("errors"), None, "{body:#}");
        body["data"].clone()
    }

    /// Creates a customer that has nothing wrong with it.
    pub fn create(&self, input: Value) -> String {
        let data = self.data(CREATE, json!({"input": input}));
        let payload = &data["customerCreate"];
        assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
        payload["customer"]["id"].as_str().unwrap().to_owned()
    }

    /// One read field of a customer.
    pub fn read(&self, id: &str, selection: &str) -> Value {
        let query = format!("query($id: ID!) {{ customer(id: $id) {{ {selection} }} }}");
        self.data(&query, json!({"id": id}))["customer"].clone()
    }
}

pub const CREATE: &str = "mutation Create($input: CustomerInput!) {
  customerCreate(input: $input) { customer { id } userErrors { field message } }
}";

pub fn request(query: &str, variables: Value) -> Request {
    Request {
        method: "POST".to_owned(),
        path: "/admin/api/2026-10/graphql.json".to_owned(),
        query: String::new(),
        headers: vec![("x-shopify-access-token".to_owned(), TOKEN.to_owned())],
        body: json!({"query": query, "variables": variables})
            .to_string()
            .into_bytes(),
    }
}

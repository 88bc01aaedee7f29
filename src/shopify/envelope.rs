//! The JSON around every answer: data, errors, cost.

use serde::Deserialize;
use serde_json::Value;

/// The whole body of an answer.
#[derive(Deserialize)]
pub struct Envelope {
    #[serde(default)]
    pub data: Value,
    pub errors: Option<Errors>,
    #[serde(default)]
    pub extensions: Extensions,
}

/// Top-level errors. The API before GraphQL (authentication, routing) answers with a text or a map.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Errors {
    List(Vec<TopError>),
    Other(Value),
}

/// One top-level error.
#[derive(Deserialize)]
pub struct TopError {
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub extensions: ErrorExtensions,
    #[serde(default)]
    pub path: Vec<Value>,
}

#[derive(Deserialize, Default)]
pub struct ErrorExtensions {
    pub code: Option<String>,
}

#[derive(Deserialize, Default)]
pub struct Extensions {
    pub cost: Option<Cost>,
    #[serde(default)]
    pub search: Vec<Search>,
}

/// What the query cost. Shopify writes the numbers as integers or as floats.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    pub requested_query_cost: Option<f64>,
    pub actual_query_cost: Option<f64>,
    pub throttle_status: Option<ThrottleStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThrottleStatus {
    pub maximum_available: f64,
    pub currently_available: f64,
    pub restore_rate: f64,
}

/// How Shopify understood a search: a warning means that it ignored a part and matched too much.
#[derive(Deserialize)]
pub struct Search {
    #[serde(default)]
    pub warnings: Vec<Value>,
}

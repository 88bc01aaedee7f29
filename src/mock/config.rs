//! What an engine starts with.

use std::sync::Arc;

use serde::Deserialize;

use super::bulk::DEFAULT_LINES_PER_SECOND;
use super::plan::Plan;
use super::shop::{Shop, Token};
use crate::base::clock::{Clock, ManualClock, SystemClock};

/// What an engine starts with.
#[derive(Debug, Clone)]
pub struct Config {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The same clock, when it may be moved through `/_mock/clock`.
    pub manual_clock: Option<Arc<ManualClock>>,
    /// Decides which requests probable faults strike.
    pub seed: u64,
    /// The supported API versions, oldest first.
    pub versions: Vec<String>,
    /// Where clients reach the mock, as `http://127.0.0.1:8081`; None is where each request went.
    pub base_url: Option<String>,
    /// How many requests the log keeps.
    pub log_capacity: usize,
    /// The shops; more can be made through `/_mock/shops`.
    pub shops: Vec<ShopConfig>,
}

impl Config {
    /// An engine that runs in real time.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let versions = ["2026-01", "2026-04", "2026-07", "2026-10", "2027-01"];
        Self {
            clock,
            manual_clock: None,
            seed: 1,
            versions: versions.map(str::to_owned).to_vec(),
            base_url: None,
            log_capacity: 10_000,
            shops: Vec::new(),
        }
    }

    /// An engine whose clock stands until it is moved.
    pub fn manual(clock: Arc<ManualClock>) -> Self {
        Self {
            manual_clock: Some(Arc::clone(&clock)),
            ..Self::new(clock)
        }
    }

    /// The configuration with one more shop.
    pub fn with_shop(mut self, shop: ShopConfig) -> Self {
        self.shops.push(shop);
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

/// A shop to begin with; the body of `POST /_mock/shops`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShopConfig {
    /// `NAME.myshopify.com`.
    pub domain: String,
    /// The access token.
    pub token: String,
    /// The name a merchant reads; made of the domain when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// The scopes granted; all that the mock knows when absent.
    #[serde(default = "all_scopes")]
    pub scopes: Vec<String>,
    /// The plan.
    #[serde(default)]
    pub plan: Plan,
    /// The app's id, for tokens.
    #[serde(default = "default_client_id")]
    pub client_id: String,
    /// The app's secret: it signs webhooks.
    #[serde(default = "default_client_secret")]
    pub client_secret: String,
    /// The app's number.
    #[serde(default = "default_api_client_id")]
    pub api_client_id: u64,
    /// ISO 3166-1 alpha-2.
    #[serde(default = "default_country_code")]
    pub country_code: String,
    /// The locale of new customers.
    #[serde(default = "default_locale")]
    pub locale: String,
    /// How long a change takes to appear in searches, in ms.
    #[serde(default = "default_search_lag_ms")]
    pub search_lag_ms: i64,
    /// How many lines of a bulk operation are done in a second.
    #[serde(default = "default_bulk_lines_per_second")]
    pub bulk_lines_per_second: f64,
}

impl ShopConfig {
    /// A shop on the standard plan with every scope.
    pub fn new(domain: &str, token: &str) -> Self {
        Self {
            domain: domain.to_owned(),
            token: token.to_owned(),
            name: None,
            scopes: all_scopes(),
            plan: Plan::default(),
            client_id: default_client_id(),
            client_secret: default_client_secret(),
            api_client_id: default_api_client_id(),
            country_code: default_country_code(),
            locale: default_locale(),
            search_lag_ms: default_search_lag_ms(),
            bulk_lines_per_second: default_bulk_lines_per_second(),
        }
    }

    /// The shop on another plan.
    pub fn with_plan(mut self, plan: Plan) -> Self {
        self.plan = plan;
        self
    }

    /// The shop with only these scopes.
    pub fn with_scopes(mut self, scopes: &[&str]) -> Self {
        self.scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        self
    }

    /// The shop with another speed of bulk operations.
    pub fn with_bulk_lines_per_second(mut self, speed: f64) -> Self {
        self.bulk_lines_per_second = speed;
        self
    }

    /// The shop itself.
    pub(super) fn open(self) -> Shop {
        let handle = self.domain.split('.').next().unwrap_or_default();
        let name = self.name.unwrap_or_else(|| handle.to_owned());
        let mut shop = Shop::new(&self.domain.to_ascii_lowercase(), &name);
        shop.plan = self.plan;
        shop.client_id = self.client_id;
        shop.client_secrets.push(self.client_secret);
        shop.country_code = self.country_code;
        shop.locale = self.locale;
        shop.search_lag_ms = self.search_lag_ms;
        shop.bulk.lines_per_second = self.bulk_lines_per_second;
        shop.tokens.push(Token {
            text: self.token,
            issued: Vec::new(),
            scopes: self.scopes,
            api_client_id: self.api_client_id,
            bucket: super::bucket::Bucket::default(),
        });
        shop
    }
}

fn all_scopes() -> Vec<String> {
    [
        "read_customers",
        "write_customers",
        "read_customer_merge",
        "write_customer_merge",
        "write_customer_data_erasure",
        "read_companies",
        "write_companies",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn default_client_id() -> String {
    "syncup-mock-app".to_owned()
}

fn default_client_secret() -> String {
    "shpss_demo".to_owned()
}

fn default_api_client_id() -> u64 {
    347_082_227_713
}

fn default_country_code() -> String {
    "US".to_owned()
}

fn default_locale() -> String {
    "en".to_owned()
}

fn default_bulk_lines_per_second() -> f64 {
    DEFAULT_LINES_PER_SECOND
}

fn default_search_lag_ms() -> i64 {
    1_500
}

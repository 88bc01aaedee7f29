//! The real application on port 0, with a manual clock and the mock Shopify behind real HTTP.

pub mod database;
pub mod installation;
pub mod process;
pub mod scim;
pub mod sql;
pub mod transcript;

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use syncup::app::Application;
use syncup::base::clock::{Clock, ManualClock};
use syncup::base::id::ShopDomain;
use syncup::http::mock_shopify;
use syncup::mock::{Config, Customer, Engine, Plan, ShopConfig};
use syncup::settings::Settings;
use tempfile::TempDir;

pub use scim::{Answered, Scim};

/// 2026-11-24T10:00:00Z.
pub const START_MS: i64 = 1_795_514_400_000;
const SHOPIFY_TOKEN: &str = "shpat_test";

/// A bridge, its shop in the mock, and the clock of both.
pub struct TestApp {
    pub application: Application,
    pub shopify: Arc<Engine>,
    pub clock: Arc<ManualClock>,
    pub shop: ShopDomain,
    pub scim: Scim,
    shopify_url: String,
    pub directory: TempDir,
}

impl TestApp {
    /// On the standard plan, the dialect that is the default.
    pub async fn start() -> Self {
        Self::on_plan(Plan::Standard).await
    }

    pub async fn on_plan(plan: Plan) -> Self {
        Self::with(plan, |_| {}).await
    }

    /// With settings of the test's own.
    pub async fn with_settings(adjust: impl FnOnce(&mut Settings)) -> Self {
        Self::with(Plan::Standard, adjust).await
    }

    /// On a plan, with settings of the test's own.
    pub async fn with(plan: Plan, adjust: impl FnOnce(&mut Settings)) -> Self {
        let clock = Arc::new(ManualClock::at(START_MS));
        let shop: ShopDomain = "test.myshopify.com".parse().unwrap();
        let config = ShopConfig::new(shop.as_str(), SHOPIFY_TOKEN).with_plan(plan);
        let shopify = Arc::new(Engine::new(Config::manual(clock.clone()).with_shop(config)));
        let mock = mock_shopify::serve(([127, 0, 0, 1], 0).into(), shopify.clone()).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let mut settings = Settings::from_sources(&|_| None, None).unwrap();
        settings.data_dir = directory.path().to_owned();
        database::prepare(directory.path());
        settings.database = database::url(directory.path());
        settings.master_key = database::master_key(directory.path());
        settings.listen = ([127, 0, 0, 1], 0).into();
        settings.ops_listen = ([127, 0, 0, 1], 0).into();
        settings.public_url = Some("https://scim.example.com".to_owned());
        settings.shopify_origin = Some(format!("http://{}", mock.address()));
        settings.workers = 1;
        adjust(&mut settings);
        let application = Application::start_with(&settings, clock.clone(), false)
            .await
            .unwrap();
        let token = application
            .set_up_shop(&shop, &SecretString::from(SHOPIFY_TOKEN), "test")
            .await
            .unwrap();
        let scim = Scim::new(
            &format!("http://{}/scim/v2", application.scim_address().unwrap()),
            token.expose_secret(),
        );
        Self {
            application,
            shopify,
            clock,
            shop,
            scim,
            shopify_url: format!("http://{}", mock.address()),
            directory,
        }
    }
}

impl TestApp {
    /// One more shop of the same bridge, in the mock too: a client with a token of its own.
    pub async fn another_shop(&self, domain: &str) -> Scim {
        self.shopify
            .add_shop(ShopConfig::new(domain, SHOPIFY_TOKEN));
        let token = self
            .application
            .set_up_shop(
                &domain.parse().unwrap(),
                &SecretString::from(SHOPIFY_TOKEN),
                "test",
            )
            .await
            .unwrap();
        self.scim.with_token(token.expose_secret())
    }

    /// The shop's customers, as the mock holds them.
    pub fn customers(&self) -> Vec<Customer> {
        self.shopify.customers(self.shop.as_str())
    }

    /// The answer of the Admin API to a document, with the app's own token.
    pub async fn admin(&self, document: &str) -> Value {
        let url = format!("{}/admin/api/2026-10/graphql.json", self.shopify_url);
        let body = serde_json::json!({ "query": document }).to_string();
        let request = syncup::shopify::tls::http_client().unwrap().post(url);
        let request = request
            .header("content-type", "application/json")
            .header("x-shopify-access-token", SHOPIFY_TOKEN)
            .header("host", self.shop.as_str());
        let answer = request.body(body).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Waits until no step of the shop is in flight: those that stall time out.
    pub async fn steps_end(&self, patience: Duration) {
        self.steps_end_of(self.shop.as_str(), patience).await;
    }

    /// As [`TestApp::steps_end`], of a shop that the test has added.
    pub async fn steps_end_of(&self, domain: &str, patience: Duration) {
        let domain = domain.parse().unwrap();
        let record = self
            .application
            .store()
            .shop_by_domain(&domain)
            .await
            .unwrap();
        let shops = self.application.reconciler().shops();
        let shop = shops.get(record.unwrap().id, self.now_ms()).await.unwrap();
        let shop = shop.unwrap();
        let end = Instant::now() + patience;
        while shop.in_progress() > 0 {
            assert!(Instant::now() < end, "a step does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Runs what is due, moving the clock to whatever is waited for, until nothing is due any more.
    pub async fn converge(&self) {
        let reconciler = self.application.reconciler();
        for _ in 0..100_000 {
            let (_, wait_ms) = reconciler.run_due().await;
            if let Some(wait_ms) = wait_ms {
                self.clock.advance(wait_ms);
                continue;
            }
            match self.application.store().next_due_ms().await.unwrap() {
                None => return,
                Some(due_ms) => self.clock.set(due_ms.max(self.now_ms() + 1)),
            }
        }
        panic!("the users do not converge");
    }
}

/// The value at a JSON pointer; absent and null are one.
pub fn at<'v>(document: &'v Value, pointer: &str) -> &'v Value {
    document.pointer(pointer).unwrap_or(&Value::Null)
}

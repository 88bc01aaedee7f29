//! What the bridge costs in Shopify: the real application in this process, the mock behind real HTTP, both on a clock that moves only when told to.

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use syncup::app::Application;
use syncup::base::clock::{Clock as _, ManualClock};
use syncup::base::id::ShopDomain;
use syncup::http::mock_shopify::{self, MockServer};
use syncup::mock::{Config, Engine, Plan, ShopConfig};
use syncup::settings::Settings;
use tempfile::TempDir;

use crate::Failure;
use crate::user::user;

/// 2026-11-24T10:00:00Z.
const START_MS: i64 = 1_795_514_400_000;
const SHOP: &str = "bench.myshopify.com";
const ACCESS_TOKEN: &str = "shpat_bench";
const MUTATION: &str = include_str!("../../graphql/customer_create.graphql");

/// A bridge and its shop.
struct World {
    application: Application,
    mock: MockServer,
    engine: Arc<Engine>,
    clock: Arc<ManualClock>,
    http: reqwest::Client,
    token: SecretString,
    _directory: TempDir,
}

/// What one user costs, in points.
#[derive(Debug)]
pub struct Points {
    /// Created.
    pub created: u32,
    /// Put again as it is.
    pub put_again: u32,
    /// Another name.
    pub updated: u32,
    /// Set inactive.
    pub disabled: u32,
}

/// A first import.
#[derive(Debug)]
pub struct Import {
    /// Until all customers are there, on the mock's clock.
    pub seconds: i64,
    /// Requests that Shopify refused for want of points.
    pub throttled: usize,
    /// Customers at the end.
    pub customers: usize,
}

/// How long a write takes that reaches Shopify before it is answered.
#[derive(Debug)]
pub struct WriteThrough {
    /// The median of a POST through the bridge, in milliseconds.
    pub through_ms: f64,
    /// The median of the same mutation sent to the mock without a bridge, in milliseconds.
    pub bare_ms: f64,
}

/// What each kind of change costs.
pub async fn points() -> Result<Points, Failure> {
    let world = World::start(Plan::Standard).await?;
    let body = Value::Object(user("1"));
    let id = world.create(&body).await?;
    let created = world.points_since();
    let target = format!("/Users/{id}");
    world.send("PUT", &target, &body).await?;
    let put_again = world.points_since();
    let replace = |path: &str, value: Value| {
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": path, "value": value}],
        })
    };
    let rename = replace("name.familyName", json!("Murray"));
    world.send("PATCH", &target, &rename).await?;
    let updated = world.points_since();
    let disable = replace("active", json!(false));
    world.send("PATCH", &target, &disable).await?;
    let disabled = world.points_since();
    Ok(Points {
        created,
        put_again,
        updated,
        disabled,
    })
}

/// Creates `count` users at once and waits until Shopify has them.
pub async fn import(count: u32) -> Result<Import, Failure> {
    let world = World::start(Plan::Standard).await?;
    let began_ms = world.clock.now_ms();
    for number in 0..count {
        world
            .create(&Value::Object(user(&number.to_string())))
            .await?;
    }
    world.converge().await?;
    let codes = world.engine.log();
    let throttled = codes
        .iter()
        .filter(|entry| entry.error_codes.iter().any(|code| code == "THROTTLED"));
    Ok(Import {
        seconds: (world.clock.now_ms() - began_ms) / 1_000,
        throttled: throttled.count(),
        customers: world.engine.customers(SHOP).len(),
    })
}

/// Times `count` creations through the bridge, and as many of the same mutation without it, taking turns.
pub async fn write_through(count: u32) -> Result<WriteThrough, Failure> {
    let world = World::start(Plan::Enterprise).await?;
    let mut through = Vec::new();
    let mut bare = Vec::new();
    for number in 0..count {
        let body = Value::Object(user(&number.to_string()));
        let began = Instant::now();
        world.create(&body).await?;
        through.push(began.elapsed());
        let log = world.engine.log();
        let sent = log.last().ok_or("nothing was sent to Shopify")?;
        let mut variables = Value::Object(sent.variables.clone());
        variables["input"]["email"] = json!(format!("bare{number}@example.com"));
        let taken = ["phone", "metafields"];
        if let Some(input) = variables["input"].as_object_mut() {
            input.retain(|name, _| !taken.contains(&name.as_str()));
        }
        let began = Instant::now();
        world.mutate(&variables).await?;
        bare.push(began.elapsed());
        world.engine.clear_log();
    }
    Ok(WriteThrough {
        through_ms: median_ms(through),
        bare_ms: median_ms(bare),
    })
}

fn median_ms(mut all: Vec<Duration>) -> f64 {
    all.sort_unstable();
    let middle = all.get(all.len() / 2).copied().unwrap_or_default();
    middle.as_secs_f64() * 1e3
}

impl World {
    async fn start(plan: Plan) -> Result<Self, Failure> {
        let clock = Arc::new(ManualClock::at(START_MS));
        let shop = ShopConfig::new(SHOP, ACCESS_TOKEN).with_plan(plan);
        let engine = Arc::new(Engine::new(Config::manual(clock.clone()).with_shop(shop)));
        let any = ([127, 0, 0, 1], 0).into();
        let mock = mock_shopify::serve(any, engine.clone())?;
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let mut settings = Settings::from_sources(&|_| None, None)?;
        settings.data_dir = directory.path().to_owned();
        settings.listen = any;
        settings.ops_listen = any;
        settings.shopify_origin = Some(format!("http://{}", mock.address()));
        let application = Application::start_with(&settings, clock.clone(), false).await?;
        let domain: ShopDomain = SHOP.parse()?;
        let token = application
            .set_up_shop(&domain, &SecretString::from(ACCESS_TOKEN), "bench")
            .await?;
        engine.clear_log();
        Ok(Self {
            application,
            mock,
            engine,
            clock,
            http: syncup::shopify::tls::http_client()?,
            token,
            _directory: directory,
        })
    }

    /// Creates a user; gives its id.
    async fn create(&self, body: &Value) -> Result<String, Failure> {
        let created = self.send("POST", "/Users", body).await?;
        let id = created["id"].as_str().ok_or("a user without an id")?;
        Ok(id.to_owned())
    }

    async fn send(&self, method: &str, target: &str, body: &Value) -> Result<Value, Failure> {
        let address = self
            .application
            .scim_address()
            .ok_or("SCIM is not served")?;
        let method = reqwest::Method::from_bytes(method.as_bytes())?;
        let answer = self
            .http
            .request(method, format!("http://{address}/scim/v2{target}"))
            .bearer_auth(self.token.expose_secret())
            .header("content-type", "application/scim+json")
            .body(body.to_string())
            .send()
            .await?
            .error_for_status()?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    /// Sends the mutation of a creation straight to the mock.
    async fn mutate(&self, variables: &Value) -> Result<(), Failure> {
        let address = self.mock.address();
        let body = json!({"query": MUTATION, "variables": variables});
        let answer = self
            .http
            .post(format!("http://{address}/admin/api/2026-10/graphql.json"))
            .header("x-shopify-access-token", ACCESS_TOKEN)
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await?
            .error_for_status()?;
        let answer: Value = serde_json::from_slice(&answer.bytes().await?)?;
        match answer["data"]["customerCreate"]["customer"]["id"].as_str() {
            Some(_) => Ok(()),
            None => Err(format!("the mock refuses the mutation: {answer}").into()),
        }
    }

    /// The points spent since the last time.
    fn points_since(&self) -> u32 {
        let log = self.engine.log();
        self.engine.clear_log();
        log.iter().filter_map(|entry| entry.actual_points).sum()
    }

    /// Runs what is due, moving the clock to whatever is waited for, until nothing is due any more.
    async fn converge(&self) -> Result<(), Failure> {
        let reconciler = self.application.reconciler();
        loop {
            let (_, wait_ms) = reconciler.run_due().await;
            if let Some(wait_ms) = wait_ms {
                self.clock.advance(wait_ms);
                continue;
            }
            match self.application.store().next_due_ms().await? {
                None => return Ok(()),
                Some(due_ms) => self.clock.set(due_ms.max(self.clock.now_ms() + 1)),
            }
        }
    }
}

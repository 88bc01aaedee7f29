//! `syncup demo`: the mock Shopify and the bridge on loopback, and a story that shows what happens.

mod client;
mod story;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use self::client::{Observer, ScimClient};
use self::story::Story;
use crate::app::{self, AppError, Application, StopSignals};
use crate::base::clock::{Clock, SystemClock};
use crate::base::id::ShopDomain;
use crate::http::{ServeError, mock_shopify};
use crate::mock::{Config, Engine, Plan, ShopConfig};
use crate::settings::Settings;
use crate::shopify;

const SHOP: &str = "demo.myshopify.com";
/// The access token in the mock, of the bridge and of whoever looks.
const SHOPIFY_TOKEN: &str = "shpat_demo";

/// What `syncup demo` was asked.
#[derive(Debug)]
pub struct Options {
    /// Where SCIM is served.
    pub scim: SocketAddr,
    /// Where the mock Shopify is served.
    pub shopify: SocketAddr,
    /// Where the data goes; none: a temporary directory.
    pub dir: Option<PathBuf>,
    /// Stop after the story.
    pub once: bool,
    /// No story.
    pub quiet: bool,
}

/// What can go wrong beside a step that is not as told.
#[derive(Debug, thiserror::Error)]
enum DemoError {
    #[error("cannot watch the mock Shopify")]
    HttpClient(#[source] shopify::tls::HttpClientError),
    #[error("cannot make the data directory {path}")]
    MakeDirectory {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot write {path}")]
    WriteReady {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{what} failed: the connection to the demo's own server broke")]
    Request {
        what: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("{what} failed: the mock's answer is not JSON")]
    ReadMock {
        what: String,
        #[source]
        source: serde_json::Error,
    },
}

/// Where everything is, once it runs.
#[derive(Debug)]
struct Ready {
    scim_base_url: String,
    shopify_url: String,
    ops_url: String,
    token: SecretString,
}

/// Runs the demo until Ctrl-C, or with `once` to the end of the story.
///
/// # Errors
/// An address in use, a directory that cannot be written.
pub fn run(options: &Options) -> Result<ExitCode, Box<dyn std::error::Error>> {
    app::runtime()?.block_on(play(options))
}

async fn play(options: &Options) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let signals = StopSignals::listen()?;
    let directory = Directory::make(options)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let shop: ShopDomain = SHOP.parse()?;
    let engine = engine(Arc::clone(&clock), &shop, SHOPIFY_TOKEN, Plan::Plus);
    let mock = mock_shopify::serve(options.shopify, Arc::clone(&engine))?;
    let shopify_url = format!("http://{}", mock.address());
    let settings = settings(options, &directory.path, &shopify_url)?;
    let application = Application::start(&settings)
        .await
        .map_err(|error| match error {
            // Here a flag gives the address, not the setting.
            AppError::Serve(ServeError::Listen {
                address, source, ..
            }) => AppError::Serve(ServeError::Listen {
                address,
                what: "--scim",
                source,
            }),
            error => error,
        })?;
    let token = application
        .set_up_shop(&shop, &SecretString::from(SHOPIFY_TOKEN), "demo")
        .await?;
    // With all roles, as by default, it is served.
    let scim = application.scim_address().unwrap_or(options.scim);
    let ready = Ready {
        scim_base_url: format!("http://{scim}/scim/v2"),
        shopify_url,
        ops_url: format!("http://{}", application.ops_address()),
        token,
    };
    write_ready(&directory.path, &ready)?;
    let story = async {
        if options.quiet {
            println!("ready: {}", ready.scim_base_url);
            return Ok(None);
        }
        tell(&ready, clock.now_ms()).await.map(Some)
    };
    let serving = application.run_until(signals);
    tokio::pin!(serving);
    let told = tokio::select! {
        told = story => told?,
        () = &mut serving => return Ok(ExitCode::SUCCESS),
    };
    let code = match told {
        Some(failed) if options.once => ExitCode::from(u8::from(failed > 0)),
        _ => {
            invite(&ready);
            serving.await;
            ExitCode::SUCCESS
        }
    };
    Ok(code)
}

/// `syncup mock-shopify`: the mock alone, until Ctrl-C.
///
/// # Errors
/// An address in use, an unknown plan.
pub fn mock_shopify(
    address: SocketAddr,
    shop: &ShopDomain,
    token: &str,
    plan: &str,
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let plan: Plan = serde_json::from_value(json!(plan)).map_err(|_| {
        format!("there is no plan {plan}: choose standard, advanced, plus or enterprise")
    })?;
    app::runtime()?.block_on(async {
        let mut signals = StopSignals::listen()?;
        let engine = engine(Arc::new(SystemClock), shop, token, plan);
        let mock = mock_shopify::serve(address, engine)?;
        println!("mock Shopify   http://{}", mock.address());
        println!("shop           {shop}, token {token}");
        println!(
            "try            curl -s http://{}/_mock/state",
            mock.address()
        );
        signals.received().await;
        Ok(ExitCode::SUCCESS)
    })
}

fn engine(clock: Arc<dyn Clock>, shop: &ShopDomain, token: &str, plan: Plan) -> Arc<Engine> {
    let shop = ShopConfig::new(shop.as_str(), token).with_plan(plan);
    Arc::new(Engine::new(Config::new(clock).with_shop(shop)))
}

/// Where the data goes.
struct Directory {
    path: PathBuf,
    is_temporary: bool,
}

impl Directory {
    fn make(options: &Options) -> Result<Self, DemoError> {
        let path = options.dir.clone().unwrap_or_else(|| {
            std::env::temp_dir().join(format!("syncup-demo-{}", std::process::id()))
        });
        std::fs::create_dir_all(&path).map_err(|source| DemoError::MakeDirectory {
            path: path.clone(),
            source,
        })?;
        Ok(Self {
            path,
            is_temporary: options.dir.is_none(),
        })
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if self.is_temporary {
            // What is left of it is the system's to clean.
            drop(std::fs::remove_dir_all(&self.path));
        }
    }
}

fn settings(
    options: &Options,
    directory: &Path,
    shopify_url: &str,
) -> Result<Settings, crate::settings::SettingsError> {
    let mut settings = Settings::from_sources(&|_| None, None)?;
    settings.data_dir = directory.to_owned();
    settings.listen = options.scim;
    settings.ops_listen = SocketAddr::from(([127, 0, 0, 1], 0));
    settings.shopify_origin = Some(shopify_url.to_owned());
    Ok(settings)
}

fn write_ready(directory: &Path, ready: &Ready) -> Result<(), DemoError> {
    let path = directory.join("demo.json");
    let text = json!({
        "scim_base_url": ready.scim_base_url,
        "token": ready.token.expose_secret(),
        "shop": SHOP,
        "shopify_url": ready.shopify_url,
        "shopify_token": SHOPIFY_TOKEN,
        "ops_url": ready.ops_url,
    });
    // Written aside and renamed: who waits for the file never reads half of it.
    let aside = directory.join("demo.json.new");
    std::fs::write(&aside, format!("{text:#}\n"))
        .and_then(|()| std::fs::rename(&aside, &path))
        .map_err(|source| DemoError::WriteReady { path, source })
}

/// Plays the story; gives the number of steps that were not as told.
async fn tell(ready: &Ready, now_ms: i64) -> Result<usize, DemoError> {
    println!(
        "mock Shopify  {}  shop {SHOP} (plan Plus: 20,000 points, 1,000 restored a second)",
        ready.shopify_url
    );
    println!("SCIM          {}\n", ready.scim_base_url);
    let http = shopify::tls::http_client().map_err(DemoError::HttpClient)?;
    let mut story = Story {
        scim: ScimClient {
            http: http.clone(),
            base_url: ready.scim_base_url.clone(),
            token: ready.token.expose_secret().to_owned(),
        },
        shopify: Observer {
            http,
            origin: ready.shopify_url.clone(),
            shop: SHOP.to_owned(),
            token: SHOPIFY_TOKEN.to_owned(),
        },
        passed: 0,
        failed: 0,
    };
    // The set-up's own requests are not part of the story.
    story.shopify.take_requests().await?;
    story.play(&format!("{:x}", now_ms & 0xff_ffff)).await?;
    println!("\n{} passed, {} failed", story.passed, story.failed);
    Ok(story.failed)
}

fn invite(ready: &Ready) {
    let base = &ready.scim_base_url;
    let token = ready.token.expose_secret();
    println!("\nSCIM Base URL         {base}");
    println!("Authorization header  Bearer {token}\n");
    println!("curl -s -H 'Authorization: Bearer {token}' '{base}/Users?count=2'");
    println!(
        "curl -s -H 'Authorization: Bearer {token}' -H 'Content-Type: application/scim+json' '{base}/Users' \\\n  -d '{{\"userName\": \"grace@example.com\", \"name\": {{\"givenName\": \"Grace\", \"familyName\": \"Hopper\"}}, \"emails\": [{{\"value\": \"grace@example.com\"}}]}}'"
    );
    println!("curl -s '{}/_mock/state'", ready.shopify_url);
    println!("\nCtrl-C stops it.");
}

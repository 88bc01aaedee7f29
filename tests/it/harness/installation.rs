//! A mock Shopify and a data directory with one shop, as an operator sets them up: by the command line.

use std::path::Path;
use std::process::Command;

use secrecy::ExposeSecret;
use serde_json::Value;
use tempfile::TempDir;

use super::database;
use super::process::{Process, printed, syncup};

pub const SHOP: &str = "test.myshopify.com";
pub const SHOPIFY_TOKEN: &str = "shpat_installed";

/// What an operator has: a shop in Shopify, a data directory, a token for the identity provider.
pub struct Installation {
    pub mock: Mock,
    pub directory: TempDir,
    pub token: String,
}

/// The mock Shopify as a process.
pub struct Mock {
    _process: Process,
    pub url: String,
    http: reqwest::Client,
}

/// The bridge as a process.
pub struct Bridge {
    pub process: Process,
    pub base_url: String,
    pub health_url: String,
}

impl Installation {
    pub fn on_plan(plan: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        database::prepare(directory.path());
        Self::in_directory(directory, plan)
    }

    /// With the database in the data directory, whatever the other tests run on.
    pub fn on_files() -> Self {
        Self::in_directory(tempfile::tempdir().unwrap(), "plus")
    }

    fn in_directory(directory: TempDir, plan: &str) -> Self {
        let mock = Mock::on_plan(plan);
        add_shop(directory.path());
        let made = printed(&mut cli(
            directory.path(),
            &["token", "create", SHOP, "--name", "test", "--json"],
        ));
        let made: Value = serde_json::from_str(&made).unwrap();
        Self {
            mock,
            directory,
            token: made["token"].as_str().unwrap().to_owned(),
        }
    }

    /// Whether several bridges may serve at once.
    pub fn is_shared(&self) -> bool {
        database::url(self.directory.path()).is_some()
    }

    /// A command on this data directory.
    pub fn cli(&self, arguments: &[&str]) -> Command {
        cli(self.directory.path(), arguments)
    }

    /// `syncup serve` on free ports, with the mock for Shopify.
    pub fn serve_command(&self) -> Command {
        let mut command = self.cli(&["serve"]);
        command
            .env("SYNCUP_LISTEN", "127.0.0.1:0")
            .env("SYNCUP_OPS_LISTEN", "127.0.0.1:0")
            .env("SYNCUP_SHOPIFY_ORIGIN", &self.mock.url);
        command
    }

    /// Starts the bridge.
    pub fn serve(&self) -> Bridge {
        Bridge::start(&mut self.serve_command())
    }

    /// How many users are in each state, by the command line.
    pub fn states(&self) -> Value {
        let shown = printed(&mut self.cli(&["shop", "show", SHOP, "--json"]));
        serde_json::from_str::<Value>(&shown).unwrap()["states"].take()
    }
}

impl Bridge {
    pub fn start(command: &mut Command) -> Self {
        let process = Process::start(command);
        let base_url = process.line("SCIM ");
        let health_url = process.line("health ");
        Self {
            process,
            base_url,
            health_url,
        }
    }
}

impl Mock {
    pub fn on_plan(plan: &str) -> Self {
        let arguments = [
            "mock-shopify",
            "--shopify",
            "127.0.0.1:0",
            "--shop",
            SHOP,
            "--token",
            SHOPIFY_TOKEN,
            "--plan",
            plan,
        ];
        let process = Process::start(&mut syncup(&arguments));
        let url = process.line("mock Shopify ");
        Self {
            _process: process,
            url,
            http: syncup::shopify::tls::http_client().unwrap(),
        }
    }

    /// Adds a rule to the script of faults.
    pub async fn inject(&self, fault: &Value) {
        let request = self.http.post(format!("{}/_mock/faults", self.url));
        let answer = request.body(fault.to_string()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// Forgets the script of faults.
    pub async fn heal(&self) {
        let request = self.http.delete(format!("{}/_mock/faults", self.url));
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    /// Changes the shop, as `PATCH /_mock/shops/{domain}` tells.
    pub async fn change(&self, patch: &Value) {
        let request = self.http.patch(format!("{}/_mock/shops/{SHOP}", self.url));
        let answer = request.body(patch.to_string()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// How many of the last 10,000 requests were refused for want of points.
    pub async fn throttled(&self) -> usize {
        let request = self.http.get(format!("{}/_mock/requests", self.url));
        let text = request.send().await.unwrap().text().await.unwrap();
        let requests: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert!(!requests.is_empty());
        let is_throttled = |one: &&Value| one.to_string().contains("THROTTLED");
        requests.iter().filter(is_throttled).count()
    }

    /// The shop's customers with everything.
    pub async fn customers(&self) -> Vec<Value> {
        let request = self
            .http
            .get(format!("{}/_mock/state?shop={SHOP}", self.url));
        let text = request.send().await.unwrap().text().await.unwrap();
        let mut state: Value = serde_json::from_str(&text).unwrap();
        serde_json::from_value(state["shops"][0]["customers"].take()).unwrap()
    }
}

/// A command on this data directory.
pub fn cli(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = syncup(arguments);
    command.env("SYNCUP_DATA_DIR", directory);
    if let Some(url) = database::url(directory) {
        command
            .env("SYNCUP_DATABASE", url.expose_secret())
            .env("SYNCUP_MASTER_KEY", database::MASTER_KEY);
    }
    command
}

/// Adds the shop with its access token.
pub fn add_shop(directory: &Path) {
    set_access_token(directory, SHOPIFY_TOKEN);
}

/// Adds the shop, or gives it another access token; Shopify is not asked.
pub fn set_access_token(directory: &Path, token: &str) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), token).unwrap();
    let path = file.path().to_str().unwrap();
    let arguments = [
        "shop",
        "add",
        SHOP,
        "--offline",
        "--access-token-file",
        path,
    ];
    printed(&mut cli(directory, &arguments));
}

//! The command line: what is asked, and how the answer is printed.
//!
//! What went wrong, and what to do, is on standard error; the exit codes are in `failure`.

mod activity;
mod failure;
mod guard;
mod healthcheck;
mod inspect;
mod shop;
mod token;
mod transfer;
mod users;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::failure::{EXIT_CODES, Failure, exit_code, with_causes};
use crate::app::{self, Application, StopSignals};
use crate::http;
use crate::settings::{self, Settings};
use crate::telemetry;

#[derive(Debug, Parser)]
#[command(
    name = "syncup",
    version,
    about = "SCIM 2.0 in, Shopify customers out",
    after_help = EXIT_CODES,
    max_term_width = 120
)]
struct Arguments {
    /// A TOML file of settings; SYNCUP_* variables win over it
    #[arg(long, global = true, env = "SYNCUP_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve SCIM and keep the shops' customers equal to it
    Serve {
        /// What this process does: api, worker or api,worker; otherwise as the setting `role` says
        #[arg(long)]
        role: Option<String>,
    },
    /// Start a mock Shopify and the bridge, and show what happens
    #[cfg(feature = "mock")]
    Demo(DemoArguments),
    /// Start the mock Shopify alone, for your own tests
    #[cfg(feature = "mock")]
    MockShopify(MockArguments),
    /// Shops whose customers are provisioned
    #[command(subcommand)]
    Shop(shop::Command),
    /// The tokens that identity providers authenticate with
    #[command(subcommand)]
    Token(token::Command),
    /// Users who are not as told in Shopify, and why
    #[command(subcommand)]
    Users(users::Command),
    /// The guard against many users leaving at once
    #[command(subcommand)]
    Guard(guard::Command),
    /// What happened in a shop, the newest first
    Activity(activity::Arguments),
    /// Write all that the directory has into a file, to move it to another database: shops, tokens, users, groups and activity, sealed as they are
    Export(transfer::Export),
    /// Read what `export` wrote into a directory without shops: all of it or nothing. Stop `serve` before
    Import(transfer::Import),
    /// Print a settings file with every setting at its default
    Settings,
    /// Ask a running `serve` whether it is ready; for container health checks
    Healthcheck,
}

#[cfg(feature = "mock")]
#[derive(Debug, clap::Args)]
struct DemoArguments {
    /// Where SCIM is served
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    scim: SocketAddr,
    /// Where the mock Shopify is served
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    shopify: SocketAddr,
    /// Where the data goes [default: a temporary directory]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Stop after the story; fail if a step is not as told
    #[arg(long)]
    once: bool,
    /// No story, just serve
    #[arg(long, conflicts_with = "once")]
    quiet: bool,
}

#[cfg(feature = "mock")]
#[derive(Debug, clap::Args)]
struct MockArguments {
    /// Where the mock Shopify is served
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    shopify: SocketAddr,
    /// The shop it serves at first; more by its /_mock API
    #[arg(long, value_name = "SHOP", default_value = "demo.myshopify.com")]
    shop: crate::base::id::ShopDomain,
    /// The access token of that shop
    #[arg(long, value_name = "TOKEN", default_value = "shpat_mock")]
    token: String,
    /// The shop's plan, which sets its points
    #[arg(long, value_name = "PLAN", default_value = "standard", value_parser = ["standard", "advanced", "plus", "enterprise"])]
    plan: String,
}

/// Runs the command that the process's arguments name.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match execute(&arguments) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("syncup: {}", with_causes(failure.as_ref()));
            ExitCode::from(exit_code(failure.as_ref()))
        }
    }
}

fn execute(arguments: &Arguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Settings => print(&settings::sample_file()),
        Command::Serve { role } => serve(&load_with(arguments, "role", role.as_deref())?),
        #[cfg(feature = "mock")]
        Command::Demo(demo) => crate::demo::run(&crate::demo::Options {
            scim: demo.scim,
            shopify: demo.shopify,
            dir: demo.dir.clone(),
            once: demo.once,
            quiet: demo.quiet,
        }),
        #[cfg(feature = "mock")]
        Command::MockShopify(mock) => {
            crate::demo::mock_shopify(mock.shopify, &mock.shop, &mock.token, &mock.plan)
        }
        Command::Shop(command) => manage(arguments, async |it| shop::run(command, &it).await),
        Command::Token(command) => manage(arguments, async |it| token::run(command, &it).await),
        Command::Guard(command) => manage(arguments, async |it| guard::run(command, &it).await),
        Command::Users(command) => manage(arguments, async |it| users::run(command, &it).await),
        Command::Activity(asked) => manage(arguments, async |it| activity::run(asked, &it).await),
        Command::Export(asked) => manage(arguments, async |it| asked.run(&it).await),
        Command::Import(asked) => manage(arguments, async |it| asked.run(&it).await),
        Command::Healthcheck => print(&healthcheck::run(load(arguments)?.ops_listen)?),
    }
}

/// Runs a command on the directory that the settings name, and prints what it says.
fn manage(
    arguments: &Arguments,
    command: impl AsyncFnOnce(Settings) -> Result<String, Failure>,
) -> Result<ExitCode, Failure> {
    let settings = load(arguments)?;
    print(&app::runtime()?.block_on(command(settings))?)
}

/// Prints what a command has to say. A reader that has seen enough, such as `head`, is no failure.
fn print(text: &str) -> Result<ExitCode, Failure> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn load(arguments: &Arguments) -> Result<Settings, Failure> {
    load_with(arguments, "", None)
}

/// The settings, one of which the command line may have another value for.
fn load_with(arguments: &Arguments, name: &str, value: Option<&str>) -> Result<Settings, Failure> {
    let variable = settings::variable(name);
    let env = |asked: &str| match value {
        Some(value) if asked == variable => Some(value.to_owned()),
        _ => std::env::var(asked).ok(),
    };
    Ok(Settings::from_sources(&env, arguments.config.as_deref())?)
}

fn serve(settings: &Settings) -> Result<ExitCode, Failure> {
    let _telemetry = telemetry::init(
        &settings.log,
        settings.log_format,
        settings.otel_endpoint.as_deref(),
    )?;
    for variable in settings::unknown_variables() {
        tracing::warn!(
            variable,
            "there is no such setting: the variable does nothing"
        );
    }
    app::runtime()?.block_on(async {
        let signals = StopSignals::listen()?;
        let application = Application::start(settings).await?;
        let (scim, ops) = (application.scim_address(), application.ops_address());
        // The addresses are known only now when a port is 0, and are said whatever the log level.
        let scim = scim.map(|scim| format!("SCIM    http://{scim}{}\n", http::scim::BASE_PATH));
        print(&format!(
            "{}health  http://{ops}/readyz\n",
            scim.unwrap_or_default()
        ))?;
        tracing::info!(%ops, "ready");
        application.run_until(signals).await;
        Ok(ExitCode::SUCCESS)
    })
}

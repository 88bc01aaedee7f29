//! `syncup shop`: the shops whose customers are provisioned.

use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal, Write as _};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde_json::{Value, json};

use super::failure::{Failure, Missing};
use super::inspect::inspect;
use crate::app;
use crate::base::clock::{Clock, SystemClock};
use crate::base::id::{ShopDomain, ShopId};
use crate::directory::{ShopRecord, ShopSettings, SyncState};
use crate::settings::Settings;
use crate::shopify::setup::ShopInfo;
use crate::store::Store;

/// The policies that say what customers should be like.
const MAPPING: [&str; 2] = ["phone_region", "disabled_marks"];
/// Users made due at once: a running server writes in between.
const RESYNC: i64 = 5_000;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Add a shop, or give one another access token
    Add {
        /// NAME.myshopify.com
        shop: ShopDomain,
        /// A file with the Admin API access token (scopes read_customers, write_customers)
        #[arg(long, value_name = "FILE")]
        access_token_file: PathBuf,
        /// Don't ask Shopify whether the token is good
        #[arg(long)]
        offline: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Change a shop's policies: give NAME=VALUE pairs, such as dialect=strict
    Set {
        /// NAME.myshopify.com
        shop: ShopDomain,
        /// NAME=VALUE; the value as JSON, or a plain text
        #[arg(required = true, value_name = "NAME=VALUE")]
        policies: Vec<String>,
    },
    /// List the shops
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Forget a shop: its users, groups, tokens, access token and key. Shopify's customers stay as they are
    Remove {
        /// NAME.myshopify.com
        shop: ShopDomain,
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
    /// Show one shop: its policies, and how many users are in each state, with the deleted ones whose customers are not done with
    Show {
        /// NAME.myshopify.com
        shop: ShopDomain,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Gives what is to be printed.
pub(super) async fn run(command: &Command, settings: &Settings) -> Result<String, Failure> {
    let store = app::open_store(settings).await?;
    match command {
        Command::Add {
            shop,
            access_token_file,
            offline,
            json,
        } => {
            let token = read_token(access_token_file)?;
            let info = match offline {
                true => None,
                false => Some(inspect(settings, shop, &token).await?),
            };
            add(&store, shop, &token, info.as_ref(), *json).await
        }
        Command::Set { shop, policies } => set(&store, shop, policies).await,
        Command::List { json } => list(&store, *json).await,
        Command::Remove { shop, yes } => remove(&store, shop, *yes).await,
        Command::Show { shop, json } => show(&store, shop, *json).await,
    }
}

/// The shop, or what to do when there is none.
pub(super) async fn find(store: &Store, domain: &ShopDomain) -> Result<ShopRecord, Failure> {
    store.shop_by_domain(domain).await?.ok_or_else(|| {
        Missing(format!("there is no shop {domain}: `syncup shop list` shows those that are there, `syncup shop add` adds one")).into()
    })
}

fn read_token(file: &Path) -> Result<SecretString, Failure> {
    let token = std::fs::read_to_string(file).map_err(|error| {
        format!(
            "cannot read the access token from {}: {error}",
            file.display()
        )
    })?;
    let token = token.trim();
    if token.is_empty() || token.chars().any(char::is_whitespace) {
        return Err(format!("{} does not hold one access token", file.display()).into());
    }
    Ok(SecretString::from(token))
}

async fn add(
    store: &Store,
    domain: &ShopDomain,
    token: &SecretString,
    info: Option<&ShopInfo>,
    as_json: bool,
) -> Result<String, Failure> {
    let added = match store.shop_by_domain(domain).await? {
        Some(record) => {
            written(store.set_access_token(&record, token).await?)?;
            false
        }
        None => {
            let now_ms = SystemClock.now_ms();
            let settings = ShopSettings {
                // National phone numbers are most likely those of the country that the shop is in.
                phone_region: info.and_then(|info| info.country_code.clone()),
                ..ShopSettings::default()
            };
            written(store.add_shop(domain, token, &settings, now_ms).await?)?;
            true
        }
    };
    Ok(if as_json {
        format!("{}\n", json!({"shop": domain.as_str(), "added": added}))
    } else if added {
        format!("{domain} added. Next: syncup token create {domain} --name PROVIDER\n")
    } else {
        format!("{domain} has another access token now.\n")
    })
}

/// A guard that said no is a failed command.
pub(super) fn written(outcome: Result<(), crate::store::GuardFailure>) -> Result<(), Failure> {
    outcome.map_err(|guard| {
        format!("nothing was changed: another command was faster ({guard:?}); try again").into()
    })
}

async fn set(store: &Store, domain: &ShopDomain, policies: &[String]) -> Result<String, Failure> {
    let record = find(store, domain).await?;
    let mut settings = record.settings;
    let mut value = serde_json::to_value(&settings)?;
    let known: Vec<String> = value
        .as_object()
        .map(|policies| policies.keys().cloned().collect())
        .unwrap_or_default();
    for policy in policies {
        let (name, text) = policy
            .split_once('=')
            .ok_or_else(|| format!("{policy} is not NAME=VALUE"))?;
        if !known.iter().any(|known| known == name) {
            return Err(
                format!("there is no policy {name}; there are: {}", known.join(", ")).into(),
            );
        }
        value[name] = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        settings = serde_json::from_value(value.clone())
            .map_err(|error| format!("the policy {name} does not take {text}: {error}"))?;
    }
    for extension in &settings.extensions {
        crate::scim::schema::Schemas::standard()
            .with_extension(crate::scim::schema::ResourceType::User, extension)?;
    }
    written(store.set_shop_settings(record.id, &settings).await?)?;
    let is_mapping = |policy: &String| {
        MAPPING
            .iter()
            .any(|name| policy.starts_with(&format!("{name}=")))
    };
    if policies.iter().any(is_mapping) {
        resync(store, record.id).await?;
        return Ok(format!(
            "{domain} is changed; its customers follow as soon as `syncup serve` runs.\n"
        ));
    }
    Ok(format!("{domain} is changed.\n"))
}

/// Makes all users of a shop due. When it is interrupted, the same command goes through them again.
async fn resync(store: &Store, shop: ShopId) -> Result<(), Failure> {
    let mut after_seq = 0;
    while let Some(last_seq) = store.resync(shop, after_seq, RESYNC).await? {
        after_seq = last_seq;
    }
    Ok(())
}

async fn list(store: &Store, as_json: bool) -> Result<String, Failure> {
    let shops = store.shops().await?;
    if as_json {
        let all: Vec<Value> = shops
            .iter()
            .map(|shop| json!({"shop": shop.domain.as_str(), "users": shop.user_count, "groups": shop.group_count}))
            .collect();
        return Ok(format!("{}\n", Value::Array(all)));
    }
    if shops.is_empty() {
        return Ok(
            "There are no shops yet: syncup shop add NAME.myshopify.com --access-token-file FILE\n"
                .to_owned(),
        );
    }
    let mut lines = String::new();
    for shop in shops {
        let (users, groups) = (shop.user_count, shop.group_count);
        writeln!(
            lines,
            "{:<40} {users:>9} users {groups:>7} groups",
            shop.domain.as_str()
        )?;
    }
    Ok(lines)
}

async fn remove(store: &Store, domain: &ShopDomain, yes: bool) -> Result<String, Failure> {
    let record = find(store, domain).await?;
    if !yes && !confirms(&record)? {
        return Err("nothing was changed".into());
    }
    written(store.delete_shop(record.id).await?)?;
    app::sweep_removed_shops(store).await?;
    Ok(format!(
        "{domain} is gone, with its key and all of its rows. Shopify's customers are as they were.\n"
    ))
}

/// Asks whoever is at the terminal to name the shop.
fn confirms(record: &ShopRecord) -> Result<bool, Failure> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return Err("nobody can be asked here: give --yes".into());
    }
    print!(
        "{} users and {} groups of {} are forgotten for good. Type the shop's domain to go on: ",
        record.user_count, record.group_count, record.domain
    );
    std::io::stdout().flush()?;
    let mut answer = String::new();
    input.lock().read_line(&mut answer)?;
    Ok(answer.trim() == record.domain.as_str())
}

async fn show(store: &Store, domain: &ShopDomain, as_json: bool) -> Result<String, Failure> {
    let record = find(store, domain).await?;
    let states = store.state_counts(record.id).await?;
    let leaving = store.leaving_counts(record.id).await?;
    if as_json {
        let shown = json!({
            "shop": domain.as_str(),
            "users": record.user_count,
            "groups": record.group_count,
            "states": counted(&states),
            "deleted": counted(&leaving),
            "settings": record.settings,
        });
        return Ok(format!("{shown:#}\n"));
    }
    let mut lines = format!(
        "{domain}: {} users, {} groups\n",
        record.user_count, record.group_count
    );
    for (state, count) in states {
        writeln!(lines, "  {:<9} {count}", state.as_str())?;
    }
    for (state, count) in leaving {
        writeln!(lines, "  {:<9} {count} deleted", state.as_str())?;
    }
    writeln!(lines, "policies (syncup shop set {domain} NAME=VALUE):")?;
    if let Value::Object(policies) = serde_json::to_value(&record.settings)? {
        for (name, value) in policies {
            writeln!(lines, "  {name} = {value}")?;
        }
    }
    Ok(lines)
}

fn counted(states: &[(SyncState, i64)]) -> Value {
    let counted = states.iter();
    counted
        .map(|(state, count)| (state.as_str().to_owned(), json!(count)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

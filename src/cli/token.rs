//! `syncup token`: what identity providers authenticate with. A token is shown once, when it is made.

use std::fmt::Write as _;

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::failure::{Failure, Missing};
use super::shop::{find, written};
use crate::app;
use crate::base::clock::{Clock, SystemClock, rfc3339_ms};
use crate::base::id::ShopDomain;
use crate::directory::TokenRecord;
use crate::settings::Settings;
use crate::store::Store;

const HOUR_MS: i64 = 60 * 60 * 1_000;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make a token for a shop; several can live at once
    Create {
        /// NAME.myshopify.com
        shop: ShopDomain,
        /// What it is for, such as the identity provider
        #[arg(long, default_value = "")]
        name: String,
        /// It ends after so many days
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(1..36_500))]
        expires_days: Option<i64>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List a shop's tokens: by prefix, with their last use
    List {
        /// NAME.myshopify.com
        shop: ShopDomain,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a new token like an old one, which ends a little later
    Rotate {
        /// The old token's prefix
        prefix: String,
        /// How long both work
        #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(i64).range(0..8_760))]
        overlap_hours: i64,
        /// The new one ends after so many days; without, it does not end
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(1..36_500))]
        expires_days: Option<i64>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End a token at once
    Revoke {
        /// The token's prefix
        prefix: String,
    },
}

/// Gives what is to be printed.
pub(super) async fn run(command: &Command, settings: &Settings) -> Result<String, Failure> {
    let store = app::open_store(settings).await?;
    let now_ms = SystemClock.now_ms();
    match command {
        Command::Create {
            shop,
            name,
            expires_days,
            json,
        } => {
            let shop = find(&store, shop).await?;
            let expires_ms = end_of(*expires_days, now_ms);
            create(&store, settings, &shop, name, expires_ms, *json).await
        }
        Command::List { shop, json } => list(&store, shop, now_ms, *json).await,
        Command::Rotate {
            prefix,
            overlap_hours,
            expires_days,
            json,
        } => {
            let old = token(&store, prefix).await?;
            if !old.is_live(now_ms) {
                return Err(format!("the token {prefix} has ended already: make a new one with `syncup token create`").into());
            }
            let shop = store
                .shop(old.shop)
                .await?
                .ok_or("the token's shop is gone")?;
            let made = create(
                &store,
                settings,
                &shop,
                &old.name,
                end_of(*expires_days, now_ms),
                *json,
            )
            .await?;
            let end_ms = now_ms + overlap_hours * HOUR_MS;
            let end_ms = old.expires_ms.map_or(end_ms, |own_ms| own_ms.min(end_ms));
            written(store.expire_token(prefix, end_ms).await?)?;
            Ok(made)
        }
        Command::Revoke { prefix } => {
            token(&store, prefix).await?;
            store
                .revoke_token(prefix, now_ms)
                .await?
                .map_err(|_| format!("the token {prefix} is revoked already"))?;
            Ok(format!("{prefix} is revoked.\n"))
        }
    }
}

/// When a token made now ends, if it does.
fn end_of(expires_days: Option<i64>, now_ms: i64) -> Option<i64> {
    expires_days.map(|days| now_ms + days * 24 * HOUR_MS)
}

async fn token(store: &Store, prefix: &str) -> Result<TokenRecord, Failure> {
    store.token(prefix).await?.ok_or_else(|| {
        Missing(format!("there is no token {prefix}: give the eight letters behind syncup_, as `syncup token list` shows them")).into()
    })
}

async fn create(
    store: &Store,
    settings: &Settings,
    shop: &crate::directory::ShopRecord,
    name: &str,
    expires_ms: Option<i64>,
    as_json: bool,
) -> Result<String, Failure> {
    let token = app::create_token(store, shop.id, name, expires_ms, SystemClock.now_ms()).await?;
    let base_url = format!(
        "{}{}",
        settings.url_at(settings.listen),
        crate::http::scim::BASE_PATH
    );
    let secret = token.text().expose_secret();
    if as_json {
        let made = json!({
            "prefix": token.prefix(),
            "token": secret,
            "scim_base_url": base_url,
            "expires": expires_ms.map(rfc3339_ms),
        });
        return Ok(format!("{made:#}\n"));
    }
    Ok(format!(
        "SCIM Base URL         {base_url}\nAuthorization header  Bearer {secret}\nThe token is not shown again. Its prefix is {}.\n",
        token.prefix()
    ))
}

async fn list(
    store: &Store,
    shop: &ShopDomain,
    now_ms: i64,
    as_json: bool,
) -> Result<String, Failure> {
    let tokens = store.tokens(find(store, shop).await?.id).await?;
    if as_json {
        let all: Vec<Value> = tokens
            .iter()
            .map(|token| {
                json!({
                    "prefix": token.prefix,
                    "name": token.name,
                    "live": token.is_live(now_ms),
                    "created": rfc3339_ms(token.created_ms),
                    "expires": token.expires_ms.map(rfc3339_ms),
                    "revoked": token.revoked_ms.map(rfc3339_ms),
                    "last_used": token.last_used_ms.map(rfc3339_ms),
                })
            })
            .collect();
        return Ok(format!("{}\n", Value::Array(all)));
    }
    if tokens.is_empty() {
        return Ok(format!(
            "There are no tokens yet: syncup token create {shop} --name PROVIDER\n"
        ));
    }
    let mut lines = String::new();
    for token in tokens {
        let state = if token.is_live(now_ms) {
            "live"
        } else {
            "ended"
        };
        let used = token.last_used_ms.map_or_else(
            || "never used".to_owned(),
            |at| format!("last used {}", rfc3339_ms(at)),
        );
        let ends = token
            .expires_ms
            .map_or_else(String::new, |at| format!(", ends {}", rfc3339_ms(at)));
        writeln!(
            lines,
            "{}  {state:<5}  {:<20}  {used}{ends}",
            token.prefix, token.name
        )?;
    }
    Ok(lines)
}

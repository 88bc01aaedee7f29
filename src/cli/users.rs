//! `syncup users`: who is where on the way to Shopify, and why. Names only when they are asked for.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::failure::{Failure, Missing};
use super::shop::find;
use crate::app;
use crate::base::clock::rfc3339_ms;
use crate::base::id::{ResourceId, ShopDomain};
use crate::directory::{SyncState, UserRecord};
use crate::settings::Settings;
use crate::store::{Batch, Store, StoreError};

/// Users read at once.
const PAGE: i64 = 500;

/// The states that someone should look at.
const NEED_ATTENTION: [SyncState; 3] = [SyncState::Held, SyncState::Conflict, SyncState::Failed];

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the users in a state, each with its reason; deleted ones too, as long as their customers are not done with
    List {
        /// NAME.myshopify.com
        shop: ShopDomain,
        /// pending, synced, held, conflict, failed or disabled [default: held, conflict and failed]
        #[arg(long, value_name = "STATE")]
        state: Option<SyncState>,
        /// Show the userName too: personal data
        #[arg(long)]
        names: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Try held, conflicting and failed users again; the running `syncup serve` does it
    Retry {
        /// NAME.myshopify.com
        shop: ShopDomain,
        /// Only this user
        #[arg(long, value_name = "ID")]
        id: Option<ResourceId>,
    },
}

pub(super) async fn run(command: &Command, settings: &Settings) -> Result<String, Failure> {
    let store = app::open_store(settings).await?;
    match command {
        Command::List {
            shop,
            state,
            names,
            json,
        } => {
            let states = state.map_or(NEED_ATTENTION.to_vec(), |state| vec![state]);
            let users = of_states(&store, shop, &states).await?;
            Ok(printed(&users, *names, *json)?)
        }
        Command::Retry { shop, id } => retry(&store, shop, *id).await,
    }
}

async fn retry(
    store: &Store,
    domain: &ShopDomain,
    id: Option<ResourceId>,
) -> Result<String, Failure> {
    let shop = find(store, domain).await?.id;
    let mut batch = Batch::of(shop);
    match id {
        Some(id) => store.retry_user(&mut batch, shop, id),
        None => store.retry_parked(&mut batch, shop),
    }
    store
        .write(batch)
        .await?
        .map_err(|_| Missing("there is no such user".to_owned()))?;
    Ok("They are tried again as soon as `syncup serve` runs.\n".to_owned())
}

async fn of_states(
    store: &Store,
    domain: &ShopDomain,
    states: &[SyncState],
) -> Result<Vec<UserRecord>, Failure> {
    let shop = find(store, domain).await?.id;
    let key = store.shop_keys(shop).await?;
    let mut users: Vec<UserRecord> = Vec::new();
    for state in states {
        let live = async |seq| store.users_in_state(shop, &key, *state, seq, PAGE).await;
        users.extend(all(live).await?);
        let leaving = async |seq| store.leaving_in_state(shop, &key, *state, seq, PAGE).await;
        users.extend(all(leaving).await?);
    }
    Ok(users)
}

/// All pages of users, each asked for by where the one before has ended.
async fn all(
    page_after: impl AsyncFn(i64) -> Result<Vec<UserRecord>, StoreError>,
) -> Result<Vec<UserRecord>, StoreError> {
    let mut users: Vec<UserRecord> = Vec::new();
    loop {
        let page = page_after(users.last().map_or(0, |user| user.seq)).await?;
        if page.is_empty() {
            return Ok(users);
        }
        users.extend(page);
    }
}

fn printed(users: &[UserRecord], names: bool, as_json: bool) -> Result<String, std::fmt::Error> {
    if as_json {
        let all: Vec<Value> = users.iter().map(|user| shown(user, names)).collect();
        return Ok(format!("{:#}\n", Value::Array(all)));
    }
    if users.is_empty() {
        return Ok("There are none.\n".to_owned());
    }
    let mut lines = String::new();
    for user in users {
        let sync = &user.sync;
        let customer = sync.customer.as_ref().map_or("no customer", |c| c.as_str());
        let reason = sync.last_error.as_deref().unwrap_or_default();
        let name = if names {
            user_name(user)
        } else {
            String::new()
        };
        writeln!(
            lines,
            "{}  {:<8}  {customer}  {}{name}{}{reason}",
            user.id,
            sync.state.as_str(),
            if user.deleted { "deleted  " } else { "" },
            if name.is_empty() { "" } else { "  " },
        )?;
    }
    Ok(lines)
}

fn shown(user: &UserRecord, names: bool) -> Value {
    let sync = &user.sync;
    let mut shown = json!({
        "id": user.id.to_string(),
        "state": sync.state.as_str(),
        "deleted": user.deleted,
        "customer": sync.customer.as_ref().map(|customer| customer.as_str()),
        "reason": sync.last_error,
        "attempts": sync.attempts,
        "due": sync.due_ms.map(rfc3339_ms),
        "last_synced": sync.last_synced_ms.map(rfc3339_ms),
    });
    if names {
        shown["userName"] = Value::String(user_name(user));
    }
    shown
}

fn user_name(user: &UserRecord) -> String {
    let document: Value = serde_json::from_str(&user.document).unwrap_or_default();
    document["userName"].as_str().unwrap_or_default().to_owned()
}

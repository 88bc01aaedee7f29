//! `syncup activity`: who did what, to what, and how it ended. Names of attributes, never values.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::failure::Failure;
use super::shop::find;
use crate::app;
use crate::base::clock::rfc3339_ms;
use crate::base::id::{ResourceId, ShopDomain};
use crate::directory::Activity;
use crate::settings::Settings;
use crate::store::{ActivityFilter, Store};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// NAME.myshopify.com
    shop: ShopDomain,
    /// How many entries, the newest first
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Only of this user or group
    #[arg(long, value_name = "ID")]
    resource: Option<ResourceId>,
    /// Only of this request, as the header X-Request-Id or the log names it
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// Only by this token's prefix, worker or cli
    #[arg(long)]
    actor: Option<String>,
    /// Only this action, such as create or patch
    #[arg(long)]
    action: Option<String>,
    /// Only with this outcome: an HTTP status or a sync state
    #[arg(long)]
    outcome: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, settings: &Settings) -> Result<String, Failure> {
    let store = app::open_store(settings).await?;
    let entries = newest(&store, arguments).await?;
    if arguments.json {
        let all: Vec<Value> = entries.iter().map(shown).collect();
        return Ok(format!("{:#}\n", Value::Array(all)));
    }
    if entries.is_empty() {
        return Ok("There is no such activity.\n".to_owned());
    }
    let mut lines = String::new();
    for entry in &entries {
        writeln!(lines, "{}", line(entry))?;
    }
    Ok(lines)
}

async fn newest(store: &Store, arguments: &Arguments) -> Result<Vec<Activity>, Failure> {
    let shop = find(store, &arguments.shop).await?.id;
    let filter = ActivityFilter {
        resource: arguments.resource,
        request_id: arguments.request.clone(),
        actor: arguments.actor.clone(),
        action: arguments.action.clone(),
        outcome: arguments.outcome.clone(),
    };
    let mut entries = Vec::new();
    let mut before = None;
    // A page of what is rare may be short.
    while entries.len() < arguments.limit {
        let page = store
            .activity(shop, &filter, before, arguments.limit - entries.len())
            .await?;
        entries.extend(page.entries);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    Ok(entries)
}

fn line(entry: &Activity) -> String {
    let resource = entry.resource.map(|id| id.to_string()).unwrap_or_default();
    let mut line = format!(
        "{}  {:<8}  {} {} {resource}  {}",
        rfc3339_ms(entry.at_ms),
        entry.actor,
        entry.action,
        entry.resource_type,
        entry.outcome,
    );
    let points = (entry.cost_points > 0.0).then(|| format!("{} points", entry.cost_points));
    let customer = entry.customer.as_ref().map(ToString::to_string);
    let told = [
        Some(&entry.attributes),
        customer.as_ref(),
        points.as_ref(),
        Some(&entry.reason),
    ];
    for text in told.into_iter().flatten().filter(|text| !text.is_empty()) {
        line.push_str("  ");
        line.push_str(text);
    }
    line
}

fn shown(entry: &Activity) -> Value {
    json!({
        "at": rfc3339_ms(entry.at_ms),
        "request": entry.request_id,
        "actor": entry.actor,
        "action": entry.action,
        "resource_type": entry.resource_type,
        "resource": entry.resource.map(|id| id.to_string()),
        "attributes": entry.attributes,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "cost_points": entry.cost_points,
        "customer": entry.customer.as_ref().map(ToString::to_string),
    })
}

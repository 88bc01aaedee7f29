//! `syncup guard`: who is held because too many leave at once, and letting them go.

use serde_json::json;

use super::failure::{Failure, Missing};
use super::shop::find;
use crate::app;
use crate::base::id::{ResourceId, ShopDomain};
use crate::settings::Settings;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// How many users the guard lets leave within an hour, and how many it holds
    Show {
        /// NAME.myshopify.com
        shop: ShopDomain,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Let those leave who are held: it was meant; the running `syncup serve` does it
    Release {
        /// NAME.myshopify.com
        shop: ShopDomain,
        /// Only this user
        #[arg(long, value_name = "ID")]
        id: Option<ResourceId>,
    },
}

/// Gives what is to be printed.
pub(super) async fn run(command: &Command, settings: &Settings) -> Result<String, Failure> {
    let store = app::open_store(settings).await?;
    match command {
        Command::Show { shop, json } => {
            let record = find(&store, shop).await?;
            let held = store.guarded_count(record.id).await?;
            let (users, percent) = (record.settings.guard_users, record.settings.guard_percent);
            if *json {
                let shown = json!({"shop": shop.as_str(), "held": held, "guardUsers": users, "guardPercent": percent});
                return Ok(format!("{shown}\n"));
            }
            let next = match held {
                0 => String::new(),
                _ => format!(
                    "If they are meant to leave: syncup guard release {shop}. If not, enable them again at the provider.\n"
                ),
            };
            Ok(format!(
                "{shop}: {held} held. More than {users} users and more than {percent} % within an hour are held.\n{next}"
            ))
        }
        Command::Release { shop, id } => {
            let record = find(&store, shop).await?;
            store
                .release_guarded(record.id, *id)
                .await?
                .map_err(|_| Missing("nobody is held by the guard".to_owned()))?;
            Ok("They leave as soon as `syncup serve` runs.\n".to_owned())
        }
    }
}

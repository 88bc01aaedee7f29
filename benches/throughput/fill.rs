//! A data directory with many users, written through the store as the bridge writes them, only in larger batches.

use std::path::Path;

use secrecy::SecretString;
use serde_json::{Map, Value};
use syncup::app;
use syncup::base::clock::{Clock as _, SystemClock};
use syncup::base::id::{ResourceId, ShopDomain};
use syncup::directory::{ShopRecord, ShopSettings};
use syncup::store::{Batch, Location, Store, UserChange};

use crate::Failure;
use crate::user::user;

/// The time of the first user's id; load.lua counts from it, too.
const FIRST_MS: u64 = 1_700_000_000_000;
/// Users in one batch.
const BATCH: u64 = 5_000;

/// Makes a shop with `users` users in `directory`; gives a token for it.
pub async fn fill(directory: &Path, users: u64) -> Result<SecretString, Failure> {
    let store = Store::open(&Location::Directory(directory.to_owned()), None).await?;
    let shop = add_shop(&store).await?;
    let key = store.shop_keys(shop.id).await?;
    let now_ms = SystemClock.now_ms();
    for first in (0..users).step_by(usize::try_from(BATCH)?) {
        let mut batch = Batch::of(shop.id);
        for number in first..users.min(first + BATCH) {
            let change = change(number, now_ms)?;
            store.insert_user(&mut batch, shop.id, &key, &change, None)?;
        }
        store
            .write(batch)
            .await?
            .map_err(|guard| format!("the users are refused: {guard:?}"))?;
    }
    Ok(app::create_token(&store, shop.id, "bench", None, now_ms)
        .await?
        .text()
        .clone())
}

async fn add_shop(store: &Store) -> Result<ShopRecord, Failure> {
    let domain: ShopDomain = "bench.myshopify.com".parse()?;
    let access_token = SecretString::from("shpat_bench");
    store
        .add_shop(&domain, &access_token, &ShopSettings::default(), 0)
        .await?
        .map_err(|guard| format!("the shop is refused: {guard:?}"))?;
    Ok(store
        .shop_by_domain(&domain)
        .await?
        .ok_or("the shop is gone")?)
}

fn change(number: u64, at_ms: i64) -> Result<UserChange, Failure> {
    let id: ResourceId = id(number).parse()?;
    let name = number.to_string();
    let attributes = user(&name);
    let text = |name: &str| attributes.get(name).and_then(Value::as_str);
    let emails = attributes.get("emails").and_then(Value::as_array);
    Ok(UserChange {
        id,
        user_name: text("userName").unwrap_or_default().to_owned(),
        external_id: text("externalId").map(str::to_owned),
        emails: emails
            .into_iter()
            .flatten()
            .filter_map(|email| email["value"].as_str().map(str::to_owned))
            .collect(),
        document: document(id, attributes),
        at_ms,
    })
}

/// As a POST leaves it: with the id behind the schemas, and ours among these.
fn document(id: ResourceId, mut attributes: Map<String, Value>) -> String {
    let mut document = Map::new();
    let mut schemas = attributes.shift_remove("schemas").unwrap_or_default();
    if let Some(schemas) = schemas.as_array_mut() {
        schemas.push(Value::from(syncup::scim::schema::SHOPIFY_URN));
    }
    document.insert("schemas".to_owned(), schemas);
    document.insert("id".to_owned(), Value::from(id.to_string()));
    document.extend(attributes);
    Value::Object(document).to_string()
}

/// A UUID of version 7 that load.lua can make, too: ids follow each other in time, as the bridge's own do.
fn id(number: u64) -> String {
    let ms = FIRST_MS + number;
    format!(
        "{:08x}-{:04x}-7000-8000-{number:012x}",
        ms >> 16,
        ms & 0xffff
    )
}

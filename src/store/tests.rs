//! What a store does, one behaviour a function, each on a fresh one. Nothing here knows which engine it is.

mod activity;
#[path = "../../tests/it/harness/database.rs"]
pub(super) mod database;
mod groups;
mod guard;
mod isolation;
mod model;
mod pages;
mod shops;
pub(super) mod sync;
mod tokens;
mod users;

use std::path::Path;

use secrecy::SecretString;

use super::{
    Batch, GroupChange, GuardFailure, Location, PostgresConfig, ShopKeys, Store, UserChange,
};
use crate::base::id::{CustomerGid, ResourceId, ShopDomain, ShopId};
use crate::directory::{GroupRecord, ShopSettings, UserRecord};

/// A store in a directory of its own, with one shop.
pub(super) struct Fresh {
    pub(super) directory: tempfile::TempDir,
    pub(super) store: Store,
    pub(super) shop: ShopId,
    pub(super) key: ShopKeys,
}

pub(super) fn id(number: u64) -> ResourceId {
    let mut random = [7; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    ResourceId::new(1_000, &random)
}

pub(super) fn customer(number: u64) -> CustomerGid {
    format!("gid://shopify/Customer/{number}")
        .parse()
        .expect("a customer")
}

pub(super) fn user(number: u64, user_name: &str) -> UserChange {
    UserChange {
        id: id(number),
        document: format!(r#"{{"userName":"{user_name}"}}"#),
        user_name: user_name.to_owned(),
        external_id: Some(format!("ext-{number}")),
        emails: vec![format!("{user_name}@example.com")],
        at_ms: 1_000,
    }
}

pub(super) fn group(number: u64, display_name: &str) -> GroupChange {
    GroupChange {
        id: id(number),
        document: format!(r#"{{"displayName":"{display_name}"}}"#),
        display_name: display_name.to_owned(),
        external_id: None,
        at_ms: 1_000,
    }
}

pub(super) fn token() -> SecretString {
    SecretString::from("shpat_of-the-fixture")
}

/// Waits for what a task would wait for.
pub(super) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

pub(super) async fn add_shop(store: &Store, name: &str) -> ShopId {
    let domain: ShopDomain = name.parse().expect("a domain");
    store
        .add_shop(&domain, &token(), &ShopSettings::default(), 1_000)
        .await
        .expect("written")
        .expect("added");
    let shop = store.shop_by_domain(&domain).await.expect("read");
    shop.expect("the shop").id
}

/// The store of a test's directory, of whichever engine.
pub(super) async fn open(directory: &Path) -> Store {
    let location = match database::url(directory) {
        None => Location::Directory(directory.to_owned()),
        Some(url) => Location::Postgres(PostgresConfig {
            url,
            connections: 8,
            ca_file: None,
        }),
    };
    let key = database::master_key(directory);
    Store::open(&location, key.as_ref()).await.expect("opened")
}

impl Fresh {
    pub(super) async fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        database::prepare(directory.path());
        Self::in_directory(directory).await
    }

    /// With the database in the directory, whatever the other tests run on.
    pub(super) async fn on_files() -> Self {
        Self::in_directory(tempfile::tempdir().expect("a directory")).await
    }

    async fn in_directory(directory: tempfile::TempDir) -> Self {
        let store = open(directory.path()).await;
        let shop = add_shop(&store, "demo").await;
        let key = store.shop_keys(shop).await.expect("the key");
        Self {
            directory,
            store,
            shop,
            key,
        }
    }

    /// The same directory after a restart.
    pub(super) async fn reopened(self) -> Self {
        let Self {
            directory,
            store,
            shop,
            ..
        } = self;
        drop(store);
        let store = open(directory.path()).await;
        let key = store.shop_keys(shop).await.expect("the key");
        Self {
            directory,
            store,
            shop,
            key,
        }
    }

    /// Writes what `build` adds to a batch.
    pub(super) async fn write(&self, build: impl FnOnce(&mut Batch)) -> Result<(), GuardFailure> {
        let mut batch = Batch::of(self.shop);
        build(&mut batch);
        self.store.write(batch).await.expect("written")
    }

    pub(super) async fn add(&self, change: &UserChange) -> Result<(), GuardFailure> {
        self.write(|batch| {
            self.store
                .insert_user(batch, self.shop, &self.key, change, None)
                .expect("sealed");
        })
        .await
    }

    pub(super) async fn add_users(&self, count: u64) {
        self.write(|batch| {
            for number in 1..=count {
                let change = user(number, &format!("user{number}"));
                self.store
                    .insert_user(batch, self.shop, &self.key, &change, None)
                    .expect("sealed");
            }
        })
        .await
        .expect("added");
    }

    pub(super) async fn update(
        &self,
        change: &UserChange,
        version: i64,
    ) -> Result<(), GuardFailure> {
        self.write(|batch| {
            self.store
                .update_user(batch, self.shop, &self.key, change, version)
                .expect("sealed");
        })
        .await
    }

    pub(super) async fn delete(&self, number: u64) -> Result<(), GuardFailure> {
        let user = self.user(number).await;
        self.write(|batch| self.store.delete_user(batch, self.shop, &user, 2_000))
            .await
    }

    pub(super) async fn find(&self, number: u64) -> Option<UserRecord> {
        self.store
            .user(self.shop, &self.key, id(number))
            .await
            .expect("read")
    }

    pub(super) async fn user(&self, number: u64) -> UserRecord {
        self.find(number).await.expect("the user")
    }

    pub(super) async fn add_group(&self, change: &GroupChange) -> Result<(), GuardFailure> {
        self.write(|batch| {
            self.store
                .insert_group(batch, self.shop, &self.key, change)
                .expect("sealed");
        })
        .await
    }

    pub(super) async fn group(&self, number: u64) -> GroupRecord {
        self.store
            .group(self.shop, &self.key, id(number))
            .await
            .expect("read")
            .expect("the group")
    }

    /// Users and groups, as the counters say.
    pub(super) async fn counts(&self) -> (i64, i64) {
        let shop = self
            .store
            .shop(self.shop)
            .await
            .expect("read")
            .expect("the shop");
        (shop.user_count, shop.group_count)
    }
}

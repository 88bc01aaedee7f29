//! What is forgotten, what is removed, and what the operator is told by the command line.

use std::path::Path;
use std::process::Output;

use secrecy::SecretString;
use serde_json::{Value, json};
use syncup::app;
use syncup::base::id::{ResourceId, ShopDomain};
use syncup::directory::{Activity, ShopRecord, ShopSettings, SyncState};
use syncup::settings::Settings;
use syncup::store::{ActivityFilter, Batch, Outcome, Store, UserChange};
use tempfile::TempDir;

use crate::harness::installation::cli;
use crate::harness::process::run;
use crate::harness::{TestApp, database};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn user(name: &str) -> Value {
    json!({"userName": format!("{name}@example.com")})
}

async fn record(app: &TestApp) -> ShopRecord {
    let store = app.application.store();
    store.shop_by_domain(&app.shop).await.unwrap().unwrap()
}

#[tokio::test]
async fn activity_older_than_the_setting_says_is_forgotten() {
    let app = TestApp::start().await;
    let shop = record(&app).await.id;
    let requests = async || {
        let store = app.application.store();
        let any = ActivityFilter::default();
        let page = store.activity(shop, &any, None, 100).await;
        page.unwrap().entries.len()
    };
    app.scim.post("/Users", &user("old")).await;
    app.clock.advance(89 * DAY_MS);
    app.application.keep_house().await.unwrap();
    let before = requests().await;
    app.scim.post("/Users", &user("new")).await;
    app.clock.advance(2 * DAY_MS);
    app.application.keep_house().await.unwrap();
    assert!(
        before > 0 && requests().await == before,
        "one user's of two"
    );
}

#[tokio::test]
async fn a_removed_shop_is_refused_at_once_and_swept_soon() {
    let app = TestApp::start().await;
    let created = app.scim.post("/Users", &user("ann")).await;
    assert_eq!(created.status, 201);
    let before = record(&app).await;
    let store = app.application.store();
    store.delete_shop(before.id).await.unwrap().unwrap();
    for target in ["/Users", "/ServiceProviderConfig"] {
        assert_eq!(app.scim.get(target).await.status, 401, "{target}");
    }
    assert_eq!(app.scim.post("/Users", &user("ben")).await.status, 401);
    app.application.keep_house().await.unwrap();
    assert_eq!(
        app.application.reconciler().run_due().await,
        (0, None),
        "nothing is sent to it any more"
    );
    // The same domain is another shop, with nothing in it.
    let token = SecretString::from("shpat_test");
    let token = app
        .application
        .set_up_shop(&app.shop, &token, "again")
        .await
        .unwrap();
    let again = app
        .scim
        .with_token(secrecy::ExposeSecret::expose_secret(&token));
    let listed = again.get("/Users").await.json();
    assert_eq!(listed["totalResults"], 0);
    assert_ne!(record(&app).await.id, before.id);
}

/// A data directory with a shop that has a user in each of some states.
struct Directory {
    directory: TempDir,
}

/// The store in a directory, of whichever engine.
async fn open(directory: &Path) -> Store {
    let mut settings = Settings::from_sources(&|_| None, None).unwrap();
    settings.data_dir = directory.to_owned();
    settings.database = database::url(directory);
    settings.master_key = database::master_key(directory);
    app::open_store(&settings).await.unwrap()
}

impl Directory {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        database::prepare(directory.path());
        let store = open(directory.path()).await;
        let domain: ShopDomain = "demo.myshopify.com".parse().unwrap();
        let token = SecretString::from("shpat_test");
        store
            .add_shop(&domain, &token, &ShopSettings::default(), 1_000)
            .await
            .unwrap()
            .unwrap();
        let shop = store.shop_by_domain(&domain).await.unwrap().unwrap().id;
        let key = store.shop_keys(shop).await.unwrap();
        let parked = [
            ("held", SyncState::Held, "there is no e-mail"),
            (
                "conflict",
                SyncState::Conflict,
                "another customer has the e-mail",
            ),
            ("failed", SyncState::Failed, "phone is invalid"),
            ("fine", SyncState::Synced, ""),
        ];
        for (number, (name, state, reason)) in (0..).zip(parked) {
            let id = ResourceId::new(1_000, &[number; 10]);
            let change = UserChange {
                id,
                document: user(name).to_string(),
                user_name: name.to_owned(),
                external_id: None,
                emails: Vec::new(),
                at_ms: 1_000,
            };
            let mut batch = Batch::of(shop);
            store
                .insert_user(&mut batch, shop, &key, &change, None)
                .unwrap();
            store.write(batch).await.unwrap().unwrap();
            let outcome = Outcome {
                seen_gen: 1,
                settled: true,
                state,
                customer: None,
                applied: None,
                last_error: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
                synced_ms: None,
                due_ms: None,
                attempts: 0,
                at_ms: 2_000,
            };
            let read = store.user(shop, &key, id).await.unwrap().unwrap();
            let mut batch = Batch::of(shop);
            store
                .record_outcome(&mut batch, shop, &key, &read, &outcome)
                .unwrap();
            let entry = Activity {
                at_ms: 2_000,
                request_id: format!("request-{name}"),
                actor: "worker".to_owned(),
                action: "customerCreate".to_owned(),
                resource_type: "User".to_owned(),
                resource: Some(id),
                outcome: state.as_str().to_owned(),
                reason: reason.to_owned(),
                ..Activity::default()
            };
            store.note(&mut batch, shop, &entry);
            store.write(batch).await.unwrap().unwrap();
        }
        Self { directory }
    }

    fn run(&self, line: &str) -> Output {
        let arguments: Vec<&str> = line.split(' ').collect();
        run(&mut cli(self.directory.path(), &arguments))
    }

    /// What a command that must succeed prints.
    fn says(&self, line: &str) -> String {
        let output = self.run(line);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{line}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a command that must fail says.
    fn refuses(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(!output.status.success(), "{line}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.says(line)).unwrap()
    }
}

#[tokio::test]
async fn users_who_need_attention_are_listed_with_their_reason_and_without_names() {
    let directory = Directory::new().await;
    let all = directory.says("users list demo.myshopify.com");
    assert_eq!(all.lines().count(), 3, "{all}");
    for part in ["held", "conflict", "failed", "phone is invalid"] {
        assert!(all.contains(part), "{part} in {all}");
    }
    assert!(!all.contains("example.com"), "{all}");
    let failed = directory.json("users list demo.myshopify.com --state failed --json");
    assert_eq!(failed.as_array().unwrap().len(), 1);
    assert_eq!(failed[0]["reason"], "phone is invalid");
    assert_eq!(failed[0]["userName"], Value::Null);
    let named = directory.json("users list demo.myshopify.com --state failed --names --json");
    assert_eq!(named[0]["userName"], "failed@example.com");
    assert_eq!(named[0]["id"], failed[0]["id"]);
    let named = directory.says("users list demo.myshopify.com --state held --names");
    assert!(named.contains("held@example.com"), "{named}");
    assert_eq!(
        directory.says("users list demo.myshopify.com --state disabled"),
        "There are none.\n"
    );
    let lost = directory.run("users list demo.myshopify.com --state lost");
    assert_eq!(lost.status.code(), Some(2));
}

#[tokio::test]
async fn a_shop_shows_how_many_users_are_in_each_state() {
    let directory = Directory::new().await;
    let shown = directory.json("shop show demo.myshopify.com --json");
    let states = json!({"held": 1, "conflict": 1, "failed": 1, "synced": 1});
    assert_eq!((&shown["users"], &shown["states"]), (&json!(4), &states));
}

#[tokio::test]
async fn activity_is_shown_newest_first_and_as_asked_for() {
    let directory = Directory::new().await;
    let all = directory.json("activity demo.myshopify.com --json");
    let requests: Vec<&Value> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["request"])
        .collect();
    assert_eq!(
        requests,
        [
            "request-fine",
            "request-failed",
            "request-conflict",
            "request-held"
        ]
    );
    let newest = directory.says("activity demo.myshopify.com --limit 1");
    assert_eq!(newest.lines().count(), 1, "{newest}");
    assert!(newest.contains("customerCreate User"), "{newest}");
    let check = |asked: &str, request: &str| {
        let found = directory.json(&format!("activity demo.myshopify.com --json {asked}"));
        let found = found.as_array().unwrap();
        assert_eq!(found.len(), 1, "{asked}");
        assert_eq!(found[0]["request"], request, "{asked}");
    };
    check("--outcome held", "request-held");
    check("--request request-failed", "request-failed");
    let id = all[3]["resource"].as_str().unwrap();
    check(&format!("--resource {id}"), "request-held");
    assert_eq!(
        directory.says("activity demo.myshopify.com --actor cli"),
        "There is no such activity.\n"
    );
}

#[tokio::test]
async fn a_shop_is_removed_only_by_someone_who_means_it() {
    let directory = Directory::new().await;
    let refused = directory.refuses("shop remove demo.myshopify.com");
    assert!(refused.contains("give --yes"), "{refused}");
    assert!(directory.says("shop list").contains("4 users"));
    directory.says("shop remove demo.myshopify.com --yes");
    assert_eq!(directory.json("shop list --json"), json!([]));
    let gone = directory.refuses("shop remove demo.myshopify.com --yes");
    assert!(gone.contains("there is no shop demo"), "{gone}");
    // Nothing is left to sweep.
    let store = open(directory.directory.path()).await;
    assert!(!store.sweep_deleted_shops().await.unwrap());
}

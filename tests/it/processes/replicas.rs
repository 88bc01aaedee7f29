//! Several processes on one PostgreSQL: any of them may be killed or stand still, and nothing is lost, doubled or overwritten late.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::installation::{Bridge, Installation};
use crate::harness::process::signal;
use crate::harness::{Scim, TestApp};

/// Users of the import.
const USERS: usize = 5_000;
/// Clients that write at the same time.
const WRITERS: usize = 12;
/// How long a client waits for a replica before it asks another.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long all of it may take.
const TIME: Duration = Duration::from_secs(240);

fn email(number: usize) -> String {
    format!("user-{number}@example.com")
}

fn user(number: usize) -> Value {
    let email = email(number);
    json!({"userName": email, "emails": [{"value": email}], "name": {"givenName": "First", "familyName": "Name"}})
}

/// Clients that know all replicas, as behind a proxy.
struct Import {
    replicas: Vec<Scim>,
    next: AtomicUsize,
    done: AtomicUsize,
}

impl Import {
    /// Asks one replica after the other until one answers.
    async fn ask(&self, method: &str, target: &str, body: &Value) -> (u16, Value) {
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed) % self.replicas.len();
            let asked = self.replicas[at].try_ask(method, target, body);
            match tokio::time::timeout(PATIENCE, asked).await {
                Ok(Some(answered)) if answered.status < 500 => {
                    return (answered.status, answered.json());
                }
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// Creates a user, and gives every fifth another name: the last that is said of it.
    async fn write(&self, number: usize) {
        let (status, created) = self.ask("POST", "/Users", &user(number)).await;
        // Asked for again after an answer was lost, it is there already.
        assert!([201, 409].contains(&status), "{status}: {created}");
        if number.is_multiple_of(5) {
            let filter = format!("/Users?filter=userName%20eq%20%22{}%22", email(number));
            let (_, found) = self.ask("GET", &filter, &Value::Null).await;
            let id = found["Resources"][0]["id"].as_str().unwrap().to_owned();
            let patch = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{"op": "replace", "path": "name.givenName", "value": "Last"}],
            });
            let (status, answer) = self.ask("PATCH", &format!("/Users/{id}"), &patch).await;
            assert_eq!(status, 200, "{answer}");
        }
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    async fn is_at(&self, share: f64) {
        while (self.done.load(Ordering::Relaxed) as f64) < share * USERS as f64 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: tests/postgres cargo test -- --include-ignored"]
async fn one_of_three_replicas_is_killed_and_one_stands_still_during_an_import() {
    let installation = Installation::on_plan("enterprise");
    assert!(installation.is_shared(), "no SYNCUP_TEST_DATABASE is set");
    let bridges: Vec<Bridge> = (0..3).map(|_| installation.serve()).collect();
    let import = Arc::new(Import {
        replicas: bridges
            .iter()
            .map(|bridge| Scim::new(&bridge.base_url, &installation.token))
            .collect(),
        next: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
    });
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let import = Arc::clone(&import);
        writers.spawn(async move {
            for number in (writer..USERS).step_by(WRITERS) {
                import.write(number).await;
            }
        });
    }
    let mut bridges = bridges.into_iter();
    let [killed, stopped, third] = [(); 3].map(|()| bridges.next().unwrap());
    let disturb = async {
        import.is_at(0.25).await;
        killed.process.kill();
        import.is_at(0.5).await;
        signal("STOP", stopped.process.id());
        tokio::time::sleep(Duration::from_secs(20)).await;
        signal("CONT", stopped.process.id());
    };
    let all = async {
        disturb.await;
        while let Some(writer) = writers.join_next().await {
            writer.unwrap();
        }
        while installation.states() != json!({"synced": USERS}) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let ended = tokio::time::timeout(TIME, all).await;
    assert!(
        ended.is_ok(),
        "{} of {USERS}: {}",
        import.done.load(Ordering::Relaxed),
        installation.states()
    );
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for customer in installation.mock.customers().await {
        let text = |name: &str| customer[name].as_str().unwrap_or_default().to_owned();
        names
            .entry(text("email"))
            .or_default()
            .push(text("firstName"));
    }
    assert_eq!(names.len(), USERS);
    for number in 0..USERS {
        let name = if number.is_multiple_of(5) {
            "Last"
        } else {
            "First"
        };
        assert_eq!(names[&email(number)], [name], "user {number}");
    }
    assert_eq!(installation.mock.throttled().await, 0);
    stopped.process.stop();
    third.process.stop();
}

#[tokio::test]
#[ignore = "needs PostgreSQL: tests/postgres cargo test -- --include-ignored"]
async fn a_replica_that_stops_in_order_leaves_its_shops_to_the_others_at_once() {
    let app = TestApp::start().await;
    let store = app.application.store();
    assert!(store.is_shared(), "no SYNCUP_TEST_DATABASE is set");
    let shop = store.shop_by_domain(&app.shop).await.unwrap().unwrap().id;
    let mut clients = JoinSet::new();
    for number in 0..20 {
        let scim = app.scim.clone();
        clients.spawn(async move { scim.post("/Users", &user(number)).await.status });
    }
    while let Some(status) = clients.join_next().await {
        assert_eq!(status.unwrap(), 201);
    }
    // Steps that begin at once take it once.
    let lease = store.lease(shop).await.unwrap();
    assert_eq!(lease.map(|lease| lease.epoch), Some(1));
    app.application.reconciler().stop().await;
    assert_eq!(store.lease(shop).await.unwrap(), None);
}

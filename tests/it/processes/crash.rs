//! The bridge is killed in the middle of an import; what it has acknowledged is never lost and never doubled.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::harness::Scim;
use crate::harness::installation::{Installation, Mock};
use crate::harness::process::{PATIENCE, Process};

const CONNECTIONS: usize = 8;
/// How often it is looked whether something has come about.
const POLL: Duration = Duration::from_millis(20);

/// An identity provider that imports users and sends a request again until it is answered.
struct Import {
    users: usize,
    next: AtomicUsize,
    /// E-mail to SCIM id, of each user whose creation was acknowledged.
    acknowledged: Mutex<BTreeMap<String, String>>,
}

impl Import {
    fn acknowledged(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    /// One connection: takes the next user until none is left.
    async fn connection(&self, scim: Scim, mut bridge: watch::Receiver<String>) {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.users {
                return;
            }
            let email = format!("user-{number}@example.com");
            let id = create(&email, &scim, &mut bridge).await;
            self.acknowledged.lock().unwrap().insert(email, id);
        }
    }
}

/// Creates a user, however often the bridge dies meanwhile; gives the id that was acknowledged.
async fn create(email: &str, scim: &Scim, bridge: &mut watch::Receiver<String>) -> String {
    let user = json!({
        "userName": email, "name": {"givenName": "Given", "familyName": email},
        "emails": [{"value": email, "type": "work", "primary": true}],
    });
    loop {
        let scim = scim.at(&bridge.borrow_and_update());
        let Some(answer) = scim.try_post("/Users", &user).await else {
            // The bridge died: it may have stored the user, and it comes back elsewhere.
            tokio::time::timeout(PATIENCE, bridge.changed())
                .await
                .unwrap()
                .unwrap();
            continue;
        };
        if answer.status == 201 {
            return answer.id();
        }
        assert_eq!(answer.verdict(), "409 uniqueness", "{}", answer.text);
        let filter = format!("/Users?filter=userName%20eq%20%22{email}%22");
        let found = scim.get(&filter).await.json();
        assert_eq!(found["totalResults"], 1, "{found}");
        return found["Resources"][0]["id"].as_str().unwrap().to_owned();
    }
}

/// How the bridge ends in the middle.
type End = fn(Process) -> String;

/// Imports `users`, ends the bridge each time that so many are acknowledged, and starts it again.
async fn check(users: usize, end: End, end_at: &[usize], fault: Option<Value>) {
    let installation = Installation::on_plan("plus");
    if let Some(fault) = fault {
        installation.mock.inject(&fault).await;
    }
    let mut bridge = installation.serve();
    let (address, addresses) = watch::channel(bridge.base_url.clone());
    let import = Arc::new(Import {
        users,
        next: AtomicUsize::new(0),
        acknowledged: Mutex::default(),
    });
    let connections: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (import, addresses) = (Arc::clone(&import), addresses.clone());
            let scim = Scim::new(&bridge.base_url, &installation.token);
            tokio::spawn(async move { import.connection(scim, addresses).await })
        })
        .collect();
    for count in end_at {
        until(|| import.acknowledged() >= *count).await;
        end(bridge.process);
        assert!(import.acknowledged() < users, "it ended in the middle");
        bridge = installation.serve();
        address.send_replace(bridge.base_url.clone());
    }
    for connection in connections {
        connection.await.unwrap();
    }
    let settled = json!({"synced": users});
    until(|| installation.states() == settled).await;
    let acknowledged = import.acknowledged.lock().unwrap().clone();
    assert_eq!(owners(&installation.mock).await, acknowledged);
    let said = bridge.process.stop();
    assert!(!said.contains("ERROR"), "{said}");
}

/// E-mail to SCIM id, of all customers of the shop: each e-mail and each id once.
async fn owners(mock: &Mock) -> BTreeMap<String, String> {
    let customers = mock.customers().await;
    let owners: BTreeMap<String, String> = customers
        .iter()
        .map(|customer| {
            let fields = customer["metafields"].as_array().unwrap();
            let id = fields.iter().find(|field| field["key"] == "scim_id");
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&customer["email"]), text(&id.unwrap()["value"]))
        })
        .collect();
    assert_eq!(owners.len(), customers.len(), "no customer is double");
    owners
}

/// Waits until something is so, and fails when it never is.
async fn until(is_so: impl Fn() -> bool) {
    let end = Instant::now() + 2 * PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "it does not come about");
        tokio::time::sleep(POLL).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_survives_a_crash_in_its_middle() {
    check(2_000, Process::kill, &[600], None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_survives_two_crashes_with_mutations_in_flight() {
    // Shopify has carried a creation out long before the bridge hears of it.
    let slow =
        json!({"match": {"rootField": "customerCreate"}, "kind": "slow", "ms": 150, "times": 300});
    check(500, Process::kill, &[100, 250], Some(slow)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_survives_a_restart_in_order_which_is_quick() {
    // Shopify is slow, and the provider's connections stay open: neither may hold the restart up for long.
    let slow =
        json!({"match": {"rootField": "customerCreate"}, "kind": "slow", "ms": 1_000, "times": 50});
    let stop: End = |process| {
        let asked_at = Instant::now();
        let said = process.stop();
        assert!(
            asked_at.elapsed() < Duration::from_secs(8),
            "{:?}: {said}",
            asked_at.elapsed()
        );
        said
    };
    check(300, stop, &[60, 120], Some(slow)).await;
}

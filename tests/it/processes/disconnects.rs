//! A client that goes away in the middle loses no more than its answer.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::Scim;
use crate::harness::installation::{Bridge, Installation};
use crate::harness::process::PATIENCE;

/// What a client has sent of a user's creation when it goes away.
#[derive(Debug, Clone, Copy)]
enum Sent {
    Half,
    All,
}

fn email(number: usize) -> String {
    format!("user-{number}@example.com")
}

fn user(number: usize) -> Value {
    json!({"userName": email(number), "emails": [{"value": email(number)}]})
}

/// A connection on which the creation of a user was begun.
fn begin(bridge: &Bridge, token: &str, number: usize, sent: Sent) -> TcpStream {
    let address = bridge.base_url.strip_prefix("http://").unwrap();
    let address = address.strip_suffix("/scim/v2").unwrap();
    let body = user(number).to_string();
    let head = format!(
        "POST /scim/v2/Users HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/scim+json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let body = match sent {
        Sent::Half => &body[..body.len() / 2],
        Sent::All => &body,
    };
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    stream
}

fn served() -> (Installation, Bridge, Scim) {
    let installation = Installation::on_plan("plus");
    let bridge = installation.serve();
    let scim = Scim::new(&bridge.base_url, &installation.token);
    (installation, bridge, scim)
}

/// Waits until something is so.
async fn until(is_so: impl AsyncFn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < end, "it does not come about");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The values of `attribute`, which all of them have, in order.
fn sorted(all: &[Value], attribute: &str) -> Vec<String> {
    let values = all.iter().map(|one| one[attribute].as_str().unwrap());
    let mut values: Vec<String> = values.map(str::to_owned).collect();
    values.sort();
    values
}

/// Whoever is in the directory becomes one customer, and nothing is said that someone should act on. Gives their user names.
async fn settled(installation: &Installation, bridge: Bridge, scim: &Scim) -> Vec<String> {
    let listed = scim.get("/Users?count=100").await.json();
    let users = listed["Resources"].as_array().cloned().unwrap_or_default();
    let expected = match users.len() {
        0 => json!({}),
        users => json!({"synced": users}),
    };
    until(async || installation.states() == expected).await;
    let names = sorted(&users, "userName");
    let customers = installation.mock.customers().await;
    assert_eq!(sorted(&customers, "email"), names);
    let said = bridge.process.stop();
    assert!(!said.contains("ERROR"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away_in_the_middle_of_a_body_has_asked_for_nothing() {
    let (installation, bridge, scim) = served();
    for number in 0..10 {
        drop(begin(&bridge, &installation.token, number, Sent::Half));
    }
    let kept = scim.post("/Users", &user(10)).await;
    assert_eq!(kept.status, 201, "{}", kept.text);
    assert_eq!(settled(&installation, bridge, &scim).await, [email(10)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away_while_shopify_is_waited_for_has_one_customer() {
    let (installation, bridge, scim) = served();
    let slow = json!({"match": {"rootField": "customerCreate"}, "kind": "slow", "ms": 1_500});
    installation.mock.inject(&slow).await;
    let connection = begin(&bridge, &installation.token, 0, Sent::All);
    // Stored, and Shopify does it at this moment.
    until(async || installation.mock.customers().await.len() == 1).await;
    drop(connection);
    assert_eq!(settled(&installation, bridge, &scim).await, [email(0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away_at_any_moment_has_one_customer_or_none() {
    let (installation, bridge, scim) = served();
    for number in 0..20_usize {
        let connection = begin(&bridge, &installation.token, number, Sent::All);
        let moment = Duration::from_millis(u64::try_from(number).unwrap());
        tokio::time::sleep(moment).await;
        drop(connection);
    }
    // What was not begun by now never is.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let names = settled(&installation, bridge, &scim).await;
    assert!(names.len() <= 20, "{names:?}");
}

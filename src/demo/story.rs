//! The story: what an identity provider does to its users in a year, a line a step, each checked against what is told.

use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde_json::{Value, json};

use super::DemoError;
use super::client::{Answered, Observer, Received, ScimClient, sync};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// How long a step waits for Shopify to be as told.
const PATIENCE: Duration = Duration::from_secs(20);
/// Users of the import.
const IMPORTED: usize = 1_000;
/// Imports are sent this many requests at once.
const IMPORT_CONNECTIONS: usize = 8;

/// What a step must have done.
struct Told<'a> {
    title: &'a str,
    status: u16,
    /// The mutations of the one HTTP request that Shopify receives; none: no request.
    sent: &'a [&'a str],
    /// A user's state afterwards.
    state: &'a str,
    /// The e-mail that finds the customer, and parts that its line must and must not have.
    customer: Option<(&'a str, &'a [&'a str], &'a [&'a str])>,
}

/// Plays the steps and counts.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) scim: ScimClient,
    pub(super) shopify: Observer,
    pub(super) passed: usize,
    pub(super) failed: usize,
}

impl Story {
    /// All steps.
    pub(super) async fn play(&mut self, run: &str) -> Result<(), DemoError> {
        let ada = &format!("ada-{run}@example.com");
        let lovelace = &format!("lovelace-{run}@example.com");
        let id = self.create(ada).await?;
        self.update(&id, ada).await?;
        self.rename(&id, ada, lovelace).await?;
        self.group(&id, lovelace, run).await?;
        self.disable_and_enable(&id, lovelace).await?;
        self.refuse(run).await?;
        self.delete(&id, lovelace).await?;
        self.import(run).await
    }

    async fn create(&mut self, ada: &str) -> Result<String, DemoError> {
        let body = json!({
            "schemas": [CORE], "userName": ada, "active": true,
            "name": {"givenName": "Ada", "familyName": "King"},
            "emails": [{"value": ada, "type": "work", "primary": true}],
            "phoneNumbers": [{"value": "+1 (613) 450-5293", "type": "work"}],
        });
        let answer = self
            .user_step(
                "POST",
                "/Users",
                Some(&body),
                None,
                &Told {
                    title: "create",
                    status: 201,
                    sent: &["customerCreate"],
                    state: "synced",
                    customer: Some((ada, &["Ada King", "+16134505293"], &["scim:disabled"])),
                },
            )
            .await?;
        let id = answer.id();
        self.user_step(
            "PUT",
            &format!("/Users/{id}"),
            Some(&body),
            Some(&id),
            &Told {
                title: "the same again",
                status: 200,
                sent: &[],
                state: "synced",
                customer: Some((ada, &["Ada King"], &[])),
            },
        )
        .await?;
        Ok(id)
    }

    async fn update(&mut self, id: &str, ada: &str) -> Result<(), DemoError> {
        let body = patch(&json!([
            {"op": "replace", "path": "name.familyName", "value": "Lovelace"},
            {"op": "add", "path": "title", "value": "Analyst"},
            {"op": "add", "path": format!("{ENTERPRISE}:department"), "value": "Engines"},
        ]));
        self.user_step(
            "PATCH",
            &format!("/Users/{id}"),
            Some(&body),
            Some(id),
            &Told {
                title: "update, department too",
                status: 200,
                sent: &["customerUpdate"],
                state: "synced",
                customer: Some((
                    ada,
                    &[
                        "Ada Lovelace",
                        "scim_title=Analyst",
                        "scim_department=Engines",
                    ],
                    &[],
                )),
            },
        )
        .await?;
        Ok(())
    }

    async fn rename(&mut self, id: &str, ada: &str, lovelace: &str) -> Result<(), DemoError> {
        let body = patch(&json!([
            {"op": "replace", "path": "userName", "value": lovelace},
            {"op": "replace", "path": "emails[type eq \"work\"].value", "value": lovelace},
        ]));
        self.user_step(
            "PATCH",
            &format!("/Users/{id}"),
            Some(&body),
            Some(id),
            &Told {
                title: "rename user and e-mail",
                status: 200,
                sent: &["customerUpdate"],
                state: "synced",
                customer: Some((
                    lovelace,
                    &["Ada Lovelace", &format!("scim_user_name={lovelace}")],
                    &[],
                )),
            },
        )
        .await?;
        let gone = self.shopify.customer(ada).await?.is_null();
        self.judge("  no customer keeps the old e-mail", gone, "");
        Ok(())
    }

    async fn group(&mut self, id: &str, lovelace: &str, run: &str) -> Result<(), DemoError> {
        let name = format!("Buyers {run}");
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": name, "members": [{"value": id}],
        });
        self.user_step(
            "POST",
            "/Groups",
            Some(&body),
            Some(id),
            &Told {
                title: "group with a member",
                status: 201,
                sent: &["tagsAdd"],
                state: "synced",
                customer: Some((lovelace, &[&format!("group:{name}")], &[])),
            },
        )
        .await?;
        Ok(())
    }

    async fn disable_and_enable(&mut self, id: &str, lovelace: &str) -> Result<(), DemoError> {
        let path = format!("/Users/{id}");
        let active =
            |value: bool| patch(&json!([{"op": "replace", "path": "active", "value": value}]));
        self.user_step(
            "PATCH",
            &path,
            Some(&active(false)),
            Some(id),
            &Told {
                title: "disable",
                status: 200,
                sent: &["customerUpdate", "tagsAdd"],
                state: "disabled",
                customer: Some((lovelace, &["scim:disabled", "scim_status=disabled"], &[])),
            },
        )
        .await?;
        self.user_step(
            "PATCH",
            &path,
            Some(&active(true)),
            Some(id),
            &Told {
                title: "re-enable",
                status: 200,
                sent: &["customerUpdate", "tagsRemove"],
                state: "synced",
                customer: Some((lovelace, &["scim_status=active"], &["scim:disabled"])),
            },
        )
        .await?;
        Ok(())
    }

    async fn refuse(&mut self, run: &str) -> Result<(), DemoError> {
        let body = json!({
            "schemas": [CORE], "userName": format!("kiosk-{run}"), "displayName": "Kiosk",
        });
        self.user_step(
            "POST",
            "/Users",
            Some(&body),
            None,
            &Told {
                title: "a user Shopify can't take",
                status: 201,
                sent: &[],
                state: "held",
                customer: None,
            },
        )
        .await?;
        Ok(())
    }

    async fn delete(&mut self, id: &str, lovelace: &str) -> Result<(), DemoError> {
        let path = format!("/Users/{id}");
        let answer = self.scim.send("DELETE", &path, None).await?;
        let mut customer = Value::Null;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            customer = self.shopify.customer(lovelace).await?;
            if line(&customer).contains("scim:disabled") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let gone = self.scim.send("GET", &path, None).await?.status == 404;
        let received = self.shopify.take_requests().await?;
        let shown = line(&customer);
        let as_told = answer.status == 204 && gone && shown.contains("scim:disabled");
        let detail = format!(
            "DELETE /Users/… → 204 in {} → {} → {shown}",
            millis(answer.took),
            shopify(&received),
        );
        self.judge("delete (disables)", as_told, &detail);
        Ok(())
    }

    async fn import(&mut self, run: &str) -> Result<(), DemoError> {
        let began = Instant::now();
        let created: Vec<Answered> = stream::iter(0..IMPORTED)
            .map(|number| self.import_one(run, number))
            .buffered(IMPORT_CONNECTIONS)
            .try_collect()
            .await?;
        let accepted_in = began.elapsed();
        let accepted = created.iter().filter(|answer| answer.status == 201).count();
        let mut synced = 0;
        for answer in &created {
            let user = self.scim.settled(&answer.id(), PATIENCE * 10).await?;
            synced += usize::from(sync(&user)["syncState"] == "synced");
        }
        let received = self.shopify.take_requests().await?;
        let throttled = received.iter().filter(|request| request.throttled).count();
        let points: f64 = received.iter().map(|request| request.cost_points).sum();
        let detail = format!(
            "POST /Users × {IMPORTED} → {accepted} × 201 in {} → Shopify: {} requests, {points:.0} points, {throttled} throttled → {synced} customers after {}",
            millis(accepted_in),
            received.len(),
            millis(began.elapsed()),
        );
        let as_told = accepted == IMPORTED
            && synced == IMPORTED
            && throttled == 0
            && received.len() == IMPORTED;
        self.judge("import", as_told, &detail);
        Ok(())
    }

    async fn import_one(&self, run: &str, number: usize) -> Result<Answered, DemoError> {
        let email = format!("user-{number:04}-{run}@example.com");
        let body = json!({
            "schemas": [CORE], "userName": email, "externalId": format!("{run}-{number}"), "active": true,
            "name": {"givenName": format!("User {number}"), "familyName": "Import"},
            "emails": [{"value": email, "type": "work", "primary": true}],
        });
        self.scim.send("POST", "/Users", Some(&body)).await
    }

    /// One SCIM request about a user, and what became of it.
    async fn user_step(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        user: Option<&str>,
        told: &Told<'_>,
    ) -> Result<Answered, DemoError> {
        let answer = self.scim.send(method, path, body).await?;
        let id = user.map_or_else(|| answer.id(), str::to_owned);
        let user = self.scim.settled(&id, PATIENCE).await?;
        let received = self.shopify.take_requests().await?;
        let state = sync(&user)["syncState"].as_str().unwrap_or("unknown");
        let customer = match told.customer {
            Some((email, ..)) => line(&self.shopify.customer(email).await?),
            None => {
                let reason = sync(&user)["lastError"].as_str().unwrap_or_default();
                format!("no customer: {reason}")
            }
        };
        let fields: Vec<&str> = received
            .iter()
            .flat_map(|request| request.fields.iter().map(String::as_str))
            .collect();
        let as_told = answer.status == told.status
            && state == told.state
            && fields == told.sent
            && received.len() == usize::from(!told.sent.is_empty())
            && received.iter().all(Received::is_mutation)
            && told.customer.is_none_or(|(_, with, without)| {
                with.iter().all(|part| customer.contains(part))
                    && !without.iter().any(|part| customer.contains(part))
            });
        let place = path.split('/').nth(1).unwrap_or_default();
        let below = if path.matches('/').count() > 1 {
            "/…"
        } else {
            ""
        };
        let detail = format!(
            "{method} /{place}{below} → {} in {} → {} → {state}: {customer}",
            answer.status,
            millis(answer.took),
            shopify(&received),
        );
        self.judge(told.title, as_told, &detail);
        Ok(answer)
    }

    fn judge(&mut self, title: &str, as_told: bool, detail: &str) {
        let mark = if as_told {
            self.passed += 1;
            "✓"
        } else {
            self.failed += 1;
            "✗"
        };
        println!("{mark} {title:<26} {detail}");
    }
}

fn patch(operations: &Value) -> Value {
    json!({"schemas": [PATCH], "Operations": operations})
}

fn millis(took: Duration) -> String {
    format!("{} ms", took.as_millis())
}

fn shopify(received: &[Received]) -> String {
    match received {
        [] => "Shopify: nothing sent".to_owned(),
        requests => {
            let fields: Vec<&str> = requests
                .iter()
                .flat_map(|request| request.fields.iter().map(String::as_str))
                .collect();
            let points: f64 = requests.iter().map(|request| request.cost_points).sum();
            let left = requests.last().map_or(0.0, |request| request.points_left);
            format!(
                "Shopify: {} ({points:.0} points, {left:.0} left)",
                fields.join(" + ")
            )
        }
    }
}

/// A customer on one line.
fn line(customer: &Value) -> String {
    if customer.is_null() {
        return "no customer".to_owned();
    }
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let tags: Vec<String> = customer["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .map(text)
        .collect();
    let fields: Vec<String> = customer["metafields"]["nodes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|field| field["key"] != "scim_id")
        .map(|field| format!("{}={}", text(&field["key"]), text(&field["value"])))
        .collect();
    format!(
        "{} <{}> {} [{}] {}",
        text(&customer["displayName"]),
        text(&customer["defaultEmailAddress"]["emailAddress"]),
        text(&customer["defaultPhoneNumber"]["phoneNumber"]),
        tags.join(", "),
        fields.join(" "),
    )
}

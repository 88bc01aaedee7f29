//! The demo's two windows: a SCIM client, and an observer of the mock Shopify with a token (and so points) of its own.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::DemoError;

/// What came back for a SCIM request.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) took: Duration,
    pub(super) body: Value,
}

impl Answered {
    pub(super) fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_default().to_owned()
    }
}

/// A SCIM client over real HTTP.
#[derive(Debug)]
pub(super) struct ScimClient {
    pub(super) http: reqwest::Client,
    pub(super) base_url: String,
    pub(super) token: String,
}

impl ScimClient {
    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answered, DemoError> {
        let failed = |source| DemoError::Request {
            what: format!("{method} {path}"),
            source,
        };
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap_or_default();
        let mut request = self
            .http
            .request(method.clone(), format!("{}{path}", self.base_url))
            .header("authorization", format!("Bearer {}", self.token));
        if let Some(body) = body {
            request = request
                .header("content-type", "application/scim+json")
                .body(body.to_string());
        }
        let asked_at = Instant::now();
        let response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let text = response.text().await.map_err(failed)?;
        Ok(Answered {
            status,
            took: asked_at.elapsed(),
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        })
    }

    /// The user once nothing is pending any more, or as it is after `patience`.
    pub(super) async fn settled(&self, id: &str, patience: Duration) -> Result<Value, DemoError> {
        let deadline = Instant::now() + patience;
        loop {
            let user = self.send("GET", &format!("/Users/{id}"), None).await?.body;
            if sync(&user)["syncState"] != "pending" || Instant::now() > deadline {
                return Ok(user);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The Shopify extension of a user.
pub(super) fn sync(user: &Value) -> &Value {
    &user["urn:ietf:params:scim:schemas:extension:syncup:shopify:2.0:User"]
}

/// Looks into the mock Shopify.
#[derive(Debug)]
pub(super) struct Observer {
    pub(super) http: reqwest::Client,
    pub(super) origin: String,
    pub(super) shop: String,
    pub(super) token: String,
}

/// One HTTP request that Shopify received.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) fields: Vec<String>,
    pub(super) cost_points: f64,
    pub(super) points_left: f64,
    pub(super) throttled: bool,
}

impl Received {
    pub(super) fn is_mutation(&self) -> bool {
        self.fields.iter().any(|field| {
            field.starts_with("customer") && field != "customerByIdentifier"
                || field.starts_with("tags")
        })
    }
}

const CUSTOMER: &str = "query Observe($identifier: CustomerIdentifierInput!) {
  customerByIdentifier(identifier: $identifier) {
    id displayName tags locale
    defaultEmailAddress { emailAddress }
    defaultPhoneNumber { phoneNumber }
    metafields(first: 20) { nodes { key value } }
  }
}";

impl Observer {
    /// The customer with this e-mail, read by GraphQL as any app would.
    pub(super) async fn customer(&self, email: &str) -> Result<Value, DemoError> {
        let body = json!({
            "query": CUSTOMER,
            "variables": {"identifier": {"emailAddress": email}},
        });
        let request = self
            .http
            .post(format!("{}/admin/api/2026-10/graphql.json", self.origin))
            .header("content-type", "application/json")
            .header("x-shopify-access-token", &self.token)
            .body(body.to_string());
        let answer = self.json("reading a customer", request).await?;
        Ok(answer["data"]["customerByIdentifier"].clone())
    }

    /// The requests that the bridge's token has sent since the last call.
    pub(super) async fn take_requests(&self) -> Result<Vec<Received>, DemoError> {
        let url = format!("{}/_mock/requests?shop={}", self.origin, self.shop);
        let log = self
            .json("reading the request log", self.http.get(&url))
            .await?;
        self.http
            .delete(&url)
            .send()
            .await
            .map_err(|source| DemoError::Request {
                what: "emptying the request log".to_owned(),
                source,
            })?;
        let entries = log.as_array().cloned().unwrap_or_default();
        Ok(entries
            .iter()
            .filter(|entry| entry["operation"] != "Observe")
            .map(received)
            .collect())
    }

    async fn json(&self, what: &str, request: reqwest::RequestBuilder) -> Result<Value, DemoError> {
        let failed = |source| DemoError::Request {
            what: what.to_owned(),
            source,
        };
        let text = request
            .send()
            .await
            .map_err(failed)?
            .text()
            .await
            .map_err(failed)?;
        serde_json::from_str(&text).map_err(|source| DemoError::ReadMock {
            what: what.to_owned(),
            source,
        })
    }
}

fn received(entry: &Value) -> Received {
    let codes = entry["errorCodes"].as_array().cloned().unwrap_or_default();
    Received {
        fields: entry["rootFields"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|field| field.as_str().map(str::to_owned))
            .collect(),
        cost_points: entry["actualPoints"].as_f64().unwrap_or_default(),
        points_left: entry["pointsLeft"].as_f64().unwrap_or_default(),
        throttled: codes.iter().any(|code| code == "THROTTLED"),
    }
}

//! A SCIM client that says what came back.

use serde_json::Value;

/// One answer.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answered {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The resource's id.
    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_default().to_owned()
    }

    /// `status`, with `scimType` behind it when there is one: `400 invalidFilter`.
    pub fn verdict(&self) -> String {
        match self.json()["scimType"].as_str() {
            Some(kind) => format!("{} {kind}", self.status),
            None => self.status.to_string(),
        }
    }
}

/// A client of one base URL with one token.
#[derive(Debug, Clone)]
pub struct Scim {
    http: reqwest::Client,
    base_url: String,
    token: String,
}

impl Scim {
    pub fn new(base_url: &str, token: &str) -> Self {
        Self {
            http: syncup::shopify::tls::http_client().unwrap(),
            base_url: base_url.to_owned(),
            token: token.to_owned(),
        }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: token.to_owned(),
            ..self.clone()
        }
    }

    /// The same client of a server that is now elsewhere.
    pub fn at(&self, base_url: &str) -> Self {
        Self {
            base_url: base_url.to_owned(),
            ..self.clone()
        }
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub async fn get(&self, target: &str) -> Answered {
        self.send("GET", target, &[], None).await
    }

    pub async fn delete(&self, target: &str) -> Answered {
        self.send("DELETE", target, &[], None).await
    }

    pub async fn post(&self, target: &str, body: &Value) -> Answered {
        self.send("POST", target, &[], Some(body.to_string().into_bytes()))
            .await
    }

    /// As [`Scim::post`]; none when the server went away.
    pub async fn try_post(&self, target: &str, body: &Value) -> Option<Answered> {
        let body = Some(body.to_string().into_bytes());
        self.try_send("POST", target, &[], body).await.ok()
    }

    /// Any method; none when the server went away.
    pub async fn try_ask(&self, method: &str, target: &str, body: &Value) -> Option<Answered> {
        let body = (!body.is_null()).then(|| body.to_string().into_bytes());
        self.try_send(method, target, &[], body).await.ok()
    }

    pub async fn put(&self, target: &str, body: &Value) -> Answered {
        self.send("PUT", target, &[], Some(body.to_string().into_bytes()))
            .await
    }

    /// A PATCH of these operations.
    pub async fn patch(&self, target: &str, operations: &Value) -> Answered {
        let body = serde_json::json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": operations,
        });
        self.send("PATCH", target, &[], Some(body.to_string().into_bytes()))
            .await
    }

    /// Anything, also what no client should send.
    pub async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Answered {
        self.try_send(method, target, headers, body).await.unwrap()
    }

    async fn try_send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> reqwest::Result<Answered> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self
            .http
            .request(method, format!("{}{target}", self.base_url));
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/scim+json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.body(body.unwrap_or_default()).send().await?;
        Ok(Answered {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await?,
        })
    }
}

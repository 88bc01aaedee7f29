//! Requests and replies, without any HTTP library: an adapter carries them.

/// What an adapter read.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, with its leading slash.
    pub path: String,
    /// The query string, without the question mark.
    pub query: String,
    /// Names in any case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The shop whose host was asked; None where it is no shop's, as on one's own machine.
    pub fn shop_domain(&self) -> Option<String> {
        let host = self
            .header("X-Forwarded-Host")
            .or_else(|| self.header("Host"))?;
        let host = host.split(':').next()?.to_ascii_lowercase();
        is_shop_domain(&host).then_some(host)
    }

    /// A parameter of the query string, as it stands there.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }
}

/// Whether a host, in any case and with any port, is a shop's.
pub fn is_shop_domain(host: &str) -> bool {
    let host = host.split(':').next().unwrap_or_default();
    host.to_ascii_lowercase().ends_with(".myshopify.com")
}

/// What an adapter is to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers, without `Content-Length`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How long to wait before sending.
    pub delay_ms: Option<u64>,
    /// How to send.
    pub after: Disposition,
}

/// What an adapter does with a reply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Disposition {
    /// Sends it.
    #[default]
    Send,
    /// Closes the connection without a byte.
    DropConnection,
    /// Promises the whole body, sends this many bytes of it, and closes the connection.
    TruncateBody {
        /// How much of the body is sent.
        sent_bytes: usize,
    },
    /// Sends the head at once and the body in pieces.
    TrickleBody {
        /// How long the body takes, in ms.
        over_ms: u64,
    },
}

impl Reply {
    /// A JSON reply.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self {
            status,
            headers: vec![(
                "Content-Type".to_owned(),
                "application/json; charset=utf-8".to_owned(),
            )],
            body: body.to_string().into_bytes(),
            delay_ms: None,
            after: Disposition::Send,
        }
    }

    /// The reply with one more header.
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null when it is none.
    pub fn body_json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

//! The engine as a wiremock responder: expectations and one-shot mocks can stand in front of it.

use std::sync::Arc;
use std::time::Duration;

use wiremock::{Respond, ResponseTemplate};

use super::engine::Engine;
use super::transport::{Disposition, Reply, Request};

/// Answers every request a `wiremock::Mock` hands it.
#[derive(Clone)]
pub struct Responder(pub Arc<Engine>);

impl Respond for Responder {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        template(self.0.handle(&read(request)))
    }
}

fn read(request: &wiremock::Request) -> Request {
    let headers = request.headers.iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    Request {
        method: request.method.to_string(),
        path: request.url.path().to_owned(),
        query: request.url.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: request.body.clone(),
    }
}

fn template(reply: Reply) -> ResponseTemplate {
    let mut template = ResponseTemplate::new(reply.status);
    let sent = match reply.after {
        Disposition::Send => reply.body,
        // The server writes a body in one piece: the whole reply is late.
        Disposition::TrickleBody { over_ms } => {
            template = template.set_delay(Duration::from_millis(over_ms));
            reply.body
        }
        // Two framings in one head: the server refuses to write it and closes the connection without a byte.
        Disposition::DropConnection => {
            template = template
                .insert_header("Content-Length", "1")
                .insert_header("Transfer-Encoding", "chunked");
            b"x".to_vec()
        }
        // The server writes the length of what it sends: the client sees a whole body that is not JSON.
        Disposition::TruncateBody { sent_bytes } => {
            reply.body.into_iter().take(sent_bytes).collect()
        }
    };
    for (name, value) in reply.headers {
        template = template.append_header(name, value);
    }
    template = template.set_body_bytes(sent);
    match reply.delay_ms {
        Some(delay_ms) => template.set_delay(Duration::from_millis(delay_ms)),
        None => template,
    }
}

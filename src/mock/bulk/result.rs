//! The files that `url` and `partialDataUrl` lead to, served by the mock.

use ring::hmac;

use super::BulkOperation;
use super::view::gone_at_ms;
use crate::mock::endpoint::{self, Visit};
use crate::mock::engine::Engine;
use crate::mock::faults::Endpoint;
use crate::mock::reply;
use crate::mock::staged::{hex, storage_error};
use crate::mock::transport::{Disposition, Reply, Request};

/// Where results are.
pub const PATH: &str = "/bulk-operation-outputs/";

/// The address of an operation's result.
pub fn url(base_url: &str, domain: &str, operation: &BulkOperation) -> String {
    let path = path(domain, operation.number);
    let expires = gone_at_ms(operation).unwrap_or_default() / 1_000;
    let signature = signature(&path, expires);
    format!("{base_url}{path}?Expires={expires}&Signature={signature}")
}

fn path(domain: &str, number: u64) -> String {
    format!("{PATH}{domain}/bulk-{number}.jsonl")
}

fn signature(path: &str, expires: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"bulk-operation-outputs");
    hex(hmac::sign(&key, format!("{path}?{expires}").as_bytes()).as_ref())
}

/// Answers `GET /bulk-operation-outputs/…`.
pub fn handle(engine: &Engine, request: &Request) -> Reply {
    let now_ms = engine.clock.now_ms();
    let rest = request.path.strip_prefix(PATH).unwrap_or_default();
    let (domain, file) = rest.split_once('/').unwrap_or_default();
    let visit = Visit {
        endpoint: Endpoint::BulkResult,
        shop: domain,
    };
    endpoint::answer(engine, visit, |world, _| {
        if request.method != "GET" {
            return reply::not_found();
        }
        let expires = request.parameter("Expires").unwrap_or_default();
        let expires: i64 = expires.parse().unwrap_or_default();
        if request.parameter("Signature") != Some(&signature(&request.path, expires)) {
            return storage_error(403, "SignatureDoesNotMatch", "Access denied.");
        }
        if now_ms >= expires * 1_000 {
            return storage_error(400, "ExpiredToken", "The provided token has expired.");
        }
        let operation = world.shop(domain).and_then(|shop| {
            let mut operations = shop.bulk.operations.iter();
            operations.find(|it| file == format!("bulk-{}.jsonl", it.number))
        });
        match operation {
            None => storage_error(404, "NoSuchKey", "The specified key does not exist."),
            Some(operation) => Reply {
                status: 200,
                headers: vec![("Content-Type".to_owned(), "application/jsonl".to_owned())],
                body: operation.output.clone().into_bytes(),
                delay_ms: None,
                after: Disposition::Send,
            },
        }
    })
}

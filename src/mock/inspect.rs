//! `/_mock`: what the shops hold, and hands on them.

use super::engine::Engine;
use super::reply;
use super::transport::{Reply, Request};

/// Answers a request below `/_mock`.
pub fn handle(_engine: &Engine, _request: &Request, _path: &str) -> Reply {
    reply::not_found()
}

//! Doors of the mock beside the Admin API: each request may be struck by a fault, and is logged.

use super::engine::{Engine, World};
use super::faults::{Endpoint, FaultKind, Stage, Subject};
use super::log::LogEntry;
use super::spoil;
use super::transport::Reply;

/// A request, as the script of faults and the log know it.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'r> {
    /// Which door.
    pub endpoint: Endpoint,
    /// The shop's domain; empty when it is not known.
    pub shop: &'r str,
}

/// Answers a request, unless a fault does; what answers it is told which fault struck.
pub fn answer(
    engine: &Engine,
    visit: Visit<'_>,
    run: impl FnOnce(&mut World, Option<&FaultKind>) -> Reply,
) -> Reply {
    let mut world = engine.world();
    let at_ms = engine.clock.now_ms();
    let fault = world.faults.strike(Subject {
        stage: Stage::Request,
        endpoint: visit.endpoint,
        shop: visit.shop,
        ..Subject::default()
    });
    let mut entry = LogEntry {
        at_ms,
        endpoint: visit.endpoint,
        request_id: world.next_request_id(at_ms),
        shop: visit.shop.to_owned(),
        fault: fault.as_ref().and_then(|it| serde_json::to_value(it).ok()),
        ..LogEntry::default()
    };
    let reply = match spoil::before_commit(fault.as_ref(), &mut entry) {
        Some(reply) => reply,
        None => {
            let reply = run(&mut world, fault.as_ref());
            spoil::after_commit(fault, reply, &entry.request_id)
        }
    };
    entry.status = reply.status;
    let reply = reply.with_header("X-Request-Id", entry.request_id.clone());
    world.log.push(entry);
    reply
}

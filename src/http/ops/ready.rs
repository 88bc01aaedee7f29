//! Whether the process can serve, part by part.

use serde_json::{Value, json};

use super::Parts;

/// Whether requests should come here, and the state of each part.
pub(super) async fn states(parts: &Parts) -> (bool, Value) {
    let database = match parts.store.ping().await {
        Ok(()) => "ok",
        Err(error) => {
            tracing::error!(error = %error, "not ready");
            "cannot be used"
        }
    };
    let worker = match &parts.worker {
        Some(worker) if worker.is_running() => "running",
        Some(_) => "ended",
        None => "off",
    };
    let is_draining = parts.reconciler.is_stopping();
    let is_ready = database == "ok" && worker != "ended" && !is_draining;
    let status = match (is_ready, is_draining) {
        (_, true) => "draining",
        (true, false) => "ready",
        (false, false) => "not ready",
    };
    let mut components = json!({ "database": database, "worker": worker });
    // Requests are served all the same: another process works for the shops meanwhile.
    if let Some(is_trusted) = parts.reconciler.is_trusted() {
        components["leases"] = match is_trusted {
            true => "kept".into(),
            false => "not kept".into(),
        };
    }
    let states = json!({ "status": status, "components": components });
    (is_ready, states)
}

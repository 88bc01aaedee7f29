//! The worker: finds the shops with due users, and drives each of them as fast as its points allow.
//!
//! Shops don't wait for each other: each is driven by a task of its own, which ends when nothing of the shop is due.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::step::{Reconciler, Step};
use crate::base::id::{ResourceId, ShopId};

/// How long the worker sleeps when nobody wakes it.
const POLL: Duration = Duration::from_millis(500);
/// Keys that are read from the queue at once.
const BATCH: usize = 64;
/// How long in-flight steps may take when the worker stops.
const DRAIN: Duration = Duration::from_secs(20);

/// A running worker.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Starts the worker on the current runtime.
    pub fn start(reconciler: Arc<Reconciler>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(run(reconciler, stopped));
        Self { stop, task }
    }

    /// Starts nothing new, waits for what is in flight.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(DRAIN, self.task).await.is_err() {
            tracing::warn!("steps still in flight were left: they are looked up and done again after the next start");
        }
    }
}

async fn run(reconciler: Arc<Reconciler>, mut stopped: watch::Receiver<bool>) {
    let mut shops = JoinSet::new();
    let driven = crate::work::InFlight::default();
    while !*stopped.borrow() {
        for shop in reconciler.due_shops() {
            if let Some(claim) = driven.claim(shop) {
                let (reconciler, stopped) = (Arc::clone(&reconciler), stopped.clone());
                shops.spawn(async move {
                    drive(reconciler, shop, stopped).await;
                    drop(claim);
                });
            }
        }
        while shops.try_join_next().is_some() {}
        tokio::select! {
            () = reconciler.wake().wait() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stopped.changed() => {}
        }
    }
    while shops.join_next().await.is_some() {}
}

/// Runs a shop's due users until none is left or the worker stops.
async fn drive(reconciler: Arc<Reconciler>, shop: ShopId, mut stopped: watch::Receiver<bool>) {
    let mut steps: JoinSet<Step> = JoinSet::new();
    loop {
        let due: Vec<ResourceId> = reconciler.due_users(shop, BATCH);
        if due.is_empty() {
            break;
        }
        let mut wait_ms = None;
        for user in due {
            while steps.len() >= reconciler.concurrency(shop) {
                wait_ms = note(steps.join_next().await, wait_ms);
            }
            if wait_ms.is_some() || *stopped.borrow() {
                break;
            }
            let reconciler = Arc::clone(&reconciler);
            steps.spawn(async move { reconciler.background(shop, user).await });
        }
        while let Some(ended) = steps.join_next().await {
            wait_ms = note(Some(ended), wait_ms);
        }
        if *stopped.borrow() {
            break;
        }
        if let Some(wait_ms) = wait_ms {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
                _ = stopped.changed() => {}
            }
        }
    }
}

/// The longest wait that steps asked for.
fn note(
    ended: Option<Result<Step, tokio::task::JoinError>>,
    wait_ms: Option<u64>,
) -> Option<u64> {
    match ended {
        Some(Ok(Step::Wait { wait_ms: asked })) => Some(wait_ms.unwrap_or_default().max(asked)),
        Some(Err(error)) => {
            tracing::error!(error = %error, "a step ended abnormally");
            // Not at once again: whatever made it end is still there.
            Some(1_000)
        }
        _ => wait_ms,
    }
}

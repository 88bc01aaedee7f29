//! The worker: finds the shops with due users, and drives each of them as fast as its points allow.
//!
//! Shops don't wait for each other: each is driven by a task of its own, which ends when nothing of the shop is due.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};

use super::step::{Reconciler, Step};
use crate::base::id::{ResourceId, ShopId};
use crate::work::Working;

/// How long the worker sleeps when nobody wakes it.
const POLL: Duration = Duration::from_millis(500);
/// Keys that are read from the queue at once.
const BATCH: usize = 64;
/// How long a shop rests after a round that brought nothing.
const FRUITLESS: Duration = Duration::from_millis(100);
/// How long a shop rests after the directory has failed.
const FAILED: Duration = Duration::from_secs(5);

/// A worker that was started.
#[derive(Debug)]
pub struct Worker(JoinHandle<()>);

impl Worker {
    /// Whether it has not ended.
    pub fn is_running(&self) -> bool {
        !self.0.is_finished()
    }
}

/// Starts the worker on the current runtime. It ends when the reconciler stops; none is started once it does.
pub fn start(reconciler: Arc<Reconciler>) -> Option<Worker> {
    let working = reconciler.begin_work()?;
    Some(Worker(tokio::spawn(run(reconciler, working))))
}

async fn run(reconciler: Arc<Reconciler>, working: Working) {
    let mut shops = JoinSet::new();
    let keeping = tokio::spawn({
        let (reconciler, working) = (Arc::clone(&reconciler), working.clone());
        async move { reconciler.keep_leases(working).await }
    });
    let hearing = tokio::spawn(hear(Arc::clone(&reconciler), working.clone()));
    let driven = crate::work::InFlight::default();
    while !working.is_ending() {
        for shop in reconciler.due_shops().await {
            if let Some(claim) = driven.claim(shop) {
                let (reconciler, working) = (Arc::clone(&reconciler), working.clone());
                shops.spawn(async move {
                    drive(reconciler, shop, working).await;
                    drop(claim);
                });
            }
        }
        while shops.try_join_next().is_some() {}
        tokio::select! {
            () = reconciler.wake().wait() => {}
            () = tokio::time::sleep(POLL) => {}
            () = working.ending() => {}
        }
    }
    while shops.join_next().await.is_some() {}
    let _ = tokio::join!(keeping, hearing);
}

/// Takes the users first whom other processes call for.
async fn hear(reconciler: Arc<Reconciler>, working: Working) {
    let mut calls = reconciler.calls();
    let mut steps = JoinSet::new();
    loop {
        tokio::select! {
            call = calls.recv() => {
                // A database that nobody shares has none.
                let Some(call) = call else { break };
                let reconciler = Arc::clone(&reconciler);
                steps.spawn(async move { reconciler.called_for(call).await });
            }
            () = working.ending() => break,
        }
        while steps.try_join_next().is_some() {}
    }
    while steps.join_next().await.is_some() {}
}

/// Runs a shop's due users until none is left or the worker stops.
async fn drive(reconciler: Arc<Reconciler>, shop: ShopId, working: Working) {
    while !working.is_ending() {
        if !reconciler.works_for(shop).await {
            break;
        }
        let due = reconciler.due_users(shop, BATCH).await;
        if due.is_empty() {
            break;
        }
        let round = run_round(&reconciler, shop, due, &working).await;
        if let Some(pause) = round.pause() {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = working.ending() => {}
            }
        }
    }
}

/// What a round of steps came to.
#[derive(Debug, Default)]
struct Round {
    done: usize,
    wait_ms: Option<i64>,
    failed: bool,
}

impl Round {
    fn note(&mut self, ended: Option<Result<Step, tokio::task::JoinError>>) {
        match ended {
            Some(Ok(Step::Done)) => self.done += 1,
            Some(Ok(Step::Wait { wait_ms })) => {
                self.wait_ms = Some(self.wait_ms.unwrap_or_default().max(wait_ms));
            }
            Some(Err(error)) => tracing::error!(error = %error, "a step ended abnormally"),
            Some(Ok(Step::Failed)) => self.failed = true,
            Some(Ok(Step::Busy | Step::Elsewhere)) | None => {}
        }
    }

    /// How long to wait before the next round. One that brought nothing is not repeated at once: its users are in progress elsewhere, or the directory fails.
    fn pause(&self) -> Option<Duration> {
        match self.wait_ms {
            // What can't be recorded must not be done over and over: each time costs points.
            _ if self.failed => Some(FAILED),
            Some(wait_ms) => Some(Duration::from_millis(wait_ms.unsigned_abs())),
            None if self.done == 0 => Some(FRUITLESS),
            None => None,
        }
    }
}

async fn run_round(
    reconciler: &Arc<Reconciler>,
    shop: ShopId,
    due: Vec<ResourceId>,
    working: &Working,
) -> Round {
    let mut round = Round::default();
    let mut steps: JoinSet<Step> = JoinSet::new();
    for user in due {
        while steps.len() >= reconciler.concurrency(shop).await {
            round.note(steps.join_next().await);
        }
        if round.wait_ms.is_some() || round.failed || working.is_ending() {
            break;
        }
        let reconciler = Arc::clone(reconciler);
        steps.spawn(async move { reconciler.background(shop, user).await });
    }
    while let Some(ended) = steps.join_next().await {
        round.note(Some(ended));
    }
    round
}

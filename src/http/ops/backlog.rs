//! What Shopify is still to be told, for the page that Prometheus reads.

use std::sync::{Mutex, PoisonError};

use crate::metrics::{Kind, Page};
use crate::store::{Backlog, Store};

/// How long it is not looked up again, whoever asks.
const FRESH_MS: i64 = 5_000;

/// The backlog as it was last looked up, and when.
#[derive(Debug, Default)]
pub(super) struct Backlogs(Mutex<Option<(i64, Backlog)>>);

impl Backlogs {
    /// Writes it; nothing while the directory can't tell.
    pub(super) async fn write(&self, store: &Store, now_ms: i64, page: &mut Page) {
        let Some(backlog) = self.get(store, now_ms).await else {
            return;
        };
        page.gauge(
            "syncup_pending_changes",
            "Users whose last change Shopify is still to be told, of the whole directory.",
            backlog.pending,
        );
        let waits_ms = backlog
            .oldest_ms
            .map_or(0, |changed_ms| now_ms - changed_ms);
        page.gauge(
            "syncup_oldest_pending_seconds",
            "How long the longest of them has been waiting.",
            seconds(waits_ms),
        );
        let name = "syncup_parked_users";
        page.family(
            name,
            Kind::Gauge,
            "Users whom Shopify cannot be told of, by state, of the whole directory.",
        );
        page.sample(name, "state=\"held\"", backlog.held);
        page.sample(name, "state=\"conflict\"", backlog.conflict);
        page.sample(name, "state=\"failed\"", backlog.failed);
    }

    async fn get(&self, store: &Store, now_ms: i64) -> Option<Backlog> {
        if let Some((at_ms, known)) = &*self.lock()
            && (0..FRESH_MS).contains(&(now_ms - at_ms))
        {
            return Some(known.clone());
        }
        let backlog = store.backlog().await.inspect_err(|error| {
            tracing::warn!(error = %error, "the metrics are without the backlog");
        });
        let backlog = backlog.ok()?;
        *self.lock() = Some((now_ms, backlog.clone()));
        Some(backlog)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(i64, Backlog)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn seconds(ms: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 milliseconds")]
    let seconds = ms.max(0) as f64 / 1_000.0;
    seconds
}

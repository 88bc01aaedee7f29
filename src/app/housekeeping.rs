//! Housekeeping: what the activity log need not keep, and what removed shops have left.
//!
//! It goes in small batches, with a pause after each, so that no request waits for it. Broken off anywhere, it goes on where it was.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::base::clock::Clock;
use crate::base::id::ShopId;
use crate::store::{Store, StoreError};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// How often is looked whether there is something to do.
const LOOK: Duration = Duration::from_secs(60);
/// How long the disk is left to others after a batch.
const PAUSE: Duration = Duration::from_millis(20);

/// What there is to do, and when it was last done.
#[derive(Debug)]
pub(super) struct Housekeeping {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    /// How long activity is kept; 0: for ever.
    activity_days: u32,
    trimmed_ms: Option<i64>,
}

impl Housekeeping {
    /// Nothing is done yet.
    pub(super) fn new(store: Arc<Store>, clock: Arc<dyn Clock>, activity_days: u32) -> Self {
        Self {
            store,
            clock,
            activity_days,
            trimmed_ms: None,
        }
    }

    /// Does what is to be done now: removed shops are swept, and once a day old activity is forgotten.
    pub(super) async fn run_due(&mut self) -> Result<(), StoreError> {
        sweep_removed_shops(&self.store).await?;
        let now_ms = self.clock.now_ms();
        let is_due = self
            .trimmed_ms
            .is_none_or(|trimmed_ms| now_ms - trimmed_ms >= DAY_MS);
        if is_due {
            for shop in self.store.shops().await? {
                if self.activity_days > 0 {
                    let before_ms = now_ms - i64::from(self.activity_days) * DAY_MS;
                    self.trim_activity(shop.id, before_ms).await?;
                }
                self.store.trim_departures(shop.id, now_ms - DAY_MS).await?;
            }
            self.trimmed_ms = Some(now_ms);
        }
        Ok(())
    }

    async fn trim_activity(&self, shop: ShopId, before_ms: i64) -> Result<(), StoreError> {
        while self.store.trim_activity(shop, before_ms).await? {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Goes on for as long as the bridge runs.
    pub(super) fn start(self) -> Running {
        let (stop, stopped) = watch::channel(());
        let task = tokio::spawn(keep(self, stopped));
        Running { stop, task }
    }
}

/// Removes what removed shops have left.
pub(super) async fn sweep_removed_shops(store: &Store) -> Result<(), StoreError> {
    while store.sweep_deleted_shops().await? {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

async fn keep(mut house: Housekeeping, mut stopped: watch::Receiver<()>) {
    let round = async {
        loop {
            if let Err(error) = house.run_due().await {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(error = %error, cause, "housekeeping failed and is tried again");
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    // A batch that is being written is written all the same.
    tokio::select! {
        () = round => {}
        _ = stopped.changed() => {}
    }
}

/// Housekeeping in the background.
#[derive(Debug)]
pub(super) struct Running {
    stop: watch::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    /// Ends after the batch at hand.
    pub(super) async fn stop(self) {
        drop(self.stop);
        // It has nothing to lose.
        let _ = self.task.await;
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::base::clock::ManualClock;
    use crate::directory::{Activity, ShopSettings};
    use crate::store::{ActivityFilter, Batch, Location};

    async fn note(store: &Store, shop: ShopId, at_ms: i64) {
        let mut batch = Batch::of(shop);
        let entry = Activity {
            at_ms,
            ..Activity::default()
        };
        store.note(&mut batch, shop, &entry);
        store.write(batch).await.expect("written").expect("noted");
    }

    /// After each of `hours` since an entry of hour 0, what is left of the entries of hour 0 that are made anew before it.
    async fn check(activity_days: u32, hours: &[i64], expected: &[usize]) {
        let directory = tempfile::tempdir().expect("a directory");
        let store = Arc::new(
            Store::open(&Location::Directory(directory.path().to_owned()), None)
                .await
                .expect("opened"),
        );
        let domain = "demo".parse().expect("a domain");
        let token = SecretString::from("shpat_of-the-fixture");
        store
            .add_shop(&domain, &token, &ShopSettings::default(), 0)
            .await
            .expect("written")
            .expect("added");
        let shop = store.shops().await.expect("read")[0].id;
        let clock = Arc::new(ManualClock::at(0));
        let mut house = Housekeeping::new(Arc::clone(&store), clock.clone(), activity_days);
        for (hour, expected) in hours.iter().zip(expected) {
            note(&store, shop, 0).await;
            clock.set(hour * 60 * 60 * 1_000);
            house.run_due().await.expect("done");
            let any = ActivityFilter::default();
            let left = store.activity(shop, &any, None, 100).await.expect("read");
            assert_eq!(left.entries.len(), *expected, "hour {hour}");
        }
    }

    #[tokio::test]
    async fn activity_is_forgotten_after_its_days_and_once_a_day() {
        // At the start, then not before a day has gone.
        check(2, &[1, 24, 25, 48, 49, 50, 73], &[1, 2, 3, 4, 0, 1, 0]).await;
        check(2, &[49, 50, 72, 73], &[0, 1, 2, 0]).await;
        check(0, &[1, 10_000], &[1, 2]).await;
    }
}

//! An orderly end of all work in progress.

use std::time::Duration;

use tokio::sync::watch;

/// How far the end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Work begins as it comes.
    Open,
    /// Nothing new begins; what waits for others waits no longer.
    Ending,
    /// What still waits for the outside breaks off.
    Over,
}

/// Tells all who work that the end has come, and waits for them.
#[derive(Debug)]
pub struct Stop(watch::Sender<Phase>);

/// Someone works; the end waits until it is dropped.
#[derive(Debug, Clone)]
pub struct Working(watch::Receiver<Phase>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(Phase::Open))
    }
}

impl Stop {
    /// Begins to work; `None` once the end has come.
    pub fn begin_work(&self) -> Option<Working> {
        // In this order: whoever is not seen by the end sees it.
        let working = Working(self.0.subscribe());
        (!working.is_ending()).then_some(working)
    }

    /// Lets nothing new begin and gives what is in progress so long, then `last` for breaking off. Whether everything has ended.
    pub async fn end(&self, grace: Duration, last: Duration) -> bool {
        self.0.send_replace(Phase::Ending);
        if tokio::time::timeout(grace, self.0.closed()).await.is_ok() {
            return true;
        }
        self.0.send_replace(Phase::Over);
        tokio::time::timeout(last, self.0.closed()).await.is_ok()
    }
}

impl Working {
    /// Whether nothing new should begin.
    pub fn is_ending(&self) -> bool {
        *self.0.borrow() >= Phase::Ending
    }

    /// Waits until nothing new should begin.
    pub async fn ending(&self) {
        self.reached(Phase::Ending).await;
    }

    /// Waits until what is in progress should break off.
    pub async fn over(&self) {
        self.reached(Phase::Over).await;
    }

    async fn reached(&self, phase: Phase) {
        // Without anybody left who could tell, it is over too.
        let _ = self.0.clone().wait_for(|now| *now >= phase).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Duration = Duration::ZERO;
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn without_work_the_end_is_at_once_and_nothing_begins_after_it() {
        let stop = Stop::default();
        drop(stop.begin_work().unwrap());
        assert!(stop.end(LONG, LONG).await);
        assert!(stop.begin_work().is_none());
    }

    #[tokio::test]
    async fn the_end_waits_for_who_works_and_tells_them() {
        let stop = Stop::default();
        let working = stop.begin_work().unwrap();
        assert!(!working.is_ending());
        let ends = async move {
            working.ending().await;
            assert!(working.is_ending());
        };
        assert!(tokio::join!(stop.end(LONG, NONE), ends).0);
    }

    #[tokio::test]
    async fn who_still_waits_breaks_off_when_the_grace_is_over() {
        let stop = Stop::default();
        let working = stop.begin_work().unwrap();
        let ends = async move { working.over().await };
        assert!(tokio::join!(stop.end(NONE, LONG), ends).0);
    }

    #[tokio::test]
    async fn who_does_not_listen_is_left() {
        let stop = Stop::default();
        let _working = stop.begin_work().unwrap();
        assert!(!stop.end(NONE, NONE).await);
    }
}

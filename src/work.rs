//! Background work that knows no job: which keys are in progress, what wakes the worker, and how all of it ends.
//!
//! Whether there is work is state in the store, never a message: a wake-up carries no data, and a lost one costs a poll interval.

mod stop;

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

pub use stop::{Stop, Working};

/// The keys that are being worked on in this process; equal keys never run at once.
#[derive(Debug)]
pub struct InFlight<K: Eq + Hash>(Arc<Mutex<HashSet<K>>>);

impl<K: Eq + Hash> Clone for InFlight<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Eq + Hash> Default for InFlight<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Eq + Hash + Copy> InFlight<K> {
    /// Takes `key` until the claim is dropped; `None` when it is taken already.
    pub fn claim(&self, key: K) -> Option<Claim<K>> {
        let taken = self.lock().insert(key);
        taken.then(|| Claim {
            key,
            all: self.clone(),
        })
    }

    /// How many keys are in progress.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// True when nothing is in progress.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A key in progress.
#[derive(Debug)]
pub struct Claim<K: Eq + Hash + Copy> {
    key: K,
    all: InFlight<K>,
}

impl<K: Eq + Hash + Copy> Drop for Claim<K> {
    fn drop(&mut self) {
        self.all.lock().remove(&self.key);
    }
}

/// Wakes a waiting worker. Any number of calls before it looks are one.
#[derive(Debug, Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// There may be work.
    pub fn notify(&self) {
        self.0.notify_one();
    }

    /// Waits for the next [`Wake::notify`].
    pub async fn wait(&self) {
        self.0.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_claimed_once_until_it_is_dropped() {
        let in_flight = InFlight::default();
        let claim = in_flight.claim(7);
        assert!(claim.is_some());
        assert!(in_flight.claim(7).is_none());
        assert!(in_flight.claim(8).is_some());
        drop(claim);
        assert!(in_flight.claim(7).is_some());
    }

    #[tokio::test]
    async fn a_wake_up_before_the_wait_is_not_lost() {
        let wake = Wake::default();
        wake.notify();
        wake.notify();
        wake.wait().await;
    }
}

//! How an attempt ended, and what is recorded of it. Pure.

use crate::base::backoff::Backoff;
use crate::directory::{SyncState, UserRecord};
use crate::shopify::{Error, Recovery};
use crate::store::Outcome;

/// Attempts that failed are made again after these delays.
const RETRIES: Backoff = Backoff {
    first_ms: 2_000,
    ceiling_ms: 15 * 60_000,
};
/// A shop that can't be used is asked again this often.
const UNAVAILABLE_MS: i64 = 5 * 60_000;

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Shopify is as told.
    Settled,
    /// Nothing more will be tried until the user or the shop's policies change.
    Parked { state: SyncState, reason: String },
    /// It is tried again.
    Retry {
        reason: String,
        after_ms: Option<u64>,
        /// What is in Shopify is no longer known.
        unknown: bool,
    },
    /// There are no points: nothing has changed, and nothing is recorded.
    Wait { wait_ms: u64 },
}

impl Verdict {
    /// The user can't be taken yet.
    pub(super) fn held(reason: &str) -> Self {
        Self::Parked {
            state: SyncState::Held,
            reason: reason.to_owned(),
        }
    }

    /// The user's e-mail is another customer's.
    pub(super) fn conflict(reason: &str) -> Self {
        Self::Parked {
            state: SyncState::Conflict,
            reason: reason.to_owned(),
        }
    }

    /// Of a call that failed.
    pub(super) fn of(error: &Error) -> Self {
        let reason = error.to_string();
        match error.recovery() {
            Recovery::Throttled { wait_ms } => Self::Wait { wait_ms },
            Recovery::Retry { after_ms } => Self::Retry {
                reason,
                after_ms,
                unknown: false,
            },
            Recovery::UnknownOutcome => Self::Retry {
                reason,
                after_ms: None,
                unknown: true,
            },
            Recovery::Reauthorize => Self::Retry {
                reason: "Shopify does not accept the shop's access token: set another one"
                    .to_owned(),
                after_ms: Some(UNAVAILABLE_MS.unsigned_abs()),
                unknown: false,
            },
            Recovery::ShopUnavailable => Self::Retry {
                reason,
                after_ms: Some(UNAVAILABLE_MS.unsigned_abs()),
                unknown: false,
            },
            Recovery::Reject => Self::Parked {
                state: SyncState::Failed,
                reason,
            },
        }
    }

    /// What the store keeps of it, but for the customer and the snapshot.
    pub(super) fn outcome(
        &self,
        user: &UserRecord,
        active: bool,
        now_ms: i64,
        jitter: f64,
    ) -> Outcome {
        let mut outcome = Outcome {
            seen_gen: user.sync.desired_gen,
            settled: true,
            state: if active {
                SyncState::Synced
            } else {
                SyncState::Disabled
            },
            customer: None,
            applied: None,
            last_error: None,
            synced_ms: None,
            due_ms: None,
            attempts: 0,
            at_ms: now_ms,
        };
        match self {
            Self::Settled => outcome.synced_ms = Some(now_ms),
            Self::Parked { state, reason } => {
                outcome.state = *state;
                outcome.last_error = Some(reason.clone());
            }
            Self::Retry {
                reason, after_ms, ..
            } => {
                let attempts = user.sync.attempts.saturating_add(1);
                let least_ms = after_ms.map_or(0, |ms| i64::try_from(ms).unwrap_or(i64::MAX));
                let delay_ms = RETRIES.delay_ms(attempts, jitter).max(least_ms);
                outcome.settled = false;
                outcome.state = SyncState::Pending;
                outcome.last_error = Some(reason.clone());
                outcome.attempts = attempts;
                outcome.due_ms = Some(now_ms.saturating_add(delay_ms));
            }
            Self::Wait { wait_ms } => {
                let wait_ms = i64::try_from(*wait_ms).unwrap_or(i64::MAX);
                outcome.settled = false;
                outcome.state = SyncState::Pending;
                outcome.attempts = user.sync.attempts;
                outcome.due_ms = Some(now_ms.saturating_add(wait_ms));
            }
        }
        outcome
    }
}

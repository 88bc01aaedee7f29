//! How an attempt ended, and what is recorded of it. Pure.

use crate::base::backoff::Backoff;
use crate::directory::{SyncState, UserRecord};
use crate::shopify::{CallError, Recovery, UserError};
use crate::store::Outcome;

/// Attempts that failed are made again after these delays.
const RETRIES: Backoff = Backoff {
    first_ms: 2_000,
    ceiling_ms: 15 * 60_000,
};
/// A shop that can't be used is asked again this often.
const UNAVAILABLE_MS: i64 = 5 * 60_000;
/// Attempts of a user whose e-mail another user has: they last about a day.
const BLOCKED_ATTEMPTS: u32 = 100;

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
        after_ms: Option<i64>,
        /// What is in Shopify is no longer known.
        unknown: bool,
    },
    /// Another user of the directory has the e-mail: that user may lose it any time, and nobody would tell.
    Blocked { reason: String },
    /// There are no points: nothing has changed, and nothing is recorded.
    Wait { wait_ms: i64 },
}

impl Verdict {
    /// Of a call that failed.
    pub(super) fn of(error: &CallError) -> Self {
        let retry = |reason: String, after_ms: Option<i64>, unknown: bool| Self::Retry {
            reason,
            after_ms,
            unknown,
        };
        let reason = format!("{error}: {}", error.cause);
        match error.recovery() {
            Recovery::Throttled { wait_ms } => Self::Wait { wait_ms },
            Recovery::Retry { after_ms } => retry(reason, after_ms, false),
            Recovery::UnknownOutcome => retry(reason, None, true),
            Recovery::Reauthorize => {
                let reason = "Shopify does not accept the shop's access token: set another one";
                retry(reason.to_owned(), Some(UNAVAILABLE_MS), false)
            }
            Recovery::ShopUnavailable(why) => {
                retry(why.advice().to_owned(), Some(UNAVAILABLE_MS), false)
            }
            Recovery::Reject(errors) => Self::failed(&quoted(&errors)),
        }
    }

    /// Shopify's answers don't fit together: look again before writing.
    pub(super) fn contradiction(reason: &str) -> Self {
        Self::Retry {
            reason: reason.to_owned(),
            after_ms: None,
            unknown: true,
        }
    }

    /// The bridge stopped while Shopify was asked: what was sent may have arrived.
    pub(super) fn broken_off() -> Self {
        Self::contradiction("the bridge was stopped before Shopify answered")
    }

    pub(super) fn blocked() -> Self {
        Self::Blocked {
            reason: "another user of the directory has the same e-mail".to_owned(),
        }
    }

    pub(super) fn held(reason: &str) -> Self {
        Self::parked(SyncState::Held, reason)
    }

    pub(super) fn conflict(reason: &str) -> Self {
        Self::parked(SyncState::Conflict, reason)
    }

    pub(super) fn failed(reason: &str) -> Self {
        Self::parked(SyncState::Failed, reason)
    }

    fn parked(state: SyncState, reason: &str) -> Self {
        Self::Parked {
            state,
            reason: reason.to_owned(),
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
                let least_ms = after_ms.unwrap_or_default();
                let delay_ms = RETRIES.delay_ms(attempts, jitter).max(least_ms);
                outcome.settled = false;
                outcome.state = SyncState::Pending;
                outcome.last_error = Some(reason.clone());
                outcome.attempts = attempts;
                outcome.due_ms = Some(now_ms.saturating_add(delay_ms));
            }
            Self::Blocked { reason } => {
                let attempts = user.sync.attempts.saturating_add(1);
                outcome.state = SyncState::Conflict;
                outcome.last_error = Some(reason.clone());
                if attempts < BLOCKED_ATTEMPTS {
                    let delay_ms = RETRIES.delay_ms(attempts, jitter);
                    outcome.settled = false;
                    outcome.attempts = attempts;
                    outcome.due_ms = Some(now_ms.saturating_add(delay_ms));
                }
            }
            Self::Wait { wait_ms } => {
                outcome.settled = false;
                outcome.state = SyncState::Pending;
                outcome.attempts = user.sync.attempts;
                outcome.due_ms = Some(now_ms.saturating_add(*wait_ms));
            }
        }
        outcome
    }
}

/// What Shopify said, with the inputs that it said it of.
fn quoted(errors: &[UserError]) -> String {
    let quoted = errors.iter().map(|error| match error.field.join(".") {
        field if field.is_empty() => error.message.clone(),
        field => format!("{field}: {}", error.message),
    });
    quoted.collect::<Vec<_>>().join("; ")
}

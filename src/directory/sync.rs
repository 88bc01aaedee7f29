//! How far a user has come on its way to Shopify.

use std::str::FromStr;

use crate::base::id::CustomerGid;

/// The state that the SCIM extension shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SyncState {
    /// Stored, on its way.
    #[default]
    Pending,
    /// Shopify is as told.
    Synced,
    /// Shopify can't take it yet.
    Held,
    /// Another customer owns the e-mail.
    Conflict,
    /// Shopify refused.
    Failed,
    /// The customer is marked as disabled.
    Disabled,
}

impl SyncState {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Synced,
        Self::Held,
        Self::Conflict,
        Self::Failed,
        Self::Disabled,
    ];

    /// The state's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Synced => "synced",
            Self::Held => "held",
            Self::Conflict => "conflict",
            Self::Failed => "failed",
            Self::Disabled => "disabled",
        }
    }
}

/// A text that names no state.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a sync state")]
pub struct ParseSyncStateError;

impl FromStr for SyncState {
    type Err = ParseSyncStateError;

    fn from_str(text: &str) -> Result<Self, ParseSyncStateError> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(ParseSyncStateError)
    }
}

/// A user's way to Shopify.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sync {
    /// The customer, once there is one.
    pub customer: Option<CustomerGid>,
    /// Counts the changes that Shopify must see.
    pub desired_gen: i64,
    /// The last of them that it has seen, or that was parked.
    pub applied_gen: i64,
    /// The state.
    pub state: SyncState,
    /// Why it is not further; never a value of the user's.
    pub last_error: Option<String>,
    /// When Shopify was last as told.
    pub last_synced_ms: Option<i64>,
    /// When the next step is due; `None`: nothing to do.
    pub due_ms: Option<i64>,
    /// Steps that failed in a row.
    pub attempts: u32,
}

impl Sync {
    /// Whether there is something that Shopify has not seen.
    pub fn is_dirty(&self) -> bool {
        self.desired_gen > self.applied_gen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_by_its_name() {
        for state in SyncState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert_eq!("lost".parse::<SyncState>(), Err(ParseSyncStateError));
    }
}

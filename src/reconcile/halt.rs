//! Why an attempt can't go on.

use super::verdict::Verdict;
use crate::shopify::CallError;
use crate::store::StoreError;

/// A verdict is reached, or the directory failed.
pub(super) enum Halt {
    Verdict(Verdict),
    Store(StoreError),
}

/// A part of an attempt.
pub(super) type Progress<T> = Result<T, Halt>;

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Verdict> for Halt {
    fn from(verdict: Verdict) -> Self {
        Self::Verdict(verdict)
    }
}

impl From<&CallError> for Halt {
    fn from(error: &CallError) -> Self {
        Self::Verdict(Verdict::of(error))
    }
}

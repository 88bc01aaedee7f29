//! A shop's customers: what they hold, what may be written, how they are found.

pub(super) mod addresses;
pub(super) mod attributes;
pub(super) mod consents;
pub(super) mod find;
pub(super) mod id;
pub(super) mod listing;
pub(super) mod merge;
pub(super) mod normalise;
pub(super) mod places;
pub(super) mod record;
pub(super) mod search;
pub(super) mod set;
pub(super) mod tags;
pub(super) mod view;
pub(super) mod write;

pub use id::CustomerId;
pub use record::{Address, Consent, Customer};

//! Values that Shopify refused: remembered, and sent again only when they change.

use serde::{Deserialize, Serialize};

use crate::shopify::model::Address;
use crate::shopify::opaque_debug;

/// What Shopify refused of a user, each with the reason for an administrator.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Refused {
    pub(super) phone: Option<(String, String)>,
    pub(super) address: Option<(Address, String)>,
    pub(super) locale: Option<(String, String)>,
}

opaque_debug!(Refused);

//! Customer numbers and their global ids.

use std::fmt;

use serde::{Serialize, Serializer};

/// A customer's number; prints as `gid://shopify/Customer/NUMBER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CustomerId(pub u64);

impl CustomerId {
    const PREFIX: &str = "gid://shopify/Customer/";

    /// The id in a global id, if it is a customer's.
    pub fn parse(gid: &str) -> Option<Self> {
        gid.strip_prefix(Self::PREFIX)?.parse().ok().map(Self)
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::PREFIX, self.0)
    }
}

impl Serialize for CustomerId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

//! Answers that say what they cost.

use crate::shopify::{Created, Receipt};

/// What comes with a receipt.
pub(super) trait Charged {
    fn receipt(&self) -> &Receipt;
}

impl Charged for Receipt {
    fn receipt(&self) -> &Receipt {
        self
    }
}

impl Charged for Created {
    fn receipt(&self) -> &Receipt {
        &self.receipt
    }
}

impl<T> Charged for (T, Receipt) {
    fn receipt(&self) -> &Receipt {
        &self.1
    }
}

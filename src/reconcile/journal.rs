//! What an attempt did, for the activity log.

use crate::shopify::Receipt;

/// The operations of an attempt. Names of attributes, never values.
#[derive(Debug, Default)]
pub(super) struct Journal {
    operations: Vec<&'static str>,
    changed: Vec<String>,
    cost_points: f64,
}

impl Journal {
    /// Shopify ran an operation.
    pub(super) fn ran(&mut self, receipt: &Receipt) {
        self.operations.push(receipt.operation);
        self.charged(receipt);
    }

    /// Shopify answered, whether or not it did what was asked.
    pub(super) fn charged(&mut self, receipt: &Receipt) {
        self.cost_points += receipt.cost_points;
    }

    /// Something that is no operation of Shopify's.
    pub(super) fn decided(&mut self, what: &'static str) {
        self.operations.push(what);
    }

    /// These parts of the customer were written.
    pub(super) fn changed(&mut self, names: Vec<&str>) {
        self.changed.extend(names.into_iter().map(str::to_owned));
    }

    /// Whether Shopify was asked for nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The operations, in order: `CustomerByIdentifier+CustomerUpdate`.
    pub(super) fn operations(&self) -> String {
        self.operations.join("+")
    }

    /// The parts that were written: `firstName,scim_title`.
    pub(super) fn changes(&self) -> String {
        self.changed.join(",")
    }

    /// What was charged.
    pub(super) fn cost_points(&self) -> f64 {
        self.cost_points
    }
}

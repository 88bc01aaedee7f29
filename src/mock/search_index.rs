//! What searches see: the customers as they were a while ago.

use std::collections::{BTreeMap, VecDeque};

use super::customers::{Customer, CustomerId};

/// A delayed view of the customers.
#[derive(Debug, Default)]
pub struct SearchIndex {
    view: BTreeMap<CustomerId, Customer>,
    pending: VecDeque<Change>,
}

#[derive(Debug)]
struct Change {
    due_ms: i64,
    id: CustomerId,
    /// None when the customer is gone.
    customer: Option<Box<Customer>>,
}

impl SearchIndex {
    /// Notes a change that searches see after the lag; None is a customer that is gone.
    pub fn change(
        &mut self,
        id: CustomerId,
        customer: Option<&Customer>,
        now_ms: i64,
        lag_ms: i64,
    ) {
        self.settle(now_ms);
        self.pending.push_back(Change {
            due_ms: now_ms + lag_ms,
            id,
            customer: customer.cloned().map(Box::new),
        });
    }

    /// The customers as a search at `now_ms` sees them.
    pub fn at(&mut self, now_ms: i64) -> impl Iterator<Item = &Customer> {
        self.settle(now_ms);
        self.view.values()
    }

    fn settle(&mut self, now_ms: i64) {
        while let Some(change) = self.pending.pop_front_if(|change| change.due_ms <= now_ms) {
            match change.customer {
                Some(customer) => self.view.insert(change.id, *customer),
                None => self.view.remove(&change.id),
            };
        }
    }
}

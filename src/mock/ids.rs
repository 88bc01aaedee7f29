//! Deterministic numbers for what a shop creates.

/// The next number of each kind.
#[derive(Debug, Clone)]
pub struct Ids {
    customer: u64,
    address: u64,
    metafield: u64,
    definition: u64,
    job: u64,
    bulk_operation: u64,
    upload: u64,
}

impl Default for Ids {
    fn default() -> Self {
        // As long as real ones, and different in kind, so that a mixed-up id is noticed.
        Self {
            customer: 7_000_000_000_000,
            address: 8_000_000_000_000,
            metafield: 30_000_000_000_000,
            definition: 200_000_000_000,
            job: 0,
            bulk_operation: 7_700_000_000_000,
            upload: 0,
        }
    }
}

impl Ids {
    /// A new customer's number.
    pub fn customer(&mut self) -> u64 {
        next(&mut self.customer)
    }

    /// A new address's number.
    pub fn address(&mut self) -> u64 {
        next(&mut self.address)
    }

    /// A new metafield's number.
    pub fn metafield(&mut self) -> u64 {
        next(&mut self.metafield)
    }

    /// A new metafield definition's number.
    pub fn definition(&mut self) -> u64 {
        next(&mut self.definition)
    }

    /// A new bulk operation's number.
    pub fn bulk_operation(&mut self) -> u64 {
        next(&mut self.bulk_operation)
    }

    /// A new upload's id.
    pub fn upload(&mut self) -> String {
        let number = next(&mut self.upload);
        format!("00000000-0000-4000-8000-{number:012x}")
    }

    /// A new job's global id.
    pub fn job_gid(&mut self) -> String {
        let number = next(&mut self.job);
        format!("gid://shopify/Job/00000000-0000-4000-8000-{number:012x}")
    }
}

fn next(counter: &mut u64) -> u64 {
    *counter += 1;
    *counter
}

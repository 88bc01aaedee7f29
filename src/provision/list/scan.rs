//! Every resource is looked at, for as long as the budget lasts. What is kept meanwhile is the page, or for a sort a key of each match.

use std::time::Instant;

use super::Found;
use super::listing::Listing;
use crate::base::id::ResourceId;
use crate::provision::record::Record;
use crate::provision::{Failure, Provision};
use crate::reconcile::Shop;
use crate::scim::error::ScimError;
use crate::scim::schema::ResourceType;
use crate::scim::sort::SortKey;

/// Resources that are read at once.
const CHUNK: usize = 500;

impl Provision {
    pub(super) async fn scan(
        &self,
        shop: &Shop,
        listing: &Listing,
        end: Instant,
    ) -> Result<Found, Failure> {
        if listing.query.sort_by.is_some() {
            self.scan_sorted(shop, listing, end).await
        } else {
            self.scan_in_order(shop, listing, end).await
        }
    }

    async fn scan_in_order(
        &self,
        shop: &Shop,
        listing: &Listing,
        end: Instant,
    ) -> Result<Found, Failure> {
        let window = listing.window();
        let (mut total, mut records) = (0, Vec::new());
        self.look_through(shop, listing, end, |_, record| {
            if window.contains(&total) {
                records.push(record);
            }
            total += 1;
        })
        .await?;
        Ok(Found {
            total,
            records,
            next: listing.next(total),
        })
    }

    async fn scan_sorted(
        &self,
        shop: &Shop,
        listing: &Listing,
        end: Instant,
    ) -> Result<Found, Failure> {
        let mut matching: Vec<(SortKey, ResourceType, ResourceId)> = Vec::new();
        self.look_through(shop, listing, end, |key, record| {
            matching.push((key, record.resource_type(), record.id()));
        })
        .await?;
        // Stable: what is equal stays in the order of creation.
        matching.sort_by(|(left, ..), (right, ..)| listing.compare(left, right));
        let window = listing.window();
        let mut records = Vec::new();
        for (_, resource_type, id) in matching.iter().skip(window.start).take(window.len()) {
            records.extend(self.record(shop, *resource_type, *id).await?);
        }
        Ok(Found {
            total: matching.len(),
            records,
            next: listing.next(matching.len()),
        })
    }

    /// Gives each match, with the key to sort it by, to `keep`.
    async fn look_through(
        &self,
        shop: &Shop,
        listing: &Listing,
        end: Instant,
        mut keep: impl FnMut(SortKey, Record),
    ) -> Result<(), Failure> {
        for kind in &listing.kinds {
            let mut after = 0;
            loop {
                let chunk = self
                    .records_after(shop, kind.resource_type, after, CHUNK)
                    .await?;
                let Some(last) = chunk.last() else { break };
                after = last.seq();
                for record in chunk {
                    if let Some(key) = self.judge(shop, listing, kind, &record).await? {
                        keep(key, record);
                    }
                    if Instant::now() >= end {
                        return Err(self.too_many().into());
                    }
                }
            }
        }
        Ok(())
    }

    /// RFC 7644 §3.4.2: a provider may refuse what it would have to search too long for.
    pub(super) fn too_many(&self) -> ScimError {
        ScimError::too_many(format!(
            "the query takes longer than {} ms, since it looks at every resource: narrow the filter, with eq on id, userName, externalId, emails.value, displayName of a group or members.value",
            self.config.query_budget_ms
        ))
    }
}

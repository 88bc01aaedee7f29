//! All resources, in the order of creation: a page costs its own size, wherever it is.

use super::Found;
use super::listing::Listing;
use super::position::Position;
use crate::provision::record::Record;
use crate::provision::{Failure, Provision};
use crate::reconcile::Shop;
use crate::scim::query::Paging;
use crate::scim::schema::ResourceType;
use crate::store::StoreError;

impl Provision {
    pub(super) async fn everything(
        &self,
        shop: &Shop,
        listing: &Listing,
    ) -> Result<Found, Failure> {
        // Never a COUNT: counters are kept with every change.
        let (users, groups) = self.store.resource_counts(shop.id()).await?;
        let counts: Vec<usize> = listing
            .kinds
            .iter()
            .map(|kind| match kind.resource_type {
                ResourceType::User => users,
                ResourceType::Group => groups,
            })
            .map(|count| usize::try_from(count).unwrap_or_default())
            .collect();
        let (records, next) = match listing.query.paging {
            Paging::Index { .. } => (self.counted(shop, listing, &counts).await?, None),
            Paging::Cursor(_) => self.following(shop, listing).await?,
        };
        Ok(Found {
            total: counts.iter().sum(),
            records,
            next,
        })
    }

    /// The page at a number, the resource types one behind the other.
    async fn counted(
        &self,
        shop: &Shop,
        listing: &Listing,
        counts: &[usize],
    ) -> Result<Vec<Record>, StoreError> {
        let mut skipped = listing.window().start;
        let mut records = Vec::new();
        for (kind, count) in listing.kinds.iter().zip(counts) {
            let wanted = listing.size() - records.len();
            if wanted > 0 && skipped < *count {
                let start = skipped + 1;
                records.extend(
                    self.records_from(shop, kind.resource_type, start, wanted)
                        .await?,
                );
            }
            skipped = skipped.saturating_sub(*count);
        }
        Ok(records)
    }

    /// The page at a cursor, and the next cursor.
    async fn following(
        &self,
        shop: &Shop,
        listing: &Listing,
    ) -> Result<(Vec<Record>, Option<String>), StoreError> {
        let size = listing.size();
        let mut position = listing.position;
        let mut records: Vec<Record> = Vec::new();
        for (index, kind) in (0..).zip(&listing.kinds) {
            if index < listing.position.kind {
                continue;
            }
            if index > position.kind {
                position = Position {
                    kind: index,
                    after: 0,
                };
            }
            // One more than wanted tells whether a page follows.
            let wanted = size + 1 - records.len();
            for record in self
                .records_after(shop, kind.resource_type, position.after, wanted)
                .await?
            {
                if records.len() == size {
                    return Ok((records, Some(listing.cursors.encode(position))));
                }
                position.after = record.seq();
                records.push(record);
            }
        }
        Ok((records, None))
    }
}

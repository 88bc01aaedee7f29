//! What an index finds is looked at one by one: it may match no more than that.

use super::Found;
use super::listing::{Kind, Listing};
use crate::base::id::ResourceId;
use crate::provision::read::parsed_id;
use crate::provision::record::{Record, records};
use crate::provision::{Failure, Provision};
use crate::reconcile::Shop;
use crate::scim::filter::IndexLookup;
use crate::scim::schema::ResourceType;
use crate::scim::sort::SortKey;
use crate::store::StoreError;

impl Provision {
    pub(super) async fn looked_up(
        &self,
        shop: &Shop,
        listing: &Listing,
        lookup: &IndexLookup,
    ) -> Result<Found, Failure> {
        let mut matching = Vec::new();
        for kind in &listing.kinds {
            let mut candidates = self.candidates(shop, kind.resource_type, lookup).await?;
            // An index has an order of its own.
            candidates.sort_by_key(Record::seq);
            for record in candidates {
                if let Some(key) = self.judge(shop, listing, kind, &record).await? {
                    matching.push((key, record));
                }
            }
        }
        // Stable: what is equal stays in the order of creation.
        matching.sort_by(|(left, _), (right, _)| listing.compare(left, right));
        let window = listing.window();
        Ok(Found {
            total: matching.len(),
            next: listing.next(matching.len()),
            records: matching
                .into_iter()
                .map(|(_, record)| record)
                .skip(window.start)
                .take(window.len())
                .collect(),
        })
    }

    /// The key to sort a resource by, when it matches.
    pub(super) async fn judge(
        &self,
        shop: &Shop,
        listing: &Listing,
        kind: &Kind,
        record: &Record,
    ) -> Result<Option<SortKey>, StoreError> {
        if listing.is_decided_by_index() && kind.sort.is_none() {
            return Ok(Some(SortKey::Absent));
        }
        let resource = self.resource(shop, record, listing.looks_at(kind)).await?;
        let filter = listing.filter.as_ref();
        if filter.is_some_and(|filter| !filter.matches(&resource)) {
            return Ok(None);
        }
        let sort = kind.sort.as_ref();
        Ok(Some(
            sort.map_or(SortKey::Absent, |sort| sort.key(&resource)),
        ))
    }

    async fn candidates(
        &self,
        shop: &Shop,
        resource_type: ResourceType,
        lookup: &IndexLookup,
    ) -> Result<Vec<Record>, StoreError> {
        let (store, id, key) = (&self.store, shop.id(), &shop.key);
        Ok(match (resource_type, lookup) {
            (_, IndexLookup::Id(text)) => match parsed_id(text) {
                Some(found) => records(self.record(shop, resource_type, found).await?),
                None => Vec::new(),
            },
            (ResourceType::User, IndexLookup::UserName(name)) => {
                records(store.user_by_user_name(id, key, name).await?)
            }
            (ResourceType::User, IndexLookup::ExternalId(value)) => {
                records(store.users_by_external_id(id, key, value).await?)
            }
            (ResourceType::User, IndexLookup::Email(email)) => {
                records(store.users_by_email(id, key, email).await?)
            }
            (ResourceType::User, IndexLookup::Group(text)) => match parsed_id(text) {
                Some(group) => self.users_in(shop, group).await?,
                None => Vec::new(),
            },
            (ResourceType::Group, IndexLookup::DisplayName(name)) => {
                records(store.group_by_display_name(id, key, name).await?)
            }
            (ResourceType::Group, IndexLookup::ExternalId(value)) => {
                records(store.groups_by_external_id(id, key, value).await?)
            }
            (ResourceType::Group, IndexLookup::Member(text)) => match parsed_id(text) {
                Some(user) => records(store.groups_of_user(id, key, user).await?),
                None => Vec::new(),
            },
            // The type lacks the attribute.
            (ResourceType::User, IndexLookup::DisplayName(_) | IndexLookup::Member(_))
            | (
                ResourceType::Group,
                IndexLookup::UserName(_) | IndexLookup::Email(_) | IndexLookup::Group(_),
            ) => Vec::new(),
        })
    }

    async fn users_in(&self, shop: &Shop, group: ResourceId) -> Result<Vec<Record>, StoreError> {
        let mut users = Vec::new();
        for member in self.store.members(shop.id(), group).await? {
            users.extend(self.record(shop, ResourceType::User, member).await?);
        }
        users.sort_by_key(Record::seq);
        Ok(users)
    }
}

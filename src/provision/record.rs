//! A user or a group, where it makes no difference which.

use super::Provision;
use crate::base::id::ResourceId;
use crate::directory::{GroupRecord, UserRecord};
use crate::reconcile::Shop;
use crate::scim::schema::ResourceType;
use crate::store::StoreError;

/// A resource as the store has it.
pub(super) enum Record {
    User(UserRecord),
    Group(GroupRecord),
}

impl From<UserRecord> for Record {
    fn from(user: UserRecord) -> Self {
        Self::User(user)
    }
}

impl From<GroupRecord> for Record {
    fn from(group: GroupRecord) -> Self {
        Self::Group(group)
    }
}

/// Records from what the store gives: one, some or none.
pub(super) fn records<T: Into<Record>>(found: impl IntoIterator<Item = T>) -> Vec<Record> {
    found.into_iter().map(Into::into).collect()
}

impl Record {
    pub(super) fn resource_type(&self) -> ResourceType {
        match self {
            Self::User(_) => ResourceType::User,
            Self::Group(_) => ResourceType::Group,
        }
    }

    pub(super) fn id(&self) -> ResourceId {
        match self {
            Self::User(user) => user.id,
            Self::Group(group) => group.id,
        }
    }

    pub(super) fn seq(&self) -> i64 {
        match self {
            Self::User(user) => user.seq,
            Self::Group(group) => group.seq,
        }
    }

    pub(super) fn version(&self) -> i64 {
        match self {
            Self::User(user) => user.version,
            Self::Group(group) => group.version,
        }
    }

    /// When it was created and last changed.
    pub(super) fn times_ms(&self) -> (i64, i64) {
        match self {
            Self::User(user) => (user.created_ms, user.modified_ms),
            Self::Group(group) => (group.created_ms, group.modified_ms),
        }
    }

    pub(super) fn document(&self) -> &str {
        match self {
            Self::User(user) => &user.document,
            Self::Group(group) => &group.document,
        }
    }
}

impl Provision {
    pub(super) async fn record(
        &self,
        shop: &Shop,
        resource_type: ResourceType,
        id: ResourceId,
    ) -> Result<Option<Record>, StoreError> {
        Ok(match resource_type {
            ResourceType::User => self
                .store
                .user(shop.id(), &shop.key, id)
                .await?
                .map(Record::User),
            ResourceType::Group => self
                .store
                .group(shop.id(), &shop.key, id)
                .await?
                .map(Record::Group),
        })
    }

    /// The resources from the `start`-th (from 1) on.
    pub(super) async fn records_from(
        &self,
        shop: &Shop,
        resource_type: ResourceType,
        start: usize,
        count: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let (id, key) = (shop.id(), &shop.key);
        let (start, count) = (number(start), number(count));
        Ok(match resource_type {
            ResourceType::User => records(self.store.users_page(id, key, start, count).await?),
            ResourceType::Group => records(self.store.groups_page(id, key, start, count).await?),
        })
    }

    /// The resources after a key.
    pub(super) async fn records_after(
        &self,
        shop: &Shop,
        resource_type: ResourceType,
        seq: i64,
        count: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let (id, key) = (shop.id(), &shop.key);
        let count = number(count);
        Ok(match resource_type {
            ResourceType::User => records(self.store.users_after(id, key, seq, count).await?),
            ResourceType::Group => records(self.store.groups_after(id, key, seq, count).await?),
        })
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

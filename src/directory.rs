//! The domain: shops, users, groups, and how far each user has come on its way to Shopify. Pure.

mod activity;
mod shop;
mod sync;

pub use activity::Activity;
pub use shop::{Adoption, DeletePolicy, DialectName, DisabledMarks, ShopRecord, ShopSettings};
pub use sync::{Sync, SyncState};

use crate::base::id::ResourceId;

/// A user as the store has it.
#[derive(Debug, Clone, PartialEq)]
pub struct UserRecord {
    /// The SCIM id.
    pub id: ResourceId,
    /// The order of creation within the shop; paging goes by it.
    pub seq: i64,
    /// Counts the changes of the resource with its memberships; the ETag.
    pub version: i64,
    /// When it was created.
    pub created_ms: i64,
    /// When the version last moved.
    pub modified_ms: i64,
    /// Whether the provider has deleted it; only reconciling sees such users.
    pub deleted: bool,
    /// How many groups it is in.
    pub group_count: i64,
    /// Whether it leaves among so many that someone must say first that it is meant.
    pub guarded: bool,
    /// The resource as JSON text, without what is derived.
    pub document: String,
    /// How far it has come.
    pub sync: Sync,
}

/// A group as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRecord {
    /// The SCIM id.
    pub id: ResourceId,
    /// The order of creation within the shop.
    pub seq: i64,
    /// Counts the changes of the resource with its members.
    pub version: i64,
    /// When it was created.
    pub created_ms: i64,
    /// When the version last moved.
    pub modified_ms: i64,
    /// The resource as JSON text, without its members.
    pub document: String,
}

/// A bearer token's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// Finds and names the token.
    pub prefix: String,
    /// The shop it picks.
    pub shop: crate::base::id::ShopId,
    /// What it is for, in the operator's words.
    pub name: String,
    /// The SHA-256 of the token.
    pub hash: crate::base::token::TokenHash,
    /// When it was made.
    pub created_ms: i64,
    /// When it ends.
    pub expires_ms: Option<i64>,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
    /// When it was last used, to the minute.
    pub last_used_ms: Option<i64>,
}

impl TokenRecord {
    /// Whether it authenticates at `now_ms`.
    pub fn is_live(&self, now_ms: i64) -> bool {
        self.revoked_ms.is_none() && self.expires_ms.is_none_or(|end_ms| now_ms < end_ms)
    }
}

//! Pages in the order of creation: by `startIndex` through anchors, and by key for cursors.
//!
//! An anchor says that the n-th resource of a shop has the key s. Pages start from the nearest anchor below, so that none needs a deep OFFSET; anchors are
//! learned a stride at a time, and forgotten above a deletion, which moves all that follows.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use super::value::{int, shop as shop_value};
use super::{Store, StoreError, groups, users};
use crate::base::id::ShopId;
use crate::base::seal::ShopKey;
use crate::directory::{GroupRecord, UserRecord};

/// Resources between anchors, over which a page may have to step; few in tests, so that small shops have many anchors.
const STRIDE: i64 = if cfg!(test) { 7 } else { 100 };

/// What is paged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Users,
    Groups,
}

/// Anchors that a deletion makes wrong.
#[derive(Debug, Clone)]
pub(super) struct Forget {
    pub(super) shop: ShopId,
    pub(super) kind: Kind,
    pub(super) from_seq: i64,
}

#[derive(Debug, Default)]
struct Learned {
    /// Ordinal, from 1, to key.
    anchors: BTreeMap<i64, i64>,
    /// Counts the times that anchors were forgotten: what was learned before must not be noted after.
    epoch: u64,
    /// The shop's deletions when the anchors were learned, where other processes delete, too.
    removals: i64,
}

/// The anchors of all shops.
#[derive(Debug, Default)]
pub(super) struct Anchors(Mutex<HashMap<(ShopId, Kind), Learned>>);

impl Anchors {
    /// The nearest anchor at or below `ordinal`, and the epoch.
    fn below(&self, shop: ShopId, kind: Kind, ordinal: i64) -> (i64, i64, u64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let learned = all.entry((shop, kind)).or_default();
        let (at, seq) = learned
            .anchors
            .range(..=ordinal)
            .next_back()
            .map_or((1, 0), |(at, seq)| (*at, *seq));
        (at, seq, learned.epoch)
    }

    /// What was learned before these deletions is wrong.
    fn learned_at(&self, shop: ShopId, kind: Kind, removals: i64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let learned = all.entry((shop, kind)).or_default();
        if learned.removals != removals {
            learned.removals = removals;
            learned.epoch += 1;
            learned.anchors.clear();
        }
    }

    fn note(&self, shop: ShopId, kind: Kind, ordinal: i64, seq: i64, epoch: u64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let learned = all.entry((shop, kind)).or_default();
        if learned.epoch == epoch {
            learned.anchors.insert(ordinal, seq);
        }
    }

    pub(super) fn forget(&self, wrong: &[Forget]) {
        if wrong.is_empty() {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for pages in wrong {
            let learned = all.entry((pages.shop, pages.kind)).or_default();
            learned.epoch += 1;
            learned.anchors.retain(|_, seq| *seq < pages.from_seq);
        }
    }
}

impl Store {
    /// The users from the `start`-th (from 1) on, at most `count`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn users_page(
        &self,
        shop: ShopId,
        key: &ShopKey,
        start: i64,
        count: i64,
    ) -> Result<Vec<UserRecord>, StoreError> {
        let (seq, offset) = self.seek(shop, Kind::Users, start).await?;
        self.some_users(
            key,
            users::select!("WHERE shop_id = ?1 AND deleted_ms IS NULL AND seq >= ?2 ORDER BY seq LIMIT ?3 OFFSET ?4"),
            &[shop_value(shop), int(seq), int(count.max(0)), int(offset)],
        ).await
    }

    /// The users after a key, at most `count`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn users_after(
        &self,
        shop: ShopId,
        key: &ShopKey,
        seq: i64,
        count: i64,
    ) -> Result<Vec<UserRecord>, StoreError> {
        self.some_users(
            key,
            users::select!(
                "WHERE shop_id = ?1 AND deleted_ms IS NULL AND seq > ?2 ORDER BY seq LIMIT ?3"
            ),
            &[shop_value(shop), int(seq), int(count.max(0))],
        )
        .await
    }

    /// The groups from the `start`-th (from 1) on, at most `count`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn groups_page(
        &self,
        shop: ShopId,
        key: &ShopKey,
        start: i64,
        count: i64,
    ) -> Result<Vec<GroupRecord>, StoreError> {
        let (seq, offset) = self.seek(shop, Kind::Groups, start).await?;
        self.some_groups(
            key,
            groups::select!("WHERE shop_id = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3 OFFSET ?4"),
            &[shop_value(shop), int(seq), int(count.max(0)), int(offset)],
        )
        .await
    }

    /// The groups after a key, at most `count`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn groups_after(
        &self,
        shop: ShopId,
        key: &ShopKey,
        seq: i64,
        count: i64,
    ) -> Result<Vec<GroupRecord>, StoreError> {
        self.some_groups(
            key,
            groups::select!("WHERE shop_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"),
            &[shop_value(shop), int(seq), int(count.max(0))],
        )
        .await
    }

    /// How many users and groups of a shop were deleted, whoever did it.
    async fn removals(&self, shop: ShopId) -> Result<i64, StoreError> {
        let sql = "SELECT removals FROM shops WHERE shop_id = ?1";
        let values = [shop_value(shop)];
        let removals = self
            .database
            .query_one("find a page", sql, &values, |row| row.int(0))
            .await?;
        Ok(removals.unwrap_or_default())
    }

    /// A key and an offset from it, less than a stride, at which the `start`-th resource is.
    async fn seek(&self, shop: ShopId, kind: Kind, start: i64) -> Result<(i64, i64), StoreError> {
        let sql = match kind {
            Kind::Users => {
                "SELECT seq FROM users WHERE shop_id = ?1 AND deleted_ms IS NULL AND seq >= ?2 ORDER BY seq LIMIT 1 OFFSET ?3"
            }
            Kind::Groups => {
                "SELECT seq FROM groups WHERE shop_id = ?1 AND seq >= ?2 ORDER BY seq LIMIT 1 OFFSET ?3"
            }
        };
        let start = start.max(1);
        if start > STRIDE && self.is_shared() {
            self.anchors
                .learned_at(shop, kind, self.removals(shop).await?);
        }
        let (mut at, mut seq, epoch) = self.anchors.below(shop, kind, start);
        while start - at >= STRIDE {
            let next = self
                .database
                .query_one(
                    "find a page",
                    sql,
                    &[shop_value(shop), int(seq), int(STRIDE)],
                    |row| row.int(0),
                )
                .await?;
            let Some(next) = next else { break };
            at += STRIDE;
            seq = next;
            self.anchors.note(shop, kind, at, seq, epoch);
        }
        Ok((seq, start - at))
    }
}

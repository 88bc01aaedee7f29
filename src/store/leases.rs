//! Which of the processes on one database works for a shop: one at a time, and another when that one is gone.
//!
//! A process says every few seconds that it is alive. A lease is good for as long as its owner is; nobody renews it shop by shop. Times are those of the
//! database's clock. Only a database that processes share has leases: one in files is used by one process, which a lock on a file makes sure of.

use super::value::{id as id_value, int, shop as shop_value};
use super::{Batch, GuardFailure, Store, StoreError};
use crate::base::id::{ResourceId, ShopId};

/// A process that works for shops.
pub type ReplicaId = ResourceId;

/// That a process works for a shop. Its epoch is never given again: it tells a late writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Whose work it is.
    pub owner: ReplicaId,
    /// Which of the shop's leases it is.
    pub epoch: i64,
}

/// A process is alive, by its id at ?1.
macro_rules! is_alive {
    ($owner:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM replicas, server_clock WHERE replicas.owner = ",
            $owner,
            " AND until_ms > now_ms)"
        )
    };
}

impl Store {
    /// Whether other processes may work on the same directory.
    pub fn is_shared(&self) -> bool {
        self.database.is_shared()
    }

    /// Whether a process works on the directory that shares it with others. Of files, it is the lock that says so.
    pub(super) async fn is_worked_on(&self) -> Result<bool, StoreError> {
        if !self.is_shared() {
            return Ok(false);
        }
        let alive = self
            .database
            .query_one(
                "see who is alive",
                "SELECT 1 FROM replicas, server_clock WHERE until_ms > now_ms LIMIT 1",
                &[],
                |_| Ok(()),
            )
            .await?;
        Ok(alive.is_some())
    }

    /// Says that a process is alive for so long from now on. False: it was not any more, or not yet, and has no lease.
    ///
    /// # Errors
    /// The database failed.
    pub async fn stay_alive(&self, owner: ReplicaId, lasts_ms: i64) -> Result<bool, StoreError> {
        let values = || vec![id_value(owner), int(lasts_ms)];
        let mut again = Batch::of_no_shop();
        again
            .push(
                "UPDATE replicas SET until_ms = now_ms + ?2 FROM server_clock WHERE owner = ?1 AND until_ms > now_ms",
                values(),
            )
            .must_affect(GuardFailure::NotFound);
        if self.write(again.found_out_again()).await?.is_ok() {
            return Ok(true);
        }
        let mut anew = Batch::of_no_shop();
        anew.push("DELETE FROM leases WHERE owner = ?1", vec![id_value(owner)]);
        anew.push(
            "INSERT INTO replicas (owner, until_ms) SELECT ?1, now_ms + ?2 FROM server_clock \
             ON CONFLICT (owner) DO UPDATE SET until_ms = excluded.until_ms",
            values(),
        );
        // Nothing in it is guarded.
        self.write(anew).await.map(|_| false)
    }

    /// Ends all leases of a process, and forgets processes that are long gone.
    ///
    /// # Errors
    /// The database failed.
    pub async fn retire(&self, owner: ReplicaId) -> Result<(), StoreError> {
        let mut batch = Batch::of_no_shop();
        batch.push(
            "DELETE FROM replicas WHERE owner = ?1 OR until_ms < (SELECT now_ms - 86400000 FROM server_clock)",
            vec![id_value(owner)],
        );
        self.write(batch).await.map(drop)
    }

    /// The lease of a shop, if its owner is alive.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lease(&self, shop: ShopId) -> Result<Option<Lease>, StoreError> {
        self.database
            .query_one(
                "read a lease",
                concat!(
                    "SELECT owner, epoch FROM leases WHERE shop_id = ?1 AND ",
                    is_alive!("leases.owner")
                ),
                &[shop_value(shop)],
                |row| {
                    Ok(Lease {
                        owner: row.id(0)?,
                        epoch: row.int(1)?,
                    })
                },
            )
            .await
    }

    /// Takes a shop's lease for a process that is alive, unless another one that is alive has it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn take_lease(
        &self,
        shop: ShopId,
        owner: ReplicaId,
    ) -> Result<Option<Lease>, StoreError> {
        let mut batch = Batch::of(shop);
        batch
            .push(
                concat!(
                    "INSERT INTO leases (shop_id, owner, epoch) SELECT shop_id, ?2, 1 FROM shops WHERE shop_id = ?1 AND ",
                    is_alive!("?2"),
                    " ON CONFLICT (shop_id) DO UPDATE SET owner = excluded.owner, epoch = leases.epoch + 1 \
                     WHERE leases.owner = excluded.owner OR NOT ",
                    is_alive!("leases.owner")
                ),
                vec![shop_value(shop), id_value(owner)],
            )
            .must_affect(GuardFailure::LeaseLost);
        if self.write(batch).await?.is_err() {
            return Ok(None);
        }
        let lease = self.lease(shop).await?;
        Ok(lease.filter(|lease| lease.owner == owner))
    }

    /// Lets `batch` apply only while the lease is what it was: what a process does that was thought dead comes too late.
    pub fn needs_lease(&self, batch: &mut Batch, shop: ShopId, lease: &Lease) {
        batch
            .push(
                "SELECT 1 FROM leases WHERE shop_id = ?1 AND owner = ?2 AND epoch = ?3",
                vec![shop_value(shop), id_value(lease.owner), int(lease.epoch)],
            )
            .must_affect(GuardFailure::LeaseLost);
    }

    /// Asks whoever works for a shop to take this user before others. Nobody may hear it: the user is due all the same.
    ///
    /// # Errors
    /// The database failed.
    pub async fn call_for(&self, shop: ShopId, user: ResourceId) -> Result<(), StoreError> {
        self.database.call_for(shop, user).await
    }

    /// What other processes call for. Calls that come while nobody listens are lost.
    pub fn calls(&self) -> Calls {
        self.database.calls()
    }

    /// Whether a step of the user has ended: it is not due any more, or was tried.
    ///
    /// # Errors
    /// The database failed.
    pub async fn was_tried(&self, shop: ShopId, user: ResourceId) -> Result<bool, StoreError> {
        let waits = self
            .database
            .query_one(
                "read a user",
                "SELECT 1 FROM users WHERE shop_id = ?1 AND id = ?2 AND due_ms IS NOT NULL AND attempts = 0",
                &[shop_value(shop), id_value(user)],
                |_| Ok(()),
            )
            .await?;
        Ok(waits.is_none())
    }
}

/// Users that other processes call for.
pub type Calls = tokio::sync::mpsc::Receiver<(ShopId, ResourceId)>;

//! Steps of shops that other processes work for, and what these call for.

use std::time::Duration;

use super::{Reconciler, Step, noted};
use crate::base::id::ShopId;
use crate::reconcile::leases::Holder;
use crate::shopify::Class;
use crate::store::{Call, Calls};
use crate::work::Working;

/// When to look first, and how often at last, whether another process has done a step.
const FIRST_LOOK: Duration = Duration::from_millis(10);
const LAST_LOOK: Duration = Duration::from_millis(100);

impl Reconciler {
    /// Asks the process that works for the shop to take the user first, and waits for that.
    pub(super) async fn wait_for_holder(&self, call: Call, budget: Duration, waiting: &Working) {
        let tried = async {
            self.store.call_for(&call).await?;
            let mut pause = FIRST_LOOK;
            loop {
                tokio::time::sleep(pause).await;
                if self.store.was_tried(call.shop, call.user).await? {
                    return Ok(());
                }
                pause = (pause * 3 / 2).min(LAST_LOOK);
            }
        };
        tokio::select! {
            tried = tokio::time::timeout(budget, tried) => {
                let _ = tried.map(noted);
            }
            () = waiting.ending() => {}
        }
    }

    /// Another process calls for a user: the request that changed it waits there.
    pub(in crate::reconcile) async fn called_for(&self, call: Call) {
        if !self.works_for(call.shop).await {
            return;
        }
        let Some(shop) = self.shop(call.shop).await else {
            return;
        };
        let step = self.run(&shop, call.user, Class::Inline, &call.request_id);
        if step.await != Step::Done {
            self.wake.notify();
        }
    }

    /// What other processes call for.
    pub(in crate::reconcile) fn calls(&self) -> Calls {
        self.store.calls()
    }

    /// Whether this process works for the shop; it takes it over when nobody does.
    pub(in crate::reconcile) async fn works_for(&self, shop: ShopId) -> bool {
        matches!(noted(self.leases.holder(shop).await), Some(Holder::This(_)))
    }

    /// Keeps the leases of this process until the end.
    pub(in crate::reconcile) async fn keep_leases(&self, working: Working) {
        self.leases.keep(working).await;
    }
}

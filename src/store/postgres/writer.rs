//! Writing: of one shop there is one writer at a time, as in the other engine; different shops are written side by side.
//!
//! A transaction first locks its shop's row, and so no guard has to fear what another process does meanwhile. What waits for the same shop in this process shares
//! a commit. All of a transaction is sent at once; only when a guard says no is it done again batch by batch.

mod transaction;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use deadpool_postgres::{Object, Pool};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::Span;

use super::refusal::Broken;
use crate::base::id::ShopId;
use crate::store::batch::{OnWritten, log_written};
use crate::store::{Batch, StoreError, Written};

/// Batches that share one commit at most.
const GROUP: usize = 256;
/// Times that a commit is tried when another writer was in the way.
const TRIES: usize = 3;
const DOING: &str = "write to the database";

/// What waits to be written, by shop. A shop is there while a task writes for it.
type Waiting = Mutex<HashMap<Option<ShopId>, VecDeque<Job>>>;

#[derive(Debug)]
pub(super) struct Writer(Arc<Inner>);

struct Inner {
    pool: Pool,
    on_written: OnWritten,
    runtime: Handle,
    waiting: Waiting,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Job {
    batch: Batch,
    /// Who waits, if anybody does.
    reply: Option<oneshot::Sender<Written>>,
    /// What it is a part of.
    span: Span,
}

impl Writer {
    pub(super) fn new(pool: Pool, on_written: OnWritten, runtime: Handle) -> Self {
        Self(Arc::new(Inner {
            pool,
            on_written,
            runtime,
            waiting: Mutex::default(),
        }))
    }

    pub(super) async fn write(&self, batch: Batch) -> Written {
        let (reply, answer) = oneshot::channel();
        self.submit(Job {
            batch,
            reply: Some(reply),
            span: Span::current(),
        });
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    pub(super) fn write_later(&self, batch: Batch) {
        self.submit(Job {
            batch,
            reply: None,
            span: Span::current(),
        });
    }

    fn submit(&self, job: Job) {
        let shop = job.batch.shop();
        let is_first = {
            let mut waiting = self.0.waiting();
            let is_first = !waiting.contains_key(&shop);
            waiting.entry(shop).or_default().push_back(job);
            is_first
        };
        if is_first {
            let inner = Arc::clone(&self.0);
            self.0.runtime.spawn(async move { inner.run(shop).await });
        }
    }
}

impl Inner {
    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<Option<ShopId>, VecDeque<Job>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next jobs of a shop; `None`: there is none, and the next one to come begins anew.
    fn next(&self, shop: Option<ShopId>) -> Option<Vec<Job>> {
        let mut waiting = self.waiting();
        let queue = waiting.get_mut(&shop)?;
        if queue.is_empty() {
            waiting.remove(&shop);
            return None;
        }
        let count = queue.len().min(GROUP);
        Some(queue.drain(..count).collect())
    }

    async fn run(&self, shop: Option<ShopId>) {
        while let Some(group) = self.next(shop) {
            let (batches, waiting): (Vec<_>, Vec<_>) = group
                .into_iter()
                .map(|job| (job.batch, (job.reply, job.span)))
                .unzip();
            let written = self.commit(shop, &batches).await;
            for ((batch, written), (reply, span)) in batches.iter().zip(written).zip(waiting) {
                log_written(&span, batch, &written, batches.len());
                if matches!(written, Ok(Ok(()))) && !batch.is_rehearsal() {
                    (self.on_written)(batch);
                }
                // When nobody waits any more, the write is done all the same.
                reply.map(|waiting| waiting.send(written));
            }
        }
    }

    /// Writes the batches in one transaction. When that fails as a whole, each is told why.
    async fn commit(&self, shop: Option<ShopId>, batches: &[Batch]) -> Vec<Written> {
        let mut tries = TRIES;
        loop {
            tries -= 1;
            match self.try_commit(shop, batches).await {
                Ok(written) => return written,
                Err(broken) if broken.is_passing() && tries > 0 => {}
                Err(broken) => return batches.iter().map(|_| Err(broken.explain(DOING))).collect(),
            }
        }
    }

    async fn try_commit(
        &self,
        shop: Option<ShopId>,
        batches: &[Batch],
    ) -> Result<Vec<Written>, Broken> {
        let connection = self.pool.get().await?;
        let written = transaction::write(&connection, shop, batches).await?;
        if batches.iter().any(Batch::leaves_no_trace) {
            leave_no_trace(&connection).await;
        }
        Ok(written)
    }
}

/// Takes what was deleted out of the files. The log has it until it is overwritten, and so have backups: without its key, a shop's data is unreadable there, too.
async fn leave_no_trace(connection: &Object) {
    if let Err(error) = connection.batch_execute("VACUUM shops, tokens").await {
        tracing::warn!(error = %error, "what was deleted is still in PostgreSQL's files, until it cleans up by itself");
    }
}

//! A transaction of one shop's batches.

use deadpool_postgres::Object;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio_postgres::{Error, Statement as Prepared};

use super::DOING;
use crate::base::id::ShopId;
use crate::store::batch::Statement;
use crate::store::postgres::refusal::{Broken, is_not_unique};
use crate::store::postgres::{in_one_go, parameters, placeholders, send};
use crate::store::value::{Value, shop as shop_value};
use crate::store::{Batch, GuardFailure, Written};

/// Whoever writes for a shop has this row first. It may be gone: what is left of a removed shop is swept.
const LOCK: &str = "SELECT 1 FROM shops WHERE shop_id = $1 FOR NO KEY UPDATE";

/// What became of a batch's statements.
enum Applied {
    Whole,
    Refused(GuardFailure),
    Failed(Broken),
}

/// A transaction that is begun. Given up, it is rolled back: whoever has the connection next comes behind that.
struct Open<'t> {
    connection: &'t Object,
    is_ended: bool,
}

/// Writes the batches, which are all of one shop, or of none. First all in one go, and when one of them is refused, batch by batch.
pub(super) async fn write(
    connection: &Object,
    shop: Option<ShopId>,
    batches: &[Batch],
) -> Result<Vec<Written>, Broken> {
    if !batches.iter().any(Batch::is_rehearsal) {
        let open = Open::begin(connection, batches);
        let applied = open.apply(shop, batches).await?;
        if applied.iter().all(|one| matches!(one, Applied::Whole)) {
            open.commit().await?;
            return Ok(batches.iter().map(|_| Ok(Ok(()))).collect());
        }
    }
    let open = Open::begin(connection, batches);
    let mut written = Vec::with_capacity(batches.len());
    for batch in batches {
        written.push(match open.try_apply(shop, batch).await? {
            Applied::Whole => Ok(Ok(())),
            Applied::Refused(guard) => Ok(Err(guard)),
            Applied::Failed(broken) => Err(broken.explain(DOING)),
        });
    }
    open.commit().await?;
    Ok(written)
}

impl<'t> Open<'t> {
    /// Nobody waits for the beginning: what comes behind it fails if it does.
    fn begin(connection: &'t Object, batches: &[Batch]) -> Self {
        let waits_for_disk = !batches.iter().all(Batch::is_found_out_again);
        send(
            connection,
            if waits_for_disk {
                "BEGIN"
            } else {
                "BEGIN; SET LOCAL synchronous_commit = off"
            },
        );
        Self {
            connection,
            is_ended: false,
        }
    }

    /// A batch in a savepoint of its own, which is undone unless all of it applies.
    async fn try_apply(&self, shop: Option<ShopId>, batch: &Batch) -> Result<Applied, Broken> {
        send(self.connection, "SAVEPOINT batch");
        let applied = self.apply(shop, std::slice::from_ref(batch)).await?;
        let is_kept =
            matches!(applied.first(), None | Some(Applied::Whole)) && !batch.is_rehearsal();
        let end = if is_kept {
            "RELEASE batch"
        } else {
            "ROLLBACK TO batch"
        };
        self.connection.batch_execute(end).await?;
        Ok(applied.into_iter().next().unwrap_or(Applied::Whole))
    }

    /// Sends all statements of all batches, and then waits for what became of them.
    async fn apply(&self, shop: Option<ShopId>, batches: &[Batch]) -> Result<Vec<Applied>, Broken> {
        let statements: Vec<&Statement> = batches.iter().flat_map(|one| &one.statements).collect();
        let mut prepared: Vec<Prepared> = Vec::with_capacity(statements.len());
        for statement in &statements {
            let sql = placeholders(statement.sql);
            prepared.push(self.connection.prepare_cached(&sql).await?);
        }
        if let Some(shop) = shop.map(shop_value) {
            let lock = self.connection.prepare_cached(LOCK).await?;
            self.connection.execute(&lock, &[&shop]).await?;
        }
        let sending = statements
            .iter()
            .zip(&prepared)
            .map(|(statement, prepared)| self.execute(prepared, &statement.parameters));
        let mut results = in_one_go(sending).await.into_iter();
        Ok(batches
            .iter()
            .map(|batch| judge(&batch.statements, results.by_ref()))
            .collect())
    }

    fn execute<'s>(
        &'s self,
        prepared: &'s Prepared,
        values: &'s [Value],
    ) -> BoxFuture<'s, Result<u64, Error>> {
        async move { self.connection.execute(prepared, &parameters(values)).await }.boxed()
    }

    async fn commit(mut self) -> Result<(), Broken> {
        self.is_ended = true;
        self.connection
            .batch_execute("COMMIT")
            .await
            .map_err(Broken::of_commit)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if !self.is_ended {
            send(self.connection, "ROLLBACK");
        }
    }
}

/// What a batch's statements came to. The first that did not go as told decides: what came behind it is undone with it.
fn judge(
    statements: &[Statement],
    results: &mut dyn Iterator<Item = Result<u64, Error>>,
) -> Applied {
    let mut applied = Applied::Whole;
    // All of the batch's results are taken, so that the next batch finds its own.
    for (statement, result) in statements.iter().zip(results) {
        if !matches!(applied, Applied::Whole) {
            continue;
        }
        match (result, &statement.none_affected, &statement.not_unique) {
            (Ok(0), Some(guard), _) => applied = Applied::Refused(guard.clone()),
            (Err(error), _, Some(guard)) if is_not_unique(&error) => {
                applied = Applied::Refused(guard.clone());
            }
            (Err(error), ..) => applied = Applied::Failed(error.into()),
            (Ok(_), ..) => {}
        }
    }
    applied
}

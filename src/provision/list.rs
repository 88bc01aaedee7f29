//! Queries: by index where an index can, by looking at each resource where not, never by ignoring the filter.
//!
//! | the query | is answered by |
//! |---|---|
//! | has neither filter nor sort | [`everything`]: counters and the order of creation |
//! | has an equality that an index serves | [`lookup`]: the few candidates, each looked at |
//! | has anything else | [`scan`]: every resource, on a thread of its own and for a limited time |

mod everything;
mod listing;
mod lookup;
mod position;
mod scan;

use std::sync::Arc;
use std::time::{Duration, Instant};

use listing::Listing;
use tokio::runtime::Handle;

use super::record::Record;
use super::render::rendered_bytes;
use super::{Answer, Call, Failure, Provision};
use crate::reconcile::Shop;
use crate::scim::list::{Page, response};
use crate::scim::query::{ListQuery, Paging, parse_query_string};
use crate::scim::schema::ResourceType;
use crate::store::StoreError;

pub(super) use position::CURSOR_TIMEOUT_MS;

/// Queries that may look through shops at the same time; more of them wait.
pub(super) const SCANS: usize = 4;

/// A page of what a query finds.
struct Found {
    /// How many resources match.
    total: usize,
    /// Those of the page.
    records: Vec<Record>,
    /// Where the next page starts, for clients that page by cursor.
    next: Option<String>,
}

impl Provision {
    /// `GET /Users`, `GET /Groups`, `GET /`.
    ///
    /// # Errors
    /// 400 for a filter, sort or page that can't be served.
    pub async fn list(
        self: &Arc<Self>,
        call: &Call<'_>,
        types: &[ResourceType],
    ) -> Result<Answer, Failure> {
        let query = ListQuery::from_pairs(&parse_query_string(call.query)?)?;
        self.answer_query(call, types, query).await
    }

    /// `POST /.search` and its kin.
    ///
    /// # Errors
    /// As [`Provision::list`].
    pub async fn search(
        self: &Arc<Self>,
        call: &Call<'_>,
        types: &[ResourceType],
    ) -> Result<Answer, Failure> {
        let query = ListQuery::from_search_request(&call.body.read()?)?;
        self.answer_query(call, types, query).await
    }

    async fn answer_query(
        self: &Arc<Self>,
        call: &Call<'_>,
        types: &[ResourceType],
        query: ListQuery,
    ) -> Result<Answer, Failure> {
        let shop = Arc::clone(&call.caller.shop);
        let listing = Listing::new(&shop, types, query, self.clock.now_ms())?;
        let end = Instant::now() + Duration::from_millis(self.config.query_budget_ms.into());
        if listing.is_quick() {
            let page = self.store.snapshot(self.page(&shop, &listing, end)).await?;
            return page.map(Answer::ok);
        }
        self.page_aside(shop, listing, end).await.map(Answer::ok)
    }

    /// On a thread apart: the workers answer others meanwhile.
    async fn page_aside(
        self: &Arc<Self>,
        shop: Arc<Shop>,
        listing: Listing,
        end: Instant,
    ) -> Result<String, Failure> {
        let turn = Arc::clone(&self.scans).acquire_owned();
        let Ok(Ok(turn)) = tokio::time::timeout_at(end.into(), turn).await else {
            return Err(self.too_many().into());
        };
        let this = Arc::clone(self);
        let runtime = Handle::current();
        let page = tokio::task::spawn_blocking(move || {
            let page = runtime.block_on(this.page(&shop, &listing, end));
            // Not before: the scan goes on when its client has left.
            drop(turn);
            page
        });
        // It ends without an answer only when the process does.
        page.await.unwrap_or(Err(StoreError::Closed.into()))
    }

    async fn page(&self, shop: &Shop, listing: &Listing, end: Instant) -> Result<String, Failure> {
        let found = match listing.lookup() {
            Some(lookup) => self.looked_up(shop, listing, &lookup).await?,
            None if listing.has_conditions() => self.scan(shop, listing, end).await?,
            None => self.everything(shop, listing).await?,
        };
        let bytes = found.records.iter().map(rendered_bytes).sum();
        let page = match listing.query.paging {
            Paging::Index { start_index } => Page::Index { start_index },
            Paging::Cursor(_) => Page::Cursor {
                next: found.next.as_deref(),
                previous: None,
            },
        };
        let write = async |record: &Record, text: &mut String| {
            let what = "resource type";
            let kind = listing
                .kind_of(record)
                .ok_or(StoreError::Corrupt { what })?;
            self.render_into(text, shop, record, &kind.projection).await
        };
        Ok(response(found.total, page, &found.records, bytes, write).await?)
    }
}

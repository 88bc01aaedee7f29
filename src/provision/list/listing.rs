//! A query, understood: what it is about, which resources match, in which order, and which of them are the page.

use std::cmp::Ordering;
use std::ops::Range;

use super::position::{Cursors, Position};
use crate::provision::record::Record;
use crate::reconcile::Shop;
use crate::scim::error::ScimError;
use crate::scim::filter::{BoundFilter, IndexLookup};
use crate::scim::projection::Projection;
use crate::scim::query::{DEFAULT_PAGE_SIZE, ListQuery, MAX_PAGE_SIZE, Paging};
use crate::scim::schema::{DerivedParts, ResourceType};
use crate::scim::sort::{Sort, SortKey};

/// A query, understood.
pub(super) struct Listing {
    pub(super) query: ListQuery,
    pub(super) kinds: Vec<Kind>,
    pub(super) cursors: Cursors,
    /// Where the page of a cursor starts.
    pub(super) position: Position,
    pub(super) filter: Option<BoundFilter>,
}

/// What the query means for one resource type.
pub(super) struct Kind {
    pub(super) resource_type: ResourceType,
    pub(super) projection: Projection,
    pub(super) sort: Option<Sort>,
}

impl Listing {
    pub(super) fn new(
        shop: &Shop,
        types: &[ResourceType],
        query: ListQuery,
        now_ms: i64,
    ) -> Result<Self, ScimError> {
        let cursors = Cursors::new(shop, types, &query, now_ms);
        let position = match &query.paging {
            Paging::Cursor(Some(text)) => cursors.decode(text)?,
            _ => Position::default(),
        };
        Ok(Self {
            filter: filter(shop, types, &query)?,
            kinds: kinds(shop, types, &query)?,
            query,
            cursors,
            position,
        })
    }

    /// True when some resources may not match, or the order is not that of creation.
    pub(super) fn has_conditions(&self) -> bool {
        self.filter.is_some() || self.query.sort_by.is_some()
    }

    /// The index that finds all that may match.
    pub(super) fn lookup(&self) -> Option<IndexLookup> {
        self.filter.as_ref()?.index_terms()
    }

    /// True when all that the index finds match.
    pub(super) fn is_decided_by_index(&self) -> bool {
        self.filter
            .as_ref()
            .is_some_and(BoundFilter::is_decided_by_index)
    }

    /// True when few resources are to be looked at, however many there are.
    pub(super) fn is_quick(&self) -> bool {
        match self.lookup() {
            Some(lookup) => !matches!(lookup, IndexLookup::Group(_)),
            None => !self.has_conditions(),
        }
    }

    /// The most resources that the page has.
    pub(super) fn size(&self) -> usize {
        self.query.page_size(DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
    }

    /// The page, as places among all that matches.
    pub(super) fn window(&self) -> Range<usize> {
        let start = match self.query.paging {
            Paging::Index { start_index } => start_index.saturating_sub(1),
            Paging::Cursor(_) => usize::try_from(self.position.after).unwrap_or(usize::MAX),
        };
        start..start.saturating_add(self.size())
    }

    /// The cursor to what follows the window among `total` matches.
    pub(super) fn next(&self, total: usize) -> Option<String> {
        let after = self.window().end;
        (after < total).then(|| {
            self.cursors.encode(Position {
                kind: 0,
                after: i64::try_from(after).unwrap_or(i64::MAX),
            })
        })
    }

    pub(super) fn kind_of(&self, record: &Record) -> Option<&Kind> {
        self.kinds
            .iter()
            .find(|kind| kind.resource_type == record.resource_type())
    }

    /// What the filter and the sort look at outside of the stored document.
    pub(super) fn looks_at(&self, kind: &Kind) -> DerivedParts {
        let filter = self.filter.as_ref().map(BoundFilter::derived);
        let sort = kind.sort.as_ref().map(Sort::derived);
        filter.unwrap_or_default().union(sort.unwrap_or_default())
    }

    /// Which of two comes first.
    pub(super) fn compare(&self, left: &SortKey, right: &SortKey) -> Ordering {
        let sort = self.kinds.iter().find_map(|kind| kind.sort.as_ref());
        sort.map_or(Ordering::Equal, |sort| sort.compare(left, right))
    }
}

fn filter(
    shop: &Shop,
    types: &[ResourceType],
    query: &ListQuery,
) -> Result<Option<BoundFilter>, ScimError> {
    let Some(text) = &query.filter else {
        return Ok(None);
    };
    let filter = shop.dialect.read_filter(text)?;
    let bound = match types {
        [resource_type] => filter.bind(&shop.schemas, *resource_type)?,
        _ => filter.bind_root(&shop.schemas)?,
    };
    Ok(Some(bound))
}

fn kinds(shop: &Shop, types: &[ResourceType], query: &ListQuery) -> Result<Vec<Kind>, ScimError> {
    let mut refused = None;
    let mut kinds = Vec::with_capacity(types.len());
    for &resource_type in types {
        let sort_by = query.sort_by.as_deref();
        let sort = sort_by.and_then(|sort_by| {
            Sort::new(sort_by, query.sort_order, &shop.schemas, resource_type)
                .map_err(|error| refused = Some(error))
                .ok()
        });
        kinds.push(Kind {
            resource_type,
            projection: Projection::new(&query.requested, &shop.schemas, resource_type),
            sort,
        });
    }
    // RFC 7644 §3.4.2.1: what one resource type lacks has no value there; what all of them lack can't be sorted by.
    match refused {
        Some(error) if kinds.iter().all(|kind| kind.sort.is_none()) => Err(error),
        _ => Ok(kinds),
    }
}

//! Queries: by index where an index can, by evaluating each resource where not, never by ignoring the filter.

use super::read::project;
use super::render::Rendered;
use super::{Answer, Call, Failure, Provision};
use crate::base::id::ResourceId;
use crate::directory::UserRecord;
use crate::reconcile::Shop;
use crate::scim::cursor::{self, CursorKey, CursorScope};
use crate::scim::error::ScimError;
use crate::scim::filter::{self, BoundFilter, IndexLookup};
use crate::scim::json;
use crate::scim::list::{Page, response};
use crate::scim::projection::Projection;
use crate::scim::query::{DEFAULT_PAGE_SIZE, ListQuery, MAX_PAGE_SIZE, Paging, parse_query_string};
use crate::scim::schema::ResourceType;
use crate::scim::sort::Sort;

/// How long a cursor is good for.
pub(super) const CURSOR_TIMEOUT_MS: i64 = 60 * 60 * 1_000;
/// Resources that an unindexed query may look at.
const SCAN_BUDGET: usize = 200_000;
/// Resources that a scan reads at once.
const SCAN_CHUNK: i64 = 500;

impl Provision {
    /// `GET /Users`, `GET /Groups`, `GET /`.
    ///
    /// # Errors
    /// 400 for a filter, sort or page that can't be served.
    pub fn list(&self, call: &Call<'_>, types: &[ResourceType]) -> Result<Answer, Failure> {
        let query = ListQuery::from_pairs(&parse_query_string(call.query)?)?;
        self.answer_query(call, types, &query)
    }

    /// `POST /.search` and its kin.
    ///
    /// # Errors
    /// As [`Provision::list`].
    pub fn search(&self, call: &Call<'_>, types: &[ResourceType]) -> Result<Answer, Failure> {
        let query = ListQuery::from_search_request(&json::parse(call.body)?)?;
        self.answer_query(call, types, &query)
    }

    fn answer_query(
        &self,
        call: &Call<'_>,
        types: &[ResourceType],
        query: &ListQuery,
    ) -> Result<Answer, Failure> {
        let filter = self.filter(call, types, query)?;
        let body = match (types, &filter, &query.sort_by) {
            ([resource_type], None, None) => self.plain_page(call, *resource_type, query)?,
            _ => self.evaluated_page(call, types, query, filter.as_ref())?,
        };
        Ok(Answer::ok(body))
    }

    fn filter(
        &self,
        call: &Call<'_>,
        types: &[ResourceType],
        query: &ListQuery,
    ) -> Result<Option<BoundFilter>, Failure> {
        let Some(text) = &query.filter else {
            return Ok(None);
        };
        let shop = &call.caller.shop;
        let parsed = if shop.dialect.reads_loose_filters {
            filter::parse(text)
        } else {
            filter::parse_strict(text)
        }
        .map_err(ScimError::from)?;
        let bound = match types {
            [resource_type] => parsed.bind(&shop.schemas, *resource_type),
            _ => parsed.bind_root(&shop.schemas),
        };
        Ok(Some(bound.map_err(ScimError::from)?))
    }

    /// A page of everything, in the order of creation: the stored texts, unparsed.
    fn plain_page(
        &self,
        call: &Call<'_>,
        resource_type: ResourceType,
        query: &ListQuery,
    ) -> Result<String, Failure> {
        let shop = &call.caller.shop;
        let size = query.page_size(DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
        let total = self.total(shop, resource_type)?;
        let projection = Projection::new(&query.requested, &shop.schemas, resource_type);
        match &query.paging {
            Paging::Index { start_index } => {
                let start = i64::try_from(*start_index).unwrap_or(i64::MAX);
                let found = if size == 0 {
                    Vec::new()
                } else {
                    self.page(shop, resource_type, From::Ordinal(start), size, &projection)?
                };
                let texts = texts(found, &projection)?;
                let page = Page::Index {
                    start_index: *start_index,
                };
                Ok(response(total, page, &texts))
            }
            Paging::Cursor(cursor) => {
                let scope = Scope::new(shop, Some(resource_type), query);
                let after = match cursor {
                    Some(text) => scope.decode(text, self.clock.now_ms())?,
                    None => 0,
                };
                let mut found = self.page(
                    shop,
                    resource_type,
                    From::After(after),
                    size + 1,
                    &projection,
                )?;
                let more = found.len() > size;
                found.truncate(size);
                let next = found
                    .last()
                    .filter(|_| more)
                    .map(|(seq, _)| scope.encode(*seq, self.clock.now_ms()));
                let texts = texts(found, &projection)?;
                let page = Page::Cursor {
                    next: next.as_deref(),
                    previous: None,
                };
                Ok(response(total, page, &texts))
            }
        }
    }

    fn total(&self, shop: &Shop, resource_type: ResourceType) -> Result<usize, Failure> {
        // Never a COUNT: counters are kept with every change.
        let counts = self.store.shop(shop.id())?;
        let count = counts.map_or(0, |counts| match resource_type {
            ResourceType::User => counts.user_count,
            ResourceType::Group => counts.group_count,
        });
        Ok(usize::try_from(count).unwrap_or_default())
    }

    fn page(
        &self,
        shop: &Shop,
        resource_type: ResourceType,
        from: From,
        size: usize,
        projection: &Projection,
    ) -> Result<Vec<(i64, Rendered)>, Failure> {
        let count = i64::try_from(size).unwrap_or(i64::MAX);
        let (id, key) = (shop.id(), &shop.key);
        let rendered = match resource_type {
            ResourceType::User => {
                let users = match from {
                    From::Ordinal(start) => self.store.users_page(id, key, start, count)?,
                    From::After(seq) => self.store.users_after(id, key, seq, count)?,
                };
                users
                    .iter()
                    .map(|user| Ok((user.seq, self.render_user(shop, user)?)))
                    .collect::<Result<Vec<_>, Failure>>()?
            }
            ResourceType::Group => {
                let groups = match from {
                    From::Ordinal(start) => self.store.groups_page(id, key, start, count)?,
                    From::After(seq) => self.store.groups_after(id, key, seq, count)?,
                };
                let members = projection.derived().members;
                groups
                    .iter()
                    .map(|group| Ok((group.seq, self.render_group(shop, group, members)?)))
                    .collect::<Result<Vec<_>, Failure>>()?
            }
        };
        Ok(rendered)
    }

    /// A page of what matches, after looking at every candidate.
    fn evaluated_page(
        &self,
        call: &Call<'_>,
        types: &[ResourceType],
        query: &ListQuery,
        filter: Option<&BoundFilter>,
    ) -> Result<String, Failure> {
        let shop = &call.caller.shop;
        let projections: Vec<Projection> = types
            .iter()
            .map(|it| Projection::new(&query.requested, &shop.schemas, *it))
            .collect();
        let mut matches = Vec::new();
        for (resource_type, projection) in types.iter().zip(&projections) {
            let mut found = self.candidates(shop, *resource_type, filter, projection)?;
            if let Some(filter) = filter.filter(|filter| !filter.is_decided_by_index()) {
                let mut kept = Vec::with_capacity(found.len());
                for rendered in found {
                    if filter.matches(&rendered.parsed()?) {
                        kept.push(rendered);
                    }
                }
                found = kept;
            }
            if let Some(sort_by) = &query.sort_by {
                found = sorted(
                    found,
                    &Sort::new(sort_by, query.sort_order, &shop.schemas, *resource_type)?,
                )?;
            }
            matches.extend(found.into_iter().map(|rendered| (projection, rendered)));
        }
        let total = matches.len();
        let size = query.page_size(DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
        let scope = Scope::new(shop, one(types), query);
        let (skip, cursor_mode) = match &query.paging {
            Paging::Index { start_index } => (start_index - 1, false),
            Paging::Cursor(None) => (0, true),
            Paging::Cursor(Some(text)) => {
                let skip = scope.decode(text, self.clock.now_ms())?;
                (usize::try_from(skip).unwrap_or_default(), true)
            }
        };
        let texts = matches
            .into_iter()
            .skip(skip)
            .take(size)
            .map(|(projection, rendered)| project(rendered, projection))
            .collect::<Result<Vec<_>, Failure>>()?;
        let reached = skip + texts.len();
        let next = (cursor_mode && reached < total).then(|| {
            scope.encode(
                i64::try_from(reached).unwrap_or(i64::MAX),
                self.clock.now_ms(),
            )
        });
        let page = if cursor_mode {
            Page::Cursor {
                next: next.as_deref(),
                previous: None,
            }
        } else {
            Page::Index {
                start_index: skip + 1,
            }
        };
        Ok(response(total, page, &texts))
    }

    /// What may match: by an index when the filter allows, else everything.
    fn candidates(
        &self,
        shop: &Shop,
        resource_type: ResourceType,
        filter: Option<&BoundFilter>,
        projection: &Projection,
    ) -> Result<Vec<Rendered>, Failure> {
        let members =
            projection.derived().members || filter.is_some_and(|filter| filter.derived().members);
        match filter.and_then(BoundFilter::index_terms) {
            Some(lookup) => self.looked_up(shop, resource_type, &lookup, members),
            None => self.scan(shop, resource_type, members),
        }
    }

    fn looked_up(
        &self,
        shop: &Shop,
        resource_type: ResourceType,
        lookup: &IndexLookup,
        members: bool,
    ) -> Result<Vec<Rendered>, Failure> {
        match resource_type {
            ResourceType::User => self
                .looked_up_users(shop, lookup)?
                .iter()
                .map(|user| Ok(self.render_user(shop, user)?))
                .collect(),
            ResourceType::Group => {
                let (id, key) = (shop.id(), &shop.key);
                let groups = match lookup {
                    IndexLookup::Id(text) => match parsed(text) {
                        Some(group) => self.store.group(id, key, group)?.into_iter().collect(),
                        None => Vec::new(),
                    },
                    IndexLookup::DisplayName(name) => self
                        .store
                        .group_by_display_name(id, key, name)?
                        .into_iter()
                        .collect(),
                    IndexLookup::Member(text) => match parsed(text) {
                        Some(user) => self.store.groups_of_user(id, key, user)?,
                        None => Vec::new(),
                    },
                    _ => return self.scan(shop, resource_type, members),
                };
                groups
                    .iter()
                    .map(|group| Ok(self.render_group(shop, group, members)?))
                    .collect()
            }
        }
    }

    fn looked_up_users(
        &self,
        shop: &Shop,
        lookup: &IndexLookup,
    ) -> Result<Vec<UserRecord>, Failure> {
        let (id, key) = (shop.id(), &shop.key);
        let users = match lookup {
            IndexLookup::Id(text) => match parsed(text) {
                Some(user) => self.store.user(id, key, user)?.into_iter().collect(),
                None => Vec::new(),
            },
            IndexLookup::UserName(name) => self
                .store
                .user_by_user_name(id, key, name)?
                .into_iter()
                .collect(),
            IndexLookup::ExternalId(value) => self.store.users_by_external_id(id, key, value)?,
            IndexLookup::Email(email) => self.store.users_by_email(id, key, email)?,
            IndexLookup::Group(text) => match parsed(text) {
                Some(group) => self.members_of(shop, group)?,
                None => Vec::new(),
            },
            IndexLookup::DisplayName(_) | IndexLookup::Member(_) => Vec::new(),
        };
        Ok(users)
    }

    fn members_of(&self, shop: &Shop, group: ResourceId) -> Result<Vec<UserRecord>, Failure> {
        let mut users = Vec::new();
        for member in self.store.members(shop.id(), group)? {
            users.extend(self.store.user(shop.id(), &shop.key, member)?);
        }
        Ok(users)
    }

    fn scan(
        &self,
        shop: &Shop,
        resource_type: ResourceType,
        members: bool,
    ) -> Result<Vec<Rendered>, Failure> {
        let (id, key) = (shop.id(), &shop.key);
        let mut found = Vec::new();
        let mut after = 0;
        loop {
            let before = found.len();
            match resource_type {
                ResourceType::User => {
                    for user in self.store.users_after(id, key, after, SCAN_CHUNK)? {
                        after = user.seq;
                        found.push(self.render_user(shop, &user)?);
                    }
                }
                ResourceType::Group => {
                    for group in self.store.groups_after(id, key, after, SCAN_CHUNK)? {
                        after = group.seq;
                        found.push(self.render_group(shop, &group, members)?);
                    }
                }
            }
            if found.len() == before {
                return Ok(found);
            }
            if found.len() > SCAN_BUDGET {
                // RFC 7644 §3.4.2: a provider may refuse what it would have to search too long for.
                return Err(ScimError::too_many(format!(
                    "the query would have to look at more than {SCAN_BUDGET} resources: filter by id, userName, externalId, emails or displayName, and leave out sortBy"
                ))
                .into());
            }
        }
    }
}

/// Where a page of everything starts.
enum From {
    Ordinal(i64),
    After(i64),
}

fn one(types: &[ResourceType]) -> Option<ResourceType> {
    match types {
        [resource_type] => Some(*resource_type),
        _ => None,
    }
}

fn parsed(text: &str) -> Option<ResourceId> {
    text.to_ascii_lowercase().parse().ok()
}

fn texts(found: Vec<(i64, Rendered)>, projection: &Projection) -> Result<Vec<String>, Failure> {
    found
        .into_iter()
        .map(|(_, rendered)| project(rendered, projection))
        .collect()
}

fn sorted(found: Vec<Rendered>, sort: &Sort) -> Result<Vec<Rendered>, Failure> {
    let mut keyed = found
        .into_iter()
        .map(|rendered| Ok((sort.key(&rendered.parsed()?), rendered)))
        .collect::<Result<Vec<_>, Failure>>()?;
    // Stable: what is equal stays in the order of creation.
    keyed.sort_by(|(left, _), (right, _)| sort.compare(left, right));
    Ok(keyed.into_iter().map(|(_, rendered)| rendered).collect())
}

/// Seals and opens the cursors of one query.
struct Scope {
    key: CursorKey,
    shop: crate::base::id::ShopId,
    resource_type: Option<ResourceType>,
    signature: String,
}

impl Scope {
    fn new(shop: &Shop, resource_type: Option<ResourceType>, query: &ListQuery) -> Self {
        Self {
            key: CursorKey::new(shop.key.cursor_key()),
            shop: shop.id(),
            resource_type,
            signature: query.signature(),
        }
    }

    fn scope(&self) -> CursorScope<'_> {
        CursorScope {
            shop: self.shop,
            resource_type: self.resource_type,
            query: &self.signature,
        }
    }

    fn encode(&self, position: i64, now_ms: i64) -> String {
        cursor::encode(&self.key, self.scope(), &position.to_be_bytes(), now_ms)
    }

    fn decode(&self, text: &str, now_ms: i64) -> Result<i64, Failure> {
        let bytes = cursor::decode(&self.key, self.scope(), text, now_ms, CURSOR_TIMEOUT_MS)?;
        bytes
            .as_slice()
            .try_into()
            .map(i64::from_be_bytes)
            .map_err(|_| ScimError::invalid_cursor().into())
    }
}

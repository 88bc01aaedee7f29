//! Where a page starts, and cursors that tell it.

use crate::base::id::ShopId;
use crate::reconcile::Shop;
use crate::scim::cursor::{self, CursorKey, CursorScope};
use crate::scim::error::ScimError;
use crate::scim::query::ListQuery;
use crate::scim::schema::ResourceType;

/// How long a cursor is good for.
pub(in crate::provision) const CURSOR_TIMEOUT_MS: i64 = 60 * 60 * 1_000;

/// The place after which a page of a cursor starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// Among the query's resource types, the one that has been come to.
    pub(super) kind: u8,
    /// The last resource's key; of what is filtered or sorted, how many resources went before.
    pub(super) after: i64,
}

/// Seals and opens the cursors of one query.
pub(super) struct Cursors {
    key: CursorKey,
    shop: ShopId,
    resource_type: Option<ResourceType>,
    signature: String,
    now_ms: i64,
}

impl Cursors {
    pub(super) fn new(shop: &Shop, types: &[ResourceType], query: &ListQuery, now_ms: i64) -> Self {
        Self {
            key: CursorKey::new(shop.key.cursor_key()),
            shop: shop.id(),
            resource_type: match types {
                [resource_type] => Some(*resource_type),
                _ => None,
            },
            signature: query.signature(),
            now_ms,
        }
    }

    fn scope(&self) -> CursorScope<'_> {
        CursorScope {
            shop: self.shop,
            resource_type: self.resource_type,
            query: &self.signature,
        }
    }

    pub(super) fn encode(&self, position: Position) -> String {
        let mut bytes = vec![position.kind];
        bytes.extend(position.after.to_be_bytes());
        cursor::encode(&self.key, self.scope(), &bytes, self.now_ms)
    }

    pub(super) fn decode(&self, text: &str) -> Result<Position, ScimError> {
        let bytes = cursor::decode(
            &self.key,
            self.scope(),
            text,
            self.now_ms,
            CURSOR_TIMEOUT_MS,
        )?;
        let (kind, after) = bytes.split_first().ok_or_else(ScimError::invalid_cursor)?;
        Ok(Position {
            kind: *kind,
            after: i64::from_be_bytes(after.try_into().map_err(|_| ScimError::invalid_cursor())?),
        })
    }
}

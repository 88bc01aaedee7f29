//! Cursors (RFC 9865): where a page ended, sealed so that only its own query on its own shop can go on from there.
//!
//! A cursor holds a position and the time it was made; nothing is kept on the server. It is base64url of
//! `issued (8 bytes, ms) · position · HMAC-SHA256 (32 bytes)`, so that it needs no escaping in a URL.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

use super::error::ScimError;
use super::schema::ResourceType;
use crate::base::id::ShopId;

const ISSUED_BYTES: usize = 8;
const TAG_BYTES: usize = 32;

/// The key that cursors are sealed with. Equal on every replica.
#[derive(Debug, Clone)]
pub struct CursorKey(hmac::Key);

impl CursorKey {
    /// A key from secret bytes.
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }
}

/// What a cursor is good for. RFC 9865 §5.2: another shop's cursor, or another query's, is an invalid one.
#[derive(Debug, Clone, Copy)]
pub struct CursorScope<'a> {
    /// The shop.
    pub shop: ShopId,
    /// The endpoint; `None` at the root.
    pub resource_type: Option<ResourceType>,
    /// `ListQuery::signature` of the query.
    pub query: &'a str,
}

impl CursorScope<'_> {
    fn tag(&self, key: &CursorKey, payload: &[u8]) -> hmac::Tag {
        hmac::sign(&key.0, &self.signed(payload))
    }

    /// The bytes under the seal. Every part but the last has a fixed or a written length: no two scopes give the same bytes.
    fn signed(&self, payload: &[u8]) -> Vec<u8> {
        let resource_type = self.resource_type.map_or("", ResourceType::name);
        let mut signed = self.shop.0.to_be_bytes().to_vec();
        for part in [resource_type, self.query] {
            signed.extend_from_slice(&part.len().to_be_bytes());
            signed.extend_from_slice(part.as_bytes());
        }
        signed.extend_from_slice(payload);
        signed
    }
}

/// Seals a position.
pub fn encode(key: &CursorKey, scope: CursorScope<'_>, position: &[u8], now_ms: i64) -> String {
    let mut bytes = now_ms.to_be_bytes().to_vec();
    bytes.extend_from_slice(position);
    let tag = scope.tag(key, &bytes);
    bytes.extend_from_slice(tag.as_ref());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The position in a cursor that this key sealed for this scope, at most `timeout_ms` ago.
pub fn decode(
    key: &CursorKey,
    scope: CursorScope<'_>,
    cursor: &str,
    now_ms: i64,
    timeout_ms: i64,
) -> Result<Vec<u8>, ScimError> {
    let (issued_ms, position) = open(key, scope, cursor).ok_or_else(ScimError::invalid_cursor)?;
    if now_ms.saturating_sub(issued_ms) > timeout_ms {
        return Err(ScimError::expired_cursor());
    }
    Ok(position)
}

fn open(key: &CursorKey, scope: CursorScope<'_>, cursor: &str) -> Option<(i64, Vec<u8>)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (payload, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG_BYTES)?)?;
    hmac::verify(&key.0, &scope.signed(payload), tag).ok()?;
    let (issued, position) = payload.split_at_checked(ISSUED_BYTES)?;
    Some((
        i64::from_be_bytes(issued.try_into().ok()?),
        position.to_vec(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::error::ScimType;

    const SCOPE: CursorScope<'_> = CursorScope {
        shop: ShopId(1),
        resource_type: Some(ResourceType::User),
        query: "filter=a",
    };

    fn key() -> CursorKey {
        CursorKey::new(&[7; 32])
    }

    fn check(
        row: &str,
        scope: CursorScope<'_>,
        cursor: &str,
        now_ms: i64,
        want: Result<&[u8], ScimType>,
    ) {
        let got = decode(&key(), scope, cursor, now_ms, 600_000);
        assert_eq!(
            got.as_deref().map_err(|error| error.scim_type),
            want.map_err(Some),
            "{row}"
        );
    }

    #[test]
    fn a_cursor_gives_its_position_back_until_it_expires() {
        let cursor = encode(&key(), SCOPE, b"position", 1_000);
        check("C17", SCOPE, &cursor, 1_000, Ok(b"position"));
        check("C17", SCOPE, &cursor, 601_000, Ok(b"position"));
        check("C17", SCOPE, &cursor, 601_001, Err(ScimType::ExpiredCursor));
        // Another replica's clock may be behind.
        check("C17", SCOPE, &cursor, 0, Ok(b"position"));
    }

    #[test]
    fn a_cursor_needs_no_escaping() {
        let cursor = encode(&key(), SCOPE, &[0xff, 0xfe, 0x3e, 0x3f], i64::MAX);
        assert!(
            cursor
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        );
    }

    #[test]
    fn a_foreign_or_forged_cursor_is_invalid() {
        let cursor = encode(&key(), SCOPE, b"position", 1_000);
        let invalid = Err(ScimType::InvalidCursor);
        check(
            "corner 50",
            CursorScope {
                shop: ShopId(2),
                ..SCOPE
            },
            &cursor,
            1_000,
            invalid,
        );
        check(
            "corner 50",
            CursorScope {
                resource_type: Some(ResourceType::Group),
                ..SCOPE
            },
            &cursor,
            1_000,
            invalid,
        );
        check(
            "corner 50",
            CursorScope {
                resource_type: None,
                ..SCOPE
            },
            &cursor,
            1_000,
            invalid,
        );
        check(
            "corner 50",
            CursorScope {
                query: "filter=b",
                ..SCOPE
            },
            &cursor,
            1_000,
            invalid,
        );
        let other_key = encode(&CursorKey::new(&[8; 32]), SCOPE, b"position", 1_000);
        check("corner 50: forged", SCOPE, &other_key, 1_000, invalid);
        let mut forged = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        forged[9] ^= 1;
        check(
            "corner 50: forged",
            SCOPE,
            &URL_SAFE_NO_PAD.encode(forged),
            1_000,
            invalid,
        );
        for text in [
            "",
            "x",
            "not base64!",
            "AAAA",
            &cursor[1..],
            &format!("{cursor}A"),
        ] {
            check("corner 50: forged", SCOPE, text, 1_000, invalid);
        }
    }
}

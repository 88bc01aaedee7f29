//! Sealing: what is stored can be read only with the master key, and a shop's data only while the shop's own key exists.
//!
//! The master key wraps one data key a shop. The data key seals documents (AES-256-GCM) and, by keys derived from it, hashes index values and signs paging cursors.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::SecureRandom;

/// The first byte of everything sealed, so that a later scheme can be told from this one.
const SCHEME: u8 = 1;

/// Why something could not be sealed or opened.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SealError {
    /// The text of a key is not one.
    #[error("the master key must be 32 bytes, as base64 or hex")]
    ParseKey,
    /// The system has no randomness.
    #[error("the system gives no random bytes")]
    Random,
    /// Sealing failed.
    #[error("cannot seal")]
    Seal,
    /// The bytes were sealed with another key, for another place, or were changed.
    #[error("cannot open what is stored: it was sealed with another master key, or was changed")]
    Open,
}

/// The key that wraps the shops' keys.
pub struct MasterKey(LessSafeKey);

/// A shop's own key.
pub struct ShopKey {
    documents: LessSafeKey,
    index: hmac::Key,
    cursors: hmac::Tag,
}

/// The hash of an index value: sixteen bytes of HMAC-SHA256.
pub type IndexHash = [u8; 16];

impl MasterKey {
    /// The length of a key in bytes.
    pub const LEN: usize = 32;

    /// A key from its bytes.
    ///
    /// # Errors
    /// [`SealError::ParseKey`] when they are not 32.
    pub fn new(bytes: &[u8]) -> Result<Self, SealError> {
        aead_key(bytes).map(Self).ok_or(SealError::ParseKey)
    }

    /// A key from its text: 64 hex digits, or base64.
    ///
    /// # Errors
    /// [`SealError::ParseKey`].
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let text = text.trim();
        let bytes = if text.len() == 2 * Self::LEN {
            hex(text)
        } else {
            BASE64_STANDARD.decode(text).ok()
        };
        Self::new(&bytes.ok_or(SealError::ParseKey)?)
    }

    /// A new shop's key, and its wrapped form for the store. `place` is the shop's identity.
    ///
    /// # Errors
    /// No randomness.
    pub fn new_shop_key(
        &self,
        random: &dyn SecureRandom,
        place: &[u8],
    ) -> Result<(ShopKey, Vec<u8>), SealError> {
        let mut bytes = [0; Self::LEN];
        random.fill(&mut bytes).map_err(|_| SealError::Random)?;
        let wrapped = seal(&self.0, random, place, &bytes)?;
        Ok((ShopKey::new(&bytes)?, wrapped))
    }

    /// The shop's key from its wrapped form.
    ///
    /// # Errors
    /// [`SealError::Open`] when it was wrapped by another master key or for another shop.
    pub fn unwrap_shop_key(&self, place: &[u8], wrapped: &[u8]) -> Result<ShopKey, SealError> {
        ShopKey::new(&open(&self.0, place, wrapped)?)
    }
}

impl ShopKey {
    fn new(bytes: &[u8]) -> Result<Self, SealError> {
        let master = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        let derived = |purpose: &str| hmac::sign(&master, purpose.as_bytes());
        let hmac_key = |purpose: &str| hmac::Key::new(hmac::HMAC_SHA256, derived(purpose).as_ref());
        Ok(Self {
            documents: aead_key(derived("documents").as_ref()).ok_or(SealError::ParseKey)?,
            index: hmac_key("index"),
            cursors: derived("cursors"),
        })
    }

    /// Seals `text`; it opens only for the same `place`.
    ///
    /// # Errors
    /// No randomness.
    pub fn seal(
        &self,
        random: &dyn SecureRandom,
        place: &[u8],
        text: &str,
    ) -> Result<Vec<u8>, SealError> {
        seal(&self.documents, random, place, text.as_bytes())
    }

    /// Opens what [`ShopKey::seal`] sealed for `place`.
    ///
    /// # Errors
    /// [`SealError::Open`].
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Result<String, SealError> {
        String::from_utf8(open(&self.documents, place, sealed)?).map_err(|_| SealError::Open)
    }

    /// The hash under which `value` of `kind` is found. The value must be in its normal form already.
    pub fn index_hash(&self, kind: &str, value: &str) -> IndexHash {
        let mut context = hmac::Context::with_key(&self.index);
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(value.as_bytes());
        let mut hash = IndexHash::default();
        for (short, long) in hash.iter_mut().zip(context.sign().as_ref()) {
            *short = *long;
        }
        hash
    }

    /// The bytes of the key that signs paging cursors.
    pub fn cursor_key(&self) -> &[u8] {
        self.cursors.as_ref()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

impl fmt::Debug for ShopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShopKey")
    }
}

fn aead_key(bytes: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, bytes)
        .ok()
        .map(LessSafeKey::new)
}

fn seal(
    key: &LessSafeKey,
    random: &dyn SecureRandom,
    place: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE_LEN];
    random.fill(&mut nonce).map_err(|_| SealError::Random)?;
    let mut sealed = Vec::with_capacity(1 + NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
    sealed.push(SCHEME);
    sealed.extend_from_slice(&nonce);
    let mut body = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(place),
        &mut body,
    )
    .map_err(|_| SealError::Seal)?;
    sealed.append(&mut body);
    Ok(sealed)
}

fn open(key: &LessSafeKey, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let (scheme, rest) = sealed.split_first().ok_or(SealError::Open)?;
    let (nonce, body) = rest
        .split_first_chunk::<NONCE_LEN>()
        .ok_or(SealError::Open)?;
    if *scheme != SCHEME {
        return Err(SealError::Open);
    }
    let mut body = body.to_vec();
    let plain_len = key
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(place),
            &mut body,
        )
        .map_err(|_| SealError::Open)?
        .len();
    body.truncate(plain_len);
    Ok(body)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    Some(
        digits?
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    fn shop_key(master: &MasterKey) -> (ShopKey, Vec<u8>) {
        master
            .new_shop_key(&SystemRandom::new(), b"shop:1")
            .expect("a key")
    }

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_at_its_place() {
        let master = MasterKey::new(&[7; 32]).expect("a key");
        let (key, wrapped) = shop_key(&master);
        let sealed = key
            .seal(&SystemRandom::new(), b"user:1", "ada@example.com")
            .expect("sealed");
        assert_eq!(
            key.open(b"user:1", &sealed).as_deref(),
            Ok("ada@example.com")
        );
        assert_eq!(key.open(b"user:2", &sealed), Err(SealError::Open));
        let again = master
            .unwrap_shop_key(b"shop:1", &wrapped)
            .expect("the key");
        assert_eq!(
            again.open(b"user:1", &sealed).as_deref(),
            Ok("ada@example.com")
        );
        let (other, _) = shop_key(&master);
        assert_eq!(other.open(b"user:1", &sealed), Err(SealError::Open));
        let other_master = MasterKey::new(&[8; 32]).expect("a key");
        assert!(other_master.unwrap_shop_key(b"shop:1", &wrapped).is_err());
        assert!(master.unwrap_shop_key(b"shop:2", &wrapped).is_err());
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let (key, _) = shop_key(&MasterKey::new(&[7; 32]).expect("a key"));
        let sealed = key
            .seal(&SystemRandom::new(), b"p", "text")
            .expect("sealed");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open(b"p", &changed), Err(SealError::Open), "byte {at}");
        }
        assert_eq!(key.open(b"p", &[]), Err(SealError::Open));
    }

    #[test]
    fn an_index_hash_depends_on_kind_value_and_key() {
        let master = MasterKey::new(&[7; 32]).expect("a key");
        let (key, _) = shop_key(&master);
        let (other, _) = shop_key(&master);
        let hash = key.index_hash("userName", "ada");
        assert_eq!(hash, key.index_hash("userName", "ada"));
        assert_ne!(hash, key.index_hash("email", "ada"));
        assert_ne!(hash, key.index_hash("userName", "bob"));
        assert_ne!(hash, other.index_hash("userName", "ada"));
    }

    #[test]
    fn a_master_key_is_read_as_hex_or_base64() {
        assert!(MasterKey::parse(&"0f".repeat(32)).is_ok());
        assert!(MasterKey::parse(&BASE64_STANDARD.encode([1; 32])).is_ok());
        for wrong in [
            "",
            "short",
            &"zz".repeat(32),
            &BASE64_STANDARD.encode([1; 31]),
        ] {
            assert!(MasterKey::parse(wrong).is_err(), "{wrong}");
        }
    }
}

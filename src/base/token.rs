//! The bearer tokens that identity providers authenticate with: `syncup_PREFIX_SECRET` with a checksum at the end.
//!
//! The prefix is not secret: it finds the token's row and names it in logs. Of the whole only the SHA-256 is stored. The checksum lets a mistyped or
//! truncated token be refused without a look-up, and lets scanners for leaked secrets be sure.

use ring::digest::{SHA256, digest};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

const START: &str = "syncup_";
const PREFIX_LEN: usize = 8;
const SECRET_LEN: usize = 43;
const CHECKSUM_LEN: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How many random bytes a token is made of.
pub const RANDOM_LEN: usize = PREFIX_LEN + SECRET_LEN;

/// The SHA-256 of a whole token, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHash(pub Vec<u8>);

impl TokenHash {
    /// Whether `other` is the same, in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// A token in its legal form.
#[derive(Debug)]
pub struct Token {
    text: SecretString,
    prefix: String,
}

impl Token {
    /// A new token from random bytes.
    pub fn new(random: &[u8; RANDOM_LEN]) -> Self {
        let letters: String = random.iter().map(|byte| letter(*byte)).collect();
        let (prefix, secret) = letters.split_at(PREFIX_LEN);
        let body = format!("{START}{prefix}_{secret}");
        let text = format!("{body}{}", checksum(&body));
        Self {
            prefix: prefix.to_owned(),
            text: SecretString::from(text),
        }
    }

    /// The token that `text` is, or `None` when it can't be one.
    pub fn parse(text: &str) -> Option<Self> {
        let letters = text.strip_prefix(START)?;
        let (prefix, rest) = letters.split_once('_')?;
        let legal = prefix.len() == PREFIX_LEN
            && rest.len() == SECRET_LEN + CHECKSUM_LEN
            && rest
                .bytes()
                .chain(prefix.bytes())
                .all(|b| b.is_ascii_alphanumeric());
        let (body, sum) = legal.then(|| text.split_at(text.len() - CHECKSUM_LEN))?;
        (checksum(body) == sum).then(|| Self {
            prefix: prefix.to_owned(),
            text: SecretString::from(text),
        })
    }

    /// What finds the token's row.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What is stored of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash(
            digest(&SHA256, self.text.expose_secret().as_bytes())
                .as_ref()
                .to_vec(),
        )
    }

    /// The token itself, to be shown once.
    pub fn text(&self) -> &SecretString {
        &self.text
    }
}

fn checksum(body: &str) -> String {
    digest(&SHA256, body.as_bytes())
        .as_ref()
        .iter()
        .take(CHECKSUM_LEN)
        .map(|byte| letter(*byte))
        .collect()
}

/// A letter for a random byte. The slight bias costs a secret of 43 letters less than two of its 256 bits.
fn letter(byte: u8) -> char {
    let at = usize::from(byte) % ALPHABET.len();
    ALPHABET.get(at).copied().map_or('0', char::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(seed: u8) -> Token {
        let mut random = [0; RANDOM_LEN];
        for (byte, value) in random.iter_mut().zip(seed..) {
            *byte = value;
        }
        Token::new(&random)
    }

    #[test]
    fn a_token_is_read_back_and_matches_its_hash_only() {
        let made = token(1);
        let read = Token::parse(made.text().expose_secret()).expect("a token");
        assert_eq!(read.prefix(), made.prefix());
        assert!(read.hash().matches(&made.hash()));
        assert!(!token(2).hash().matches(&made.hash()));
    }

    #[test]
    fn a_mistyped_token_is_refused_by_its_checksum() {
        let made = token(1);
        let text = made.text().expose_secret();
        assert!(Token::parse(&text[..text.len() - 1]).is_none());
        assert!(Token::parse(&text.replace("syncup_", "syncop_")).is_none());
        assert!(Token::parse(&format!("{text}x")).is_none());
        assert!(Token::parse("").is_none());
        let mut mistyped = text.to_owned();
        let last = if mistyped.pop() == Some('a') {
            'b'
        } else {
            'a'
        };
        mistyped.push(last);
        assert!(Token::parse(&mistyped).is_none());
    }

    #[test]
    fn a_token_does_not_show_when_printed() {
        let made = token(1);
        assert!(!format!("{made:?}").contains(made.text().expose_secret()));
    }
}

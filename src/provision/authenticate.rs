//! Who is calling: the token picks the shop.

use super::{Caller, Failure, Provision};
use crate::base::token::Token;
use crate::scim::error::ScimError;

/// Why a request has no caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no header.
    #[error("there is no token")]
    NoToken,
    /// It is none of ours, or cut off.
    #[error("the token is malformed or incomplete")]
    Malformed,
    /// It was never made, or its shop was removed with it.
    #[error("the token is unknown")]
    Unknown,
    /// It is not to be used any more.
    #[error("the token has expired or was revoked")]
    Ended,
    /// The shop was removed in this moment.
    #[error("the token's shop is gone")]
    ShopGone,
}

impl Refusal {
    /// Its name, for counting.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoToken => "no_token",
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::Ended => "ended",
            Self::ShopGone => "shop_gone",
        }
    }
}

impl Provision {
    /// The caller of a request with this `Authorization` header, on this shop's path when the path names one.
    ///
    /// # Errors
    /// [`Failure::Unauthorized`]; 404 when the token is another shop's.
    pub async fn authenticate(
        &self,
        authorization: Option<&str>,
        shop_segment: Option<&str>,
    ) -> Result<Caller, Failure> {
        let now_ms = self.clock.now_ms();
        let header = authorization.ok_or(Refusal::NoToken)?;
        let token = bearer(header)
            .and_then(Token::parse)
            .ok_or(Refusal::Malformed)?;
        let (record, revision) = self
            .store
            .token_and_revision(token.prefix())
            .await?
            .filter(|(record, _)| record.hash.matches(&token.hash()))
            .ok_or(Refusal::Unknown)?;
        if !record.is_live(now_ms) {
            return Err(Refusal::Ended.into());
        }
        let shop = self
            .reconciler
            .shops()
            .at_revision(record.shop, revision, now_ms)
            .await?
            .ok_or(Refusal::ShopGone)?;
        if let Some(segment) = shop_segment {
            let domain = &shop.record.domain;
            let same = segment.eq_ignore_ascii_case(domain.as_str())
                || segment.eq_ignore_ascii_case(domain.handle());
            if !same {
                // No word on whether that shop exists.
                return Err(
                    ScimError::not_found("there is no such endpoint for this token").into(),
                );
            }
        }
        if let Some(batch) = self.store.token_use(&record.prefix, now_ms) {
            self.store.write_later(batch);
        }
        Ok(Caller {
            shop,
            actor: record.prefix,
        })
    }
}

/// The token of a header; RFC 9110 §11.1: the scheme's case does not matter.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

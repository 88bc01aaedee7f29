//! What was granted to a shop's app: codes, access tokens, refresh tokens.

use crate::mock::shop::{IssuedToken, Shop, Status};

/// An expiring offline token: one hour.
const ACCESS_MS: i64 = 3_600_000;
/// A token of client credentials: a second less than a day.
const DAY_MS: i64 = 86_399_000;
/// A refresh token: 90 days.
const REFRESH_MS: i64 = 90 * 24 * 3_600_000;
/// A code.
const CODE_MS: i64 = 60_000;
/// How long the exchange of a non-expiring token can be repeated: seven days.
const MIGRATION_MS: i64 = 7 * 24 * 3_600_000;
/// How long a refresh token can be used again, unless its replacement is used: 30 days since 2026-08-28, an hour before.
pub const DEFAULT_RECOVERY_MS: i64 = 30 * 24 * 3_600_000;

/// How long an access token lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// An hour, and a refresh token comes with it.
    Refreshable,
    /// A day.
    OneDay,
    /// Until the app is removed.
    Endless,
}

/// What the token endpoint gives out.
#[derive(Debug)]
pub struct Issued {
    pub access_token: String,
    /// The scopes, with commas.
    pub scope: String,
    pub expires_in_s: Option<i64>,
    /// With its life in seconds.
    pub refresh_token: Option<(String, i64)>,
}

/// All that was granted.
#[derive(Debug)]
pub struct Grants {
    /// How long a refresh token can be used again, in ms; 0 is never.
    pub recovery_ms: i64,
    codes: Vec<(String, i64)>,
    refresh_tokens: Vec<RefreshToken>,
    migration: Option<Migration>,
    count: u64,
}

#[derive(Debug)]
struct RefreshToken {
    text: String,
    expires_at_ms: i64,
    /// When it was first used, and what replaced it.
    used: Option<(i64, String)>,
}

/// A non-expiring token that was exchanged for an expiring one.
#[derive(Debug)]
struct Migration {
    from: String,
    at_ms: i64,
    access_token: String,
    refresh_token: String,
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            recovery_ms: DEFAULT_RECOVERY_MS,
            codes: Vec::new(),
            refresh_tokens: Vec::new(),
            migration: None,
            count: 0,
        }
    }
}

impl Grants {
    fn refresh_token(&mut self, text: &str, now_ms: i64) -> Option<&mut RefreshToken> {
        let mut tokens = self.refresh_tokens.iter_mut();
        tokens.find(|it| it.text == text && now_ms < it.expires_at_ms)
    }

    /// Nothing that was granted is good any more.
    pub fn revoke(&mut self) {
        self.codes.clear();
        self.refresh_tokens.clear();
        self.migration = None;
    }
}

impl Shop {
    /// Whether a code, a refresh token or a non-expiring token is of this shop.
    pub fn knows_grant(&self, text: &str) -> bool {
        let grants = &self.grants;
        grants.codes.iter().any(|(code, _)| code == text)
            || grants.refresh_tokens.iter().any(|it| it.text == text)
            || grants.migration.as_ref().is_some_and(|it| it.from == text)
            || self.tokens.iter().any(|token| token.is_endless(text))
    }

    /// A new text that nobody else has.
    fn secret(&mut self, prefix: &str) -> String {
        self.grants.count += 1;
        format!("{prefix}_{:016x}{:016x}", self.number(), self.grants.count)
    }

    /// A code for the consent of a merchant.
    pub fn new_code(&mut self, now_ms: i64) -> String {
        let code = self.secret("code");
        self.grants.codes.push((code.clone(), now_ms + CODE_MS));
        code
    }

    /// A code for a token; a code is good once.
    pub fn redeem(&mut self, code: &str, lifetime: Lifetime, now_ms: i64) -> Option<Issued> {
        let codes = &mut self.grants.codes;
        let position = codes.iter().position(|(known, _)| known == code)?;
        let (_, expires_at_ms) = codes.remove(position);
        (now_ms < expires_at_ms).then(|| self.install(lifetime, now_ms))
    }

    /// A token for an app that a merchant has opened: what was granted before is replaced.
    pub fn install(&mut self, lifetime: Lifetime, now_ms: i64) -> Issued {
        if self.status == Status::Revoked {
            self.status = Status::Active;
        }
        self.grants.refresh_tokens.clear();
        self.grants.migration = None;
        self.issue(lifetime, now_ms)
    }

    /// A token.
    pub fn issue(&mut self, lifetime: Lifetime, now_ms: i64) -> Issued {
        let life_ms = match lifetime {
            Lifetime::Refreshable => Some(ACCESS_MS),
            Lifetime::OneDay => Some(DAY_MS),
            Lifetime::Endless => None,
        };
        let text = self.secret("shpat");
        let mut scope = String::new();
        if let Some(token) = self.tokens.first_mut() {
            scope = token.scopes.join(",");
            token.issued.retain(|it| !it.is_expired(now_ms));
            token.issued.push(IssuedToken {
                text: text.clone(),
                expires_at_ms: life_ms.map(|life_ms| now_ms + life_ms),
            });
        }
        let refresh_token = (lifetime == Lifetime::Refreshable).then(|| self.new_refresh(now_ms));
        Issued {
            access_token: text,
            scope,
            expires_in_s: life_ms.map(|life_ms| life_ms / 1_000),
            refresh_token: refresh_token.map(|text| (text, REFRESH_MS / 1_000)),
        }
    }

    fn new_refresh(&mut self, now_ms: i64) -> String {
        let text = self.secret("shprt");
        self.grants.refresh_tokens.push(RefreshToken {
            text: text.clone(),
            expires_at_ms: now_ms + REFRESH_MS,
            used: None,
        });
        text
    }

    /// A refresh token for a new pair. Used again, it leads to the same replacement, until that one is used or its time is over.
    pub fn refresh(&mut self, text: &str, now_ms: i64) -> Option<Issued> {
        if self.status != Status::Active {
            return None;
        }
        let recovery_ms = self.grants.recovery_ms;
        let token = self.grants.refresh_token(text, now_ms)?;
        if let Some((used_at_ms, replacement)) = token.used.clone() {
            let is_over = now_ms >= used_at_ms + recovery_ms;
            return (!is_over).then(|| self.repeat(&replacement, now_ms));
        }
        // Whoever uses the replacement has it: what it replaced is retired.
        let is_before = |it: &RefreshToken| it.used.as_ref().is_some_and(|(_, next)| next == text);
        self.grants.refresh_tokens.retain(|it| !is_before(it));
        self.grants.migration = None;
        let issued = self.issue(Lifetime::Refreshable, now_ms);
        if let (Some((replacement, _)), Some(token)) = (
            issued.refresh_token.clone(),
            self.grants.refresh_token(text, now_ms),
        ) {
            token.used = Some((now_ms, replacement));
        }
        Some(issued)
    }

    /// A new access token beside a refresh token that was given out before.
    fn repeat(&mut self, refresh_token: &str, now_ms: i64) -> Issued {
        let known = self.grants.refresh_token(refresh_token, now_ms);
        let left_ms = known.map_or(0, |it| it.expires_at_ms - now_ms);
        let mut issued = self.issue(Lifetime::OneDay, now_ms);
        if let Some(token) = self.tokens.first_mut().and_then(|it| it.issued.last_mut()) {
            token.expires_at_ms = Some(now_ms + ACCESS_MS);
        }
        issued.expires_in_s = Some(ACCESS_MS / 1_000);
        issued.refresh_token = Some((refresh_token.to_owned(), left_ms / 1_000));
        issued
    }

    /// A non-expiring token for an expiring pair: the old one dies. Within a week the same exchange gives the same pair.
    pub fn migrate(&mut self, from: &str, now_ms: i64) -> Option<Issued> {
        let known = self.grants.migration.as_ref();
        if let Some(known) = known.filter(|it| it.from == from && now_ms < it.at_ms + MIGRATION_MS)
        {
            let (access_token, refresh_token) =
                (known.access_token.clone(), known.refresh_token.clone());
            return Some(self.extend(access_token, refresh_token, now_ms));
        }
        let token = self.tokens.first_mut().filter(|it| it.is_endless(from))?;
        token.forget_endless();
        let issued = self.install(Lifetime::Refreshable, now_ms);
        let (refresh_token, _) = issued.refresh_token.clone()?;
        self.grants.migration = Some(Migration {
            from: from.to_owned(),
            at_ms: now_ms,
            access_token: issued.access_token.clone(),
            refresh_token,
        });
        Some(issued)
    }

    /// The same pair again, its access token for another hour.
    fn extend(&mut self, access_token: String, refresh_token: String, now_ms: i64) -> Issued {
        let known = self.grants.refresh_token(&refresh_token, now_ms);
        let left_ms = known.map_or(0, |it| it.expires_at_ms - now_ms);
        let mut scope = String::new();
        if let Some(token) = self.tokens.first_mut() {
            scope = token.scopes.join(",");
            token.issued.retain(|it| it.text != access_token);
            token.issued.push(IssuedToken {
                text: access_token.clone(),
                expires_at_ms: Some(now_ms + ACCESS_MS),
            });
        }
        Issued {
            access_token,
            scope,
            expires_in_s: Some(ACCESS_MS / 1_000),
            refresh_token: Some((refresh_token, left_ms / 1_000)),
        }
    }
}

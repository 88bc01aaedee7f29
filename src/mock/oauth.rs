//! OAuth: the consent page that always says yes, and the token endpoint with all its grants.

mod authorize;
mod form;
mod grants;
mod id_token;

use serde_json::{Value, json};

use super::endpoint::{self, Visit};
use super::engine::{Engine, World};
use super::faults::{Endpoint, FaultKind};
use super::reply;
use super::shop::{Shop, Status};
use super::transport::{Reply, Request};
use form::Form;
pub use grants::Grants;
use grants::{Issued, Lifetime};

/// Where apps get tokens.
pub const TOKEN_PATH: &str = "/admin/oauth/access_token";
/// Where merchants are sent to consent.
pub const AUTHORIZE_PATH: &str = "/admin/oauth/authorize";

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const OFFLINE_TOKEN: &str = "urn:shopify:params:oauth:token-type:offline-access-token";

/// What the token endpoint says no with: status, code, description.
struct Refusal(u16, &'static str, &'static str);

impl Refusal {
    fn reply(&self) -> Reply {
        let Self(status, error, description) = self;
        let body = json!({"error": error, "error_description": description});
        Reply::json(*status, &body)
    }
}

/// What a refresh token that is unknown, expired or used up leads to.
const INACTIVE_REFRESH_TOKEN: Refusal = Refusal(
    401,
    "invalid_request",
    "This request requires an active refresh_token",
);

/// Answers `GET /admin/oauth/authorize`.
pub fn authorize(engine: &Engine, request: &Request) -> Reply {
    authorize::handle(engine, request)
}

/// Answers `POST /admin/oauth/access_token`.
pub fn token(engine: &Engine, request: &Request) -> Reply {
    let form = Form::read(request);
    let now_ms = engine.clock.now_ms();
    let domain = shop_of(&engine.world(), request, &form).unwrap_or_default();
    let visit = Visit {
        endpoint: Endpoint::Token,
        shop: &domain,
    };
    endpoint::answer(engine, visit, |world, fault| {
        let Some(shop) = world.shop_mut(&domain).filter(|_| request.method == "POST") else {
            return reply::not_found();
        };
        // An app that was removed comes back by a new installation.
        let refused = reply::refused(shop.status).filter(|_| shop.status != Status::Revoked);
        if let Some(refused) = refused {
            return refused;
        }
        match grant(shop, &form, now_ms) {
            Err(refusal) => refusal.reply(),
            Ok(issued) => Reply::json(200, &shown(&issued, fault)),
        }
    })
}

/// The shop by the host, else by `shop`, else by what is shown, else the only one with this app.
fn shop_of(world: &World, request: &Request, form: &Form) -> Option<String> {
    if let Some(domain) = request.shop_domain() {
        return Some(domain);
    }
    if let Some(domain) = request.parameter("shop").or_else(|| form.get("shop")) {
        return Some(domain.to_ascii_lowercase());
    }
    let shown = ["refresh_token", "code", "subject_token"];
    let shown: Vec<&str> = shown
        .into_iter()
        .filter_map(|name| form.get(name))
        .collect();
    let knows = |shop: &&Shop| shown.iter().any(|text| shop.knows_grant(text));
    if let Some(shop) = world.shops.iter().find(knows) {
        return Some(shop.domain.clone());
    }
    let destination = shown.iter().find_map(|text| id_token::destination(text));
    destination.or_else(|| only_shop_of(world, form.get("client_id")?))
}

fn only_shop_of(world: &World, client_id: &str) -> Option<String> {
    let mut shops = world
        .shops
        .iter()
        .filter(|shop| shop.client_id == client_id);
    let only = shops.next()?;
    shops.next().is_none().then(|| only.domain.clone())
}

fn grant(shop: &mut Shop, form: &Form, now_ms: i64) -> Result<Issued, Refusal> {
    let secret = form.get("client_secret").unwrap_or_default();
    let is_known = form.get("client_id") == Some(&shop.client_id);
    if !is_known || !shop.client_secrets.iter().any(|known| known == secret) {
        return Err(Refusal(
            400,
            "invalid_client",
            "Client authentication failed",
        ));
    }
    let lifetime = match form.is_set("expiring") {
        true => Lifetime::Refreshable,
        false => Lifetime::Endless,
    };
    match form.get("grant_type") {
        Some("refresh_token") => {
            let token = form.get("refresh_token").unwrap_or_default();
            shop.refresh(token, now_ms).ok_or(INACTIVE_REFRESH_TOKEN)
        }
        Some("client_credentials") if shop.status == Status::Revoked => Err(Refusal(
            400,
            "shop_not_permitted",
            "Client credentials cannot be performed on this shop.",
        )),
        Some("client_credentials") => Ok(shop.issue(Lifetime::OneDay, now_ms)),
        Some(TOKEN_EXCHANGE) => exchange(shop, form, lifetime, now_ms),
        None | Some("authorization_code") => {
            let code = form.get("code").unwrap_or_default();
            let refusal = Refusal(
                400,
                "invalid_request",
                "The authorization code was not found or was already used",
            );
            shop.redeem(code, lifetime, now_ms).ok_or(refusal)
        }
        Some(_) => Err(Refusal(
            400,
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server.",
        )),
    }
}

fn exchange(
    shop: &mut Shop,
    form: &Form,
    lifetime: Lifetime,
    now_ms: i64,
) -> Result<Issued, Refusal> {
    let subject = form.get("subject_token").unwrap_or_default();
    match form.get("subject_token_type") {
        Some(ID_TOKEN) if form.get("requested_token_type") == Some(OFFLINE_TOKEN) => {
            if !id_token::is_valid(shop, subject, now_ms) {
                return Err(Refusal(
                    400,
                    "invalid_subject_token",
                    "The provided subject token is not a valid session token",
                ));
            }
            Ok(shop.install(lifetime, now_ms))
        }
        Some(OFFLINE_TOKEN) if lifetime == Lifetime::Refreshable => {
            shop.migrate(subject, now_ms).ok_or(Refusal(
                400,
                "invalid_subject_token",
                "The provided subject token is not a non-expiring offline token",
            ))
        }
        _ => Err(Refusal(
            400,
            "invalid_request",
            "The mock exchanges id tokens and non-expiring offline tokens for offline tokens",
        )),
    }
}

fn shown(issued: &Issued, fault: Option<&FaultKind>) -> Value {
    let mut body = json!({"access_token": issued.access_token, "scope": issued.scope});
    let Some(members) = body.as_object_mut() else {
        return body;
    };
    let lacks_expiry = fault == Some(&FaultKind::MissingExpiresIn);
    if let Some(seconds) = issued.expires_in_s.filter(|_| !lacks_expiry) {
        members.insert("expires_in".to_owned(), seconds.into());
    }
    if let Some((token, seconds)) = &issued.refresh_token {
        members.insert("refresh_token".to_owned(), token.clone().into());
        members.insert("refresh_token_expires_in".to_owned(), (*seconds).into());
    }
    body
}

impl Engine {
    /// An id token as an embedded app gets it from the admin: for a minute from now. None for an unknown shop.
    pub fn id_token(&self, shop: &str) -> Option<String> {
        let now_ms = self.clock.now_ms();
        let world = self.world();
        Some(id_token::mint(world.shop(shop)?, now_ms))
    }
}

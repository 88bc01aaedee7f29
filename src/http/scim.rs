//! SCIM over HTTP: from a request to a use case and back. Nothing about SCIM's meaning is decided here.

mod route;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use percent_encoding::percent_decode_str;
use tracing::{Instrument, Span};

use self::route::{Endpoint, Resource, Target};
use super::error::{answer_failure, explain};
use crate::http::{LAST_REQUESTS_S, Running, ServeError};
use crate::metrics::Metrics;
use crate::provision::{Answer, Body, Call, Caller, Failure, Provision};
use crate::scim::error::ScimError;
use crate::scim::schema::ResourceType;

pub use self::route::BASE_PATH;

/// The media type of every answer: RFC 7644 §8.1.
const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");

/// What the server needs to know beside the use cases.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Threads; 0: one per core.
    pub workers: usize,
    /// The largest request body.
    pub max_body_bytes: usize,
}

/// What a request needs.
struct Service {
    provision: Arc<Provision>,
    limits: Limits,
    metrics: Arc<Metrics>,
}

/// Serves SCIM on `listener`.
///
/// # Errors
/// The listener cannot be used.
pub fn serve(
    listener: TcpListener,
    provision: Arc<Provision>,
    limits: Limits,
    metrics: Arc<Metrics>,
) -> Result<Running, ServeError> {
    let service = web::Data::new(Service {
        provision,
        limits,
        metrics,
    });
    let mut server = HttpServer::new(move || {
        App::new()
            .app_data(service.clone())
            .default_service(web::to(handle))
    })
    .disable_signals()
    .shutdown_timeout(LAST_REQUESTS_S);
    if limits.workers > 0 {
        server = server.workers(limits.workers);
    }
    let server = server
        .listen(listener)
        .map_err(|source| ServeError::Start {
            what: "listen",
            source,
        })?;
    Ok(Running::start(server.run()))
}

async fn handle(
    request: HttpRequest,
    payload: web::Payload,
    service: web::Data<Service>,
) -> HttpResponse {
    let began = Instant::now();
    let request_id = service.provision.request_id();
    let target = target(&request);
    let method = method_name(request.method());
    let resource = match &target {
        Ok(target) => target.endpoint.pattern(),
        Err(_) => "none",
    };
    let span = span(&request, method, resource, &request_id);
    let mut response = answer(&request, target, payload, &service, &request_id)
        .instrument(span)
        .await;
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response
            .headers_mut()
            .insert(header::HeaderName::from_static("x-request-id"), value);
    }
    let status = response.status().as_u16();
    service
        .metrics
        .scim_answered(method, resource, status, began.elapsed());
    response
}

/// What the lines of a request have in common. A read, of which there are many, has it only when someone looks for it; should it fail, its line says the id.
fn span(request: &HttpRequest, method: &str, resource: &str, request_id: &str) -> Span {
    if has_body(request.method()) || request.method() == Method::DELETE {
        tracing::info_span!("scim", request.id = request_id, method, resource)
    } else {
        tracing::debug_span!("scim", request.id = request_id, method, resource)
    }
}

async fn answer(
    request: &HttpRequest,
    target: Result<Target, Failure>,
    payload: web::Payload,
    service: &Service,
    request_id: &str,
) -> HttpResponse {
    tracing::debug!("a SCIM request");
    let answered = match target {
        Ok(target) => serve_target(request, target, payload, service, request_id).await,
        Err(failure) => Err(failure),
    };
    if let Err(Failure::Unauthorized(refusal)) = &answered {
        service.metrics.auth_failed(refusal.name());
    }
    let answer = answered.unwrap_or_else(|failure| answer_failure(&failure, request_id));
    tracing::debug!(status = answer.status, "answered");
    respond(answer)
}

async fn serve_target(
    request: &HttpRequest,
    target: Target,
    payload: web::Payload,
    service: &Service,
    request_id: &str,
) -> Result<Answer, Failure> {
    let provision = &service.provision;
    // What is asked most: one look at the database for the token and the resource.
    if let (&Method::GET, Endpoint::One(of, id)) = (request.method(), &target.endpoint) {
        let found = provision.snapshot(async {
            let caller = admit(request, provision, &target).await?;
            let call = call(request, &caller, request_id, &[]);
            provision.get(&call, kind(*of), id).await
        });
        return found.await;
    }
    let caller = admit(request, provision, &target).await?;
    let body = if has_body(request.method()) {
        check_content_type(request)?;
        read_body(payload, service.limits.max_body_bytes).await?
    } else {
        web::Bytes::new()
    };
    let call = call(request, &caller, request_id, &body);
    dispatch(provision, &call, request.method(), target.endpoint).await
}

/// Who sends the request, when they may send it.
async fn admit(
    request: &HttpRequest,
    provision: &Provision,
    target: &Target,
) -> Result<Caller, Failure> {
    let caller = provision
        .authenticate(
            header_text(request, &header::AUTHORIZATION),
            target.shop.as_deref(),
        )
        .await?;
    check_method(request.method(), &target.endpoint)?;
    Ok(caller)
}

fn call<'r>(
    request: &'r HttpRequest,
    caller: &'r Caller,
    request_id: &'r str,
    body: &'r [u8],
) -> Call<'r> {
    Call {
        caller,
        request_id,
        query: request.query_string(),
        if_match: header_text(request, &header::IF_MATCH),
        if_none_match: header_text(request, &header::IF_NONE_MATCH),
        body: Body::Bytes(body),
        waits: true,
    }
}

async fn dispatch(
    provision: &Arc<Provision>,
    call: &Call<'_>,
    method: &Method,
    endpoint: Endpoint,
) -> Result<Answer, Failure> {
    match endpoint {
        Endpoint::Collection(of) if *method == Method::POST => {
            provision.create(call, kind(of)).await
        }
        Endpoint::Collection(of) => provision.list(call, &[kind(of)]).await,
        Endpoint::Search(of) => provision.search(call, &[kind(of)]).await,
        Endpoint::Root => provision.list(call, &ResourceType::ALL).await,
        Endpoint::RootSearch => provision.search(call, &ResourceType::ALL).await,
        Endpoint::One(of, id) => match method.as_str() {
            "PUT" => provision.replace(call, kind(of), &id).await,
            "PATCH" => provision.patch(call, kind(of), &id).await,
            "DELETE" => provision.delete(call, kind(of), &id).await,
            _ => provision.get(call, kind(of), &id).await,
        },
        Endpoint::Bulk => {
            let explain = |failure: &Failure| explain(failure, call.request_id);
            provision.bulk(call, &explain).await
        }
        // RFC 7644 §3.11: a provider without "Me" answers 501.
        Endpoint::Me => Err(ScimError::not_implemented(
            "/Me is not supported: a provisioning token is not a user",
        )
        .into()),
        Endpoint::ServiceProviderConfig => provision.service_provider_config(call),
        Endpoint::ResourceTypes => provision.resource_types(call),
        Endpoint::ResourceType(name) => provision.resource_type(call, &name),
        Endpoint::Schemas => provision.schemas(call),
        Endpoint::Schema(urn) => provision.schema(call, &urn),
    }
}

fn kind(resource: Resource) -> ResourceType {
    match resource {
        Resource::Users => ResourceType::User,
        Resource::Groups => ResourceType::Group,
    }
}

fn target(request: &HttpRequest) -> Result<Target, Failure> {
    percent_decode_str(request.path())
        .decode_utf8()
        .ok()
        .and_then(|path| route::target(&path))
        .ok_or_else(|| {
            ScimError::not_found(
                "there is no such endpoint: SCIM is served below /scim/v2, for example /scim/v2/Users",
            )
            .into()
        })
}

fn check_method(method: &Method, endpoint: &Endpoint) -> Result<(), Failure> {
    let allow = endpoint.allow();
    if allow.split(", ").any(|allowed| allowed == method.as_str()) {
        return Ok(());
    }
    Err(Failure::MethodNotAllowed { allow })
}

/// The method, or that it is none of SCIM's.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn has_body(method: &Method) -> bool {
    matches!(method.as_str(), "POST" | "PUT" | "PATCH")
}

/// JSON under any of its names, and none at all, which some clients send.
fn check_content_type(request: &HttpRequest) -> Result<(), Failure> {
    let Some(value) = request.headers().get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let media_type = value.to_str().unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let json = essence.is_empty()
        || essence.eq_ignore_ascii_case("application/scim+json")
        || essence.eq_ignore_ascii_case("application/json");
    if json {
        Ok(())
    } else {
        Err(Failure::UnsupportedMediaType)
    }
}

async fn read_body(payload: web::Payload, limit_bytes: usize) -> Result<web::Bytes, Failure> {
    match payload.to_bytes_limited(limit_bytes).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(Failure::BodyUnreadable),
        Err(_) => Err(Failure::BodyTooLarge { limit_bytes }),
    }
}

fn header_text<'r>(request: &'r HttpRequest, name: &header::HeaderName) -> Option<&'r str> {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
}

fn respond(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response =
        HttpResponse::with_body(status, BoxBody::new(answer.body.unwrap_or_default()));
    let headers = response.headers_mut();
    if status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED {
        headers.insert(header::CONTENT_TYPE, SCIM_JSON);
    }
    let extra = [
        (header::ETAG, answer.etag),
        (header::LOCATION, answer.location),
        (header::ALLOW, answer.allow.map(str::to_owned)),
        (
            header::WWW_AUTHENTICATE,
            answer.challenge.map(str::to_owned),
        ),
        (
            header::RETRY_AFTER,
            answer.retry_after_secs.map(|secs| secs.to_string()),
        ),
    ];
    for (name, value) in extra {
        if let Some(value) = value.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(name, value);
        }
    }
    response
}

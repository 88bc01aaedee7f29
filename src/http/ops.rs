//! What whoever runs the process asks, on a listener of its own: `/livez` (the process answers), `/readyz` (it can serve) and `/metrics`.

mod backlog;
mod ready;

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, HttpServer, web};

use crate::base::clock::Clock;
use crate::http::{LAST_REQUESTS_S, Running, ServeError};
use crate::metrics::{Metrics, Page, process};
use crate::reconcile::Reconciler;
use crate::reconcile::worker::Worker;
use crate::store::Store;
use backlog::Backlogs;

/// What is asked about.
#[derive(Debug)]
pub struct Parts {
    /// The directory.
    pub store: Arc<Store>,
    /// What drives it towards Shopify.
    pub reconciler: Arc<Reconciler>,
    /// The worker, if this process has one.
    pub worker: Option<Worker>,
    /// What was counted.
    pub metrics: Arc<Metrics>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Answers on `listener`.
///
/// # Errors
/// The listener cannot be used.
pub fn serve(listener: TcpListener, parts: Parts) -> Result<Running, ServeError> {
    let parts = web::Data::new(parts);
    let backlogs = web::Data::new(Backlogs::default());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(parts.clone())
            .app_data(backlogs.clone())
            .route("/livez", web::get().to(|| async { "alive\n" }))
            .route("/readyz", web::get().to(readyz))
            .route("/metrics", web::get().to(metrics))
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(LAST_REQUESTS_S)
    .listen(listener)
    .map_err(|source| ServeError::Start {
        what: "ops_listen",
        source,
    })?;
    Ok(Running::start(server.run()))
}

async fn readyz(parts: web::Data<Parts>) -> HttpResponse {
    let (is_ready, states) = ready::states(&parts).await;
    let mut answer = if is_ready {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    answer
        .insert_header(ContentType::json())
        .body(format!("{states}\n"))
}

async fn metrics(parts: web::Data<Parts>, backlogs: web::Data<Backlogs>) -> HttpResponse {
    let mut page = Page::default();
    let version = env!("CARGO_PKG_VERSION");
    page.info("syncup_build_info", "What runs.", "version", version);
    parts.metrics.write(&mut page);
    let now_ms = parts.clock.now_ms();
    let points = parts.reconciler.shops().least_available_points(now_ms);
    if let Some(points) = points {
        page.gauge(
            "syncup_shopify_available_points",
            "Points left in the emptiest bucket of the shops that this process knows, by its reckoning.",
            points,
        );
    }
    backlogs.write(&parts.store, now_ms, &mut page).await;
    parts.store.errors().write(&mut page);
    process::write(&mut page);
    HttpResponse::Ok()
        .insert_header(("content-type", Page::MEDIA_TYPE))
        .body(page.text())
}

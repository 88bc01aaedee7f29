//! Health on a listener of its own: `/livez` (the process runs) and `/readyz` (it can serve).

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::{App, HttpResponse, HttpServer, web};

use crate::http::{LAST_REQUESTS_S, Running, ServeError};
use crate::store::Store;

/// Serves health on `listener`.
///
/// # Errors
/// The listener cannot be used.
pub fn serve(listener: TcpListener, store: Arc<Store>) -> Result<Running, ServeError> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::from(Arc::clone(&store)))
            .route("/livez", web::get().to(|| async { "alive\n" }))
            .route("/readyz", web::get().to(readyz))
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

async fn readyz(store: web::Data<Store>) -> HttpResponse {
    match store.ping().await {
        Ok(()) => HttpResponse::Ok().body("store: ok\n"),
        Err(error) => {
            tracing::error!(error = %error, "not ready");
            HttpResponse::ServiceUnavailable().body("store: cannot be read\n")
        }
    }
}

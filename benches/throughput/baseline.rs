//! What a request costs without a bridge: actix-web alone, answering every request with a ready body of 1 KB.

use std::net::SocketAddr;
use std::process::Command;

use actix_web::{App, HttpResponse, HttpServer, web};
use syncup::app;

use crate::process::{Process, free_address};
use crate::{Failure, user};

/// The argument that makes this program the baseline's server.
pub const ARGUMENT: &str = "--serve-baseline";

/// The baseline as a process.
pub struct Baseline {
    /// Where it listens.
    pub address: SocketAddr,
    /// The process.
    pub process: Process,
}

impl Baseline {
    /// Starts this program again as the baseline.
    pub fn start() -> Result<Self, Failure> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(ARGUMENT).arg(address.to_string());
        let (process, _) = Process::start(&mut command, address, "/")?;
        Ok(Self { address, process })
    }
}

/// Serves the baseline until the process is ended.
pub fn serve(address: SocketAddr) -> Result<(), Failure> {
    let body = web::Bytes::from(user::template());
    let server = HttpServer::new(move || {
        let body = body.clone();
        App::new().default_service(web::to(move || {
            let body = body.clone();
            async move {
                HttpResponse::Ok()
                    .content_type("application/scim+json")
                    .body(body)
            }
        }))
    })
    .disable_signals()
    .bind(address)?;
    app::runtime()?.block_on(server.run())?;
    Ok(())
}

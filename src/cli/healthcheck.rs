//! `syncup healthcheck`: one request to `/readyz` of a running `serve`.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::Failure;

const TIMEOUT: Duration = Duration::from_secs(5);

/// Succeeds when the server at `ops_listen` says that it is ready.
pub(super) fn run(ops_listen: SocketAddr) -> Result<String, Failure> {
    let unreachable = |error: std::io::Error| {
        format!("nothing answers at {ops_listen} (ops_listen): is `syncup serve` running? {error}")
    };
    let mut stream = TcpStream::connect_timeout(&ops_listen, TIMEOUT).map_err(unreachable)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    write!(
        stream,
        "GET /readyz HTTP/1.1\r\nHost: {ops_listen}\r\nConnection: close\r\n\r\n"
    )
    .map_err(unreachable)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(unreachable)?;
    let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default().trim();
    if answer.starts_with("HTTP/1.1 200") {
        Ok(format!("ready: {body}\n"))
    } else if body.is_empty() {
        Err(format!("what answers at {ops_listen} (ops_listen) is not `syncup serve`").into())
    } else {
        Err(format!("not ready: {body}").into())
    }
}

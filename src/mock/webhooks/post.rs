//! Posting webhooks over plain HTTP, as the served mock does: on one machine nobody needs more.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::carry::Outgoing;
use crate::mock::engine::Engine;

/// Shopify waits a second for a connection, and five for the answer.
const CONNECT: Duration = Duration::from_secs(1);
const ANSWER: Duration = Duration::from_secs(5);
/// How long to rest when nothing is due.
const PAUSE: Duration = Duration::from_millis(50);

/// Posts webhooks in a thread of its own, for as long as somebody holds the engine.
///
/// # Errors
/// The thread cannot be started.
pub fn keep_posting(engine: &Arc<Engine>) -> io::Result<()> {
    let engine = Arc::downgrade(engine);
    let thread = thread::Builder::new().name("webhooks".to_owned());
    thread.spawn(move || {
        while let Some(engine) = engine.upgrade() {
            let posted = engine.post_webhooks();
            drop(engine);
            if posted == 0 {
                thread::sleep(PAUSE);
            }
        }
    })?;
    Ok(())
}

/// Posts one webhook: the HTTP status, or None without an answer, or where the address is not one of plain HTTP.
pub fn post(outgoing: &Outgoing) -> Option<u16> {
    let rest = outgoing.uri.strip_prefix("http://")?;
    let (host, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    exchange(host, path, outgoing).ok().flatten()
}

fn exchange(host: &str, path: &str, outgoing: &Outgoing) -> io::Result<Option<u16>> {
    let has_port = host
        .rsplit(':')
        .next()
        .is_some_and(|port| port.parse::<u16>().is_ok());
    let mut addresses = match has_port {
        true => host.to_socket_addrs()?,
        false => format!("{host}:80").to_socket_addrs()?,
    };
    let address = addresses.next().ok_or(io::ErrorKind::NotFound)?;
    let mut stream = TcpStream::connect_timeout(&address, CONNECT)?;
    stream.set_read_timeout(Some(ANSWER))?;
    stream.set_write_timeout(Some(ANSWER))?;
    let length = outgoing.body.len();
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n"
    );
    for (name, value) in &outgoing.headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes())?;
    stream.write_all(&outgoing.body)?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    let status = line.split(' ').nth(1).unwrap_or_default();
    Ok(status.parse().ok())
}

//! One run of wrk, the load generator.

use std::net::SocketAddr;
use std::process::Command;

use secrecy::{ExposeSecret as _, SecretString};

use crate::Failure;
use crate::process::Process;
use crate::user;

/// The threads of wrk; load.lua counts on them.
const THREADS: u32 = 2;

/// What is asked in a run.
#[derive(Debug)]
pub struct Load<'l> {
    /// The kind of request, by its name in load.lua.
    pub kind: &'l str,
    /// The token.
    pub token: &'l SecretString,
    /// How many users there are to ask for.
    pub users: u64,
    /// The first user that is changed.
    pub offset: u64,
    /// Connections.
    pub connections: u32,
    /// How long.
    pub seconds: u64,
}

/// What came of a run.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Answers a second.
    pub rate: f64,
    /// Answers with another status than 2xx, and no answers.
    pub failed: f64,
    /// The median of the latencies, in milliseconds.
    pub p50_ms: f64,
    /// The 99th percentile of the latencies, in milliseconds.
    pub p99_ms: f64,
    /// What an answer cost the server in CPU time, in microseconds.
    pub cpu_us: f64,
}

impl Load<'_> {
    /// Runs it against the server `process` at `address`.
    pub fn run(&self, address: SocketAddr, process: &Process) -> Result<Outcome, Failure> {
        let before_us = process.cpu_us()?;
        let output = Command::new("wrk")
            .arg(format!("-t{THREADS}"))
            .arg(format!("-c{}", self.connections))
            .arg(format!("-d{}s", self.seconds))
            .arg("-s")
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/benches/throughput/load.lua"
            ))
            .arg(format!("http://{address}"))
            .arg("--")
            .arg(self.kind)
            .arg(self.token.expose_secret())
            .arg(self.users.to_string())
            .arg(self.offset.to_string())
            // Names that no other run has used.
            .arg(format!("c{}at{before_us}", self.connections))
            .arg(user::template())
            .output()
            .map_err(|error| format!("cannot run wrk: {error}"))?;
        let cpu_us = process.cpu_us()?.saturating_sub(before_us);
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(read(&text, cpu_us).ok_or_else(|| {
            let said = String::from_utf8_lossy(&output.stderr);
            format!("wrk failed: {text}{said}")
        })?)
    }
}

/// The line that load.lua prints at the end: requests, microseconds, failures, and the two percentiles in microseconds.
fn read(text: &str, cpu_us: u64) -> Option<Outcome> {
    let line = text.lines().find_map(|line| line.strip_prefix("result "))?;
    let numbers: Vec<f64> = line
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    let [requests, duration_us, failed, p50_us, p99_us] = *numbers.as_slice() else {
        return None;
    };
    Some(Outcome {
        rate: requests / (duration_us / 1e6),
        failed,
        p50_ms: p50_us / 1e3,
        p99_ms: p99_us / 1e3,
        cpu_us: cpu_us as f64 / requests,
    })
}

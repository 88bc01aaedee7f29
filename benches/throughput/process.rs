//! A server as a process of its own: started, asked for its first answer, and asked the system what it costs.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;

/// How long a server may take to its first answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait before asking a starting server again.
const PAUSE: Duration = Duration::from_micros(500);
/// A tick of the kernel's CPU accounting, which is 10 ms on every Linux.
const TICK_US: u64 = 10_000;

/// A process that ends with this value.
pub struct Process(Child);

/// What a process holds.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Everything resident, mapped files included.
    pub resident_mb: f64,
    /// What is its own: neither shared nor backed by a file.
    pub own_mb: f64,
}

impl Process {
    /// Starts `command`, and waits until `path` at `address` is answered with 200; says how long that took.
    pub fn start(
        command: &mut Command,
        address: SocketAddr,
        path: &str,
    ) -> Result<(Self, Duration), Failure> {
        let began = Instant::now();
        let mut process = Self(command.stdin(Stdio::null()).spawn()?);
        while !answers(address, path) {
            if let Some(status) = process.0.try_wait()? {
                return Err(format!("the server ended with {status} before it answered").into());
            }
            if began.elapsed() > PATIENCE {
                return Err("the server does not answer".into());
            }
            std::thread::sleep(PAUSE);
        }
        Ok((process, began.elapsed()))
    }

    /// The CPU time used so far, in microseconds.
    pub fn cpu_us(&self) -> Result<u64, Failure> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        // The name in parentheses may hold spaces; user and system time are the 12th and 13th field behind it.
        let (_, fields) = stat.rsplit_once(')').ok_or("no process statistics")?;
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: u64 = ticks.map(str::parse::<u64>).sum::<Result<_, _>>()?;
        Ok(ticks * TICK_US)
    }

    /// What the process holds now.
    pub fn memory(&self) -> Result<Memory, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let megabytes = |name: &str| -> Result<f64, Failure> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kilobytes = line.and_then(|line| line.split_whitespace().next());
            Ok(kilobytes.ok_or("no memory statistics")?.parse::<f64>()? / 1024.0)
        };
        Ok(Memory {
            resident_mb: megabytes("VmRSS:")?,
            own_mb: megabytes("RssAnon:")?,
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A loopback address that nobody listens on.
pub fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

fn answers(address: SocketAddr, path: &str) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200 "))
    };
    ask().unwrap_or(false)
}

//! The real `syncup serve` as a process, provisioning into its directory and sending nothing to Shopify.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::Failure;
use crate::process::{Process, free_address};

/// The bridge as a process.
pub struct Bridge {
    /// Where SCIM is served.
    pub address: SocketAddr,
    /// The process.
    pub process: Process,
    /// From exec to the first 200 of `/readyz`, which reads the database.
    pub first_answer: Duration,
}

impl Bridge {
    /// Starts it over a data directory.
    pub fn start(data_dir: &Path) -> Result<Self, Failure> {
        let address = free_address()?;
        let ops = free_address()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_syncup"));
        command
            .arg("serve")
            .env_clear()
            .env("SYNCUP_DATA_DIR", data_dir)
            .env("SYNCUP_LISTEN", address.to_string())
            .env("SYNCUP_OPS_LISTEN", ops.to_string())
            .env("SYNCUP_PUBLIC_URL", format!("http://{address}"))
            .env("SYNCUP_SHOPIFY_PUSH", "false")
            .env("SYNCUP_LOG", "warn");
        let (process, first_answer) = Process::start(&mut command, ops, "/readyz")?;
        Ok(Self {
            address,
            process,
            first_answer,
        })
    }
}

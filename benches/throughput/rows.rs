//! The rows of the table: what is asked, how it is measured against the baseline, and what it should reach.

use secrecy::SecretString;

use crate::baseline::Baseline;
use crate::bridge::Bridge;
use crate::load::{Load, Outcome};
use crate::{Extent, Failure};

/// A kind of request.
#[derive(Debug)]
pub struct Row {
    /// As the table names it.
    pub name: &'static str,
    /// As load.lua names it.
    kind: &'static str,
    /// The part of the baseline's rate that it should reach.
    pub aim: f64,
}

/// The rows, in the order they are measured in: what adds users comes last.
pub const ROWS: [Row; 5] = [
    row("GET by id", "get", 0.60),
    row("filter userName eq", "filter", 0.60),
    row("page of 100", "page", 0.12),
    row("PATCH active", "patch", 0.18),
    row("POST", "post", 0.15),
];

/// The numbers of connections.
pub const CONNECTIONS: [u32; 2] = [16, 256];

const fn row(name: &'static str, kind: &'static str, aim: f64) -> Row {
    Row { name, kind, aim }
}

/// One line of the table.
#[derive(Debug)]
pub struct Measured {
    /// What was asked.
    pub row: &'static Row,
    /// Users stored at the beginning.
    pub users: u64,
    /// Connections.
    pub connections: u32,
    /// What came of it.
    pub outcome: Outcome,
    /// Its rate, as a part of the baseline's right before and after.
    pub ratio: f64,
    /// What an answer costs the baseline in CPU time, in microseconds.
    pub bare_cpu_us: f64,
}

/// What is measured on a bridge.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The token.
    pub token: &'a SecretString,
    /// The users stored.
    pub users: u64,
    /// The one kind of request, or all.
    pub only: Option<&'a str>,
}

/// Measures the rows on a bridge, and hands each line over as it is known.
pub fn measure(
    baseline: &Baseline,
    bridge: &Bridge,
    asked: &Asked<'_>,
    extent: &Extent,
    mut found: impl FnMut(Measured),
) -> Result<(), Failure> {
    let users = asked.users;
    for row in ROWS
        .iter()
        .filter(|row| asked.only.is_none_or(|only| only == row.kind))
    {
        for (turn, connections) in (0..).zip(CONNECTIONS) {
            let load = |kind, seconds| Load {
                kind,
                token: asked.token,
                users,
                // The second run goes on with users that the first has left alone, while there are any.
                offset: users / 2 * turn,
                connections,
                seconds,
            };
            let bare =
                || load("get", extent.baseline_secs).run(baseline.address, &baseline.process);
            let before = bare()?;
            let outcome = load(row.kind, extent.row_secs).run(bridge.address, &bridge.process)?;
            let after = bare()?;
            found(Measured {
                row,
                users,
                connections,
                outcome,
                ratio: 2.0 * outcome.rate / (before.rate + after.rate),
                bare_cpu_us: (before.cpu_us + after.cpu_us) / 2.0,
            });
        }
    }
    Ok(())
}

//! The table, printed line by line as figures come.

use crate::process::Memory;
use crate::rows::{CONNECTIONS, Measured, ROWS};

/// The head of the rows.
pub fn head() {
    println!(
        "{:>9} users  {:<18} {:>5}  {:>9}  {:>5}  {:>4}  {:>8}  {:>8}  {:>7}  {:>7}  failed",
        "stored",
        "request",
        "conns",
        "answers/s",
        "ratio",
        "aim",
        "p50 ms",
        "p99 ms",
        "CPU µs",
        "bare µs"
    );
}

/// One row.
pub fn line(measured: &Measured) {
    let outcome = &measured.outcome;
    println!(
        "{:>9} users  {:<18} {:>5}  {:>9.0}  {:>5.2}  {:>4.2}{} {:>8.2}  {:>8.2}  {:>7.1}  {:>7.1}  {}",
        measured.users,
        measured.row.name,
        measured.connections,
        outcome.rate,
        measured.ratio,
        measured.row.aim,
        mark(measured.ratio >= measured.row.aim),
        outcome.p50_ms,
        outcome.p99_ms,
        outcome.cpu_us,
        measured.bare_cpu_us,
        outcome.failed
    );
}

/// How much of the rate with the fewest users is left with the most.
pub fn growth(all: &[Measured]) {
    let ratio = |name: &str, connections: u32, users: u64| {
        all.iter()
            .find(|it| (it.row.name, it.connections, it.users) == (name, connections, users))
            .map(|it| it.ratio)
    };
    let sizes = || all.iter().map(|it| it.users);
    let (Some(few), Some(many)) = (sizes().min(), sizes().max()) else {
        return;
    };
    for row in &ROWS {
        for connections in CONNECTIONS {
            let rates = ratio(row.name, connections, few).zip(ratio(row.name, connections, many));
            if let Some((few_rate, many_rate)) = rates {
                let name = format!("{}, {connections} connections", row.name);
                at_least(
                    &format!("{name}: rate at {many} / {few}"),
                    many_rate / few_rate,
                    0.70,
                );
            }
        }
    }
}

/// What a process held.
pub fn memory(when: &str, memory: Memory, aim_mb: f64) {
    at_most(
        &format!("memory {when}: resident, MB"),
        memory.resident_mb,
        aim_mb,
    );
    at_most(&format!("memory {when}: own, MB"), memory.own_mb, aim_mb);
}

/// A figure that should not be above `aim`.
pub fn at_most(name: &str, figure: f64, aim: f64) {
    println!(
        "{name:<64} {figure:>9.2}  aim <= {aim}{}",
        mark(figure <= aim)
    );
}

/// A figure that should not be below `aim`.
pub fn at_least(name: &str, figure: f64, aim: f64) {
    println!(
        "{name:<64} {figure:>9.2}  aim >= {aim}{}",
        mark(figure >= aim)
    );
}

fn mark(is_met: bool) -> &'static str {
    if is_met { " " } else { "!" }
}

//! What the system says of this process, under the names that all Prometheus clients use. Linux tells it in `/proc`; elsewhere nothing is told.

use std::fs;

use super::page::Page;

/// The unit of processor times in `/proc`: 100 a second on every architecture.
const TICKS_PER_S: f64 = 100.0;

/// Writes what the system tells.
pub fn write(page: &mut Page) {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    if let Some(ticks) = cpu_ticks(&read("/proc/self/stat")) {
        page.counter(
            "process_cpu_seconds_total",
            "Processor time of the process, in seconds.",
            ticks / TICKS_PER_S,
        );
    }
    let status = read("/proc/self/status");
    for (field, name, help) in [
        (
            "VmRSS:",
            "process_resident_memory_bytes",
            "Memory of the process that is in RAM.",
        ),
        (
            "VmSize:",
            "process_virtual_memory_bytes",
            "Address space of the process.",
        ),
    ] {
        if let Some(bytes) = memory_bytes(&status, field) {
            page.gauge(name, help, bytes);
        }
    }
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        page.gauge(
            "process_open_fds",
            "Files and connections that the process has open.",
            files.count(),
        );
    }
}

/// User and system time. The name in front, in parentheses, may hold anything.
fn cpu_ticks(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    let user: f64 = times.next()?.parse().ok()?;
    let system: f64 = times.next()?.parse().ok()?;
    Some(user + system)
}

fn memory_bytes(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_time_and_memory() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194560 500 0 0 0 250 17 0 0 20 0 9 0 4711 1 2 3";
        assert_eq!(cpu_ticks(stat), Some(267.0));
        assert_eq!(cpu_ticks("7 (a) S 1"), None);
        let status = "VmSize:\t  200 kB\nVmRSS:\t      8 kB\n";
        assert_eq!(memory_bytes(status, "VmRSS:"), Some(8192));
        assert_eq!(memory_bytes(status, "VmPeak:"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_uses_memory() {
        let mut page = Page::default();
        write(&mut page);
        let page = page.text();
        assert!(page.contains("\nprocess_resident_memory_bytes "), "{page}");
        assert!(page.contains("\nprocess_cpu_seconds_total "), "{page}");
    }
}

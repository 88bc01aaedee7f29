//! Durations, counted by how long they are.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::family::Measure;
use super::page::{Kind, Page};

/// How many durations were in each bucket.
#[derive(Debug)]
pub struct Histogram {
    /// The upper bounds, in seconds, ascending.
    bounds: &'static [f64],
    /// One for each bound, and one for what is longer.
    buckets: Vec<AtomicU64>,
    sum_us: AtomicU64,
}

impl Histogram {
    pub(super) fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            buckets: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum_us: AtomicU64::new(0),
        }
    }

    /// Counts a duration.
    pub fn observe(&self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = self.bounds.partition_point(|bound| *bound < seconds);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.sum_us.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Measure for Histogram {
    const KIND: Kind = Kind::Histogram;

    fn is_untouched(&self) -> bool {
        let mut buckets = self.buckets.iter();
        buckets.all(|bucket| bucket.load(Ordering::Relaxed) == 0)
    }

    fn write(&self, page: &mut Page, name: &str, labels: &str) {
        let separator = if labels.is_empty() { "" } else { "," };
        let bounds = self.bounds.iter().map(ToString::to_string);
        let mut count = 0;
        for (bound, bucket) in bounds.chain(["+Inf".to_owned()]).zip(&self.buckets) {
            count += bucket.load(Ordering::Relaxed);
            let labels = format!("{labels}{separator}le=\"{bound}\"");
            page.sample(&format!("{name}_bucket"), &labels, count);
        }
        let sum = Duration::from_micros(self.sum_us.load(Ordering::Relaxed));
        page.sample(&format!("{name}_sum"), labels, sum.as_secs_f64());
        page.sample(&format!("{name}_count"), labels, count);
    }
}

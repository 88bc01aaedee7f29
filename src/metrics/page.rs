//! The page that Prometheus reads: its text format, version 0.0.4.

use std::fmt::{Display, Write as _};

/// What Prometheus does with a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, until the process starts anew.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Counts by size.
    Histogram,
}

/// A page under way.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// The media type of its text.
    pub const MEDIA_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// Its text.
    pub fn text(self) -> String {
        self.0
    }

    /// A number that goes up and down.
    pub fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, Kind::Gauge, help);
        self.sample(name, "", value);
    }

    /// A fact, as a label of a gauge that is always 1.
    pub fn info(&mut self, name: &str, help: &str, label: &str, value: &'static str) {
        self.family(name, Kind::Gauge, help);
        self.sample(name, &format!("{label}=\"{value}\""), 1);
    }

    /// A number that only grows, counted by others.
    pub fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, Kind::Counter, help);
        self.sample(name, "", value);
    }

    /// Begins a metric.
    pub fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        // Writing to a text does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// One number of the metric that was begun. `labels`, as they stand between the braces: `state="held"`.
    pub fn sample(&mut self, name: &str, labels: &str, value: impl Display) {
        let _ = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{labels}}} {value}")
        };
    }
}

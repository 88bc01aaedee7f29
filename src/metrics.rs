//! What a process counts, for Prometheus to read.
//!
//! Each number has its place before or from its first use on: counting takes no lock and no memory. A label is a text of the program's own or a number, and each has
//! room for a fixed number of values: nothing that a client or Shopify sends becomes a label, and there is none for a shop.

mod family;
mod histogram;
mod label;
mod page;
pub mod process;

use std::time::Duration;

pub use family::{Counter, Family, Measure};
pub use histogram::Histogram;
pub use label::Label;
pub use page::{Kind, Page};

/// Answers of the directory take microseconds; those that waited for Shopify up to the inline budget.
const ANSWER_SECONDS: &[f64] = &[
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0,
];
/// A call of Shopify takes a good tenth of a second.
const CALL_SECONDS: &[f64] = &[0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0];
/// A change is with Shopify in a second, or as soon as Shopify answers again and has points.
const PROPAGATION_SECONDS: &[f64] = &[
    0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3_600.0, 14_400.0,
    86_400.0,
];

/// The numbers of one process, from its start on.
#[derive(Debug)]
pub struct Metrics {
    scim_requests: Family<Counter, 3>,
    scim_seconds: Family<Histogram, 2>,
    auth_failures: Family<Counter, 1>,
    propagation: Family<Histogram, 0>,
    shopify_requests: Family<Counter, 2>,
    shopify_seconds: Family<Histogram, 1>,
    shopify_throttled: Family<Counter, 0>,
    shopify_points: Family<Counter, 0>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            scim_requests: Family::counters(
                "syncup_scim_requests_total",
                "SCIM requests that were answered, by method, endpoint and HTTP status.",
                [("method", 8), ("resource", 18), ("status", 24)],
            ),
            scim_seconds: Family::histograms(
                "syncup_scim_request_duration_seconds",
                "How long SCIM requests took, with what they waited for Shopify.",
                [("method", 8), ("resource", 18)],
                ANSWER_SECONDS,
            ),
            auth_failures: Family::counters(
                "syncup_auth_failures_total",
                "SCIM requests that were refused for want of a valid token, by reason.",
                [("reason", 8)],
            ),
            propagation: Family::histograms(
                "syncup_propagation_seconds",
                "From the last change of a user to Shopify being as told.",
                [],
                PROPAGATION_SECONDS,
            ),
            shopify_requests: Family::counters(
                "syncup_shopify_requests_total",
                "Requests of the Admin API, by operation and by what its answer asks for.",
                [("operation", 30), ("outcome", 10)],
            ),
            shopify_seconds: Family::histograms(
                "syncup_shopify_request_duration_seconds",
                "How long requests of the Admin API took, by operation.",
                [("operation", 30)],
                CALL_SECONDS,
            ),
            shopify_throttled: Family::counters(
                "syncup_shopify_throttled_total",
                "Requests that Shopify refused because a shop's points were used up.",
                [],
            ),
            shopify_points: Family::counters(
                "syncup_shopify_points_total",
                "Points that Shopify has charged, of all shops together.",
                [],
            ),
        }
    }
}

impl Metrics {
    /// A SCIM request was answered. `resource` is the pattern of its endpoint.
    pub fn scim_answered(
        &self,
        method: &'static str,
        resource: &'static str,
        status: u16,
        took: Duration,
    ) {
        let (method, resource) = (Label::Text(method), Label::Text(resource));
        self.scim_requests
            .of([method, resource, Label::Number(status)])
            .add(1);
        self.scim_seconds.of([method, resource]).observe(took);
    }

    /// A request had no valid token.
    pub fn auth_failed(&self, reason: &'static str) {
        self.auth_failures.of([Label::Text(reason)]).add(1);
    }

    /// Shopify is as told of a user who was last changed so long ago.
    pub fn propagated(&self, after: Duration) {
        self.propagation.of([]).observe(after);
    }

    /// A request of the Admin API has ended.
    pub fn shopify_called(&self, operation: &'static str, outcome: &'static str, took: Duration) {
        let operation = Label::Text(operation);
        self.shopify_requests
            .of([operation, Label::Text(outcome)])
            .add(1);
        self.shopify_seconds.of([operation]).observe(took);
    }

    /// Shopify said THROTTLED.
    pub fn shopify_throttled(&self) {
        self.shopify_throttled.of([]).add(1);
    }

    /// Shopify has charged points; it charges whole ones.
    pub fn shopify_charged(&self, points: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to what a bucket can hold"
        )]
        let points = points.round().clamp(0.0, 1_000_000.0) as u64;
        self.shopify_points.of([]).add(points);
    }

    /// Writes all of them.
    pub fn write(&self, page: &mut Page) {
        self.scim_requests.write(page);
        self.scim_seconds.write(page);
        self.auth_failures.write(page);
        self.propagation.write(page);
        self.shopify_requests.write(page);
        self.shopify_seconds.write(page);
        self.shopify_throttled.write(page);
        self.shopify_points.write(page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_on_the_page_and_nothing_else() {
        let metrics = Metrics::default();
        metrics.scim_answered("GET", "/Users", 200, Duration::from_micros(300));
        metrics.scim_answered("GET", "/Users", 200, Duration::from_secs(60));
        metrics.scim_answered("POST", "/Users", 201, Duration::from_millis(4));
        metrics.shopify_called("CustomerCreate", "ok", Duration::from_millis(90));
        metrics.shopify_charged(10.0);
        metrics.shopify_charged(f64::NAN);
        let mut page = Page::default();
        metrics.write(&mut page);
        let page = page.text();
        for line in [
            "# TYPE syncup_scim_requests_total counter",
            "syncup_scim_requests_total{method=\"GET\",resource=\"/Users\",status=\"200\"} 2",
            "syncup_scim_requests_total{method=\"POST\",resource=\"/Users\",status=\"201\"} 1",
            "# TYPE syncup_scim_request_duration_seconds histogram",
            "syncup_scim_request_duration_seconds_bucket{method=\"GET\",resource=\"/Users\",le=\"0.00025\"} 0",
            "syncup_scim_request_duration_seconds_bucket{method=\"GET\",resource=\"/Users\",le=\"0.0005\"} 1",
            "syncup_scim_request_duration_seconds_bucket{method=\"GET\",resource=\"/Users\",le=\"10\"} 1",
            "syncup_scim_request_duration_seconds_bucket{method=\"GET\",resource=\"/Users\",le=\"+Inf\"} 2",
            "syncup_scim_request_duration_seconds_sum{method=\"GET\",resource=\"/Users\"} 60.0003",
            "syncup_scim_request_duration_seconds_count{method=\"GET\",resource=\"/Users\"} 2",
            "syncup_propagation_seconds_bucket{le=\"+Inf\"} 0",
            "syncup_propagation_seconds_count 0",
            "syncup_shopify_throttled_total 0",
            "syncup_shopify_points_total 10",
            "syncup_shopify_requests_total{operation=\"CustomerCreate\",outcome=\"ok\"} 1",
        ] {
            assert!(page.lines().any(|one| one == line), "{line}\n{page}");
        }
        let requests = page.matches("\nsyncup_scim_requests_total{").count();
        assert_eq!(requests, 2, "{page}");
    }

    #[test]
    fn a_label_that_finds_no_room_is_counted_as_other() {
        let family: Family<Counter, 1> = Family::counters("a_total", "A.", [("kind", 2)]);
        for kind in ["one", "two", "three", "four"] {
            family.of([Label::Text(kind)]).add(1);
        }
        let mut page = Page::default();
        family.write(&mut page);
        let lines = [
            "# HELP a_total A.",
            "# TYPE a_total counter",
            "a_total{kind=\"one\"} 1",
            "a_total{kind=\"two\"} 1",
            "a_total{kind=\"other\"} 2",
        ];
        assert_eq!(page.text().lines().collect::<Vec<_>>(), lines);
    }
}

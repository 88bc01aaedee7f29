//! A shop's points, mirrored: asked before every send, corrected by every reply. Pure: time is an argument.
//!
//! Shopify restores points at a steady rate up to a maximum, takes a request's cost before it runs, and answers THROTTLED when there are too few. The mirror
//! keeps us from ever hearing that; a reserve keeps a backlog from slowing down the requests that somebody waits for.

use crate::base::clock::whole_ms;

/// Who wants points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A SCIM request that waits.
    Inline,
    /// The backlog.
    Background,
}

/// Whether to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// Now: the points are taken.
    Now,
    /// After so many milliseconds, ask again.
    WaitMs(u64),
}

/// What the backlog leaves for inline requests, as a share of the maximum.
const RESERVE: f64 = 0.05;
/// Nothing is waited for longer: a reply may have better news.
const LONGEST_WAIT_MS: f64 = 10_000.0;

/// The mirror.
#[derive(Debug, Clone)]
pub struct Bucket {
    maximum_points: f64,
    restore_points_per_sec: f64,
    available_points: f64,
    at_ms: i64,
    in_flight_points: f64,
}

impl Bucket {
    /// A full bucket of the smallest plan: what is known before the first reply.
    pub fn new(now_ms: i64) -> Self {
        Self {
            maximum_points: 2_000.0,
            restore_points_per_sec: 100.0,
            available_points: 2_000.0,
            at_ms: now_ms,
            in_flight_points: 0.0,
        }
    }

    /// Takes `points` for a request, or says how long to wait.
    pub fn reserve(&mut self, points: f64, class: Class, now_ms: i64) -> Go {
        self.restore(now_ms);
        let floor = match class {
            Class::Inline => 0.0,
            Class::Background => self.maximum_points * RESERVE,
        };
        let missing = points + floor - self.available_points;
        if missing <= 0.0 {
            self.available_points -= points;
            self.in_flight_points += points;
            return Go::Now;
        }
        let wait_ms = (missing / self.restore_points_per_sec * 1_000.0).ceil();
        Go::WaitMs(whole_ms(wait_ms.clamp(1.0, LONGEST_WAIT_MS)))
    }

    /// A request has ended: what the reply says of the bucket, when it says something, is truer than the mirror.
    pub fn settle(&mut self, reserved_points: f64, reply: Option<&Status>, now_ms: i64) {
        self.restore(now_ms);
        self.in_flight_points = (self.in_flight_points - reserved_points).max(0.0);
        let Some(status) = reply else { return };
        self.maximum_points = status.maximum_points;
        self.restore_points_per_sec = status.restore_points_per_sec.max(1.0);
        // Requests still under way may or may not be in the reply's figure: the lower guess never overspends.
        let told = status.available_points - self.in_flight_points;
        self.available_points = if self.in_flight_points > 0.0 {
            told.max(0.0)
        } else {
            status.available_points
        };
    }

    /// Shopify said THROTTLED: nothing is there before `wait_ms`.
    pub fn throttled(&mut self, wait_ms: u64, now_ms: i64) {
        self.restore(now_ms);
        #[expect(clippy::cast_precision_loss, reason = "waits are far below 2^52 ms")]
        let owed = wait_ms as f64 / 1_000.0 * self.restore_points_per_sec;
        self.available_points = self.available_points.min(-owed);
    }

    /// The points that are restored a second, as far as is known.
    pub fn restore_points_per_sec(&self) -> f64 {
        self.restore_points_per_sec
    }

    /// The points that are there now.
    pub fn available_points(&mut self, now_ms: i64) -> f64 {
        self.restore(now_ms);
        self.available_points
    }

    fn restore(&mut self, now_ms: i64) {
        // A clock that jumps back restores nothing.
        #[expect(clippy::cast_precision_loss, reason = "spans are far below 2^52 ms")]
        let elapsed_secs = (now_ms - self.at_ms).max(0) as f64 / 1_000.0;
        self.at_ms = now_ms;
        self.available_points = (self.available_points
            + elapsed_secs * self.restore_points_per_sec)
            .min(self.maximum_points - self.in_flight_points);
    }
}

/// What a reply says of the bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Status {
    /// When full.
    pub maximum_points: f64,
    /// After the request.
    pub available_points: f64,
    /// A second.
    pub restore_points_per_sec: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_what_is_there_and_says_how_long_to_wait_for_more() {
        let mut bucket = Bucket::new(0);
        for _ in 0..190 {
            assert_eq!(bucket.reserve(10.0, Class::Background, 0), Go::Now);
            bucket.settle(10.0, None, 0);
        }
        // 100 points are left, which is the reserve: ten more take 100 ms.
        assert_eq!(bucket.reserve(10.0, Class::Background, 0), Go::WaitMs(100));
        assert_eq!(bucket.reserve(10.0, Class::Inline, 0), Go::Now);
        assert_eq!(bucket.reserve(10.0, Class::Background, 200), Go::Now);
    }

    #[test]
    fn a_reply_corrects_the_mirror_but_for_what_is_under_way() {
        let mut bucket = Bucket::new(0);
        assert_eq!(bucket.reserve(10.0, Class::Inline, 0), Go::Now);
        assert_eq!(bucket.reserve(10.0, Class::Inline, 0), Go::Now);
        let plus = Status {
            maximum_points: 20_000.0,
            available_points: 500.0,
            restore_points_per_sec: 1_000.0,
        };
        bucket.settle(10.0, Some(&plus), 0);
        assert!((bucket.available_points(0) - 490.0).abs() < 1e-9);
        bucket.settle(10.0, Some(&plus), 0);
        assert!((bucket.available_points(1_000) - 1_500.0).abs() < 1e-9);
    }

    #[test]
    fn throttled_means_nothing_until_the_wait_is_over() {
        let mut bucket = Bucket::new(0);
        bucket.throttled(2_000, 0);
        assert_eq!(
            bucket.reserve(10.0, Class::Inline, 1_000),
            Go::WaitMs(1_100)
        );
        assert_eq!(bucket.reserve(10.0, Class::Inline, 2_100), Go::Now);
    }

    #[test]
    fn a_clock_that_jumps_back_neither_restores_nor_takes() {
        let mut bucket = Bucket::new(10_000);
        assert_eq!(bucket.reserve(1_000.0, Class::Inline, 10_000), Go::Now);
        assert!((bucket.available_points(5_000) - 1_000.0).abs() < 1e-9);
    }
}

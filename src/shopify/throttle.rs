//! A shop's bucket of points, mirrored here so that requests wait before Shopify throttles them. Pure: time is an argument.
//!
//! Points are taken when a request is let go and settled when its answer is there. Every answer corrects the mirror.

use super::receipt::Receipt;

/// Who asks for points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A SCIM client waits for it: may take the last point.
    Inline,
    /// Nobody waits for it: leaves a reserve for those that somebody waits for.
    Background,
}

/// Whether a request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// Send it now: its points are taken. Settle them afterwards.
    Now,
    /// Ask again after this many milliseconds: nothing is taken.
    WaitMs(i64),
}

/// A bucket of points that refills steadily.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    maximum_points: f64,
    restore_points_per_s: f64,
    available_points: f64,
    in_flight_points: f64,
    /// Whether Shopify has said what is in the bucket.
    is_known: bool,
    at_ms: i64,
}

/// The smallest plan: what we assume until an answer tells more.
const STANDARD_MAXIMUM_POINTS: f64 = 2_000.0;
const STANDARD_RESTORE_POINTS_PER_S: f64 = 100.0;

/// When to ask again while the first answer is awaited.
const FIRST_ANSWER_MS: i64 = 20;

/// The share of the bucket that background work leaves for inline requests.
const INLINE_RESERVE: f64 = 0.05;

/// Less than this is a rounding error, not a lack of points.
const ROUNDING_POINTS: f64 = 1e-6;

impl Bucket {
    /// A bucket of which nothing is known: thought to be full and of the smallest plan, but one request at a time is let go until an answer tells. Whoever worked
    /// for the shop before may have left little in it.
    pub fn new(now_ms: i64) -> Self {
        Self {
            maximum_points: STANDARD_MAXIMUM_POINTS,
            restore_points_per_s: STANDARD_RESTORE_POINTS_PER_S,
            available_points: STANDARD_MAXIMUM_POINTS,
            in_flight_points: 0.0,
            is_known: false,
            at_ms: now_ms,
        }
    }

    /// Takes `points` for a request, or tells how long to wait for them.
    pub fn reserve(&mut self, points: f64, now_ms: i64, class: Class) -> Go {
        self.refill(now_ms);
        if !self.is_known && self.in_flight_points > 0.0 {
            return Go::WaitMs(FIRST_ANSWER_MS);
        }
        let floor = self.floor(points, class);
        let missing = points.min(self.maximum_points) + floor - self.available_points;
        if missing <= ROUNDING_POINTS {
            self.available_points -= points;
            self.in_flight_points += points;
            return Go::Now;
        }
        Go::WaitMs(wait_ms(missing, self.restore_points_per_s))
    }

    /// Settles the points that [`Self::reserve`] took. Without a receipt nothing is known, so they stay spent.
    pub fn settle(&mut self, reserved_points: f64, receipt: Option<&Receipt>, now_ms: i64) {
        self.refill(now_ms);
        self.in_flight_points = (self.in_flight_points - reserved_points).max(0.0);
        let Some(receipt) = receipt else { return };
        if let (Some(maximum), Some(rate)) = (receipt.maximum_points, receipt.restore_points_per_s)
            && maximum > 0.0
            && rate > 0.0
        {
            self.maximum_points = maximum;
            self.restore_points_per_s = rate;
        }
        self.is_known |= receipt.available_points.is_some();
        self.available_points = match receipt.available_points {
            // Shopify may not have seen the other requests yet: count them as spent.
            Some(available) => available - self.in_flight_points,
            None => self.available_points + reserved_points - receipt.cost_points,
        };
        self.available_points = self.available_points.min(self.maximum_points);
    }

    /// Shopify said THROTTLED: nothing is there before `wait_ms`, whatever the mirror says.
    pub fn throttled(&mut self, wait_ms: i64, now_ms: i64) {
        self.refill(now_ms);
        let owed_points = restored_points(wait_ms, self.restore_points_per_s);
        self.available_points = self.available_points.min(-owed_points);
    }

    /// The points there are now, by our reckoning.
    pub fn available_points(&mut self, now_ms: i64) -> f64 {
        self.refill(now_ms);
        self.available_points
    }

    /// Points that flow back each second.
    pub fn restore_points_per_s(&self) -> f64 {
        self.restore_points_per_s
    }

    /// The size of the bucket.
    pub fn maximum_points(&self) -> f64 {
        self.maximum_points
    }

    fn floor(&self, points: f64, class: Class) -> f64 {
        match class {
            Class::Inline => 0.0,
            // A request that needs nearly the whole bucket must be able to go at all.
            Class::Background => {
                (self.maximum_points * INLINE_RESERVE).min((self.maximum_points - points).max(0.0))
            }
        }
    }

    fn refill(&mut self, now_ms: i64) {
        // A clock that was set back refills nothing.
        let elapsed_ms = now_ms.saturating_sub(self.at_ms).max(0);
        self.at_ms = now_ms;
        let restored_points = restored_points(elapsed_ms, self.restore_points_per_s);
        self.available_points = (self.available_points + restored_points).min(self.maximum_points);
    }
}

fn restored_points(elapsed_ms: i64, points_per_s: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "clamped to an hour of milliseconds"
    )]
    let elapsed_s = elapsed_ms.clamp(0, 3_600_000) as f64 / 1_000.0;
    elapsed_s * points_per_s
}

fn wait_ms(missing_points: f64, points_per_s: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "clamped to an hour beforehand"
    )]
    let wait_ms = (missing_points / points_per_s * 1_000.0)
        .ceil()
        .clamp(1.0, 3_600_000.0) as i64;
    wait_ms
}

#[cfg(test)]
mod tests;

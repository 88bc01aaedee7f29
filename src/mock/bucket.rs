//! The leaky bucket of one app in one shop. Pure: time is an argument.

use super::plan::Plan;

/// Points an app may spend, refilled over time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bucket {
    /// None before the first request: the bucket is full.
    level: Option<Level>,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    points: f64,
    at_ms: i64,
}

impl Bucket {
    /// The points left at a time.
    pub fn available_points(&self, plan: Plan, now_ms: i64) -> f64 {
        let Some(level) = self.level else {
            return plan.maximum_points();
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "a pause is far shorter than 2^52 ms"
        )]
        let seconds = (now_ms - level.at_ms).max(0) as f64 / 1_000.0;
        (level.points + seconds * plan.restore_points_per_second()).min(plan.maximum_points())
    }

    /// Takes points if they are all there.
    pub fn take(&mut self, plan: Plan, now_ms: i64, points: u32) -> bool {
        let available = self.available_points(plan, now_ms);
        if available < f64::from(points) {
            return false;
        }
        self.set(now_ms, available - f64::from(points));
        true
    }

    /// Gives back what an operation did not need.
    pub fn refund(&mut self, plan: Plan, now_ms: i64, points: u32) {
        let available = self.available_points(plan, now_ms) + f64::from(points);
        self.set(now_ms, available.min(plan.maximum_points()));
    }

    /// Leaves exactly these points, as if another client had spent the rest.
    pub fn set(&mut self, now_ms: i64, points: f64) {
        self.level = Some(Level {
            points,
            at_ms: now_ms,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_refills_at_the_plans_rate() {
        let mut bucket = Bucket::default();
        assert!(bucket.take(Plan::Standard, 0, 2_000));
        assert!(!bucket.take(Plan::Standard, 0, 1));
        assert_eq!(bucket.available_points(Plan::Standard, 500), 50.0);
        assert_eq!(bucket.available_points(Plan::Plus, 500), 500.0);
        assert_eq!(bucket.available_points(Plan::Standard, 3_600_000), 2_000.0);
    }

    #[test]
    fn a_refund_never_overfills_the_bucket() {
        let mut bucket = Bucket::default();
        assert!(bucket.take(Plan::Standard, 0, 13));
        bucket.refund(Plan::Standard, 0, 3);
        assert_eq!(bucket.available_points(Plan::Standard, 0), 1_990.0);
        bucket.refund(Plan::Standard, 0, 100);
        assert_eq!(bucket.available_points(Plan::Standard, 0), 2_000.0);
    }
}

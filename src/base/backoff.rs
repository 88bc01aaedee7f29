//! How long to wait before the next attempt. Pure: the jitter is an argument.

/// Doubling delays with a ceiling.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// The delay after the first failure.
    pub first_ms: i64,
    /// No delay is longer than this.
    pub ceiling_ms: i64,
}

impl Backoff {
    /// The delay after `attempts` failures (1 = the first), spread over ±10 % by `jitter` in 0.0..1.0.
    pub fn delay_ms(&self, attempts: u32, jitter: f64) -> i64 {
        let doublings = attempts.saturating_sub(1).min(30);
        let whole = self
            .first_ms
            .saturating_mul(1 << doublings)
            .clamp(0, self.ceiling_ms);
        let spread = 0.9 + 0.2 * jitter.clamp(0.0, 1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "delays are far below 2^52 ms"
        )]
        let delay_ms = (whole as f64 * spread) as i64;
        delay_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_ceiling() {
        let backoff = Backoff {
            first_ms: 1_000,
            ceiling_ms: 60_000,
        };
        let delays = [1, 2, 3, 7, 40].map(|attempts| backoff.delay_ms(attempts, 0.5));
        assert_eq!(delays, [1_000, 2_000, 4_000, 60_000, 60_000]);
    }

    #[test]
    fn jitter_spreads_a_delay_by_a_tenth_each_way() {
        let backoff = Backoff {
            first_ms: 1_000,
            ceiling_ms: 60_000,
        };
        assert_eq!(backoff.delay_ms(1, 0.0), 900);
        assert_eq!(backoff.delay_ms(1, 1.0), 1_100);
    }
}

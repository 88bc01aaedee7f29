//! Time as a parameter: milliseconds since 1970-01-01T00:00:00Z.

use std::sync::atomic::{AtomicI64, Ordering};

use time::OffsetDateTime;

/// A source of the current time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Milliseconds since the epoch.
    fn now_ms(&self) -> i64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    fn now_ms(&self) -> i64 {
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
    }
}

/// A clock that moves only when told to: tests and simulations.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that stands at `now_ms`.
    pub fn at(now_ms: i64) -> Self {
        Self(AtomicI64::new(now_ms))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by_ms: i64) {
        self.0.fetch_add(by_ms, Ordering::SeqCst);
    }

    /// Sets the clock, also backwards: clocks jump.
    pub fn set(&self, now_ms: i64) {
        self.0.store(now_ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The instant as RFC 3339 text in UTC with milliseconds, as SCIM's `dateTime` wants it.
pub fn rfc3339_ms(at_ms: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(at_ms.div_euclid(1_000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = at.to_calendar_date();
    let (year, month) = (year.into(), u8::from(month).into());
    let (hour, minute, second) = at.to_hms();
    let millis = at_ms.rem_euclid(1_000);
    // A page has three instants a user: by a format description each costs twenty times as much.
    #[rustfmt::skip]
    let text = [
        digit(year, 1_000), digit(year, 100), digit(year, 10), digit(year, 1), b'-',
        digit(month, 10), digit(month, 1), b'-',
        digit(day.into(), 10), digit(day.into(), 1), b'T',
        digit(hour.into(), 10), digit(hour.into(), 1), b':',
        digit(minute.into(), 10), digit(minute.into(), 1), b':',
        digit(second.into(), 10), digit(second.into(), 1), b'.',
        digit(millis, 100), digit(millis, 10), digit(millis, 1), b'Z',
    ];
    String::from_utf8_lossy(&text).into_owned()
}

/// The digit of a number at a place: 1, 10, 100 and so on.
fn digit(number: i64, place: i64) -> u8 {
    u8::try_from(number / place % 10).map_or(b'0', |digit| b'0' + digit)
}

/// A span in whole milliseconds, rounded down; below 0 it is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates at both ends, which is what is wanted"
)]
pub fn whole_ms(ms: f64) -> u64 {
    ms as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_prints_as_utc_with_milliseconds() {
        assert_eq!(rfc3339_ms(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339_ms(1_795_514_763_120), "2026-11-24T10:06:03.120Z");
        assert_eq!(rfc3339_ms(951_782_400_007), "2000-02-29T00:00:00.007Z");
        assert_eq!(rfc3339_ms(-1), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::at(5);
        assert_eq!(clock.now_ms(), 5);
        clock.advance(10);
        assert_eq!(clock.now_ms(), 15);
        clock.set(1);
        assert_eq!(clock.now_ms(), 1);
    }
}

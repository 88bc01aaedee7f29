use proptest::prelude::*;

use super::*;

fn receipt(cost: f64, available: Option<f64>) -> Receipt {
    Receipt {
        cost_points: cost,
        available_points: available,
        maximum_points: available.map(|_| 2_000.0),
        restore_points_per_s: available.map(|_| 100.0),
        ..Receipt::default()
    }
}

/// A full bucket that Shopify has told of.
fn known(now_ms: i64) -> Bucket {
    let mut bucket = Bucket::new(now_ms);
    bucket.settle(0.0, Some(&receipt(0.0, Some(2_000.0))), now_ms);
    bucket
}

fn emptied(now_ms: i64) -> Bucket {
    let mut bucket = Bucket::new(now_ms);
    assert_eq!(bucket.reserve(2_000.0, now_ms, Class::Inline), Go::Now);
    bucket.settle(2_000.0, None, now_ms);
    bucket
}

#[test]
fn an_empty_bucket_makes_wait_exactly_until_it_suffices() {
    let mut bucket = emptied(0);
    assert_eq!(bucket.reserve(10.0, 0, Class::Inline), Go::WaitMs(100));
    assert_eq!(bucket.reserve(10.0, 99, Class::Inline), Go::WaitMs(1));
    assert_eq!(bucket.reserve(10.0, 100, Class::Inline), Go::Now);
}

#[test]
fn background_work_leaves_a_reserve_for_inline_requests() {
    let mut bucket = known(0);
    assert_eq!(bucket.reserve(1_900.0, 0, Class::Background), Go::Now);
    assert_eq!(bucket.reserve(10.0, 0, Class::Background), Go::WaitMs(100));
    assert_eq!(bucket.reserve(10.0, 0, Class::Inline), Go::Now);
}

#[test]
fn a_request_as_big_as_the_bucket_goes_when_the_bucket_is_full() {
    let mut bucket = Bucket::new(0);
    assert_eq!(bucket.reserve(5_000.0, 0, Class::Background), Go::Now);
}

#[test]
fn one_request_goes_at_a_time_until_the_first_answer() {
    let mut bucket = Bucket::new(0);
    assert_eq!(bucket.reserve(10.0, 0, Class::Inline), Go::Now);
    assert_eq!(bucket.reserve(10.0, 0, Class::Inline), Go::WaitMs(20));
    // An answer that was lost tells nothing.
    bucket.settle(10.0, None, 5);
    assert_eq!(bucket.reserve(10.0, 5, Class::Inline), Go::Now);
    assert_eq!(bucket.reserve(10.0, 5, Class::Inline), Go::WaitMs(20));
    bucket.settle(10.0, Some(&receipt(10.0, Some(35.0))), 9);
    assert_eq!(bucket.reserve(10.0, 9, Class::Inline), Go::Now);
    assert_eq!(bucket.reserve(10.0, 9, Class::Inline), Go::Now);
}

#[test]
fn an_answer_teaches_the_plan() {
    let mut bucket = Bucket::new(0);
    bucket.reserve(10.0, 0, Class::Inline);
    let plus = Receipt {
        cost_points: 10.0,
        available_points: Some(19_990.0),
        maximum_points: Some(20_000.0),
        restore_points_per_s: Some(1_000.0),
        ..Receipt::default()
    };
    bucket.settle(10.0, Some(&plus), 0);
    assert_eq!(bucket.available_points(0), 19_990.0);
    assert_eq!(bucket.available_points(5), 19_995.0);
    assert_eq!(bucket.maximum_points(), 20_000.0);
    assert_eq!(bucket.restore_points_per_s(), 1_000.0);
}

#[test]
fn requests_in_flight_count_as_spent_when_an_answer_corrects_the_bucket() {
    let mut bucket = known(0);
    bucket.reserve(10.0, 0, Class::Inline);
    bucket.reserve(30.0, 0, Class::Inline);
    bucket.settle(10.0, Some(&receipt(10.0, Some(500.0))), 0);
    assert_eq!(bucket.available_points(0), 470.0);
    bucket.settle(30.0, Some(&receipt(30.0, Some(470.0))), 0);
    assert_eq!(bucket.available_points(0), 470.0);
}

#[test]
fn what_was_reserved_too_much_flows_back_when_shopify_tells_only_the_cost() {
    let mut bucket = Bucket::new(0);
    bucket.reserve(100.0, 0, Class::Inline);
    bucket.settle(100.0, Some(&receipt(40.0, None)), 0);
    assert_eq!(bucket.available_points(0), 1_960.0);
}

#[test]
fn points_stay_spent_when_no_answer_came() {
    let mut bucket = Bucket::new(0);
    bucket.reserve(100.0, 0, Class::Inline);
    bucket.settle(100.0, None, 0);
    assert_eq!(bucket.available_points(0), 1_900.0);
}

#[test]
fn a_clock_that_is_set_back_refills_nothing() {
    let mut bucket = emptied(10_000);
    assert_eq!(bucket.available_points(5_000), 0.0);
    assert_eq!(bucket.available_points(6_000), 100.0);
}

proptest! {
    /// A shop with the same rules never has to throttle us, whatever we ask for and whenever.
    #[test]
    fn shopify_never_runs_dry_behind_our_back(
        steps in prop::collection::vec((0_i64..2_000, 1_u32..300, any::<bool>(), 0_u32..=100), 1..200)
    ) {
        let (mut mirror, mut shop) = (Bucket::new(0), Bucket::new(0));
        let mut now_ms = 0;
        for (pause_ms, points, inline, actual_percent) in steps {
            now_ms += pause_ms;
            let class = if inline { Class::Inline } else { Class::Background };
            let points = f64::from(points);
            if mirror.reserve(points, now_ms, class) == Go::Now {
                prop_assert_eq!(shop.reserve(points, now_ms, Class::Inline), Go::Now);
                let cost = (points * f64::from(actual_percent) / 100.0).floor();
                shop.settle(points, Some(&receipt(cost, None)), now_ms);
                let left = shop.available_points(now_ms);
                mirror.settle(points, Some(&receipt(cost, Some(left))), now_ms);
            }
        }
    }

    /// Waiting as long as we are told is always enough.
    #[test]
    fn a_wait_is_long_enough(spent in 0_u32..2_000, points in 1_u32..1_000, inline in any::<bool>()) {
        let class = if inline { Class::Inline } else { Class::Background };
        let mut bucket = Bucket::new(0);
        bucket.reserve(f64::from(spent), 0, Class::Inline);
        bucket.settle(f64::from(spent), None, 0);
        if let Go::WaitMs(wait_ms) = bucket.reserve(f64::from(points), 0, class) {
            prop_assert_eq!(bucket.reserve(f64::from(points), wait_ms, class), Go::Now);
        }
    }
}

#[test]
fn throttled_means_nothing_until_the_wait_is_over() {
    let mut bucket = Bucket::new(0);
    bucket.throttled(2_000, 0);
    assert_eq!(
        bucket.reserve(10.0, 1_000, Class::Inline),
        Go::WaitMs(1_100)
    );
    assert_eq!(bucket.reserve(10.0, 2_100, Class::Inline), Go::Now);
}

//! A metric with all combinations of its labels.

use std::sync::atomic::{AtomicU64, Ordering};

use super::histogram::Histogram;
use super::label::{Axis, Label};
use super::page::{Kind, Page};

/// What a combination of labels has.
pub trait Measure {
    /// What Prometheus calls it.
    const KIND: Kind;
    /// Whether nothing was measured yet.
    fn is_untouched(&self) -> bool;
    /// Writes the lines of this combination of labels.
    fn write(&self, page: &mut Page, name: &str, labels: &str);
}

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts so many more.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }
}

impl Measure for Counter {
    const KIND: Kind = Kind::Counter;

    fn is_untouched(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    fn write(&self, page: &mut Page, name: &str, labels: &str) {
        page.sample(name, labels, self.0.load(Ordering::Relaxed));
    }
}

/// A metric, with `N` labels.
#[derive(Debug)]
pub struct Family<M, const N: usize> {
    name: &'static str,
    help: &'static str,
    labels: [&'static str; N],
    axes: [Axis; N],
    /// By the places on the axes, the last axis first.
    cells: Vec<M>,
}

impl<const N: usize> Family<Counter, N> {
    /// Counters by these labels, each with the number of values that it has room for.
    pub fn counters(
        name: &'static str,
        help: &'static str,
        labels: [(&'static str, usize); N],
    ) -> Self {
        Self::new(name, help, labels, Counter::default)
    }
}

impl<const N: usize> Family<Histogram, N> {
    /// Histograms by these labels, with the upper bounds of their buckets in seconds.
    pub fn histograms(
        name: &'static str,
        help: &'static str,
        labels: [(&'static str, usize); N],
        bounds: &'static [f64],
    ) -> Self {
        Self::new(name, help, labels, || Histogram::new(bounds))
    }
}

impl<M: Measure, const N: usize> Family<M, N> {
    fn new(
        name: &'static str,
        help: &'static str,
        labels: [(&'static str, usize); N],
        measure: impl Fn() -> M,
    ) -> Self {
        let axes = labels.map(|(_, room)| Axis::with_room_for(room));
        let count = axes.iter().map(Axis::places).product();
        Self {
            name,
            help,
            labels: labels.map(|(label, _)| label),
            axes,
            cells: (0..count).map(|_| measure()).collect(),
        }
    }

    /// That of these labels.
    pub fn of(&self, values: [Label; N]) -> &M {
        let places = self.axes.iter().zip(values);
        let place = places.fold(0, |place, (axis, value)| {
            place * axis.places() + axis.place(value)
        });
        &self.cells[place]
    }

    /// Writes all that were measured; without labels, also what was not.
    pub fn write(&self, page: &mut Page) {
        page.family(self.name, M::KIND, self.help);
        for (place, cell) in self.cells.iter().enumerate() {
            if N == 0 || !cell.is_untouched() {
                cell.write(page, self.name, &self.labels_at(place));
            }
        }
    }

    /// `method="GET",status="200"`
    fn labels_at(&self, mut place: usize) -> String {
        let axes = self.labels.iter().zip(&self.axes).rev();
        let mut labels: Vec<String> = axes
            .map(|(label, axis)| {
                let value = axis.label(place % axis.places());
                place /= axis.places();
                format!("{label}=\"{value}\"")
            })
            .collect();
        labels.reverse();
        labels.join(",")
    }
}

//! Labels, and the places that they have.

use std::fmt;
use std::sync::OnceLock;

/// The value of a label: never anybody's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// A name of the program's own.
    Text(&'static str),
    /// A number out of few, such as an HTTP status.
    Number(u16),
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
        }
    }
}

/// The values that a label has had so far, each at its place.
#[derive(Debug)]
pub(super) struct Axis {
    seen: Vec<OnceLock<Label>>,
}

impl Axis {
    /// For so many values; further ones are all at the last place, as `other`.
    pub(super) fn with_room_for(values: usize) -> Self {
        Self {
            seen: (0..values).map(|_| OnceLock::new()).collect(),
        }
    }

    /// How many places there are.
    pub(super) fn places(&self) -> usize {
        self.seen.len() + 1
    }

    /// Where a value is, from its first use on.
    pub(super) fn place(&self, label: Label) -> usize {
        self.seen
            .iter()
            .position(|place| *place.get_or_init(|| label) == label)
            .unwrap_or(self.seen.len())
    }

    /// What is at a place.
    pub(super) fn label(&self, place: usize) -> Label {
        let seen = self.seen.get(place).and_then(OnceLock::get);
        seen.copied().unwrap_or(Label::Text("other"))
    }
}

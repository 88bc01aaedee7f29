//! Filters, end to end.

mod matching;
mod reading;

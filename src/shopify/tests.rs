//! Tests of the module as a whole.

pub mod fixtures;
#[cfg(feature = "mock")]
mod operations;
#[cfg(feature = "wiremock")]
mod wire;

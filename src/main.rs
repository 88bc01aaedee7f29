//! The `syncup` binary.
fn main() {}

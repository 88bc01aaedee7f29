//! The `syncup` binary: everything is in the library.

use std::process::ExitCode;

/// A page is made of hundreds of small pieces and one of 150 KB, and a write is freed by another thread than made it: both are dear with glibc's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    syncup::cli::run()
}

//! The `syncup` binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    syncup::cli::run()
}

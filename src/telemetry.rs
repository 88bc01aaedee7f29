//! Log lines: set up once, by the binary.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::settings::LogFormat;

/// Sends the process's log lines to standard error.
///
/// Lines carry ids, names of attributes, counts and durations; never a secret or personal data.
///
/// # Errors
/// `filter` is not a valid list of directives, or a subscriber is set already.
pub fn init(filter: &str, format: LogFormat) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(filter).map_err(TelemetryError::ParseFilter)?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    }
    .map_err(TelemetryError::Install)
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not valid.
    #[error("the setting log (SYNCUP_LOG) is not a valid filter, such as info or syncup=debug")]
    ParseFilter(#[source] tracing_subscriber::filter::ParseError),
    /// Another subscriber is there.
    #[error("cannot install the log subscriber")]
    Install(#[source] Box<dyn std::error::Error + Send + Sync>),
}

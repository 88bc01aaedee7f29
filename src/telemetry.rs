//! Log lines, and spans for a collector: set up once, by the binary.

#[cfg(feature = "otel")]
mod otel;

use std::io::IsTerminal;

use tracing::Subscriber;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt, registry};

use crate::settings::LogFormat;

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not valid.
    #[error("the setting log (SYNCUP_LOG) is not a valid filter, such as info or syncup=debug")]
    ParseFilter(#[source] tracing_subscriber::filter::ParseError),
    /// Another subscriber is there.
    #[error("cannot install the log subscriber")]
    Install(#[source] tracing_subscriber::util::TryInitError),
    /// The program can't send spans.
    #[error(
        "the setting otel_endpoint (SYNCUP_OTEL_ENDPOINT) needs a syncup that was built with the feature otel: leave it empty, or build with cargo build --features otel"
    )]
    NoExporter,
    /// The exporter could not be made.
    #[cfg(feature = "otel")]
    #[error(
        "cannot send spans to the collector that the setting otel_endpoint (SYNCUP_OTEL_ENDPOINT) names"
    )]
    BuildExporter(#[source] opentelemetry_otlp::ExporterBuildError),
}

/// What was set up: dropped at the end, it sends the last spans.
#[derive(Debug)]
#[must_use]
pub struct Telemetry {
    #[cfg(feature = "otel")]
    _exporter: Option<otel::Exporter>,
}

/// Sends the process's log lines to standard error, and its spans to the collector at `otel_endpoint`, if there is one.
///
/// Lines and spans carry ids, names of attributes, counts and durations; never a secret or personal data.
///
/// # Errors
/// `filter` is not a valid list of directives, a subscriber is set already, or the program can't send spans.
pub fn init(
    filter: &str,
    format: LogFormat,
    otel_endpoint: Option<&str>,
) -> Result<Telemetry, TelemetryError> {
    let filter = EnvFilter::try_new(filter).map_err(TelemetryError::ParseFilter)?;
    match otel_endpoint {
        Some(endpoint) => init_with_spans(filter, format, endpoint),
        None => {
            // One filter for all: what it leaves out costs nothing.
            let all = registry().with(filter).with(lines(format));
            all.try_init().map_err(TelemetryError::Install)?;
            Ok(Telemetry {
                #[cfg(feature = "otel")]
                _exporter: None,
            })
        }
    }
}

#[cfg(feature = "otel")]
fn init_with_spans(
    filter: EnvFilter,
    format: LogFormat,
    endpoint: &str,
) -> Result<Telemetry, TelemetryError> {
    let exporter = otel::Exporter::new(endpoint).map_err(TelemetryError::BuildExporter)?;
    registry()
        .with(exporter.layer())
        .with(lines(format).with_filter(filter))
        .try_init()
        .map_err(TelemetryError::Install)?;
    Ok(Telemetry {
        _exporter: Some(exporter),
    })
}

#[cfg(not(feature = "otel"))]
fn init_with_spans(_: EnvFilter, _: LogFormat, _: &str) -> Result<Telemetry, TelemetryError> {
    Err(TelemetryError::NoExporter)
}

fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    let lines = fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    }
}

#[cfg(all(test, not(feature = "otel")))]
mod tests {
    use super::*;

    #[test]
    fn without_the_feature_a_collector_is_refused_with_what_to_do() {
        let refused = init("info", LogFormat::Text, Some("http://127.0.0.1:4318"));
        let error = refused.expect_err("refused").to_string();
        assert!(error.contains("cargo build --features otel"), "{error}");
    }
}

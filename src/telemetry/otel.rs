//! Spans for an OpenTelemetry collector: OTLP over HTTP, in Protocol Buffers.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

use crate::tls::install_crypto_provider;

/// How long the collector may take for a batch of spans.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long the end waits for the last batch.
const LAST: Duration = Duration::from_secs(2);

/// Collects spans and sends them, on a thread of its own. Dropped, it sends the last ones.
#[derive(Debug)]
pub(super) struct Exporter(SdkTracerProvider);

impl Exporter {
    /// To the collector at this URL, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it elsewhere: without the path.
    pub(super) fn new(endpoint: &str) -> Result<Self, ExporterBuildError> {
        install_crypto_provider();
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .with_timeout(TIMEOUT)
            .build()?;
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder()
            .with_service_name("syncup")
            .with_attribute(version)
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource)
            .build();
        Ok(Self(provider))
    }

    /// What takes the spans of this program, whatever is logged; not those of libraries, whose fields nobody has looked at.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'s> LookupSpan<'s>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("syncup"))
            .with_filter(Targets::new().with_target("syncup", LevelFilter::DEBUG))
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST) {
            tracing::warn!(error = %error, "the last spans did not reach the collector");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    /// Takes one request and answers it; gives its head and its body.
    fn receive(listener: &TcpListener) -> (String, Vec<u8>) {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut received = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            let length = stream.read(&mut chunk).expect("read");
            assert!(length > 0, "the request is cut off");
            received.extend_from_slice(&chunk[..length]);
            let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let head = String::from_utf8_lossy(&received[..end]).to_lowercase();
            let (_, length) = head.split_once("content-length: ").expect("a length");
            let length: usize = length
                .lines()
                .next()
                .expect("one")
                .parse()
                .expect("a number");
            if received.len() == end + 4 + length {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                    .expect("answered");
                return (head, received[end + 4..].to_vec());
            }
        }
    }

    #[test]
    fn a_span_arrives_at_the_collector_with_its_fields_and_those_of_libraries_do_not() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let collector = thread::spawn(move || receive(&listener));
        let exporter = Exporter::new(&endpoint).expect("made");
        let subscriber = tracing_subscriber::registry().with(exporter.layer());
        tracing::subscriber::with_default(subscriber, || {
            let request = tracing::debug_span!("scim", request.id = "0190-id").entered();
            tracing::debug_span!("shopify").in_scope(|| tracing::warn!("failed"));
            drop(tracing::info_span!(target: "reqwest", "library").entered());
            drop(request);
        });
        drop(exporter);
        let (head, body) = collector.join().expect("received");
        assert!(head.starts_with("post /v1/traces "), "{head}");
        assert!(head.contains("application/x-protobuf"), "{head}");
        let says = |text: &str| body.windows(text.len()).any(|part| part == text.as_bytes());
        for text in [
            "scim",
            "request.id",
            "0190-id",
            "shopify",
            "failed",
            "syncup",
        ] {
            assert!(says(text), "{text}");
        }
        assert!(!says("library"));
    }
}

//! The settings table and what is generated from it.

use std::fmt::Write as _;

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// The name in the TOML file; in upper case behind `SYNCUP_`, the environment variable.
    pub name: &'static str,
    /// The value when none is given, as text.
    pub default: &'static str,
    /// What it means.
    pub doc: &'static str,
}

const fn setting(name: &'static str, default: &'static str, doc: &'static str) -> Setting {
    Setting { name, default, doc }
}

/// All settings.
pub const TABLE: &[Setting] = &[
    setting(
        "data_dir",
        "data",
        "The directory of the database and the master key.",
    ),
    setting(
        "database",
        "",
        "A PostgreSQL database, postgres://USER:PASSWORD@HOST/DATABASE, which any number of replicas may share. Its server's certificate is checked; ?sslmode=disable for none, =require to insist. Empty: the database in data_dir, for one process.",
    ),
    setting(
        "database_connections",
        "16",
        "How many connections to PostgreSQL this process makes at most.",
    ),
    setting(
        "database_ca_file",
        "",
        "The certificates, in PEM, of the authority that signed PostgreSQL's. Empty: the system's.",
    ),
    setting(
        "role",
        "api,worker",
        "What this process does: api serves SCIM, worker sends what is due to Shopify. One of them alone needs a database that others share.",
    ),
    setting(
        "listen",
        "127.0.0.1:8080",
        "Where SCIM is served. Put a TLS proxy in front of it.",
    ),
    setting(
        "ops_listen",
        "127.0.0.1:8090",
        "Where /livez, /readyz and /metrics are served. Keep it off the internet.",
    ),
    setting(
        "public_url",
        "",
        "The URL under which identity providers reach `listen`. Every address in an answer is made from it, never from the Host header. Empty: the address of `listen` itself.",
    ),
    setting(
        "master_key",
        "",
        "32 bytes as base64 or hex that seal everything stored. Empty: generated into data_dir/master.key. Back it up: without it the database is unreadable.",
    ),
    setting(
        "shopify_origin",
        "",
        "Another origin than https://SHOP for the Admin API, such as a mock's. Loopback only, unless shopify_allow_any_origin.",
    ),
    setting(
        "shopify_allow_any_origin",
        "false",
        "Lets shopify_origin be other than loopback. Access tokens go there: be sure.",
    ),
    setting("shopify_api_version", "2026-10", "The Admin API version."),
    setting(
        "shopify_timeout_ms",
        "15000",
        "How long one Admin API request may take, in milliseconds.",
    ),
    setting(
        "shopify_push",
        "true",
        "Whether changes are sent to Shopify. false: they are stored and wait.",
    ),
    setting(
        "inline_budget_ms",
        "2000",
        "How long a SCIM write waits for Shopify before it is answered, in milliseconds. The work goes on in the background.",
    ),
    setting(
        "query_budget_ms",
        "10000",
        "How long a SCIM query may look through resources that no index finds before it is refused, in milliseconds.",
    ),
    setting(
        "activity_days",
        "90",
        "How many days the activity log goes back. 0: for ever.",
    ),
    setting("workers", "0", "HTTP worker threads. 0: one per core."),
    setting(
        "max_body_bytes",
        "1048576",
        "The largest request body, in bytes.",
    ),
    setting(
        "log",
        "info",
        "What to log: a level, or tracing filter directives.",
    ),
    setting("log_format", "text", "text or json."),
    setting(
        "otel_endpoint",
        "",
        "An OpenTelemetry collector to send spans to by OTLP over HTTP, such as http://127.0.0.1:4318. Only for a syncup that was built with the feature otel.",
    ),
];

/// The environment variable of a setting.
pub fn variable(name: &str) -> String {
    format!("SYNCUP_{}", name.to_ascii_uppercase())
}

/// A TOML file with every setting at its default, commented out.
pub fn sample_file() -> String {
    let mut sample = String::from(
        "# SyncUP's settings. Each can also be given as an environment variable, or as a file named by VARIABLE_FILE.\n",
    );
    for setting in TABLE {
        let quoted = match setting.default {
            "true" | "false" => setting.default.to_owned(),
            number if number.parse::<u64>().is_ok() => number.to_owned(),
            text => format!("{text:?}"),
        };
        let _ = write!(
            sample,
            "\n# {} ({})\n# {} = {quoted}\n",
            setting.doc,
            variable(setting.name),
            setting.name
        );
    }
    sample
}

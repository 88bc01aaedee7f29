//! Every setting, in one table: where it comes from, its default, its meaning.
//!
//! A value is looked up as `SYNCUP_NAME`, then the file named by `SYNCUP_NAME_FILE`, then `name` in the TOML file, then the default.
//! Only this module reads the environment. The sample file is generated from the same table.

mod table;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};

use crate::base::seal::MasterKey;
use crate::store::{Location, PostgresConfig};

pub use table::{Setting, TABLE, sample_file, variable};

/// What can be wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The TOML file could not be read.
    #[error("cannot read the settings file {path}")]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The TOML file is not TOML, or not flat.
    #[error("the settings file {path} is not valid: {detail}")]
    ParseFile {
        /// The file.
        path: PathBuf,
        /// What the TOML reader said, or which entry is wrong.
        detail: String,
    },
    /// A `*_FILE` variable names a file that cannot be read.
    #[error("{variable} names {path}, which cannot be read")]
    ReadSecretFile {
        /// The variable.
        variable: String,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A value is not of the setting's type.
    #[error("the setting {name} ({variable}) must be {expected}")]
    InvalidValue {
        /// The setting.
        name: &'static str,
        /// Its environment variable.
        variable: String,
        /// What it should be.
        expected: &'static str,
    },
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// It serves SCIM.
    pub api: bool,
    /// It sends what is due to Shopify.
    pub worker: bool,
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut role = Self {
            api: false,
            worker: false,
        };
        for part in text.split(',') {
            match part.trim() {
                "api" => role.api = true,
                "worker" => role.worker = true,
                _ => return Err(()),
            }
        }
        Ok(role)
    }
}

/// The settings, typed.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The directory of the database and the master key.
    pub data_dir: PathBuf,
    /// A PostgreSQL database's address; absent: the database is in `data_dir`.
    pub database: Option<SecretString>,
    /// How many connections to it are made at most.
    pub database_connections: usize,
    /// Whom its certificate may be from; absent: whom the system trusts.
    pub database_ca_file: Option<PathBuf>,
    /// What this process does.
    pub role: Role,
    /// Where SCIM is served.
    pub listen: SocketAddr,
    /// Where health is served.
    pub ops_listen: SocketAddr,
    /// The URL under which identity providers reach `listen`, without a trailing slash; absent: [`Settings::url_at`] makes it.
    pub public_url: Option<String>,
    /// The master key as base64 or hex; absent: generated into `data_dir`.
    pub master_key: Option<SecretString>,
    /// Another origin than `https://SHOP` for the Admin API.
    pub shopify_origin: Option<String>,
    /// Lets `shopify_origin` be other than loopback.
    pub shopify_allow_any_origin: bool,
    /// The Admin API version.
    pub shopify_api_version: String,
    /// How long one Admin API request may take.
    pub shopify_timeout_ms: u64,
    /// Whether changes are sent to Shopify at all.
    pub shopify_push: bool,
    /// How long a SCIM write waits for Shopify before it is answered.
    pub inline_budget_ms: u64,
    /// How many days activity is kept; 0: for ever.
    pub activity_days: u32,
    /// How long a SCIM query may look through resources that no index finds.
    pub query_budget_ms: u32,
    /// HTTP worker threads; 0: one per core.
    pub workers: usize,
    /// The largest request body.
    pub max_body_bytes: usize,
    /// What to log, as tracing's filter directives.
    pub log: String,
    /// How to log.
    pub log_format: LogFormat,
    /// Where spans are sent to, without a trailing slash.
    pub otel_endpoint: Option<String>,
}

/// The values found, by setting name.
#[derive(Debug)]
struct Found(BTreeMap<&'static str, SecretString>);

impl Settings {
    /// Reads the environment and the TOML file.
    ///
    /// # Errors
    /// Unreadable files and values of the wrong type, each named.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        Self::from_sources(&|name| std::env::var(name).ok(), file)
    }

    /// As [`Settings::load`], with the environment as an argument.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn from_sources(
        env: &dyn Fn(&str) -> Option<String>,
        file: Option<&Path>,
    ) -> Result<Self, SettingsError> {
        let from_file = match file {
            Some(path) => read_toml(path)?,
            None => BTreeMap::new(),
        };
        let mut found = BTreeMap::new();
        for setting in TABLE {
            let value = match from_environment(setting, env)? {
                Some(value) => Some(value),
                None => from_file.get(setting.name).cloned(),
            };
            found.insert(
                setting.name,
                SecretString::from(value.unwrap_or_else(|| setting.default.to_owned())),
            );
        }
        Found(found).typed()
    }

    /// Where the directory is.
    pub fn location(&self) -> Location {
        match &self.database {
            None => Location::Directory(self.data_dir.clone()),
            Some(url) => Location::Postgres(PostgresConfig {
                url: url.clone(),
                connections: self.database_connections,
                ca_file: self.database_ca_file.clone(),
            }),
        }
    }

    /// The URL under which SCIM is reached when it is served at `address`: `public_url`, or that address on this machine.
    pub fn url_at(&self, address: SocketAddr) -> String {
        let host = match address.ip() {
            any if any.is_unspecified() => SocketAddr::from(([127, 0, 0, 1], address.port())),
            _ => address,
        };
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("http://{host}"))
    }
}

impl Found {
    fn typed(&self) -> Result<Settings, SettingsError> {
        Ok(Settings {
            data_dir: PathBuf::from(self.text("data_dir")),
            database: self.optional("database").map(SecretString::from),
            database_connections: self.connections()?,
            database_ca_file: self.optional("database_ca_file").map(PathBuf::from),
            role: self.role()?,
            listen: self.parsed("listen", "an address such as 127.0.0.1:8080")?,
            ops_listen: self.parsed("ops_listen", "an address such as 127.0.0.1:8090")?,
            public_url: self.url("public_url")?,
            master_key: self.master_key()?,
            shopify_origin: self.optional("shopify_origin"),
            shopify_allow_any_origin: self.parsed("shopify_allow_any_origin", "true or false")?,
            shopify_api_version: self.text("shopify_api_version").to_owned(),
            shopify_timeout_ms: self.parsed("shopify_timeout_ms", "a number of milliseconds")?,
            shopify_push: self.parsed("shopify_push", "true or false")?,
            inline_budget_ms: self.parsed("inline_budget_ms", "a number of milliseconds")?,
            activity_days: self.parsed("activity_days", "a number of days, or 0")?,
            query_budget_ms: self.parsed("query_budget_ms", "a number of milliseconds")?,
            workers: self.parsed("workers", "a number of threads, or 0")?,
            max_body_bytes: self.parsed("max_body_bytes", "a number of bytes")?,
            log: self.text("log").to_owned(),
            log_format: match self.text("log_format") {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => return Err(invalid("log_format", "text or json")),
            },
            otel_endpoint: self.url("otel_endpoint")?,
        })
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.expose_secret())
    }

    fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name).trim())
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    }

    fn parsed<T: std::str::FromStr>(
        &self,
        name: &'static str,
        expected: &'static str,
    ) -> Result<T, SettingsError> {
        self.text(name)
            .trim()
            .parse()
            .map_err(|_| invalid(name, expected))
    }

    fn role(&self) -> Result<Role, SettingsError> {
        let role: Role = self.parsed("role", "api, worker, or api,worker")?;
        if (role.api && role.worker) || self.optional("database").is_some() {
            return Ok(role);
        }
        Err(invalid(
            "role",
            "api,worker as long as no database (SYNCUP_DATABASE) is given that several processes can share",
        ))
    }

    fn connections(&self) -> Result<usize, SettingsError> {
        const EXPECTED: &str = "a number from 2 on";
        match self.parsed("database_connections", EXPECTED)? {
            0 | 1 => Err(invalid("database_connections", EXPECTED)),
            number => Ok(number),
        }
    }

    fn master_key(&self) -> Result<Option<SecretString>, SettingsError> {
        let Some(text) = self.optional("master_key") else {
            return Ok(None);
        };
        MasterKey::parse(&text).map_err(|_| invalid("master_key", "32 bytes as base64 or hex"))?;
        Ok(Some(SecretString::from(text)))
    }

    fn url(&self, name: &'static str) -> Result<Option<String>, SettingsError> {
        let Some(text) = self.optional(name) else {
            return Ok(None);
        };
        let url = text.trim_end_matches('/');
        let rest = url
            .strip_prefix("http://")
            .or_else(|| url.strip_prefix("https://"));
        match rest {
            Some(host) if !host.is_empty() && !host.contains(['?', '#']) => {
                Ok(Some(url.to_owned()))
            }
            _ => Err(invalid(name, "an http:// or https:// URL")),
        }
    }
}

fn invalid(name: &'static str, expected: &'static str) -> SettingsError {
    SettingsError::InvalidValue {
        name,
        variable: table::variable(name),
        expected,
    }
}

fn from_environment(
    setting: &Setting,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<String>, SettingsError> {
    let variable = table::variable(setting.name);
    if let Some(value) = env(&variable) {
        return Ok(Some(value));
    }
    let file_variable = format!("{variable}_FILE");
    let Some(path) = env(&file_variable).map(PathBuf::from) else {
        return Ok(None);
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim_end().to_owned())),
        Err(source) => Err(SettingsError::ReadSecretFile {
            variable: file_variable,
            path,
            source,
        }),
    }
}

fn read_toml(path: &Path) -> Result<BTreeMap<String, String>, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(|source| SettingsError::ReadFile {
        path: path.to_owned(),
        source,
    })?;
    let failed = |detail: String| SettingsError::ParseFile {
        path: path.to_owned(),
        detail,
    };
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| failed(located(&text, &error)))?;
    table
        .into_iter()
        .map(|(name, value)| {
            if !TABLE.iter().any(|setting| setting.name == name) {
                return Err(failed(format!("there is no setting {name}")));
            }
            match value {
                toml::Value::String(text) => Ok((name, text)),
                toml::Value::Integer(number) => Ok((name, number.to_string())),
                toml::Value::Boolean(truth) => Ok((name, truth.to_string())),
                _ => Err(failed(format!(
                    "{name} must be a text, number or truth value"
                ))),
            }
        })
        .collect()
}

/// What is wrong and on which line; never the line itself, which may hold a secret.
fn located(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    match before {
        Some(before) => format!(
            "line {}: {}",
            before.matches('\n').count() + 1,
            error.message()
        ),
        None => error.message().to_owned(),
    }
}

/// The variables of the environment that look like settings and are none: a name that is mistyped would otherwise do nothing, silently.
pub fn unknown_variables() -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    names.filter(|name| is_unknown(name)).collect()
}

fn is_unknown(name: &str) -> bool {
    // Kubernetes gives each container such variables for a service that is called syncup.
    let injected = ["PORT", "SERVICE_HOST", "SERVICE_PORT"];
    name.strip_prefix("SYNCUP_").is_some_and(|rest| {
        rest != "CONFIG"
            && !injected.iter().any(|start| rest.starts_with(start))
            && !TABLE.iter().any(|setting| {
                let variable = table::variable(setting.name);
                name == variable || name == format!("{variable}_FILE")
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(env: &[(&str, &str)], file: Option<&str>) -> Result<Settings, String> {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("syncup.toml");
        if let Some(text) = file {
            std::fs::write(&path, text).expect("a written file");
        }
        let lookup = |name: &str| {
            env.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Settings::from_sources(&lookup, file.map(|_| path.as_path()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
        let both = load(
            &[("SYNCUP_LISTEN", "127.0.0.1:1")],
            Some("listen = \"127.0.0.1:2\"\nworkers = 3\n"),
        )
        .expect("settings");
        assert_eq!(both.listen.port(), 1);
        assert_eq!(both.workers, 3);
        assert_eq!(both.inline_budget_ms, 2_000);
    }

    #[test]
    fn the_sample_file_is_the_defaults() {
        let sample = sample_file()
            .replace("# ", "")
            .lines()
            .filter(|line| {
                TABLE
                    .iter()
                    .any(|setting| line.starts_with(&format!("{} = ", setting.name)))
            })
            .collect::<Vec<_>>()
            .join("\n");
        let read = load(&[], Some(&sample)).expect("settings");
        assert_eq!(
            format!("{read:?}"),
            format!("{:?}", load(&[], None).expect("settings"))
        );
    }

    #[test]
    fn a_wrong_value_names_the_setting_and_what_it_should_be() {
        let check = |env: &[(&str, &str)], file: Option<&str>, part: &str| {
            let error = load(env, file).expect_err("an error");
            assert!(error.contains(part), "{error}");
        };
        check(
            &[("SYNCUP_LISTEN", "nowhere")],
            None,
            "listen (SYNCUP_LISTEN) must be an address",
        );
        check(
            &[("SYNCUP_PUBLIC_URL", "example.com")],
            None,
            "http:// or https://",
        );
        check(&[("SYNCUP_LOG_FORMAT", "xml")], None, "text or json");
        check(
            &[("SYNCUP_MASTER_KEY_FILE", "/nonexistent")],
            None,
            "SYNCUP_MASTER_KEY_FILE names /nonexistent",
        );
        check(&[], Some("listn = \"x\""), "there is no setting listn");
        check(&[], Some("workers = 1\nlisten = "), "is not valid: line 2");
        check(&[("SYNCUP_MASTER_KEY", "abc")], None, "32 bytes");
    }

    #[test]
    fn the_public_url_is_made_of_the_address_unless_it_is_set() {
        let check = |set: &str, address: &str, url: &str| {
            let settings = load(&[("SYNCUP_PUBLIC_URL", set)], None).expect("settings");
            let address = address.parse().expect("an address");
            assert_eq!(settings.url_at(address), url);
        };
        check("", "127.0.0.1:9000", "http://127.0.0.1:9000");
        check("", "0.0.0.0:9000", "http://127.0.0.1:9000");
        check("", "[::1]:9000", "http://[::1]:9000");
        check("https://a.example/", "127.0.0.1:9000", "https://a.example");
    }

    #[test]
    fn a_secret_does_not_show_when_printed() {
        let key = "0123456789abcdef".repeat(4);
        let settings = load(&[("SYNCUP_MASTER_KEY", &key)], None).expect("settings");
        assert!(!format!("{settings:?}").contains("0123456789abcdef"));
        let file = format!("listen = 1\nmaster_key = {key}");
        let error = load(&[], Some(&file)).expect_err("an error");
        assert!(!error.contains("0123456789abcdef"), "{error}");
    }

    #[test]
    fn a_variable_that_is_no_setting_is_noticed() {
        let check = |name: &str, unknown: bool| assert_eq!(is_unknown(name), unknown, "{name}");
        check("SYNCUP_LISTN", true);
        check("SYNCUP_CONFIG_FILE", true);
        check("SYNCUP_LISTEN", false);
        check("SYNCUP_MASTER_KEY_FILE", false);
        check("SYNCUP_CONFIG", false);
        check("SYNCUP_PORT_8080_TCP", false);
        check("LISTN", false);
    }
}

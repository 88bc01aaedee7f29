//! The tree's layers, as a test: a module uses only modules of lower layers, and each outside system has one home.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Bottom first. Modules on one line don't use each other.
const LAYERS: &[&[&str]] = &[
    &["base", "metrics", "tls"],
    &["scim", "shopify", "mock"],
    &["directory"],
    &["mapping", "store"],
    &["work"],
    &["reconcile"],
    &["provision"],
    &["http"],
    &["settings"],
    &["telemetry"],
    &["app"],
    &["demo"],
    &["cli"],
];

/// A crate and the only modules that may name it, with what is below them.
const HOMES: &[(&str, &[&str])] = &[
    ("actix_web", &["http"]),
    ("reqwest", &["shopify", "demo"]),
    ("graphql_client", &["shopify"]),
    ("rusqlite", &["store/sqlite"]),
    ("tokio_postgres", &["store/postgres"]),
    ("deadpool_postgres", &["store/postgres"]),
    ("apollo_compiler", &["mock", "shopify"]),
    ("wiremock", &["mock", "shopify"]),
    ("clap", &["cli"]),
    ("opentelemetry", &["telemetry/otel"]),
    ("opentelemetry_otlp", &["telemetry"]),
    ("opentelemetry_sdk", &["telemetry/otel"]),
    ("tracing_opentelemetry", &["telemetry/otel"]),
    (
        "tokio",
        &[
            "shopify",
            "store",
            "work",
            "reconcile",
            "provision",
            "http",
            "app",
            "demo",
        ],
    ),
];

fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let below = path.strip_prefix(&root).unwrap();
                // Tests use what they need.
                if below
                    .iter()
                    .any(|part| part == "tests" || part == "tests.rs")
                {
                    continue;
                }
                let first = below.iter().next().unwrap().to_str().unwrap();
                let module = first.trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&path).unwrap();
                found.push((module, path, text));
            }
        }
    }
    found
}

/// What a file is, or is in: `store/sqlite` of `src/store/sqlite/writer.rs`.
fn is_at_home(path: &Path, home: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let below = path.strip_prefix(&root).unwrap().with_extension("");
    below.starts_with(home)
}

fn mentions(text: &str, name: &str) -> bool {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.into_iter().any(|line| {
        line.match_indices(name).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = &line[at + name.len()..];
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_') && after.starts_with("::")
        })
    })
}

#[test]
fn a_module_uses_only_modules_of_lower_layers() {
    let layer: BTreeMap<&str, usize> = LAYERS
        .iter()
        .enumerate()
        .flat_map(|(height, modules)| modules.iter().map(move |module| (*module, height)))
        .collect();
    let mut wrong = Vec::new();
    for (module, path, text) in sources() {
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let Some(own) = layer.get(module.as_str()) else {
            wrong.push(format!("{} is in no layer", path.display()));
            continue;
        };
        for (other, height) in &layer {
            let used = *other != module && mentions(&text, &format!("crate::{other}"));
            if used && height >= own {
                wrong.push(format!("{} uses {other}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_what_has_effects_is_counted() {
    /// Who may count: what is pure is counted by its caller.
    const COUNTING: &[&str] = &["store", "reconcile", "http", "app", "metrics"];
    let mut wrong = Vec::new();
    for (module, path, text) in sources() {
        if mentions(&text, "crate::metrics") && !COUNTING.contains(&module.as_str()) {
            wrong.push(format!("{} counts", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_outside_system_has_one_home() {
    let mut wrong = Vec::new();
    for (_, path, text) in sources() {
        for (name, homes) in HOMES {
            if mentions(&text, name) && !homes.iter().any(|home| is_at_home(&path, home)) {
                wrong.push(format!("{} names {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn statements_are_written_for_every_engine() {
    /// What only SQLite understands, or understands in its own way.
    const FOREIGN: &[&str] = &[
        "INSERT OR ",
        "REPLACE INTO",
        "IS ?",
        "IS NOT ?",
        "COLLATE",
        "ROWID",
        "UNIXEPOCH",
        "STRFTIME",
        "DATETIME(",
        "JSON_",
        "IFNULL",
        "GLOB",
        "PRAGMA",
        "TYPEOF",
        "RANDOMBLOB",
        "LAST_INSERT",
        "AUTOINCREMENT",
    ];
    let mut wrong = Vec::new();
    for (module, path, text) in sources() {
        if module != "store" || is_at_home(&path, "store/sqlite") {
            continue;
        }
        let text = text.to_uppercase();
        let said = FOREIGN.iter().filter(|word| text.contains(**word));
        wrong.extend(said.map(|word| format!("{} says {word}", path.display())));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_file_stays_small_and_says_what_it_is_for() {
    let mut wrong = Vec::new();
    for (_, path, text) in sources() {
        let lines = text.lines().count();
        if lines > 600 {
            wrong.push(format!("{} has {lines} lines", path.display()));
        }
        if !text.starts_with("//!") {
            wrong.push(format!(
                "{} does not begin with its purpose",
                path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

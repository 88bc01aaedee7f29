//! Every behaviour of `docs/scim-behaviour.md` is named by a test: a string that a failing test prints begins with the behaviour's name.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The families of behaviours, and how many each has.
const FAMILIES: &[(&str, usize)] = &[
    ("A", 10),
    ("B", 23),
    ("C", 17),
    ("D", 34),
    ("E", 7),
    ("F", 7),
    ("G", 8),
    ("H", 6),
    ("I", 4),
    ("V", 6),
    ("corner ", 50),
    ("R", 30),
];

/// What the program has no part in: TLS is the proxy's.
const OUTSIDE: &[&str] = &["R4"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn names() -> Vec<String> {
    let mut names = Vec::new();
    for (family, count) in FAMILIES {
        names.extend((1..=*count).map(|number| format!("{family}{number}")));
    }
    names
}

/// The tests' source texts: of modules what stands behind `#[cfg(test)]`.
fn tests() -> Vec<String> {
    let mut open = vec![root().join("src"), root().join("tests/it")];
    let mut found = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            // This file names them all.
            if path.ends_with("it/rows.rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let is_test = path
                .components()
                .any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")));
            let from = if is_test {
                Some(0)
            } else {
                text.find("#[cfg(test)]")
            };
            found.extend(from.map(|from| text[from..].to_owned()));
        }
    }
    found
}

/// The string literals of a source text, without their escapes read.
fn literals(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'', '/']) {
        let (before, here) = rest.split_at(at);
        rest = if here.starts_with("//") {
            here.split_once('\n').map_or("", |(_, rest)| rest)
        } else if let Some(behind) = here.strip_prefix("'\"'") {
            behind
        } else if !here.starts_with('"') {
            &here[1..]
        } else {
            let hashes = before.len() - before.trim_end_matches('#').len();
            let is_raw = before.trim_end_matches('#').ends_with('r');
            let end = if is_raw {
                here[1..].find(&format!("\"{}", "#".repeat(hashes)))
            } else {
                closing_quote(&here[1..])
            };
            let end = end.map_or(here.len(), |end| end + 1);
            found.push(&here[1..end]);
            here.get(end + 1..).unwrap_or_default()
        };
    }
    found
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end.then_some(at)
    })
}

/// The names that a string begins with: `A1`, `A1, corner 2: …`, `A1 with more`.
fn named(literal: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in literal.split(':').next().unwrap_or_default().split(", ") {
        let words: Vec<&str> = part.split_whitespace().collect();
        let name = match words.as_slice() {
            ["corner", number, ..] => format!("corner {number}"),
            [name, ..] => (*name).to_owned(),
            [] => break,
        };
        found.push(name);
    }
    found
}

#[test]
fn a_string_names_the_behaviours_that_it_begins_with() {
    let check = |text: &str, want: &[&str]| {
        let found: Vec<String> = literals(text).into_iter().flat_map(named).collect();
        assert_eq!(found, want, "{text}");
    };
    check(r#"check("A1: \"x\"", y)"#, &["A1"]);
    check(
        "f(r#\"B2, corner 3 \"quoted\"\"#, '\"', \"C4\")",
        &["B2", "corner 3", "C4"],
    );
    check("// \"D5\"\n\"E6 more\"", &["E6"]);
}

#[test]
fn every_behaviour_is_described_and_named_by_a_test() {
    let page = fs::read_to_string(root().join("docs/scim-behaviour.md")).unwrap();
    let described: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .collect();
    let mut wanted = names();
    assert_eq!(described, wanted, "docs/scim-behaviour.md");
    wanted.retain(|name| !OUTSIDE.contains(&name.as_str()));
    let tests = tests();
    let tested: BTreeSet<String> = tests
        .iter()
        .flat_map(|text| literals(text))
        .flat_map(named)
        .collect();
    let untested: Vec<&String> = wanted
        .iter()
        .filter(|name| !tested.contains(*name))
        .collect();
    assert!(untested.is_empty(), "no test names {untested:?}");
}

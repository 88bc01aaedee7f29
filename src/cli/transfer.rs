//! `syncup export` and `syncup import`: a directory as one file, on its way from one database to another.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::failure::Failure;
use crate::app;
use crate::base::clock::{Clock, SystemClock};
use crate::settings::Settings;
use crate::store::{Moved, Store};

/// What stands for standard output, or input.
const STANDARD: &str = "-";
/// How much of the file is read or written at once.
const BUFFER_BYTES: usize = 1 << 20;

#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// Where to write it, a file that is not there yet; - is standard output, which then has nothing else
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// What `syncup export` wrote; - is standard input
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Export {
    pub(super) async fn run(&self, settings: &Settings) -> Result<String, Failure> {
        let store = app::open_store(settings).await?;
        if self.file == Path::new(STANDARD) {
            export(&store, &mut io::stdout().lock()).await?;
            return Ok(String::new());
        }
        let moved = export_to(&store, &self.file).await?;
        Ok(match self.json {
            true => as_json(&moved),
            false => as_table(&moved, "")?,
        })
    }
}

impl Import {
    pub(super) async fn run(&self, settings: &Settings) -> Result<String, Failure> {
        let mut from: Box<dyn BufRead> = match self.file == Path::new(STANDARD) {
            true => Box::new(io::stdin().lock()),
            false => Box::new(BufReader::with_capacity(
                BUFFER_BYTES,
                File::open(&self.file)
                    .map_err(|error| format!("cannot read {}: {error}", self.file.display()))?,
            )),
        };
        let (store, _lock) = app::open_store_alone(settings).await?;
        let moved = store.import(&mut from).await?;
        Ok(match self.json {
            true => as_json(&moved),
            false => as_table(&moved, "ok")?,
        })
    }
}

/// Writes the file whole or not at all: aside, until it is.
async fn export_to(store: &Store, file: &Path) -> Result<Vec<Moved>, Failure> {
    if fs::symlink_metadata(file).is_ok() {
        return Err(format!(
            "{} is there already: name another file, or remove it",
            file.display()
        )
        .into());
    }
    let mut aside = file.as_os_str().to_owned();
    aside.push(".part");
    let aside = PathBuf::from(aside);
    let made = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside);
    let mut part = made.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => format!(
            "{} is there already: another export writes it, or one was broken off; then remove it",
            aside.display()
        ),
        _ => format!("cannot write {}: {error}", aside.display()),
    })?;
    let written = export(store, &mut part).await.and_then(|moved| {
        part.sync_all()?;
        fs::rename(&aside, file)?;
        Ok(moved)
    });
    if written.is_err() {
        drop(fs::remove_file(&aside));
    }
    written
}

async fn export(store: &Store, to: &mut dyn Write) -> Result<Vec<Moved>, Failure> {
    let mut to = BufWriter::with_capacity(BUFFER_BYTES, to);
    Ok(store.export(SystemClock.now_ms(), &mut to).await?)
}

fn as_json(moved: &[Moved]) -> String {
    format!("{:#}\n", json!({ "tables": moved }))
}

/// A line a table; `verdict` is what is to be said of each one's digest.
fn as_table(moved: &[Moved], verdict: &str) -> Result<String, std::fmt::Error> {
    let title = if verdict.is_empty() { "" } else { "digest" };
    let mut lines = String::new();
    line(&mut lines, "table", "rows", title)?;
    for one in moved {
        line(&mut lines, &one.table, &one.rows.to_string(), verdict)?;
    }
    Ok(lines)
}

fn line(lines: &mut String, table: &str, rows: &str, digest: &str) -> std::fmt::Result {
    writeln!(
        lines,
        "{}",
        format!("{table:<13} {rows:>9}  {digest}").trim_end()
    )
}

//! A whole directory into a file, and from a file into an empty directory, of whichever engine.
//!
//! Nothing is opened on the way: what is sealed stays sealed, and the file is of use only with the same master key. What the file is made of, `line` says;
//! ARCHITECTURE.md describes it.

mod error;
mod file;
mod line;
mod tables;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead, Write};

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::value::{Value, count};
use super::{Store, StoreError};
use file::{Line, Lines};
use tables::{NUMBERED, SHOPS, TABLES, Table};

pub use error::TransferError;

/// Rows that are read, or written, at once.
const PAGE: usize = 1_000;

const EXPORTING: &str = "export the directory";
const IMPORTING: &str = "import the directory";

/// What was moved of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The table.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
    /// The SHA-256, as hex, over its rows' lines in the order of their keys.
    pub sha256: String,
}

impl Store {
    /// Writes all that the directory has, as it is at one moment. Others may write meanwhile.
    ///
    /// # Errors
    /// The database failed, or `to` did: what is written so far is no whole export, and can be told from one.
    pub async fn export(
        &self,
        made_ms: i64,
        to: &mut dyn Write,
    ) -> Result<Vec<Moved>, TransferError> {
        let export = async {
            write_line(to, &line::head(made_ms))?;
            let moved = self.write_tables(to).await?;
            write_line(to, &line::end(&moved))?;
            to.flush().map_err(TransferError::Write)?;
            Ok(moved)
        };
        self.database.patient_snapshot(export).await?
    }

    /// Reads an export into this directory, which must have no shops: all of it or nothing. Nobody may serve from it meanwhile.
    ///
    /// # Errors
    /// The directory has shops, the file is not a whole export, another master key has sealed it, or the database failed.
    pub async fn import(&self, from: &mut dyn BufRead) -> Result<Vec<Moved>, TransferError> {
        let mut lines = Lines::begin(from)?;
        if !self.shops().await?.is_empty() {
            return Err(TransferError::HasShops);
        }
        if self.is_worked_on().await? {
            return Err(TransferError::InUse);
        }
        while self.sweep_deleted_shops().await? {}
        let import = async {
            self.must_be_empty().await?;
            let told = self.load(&mut lines).await?;
            self.number_above_all().await?;
            // What counts is what the database says that it has, not what it was given.
            let moved = self.write_tables(&mut io::sink()).await?;
            same(&told, moved)
        };
        self.database.transaction(IMPORTING, import).await
    }

    /// Writes the rows of all tables.
    async fn write_tables(&self, to: &mut dyn Write) -> Result<Vec<Moved>, TransferError> {
        let mut moved = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            moved.push(self.write_table(table, to).await?);
        }
        Ok(moved)
    }

    /// Writes a table's rows, page by page.
    async fn write_table(&self, table: &Table, to: &mut dyn Write) -> Result<Moved, TransferError> {
        let sql = table.page();
        let mut digest = Context::new(&SHA256);
        let mut rows = 0;
        let mut after = table.before_all();
        loop {
            let values = [after.clone(), vec![count(PAGE)]].concat();
            let page = self
                .database
                .query(EXPORTING, &sql, &values, |row| table.values(row))
                .await?;
            for values in &page {
                let line = line::row(table, values)?;
                digest.update(line.as_bytes());
                digest.update(b"\n");
                write_line(to, &line)?;
                rows += 1;
            }
            match page.last() {
                Some(last) if page.len() == PAGE => after = table.key_of(last),
                _ => break,
            }
        }
        Ok(Moved {
            table: table.name.to_owned(),
            rows,
            sha256: line::hex(digest.finish().as_ref()),
        })
    }

    async fn must_be_empty(&self) -> Result<(), TransferError> {
        for table in TABLES {
            let any = self
                .database
                .query_one(IMPORTING, &table.any(), &[], |_| Ok(()))
                .await?;
            match any {
                Some(()) if table.name == SHOPS => return Err(TransferError::HasShops),
                Some(()) => return Err(TransferError::Remains { table: table.name }),
                None => {}
            }
        }
        Ok(())
    }

    /// Writes the file's rows into the tables; gives what the file says that it has.
    async fn load(&self, lines: &mut Lines<'_>) -> Result<Vec<Moved>, TransferError> {
        let mut waiting: Option<(&'static Table, Vec<Vec<Value>>)> = None;
        loop {
            let (table, values) = match lines.next()? {
                Line::Row(table, values) => (table, values),
                Line::End(told) => {
                    if let Some((table, rows)) = waiting {
                        self.insert(table, &rows).await?;
                    }
                    return Ok(told);
                }
            };
            match &mut waiting {
                Some((of, rows)) if of.name == table.name && rows.len() < PAGE => rows.push(values),
                _ => {
                    if let Some((table, rows)) = waiting.replace((table, vec![values])) {
                        self.insert(table, &rows).await?;
                    }
                }
            }
        }
    }

    async fn insert(&self, table: &Table, rows: &[Vec<Value>]) -> Result<(), TransferError> {
        self.database
            .execute_each(IMPORTING, &table.insert(), rows)
            .await?;
        if table.name == SHOPS {
            // They come first: with another master key nothing else need be read.
            self.check_master_key().await?;
        }
        Ok(())
    }

    /// Lets what the engine numbers go on above what was imported.
    async fn number_above_all(&self) -> Result<(), StoreError> {
        for (table, column, highest) in NUMBERED {
            let highest = self
                .database
                .query_one(IMPORTING, highest, &[], |row| row.maybe_int(0))
                .await?;
            if let Some(highest) = highest.flatten() {
                self.database
                    .number_above(IMPORTING, table, column, highest)
                    .await?;
            }
        }
        Ok(())
    }
}

/// What was moved, when it is what was told.
fn same(told: &[Moved], moved: Vec<Moved>) -> Result<Vec<Moved>, TransferError> {
    if told == moved {
        return Ok(moved);
    }
    let other = moved.into_iter().find(|one| !told.contains(one));
    Err(TransferError::Altered {
        table: other.map_or_else(|| "tables".to_owned(), |one| one.table),
    })
}

fn write_line(to: &mut dyn Write, line: &str) -> Result<(), TransferError> {
    to.write_all(line.as_bytes())
        .and_then(|()| to.write_all(b"\n"))
        .map_err(TransferError::Write)
}

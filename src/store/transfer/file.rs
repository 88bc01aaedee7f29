//! Reading an export, line by line.

use std::io::{BufRead, Read as _};

use serde_json::{Map, Value as Json};

use super::line::{self, END, FORMAT, TABLE};
use super::tables::{SCHEMA, Table};
use super::{Moved, TransferError};
use crate::store::value::Value;

/// No line of an export is as long. What has no lines at all is not read as one.
const LINE_BYTES: u64 = 256 << 20;

/// A line behind the head.
pub(super) enum Line {
    Row(&'static Table, Vec<Value>),
    /// The last one, with what must have been before it.
    End(Vec<Moved>),
}

/// The lines of an export whose head is read.
pub(super) struct Lines<'f> {
    from: &'f mut dyn BufRead,
    bytes: Vec<u8>,
    /// Of the line that was read last, from 1 on.
    number: u64,
}

impl<'f> Lines<'f> {
    pub(super) fn begin(from: &'f mut dyn BufRead) -> Result<Self, TransferError> {
        let mut lines = Self {
            from,
            bytes: Vec::new(),
            number: 0,
        };
        let head = match lines.members() {
            Err(error @ TransferError::Read(_)) => return Err(error),
            other => other.unwrap_or_default().unwrap_or_default(),
        };
        if head.get("format") != Some(&Json::from(FORMAT)) {
            return Err(TransferError::Foreign);
        }
        match head.get("schema").and_then(Json::as_i64) {
            None => Err(TransferError::Foreign),
            Some(SCHEMA) => Ok(lines),
            Some(found) => Err(TransferError::Schema {
                found,
                known: SCHEMA,
            }),
        }
    }

    pub(super) fn next(&mut self) -> Result<Line, TransferError> {
        let Some(mut members) = self.members()? else {
            return Err(TransferError::Truncated { line: self.number });
        };
        if let Some(told) = members.remove(END) {
            let told = serde_json::from_value(told)
                .map_err(|_| self.damaged("it should say what there is"))?;
            return match self.members()? {
                None => Ok(Line::End(told)),
                Some(_) => Err(self.damaged("it is behind the end")),
            };
        }
        let table = members
            .get(TABLE)
            .and_then(Json::as_str)
            .and_then(Table::named)
            .ok_or_else(|| self.damaged("there is no such table"))?;
        let values = line::values(table, &members).map_err(|what| self.damaged(what))?;
        Ok(Line::Row(table, values))
    }

    /// The next line; `None`: there is none.
    fn members(&mut self) -> Result<Option<Map<String, Json>>, TransferError> {
        self.bytes.clear();
        let read = (&mut *self.from)
            .take(LINE_BYTES)
            .read_until(b'\n', &mut self.bytes)
            .map_err(TransferError::Read)?;
        if read == 0 {
            return Ok(None);
        }
        if self.bytes.last() != Some(&b'\n') {
            return Err(TransferError::Truncated { line: self.number });
        }
        self.number += 1;
        serde_json::from_slice(&self.bytes)
            .map(Some)
            .map_err(|_| self.damaged("it is no JSON object"))
    }

    fn damaged(&self, what: &'static str) -> TransferError {
        TransferError::Damaged {
            line: self.number,
            what,
        }
    }
}

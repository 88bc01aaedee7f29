//! What rows are read with: columns by their place, each of the type that the schema gives it.
//!
//! Texts and bytes are lent, not copied: a sealed document is opened where the engine has it.

use std::str::FromStr;

use super::{StoreError, postgres, sqlite};
use crate::base::id::ResourceId;

/// A row of an answer.
pub(super) enum Row<'r> {
    Sqlite(sqlite::Row<'r>),
    Postgres(postgres::Row<'r>),
}

/// A column as the engine has it.
pub(super) enum Cell<'r> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'r str),
    Blob(&'r [u8]),
}

/// What is stored is not what was once written.
fn corrupt(what: &'static str) -> StoreError {
    StoreError::Corrupt { what }
}

impl<'r> Row<'r> {
    fn cell<T>(
        &self,
        place: usize,
        what: &'static str,
        read: impl FnOnce(Cell<'r>) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let cell = match self {
            Self::Sqlite(row) => row.cell(place),
            Self::Postgres(row) => row.cell(place),
        };
        match cell {
            Some(Cell::Null) => Ok(None),
            Some(cell) => read(cell).map(Some).ok_or_else(|| corrupt(what)),
            None => Err(corrupt(what)),
        }
    }

    pub(super) fn maybe_int(&self, place: usize) -> Result<Option<i64>, StoreError> {
        self.cell(place, "number", |cell| match cell {
            Cell::Int(value) => Some(value),
            _ => None,
        })
    }

    pub(super) fn int(&self, place: usize) -> Result<i64, StoreError> {
        self.maybe_int(place)?.ok_or_else(|| corrupt("number"))
    }

    pub(super) fn real(&self, place: usize) -> Result<f64, StoreError> {
        self.cell(place, "number", |cell| match cell {
            Cell::Real(value) => Some(value),
            _ => None,
        })?
        .ok_or_else(|| corrupt("number"))
    }

    pub(super) fn maybe_text(&self, place: usize) -> Result<Option<&'r str>, StoreError> {
        self.cell(place, "text", |cell| match cell {
            Cell::Text(value) => Some(value),
            _ => None,
        })
    }

    pub(super) fn text(&self, place: usize) -> Result<&'r str, StoreError> {
        self.maybe_text(place)?.ok_or_else(|| corrupt("text"))
    }

    /// A text that names something; `what` is for the error.
    pub(super) fn parsed<T: FromStr>(
        &self,
        place: usize,
        what: &'static str,
    ) -> Result<T, StoreError> {
        self.text(place)?.parse().map_err(|_| corrupt(what))
    }

    pub(super) fn maybe_parsed<T: FromStr>(
        &self,
        place: usize,
        what: &'static str,
    ) -> Result<Option<T>, StoreError> {
        self.maybe_text(place)?
            .map(|text| text.parse().map_err(|_| corrupt(what)))
            .transpose()
    }

    pub(super) fn maybe_blob(&self, place: usize) -> Result<Option<&'r [u8]>, StoreError> {
        self.cell(place, "blob", |cell| match cell {
            Cell::Blob(value) => Some(value),
            _ => None,
        })
    }

    pub(super) fn blob(&self, place: usize) -> Result<&'r [u8], StoreError> {
        self.maybe_blob(place)?.ok_or_else(|| corrupt("blob"))
    }

    pub(super) fn maybe_id(&self, place: usize) -> Result<Option<ResourceId>, StoreError> {
        self.maybe_blob(place)?
            .map(|bytes| {
                let bytes = bytes.try_into().map_err(|_| corrupt("id"))?;
                Ok(ResourceId::from_bytes(bytes))
            })
            .transpose()
    }

    pub(super) fn id(&self, place: usize) -> Result<ResourceId, StoreError> {
        self.maybe_id(place)?.ok_or_else(|| corrupt("id"))
    }
}

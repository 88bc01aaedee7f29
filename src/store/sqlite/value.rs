//! Between the store's values and SQLite's. Nothing is copied.

use std::str;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Row as SqliteRow, Statement};

use crate::store::row::Cell;
use crate::store::value::Value;

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

/// Binds the values to `?1`, `?2` and so on; there must be as many as placeholders. (SQLite takes `$1` for a name, and numbers names in the order in which
/// the text has them.)
pub(super) fn bind(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    let wanted = statement.parameter_count();
    if values.len() != wanted {
        return Err(rusqlite::Error::InvalidParameterCount(values.len(), wanted));
    }
    for (place, value) in (1..).zip(values) {
        debug_assert!(
            statement.parameter_name(place).is_some(),
            "?{place} is not used, so that other engines cannot tell its type"
        );
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(())
}

/// A row as SQLite has it.
pub(in crate::store) struct Row<'r>(pub(super) &'r SqliteRow<'r>);

impl<'r> Row<'r> {
    /// A column; `None` when there is none, or a text that is no UTF-8.
    pub(in crate::store) fn cell(&self, place: usize) -> Option<Cell<'r>> {
        let value = self.0.get_ref(place).ok()?;
        Some(match value {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(value) => Cell::Int(value),
            ValueRef::Real(value) => Cell::Real(value),
            ValueRef::Text(bytes) => Cell::Text(str::from_utf8(bytes).ok()?),
            ValueRef::Blob(bytes) => Cell::Blob(bytes),
        })
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::store::StoreError;
    use crate::store::row::Row as StoreRow;
    use crate::store::value::{blob, int, real, text};

    /// What `read` makes of a row whose one column is `value`.
    fn check<T>(
        value: Value,
        read: impl Fn(&StoreRow<'_>) -> Result<T, StoreError>,
    ) -> Result<T, &'static str> {
        let connection = Connection::open_in_memory().expect("opened");
        let mut statement = connection.prepare("SELECT ?1").expect("prepared");
        bind(&mut statement, &[value]).expect("bound");
        let mut rows = statement.raw_query();
        let row = rows.next().expect("asked").expect("a row");
        read(&StoreRow::Sqlite(Row(row))).map_err(|error| match error {
            StoreError::Corrupt { what } => what,
            other => panic!("{other}"),
        })
    }

    #[test]
    fn a_value_is_read_as_it_was_bound() {
        assert_eq!(check(int(i64::MIN), |row| row.int(0)), Ok(i64::MIN));
        assert_eq!(check(real(0.5), |row| row.real(0)), Ok(0.5));
        assert_eq!(
            check(text("é"), |row| row.text(0).map(str::to_owned)),
            Ok("é".to_owned())
        );
        assert_eq!(
            check(blob([0, 255]), |row| row.blob(0).map(<[u8]>::to_vec)),
            Ok(vec![0, 255])
        );
        assert_eq!(
            check(blob([7; 16]), |row| Ok(*row.id(0)?.as_bytes())),
            Ok([7; 16])
        );
        assert_eq!(check(Value::Null, |row| row.maybe_int(0)), Ok(None));
        assert_eq!(check(Value::Null, |row| row.maybe_id(0)), Ok(None));
    }

    #[test]
    fn a_column_of_another_type_or_none_is_corrupt() {
        assert_eq!(check(text("1"), |row| row.int(0)), Err("number"));
        assert_eq!(check(int(1), |row| row.real(0)), Err("number"));
        assert_eq!(check(Value::Null, |row| row.int(0)), Err("number"));
        assert_eq!(check(int(1), |row| row.int(1)), Err("number"));
        assert_eq!(
            check(blob([1]), |row| row.text(0).map(str::to_owned)),
            Err("text")
        );
        assert_eq!(
            check(text("a"), |row| row.blob(0).map(<[u8]>::to_vec)),
            Err("blob")
        );
        assert_eq!(check(blob([7; 15]), |row| row.id(0).map(drop)), Err("id"));
        let state = |row: &StoreRow<'_>| row.parsed::<crate::directory::SyncState>(0, "state");
        assert_eq!(check(text("lost"), state), Err("state"));
    }
}

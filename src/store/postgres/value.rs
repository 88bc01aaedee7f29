//! Between the store's values and PostgreSQL's. What is read is not copied.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::Row as PostgresRow;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, WrongType, to_sql_checked};

use crate::store::row::Cell;
use crate::store::value::Value;

type Refused = Box<dyn Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            // What is compared with a literal is of the literal's type.
            Self::Int(value) if *wanted == Type::INT4 => {
                i32::try_from(*value)?.to_sql_checked(wanted, out)
            }
            Self::Int(value) => value.to_sql_checked(wanted, out),
            Self::Real(value) => value.to_sql_checked(wanted, out),
            // The one character that this engine's texts can't have.
            Self::Text(value) if value.contains('\0') => {
                value.replace('\0', "\u{fffd}").to_sql_checked(wanted, out)
            }
            Self::Text(value) => value.to_sql_checked(wanted, out),
            Self::Blob(value) => value.to_sql_checked(wanted, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // Each kind of value says itself what it is good for.
        true
    }

    to_sql_checked!();
}

/// A row as PostgreSQL has it.
pub(in crate::store) struct Row<'r>(pub(super) &'r PostgresRow);

impl<'r> Row<'r> {
    /// A column; `None` when there is none, or one of a type that the schema has not.
    pub(in crate::store) fn cell(&self, place: usize) -> Option<Cell<'r>> {
        self.0.try_get(place).ok()
    }
}

impl<'r> FromSql<'r> for Cell<'r> {
    fn from_sql(of: &Type, raw: &'r [u8]) -> Result<Self, Refused> {
        Ok(match *of {
            Type::INT8 => Self::Int(i64::from_sql(of, raw)?),
            Type::INT4 => Self::Int(i32::from_sql(of, raw)?.into()),
            Type::FLOAT8 => Self::Real(f64::from_sql(of, raw)?),
            Type::TEXT => Self::Text(<&str>::from_sql(of, raw)?),
            Type::BYTEA => Self::Blob(raw),
            _ => return Err(Box::new(WrongType::new::<Value>(of.clone()))),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Refused> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

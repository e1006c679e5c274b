//! Values and rows as both engines know them: null, 64-bit integer, text, bytes.
//!
//! There is no boolean, no floating point and no date: tables keep integers and text codes, so that
//! one text of SQL means the same on both engines. Sums and averages are cast in SQL.
//!
//! Invariant: the debug form of a value never shows text or bytes, since they may name a person.

use super::error::{DbError, ErrorKind};
use std::fmt;

/// A borrowed value: a parameter of a statement, or a column of a row that is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Param<'a> {
    /// SQL `NULL`.
    Null,
    /// `INTEGER` in SQLite, `BIGINT`, `INTEGER`, `SMALLINT` or `BOOLEAN` in PostgreSQL.
    Int(i64),
    /// `TEXT`, without the character U+0000.
    Text(&'a str),
    /// `BLOB` or `BYTEA`.
    Bytes(&'a [u8]),
}

/// An owned value of a row.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// SQL `NULL`.
    Null,
    /// An integer.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Value {
    /// The value, borrowed: for use as a parameter.
    pub fn as_param(&self) -> Param<'_> {
        match self {
            Value::Null => Param::Null,
            Value::Int(n) => Param::Int(*n),
            Value::Text(text) => Param::Text(text),
            Value::Bytes(bytes) => Param::Bytes(bytes),
        }
    }
}

impl Param<'_> {
    /// The value with its own text or bytes.
    pub fn to_value(self) -> Value {
        match self {
            Param::Null => Value::Null,
            Param::Int(n) => Value::Int(n),
            Param::Text(text) => Value::Text(text.to_owned()),
            Param::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
        }
    }

    pub(super) const fn kind_name(self) -> &'static str {
        match self {
            Param::Null => "null",
            Param::Int(_) => "an integer",
            Param::Text(_) => "text",
            Param::Bytes(_) => "bytes",
        }
    }
}

impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Param::Null => f.write_str("Null"),
            Param::Int(n) => write!(f, "Int({n})"),
            Param::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Param::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_param().fmt(f)
    }
}

macro_rules! param_from {
    ($($from:ty => |$it:ident| $to:expr;)+) => {
        $(impl<'a> From<$from> for Param<'a> {
            fn from($it: $from) -> Param<'a> { $to }
        })+
    };
}

param_from! {
    i64 => |n| Param::Int(n);
    i32 => |n| Param::Int(i64::from(n));
    i16 => |n| Param::Int(i64::from(n));
    u32 => |n| Param::Int(i64::from(n));
    u16 => |n| Param::Int(i64::from(n));
    u8 => |n| Param::Int(i64::from(n));
    bool => |b| Param::Int(i64::from(b));
    &'a str => |text| Param::Text(text);
    &'a String => |text| Param::Text(text);
    &'a [u8] => |bytes| Param::Bytes(bytes);
    &'a Vec<u8> => |bytes| Param::Bytes(bytes);
    &'a Value => |value| value.as_param();
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Param<'a> {
        value.map_or(Param::Null, Into::into)
    }
}

/// What a column can be read as: `i64`, `&str`, `String`, `&[u8]`, `Vec<u8>`, `bool` (0 or 1), the
/// smaller integers (checked), or an `Option` of one of them.
pub trait Column<'a>: Sized {
    /// What is expected, in words, for the error.
    const EXPECTED: &'static str;

    /// The value, where it is of this type.
    fn from_param(value: Param<'a>) -> Option<Self>;
}

macro_rules! column {
    ($($to:ty, $name:literal: $pattern:pat => $value:expr;)+) => {
        $(impl<'a> Column<'a> for $to {
            const EXPECTED: &'static str = $name;
            fn from_param(value: Param<'a>) -> Option<Self> {
                match value { $pattern => $value, _ => None }
            }
        })+
    };
}

column! {
    i64, "an integer": Param::Int(n) => Some(n);
    i32, "a 32-bit integer": Param::Int(n) => n.try_into().ok();
    i16, "a 16-bit integer": Param::Int(n) => n.try_into().ok();
    u64, "a count": Param::Int(n) => n.try_into().ok();
    u32, "a 32-bit count": Param::Int(n) => n.try_into().ok();
    u16, "a 16-bit count": Param::Int(n) => n.try_into().ok();
    u8, "an 8-bit count": Param::Int(n) => n.try_into().ok();
    bool, "0 or 1": Param::Int(n @ 0..=1) => Some(n == 1);
    &'a str, "text": Param::Text(text) => Some(text);
    String, "text": Param::Text(text) => Some(text.to_owned());
    &'a [u8], "bytes": Param::Bytes(bytes) => Some(bytes);
    Vec<u8>, "bytes": Param::Bytes(bytes) => Some(bytes.to_vec());
}

impl<'a, T: Column<'a>> Column<'a> for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_param(value: Param<'a>) -> Option<Self> {
        match value {
            Param::Null => Some(None),
            other => T::from_param(other).map(Some),
        }
    }
}

fn column<'a, T: Column<'a>>(index: usize, value: Param<'a>) -> Result<T, DbError> {
    T::from_param(value).ok_or_else(|| {
        let text = format!(
            "column {index} is {}, expected {}",
            value.kind_name(),
            T::EXPECTED
        );
        DbError::new(ErrorKind::Value, text)
    })
}

/// A row with its own values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    values: Box<[Value]>,
}

impl Row {
    /// Column `index`, counted from 0.
    ///
    /// # Errors
    /// [`ErrorKind::Value`] where there is no such column or it is of another type.
    pub fn get<'a, T: Column<'a>>(&'a self, index: usize) -> Result<T, DbError> {
        let value = self.values.get(index).ok_or_else(|| no_column(index))?;
        column(index, value.as_param())
    }

    /// All values, in the order of the statement.
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}

/// A row that is being streamed; nothing is copied until it is asked for.
pub struct RowRef<'a> {
    source: RowSource<'a>,
}

pub(super) enum RowSource<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl<'a> RowRef<'a> {
    pub(super) const fn new(source: RowSource<'a>) -> RowRef<'a> {
        RowRef { source }
    }

    /// Column `index`, counted from 0.
    ///
    /// # Errors
    /// [`ErrorKind::Value`] where there is no such column or it is of another type.
    pub fn get<T: Column<'a>>(&self, index: usize) -> Result<T, DbError> {
        column(index, self.param(index)?)
    }

    /// A copy with its own values.
    ///
    /// # Errors
    /// [`ErrorKind::Value`] where a column is of a type that [`Value`] does not know.
    pub fn to_row(&self) -> Result<Row, DbError> {
        let columns = match self.source {
            // Asked of the row: a change of the schema is known only after the first step.
            RowSource::Sqlite(row) => row.as_ref().column_count(),
            RowSource::Postgres(row) => row.len(),
        };
        let values = (0..columns).map(|n| self.param(n).map(Param::to_value));
        Ok(Row {
            values: values.collect::<Result<_, _>>()?,
        })
    }

    fn param(&self, index: usize) -> Result<Param<'a>, DbError> {
        match self.source {
            RowSource::Sqlite(row) => super::sqlite::column(row, index),
            RowSource::Postgres(row) => super::postgres::column(row, index),
        }
    }
}

pub(super) fn no_column(index: usize) -> DbError {
    DbError::new(ErrorKind::Value, format!("the row has no column {index}"))
}

/// Refuses U+0000 in a text on both engines, since PostgreSQL cannot hold it.
pub(super) fn check_params(params: &[Param<'_>]) -> Result<(), DbError> {
    for (index, param) in params.iter().enumerate() {
        if let Param::Text(text) = param
            && text.as_bytes().contains(&0)
        {
            let text = format!("parameter {} holds the character U+0000", index + 1);
            return Err(DbError::new(ErrorKind::Value, text));
        }
    }
    Ok(())
}

//! How values travel to and from PostgreSQL, in its binary format.
//!
//! Invariant: an integer never changes its value on the way: what does not fit is refused.

use crate::db::error::{DbError, ErrorKind, WrongValue};
use crate::db::value::{Param, no_column};
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type};
use std::error::Error;

type Problem = Box<dyn Error + Sync + Send>;

/// Whether values of a type can be sent and read.
pub(super) fn is_known(ty: &Type) -> bool {
    matches!(
        *ty,
        Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL | Type::BYTEA
    ) || is_text(ty)
}

fn is_text(ty: &Type) -> bool {
    matches!(
        *ty,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN
    )
}

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Problem> {
        let wide = |n: i64| WrongValue(format!("the integer {n} does not fit {}", ty.name()));
        match (*self, ty) {
            (Param::Null, _) => Ok(IsNull::Yes),
            (Param::Int(n), &Type::INT8) => n.to_sql(ty, out),
            (Param::Int(n), &Type::INT4) => i32::try_from(n).map_err(|_| wide(n))?.to_sql(ty, out),
            (Param::Int(n), &Type::INT2) => i16::try_from(n).map_err(|_| wide(n))?.to_sql(ty, out),
            (Param::Int(n @ 0..=1), &Type::BOOL) => (n == 1).to_sql(ty, out),
            (Param::Text(text), ty) if is_text(ty) => text.to_sql(ty, out),
            (Param::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            (param, ty) => {
                let text = format!("{} is no value for {}", param.kind_name(), ty.name());
                Err(Box::new(WrongValue(text)))
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        // Decided with the value at hand, in `to_sql`.
        true
    }

    postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Param<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Param<'a>, Problem> {
        Ok(match *ty {
            Type::INT8 => Param::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Param::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Param::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Param::Int(bool::from_sql(ty, raw)?.into()),
            Type::BYTEA => Param::Bytes(raw),
            _ => Param::Text(<&str>::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Param<'a>, Problem> {
        Ok(Param::Null)
    }

    fn accepts(ty: &Type) -> bool {
        is_known(ty)
    }
}

/// A column of a row.
pub(in crate::db) fn column(row: &postgres::Row, index: usize) -> Result<Param<'_>, DbError> {
    let ty = row
        .columns()
        .get(index)
        .ok_or_else(|| no_column(index))?
        .type_();
    row.try_get(index).map_err(|_| {
        let text = format!("column {index} is {}: cast it in the SQL", ty.name());
        DbError::new(ErrorKind::Value, text)
    })
}

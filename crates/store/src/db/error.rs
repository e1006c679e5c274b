//! What can go wrong in a database, by what a caller can do about it.
//!
//! Invariant: no message holds an address, a password or a value of a row. SQLite's messages name
//! tables and columns only; of PostgreSQL's the primary message is kept and the detail, which
//! quotes values, is dropped.

use std::error::Error as _;
use std::fmt;

/// What a caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The place cannot be used as it is configured: the command line ends with code 78.
    Configuration,
    /// Somebody else holds a lock, or all connections are taken: try again later.
    Busy,
    /// The rows would break a constraint of the schema.
    Constraint(Constraint),
    /// The disk is full: writes are refused, reads go on.
    Full,
    /// The storage failed or its content is damaged. After this from SQLite nothing is written.
    Broken,
    /// The server cannot be reached or has gone. A commit in flight may have happened or not.
    Lost,
    /// A value does not fit its column, or a column is not of the type asked for.
    Value,
    /// The statement is wrong, or a transaction was used wrongly.
    Sql,
}

/// Which sort of constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// `PRIMARY KEY`, `UNIQUE`.
    Unique,
    /// `REFERENCES`.
    ForeignKey,
    /// `CHECK`, and a type that a `STRICT` table refuses.
    Check,
    /// `NOT NULL`.
    NotNull,
    /// Raised by a trigger, or another.
    Other,
}

/// An error of a database; cheap to clone, since one failed commit answers many callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DbError {
    kind: ErrorKind,
    message: Box<str>,
}

impl DbError {
    /// An error with a message that is safe to log.
    pub fn new(kind: ErrorKind, message: impl Into<Box<str>>) -> DbError {
        DbError {
            kind,
            message: message.into(),
        }
    }

    /// What a caller can do about it.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether rows would break a constraint of this sort.
    pub fn breaks(&self, constraint: Constraint) -> bool {
        self.kind == ErrorKind::Constraint(constraint)
    }

    pub(super) fn at_connect(mut self) -> DbError {
        // A server that refuses, and one that is away, must not look like a wrong statement.
        if self.kind == ErrorKind::Sql {
            self.kind = ErrorKind::Configuration;
        }
        self
    }
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ErrorKind::Configuration => "the database is not configured rightly",
            ErrorKind::Busy => "the database is busy",
            ErrorKind::Constraint(_) => "a constraint of the database refused the rows",
            ErrorKind::Full => "the disk of the database is full",
            ErrorKind::Broken => "the storage of the database failed",
            ErrorKind::Lost => "the database server cannot be reached",
            ErrorKind::Value => "a value does not fit the database",
            ErrorKind::Sql => "the database refused the statement",
        };
        write!(f, "{what}: {}", self.message)
    }
}

impl std::error::Error for DbError {}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> DbError {
        use rusqlite::Error as E;
        match error {
            E::SqliteFailure(code, text) => {
                DbError::new(sqlite_kind(code), text.unwrap_or_else(|| code.to_string()))
            }
            E::SqlInputError { error, msg, .. } => DbError::new(sqlite_kind(error), msg),
            E::InvalidColumnIndex(index) => super::value::no_column(index),
            E::ExecuteReturnedResults => {
                DbError::new(ErrorKind::Sql, "the statement returns rows: use query")
            }
            E::Utf8Error(column, _) => {
                DbError::new(ErrorKind::Broken, format!("column {column} is not UTF-8"))
            }
            // The remaining variants speak of the library's use, not of rows.
            other => DbError::new(ErrorKind::Sql, other.to_string()),
        }
    }
}

/// `SQLITE_IOERR_SHMSIZE`: the shared index of the log could not grow, which is a full disk.
const SHARED_INDEX_FULL: i32 = 10 | (19 << 8);

fn sqlite_kind(error: rusqlite::ffi::Error) -> ErrorKind {
    use rusqlite::ffi::{self, ErrorCode as C};
    match error.code {
        C::DatabaseBusy | C::DatabaseLocked | C::FileLockingProtocolFailed => ErrorKind::Busy,
        C::OutOfMemory | C::OperationInterrupted => ErrorKind::Busy,
        C::DiskFull => ErrorKind::Full,
        C::SystemIoFailure if error.extended_code == SHARED_INDEX_FULL => ErrorKind::Full,
        C::SystemIoFailure | C::DatabaseCorrupt | C::NotADatabase => ErrorKind::Broken,
        C::CannotOpen | C::PermissionDenied | C::ReadOnly => ErrorKind::Configuration,
        C::TooBig | C::TypeMismatch | C::ParameterOutOfRange => ErrorKind::Value,
        C::ConstraintViolation => ErrorKind::Constraint(match error.extended_code {
            ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_ROWID => Constraint::Unique,
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Constraint::ForeignKey,
            ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_DATATYPE => Constraint::Check,
            ffi::SQLITE_CONSTRAINT_NOTNULL => Constraint::NotNull,
            _ => Constraint::Other,
        }),
        _ => ErrorKind::Sql,
    }
}

/// Why a value cannot go into a column of PostgreSQL, or come out of one.
#[derive(Debug)]
pub(super) struct WrongValue(pub String);

impl fmt::Display for WrongValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongValue {}

impl From<postgres::Error> for DbError {
    fn from(error: postgres::Error) -> DbError {
        if let Some(db) = error.as_db_error() {
            let code = db.code().code();
            // Data exceptions quote the value: `invalid input syntax for type bigint: "…"`.
            let message = match db.message() {
                text if code.starts_with("22") => text.split(['"', ':']).next().unwrap_or(""),
                text => text,
            };
            return DbError::new(
                postgres_kind(code),
                format!("{} ({code})", message.trim_end()),
            );
        }
        if let Some(wrong) = error.source().and_then(|e| e.downcast_ref::<WrongValue>()) {
            return DbError::new(ErrorKind::Value, format!("{error}: {wrong}"));
        }
        if let Some(io) = error
            .source()
            .and_then(|e| e.downcast_ref::<std::io::Error>())
        {
            return DbError::new(ErrorKind::Lost, format!("{error}: {io}"));
        }
        let lost = error.is_closed() || error.to_string().starts_with("timeout");
        DbError::new(
            if lost {
                ErrorKind::Lost
            } else {
                ErrorKind::Sql
            },
            error.to_string(),
        )
    }
}

/// The kind of an SQLSTATE (PostgreSQL manual, appendix A).
fn postgres_kind(code: &str) -> ErrorKind {
    match code {
        "23505" | "23P01" => ErrorKind::Constraint(Constraint::Unique),
        "23503" => ErrorKind::Constraint(Constraint::ForeignKey),
        "23514" => ErrorKind::Constraint(Constraint::Check),
        "23502" => ErrorKind::Constraint(Constraint::NotNull),
        "53100" => ErrorKind::Full,
        "40001" | "40P01" | "55P03" | "57014" | "53200" | "53300" => ErrorKind::Busy,
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => ErrorKind::Lost,
        "58030" | "XX001" | "XX002" => ErrorKind::Broken,
        "3D000" => ErrorKind::Configuration,
        _ => match code.get(..2) {
            Some("08") => ErrorKind::Lost,
            Some("22") => ErrorKind::Value,
            Some("23") => ErrorKind::Constraint(Constraint::Other),
            Some("28") => ErrorKind::Configuration,
            _ => ErrorKind::Sql,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    #[test]
    fn codes_of_sqlite_become_kinds() {
        let kind = |code| sqlite_kind(ffi::Error::new(code));
        assert_eq!(kind(ffi::SQLITE_FULL), ErrorKind::Full);
        assert_eq!(kind(ffi::SQLITE_IOERR_FSYNC), ErrorKind::Broken);
        assert_eq!(kind(ffi::SQLITE_IOERR_SHMSIZE), ErrorKind::Full);
        assert_eq!(kind(ffi::SQLITE_CORRUPT), ErrorKind::Broken);
        assert_eq!(kind(ffi::SQLITE_BUSY), ErrorKind::Busy);
        assert_eq!(kind(ffi::SQLITE_CANTOPEN), ErrorKind::Configuration);
        assert_eq!(
            kind(ffi::SQLITE_CONSTRAINT_UNIQUE),
            ErrorKind::Constraint(Constraint::Unique)
        );
    }

    #[test]
    fn states_of_postgresql_become_kinds() {
        for (code, kind) in [
            ("23505", ErrorKind::Constraint(Constraint::Unique)),
            ("23001", ErrorKind::Constraint(Constraint::Other)),
            ("40P01", ErrorKind::Busy),
            ("53100", ErrorKind::Full),
            ("08006", ErrorKind::Lost),
            ("57P01", ErrorKind::Lost),
            ("58030", ErrorKind::Broken),
            ("28P01", ErrorKind::Configuration),
            ("22003", ErrorKind::Value),
            ("42601", ErrorKind::Sql),
            ("", ErrorKind::Sql),
        ] {
            assert_eq!(postgres_kind(code), kind, "{code}");
        }
    }
}

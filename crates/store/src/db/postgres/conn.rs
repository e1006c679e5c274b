//! One connection to a server: how it is set up, and statements on it.
//!
//! Invariant: every connection has the settings of [`Conn::connect`]; a server that answers before
//! its disk does is refused by [`Conn::check_server`].

use super::types::is_known;
use crate::db::WAIT_MAX;
use crate::db::error::{DbError, ErrorKind};
use crate::db::value::{Param, RowRef, RowSource, Value};
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::Type;
use postgres::{Client, NoTls, Statement};
use std::collections::HashMap;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Prepared statements kept by each connection.
const STATEMENTS_MAX: usize = 512;

/// Parameters of an insert of many rows; the protocol takes 65 535.
const PARAMS_MAX: usize = 8_000;

/// A connection with its prepared statements.
pub(in crate::db) struct Conn {
    client: Client,
    statements: HashMap<Box<str>, Statement>,
    schema_changed: bool,
    lost: bool,
}

impl Conn {
    pub(super) fn connect(
        config: &postgres::Config,
        tls: Option<&MakeRustlsConnect>,
    ) -> Result<Conn, DbError> {
        let refused = |error: postgres::Error| DbError::from(error).at_connect();
        let client = match tls {
            Some(tls) => config.connect(tls.clone()),
            None => config.connect(NoTls),
        };
        let mut client = client.map_err(refused)?;
        let wait = WAIT_MAX.as_millis();
        client.batch_execute(&format!(
            "set lock_timeout = {wait}; set idle_in_transaction_session_timeout = '5min'; \
             set time zone 'UTC'; set client_min_messages = warning"
        ))?;
        Ok(Conn {
            client,
            statements: HashMap::new(),
            schema_changed: false,
            lost: false,
        })
    }

    /// Refuses a server that would lose what it has acknowledged, or that cannot hold every name.
    pub(super) fn check_server(mut self) -> Result<Conn, DbError> {
        let sql = "select current_setting('fsync') = 'on' and \
                   current_setting('full_page_writes') = 'on' and \
                   current_setting('synchronous_commit') <> 'off', \
                   current_setting('server_encoding') = 'UTF8'";
        let row = self.client.query_one(sql, &[])?;
        let wrong = |text| Err(DbError::new(ErrorKind::Configuration, text));
        match (row.try_get(0)?, row.try_get(1)?) {
            (true, true) => Ok(self),
            (false, _) => {
                wrong("the server needs fsync, full_page_writes and synchronous_commit on")
            }
            (true, false) => wrong("the database needs the encoding UTF8"),
        }
    }

    /// Whether another caller may have this connection.
    pub(super) fn is_usable(&self) -> bool {
        !self.lost && !self.client.is_closed()
    }

    /// Whether plans of other connections may no longer fit; asked once.
    pub(super) fn take_schema_changed(&mut self) -> bool {
        std::mem::take(&mut self.schema_changed)
    }

    fn note<T>(&mut self, result: Result<T, postgres::Error>) -> Result<T, DbError> {
        result.map_err(|error| {
            let error = DbError::from(error);
            self.lost |= error.kind() == ErrorKind::Lost;
            error
        })
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement, DbError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let prepared = self.client.prepare(sql);
        let statement = self.note(prepared)?;
        if self.statements.len() >= STATEMENTS_MAX {
            self.statements.clear();
        }
        self.statements.insert(sql.into(), statement.clone());
        Ok(statement)
    }

    /// Prepares a statement and checks that all its types are known here.
    pub(super) fn check(&mut self, sql: &str) -> Result<(), DbError> {
        let statement = self.prepare(sql)?;
        let params = statement.params().iter();
        let columns = statement.columns().iter().map(postgres::Column::type_);
        match params.chain(columns).find(|ty| !is_known(ty)) {
            Some(ty) => {
                let text = format!("a parameter or column is {}: cast it", ty.name());
                Err(DbError::new(ErrorKind::Value, text))
            }
            None => Ok(()),
        }
    }

    pub(in crate::db) fn query_each(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(RowRef<'_>) -> bool,
    ) -> Result<(), DbError> {
        let statement = self.prepare(sql)?;
        let client = &mut self.client;
        let mut stream = || {
            let mut rows = client.query_raw(&statement, params.iter().copied())?;
            while let Some(row) = rows.next()? {
                if !each(RowRef::new(RowSource::Postgres(&row))) {
                    break;
                }
            }
            Ok(())
        };
        let done = stream();
        self.note(done)
    }

    pub(in crate::db) fn execute(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<u64, DbError> {
        let statement = self.prepare(sql)?;
        if !statement.columns().is_empty() {
            return Err(DbError::new(
                ErrorKind::Sql,
                "the statement returns rows: use query",
            ));
        }
        let changed = self.client.query_raw(&statement, params.iter().copied());
        let changed = changed.and_then(|mut rows| {
            while rows.next()?.is_some() {}
            Ok(rows.rows_affected().unwrap_or(0))
        });
        self.note(changed)
    }

    pub(in crate::db) fn execute_batch(&mut self, sql: &str) -> Result<(), DbError> {
        let done = self.client.batch_execute(sql);
        self.note(done)
    }

    /// As [`Self::execute_batch`], for statements that may change the schema.
    pub(in crate::db) fn migrate(&mut self, sql: &str) -> Result<(), DbError> {
        self.schema_changed = true;
        self.statements.clear();
        self.execute_batch(sql)
    }

    pub(in crate::db) fn copy(
        &mut self,
        table: &str,
        columns: &[&str],
    ) -> Result<Copy<'_>, DbError> {
        let names = columns.join(", ");
        let shape = self.prepare(&format!("select {names} from {table} limit 0"))?;
        let types: Vec<Type> = shape.columns().iter().map(|c| c.type_().clone()).collect();
        // The server refuses COPY where row security holds for the role that asks.
        let held = "select row_security_active($1::text::regclass)";
        if self.client.query_one(held, &[&table])?.try_get(0)? {
            let head = format!("insert into {table} ({names}) values ");
            let rows = Rows::new(self, head, columns.len());
            return Ok(Copy::Rows(rows));
        }
        let sql = format!("copy {table} ({names}) from stdin (format binary)");
        let writer = self.client.copy_in(&sql)?;
        Ok(Copy::Binary(BinaryCopyInWriter::new(writer, &types)))
    }
}

/// A `COPY` under way, or inserts of many rows in its place.
pub(in crate::db) enum Copy<'t> {
    Binary(BinaryCopyInWriter<'t>),
    Rows(Rows<'t>),
}

impl Copy<'_> {
    pub(in crate::db) fn row(&mut self, values: &[Param<'_>]) -> Result<(), DbError> {
        match self {
            Copy::Binary(writer) => Ok(writer.write_raw(values.iter().copied())?),
            Copy::Rows(rows) => rows.row(values),
        }
    }

    pub(in crate::db) fn finish(self) -> Result<(), DbError> {
        match self {
            Copy::Binary(writer) => {
                writer.finish()?;
                Ok(())
            }
            Copy::Rows(mut rows) => rows.flush(),
        }
    }
}

/// Rows that wait for the next insert of many.
pub(in crate::db) struct Rows<'t> {
    conn: &'t mut Conn,
    head: String,
    columns: usize,
    values: Vec<Value>,
}

impl<'t> Rows<'t> {
    const fn new(conn: &'t mut Conn, head: String, columns: usize) -> Rows<'t> {
        Rows {
            conn,
            head,
            columns,
            values: Vec::new(),
        }
    }

    fn row(&mut self, values: &[Param<'_>]) -> Result<(), DbError> {
        self.values
            .extend(values.iter().map(|value| value.to_value()));
        if self.values.len() + self.columns > PARAMS_MAX {
            return self.flush();
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DbError> {
        let row = |from: usize| {
            let places = (1..=self.columns).map(|n| format!("${}", from * self.columns + n));
            format!("({})", places.collect::<Vec<_>>().join(", "))
        };
        let rows: Vec<String> = (0..self.values.len() / self.columns.max(1))
            .map(row)
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        let sql = format!("{}{}", self.head, rows.join(", "));
        let values = std::mem::take(&mut self.values);
        let params: Vec<Param<'_>> = values.iter().map(Value::as_param).collect();
        self.conn.execute(&sql, &params).map(drop)
    }
}

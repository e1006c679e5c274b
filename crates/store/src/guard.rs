//! What the engine itself refuses: rows of another provider, and changes of rows that are only added.
//!
//! On PostgreSQL every table has forced row security: a transaction sees the provider that it was begun
//! for, and without one nothing. The program's role need not own the tables; [`Store::admit`] gives it
//! what its statements do. On SQLite the program's own statements are held to the same list.
//!
//! Invariant: a table that is in no list here takes no `UPDATE` and no `DELETE` from the program.

use crate::Store;
use crate::db::{DbError, Engine, ErrorKind, Read, Tx};
use std::collections::BTreeSet;

/// Tables of which rows change or go, and how.
pub(crate) const CHANGING: [(&str, &str); 7] = [
    ("audit_body", "DELETE"),
    ("data_key", "UPDATE, DELETE"),
    ("oidc_used", "DELETE"),
    ("page_read", "DELETE"),
    ("passkey_use", "UPDATE"),
    ("session_seen", "UPDATE"),
    ("sign_in_try", "DELETE"),
];

/// Tables that are read before it is known whose they are; they name no person.
pub(crate) const OPEN: [&str; 3] = ["key_state", "provider", "schema_version"];

const MINE: &str = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relname = 'schema_version' AND n.nspname = current_schema() \
    AND pg_has_role(c.relowner, 'USAGE')";
const UNGUARDED: &str = "SELECT c.relname::text, (SELECT count(*) FROM pg_attribute a \
    WHERE a.attrelid = c.oid AND a.attname = 'provider_no') \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind = 'r' AND n.nspname = current_schema() \
    AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY c.relname";
const ROLE: &str = "SELECT count(*) FROM pg_roles WHERE rolname = $1";

/// The name of the setting, which the driver sets at the begin of each transaction.
const SETTING: &str = "coalesce(current_setting('lasna.provider', true), '')";

/// Whether the role that asks owns the schema; on SQLite whoever may write does.
pub(crate) fn owns_schema(read: &mut Read<'_>) -> Result<bool, DbError> {
    if read.engine() == Engine::Sqlite {
        return Ok(true);
    }
    let row = read.query_one(MINE, &[])?;
    Ok(row.map_or(Ok(0), |row| row.get::<i64>(0))? > 0)
}

/// Puts row security on every table that has none yet. Nothing to do on SQLite.
pub(crate) fn secure(tx: &mut Tx<'_>) -> Result<(), DbError> {
    if tx.engine() == Engine::Sqlite {
        return Ok(());
    }
    for row in tx.query(UNGUARDED, &[])? {
        let (table, has_provider): (String, i64) = (row.get(0)?, row.get(1)?);
        if OPEN.contains(&table.as_str()) {
            continue;
        }
        // A row without a provider belongs to a row that has one: a token, a code, a job.
        let sees = match has_provider {
            0 => format!("(SELECT {SETTING}) <> ''"),
            _ => format!("provider_no::text = (SELECT {SETTING}) OR (SELECT {SETTING}) = 'all'"),
        };
        tx.execute_batch(&format!(
            "DROP POLICY IF EXISTS own_provider ON \"{table}\"; \
             CREATE POLICY own_provider ON \"{table}\" USING ({sees}); \
             ALTER TABLE \"{table}\" ENABLE ROW LEVEL SECURITY; \
             ALTER TABLE \"{table}\" FORCE ROW LEVEL SECURITY"
        ))?;
    }
    Ok(())
}

fn wrong(text: String) -> DbError {
    DbError::new(ErrorKind::Configuration, text)
}

impl Store {
    /// Lets a role of the server do what the program's statements do, and nothing else: it adds and
    /// reads rows, and changes rows of a few tables only. To be said again after an upgrade.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] on SQLite, for a role that is not there or owns the tables itself.
    pub fn admit(&self, role: &str) -> Result<(), DbError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !role.chars().all(plain) || role.is_empty() {
            return Err(wrong("a role has small letters, digits and _ only".into()));
        }
        self.write_alone(|tx| {
            if tx.engine() == Engine::Sqlite {
                return Err(wrong("a file has no roles: its folder has an owner".into()));
            }
            if tx
                .query_one(ROLE, &[role.into()])?
                .map_or(Ok(0), |row| row.get::<i64>(0))?
                == 0
            {
                return Err(wrong(
                    "the server has no such role: CREATE ROLE … LOGIN".into(),
                ));
            }
            let mut text = format!(
                "GRANT USAGE ON SCHEMA public TO {role}; \
                 REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}; \
                 GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {role}; \
                 REVOKE INSERT ON schema_version FROM {role}"
            );
            for (table, acts) in CHANGING {
                text.push_str(&format!("; GRANT {acts} ON {table} TO {role}"));
            }
            for (table, act) in Store::erased_tables() {
                text.push_str(&format!("; GRANT {act} ON {table} TO {role}"));
            }
            tx.execute_batch(&text)
        })
    }

    /// Tables of which retention removes rows, or changes one to a number, and how.
    pub fn erased_tables() -> BTreeSet<(String, &'static str)> {
        let words = |sql: &String| -> Option<(String, &'static str)> {
            let mut words = sql.split_whitespace();
            match (words.next()?, words.next()?) {
                ("DELETE", _) => Some((words.next()?.to_owned(), "DELETE")),
                ("UPDATE", table) => Some((table.to_owned(), "UPDATE")),
                _ => None,
            }
        };
        crate::retention::erasing()
            .iter()
            .filter_map(words)
            .collect()
    }

    /// Tables of which the program's statements change or remove rows, and how.
    pub const fn changing_tables() -> [(&'static str, &'static str); 7] {
        CHANGING
    }

    /// Tables without row security, because they are read before it is known whose they are.
    pub const fn open_tables() -> [&'static str; 3] {
        OPEN
    }
}

//! The schema, version by version.
//!
//! One text for both engines (see the head of `migrations/0001_start.sql`); the two dialects differ
//! in type names and table options only.
//!
//! Invariant: a migration that has landed is never edited.

use crate::carry::{self, carry_over};
use crate::db::{Database, DbError, Engine, ErrorKind, Param, Read, Tx};
use crate::guard;
use crate::keys;
use crate::vault::Vault;
use std::sync::Arc;

const MIGRATIONS: [&str; 14] = [
    include_str!("../migrations/0001_start.sql"),
    include_str!("../migrations/0002_people_act.sql"),
    include_str!("../migrations/0003_imports.sql"),
    include_str!("../migrations/0004_passes_and_adopters.sql"),
    include_str!("../migrations/0005_list_filters.sql"),
    include_str!("../migrations/0006_act_day.sql"),
    include_str!("../migrations/0007_ended_accounts.sql"),
    include_str!("../migrations/0008_access.sql"),
    SEALED,
    include_str!("../migrations/0010_backups.sql"),
    include_str!("../migrations/0011_identity.sql"),
    include_str!("../migrations/0012_oidc.sql"),
    include_str!("../migrations/0013_retention.sql"),
    include_str!("../migrations/0014_watch.sql"),
];
/// The migration that records the master key and carries plain rows over.
const SEALED: &str = include_str!("../migrations/0009_sealed.sql");
/// Number of the advisory lock: one program migrates, others wait.
const LOCK: i64 = 628_1998;

/// The text of a migration in the words of an engine.
pub(crate) fn dialect(text: &str, engine: Engine) -> String {
    match engine {
        Engine::Sqlite => text
            .replace("BIGINT", "INTEGER")
            .replace("BYTEA", "BLOB")
            .replace("/*strict*/", "STRICT")
            .replace("/*clustered*/", "STRICT, WITHOUT ROWID"),
        Engine::Postgres => text
            .replace(" /*strict*/", "")
            .replace(" /*clustered*/", ""),
    }
}

/// Reads the master keys: of a database that has recorded one, that key must be there.
fn open_vault(tx: &mut Tx<'_>, vault: &Arc<Vault>, done: i64) -> Result<String, DbError> {
    tx.with_vault(vault);
    let sealed = (1..).zip(MIGRATIONS).find(|(_, text)| *text == SEALED);
    let recorded = match sealed {
        Some((no, _)) if no <= done => keys::recorded(tx)?,
        _ => None,
    };
    vault.load(recorded.as_deref())
}

/// The number of the newest schema.
pub(crate) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// A part of a migration, for who tells how it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationStep {
    /// The statements of a number are about to run.
    Begins(i64),
    /// The statements of a number have run, in a transaction that is still open.
    Ran(i64),
    /// All is committed.
    Committed,
}

pub(crate) const TABLES: [&str; 2] = [
    "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'",
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relname = 'schema_version' AND n.nspname = current_schema()",
];
pub(crate) const ANY_TABLE: [&str; 2] = [
    "SELECT count(*) FROM sqlite_schema",
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p', 'v', 'S') AND n.nspname = current_schema()",
];
const BOOKKEEPING: &str = "CREATE TABLE IF NOT EXISTS schema_version \
    (no BIGINT NOT NULL PRIMARY KEY)/*strict*/";

pub(crate) fn of_engine(texts: [&'static str; 2], engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => texts[0],
        Engine::Postgres => texts[1],
    }
}

fn count(read: &mut Read<'_>, texts: [&'static str; 2]) -> Result<i64, DbError> {
    let sql = of_engine(texts, read.engine());
    read.query_one(sql, &[])?.map_or(Ok(0), |row| row.get(0))
}

/// The number of the schema that is there; 0 where there is none.
pub(crate) fn schema(read: &mut Read<'_>) -> Result<i64, DbError> {
    if count(read, TABLES)? == 0 {
        return Ok(0);
    }
    let row = read.query_one("SELECT max(no) FROM schema_version", &[])?;
    row.map_or(Ok(0), |row| Ok(row.get::<Option<i64>>(0)?.unwrap_or(0)))
}

fn too_new(done: i64) -> DbError {
    let text = format!(
        "the database has schema {done}, this program knows {KNOWN}: use the newer program"
    );
    DbError::new(ErrorKind::Configuration, text)
}

pub(crate) fn migrate(
    db: &Database,
    vault: &Arc<Vault>,
    step: &dyn Fn(MigrationStep),
) -> Result<(), DbError> {
    db.write_here(|tx| {
        tx.lock(LOCK)?;
        tx.as_provider("all")?;
        let engine = tx.engine();
        if count(tx, TABLES)? == 0 {
            tx.execute_batch(&dialect(BOOKKEEPING, engine))?;
        }
        let done = schema(tx)?;
        if done > KNOWN {
            return Err(too_new(done));
        }
        let owns = guard::owns_schema(tx)?;
        if done < KNOWN && !owns {
            let text = "the schema is older than the program: run `lasna upgrade` as its owner";
            return Err(DbError::new(ErrorKind::Configuration, text));
        }
        let master = open_vault(tx, vault, done)?;
        run(tx, (done, KNOWN), Some(&master), step)?;
        if owns {
            guard::secure(tx)?;
        }
        Ok(())
    })?;
    step(MigrationStep::Committed);
    Ok(())
}

/// Makes a schema of the past in an empty place.
pub(crate) fn create(tx: &mut Tx<'_>, number: i64) -> Result<(), DbError> {
    tx.lock(LOCK)?;
    if number > KNOWN {
        return Err(too_new(number));
    }
    if count(tx, ANY_TABLE)? > 0 {
        return Err(crate::backup::not_empty());
    }
    let engine = tx.engine();
    tx.execute_batch(&dialect(BOOKKEEPING, engine))?;
    run(tx, (0, number), None, &|_| {})
}

/// Without a master key an empty schema is made, which has nothing to carry over.
fn run(
    tx: &mut Tx<'_>,
    (done, to): (i64, i64),
    master: Option<&str>,
    step: &dyn Fn(MigrationStep),
) -> Result<(), DbError> {
    let engine = tx.engine();
    for (no, text) in (1..=to).zip(MIGRATIONS).skip(done.max(0) as usize) {
        step(MigrationStep::Begins(no));
        let (first, then) = text.split_once(carry::MARK).unwrap_or((text, ""));
        tx.execute_batch(&dialect(first, engine))?;
        if let (true, Some(master)) = (text == SEALED, master) {
            keys::record_first(tx, master)?;
            carry_over(tx)?;
        }
        if !then.is_empty() {
            tx.execute_batch(&dialect(then, engine))?;
        }
        tx.execute(
            "INSERT INTO schema_version (no) VALUES ($1)",
            &[Param::Int(no)],
        )?;
        step(MigrationStep::Ran(no));
    }
    Ok(())
}

//! The schema, version by version.
//!
//! One text for both engines (see the head of `migrations/0001_start.sql`); the two dialects differ
//! in type names and table options only.
//!
//! Invariant: a migration that has landed is never edited.

use crate::db::{Database, DbError, Engine, ErrorKind, Param};

const MIGRATIONS: [&str; 8] = [
    include_str!("../migrations/0001_start.sql"),
    include_str!("../migrations/0002_people_act.sql"),
    include_str!("../migrations/0003_imports.sql"),
    include_str!("../migrations/0004_passes_and_adopters.sql"),
    include_str!("../migrations/0005_list_filters.sql"),
    include_str!("../migrations/0006_act_day.sql"),
    include_str!("../migrations/0007_ended_accounts.sql"),
    include_str!("../migrations/0010_identity.sql"),
];
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

pub(crate) fn migrate(db: &Database) -> Result<(), DbError> {
    db.write_here(|tx| {
        tx.lock(LOCK)?;
        let table = "CREATE TABLE IF NOT EXISTS schema_version (no BIGINT NOT NULL PRIMARY KEY)\
                     /*strict*/";
        let engine = tx.engine();
        tx.execute_batch(&dialect(table, engine))?;
        let done: i64 = match tx.query_one("SELECT max(no) FROM schema_version", &[])? {
            Some(row) => row.get::<Option<i64>>(0)?.unwrap_or(0),
            None => 0,
        };
        let known = MIGRATIONS.len() as i64;
        if done > known {
            let text = format!(
                "the database has schema {done}, this program knows {known}: use the newer program"
            );
            return Err(DbError::new(ErrorKind::Configuration, text));
        }
        for (no, text) in (1..).zip(MIGRATIONS).skip(done as usize) {
            tx.execute_batch(&dialect(text, engine))?;
            tx.execute(
                "INSERT INTO schema_version (no) VALUES ($1)",
                &[Param::Int(no)],
            )?;
        }
        Ok(())
    })
}

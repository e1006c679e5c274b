//! Everything about one person as rows: for the copy that the person gets, and who released it.
//!
//! Invariant: rows are taken by the person's number or id, and what is sealed is opened for that person only.

use crate::acts::note_place;
use crate::batches::{Batch, Visible};
use crate::db::{DbError, Param, Read, Tx, Value};
use crate::facts::{FactRow, FactTable};
use crate::keys::{Ring, Subject};
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{PersonNo, PupilNo};

/// What is about a pupil and is not in the copy, and why.
pub const COPY_EXCEPTIONS: &str = include_str!("../copy-exceptions.toml");

/// Number of the advisory lock under which copies are numbered.
const LOCK: i64 = 628_0061;
const COPY_LAST: &str = "SELECT coalesce(max(no), 0) FROM subject_copy WHERE provider_no = $1";
const COPY_INSERT: &str = "INSERT INTO subject_copy \
    (provider_no, no, at, pupil_no, digest, actor) VALUES ($1, $2, $3, $4, $5, $6)";
const COPIES: &str = "SELECT c.no, c.at, c.pupil_no, c.digest, c.actor, r.at FROM subject_copy c \
    LEFT JOIN subject_release r ON r.provider_no = c.provider_no AND r.no = c.no \
    WHERE c.provider_no = $1 ORDER BY c.no";
const RELEASE: &str =
    "INSERT INTO subject_release (provider_no, no, at, actor) VALUES ($1, $2, $3, $4)";

/// Tables with rows about a person, and the condition that finds them: `$2` is the number or the id.
const TABLES: [(&str, &str, bool); 12] = [
    ("entity", "kind = 'person' AND no = $2", true),
    ("person_version", "id = $2", false),
    ("demographics_version", "id = $2", false),
    ("role_version", "person = $2", false),
    ("enrolment_version", "person = $2", false),
    ("timetable_version", "pupil = $2", false),
    ("mark_fact", "pupil_no = $2", true),
    ("mark_reason", "pupil_no = $2", true),
    ("signal_act", "pupil_no = $2", true),
    (
        "signal_note",
        "act_no IN (SELECT a.no FROM signal_act a WHERE a.provider_no = $1 AND a.pupil_no = $2)",
        true,
    ),
    ("family_tie", "child_no = $2", true),
    ("user_profile", "person = $2", false),
];

/// The tables of a copy, in order; that of the copies themselves is kept as their list.
pub fn copied_tables() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(table, _, _)| *table)
}

pub(crate) fn statements() -> Vec<String> {
    let fixed = [COPY_LAST, COPY_INSERT, COPIES, RELEASE].map(str::to_owned);
    let of = TABLES
        .iter()
        .map(|(table, condition, _)| select(table, condition, &["provider_no"]));
    fixed.into_iter().chain(of).collect()
}

fn select(table: &str, condition: &str, columns: &[&str]) -> String {
    let columns = columns.join(", ");
    format!(
        "SELECT {columns} FROM {table} WHERE provider_no = $1 AND {condition} ORDER BY {columns}"
    )
}

/// A copy that was prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct StoredCopy {
    pub no: u32,
    pub at: Instant,
    pub pupil: PersonNo,
    /// SHA-256 of what was prepared, in hex.
    pub digest: String,
    pub actor: String,
    pub released: Option<Instant>,
}

impl StoredCopy {
    /// The rows of a table about a person, columns in the order asked.
    ///
    /// # Errors
    /// The store's.
    pub fn rows(
        read: &mut Read<'_>,
        scope: &Scope,
        (no, id): (PersonNo, &str),
        (table, columns): (&str, &[&str]),
    ) -> Result<Vec<Vec<Value>>, DbError> {
        if table == "mark_reason" {
            return reasons(read, scope, no, columns);
        }
        let Some((_, condition, by_no)) = TABLES.iter().find(|(name, _, _)| *name == table) else {
            return Ok(Vec::new());
        };
        let who = if *by_no { no.0.into() } else { Param::Text(id) };
        let params = [scope.provider().0.into(), who];
        let rows = read.query(&select(table, condition, columns), &params)?;
        let mut all: Vec<Vec<Value>> = rows.iter().map(|row| row.values().to_vec()).collect();
        if table == "signal_note" {
            open_notes(read, scope, no, columns, &mut all)?;
        }
        Ok(all)
    }

    /// All copies of a provider.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<StoredCopy>, DbError> {
        let rows = read.query(COPIES, &[scope.provider().0.into()])?;
        rows.iter()
            .map(|row| {
                Ok(StoredCopy {
                    no: row.get(0)?,
                    at: Instant(row.get(1)?),
                    pupil: PersonNo(row.get(2)?),
                    digest: row.get(3)?,
                    actor: row.get(4)?,
                    released: row.get::<Option<i64>>(5)?.map(Instant),
                })
            })
            .collect()
    }

    /// The number of the next copy; copies follow one another until the change is committed.
    ///
    /// # Errors
    /// The store's.
    pub fn next(tx: &mut Tx<'_>, scope: &Scope) -> Result<u32, DbError> {
        tx.lock(LOCK)?;
        let row = tx.query_one(COPY_LAST, &[scope.provider().0.into()])?;
        Ok(row.map_or(Ok(0), |row| row.get::<u32>(0))? + 1)
    }

    /// Adds a copy.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(&self, tx: &mut Tx<'_>, scope: &Scope) -> Result<(), DbError> {
        let params: [Param<'_>; 6] = [
            scope.provider().0.into(),
            self.no.into(),
            self.at.0.into(),
            self.pupil.0.into(),
            (&self.digest).into(),
            (&self.actor).into(),
        ];
        tx.execute(COPY_INSERT, &params).map(drop)
    }

    /// Notes that a copy may be given out.
    ///
    /// # Errors
    /// The store's; a constraint where it was released before.
    pub fn release(&self, tx: &mut Tx<'_>, scope: &Scope, at: Instant) -> Result<(), DbError> {
        let actor = scope.actor().code();
        let params = [
            scope.provider().0.into(),
            self.no.into(),
            at.0.into(),
            (&actor).into(),
        ];
        tx.execute(RELEASE, &params).map(drop)
    }
}

fn open_notes(
    read: &mut Read<'_>,
    scope: &Scope,
    no: PersonNo,
    columns: &[&str],
    rows: &mut [Vec<Value>],
) -> Result<(), DbError> {
    let at = |name: &str| columns.iter().position(|column| *column == name);
    let (Some(act), Some(note)) = (at("act_no"), at("note")) else {
        return Ok(());
    };
    let mut ring = Ring::default();
    for row in rows {
        let (Value::Int(act), Value::Bytes(sealed)) = (&row[act], &row[note]) else {
            continue;
        };
        let place = note_place(scope.provider(), u32::try_from(*act).unwrap_or_default());
        let named = (scope.provider(), Subject::case(no));
        let text = ring.open_text(read, named, &place, sealed)?;
        row[note] = text.map_or(Value::Null, Value::Text);
    }
    Ok(())
}

fn reasons(
    read: &mut Read<'_>,
    scope: &Scope,
    no: PersonNo,
    columns: &[&str],
) -> Result<Vec<Vec<Value>>, DbError> {
    let mut batches = Batch::list(read, scope.provider())?;
    // Also what an undone import brought is still kept.
    batches.iter_mut().for_each(|batch| batch.undone_at = None);
    let visible = Visible::of(&batches, Instant::LATEST);
    let mut all = Vec::new();
    let pupil = PupilNo::from(no);
    FactRow::each_of_pupil(read, scope, FactTable::Reason, &visible, pupil, |row| {
        let value = |name: &&str| {
            Value::Int(match *name {
                "pupil_no" => row.key[0].into(),
                "day" => row.key[1].into(),
                "start" => row.key[2].into(),
                "group_no" => row.key[3].into(),
                "known_at" => row.known_at.0,
                _ => row.values[0].into(),
            })
        };
        all.push(columns.iter().map(value).collect());
        Ok::<(), DbError>(())
    })?;
    Ok(all)
}

//! Removing what has passed its time: which rows are due, and the statements that take them.
//!
//! Marks, acts and entries of the log are otherwise only added; this is the one lawful exception, and
//! each part of it stands in one transaction with the counts of what it took.
//!
//! Invariant: what a hold covers is never taken, and a number of a person is never given again.

mod holds;
mod people;
mod tables;

pub use holds::{ErasedCount, Hold, HoldKind, RetentionRun};
pub use people::{PERSON_RULES, PersonTable};
pub use tables::{AgeUnit, Aged, Told};

pub(crate) use holds::statements as hold_statements;

use crate::db::{DbError, Param, Read, Tx, Value};
use lasna_domain::access::Scope;
use lasna_domain::ids::PersonNo;
use tables::{Held, RULES};

/// The manifest of columns.
pub const MANIFEST: &str = include_str!("../../data-classes.toml");
/// What data are processed for.
pub const PURPOSES_TEXT: &str = include_str!("../../purposes.toml");
/// The rules that come with the program.
pub const RULES_TEXT: &str = include_str!("../../retention.toml");

/// Numbers of one part of a large table.
const PART: i64 = 500;

const RUNNING: &str = "NOT EXISTS (SELECT 1 FROM retention_hold_end e \
    WHERE e.provider_no = h.provider_no AND e.no = h.no)";

/// What of a table has passed its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Rows that are to go.
    pub rows: u64,
    /// Rows that would, and are held back.
    pub held: u64,
    /// The age of the oldest of both.
    pub oldest: Option<i64>,
    /// The age of the row that is due next.
    pub next: Option<i64>,
}

/// The tables of a rule whose rows pass their time one by one.
pub fn aged_tables(rule: &str) -> &'static [Aged] {
    RULES
        .iter()
        .find(|(name, _)| *name == rule)
        .map_or(&[], |(_, tables)| tables)
}

impl Aged {
    fn held(&self) -> String {
        let of_person = |column: &str| {
            format!(
                "EXISTS (SELECT 1 FROM retention_hold h WHERE h.provider_no = $1 \
                 AND h.person_no = t.{column} AND {RUNNING})"
            )
        };
        match self.held {
            Held::Never => "1 = 0".to_owned(),
            Held::Person(column) => of_person(column),
            Held::Entry => format!(
                "({} OR EXISTS (SELECT 1 FROM retention_hold h WHERE h.provider_no = $1 \
                 AND h.starts IS NOT NULL AND {age} >= h.starts AND {age} < h.ends AND {RUNNING}) \
                 OR t.no IN ({}))",
                of_person("person_no"),
                crate::incidents::FROZEN,
                age = self.age
            ),
        }
    }

    fn free(&self) -> String {
        let part = self.part.map_or_else(String::new, |part| {
            format!(" AND t.{part} >= $3 AND t.{part} < $4")
        });
        format!("{} AND NOT {}{part}", self.due, self.held())
    }

    fn all_free(&self) -> String {
        format!("{} AND NOT {}", self.due, self.held())
    }

    pub(crate) fn count_sql(&self) -> String {
        format!(
            "SELECT count(*), min({}) FROM {} AS t WHERE {}",
            self.age, self.table, self.due
        )
    }

    pub(crate) fn free_sql(&self) -> String {
        format!(
            "SELECT count(*) FROM {} AS t WHERE {}",
            self.table,
            self.all_free()
        )
    }

    pub(crate) fn part_sql(&self) -> String {
        format!(
            "SELECT count(*) FROM {} AS t WHERE {}",
            self.table,
            self.free()
        )
    }

    pub(crate) fn next_sql(&self) -> String {
        // A row whose clock has not begun, as of an account that lives, has no age.
        format!(
            "SELECT min({}) FROM {} AS t WHERE NOT ({})",
            self.age, self.table, self.due
        )
    }

    pub(crate) fn parts_sql(&self) -> Option<String> {
        let part = self.part?;
        Some(format!(
            "SELECT min(t.{part}), max(t.{part}) FROM {} AS t",
            self.table
        ))
    }

    pub(crate) fn told_sql(&self) -> Option<String> {
        let columns = match self.told {
            Told::Before(_) => return None,
            Told::Runs(column) => format!("t.{column}"),
            Told::Values(columns) => {
                let columns: Vec<String> = columns.iter().map(|c| format!("t.{c}")).collect();
                columns.join(", ")
            }
        };
        Some(format!(
            "SELECT DISTINCT {columns} FROM {} AS t WHERE {} ORDER BY {columns}",
            self.table,
            self.free()
        ))
    }

    pub(crate) fn erase_sql(&self) -> String {
        format!("DELETE FROM {} AS t WHERE {}", self.table, self.free())
    }

    fn params(&self, scope: &Scope, cutoff: i64, part: Option<(i64, i64)>) -> Vec<Param<'static>> {
        let mut params: Vec<Param<'static>> = vec![scope.provider().0.into(), cutoff.into()];
        if let (Some(_), Some((from, to))) = (self.part, part) {
            params.extend([Param::Int(from), Param::Int(to)]);
        }
        params
    }

    /// What of the table is due at a cutoff.
    ///
    /// # Errors
    /// The store's.
    pub fn due(&self, read: &mut Read<'_>, scope: &Scope, cutoff: i64) -> Result<Due, DbError> {
        let params = self.params(scope, cutoff, None);
        let mut due = Due::default();
        let mut all = 0;
        if let Some(row) = read.query_one(&self.count_sql(), &params)? {
            (all, due.oldest) = (row.get(0)?, row.get(1)?);
        }
        if let Some(row) = read.query_one(&self.free_sql(), &params)? {
            due.rows = row.get(0)?;
        }
        due.held = u64::saturating_sub(all, due.rows);
        if let Some(row) = read.query_one(&self.next_sql(), &params)? {
            due.next = row.get(0)?;
        }
        Ok(due)
    }

    /// How many rows of a part are due.
    ///
    /// # Errors
    /// The store's.
    pub fn due_in(
        &self,
        read: &mut Read<'_>,
        scope: &Scope,
        (cutoff, part): (i64, Option<(i64, i64)>),
    ) -> Result<u64, DbError> {
        let row = read.query_one(&self.part_sql(), &self.params(scope, cutoff, part))?;
        row.map_or(Ok(0), |row| row.get(0))
    }

    /// The parts in which the table is erased: none where it goes in one.
    ///
    /// # Errors
    /// The store's.
    pub fn parts(&self, read: &mut Read<'_>) -> Result<Option<Vec<(i64, i64)>>, DbError> {
        let Some(sql) = self.parts_sql() else {
            return Ok(None);
        };
        let Some(row) = read.query_one(&sql, &[])? else {
            return Ok(Some(Vec::new()));
        };
        let (Some(first), Some(last)) = (row.get::<Option<i64>>(0)?, row.get::<Option<i64>>(1)?)
        else {
            return Ok(Some(Vec::new()));
        };
        let begins = (first..=last).step_by(PART as usize);
        Ok(Some(begins.map(|from| (from, from + PART)).collect()))
    }

    /// The rows that are about to go, as the erasure list tells them.
    ///
    /// # Errors
    /// The store's.
    pub fn told_rows(
        &self,
        read: &mut Read<'_>,
        scope: &Scope,
        (cutoff, part): (i64, Option<(i64, i64)>),
    ) -> Result<Vec<Vec<Value>>, DbError> {
        let Some(sql) = self.told_sql() else {
            return Ok(Vec::new());
        };
        let rows = read.query(&sql, &self.params(scope, cutoff, part))?;
        Ok(rows.iter().map(|row| row.values().to_vec()).collect())
    }

    /// Takes the rows that are due; gives how many.
    ///
    /// # Errors
    /// The store's.
    pub fn erase(
        &self,
        tx: &mut Tx<'_>,
        scope: &Scope,
        (cutoff, part): (i64, Option<(i64, i64)>),
    ) -> Result<u64, DbError> {
        tx.erase(&self.erase_sql(), &self.params(scope, cutoff, part))
    }

    /// The people on hold whose rows stay although they are before the cutoff.
    ///
    /// # Errors
    /// The store's.
    pub fn held_people(
        &self,
        read: &mut Read<'_>,
        scope: &Scope,
    ) -> Result<Option<(&'static str, Vec<PersonNo>)>, DbError> {
        let Held::Person(column) = self.held else {
            return Ok(None);
        };
        Ok(Some((column, Hold::people(read, scope)?)))
    }
}

/// The statements that ask.
pub(crate) fn statements() -> Vec<String> {
    let tables = RULES.iter().flat_map(|(_, tables)| tables.iter());
    let mut all: Vec<String> = tables
        .flat_map(|aged| {
            let fixed = [
                aged.count_sql(),
                aged.free_sql(),
                aged.part_sql(),
                aged.next_sql(),
            ];
            fixed
                .into_iter()
                .chain(aged.parts_sql())
                .chain(aged.told_sql())
        })
        .collect();
    all.extend(people::statements());
    all.extend(hold_statements().map(str::to_owned));
    all
}

/// The statements that remove rows.
pub(crate) fn erasing() -> Vec<String> {
    let tables = RULES.iter().flat_map(|(_, tables)| tables.iter());
    tables
        .map(Aged::erase_sql)
        .chain(people::erasing())
        .collect()
}

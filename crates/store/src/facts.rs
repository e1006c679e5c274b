//! Append-only facts of attendance: settings, calendar, lessons, registers, marks, reasons.
//!
//! Every fact is a key and values, all integers, with the instant it became known and the import
//! that brought it; [`FactTable`] is the registry that the statements are made from. Rows come in
//! order of the key, so that a reader can merge them with a sorted list.
//!
//! Invariant: of one key the last row in sight is in force (by instant, then batch).

use crate::batches::Visible;
use crate::db::{DbError, Param, Read, Tx};
use crate::keys::{self, Subject};
use crate::reasons;
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_domain::ids::BatchNo;

/// The tables of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactTable {
    /// How a school's source keeps registers; school 0 is all.
    Setting,
    /// School days; school 0 is all.
    Calendar,
    /// Lessons of groups.
    Lesson,
    /// Registers taken.
    Register,
    /// Marks; start −1 is the day. Values: hundredths, presence (−1 withdrawn), approval, minutes
    /// (−1 the whole), source word.
    Mark,
    /// Reasons of marks, apart; only where one is known.
    Reason,
}

impl FactTable {
    /// All of them.
    pub const ALL: [FactTable; 6] = [
        FactTable::Setting,
        FactTable::Calendar,
        FactTable::Lesson,
        FactTable::Register,
        FactTable::Mark,
        FactTable::Reason,
    ];

    /// The table's name.
    pub const fn name(self) -> &'static str {
        match self {
            FactTable::Setting => "setting_fact",
            FactTable::Calendar => "calendar_fact",
            FactTable::Lesson => "lesson_fact",
            FactTable::Register => "register_fact",
            FactTable::Mark => "mark_fact",
            FactTable::Reason => "mark_reason",
        }
    }

    /// Columns of the key.
    pub const fn key(self) -> &'static [&'static str] {
        match self {
            FactTable::Setting => &["school_no"],
            FactTable::Calendar => &["school_no", "day"],
            FactTable::Lesson | FactTable::Register => &["group_no", "day", "start"],
            FactTable::Mark | FactTable::Reason => &["pupil_no", "day", "start", "group_no"],
        }
    }

    /// Columns of the values.
    pub const fn values(self) -> &'static [&'static str] {
        match self {
            FactTable::Setting => &["presumed"],
            FactTable::Calendar => &["school_day", "label_no"],
            FactTable::Lesson => &["minutes", "subject_no", "teacher_no", "cancelled"],
            FactTable::Register => &["taken", "by_no"],
            FactTable::Mark => &["hundredths", "presence", "approval", "minutes", "source_no"],
            FactTable::Reason => &["reason"],
        }
    }
}

/// One row of facts; unused places of key and values are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FactRow {
    /// The key, as far as the table has one.
    pub key: [i32; 4],
    /// When it became known.
    pub known_at: Instant,
    /// The import that brought it.
    pub batch: BatchNo,
    /// The values, as far as the table has them.
    pub values: [i32; 5],
}

pub(crate) fn select(table: FactTable) -> String {
    let key = table.key().join(", ");
    format!(
        "SELECT {key}, known_at, batch_no, {} FROM {} WHERE provider_no = $1 \
         ORDER BY {key}, known_at, batch_no",
        table.values().join(", "),
        table.name()
    )
}

/// As [`select`], of the days from $2 up to and without $3.
pub(crate) fn select_days(table: FactTable) -> String {
    let key = table.key().join(", ");
    format!(
        "SELECT {key}, known_at, batch_no, {} FROM {} WHERE provider_no = $1 \
         AND day >= $2 AND day < $3 ORDER BY {key}, known_at, batch_no",
        table.values().join(", "),
        table.name()
    )
}

/// As [`select`], of one pupil ($2).
pub(crate) fn select_pupil(table: FactTable) -> String {
    let key = table.key().join(", ");
    format!(
        "SELECT {key}, known_at, batch_no, {} FROM {} WHERE provider_no = $1 \
         AND pupil_no = $2 ORDER BY {key}, known_at, batch_no",
        table.values().join(", "),
        table.name()
    )
}

/// As [`select`], of one group ($2) on days from $3 up to and without $4.
pub(crate) fn select_group(table: FactTable) -> String {
    let key = table.key().join(", ");
    format!(
        "SELECT {key}, known_at, batch_no, {} FROM {} WHERE provider_no = $1 \
         AND group_no = $2 AND day >= $3 AND day < $4 ORDER BY {key}, known_at, batch_no",
        table.values().join(", "),
        table.name()
    )
}

/// As [`select`], of one pupil ($2) on one day ($3).
pub(crate) fn select_pupil_day(table: FactTable) -> String {
    let key = table.key().join(", ");
    format!(
        "SELECT {key}, known_at, batch_no, {} FROM {} WHERE provider_no = $1 \
         AND pupil_no = $2 AND day = $3 ORDER BY {key}, known_at, batch_no",
        table.values().join(", "),
        table.name()
    )
}

impl FactRow {
    /// Hands every row in sight to `each`, in order of key, instant and batch.
    ///
    /// # Errors
    /// The closure's, or the store's.
    pub fn each<E: From<DbError>>(
        read: &mut Read<'_>,
        scope: &Scope,
        table: FactTable,
        visible: &Visible,
        each: impl FnMut(FactRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let params = [scope.provider().0.into()];
        FactRow::run(read, scope, &select(table), &params, (table, visible), each)
    }

    /// As [`FactRow::each`], of days from (included) to (excluded).
    ///
    /// # Errors
    /// The closure's, or the store's.
    pub fn each_of_days<E: From<DbError>>(
        read: &mut Read<'_>,
        scope: &Scope,
        table: FactTable,
        visible: &Visible,
        days: lasna_domain::calendar::Span,
        each: impl FnMut(FactRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let params = [
            scope.provider().0.into(),
            days.from.0.into(),
            days.to.0.into(),
        ];
        FactRow::run(
            read,
            scope,
            &select_days(table),
            &params,
            (table, visible),
            each,
        )
    }

    /// As [`FactRow::each`], of one pupil's marks or reasons.
    ///
    /// # Errors
    /// The closure's, or the store's.
    pub fn each_of_pupil<E: From<DbError>>(
        read: &mut Read<'_>,
        scope: &Scope,
        table: FactTable,
        visible: &Visible,
        pupil: lasna_domain::ids::PupilNo,
        each: impl FnMut(FactRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let params = [scope.provider().0.into(), pupil.0.into()];
        FactRow::run(
            read,
            scope,
            &select_pupil(table),
            &params,
            (table, visible),
            each,
        )
    }

    /// As [`FactRow::each`], of one group's lessons or registers on days from (included) to
    /// (excluded).
    ///
    /// # Errors
    /// The closure's, or the store's.
    pub fn each_of_group<E: From<DbError>>(
        read: &mut Read<'_>,
        scope: &Scope,
        table: FactTable,
        visible: &Visible,
        (group, days): (lasna_domain::ids::GroupNo, lasna_domain::calendar::Span),
        each: impl FnMut(FactRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let params = [
            scope.provider().0.into(),
            group.0.into(),
            days.from.0.into(),
            days.to.0.into(),
        ];
        FactRow::run(
            read,
            scope,
            &select_group(table),
            &params,
            (table, visible),
            each,
        )
    }

    /// As [`FactRow::each`], of one pupil's marks or reasons on a day.
    ///
    /// # Errors
    /// The closure's, or the store's.
    pub fn each_of_pupil_day<E: From<DbError>>(
        read: &mut Read<'_>,
        scope: &Scope,
        table: FactTable,
        visible: &Visible,
        (pupil, day): (lasna_domain::ids::PupilNo, lasna_domain::calendar::Day),
        each: impl FnMut(FactRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let params = [scope.provider().0.into(), pupil.0.into(), day.0.into()];
        FactRow::run(
            read,
            scope,
            &select_pupil_day(table),
            &params,
            (table, visible),
            each,
        )
    }

    fn run<E: From<DbError>>(
        read: &mut Read<'_>,
        scope: &Scope,
        sql: &str,
        params: &[Param<'_>],
        (table, visible): (FactTable, &Visible),
        mut each: impl FnMut(FactRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let keys = table.key().len();
        let values = table.values().len();
        let provider = scope.provider();
        let key = match table {
            FactTable::Reason => keys::find(read, provider, Subject::REASONS)?,
            _ => None,
        };
        read.query_each(sql, params, |row| {
            let mut fact = FactRow {
                known_at: Instant(row.get(keys)?),
                batch: BatchNo(row.get(keys + 1)?),
                ..FactRow::default()
            };
            if !visible.sees(fact.known_at, fact.batch) {
                return Ok(());
            }
            for (i, place) in fact.key.iter_mut().take(keys).enumerate() {
                *place = row.get(i)?;
            }
            if table == FactTable::Reason {
                // A reason whose key is destroyed is one that nobody gave.
                let Some(key) = &key else { return Ok(()) };
                let sealed: &[u8] = row.get(keys + 2)?;
                fact.values[0] = reasons::open(key, provider, &fact, sealed)?;
                return each(fact);
            }
            for (i, place) in fact.values.iter_mut().take(values).enumerate() {
                *place = row.get(keys + 2 + i)?;
            }
            each(fact)
        })
    }

    /// Adds rows; sorted by key they go in fastest.
    ///
    /// # Errors
    /// The store's.
    pub fn insert<'a>(
        tx: &mut Tx<'_>,
        scope: &Scope,
        table: FactTable,
        new: impl IntoIterator<Item = &'a FactRow>,
    ) -> Result<u64, DbError> {
        let mut columns = vec!["provider_no"];
        columns.extend(table.key());
        columns.extend(["known_at", "batch_no"]);
        columns.extend(table.values());
        let provider = scope.provider().0;
        let key = match table {
            FactTable::Reason => Some(keys::ensure(tx, scope.provider(), Subject::REASONS)?),
            _ => None,
        };
        let mut copy = tx.copy(table.name(), &columns)?;
        for fact in new {
            let sealed = key
                .as_ref()
                .map(|key| reasons::seal(key, scope.provider(), fact));
            let mut row: Vec<Param<'_>> = Vec::with_capacity(columns.len());
            row.push(provider.into());
            row.extend(
                fact.key
                    .iter()
                    .take(table.key().len())
                    .map(|&n| Param::from(n)),
            );
            row.extend([Param::from(fact.known_at.0), fact.batch.0.into()]);
            match &sealed {
                Some(sealed) => row.push(sealed.into()),
                None => {
                    let values = fact.values.iter().take(table.values().len());
                    row.extend(values.map(|&n| Param::from(n)));
                }
            }
            copy.row(&row)?;
        }
        copy.finish()
    }
}

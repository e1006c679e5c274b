//! Versions of roster records: what a source said of an organisation, a person, an enrolment.
//!
//! Each kind has a table of its own with typed columns; [`columns_of`] is the registry that the
//! statements are made from. References between records are source ids.
//!
//! Invariant: a record in sight is its latest version by instant, then batch.

use crate::batches::Visible;
use crate::db::{DbError, Param, Read, Tx, Value};
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_domain::ids::BatchNo;
use lasna_domain::roster::RecordKind;
use std::collections::BTreeMap;

/// The table of a kind.
pub const fn table_of(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Org => "org_version",
        RecordKind::Session => "session_version",
        RecordKind::Course => "course_version",
        RecordKind::Group => "group_version",
        RecordKind::Person => "person_version",
        RecordKind::Role => "role_version",
        RecordKind::Enrolment => "enrolment_version",
        RecordKind::Demographics => "demographics_version",
        RecordKind::Timetable => "timetable_version",
    }
}

/// Columns of a kind after the common ones, in the order of [`Record::values`].
pub(crate) const fn columns_of(kind: RecordKind) -> &'static [&'static str] {
    match kind {
        RecordKind::Org => &["name", "kind", "identifier", "parent"],
        RecordKind::Session => &[
            "title",
            "kind",
            "starts",
            "ends",
            "parent",
            "school_year",
            "school",
        ],
        RecordKind::Course => &["title", "code", "grades", "org", "session", "subjects"],
        RecordKind::Group => &[
            "title", "code", "kind", "grades", "course", "school", "terms", "subjects",
        ],
        RecordKind::Person => &[
            "enabled",
            "given_name",
            "family_name",
            "middle_name",
            "preferred_given_name",
            "preferred_family_name",
            "username",
            "identifier",
            "user_ids",
            "agents",
            "grades",
            "primary_org",
        ],
        RecordKind::Role => &["person", "is_primary", "role", "org", "starts", "ends"],
        RecordKind::Enrolment => &[
            "class",
            "school",
            "person",
            "role",
            "is_primary",
            "starts",
            "ends",
        ],
        RecordKind::Demographics => &["birth_date", "sex"],
        RecordKind::Timetable => &[
            "pupil",
            "starts",
            "ends",
            "weekdays",
            "start_from",
            "start_to",
            "subject",
            "minutes",
        ],
    }
}

/// One version of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// When it became known.
    pub known_at: Instant,
    /// Whether the source has ended it.
    pub ended: bool,
    /// The fields, in the order of the kind's columns.
    pub values: Vec<Value>,
}

const COMMON: [&str; 5] = ["provider_no", "id", "known_at", "batch_no", "ended"];

pub(crate) fn select(kind: RecordKind) -> String {
    format!(
        "SELECT id, known_at, batch_no, ended, {} FROM {} WHERE provider_no = $1 \
         ORDER BY id, known_at, batch_no",
        columns_of(kind).join(", "),
        table_of(kind)
    )
}

impl Record {
    /// Records of a kind in sight, by source id; ended ones too.
    ///
    /// # Errors
    /// The store's.
    pub fn in_sight(
        read: &mut Read<'_>,
        scope: &Scope,
        kind: RecordKind,
        visible: &Visible,
    ) -> Result<BTreeMap<String, Record>, DbError> {
        let mut records = BTreeMap::new();
        read.query_each(&select(kind), &[scope.provider().0.into()], |row| {
            let known_at = Instant(row.get(1)?);
            if visible.sees(known_at, BatchNo(row.get(2)?)) {
                let values = row.to_row()?.values()[4..].to_vec();
                let record = Record {
                    known_at,
                    ended: row.get(3)?,
                    values,
                };
                records.insert(row.get(0)?, record);
            }
            Ok::<(), DbError>(())
        })?;
        Ok(records)
    }

    /// Adds versions of a kind, by source id.
    ///
    /// # Errors
    /// The store's.
    pub fn insert<'a>(
        tx: &mut Tx<'_>,
        scope: &Scope,
        kind: RecordKind,
        batch: BatchNo,
        new: impl IntoIterator<Item = (&'a str, &'a Record)>,
    ) -> Result<u64, DbError> {
        let columns: Vec<&str> = COMMON.iter().chain(columns_of(kind)).copied().collect();
        let provider = scope.provider().0;
        let mut copy = tx.copy(table_of(kind), &columns)?;
        let mut row: Vec<Param<'_>> = Vec::new();
        for (id, record) in new {
            row.clear();
            row.extend([
                Param::from(provider),
                id.into(),
                record.known_at.0.into(),
                batch.0.into(),
                record.ended.into(),
            ]);
            row.extend(record.values.iter().map(Param::from));
            copy.row(&row)?;
        }
        copy.finish()
    }
}

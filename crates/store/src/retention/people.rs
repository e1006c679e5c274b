//! Removing everything about one person who left, table by table, in one transaction.
//!
//! The number of the person stays behind, with a word in place of the source's id, so that it is not
//! given to somebody else whom old entries of the log would then seem to name.
//!
//! Invariant: keys go with what is sealed with them.

use crate::db::{DbError, Param, Read, Tx};
use lasna_domain::access::Scope;
use lasna_domain::ids::PersonNo;

/// By what a table knows the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// The number.
    No,
    /// The source's id.
    Id,
    /// The number, through another table.
    Through(&'static str),
}

/// A table with rows about a person.
#[derive(Clone, Copy, Debug)]
pub struct PersonTable {
    /// The table.
    pub table: &'static str,
    column: &'static str,
    by: By,
}

const fn by_no(table: &'static str, column: &'static str) -> PersonTable {
    let by = By::No;
    PersonTable { table, column, by }
}

const fn by_id(table: &'static str, column: &'static str) -> PersonTable {
    let by = By::Id;
    PersonTable { table, column, by }
}

const fn through(
    table: &'static str,
    column: &'static str,
    condition: &'static str,
) -> PersonTable {
    let by = By::Through(condition);
    PersonTable { table, column, by }
}

const NOTE: PersonTable = through(
    "signal_note",
    "act_no",
    "SELECT a.no FROM signal_act a WHERE a.provider_no = $1 AND a.pupil_no = $2",
);
const HOLD_END: PersonTable = through(
    "retention_hold_end",
    "no",
    "SELECT h.no FROM retention_hold h WHERE h.provider_no = $1 AND h.person_no = $2",
);

/// Rules whose clock begins when a person has left, the rule that takes everything last.
pub const PERSON_RULES: [(&str, &[PersonTable]); 3] = [
    ("support", &[NOTE, by_no("signal_act", "pupil_no")]),
    (
        "families",
        &[
            by_no("admission", "child_no"),
            by_no("family_tie", "child_no"),
        ],
    ),
    (
        "roster",
        &[
            NOTE,
            by_no("signal_act", "pupil_no"),
            by_no("admission", "child_no"),
            by_no("admission", "adult_no"),
            by_no("family_tie", "child_no"),
            by_no("family_tie", "adult_no"),
            by_no("protection", "person_no"),
            by_no("mark_reason", "pupil_no"),
            by_no("mark_fact", "pupil_no"),
            by_id("timetable_version", "pupil"),
            by_id("demographics_version", "id"),
            by_id("enrolment_version", "person"),
            by_id("role_version", "person"),
            by_id("person_version", "id"),
            HOLD_END,
            by_no("retention_hold", "person_no"),
        ],
    ),
];

/// Kinds of data keys that a rule destroys with what they sealed.
const fn keys_of(rule: &str) -> &'static [&'static str] {
    match rule.as_bytes() {
        b"support" => &["case"],
        b"roster" => &["case", "protected"],
        _ => &[],
    }
}

const KEY_ERASE: &str =
    "DELETE FROM data_key WHERE provider_no = $1 AND kind = $2 AND subject_no = $3";
const KEYS_OF_LOG: &str = "SELECT k.subject_no FROM data_key k JOIN entity e \
    ON e.provider_no = k.provider_no AND e.kind = 'person' AND e.no = k.subject_no \
    WHERE k.provider_no = $1 AND k.kind = 'person' AND e.id LIKE 'erased:%' AND NOT EXISTS \
    (SELECT 1 FROM audit_body b WHERE b.provider_no = $1 AND b.person_no = k.subject_no) \
    ORDER BY k.subject_no";
const ENTITY_ERASE: &str = "UPDATE entity SET id = $3 \
    WHERE provider_no = $1 AND kind = 'person' AND no = $2";
const PEOPLE: &str = "SELECT no, id FROM entity \
    WHERE provider_no = $1 AND kind = 'person' AND id NOT LIKE 'erased:%' ORDER BY no";

const PAIRS: &str = "SELECT DISTINCT child_no, adult_no FROM family_tie WHERE provider_no = $1";

/// A column with its values, as the erasure list tells rows.
pub type ToldColumns = Vec<(&'static str, crate::db::Value)>;

impl PersonTable {
    fn condition(&self) -> String {
        match self.by {
            By::No | By::Id => format!("provider_no = $1 AND {} = $2", self.column),
            By::Through(select) => format!("provider_no = $1 AND {} IN ({select})", self.column),
        }
    }

    fn erase_sql(&self) -> String {
        format!("DELETE FROM {} WHERE {}", self.table, self.condition())
    }

    fn told_sql(&self) -> String {
        format!(
            "SELECT DISTINCT {0} FROM {1} WHERE {2} ORDER BY {0}",
            self.column,
            self.table,
            self.condition()
        )
    }

    fn people_sql(&self) -> String {
        format!(
            "SELECT DISTINCT {} FROM {} WHERE provider_no = $1",
            self.column, self.table
        )
    }

    fn params<'p>(&self, scope: &Scope, (no, id): (PersonNo, &'p str)) -> [Param<'p>; 2] {
        let who = match self.by {
            By::Id => Param::Text(id),
            By::No | By::Through(_) => no.0.into(),
        };
        [scope.provider().0.into(), who]
    }

    /// The rows about a person as the erasure list tells them.
    ///
    /// # Errors
    /// The store's.
    pub fn told(
        &self,
        read: &mut Read<'_>,
        scope: &Scope,
        person: (PersonNo, &str),
    ) -> Result<Vec<ToldColumns>, DbError> {
        let rows = read.query(&self.told_sql(), &self.params(scope, person))?;
        let provider = crate::db::Value::Int(scope.provider().0.into());
        Ok(rows
            .iter()
            .map(|row| {
                vec![
                    ("provider_no", provider.clone()),
                    (self.column, row.values()[0].clone()),
                ]
            })
            .collect())
    }

    /// Takes the rows about a person; gives how many.
    ///
    /// # Errors
    /// The store's.
    pub fn erase(
        &self,
        tx: &mut Tx<'_>,
        scope: &Scope,
        person: (PersonNo, &str),
    ) -> Result<u64, DbError> {
        tx.erase(&self.erase_sql(), &self.params(scope, person))
    }

    /// Numbers of the people of whom the table has rows, where it knows them by number.
    ///
    /// # Errors
    /// The store's.
    pub fn people(&self, read: &mut Read<'_>, scope: &Scope) -> Result<Vec<PersonNo>, DbError> {
        if self.by != By::No {
            return Ok(Vec::new());
        }
        let rows = read.query(&self.people_sql(), &[scope.provider().0.into()])?;
        rows.iter().map(|row| Ok(PersonNo(row.get(0)?))).collect()
    }

    /// Everybody who has a number and was not erased, with the source's id.
    ///
    /// # Errors
    /// The store's.
    pub fn everybody(
        read: &mut Read<'_>,
        scope: &Scope,
    ) -> Result<Vec<(PersonNo, String)>, DbError> {
        let rows = read.query(PEOPLE, &[scope.provider().0.into()])?;
        rows.iter()
            .map(|row| Ok((PersonNo(row.get(0)?), row.get(1)?)))
            .collect()
    }

    /// Children with their adults, whatever their ties are or were.
    ///
    /// # Errors
    /// The store's.
    pub fn pairs(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<(PersonNo, PersonNo)>, DbError> {
        let rows = read.query(PAIRS, &[scope.provider().0.into()])?;
        rows.iter()
            .map(|row| Ok((PersonNo(row.get(0)?), PersonNo(row.get(1)?))))
            .collect()
    }

    /// The keys that go with a rule, as the erasure list tells them.
    pub fn told_keys(rule: &str, scope: &Scope, no: PersonNo) -> Vec<ToldColumns> {
        let one = |kind: &&str| -> ToldColumns {
            vec![
                (
                    "provider_no",
                    crate::db::Value::Int(scope.provider().0.into()),
                ),
                ("kind", crate::db::Value::Text((*kind).to_owned())),
                ("subject_no", crate::db::Value::Int(no.0.into())),
            ]
        };
        keys_of(rule).iter().map(one).collect()
    }

    /// Destroys the keys that go with a rule; gives how many.
    ///
    /// # Errors
    /// The store's.
    pub fn erase_keys(
        rule: &str,
        tx: &mut Tx<'_>,
        scope: &Scope,
        no: PersonNo,
    ) -> Result<u64, DbError> {
        let mut gone = 0;
        for kind in keys_of(rule) {
            let params = [scope.provider().0.into(), (*kind).into(), no.0.into()];
            gone += tx.erase(KEY_ERASE, &params)?;
        }
        Ok(gone)
    }

    /// Erased people of whom no entry of the log is left, and whose key seals nothing any more.
    ///
    /// # Errors
    /// The store's.
    pub fn idle_keys(read: &mut Read<'_>, scope: &Scope) -> Result<Vec<PersonNo>, DbError> {
        let rows = read.query(KEYS_OF_LOG, &[scope.provider().0.into()])?;
        rows.iter().map(|row| Ok(PersonNo(row.get(0)?))).collect()
    }

    /// Destroys the key under which entries about a person were sealed.
    ///
    /// # Errors
    /// The store's.
    pub fn erase_log_key(tx: &mut Tx<'_>, scope: &Scope, no: PersonNo) -> Result<u64, DbError> {
        let params = [scope.provider().0.into(), "person".into(), no.0.into()];
        tx.erase(KEY_ERASE, &params)
    }

    /// Puts a word in place of the source's id of a person.
    ///
    /// # Errors
    /// The store's.
    pub fn forget(tx: &mut Tx<'_>, scope: &Scope, no: PersonNo) -> Result<u64, DbError> {
        let word = format!("erased:{no}");
        let params = [scope.provider().0.into(), no.0.into(), (&word).into()];
        tx.erase(ENTITY_ERASE, &params)
    }
}

pub(super) fn statements() -> Vec<String> {
    let tables = PERSON_RULES.iter().flat_map(|(_, tables)| tables.iter());
    tables
        .flat_map(|table| [table.told_sql(), table.people_sql()])
        .chain([PEOPLE, KEYS_OF_LOG, PAIRS].map(str::to_owned))
        .collect()
}

pub(super) fn erasing() -> Vec<String> {
    let tables = PERSON_RULES.iter().flat_map(|(_, tables)| tables.iter());
    tables
        .map(PersonTable::erase_sql)
        .chain([KEY_ERASE.to_owned(), ENTITY_ERASE.to_owned()])
        .collect()
}

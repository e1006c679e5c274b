//! Who is what to whom: adults and children with their rights, who is protected, who was admitted.
//!
//! Facts of a protected person are sealed with a key of the person's own. Lists never join them: whether
//! somebody is protected is asked as a set of numbers.
//!
//! Invariant: rows are only added, and of a pair or a person the row with the highest number counts.

use crate::db::{DbError, ErrorKind, Param, Read, Row, Tx};
use crate::keys::{Subject, open_text, seal_text};
use lasna_domain::access::Scope;
use lasna_domain::access::family::{AdultKind, FamilyTie, Matters, RelationSource};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{PersonNo, ProviderNo};
use std::collections::BTreeMap;

/// Number of the advisory lock under which rows of this area are numbered.
pub(crate) const LOCK: i64 = 628_0010;
pub(crate) const TIE_INSERT: &str = "INSERT INTO family_tie (provider_no, no, at, child_no, \
    adult_no, kind, decides, informed, starts, ends, source, contact, actor) \
    SELECT $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 \
    FROM family_tie WHERE provider_no = $1";
pub(crate) const TIES_OF_ADULT: &str = "SELECT child_no, adult_no, kind, decides, informed, starts, \
    ends, source, contact FROM family_tie WHERE provider_no = $1 AND adult_no = $2 ORDER BY no";
pub(crate) const TIES_OF_CHILD: &str = "SELECT child_no, adult_no, kind, decides, informed, starts, \
    ends, source, contact FROM family_tie WHERE provider_no = $1 AND child_no = $2 ORDER BY no";
pub(crate) const ADMISSION_INSERT: &str = "INSERT INTO admission \
    (provider_no, no, at, child_no, adult_no, ends, actor) \
    SELECT $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5, $6 FROM admission WHERE provider_no = $1";
pub(crate) const ADMISSIONS: &str = "SELECT child_no, ends FROM admission \
    WHERE provider_no = $1 AND adult_no = $2 ORDER BY no";
pub(crate) const PROTECTION_INSERT: &str = "INSERT INTO protection \
    (provider_no, no, at, person_no, starts, ends, actor, facts) \
    SELECT $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5, $6, $7 FROM protection \
    WHERE provider_no = $1";
pub(crate) const PROTECTIONS: &str =
    "SELECT person_no, starts, ends FROM protection WHERE provider_no = $1 ORDER BY no";
pub(crate) const FACTS: &str = "SELECT facts FROM protection \
    WHERE provider_no = $1 AND person_no = $2 ORDER BY no DESC LIMIT 1";
pub(crate) const FEED_INSERT: &str =
    "INSERT INTO protection_feed (provider_no, at, actor) VALUES ($1, $2, $3)";
pub(crate) const FEED: &str = "SELECT max(at) FROM protection_feed WHERE provider_no = $1";

/// The ties of families.
#[derive(Clone, Copy, Debug)]
pub struct FamilyTies;

fn unknown() -> DbError {
    let text = "a relation of a kind that this program does not know: use the newer program";
    DbError::new(ErrorKind::Configuration, text.to_owned())
}

fn tie_of(row: &Row) -> Result<FamilyTie, DbError> {
    let matters = |at: usize| {
        let text: &str = row.get(at)?;
        Matters::parse(text).map_err(|_| unknown())
    };
    Ok(FamilyTie {
        child: PersonNo(row.get(0)?),
        adult: PersonNo(row.get(1)?),
        kind: AdultKind::from_code(row.get(2)?).ok_or_else(unknown)?,
        decides: matters(3)?,
        informed: matters(4)?,
        from: Day(row.get(5)?),
        to: Day(row.get(6)?),
        source: RelationSource::from_code(row.get(7)?).ok_or_else(unknown)?,
        contact: row.get::<i64>(8)? == 1,
    })
}

fn latest(rows: &[Row]) -> Result<Vec<FamilyTie>, DbError> {
    let mut ties: BTreeMap<(PersonNo, PersonNo), FamilyTie> = BTreeMap::new();
    for row in rows {
        let tie = tie_of(row)?;
        ties.insert((tie.child, tie.adult), tie);
    }
    Ok(ties.into_values().collect())
}

impl FamilyTies {
    /// The children of an adult, as known.
    ///
    /// # Errors
    /// The store's.
    pub fn of_adult(
        read: &mut Read<'_>,
        provider: ProviderNo,
        adult: PersonNo,
    ) -> Result<Vec<FamilyTie>, DbError> {
        latest(&read.query(TIES_OF_ADULT, &[provider.0.into(), adult.0.into()])?)
    }

    /// The adults of a child, as known.
    ///
    /// # Errors
    /// The store's.
    pub fn of_child(
        read: &mut Read<'_>,
        provider: ProviderNo,
        child: PersonNo,
    ) -> Result<Vec<FamilyTie>, DbError> {
        latest(&read.query(TIES_OF_CHILD, &[provider.0.into(), child.0.into()])?)
    }

    /// Adds a tie, which takes the place of what was known of the two.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(
        tx: &mut Tx<'_>,
        scope: &Scope,
        tie: &FamilyTie,
        at: Instant,
    ) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let (decides, informed) = (tie.decides.to_string(), tie.informed.to_string());
        let actor = scope.actor().code();
        let params: [Param<'_>; 12] = [
            scope.provider().0.into(),
            at.0.into(),
            tie.child.0.into(),
            tie.adult.0.into(),
            tie.kind.as_code().into(),
            (&decides).into(),
            (&informed).into(),
            tie.from.0.into(),
            tie.to.0.into(),
            tie.source.as_code().into(),
            i64::from(tie.contact).into(),
            (&actor).into(),
        ];
        tx.execute(TIE_INSERT, &params).map(drop)
    }

    /// The children for whom an adult was admitted after meeting, with the last day.
    ///
    /// # Errors
    /// The store's.
    pub fn admissions(
        read: &mut Read<'_>,
        provider: ProviderNo,
        adult: PersonNo,
    ) -> Result<BTreeMap<PersonNo, Day>, DbError> {
        let rows = read.query(ADMISSIONS, &[provider.0.into(), adult.0.into()])?;
        let mut all = BTreeMap::new();
        for row in &rows {
            all.insert(PersonNo(row.get(0)?), Day(row.get(1)?));
        }
        Ok(all)
    }

    /// Admits an adult for a protected child up to a day, or ends it with a day that has passed.
    ///
    /// # Errors
    /// The store's.
    pub fn admit(
        tx: &mut Tx<'_>,
        scope: &Scope,
        (child, adult, ends): (PersonNo, PersonNo, Day),
        at: Instant,
    ) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let actor = scope.actor().code();
        let params: [Param<'_>; 6] = [
            scope.provider().0.into(),
            at.0.into(),
            child.0.into(),
            adult.0.into(),
            ends.0.into(),
            (&actor).into(),
        ];
        tx.execute(ADMISSION_INSERT, &params).map(drop)
    }
}

/// Whose whereabouts are protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Protection {
    pub person: PersonNo,
    pub from: Day,
    pub to: Day,
}

fn place(provider: ProviderNo, person: PersonNo) -> String {
    format!("protection/{provider}/{person}")
}

fn key_of(person: PersonNo) -> Subject {
    Subject::new("protected", i64::from(person.0))
}

impl Protection {
    /// All that are known, of each person the latest.
    ///
    /// # Errors
    /// The store's.
    pub fn all(read: &mut Read<'_>, provider: ProviderNo) -> Result<Vec<Protection>, DbError> {
        let mut all: BTreeMap<PersonNo, Protection> = BTreeMap::new();
        for row in read.query(PROTECTIONS, &[provider.0.into()])? {
            let one = Protection {
                person: PersonNo(row.get(0)?),
                from: Day(row.get(1)?),
                to: Day(row.get(2)?),
            };
            all.insert(one.person, one);
        }
        Ok(all.into_values().collect())
    }

    /// Adds one, with facts that are sealed.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(
        self,
        tx: &mut Tx<'_>,
        scope: &Scope,
        facts: &str,
        at: Instant,
    ) -> Result<(), DbError> {
        tx.lock(LOCK)?;
        let provider = scope.provider();
        let sealed = if facts.is_empty() {
            None
        } else {
            let (key, place) = (key_of(self.person), place(provider, self.person));
            Some(seal_text(tx, provider, key, &place, facts)?)
        };
        let actor = scope.actor().code();
        let params: [Param<'_>; 7] = [
            provider.0.into(),
            at.0.into(),
            self.person.0.into(),
            self.from.0.into(),
            self.to.0.into(),
            (&actor).into(),
            sealed.as_deref().into(),
        ];
        tx.execute(PROTECTION_INSERT, &params).map(drop)
    }

    /// The facts of a person, for a scope that may read them.
    ///
    /// # Errors
    /// The store's.
    pub fn facts(
        read: &mut Read<'_>,
        scope: &Scope,
        person: PersonNo,
    ) -> Result<Option<String>, DbError> {
        let provider = scope.provider();
        let row = read.query_one(FACTS, &[provider.0.into(), person.0.into()])?;
        let sealed = row
            .map(|row| row.get::<Option<Vec<u8>>>(0))
            .transpose()?
            .flatten();
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let (key, place) = (key_of(person), place(provider, person));
        open_text(read, provider, key, &place, &sealed)
    }

    /// Notes that the register was asked and its answer taken in.
    ///
    /// # Errors
    /// The store's.
    pub fn fed(tx: &mut Tx<'_>, scope: &Scope, at: Instant) -> Result<(), DbError> {
        let actor = scope.actor().code();
        let params = [scope.provider().0.into(), at.0.into(), (&actor).into()];
        tx.execute(FEED_INSERT, &params).map(drop)
    }

    /// When the register was asked last.
    ///
    /// # Errors
    /// The store's.
    pub fn last_fed(read: &mut Read<'_>, provider: ProviderNo) -> Result<Option<Instant>, DbError> {
        let row = read.query_one(FEED, &[provider.0.into()])?;
        let at = row
            .map(|row| row.get::<Option<i64>>(0))
            .transpose()?
            .flatten();
        Ok(at.map(Instant))
    }
}

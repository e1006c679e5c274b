//! What people did about signals: contacts, decisions, withdrawals, numbered for each provider.
//!
//! A note stands in a table of its own, sealed with the key of the pupil's case: what is done can be
//! counted without reading it, and is counted when the case is erased.
//!
//! Invariant: rows are only added, and an act that is sent twice is kept once.

use crate::db::{DbError, Param, Read, Tx};
use crate::keys::{Ring, Subject, seal_text};
use crate::saves::LOCK;
use lasna_domain::access::Scope;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{PersonNo, ProviderNo, UserNo};
use lasna_domain::model::Outcome;
use lasna_domain::signals::{Act, ActKind, ActWhat, ContactOutcome, ContactWith, NoConcernReason};

pub(crate) const SINCE: &str = "SELECT a.no, a.pupil_no, a.at, a.user_no, a.kind, a.contact_with, \
    a.outcome, a.reason, a.review, a.withdraws, n.note, a.day FROM signal_act a \
    LEFT JOIN signal_note n ON n.provider_no = a.provider_no AND n.act_no = a.no \
    WHERE a.provider_no = $1 AND a.no > $2 ORDER BY a.no";
pub(crate) const LAST: &str = "SELECT coalesce(max(no), 0) FROM signal_act WHERE provider_no = $1";
pub(crate) const ONCE: &str = "SELECT a.no, a.pupil_no, a.at, a.user_no, a.kind, a.contact_with, \
    a.outcome, a.reason, a.review, a.withdraws, n.note, a.day FROM signal_act a \
    LEFT JOIN signal_note n ON n.provider_no = a.provider_no AND n.act_no = a.no \
    WHERE a.provider_no = $1 AND a.once = $2";
pub(crate) const INSERT: &str = "INSERT INTO signal_act (provider_no, no, pupil_no, at, user_no, \
    kind, contact_with, outcome, reason, review, withdraws, once, day) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
pub(crate) const NOTE_INSERT: &str =
    "INSERT INTO signal_note (provider_no, act_no, note) VALUES ($1, $2, $3)";

/// An act as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct StoredAct;

impl StoredAct {
    /// Acts after a number, in order.
    ///
    /// # Errors
    /// The store's; a row that this program does not understand.
    pub fn since(read: &mut Read<'_>, scope: &Scope, no: u32) -> Result<Vec<Act>, DbError> {
        let rows = read.query(SINCE, &[scope.provider().0.into(), no.into()])?;
        let mut ring = Ring::default();
        let mut act = |row| act_of(read, &mut ring, scope.provider(), row);
        rows.iter().map(&mut act).collect()
    }

    /// The number of the latest act; 0 before the first.
    ///
    /// # Errors
    /// The store's.
    pub fn last(read: &mut Read<'_>, scope: &Scope) -> Result<u32, DbError> {
        let row = read.query_one(LAST, &[scope.provider().0.into()])?;
        row.map_or(Ok(0), |row| row.get(0))
    }

    /// The act that a sending made, where it was sent before.
    ///
    /// # Errors
    /// The store's.
    pub fn of_once(read: &mut Read<'_>, scope: &Scope, once: &str) -> Result<Option<Act>, DbError> {
        let row = read.query_one(ONCE, &[scope.provider().0.into(), once.into()])?;
        let mut ring = Ring::default();
        row.map(|row| act_of(read, &mut ring, scope.provider(), &row))
            .transpose()
    }

    /// Makes acts follow one another until the change is committed.
    ///
    /// # Errors
    /// The store's.
    pub fn hold(tx: &mut Tx<'_>) -> Result<(), DbError> {
        tx.lock(LOCK)
    }

    /// Adds an act under the next number, which it gives back; the act's own number is not used.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(tx: &mut Tx<'_>, scope: &Scope, act: &Act, once: &str) -> Result<u32, DbError> {
        StoredAct::hold(tx)?;
        let provider = scope.provider().0;
        let no = StoredAct::last(tx, scope)? + 1;
        let (mut with, mut outcome, mut reason) = (None, None, None);
        let (mut review, mut withdraws): (Option<i64>, Option<i64>) = (None, None);
        match act.what {
            ActWhat::Contact(whom, came) => {
                (with, outcome) = (Some(whom.as_code()), Some(came.as_code()));
            }
            ActWhat::NoConcern(why, day) => {
                (reason, review) = (Some(why.as_code()), Some(day.0.into()));
            }
            ActWhat::Done(done) => outcome = Some(done.as_code()),
            ActWhat::Withdraw(other) => withdraws = Some(other.into()),
            ActWhat::Acknowledge | ActWhat::Raise => {}
        }
        // Most acts are logged on their day.
        let day = (act.day != act.at.day_in_finland()).then_some(i64::from(act.day.0));
        let params: [Param<'_>; 13] = [
            provider.into(),
            no.into(),
            act.pupil.0.into(),
            act.at.0.into(),
            act.by.0.into(),
            act.what.kind().as_code().into(),
            with.into(),
            outcome.into(),
            reason.into(),
            review.into(),
            withdraws.into(),
            once.into(),
            day.into(),
        ];
        tx.execute(INSERT, &params)?;
        if !act.note.is_empty() {
            let place = note_place(scope.provider(), no);
            let subject = Subject::case(act.pupil);
            let note = seal_text(tx, scope.provider(), subject, &place, &act.note)?;
            let note = [provider.into(), no.into(), (&note).into()];
            tx.execute(NOTE_INSERT, &note)?;
        }
        Ok(no)
    }
}

/// Where a note stands.
pub(crate) fn note_place(provider: ProviderNo, act: u32) -> String {
    format!("signal_note.note/{provider}/{act}")
}

fn act_of(
    read: &mut Read<'_>,
    ring: &mut Ring,
    provider: ProviderNo,
    row: &crate::db::Row,
) -> Result<Act, DbError> {
    let text = |at: usize| row.get::<Option<String>>(at).map(Option::unwrap_or_default);
    let number = |at: usize| row.get::<Option<i64>>(at).map(Option::unwrap_or_default);
    let what = match ActKind::from_code(&text(4)?) {
        Some(ActKind::Acknowledge) => Some(ActWhat::Acknowledge),
        Some(ActKind::Raise) => Some(ActWhat::Raise),
        Some(ActKind::Done) => Outcome::from_code(&text(6)?).map(ActWhat::Done),
        Some(ActKind::Withdraw) => Some(ActWhat::Withdraw(number(9)? as u32)),
        Some(ActKind::Contact) => ContactWith::from_code(&text(5)?)
            .zip(ContactOutcome::from_code(&text(6)?))
            .map(|(with, outcome)| ActWhat::Contact(with, outcome)),
        Some(ActKind::NoConcern) => {
            let review = Day(number(8)? as i32);
            NoConcernReason::from_code(&text(7)?).map(|why| ActWhat::NoConcern(why, review))
        }
        None => None,
    };
    let at = Instant(row.get(2)?);
    let day: Option<i32> = row.get(11)?;
    let unknown = || {
        let text = "an act of a kind that this program does not know: use the newer program";
        DbError::new(crate::db::ErrorKind::Configuration, text.to_owned())
    };
    let (no, pupil) = (row.get(0)?, PersonNo(row.get(1)?));
    let note = match row.get::<Option<&[u8]>>(10)? {
        Some(sealed) => {
            let named = (provider, Subject::case(pupil));
            ring.open_text(read, named, &note_place(provider, no), sealed)?
        }
        None => None,
    };
    Ok(Act {
        no,
        pupil,
        at,
        day: day.map_or_else(|| at.day_in_finland(), Day),
        by: UserNo(row.get(3)?),
        what: what.ok_or_else(unknown)?,
        note: note.unwrap_or_default(),
    })
}

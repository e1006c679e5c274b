//! Carries plain rows of an older program over into the sealed tables, inside the migration.
//!
//! Invariant: no row is lost, and each entry of the audit keeps its number and instant.

use crate::audit::{AuditRow, Sealed, person_of};
use crate::db::{DbError, Param, Row, Tx};
use crate::facts::FactRow;
use crate::keys::{self, Subject, seal_text};
use crate::{acts, reasons};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{BatchNo, PersonNo, ProviderNo, UserNo};

/// Between the part of a migration that makes the tables and the one that drops the old ones.
pub(crate) const MARK: &str = "-- CARRY OVER";
/// Rows that are carried at once.
const PAGE: i64 = 5000;
const AUDIT: &str = "SELECT no, provider_no, at, actor, action, reason, reach, target \
    FROM audit_plain WHERE no > $1 ORDER BY no LIMIT $2";
const NOTES: &str = "SELECT n.provider_no, n.act_no, n.note, a.pupil_no \
    FROM signal_note_plain n JOIN signal_act a \
    ON a.provider_no = n.provider_no AND a.no = n.act_no \
    WHERE (n.provider_no, n.act_no) > ($1, $2) ORDER BY n.provider_no, n.act_no LIMIT $3";
const REASONS: &str = "SELECT provider_no, pupil_no, day, start, group_no, known_at, batch_no, \
    reason FROM mark_reason_plain \
    WHERE (provider_no, pupil_no, day, start, group_no, known_at, batch_no) \
    > ($1, $2, $3, $4, $5, $6, $7) \
    ORDER BY provider_no, pupil_no, day, start, group_no, known_at, batch_no LIMIT $8";

pub(crate) fn carry_over(tx: &mut Tx<'_>) -> Result<(), DbError> {
    for (provider, _) in crate::batches::providers(tx)? {
        keys::of_provider(tx, provider)?;
    }
    entries(tx)?;
    notes(tx)?;
    all_reasons(tx)
}

fn entry_of(row: &Row) -> Result<AuditRow, DbError> {
    let (actor, target): (String, String) = (row.get(3)?, row.get(7)?);
    let user = actor.strip_prefix("user:").and_then(|no| no.parse().ok());
    Ok(AuditRow {
        at: Instant(row.get(2)?),
        action: row.get(4)?,
        reason: row.get(5)?,
        reach: row.get(6)?,
        outcome: "done".to_owned(),
        person: person_of(&target),
        user: user.map(UserNo),
        actor,
        target,
        ..AuditRow::default()
    })
}

fn entries(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let mut last = i64::MIN;
    loop {
        let rows = tx.query(AUDIT, &[last.into(), PAGE.into()])?;
        let mut sealed = Vec::with_capacity(rows.len());
        for row in &rows {
            last = row.get(0)?;
            let named = (ProviderNo(row.get(1)?), last);
            sealed.push(Sealed::of(tx, named, (entry_of(row)?, None))?);
        }
        let leaves: Vec<_> = sealed.iter().map(Sealed::leaf).collect();
        let kept = sealed.iter().zip(&leaves).map(|(one, leaf)| one.row(leaf));
        tx.copy_in("audit", &["no", "provider_no", "at", "leaf"], kept)?;
        let columns = [
            "no",
            "provider_no",
            "person_no",
            "user_no",
            "reach",
            "salt",
            "body",
        ];
        tx.copy_in("audit_body", &columns, sealed.iter().map(Sealed::body_row))?;
        if rows.is_empty() {
            return Ok(());
        }
    }
}

fn notes(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let mut last: (i64, i64) = (i64::MIN, i64::MIN);
    loop {
        let params = [last.0.into(), last.1.into(), PAGE.into()];
        let rows = tx.query(NOTES, &params)?;
        for row in &rows {
            last = (row.get(0)?, row.get(1)?);
            let (provider, no) = (ProviderNo(row.get(0)?), row.get(1)?);
            let subject = Subject::case(PersonNo(row.get(3)?));
            let place = acts::note_place(provider, no);
            let note = seal_text(tx, provider, subject, &place, row.get(2)?)?;
            let params = [provider.0.into(), no.into(), (&note).into()];
            tx.execute(acts::NOTE_INSERT, &params)?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

fn all_reasons(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let columns = [
        "provider_no",
        "pupil_no",
        "day",
        "start",
        "group_no",
        "known_at",
        "batch_no",
        "reason",
    ];
    let mut last = [i64::MIN; 7];
    loop {
        let mut params: Vec<Param<'_>> = last.iter().map(|&no| no.into()).collect();
        params.push(PAGE.into());
        let rows = tx.query(REASONS, &params)?;
        let mut sealed = Vec::with_capacity(rows.len());
        for row in &rows {
            for (at, place) in last.iter_mut().enumerate() {
                *place = row.get(at)?;
            }
            let provider = ProviderNo(row.get(0)?);
            let fact = FactRow {
                key: [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?],
                known_at: Instant(row.get(5)?),
                batch: BatchNo(row.get(6)?),
                values: [row.get(7)?, 0, 0, 0, 0],
            };
            let key = keys::ensure(tx, provider, Subject::REASONS)?;
            sealed.push((last, reasons::seal(&key, provider, &fact)));
        }
        let rows = sealed.iter().map(|(place, reason)| {
            let mut row: Vec<Param<'_>> = place.iter().map(|&no| no.into()).collect();
            row.push(reason.into());
            row
        });
        if tx.copy_in("mark_reason", &columns, rows)? == 0 {
            return Ok(());
        }
    }
}

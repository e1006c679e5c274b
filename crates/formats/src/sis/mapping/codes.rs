//! The codes of a mapping: what each means, checked as a mark would be.
//!
//! What it is not: it does not know from which day a table of codes is in use.
//!
//! Invariant: a rule that is given makes a mark, given minutes where it is a lateness.

use super::CodeRule;
use super::section::{Notes, Section, section};
use lasna_domain::attendance::{Approval, MarkKind, Presence, Reason};
use std::collections::HashMap;
use std::ops::Range;

pub(super) fn read_codes(
    notes: &mut Notes<'_>,
    codes: &Section<'_, '_>,
) -> HashMap<String, CodeRule> {
    let mut rules = HashMap::new();
    for (key, value) in codes.table.iter() {
        let code = key.get_ref().trim();
        let Some(of_code) = section(notes, value, &format!("code `{code}`")) else {
            continue;
        };
        let at = key.span();
        let Some(rule) = read_code(notes, &of_code, &at) else {
            continue;
        };
        if rules.insert(code.to_owned(), rule).is_some() {
            notes.add(&at, "P08", format!("code `{code}` stands twice"));
        }
    }
    rules
}

fn read_code(notes: &mut Notes<'_>, code: &Section<'_, '_>, at: &Range<usize>) -> Option<CodeRule> {
    code.only(
        notes,
        &["presence", "approval", "reason", "minutes", "ignore"],
    );
    if let Some(value) = code.get("ignore") {
        let alone = code.table.len() == 1 && value.get_ref().as_bool() == Some(true);
        if !alone {
            let message = format!("{}: `ignore = true` stands alone or not at all", code.name);
            notes.add(&value.span(), "P06", message);
        }
        return alone.then_some(CodeRule::Ignore);
    }
    let presence = code.word(notes, "presence", &words(Presence::ALL, Presence::as_code));
    let approval = code.word(notes, "approval", &words(Approval::ALL, Approval::as_code));
    let reason = code.word(notes, "reason", &words(Reason::ALL, Reason::as_code));
    if code.get("presence").is_none() {
        let message = format!("{} needs `presence`, or `ignore = true`", code.name);
        notes.add(at, "P03", message);
    }
    let minutes = read_minutes(notes, code);
    let presence = presence?;
    let approval = approval.unwrap_or(Approval::NotNeeded);
    // The minutes of a lateness may stand in the rows.
    if let Err(fault) = MarkKind::new(presence, approval, Some(minutes.unwrap_or(1))) {
        notes.add(at, "P06", format!("{}: {fault}", code.name));
        return None;
    }
    let reason = reason.unwrap_or(Reason::Unknown);
    Some(CodeRule::Mark {
        presence,
        approval,
        reason,
        minutes,
    })
}

fn read_minutes(notes: &mut Notes<'_>, code: &Section<'_, '_>) -> Option<u16> {
    let value = code.get("minutes")?;
    let minutes = value
        .get_ref()
        .as_integer()
        .and_then(|number| u16::from_str_radix(number.as_str(), number.radix()).ok())
        .filter(|minutes| (1..=1440).contains(minutes));
    if minutes.is_none() {
        notes.add(
            &value.span(),
            "P09",
            "`minutes` must be a whole number from 1 to 1440",
        );
    }
    minutes
}

fn words<T: Copy>(all: &[T], code: fn(T) -> &'static str) -> Vec<(&'static str, T)> {
    all.iter().map(|&value| (code(value), value)).collect()
}

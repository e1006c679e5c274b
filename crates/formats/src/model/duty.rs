//! Duties of a step and of the year: who, by when, what stops the clock.
//!
//! A duty of a model that extends another may state only what differs from the duty of the same
//! name in the base. What the duties mean is in `lasna_domain`.
//!
//! Invariant: every duty that is read has an outcome that stops its clock.

use super::problem::Problems;
use super::section::{TEXTS, needed};
use super::table::Table;
use super::words;
use lasna_domain::model::{Duty, Escalation, Outcome, Role, UniversalDuty, Within};

/// Working minutes of a duty where the model does not say.
const MINUTES: u16 = 30;

const DUTY: [&str; 8] = [
    "id", "title", "role", "within", "done", "escalate", "letter", "minutes",
];

fn role_words() -> Vec<&'static str> {
    Role::ALL.iter().map(|role| role.as_code()).collect()
}

fn role(problems: &mut Problems<'_>, table: &Table<'_, '_>, key: &str) -> Option<Role> {
    table.word(problems, key, Role::from_code, &role_words())
}

/// Reads a duty of a step; `base` is what it states differences to.
pub(super) fn read(
    problems: &mut Problems<'_>,
    table: &Table<'_, '_>,
    id: String,
    base: Option<&Duty>,
) -> Option<Duty> {
    let p = problems;
    table.only(p, &DUTY);
    let title = needed(
        p,
        table,
        "title",
        TEXTS,
        base.map(|b| b.title.clone()),
        |p| table.languages(p, "title"),
    );
    let role = needed(
        p,
        table,
        "role",
        "\"class_teacher\"",
        base.map(|b| b.role),
        |p| self::role(p, table, "role"),
    );
    let within = needed(
        p,
        table,
        "within",
        "{ school_days = 2 }",
        base.map(|b| b.within),
        |p| self::within(p, table, "within"),
    );
    let outcomes: Vec<_> = Outcome::ALL
        .iter()
        .map(|outcome| outcome.as_code())
        .collect();
    let done = needed(
        p,
        table,
        "done",
        "\"contact:reached\"",
        base.map(|b| b.done.clone()),
        |p| table.words(p, "done", Outcome::from_code, &outcomes),
    );
    let of_base = base.and_then(|b| b.escalate);
    let escalate = if table.has("escalate") {
        escalation(p, table)
    } else {
        of_base
    };
    let letter = if table.has("letter") {
        table.id(p, "letter").map(|letter| letter.value)
    } else {
        base.and_then(|b| b.letter.clone())
    };
    let minutes = if table.has("minutes") {
        table.whole(p, "minutes", 0..=6000)
    } else {
        Some(base.map_or(MINUTES, |b| b.minutes))
    };
    let duty = Duty {
        id,
        title: title?,
        role: role?,
        within: within?,
        done: done?,
        escalate,
        letter,
        minutes: minutes?,
    };
    contradictions(p, table, &duty);
    Some(duty)
}

fn contradictions(problems: &mut Problems<'_>, table: &Table<'_, '_>, duty: &Duty) {
    if duty.done.is_empty() {
        let mend = "name at least one outcome, like `done = \"contact:reached\"`";
        let message = format!("nothing stops the clock of duty {}", duty.id);
        problems.add(&table.place("done"), "M16", message, mend);
    }
    let Some(up) = duty.escalate else { return };
    let at = table.place("escalate");
    if up.to == duty.role {
        let message = format!("duty {} goes up to the one whose it is", duty.id);
        problems.add(&at, "M16", message, "name another role in `to`");
    }
    let earlier = match (up.after, duty.within) {
        (Within::SchoolDays(up), Within::SchoolDays(due)) => up < due,
        (Within::Days(up), Within::Days(due) | Within::SchoolDays(due)) => up < due,
        (Within::SchoolDays(_), Within::Days(_)) => false,
    };
    if earlier {
        let message = format!("duty {} goes up before it is due", duty.id);
        problems.add(
            &at,
            "M16",
            message,
            "make `after` at least as long as `within`",
        );
    }
}

fn within(problems: &mut Problems<'_>, table: &Table<'_, '_>, key: &str) -> Option<Within> {
    let span = table.table(problems, key, "{ school_days = 2 }")?;
    span.only(problems, &["school_days", "days"]);
    match (span.has("school_days"), span.has("days")) {
        (true, false) => span
            .whole(problems, "school_days", 0..=400)
            .map(Within::SchoolDays),
        (false, true) => span.whole(problems, "days", 0..=400).map(Within::Days),
        (false, false) => {
            span.missing(problems, "school_days", "2");
            None
        }
        (true, true) => {
            let message = format!("{} has both `school_days` and `days`", span.name);
            problems.add(&span.at, "M16", message, "keep one of them");
            None
        }
    }
}

fn escalation(problems: &mut Problems<'_>, table: &Table<'_, '_>) -> Option<Escalation> {
    let example = "{ after = { school_days = 5 }, to = \"principal\" }";
    let table = table.table(problems, "escalate", example)?;
    table.only(problems, &["after", "to"]);
    let after = needed(
        problems,
        &table,
        "after",
        "{ school_days = 5 }",
        None,
        |p| within(p, &table, "after"),
    );
    let to = needed(problems, &table, "to", "\"principal\"", None, |p| {
        role(p, &table, "to")
    });
    Some(Escalation {
        after: after?,
        to: to?,
    })
}

/// Reads a duty of the year's clock.
pub(super) fn read_universal(
    problems: &mut Problems<'_>,
    table: &Table<'_, '_>,
    id: String,
    base: Option<&UniversalDuty>,
) -> Option<UniversalDuty> {
    let p = problems;
    table.only(p, &["id", "title", "period", "role", "practice"]);
    let title = needed(
        p,
        table,
        "title",
        TEXTS,
        base.map(|b| b.title.clone()),
        |p| table.languages(p, "title"),
    );
    let month = |word: &str| {
        let place = words::MONTHS.iter().position(|month| *month == word)?;
        u8::try_from(place + 1).ok()
    };
    let month = needed(
        p,
        table,
        "period",
        "\"august\"",
        base.map(|b| b.month),
        |p| table.word(p, "period", month, &words::MONTHS),
    );
    let role = needed(
        p,
        table,
        "role",
        "\"welfare_group\"",
        base.map(|b| b.role),
        |p| self::role(p, table, "role"),
    );
    let practice = if table.has("practice") {
        table.text(p, "practice").map(|practice| practice.value)
    } else {
        base.and_then(|b| b.practice.clone())
    };
    Some(UniversalDuty {
        id,
        title: title?,
        month: month?,
        role: role?,
        practice,
    })
}

//! One condition of a step: the table `{ measure = …, hours = …, window = … }` and its relatives.
//!
//! The key that names the limit tells the kind; the rest of the keys follow from it. Whether the
//! condition can come true is judged by [`super::ladder`].
//!
//! Invariant: a table with two limits is refused, never half read.

use super::problem::{Problems, choose};
use super::table::Table;
use super::words;
use lasna_domain::model::{Condition, Measure, MeasureNo, ShareOf, Window};

/// The key of the limit of each kind, and the keys that may stand beside it.
const KINDS: [(&str, &[&str]); 9] = [
    ("hours", &["measure", "window"]),
    ("days", &["measure", "window"]),
    ("percent", &["measure", "window", "of", "min_days"]),
    ("unresolved_days", &[]),
    ("run_days", &["full"]),
    ("spells", &["window"]),
    ("pattern", &["share_percent", "min_count", "window"]),
    ("trend_factor", &["min_percent"]),
    ("concern", &[]),
];

/// Possible days before a share counts, where the model does not say.
const SHARE_DAYS_MIN: u16 = 20;

/// Reads one condition.
pub(super) fn read(
    problems: &mut Problems<'_>,
    table: &Table<'_, '_>,
    measures: &[Measure],
) -> Option<Condition> {
    let mut kinds = KINDS.iter().filter(|(key, _)| table.has(key));
    let Some((kind, others)) = kinds.next() else {
        let limits = KINDS.map(|(key, _)| key);
        let all: Vec<_> = KINDS
            .iter()
            .flat_map(|(key, more)| more.iter().chain([key]))
            .collect();
        table.only(problems, &all.into_iter().copied().collect::<Vec<_>>());
        let message = format!("{} has no limit", table.name);
        let mend = format!("add one of: {}", limits.join(", "));
        problems.add(&table.at, "M03", message, mend);
        return None;
    };
    if let Some((second, _)) = kinds.next() {
        let message = format!("{} has both `{kind}` and `{second}`", table.name);
        problems.add(&table.place(second), "M16", message, "write two conditions");
        return None;
    }
    let known: Vec<&str> = [*kind].into_iter().chain(others.iter().copied()).collect();
    table.only(problems, &known);
    read_kind(problems, table, measures, kind)
}

fn read_kind(
    problems: &mut Problems<'_>,
    table: &Table<'_, '_>,
    measures: &[Measure],
    kind: &str,
) -> Option<Condition> {
    let p = problems;
    match kind {
        "hours" => {
            let hours = table.whole(p, kind, 1..=u16::MAX);
            let (measure, window) = measure_and_window(p, table, measures);
            Some(Condition::Hours {
                measure: measure?,
                hours: hours?.into(),
                window: window?,
            })
        }
        "days" => {
            let days = table.whole(p, kind, 1..=u16::MAX);
            let (measure, window) = measure_and_window(p, table, measures);
            Some(Condition::Days {
                measure: measure?,
                days: days?.into(),
                window: window?,
            })
        }
        "percent" => share(p, table, measures),
        "unresolved_days" => table
            .whole(p, kind, 0..=u16::MAX)
            .map(|days| Condition::Unresolved { days }),
        "run_days" => {
            let days = table.whole(p, kind, 1..=u16::MAX);
            let full = or_default(table, "full", false, |key| table.flag(p, key));
            Some(Condition::Run {
                days: days?,
                full: full?,
            })
        }
        "spells" => {
            let count = table.whole(p, kind, 1..=u16::MAX);
            let window = window(p, table);
            Some(Condition::Spells {
                count: count?,
                window: window?,
            })
        }
        "pattern" => pattern(p, table),
        "trend_factor" => {
            let factor = table.decimal(p, kind, 1, 11..=1000);
            let percent_min = needed(p, table, "min_percent", "10")?;
            Some(Condition::Trend {
                factor_tenths: u16::try_from(factor?).ok()?,
                percent_min,
            })
        }
        _ => {
            let told = table.flag(p, kind)?;
            if !told {
                let mend = "write `concern = true` or leave the condition out";
                p.add(
                    &table.place(kind),
                    "M11",
                    "`concern = false` can never be true",
                    mend,
                );
            }
            Some(Condition::Concern)
        }
    }
}

fn pattern(problems: &mut Problems<'_>, table: &Table<'_, '_>) -> Option<Condition> {
    let of = table.word(problems, "pattern", words::parse_pattern, words::PATTERNS);
    let share_percent = needed(problems, table, "share_percent", "60");
    let count_min = needed(problems, table, "min_count", "4");
    let window = window(problems, table);
    Some(Condition::Pattern {
        of: of?,
        share_percent: share_percent?,
        count_min: count_min?,
        window: window?,
    })
}

fn share(
    problems: &mut Problems<'_>,
    table: &Table<'_, '_>,
    measures: &[Measure],
) -> Option<Condition> {
    let percent = table.decimal(problems, "percent", 2, 1..=1_000_000);
    let of = or_default(table, "of", ShareOf::MarkedMinutes, |key| {
        table.word(problems, key, words::parse_share, words::SHARES)
    });
    let days_min = or_default(table, "min_days", SHARE_DAYS_MIN, |key| {
        table.whole(problems, key, 0..=u16::MAX)
    });
    let (measure, window) = measure_and_window(problems, table, measures);
    Some(Condition::Share {
        measure: measure?,
        percent_hundredths: percent?,
        window: window?,
        of: of?,
        days_min: days_min?,
    })
}

/// The default where the key is absent; what `read` says where it is there.
fn or_default<T>(
    table: &Table<'_, '_>,
    key: &str,
    default: T,
    read: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    if table.has(key) {
        read(key)
    } else {
        Some(default)
    }
}

fn needed(
    problems: &mut Problems<'_>,
    table: &Table<'_, '_>,
    key: &str,
    example: &str,
) -> Option<u16> {
    if !table.has(key) {
        table.missing(problems, key, example);
    }
    table.whole(problems, key, 1..=u16::MAX)
}

fn measure_and_window(
    problems: &mut Problems<'_>,
    table: &Table<'_, '_>,
    measures: &[Measure],
) -> (Option<MeasureNo>, Option<Window>) {
    if !table.has("measure") {
        table.missing(problems, "measure", "\"total\"");
    }
    let measure = table.text(problems, "measure").and_then(|name| {
        let found = measures.iter().position(|measure| measure.id == name.value);
        if found.is_none() {
            let known: Vec<_> = measures.iter().map(|measure| measure.id.as_str()).collect();
            let message = format!("there is no measure `{}`", name.value);
            problems.add(&name.at, "M07", message, choose(&name.value, &known));
        }
        found.map(MeasureNo)
    });
    (measure, window(problems, table))
}

fn window(problems: &mut Problems<'_>, table: &Table<'_, '_>) -> Option<Window> {
    if !table.has("window") {
        table.missing(problems, "window", "\"term\"");
    }
    let found = table.word(problems, "window", words::parse_window, words::WINDOWS)?;
    if matches!(
        found,
        Window::RollingDays(0) | Window::RollingTeachingWeeks(0)
    ) {
        let mend = "write at least `rolling 1 days` or `rolling 1 teaching weeks`";
        problems.add(&table.place("window"), "M10", "a window of nothing", mend);
        return None;
    }
    Some(found)
}

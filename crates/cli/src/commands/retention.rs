//! `lasna retention`: the report, the run, holds; and the job of every night.
//!
//! Invariant: the sums of the rows are taken anew only after they were found right before the run.

use super::Outcome;
use super::backup::{files, sums};
use crate::args::Args;
use crate::privacy_args::{HoldArg, RetentionCommand};
use crate::{context, output};
use anyhow::{Context as _, bail};
use lasna_app::App;
use lasna_app::backup::{Checked, ERASED_FILE, Level};
use lasna_app::retention::{
    ErasureList, RETENTION_FILE, RetentionReport, RuleReport, Rules, Taken, WhatCame,
};
use lasna_domain::calendar::{Day, Instant};
use lasna_store::Store;
use lasna_store::retention::{Hold, HoldKind};
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// The hour of the job, UTC: after the drill's.
const HOUR: i64 = 2;
const HOUR_MICROS: i64 = 3_600_000_000;
/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(30);
/// How long a run may take before another service may take it over.
const LEASE_MINUTES: i64 = 180;
/// Rules whose rows are sealed or name nobody: the file need not be written anew for them.
const SEALED: [&str; 5] = ["tries", "jobs", "sign_in", "log_of_pupils", "log_of_others"];

/// The erasure list of a data folder.
struct ListFile(PathBuf);

impl ErasureList for ListFile {
    fn add(&mut self, lines: &[u8]) -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.0)?;
        file.write_all(lines)?;
        file.sync_all()
    }
}

/// The rules with those of a data folder over them.
pub fn rules_of(data: &Path) -> anyhow::Result<Rules> {
    let file = data.join(RETENTION_FILE);
    let own = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).context(file.display().to_string()),
    };
    Rules::read(&own).map_err(|text| anyhow::anyhow!(text))
}

pub fn run(args: &Args, command: &RetentionCommand) -> anyhow::Result<Outcome> {
    let data = files::data_folder(args);
    let rules = rules_of(&data)?;
    if matches!(command, RetentionCommand::Rules) {
        return print_rules(args, &rules);
    }
    let store = context::store(args)?;
    let app = App::operator(store.clone(), context::now())?;
    match command {
        RetentionCommand::Report => report(args, &app.retention_report(&rules)?),
        RetentionCommand::Run { confirm_clock } => {
            match erase(&store, (&data, &rules), context::now(), *confirm_clock)? {
                WhatCame::Done(taken) => done(args, &taken),
                WhatCame::ClockWaits { last } => bail!("{}", waits(last)),
            }
        }
        RetentionCommand::Rules | RetentionCommand::Holds => holds(args, &app.holds()?),
        RetentionCommand::Hold {
            pupil,
            from,
            to,
            why,
        } => {
            let kind = match why {
                HoldArg::Incident => HoldKind::Incident,
                HoldArg::Legal => HoldKind::Legal,
            };
            let pupil = pupil.as_ref().map(|id| app.pupil_no(id)).transpose()?;
            let no = app.hold(kind, pupil, days(from.as_deref(), to.as_deref())?)?;
            say(args, &json!({ "hold": no }), vec![format!("hold {no}")])
        }
        RetentionCommand::Release { no } => {
            app.end_hold(*no)?;
            say(
                args,
                &json!({ "ended": no }),
                vec![format!("hold {no} has ended")],
            )
        }
    }
}

fn days(from: Option<&str>, to: Option<&str>) -> anyhow::Result<Option<(Instant, Instant)>> {
    let (Some(from), Some(to)) = (from, to) else {
        return Ok(None);
    };
    let from: Day = from.parse().with_context(|| format!("--from {from}"))?;
    let to: Day = to.parse().with_context(|| format!("--to {to}"))?;
    let midnight = Instant::midnight_in_finland;
    Ok(Some((midnight(from), midnight(to.next()))))
}

fn waits(last: Option<Instant>) -> String {
    let since = match last {
        Some(last) => format!("the last run was at {last}, more than 25 hours ago by this clock"),
        None => "nothing was ever erased here, and the first run needs a person".to_owned(),
    };
    format!(
        "{since}: nothing was erased. Look at the clock and at `lasna retention report`; if both are \
         right, repeat with --confirm-clock"
    )
}

/// Erases what is due, then takes it out of the bytes.
fn erase(
    store: &Store,
    (data, rules): (&Path, &Rules),
    now: Instant,
    confirmed: bool,
) -> anyhow::Result<WhatCame> {
    sums::refuse_changed(store, data)?;
    std::fs::create_dir_all(data).with_context(|| data.display().to_string())?;
    let mut list = ListFile(data.join(ERASED_FILE));
    let app = App::operator(store.clone(), now)?;
    let came = app.retention_run(rules, confirmed, &mut list, &|_| Ok(()))?;
    if let WhatCame::Done(taken) = &came {
        let plain = taken
            .iter()
            .filter(|one| one.rows > 0 && !SEALED.contains(&one.rule.as_str()));
        let tables: Vec<&str> = plain.map(|one| one.table).collect();
        if !tables.is_empty() {
            store.database().scrub(&tables)?;
        }
        if data.join(lasna_app::backup::SUMS_FILE).exists() && taken.iter().any(|t| t.rows > 0) {
            sums::renew(store, data, now)?;
        }
    }
    Ok(came)
}

/// For `doctor`: what is overdue, and whether a run waits for a person; nothing in the town of the demo.
pub fn check(app: &App, data: &Path) -> anyhow::Result<Option<Checked>> {
    let name = "retention";
    if super::demo::is_town(data) {
        return Ok(None);
    }
    let rules = match rules_of(data) {
        Ok(rules) => rules,
        Err(error) => return Ok(Some(Checked::new(name, Level::Fail, format!("{error:#}")))),
    };
    let report = app.retention_report(&rules)?;
    let overdue = report.overdue();
    let own = rules.all().iter().filter(|rule| rule.own).count();
    let text = format!("{overdue} overdue, {own} times decided by the provider");
    if overdue == 0 {
        return Ok(Some(Checked::new(name, Level::Ok, text)));
    }
    let next = match report.clock_waits {
        true => "lasna retention run --confirm-clock",
        false => "lasna retention run",
    };
    Ok(Some(Checked::new(name, Level::Warn, text).with_next(next)))
}

fn rule_json(one: &RuleReport) -> Value {
    json!({
        "rule": one.rule.name,
        "clock": one.rule.clock.as_code(),
        "time": one.rule.time.to_string(),
        "decided": one.rule.own,
        "source": one.rule.source,
        "due": one.due,
        "overdue": one.overdue,
        "held": one.held,
        "oldest": one.oldest.map(|day| day.to_string()),
        "next": one.next.map(|day| day.to_string()),
    })
}

fn report(args: &Args, report: &RetentionReport) -> anyhow::Result<Outcome> {
    let overdue = report.overdue();
    let value = json!({
        "at": report.at.to_string(),
        "last_run": report.last_run.map(|at| at.to_string()),
        "clock_waits": report.clock_waits,
        "people_here": report.here,
        "overdue": overdue,
        "rules": report.rules.iter().map(rule_json).collect::<Vec<_>>(),
    });
    let day = |day: Option<Day>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    let mut lines = vec![format!(
        "{:<16} {:<12} {:>5} {:>9} {:>9} {:>6} {:<10} {:<10} decided",
        "rule", "clock", "time", "due", "overdue", "held", "oldest", "next"
    )];
    for one in &report.rules {
        let decided = if one.rule.own {
            "by the provider"
        } else {
            "default"
        };
        lines.push(format!(
            "{:<16} {:<12} {:>5} {:>9} {:>9} {:>6} {:<10} {:<10} {decided}",
            one.rule.name,
            one.rule.clock.as_code(),
            one.rule.time.to_string(),
            one.due,
            one.overdue,
            one.held,
            day(one.oldest),
            day(one.next)
        ));
    }
    lines.push(format!("overdue: {overdue}"));
    if report.clock_waits {
        lines.push("the next run waits for a person: lasna retention run --confirm-clock".into());
    }
    say(args, &value, lines)?;
    Ok(if overdue == 0 {
        Outcome::Ok
    } else {
        Outcome::Problems
    })
}

fn done(args: &Args, taken: &[Taken]) -> anyhow::Result<Outcome> {
    let rows: u64 = taken.iter().map(|one| one.rows).sum();
    let one = |t: &Taken| json!({ "rule": t.rule, "table": t.table, "rows": t.rows });
    let value = json!({ "rows": rows, "taken": taken.iter().map(one).collect::<Vec<_>>() });
    let mut lines: Vec<String> = taken
        .iter()
        .map(|t| format!("{:<16} {:<24} {}", t.rule, t.table, t.rows))
        .collect();
    lines.push(format!("{rows} rows were erased"));
    say(args, &value, lines)
}

fn holds(args: &Args, holds: &[Hold]) -> anyhow::Result<Outcome> {
    let one = |hold: &Hold| {
        json!({
            "no": hold.no,
            "at": hold.at.to_string(),
            "kind": hold.kind.as_code(),
            "about_a_person": hold.person.is_some(),
            "from": hold.entries.map(|(from, _)| from.to_string()),
            "to": hold.entries.map(|(_, to)| to.to_string()),
        })
    };
    let value = Value::Array(holds.iter().map(one).collect());
    let lines = holds.iter().map(|hold| {
        let what = match hold.entries {
            Some((from, to)) => format!("the log from {from} to {to}"),
            None => "everything about a pupil".to_owned(),
        };
        format!(
            "{:<4} {} {:<9} {what}",
            hold.no,
            hold.at,
            hold.kind.as_code()
        )
    });
    let lines: Vec<String> = match holds.is_empty() {
        true => vec!["nothing is held".to_owned()],
        false => lines.collect(),
    };
    say(args, &value, lines)
}

fn print_rules(args: &Args, rules: &Rules) -> anyhow::Result<Outcome> {
    let value: Vec<Value> = rules
        .all()
        .iter()
        .map(|rule| {
            json!({
                "rule": rule.name, "clock": rule.clock.as_code(), "time": rule.time.to_string(),
                "decided": rule.own, "source": rule.source, "tables": rule.tables,
            })
        })
        .collect();
    let lines = rules.all().iter().flat_map(|rule| {
        let mark = if rule.own { "" } else { "# " };
        [
            format!(
                "# from: {}; takes {}",
                rule.clock.as_code(),
                rule.tables.join(", ")
            ),
            format!("{mark}[{}]", rule.name),
            format!("{mark}time = \"{}\"", rule.time),
            format!(
                "{mark}decided = {:?}",
                if rule.own { &rule.source } else { "" }
            ),
            String::new(),
        ]
    });
    say(args, &Value::Array(value), lines.collect())
}

fn say(args: &Args, value: &Value, lines: Vec<String>) -> anyhow::Result<Outcome> {
    if args.json {
        output::json(value)?;
    } else {
        output::lines(lines)?;
    }
    Ok(Outcome::Ok)
}

/// Begins to look at the clock; ends when the sender is dropped.
pub fn begin(store: Store, data: PathBuf) -> Sender<()> {
    let (keep, ended) = channel();
    std::thread::spawn(move || {
        loop {
            if let Err(error) = look(&store, &data) {
                tracing::error!("what has passed its time was not erased: {error:#}");
            }
            if ended.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
    });
    keep
}

/// The latest instant at which the job was due.
const fn due(now: Instant) -> Instant {
    let day = 24 * HOUR_MICROS;
    let since = HOUR * HOUR_MICROS;
    Instant((now.0 - since).div_euclid(day) * day + since)
}

fn look(store: &Store, data: &Path) -> anyhow::Result<()> {
    let now = context::now();
    let due = due(now);
    let app = |at| App::operator(store.clone(), at);
    // Nothing is taken, nor noted, before a person made the first run.
    if !app(now)?.has_retention_run()? || !app(now)?.take_retention(due, LEASE_MINUTES)? {
        return Ok(());
    }
    let outcome = match erase(store, (data, &rules_of(data)?), now, false)? {
        WhatCame::Done(taken) => {
            let rows: u64 = taken.iter().map(|one| one.rows).sum();
            tracing::info!(rows, "what had passed its time was erased");
            "ok"
        }
        WhatCame::ClockWaits { last } => {
            tracing::warn!("{}", waits(last));
            "clock"
        }
    };
    app(context::now())?.end_retention(due, outcome)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_job_is_due_once_a_night() {
        for (now, expected) in [
            ("2026-11-22T02:00:00Z", "2026-11-22T02:00:00Z"),
            ("2026-11-22T01:59:59Z", "2026-11-21T02:00:00Z"),
            ("2026-11-22T23:00:00Z", "2026-11-22T02:00:00Z"),
        ] {
            assert_eq!(due(now.parse().unwrap()).to_string(), expected);
        }
    }
}

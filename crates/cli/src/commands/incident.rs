//! `lasna incident`: what an account or a session touched, the 72 hours, drafts of letters.
//!
//! Invariant: files are named by numbers; what is printed names people by number and source id of none.

use super::Outcome;
use crate::args::Args;
use crate::{context, output};
use anyhow::{Context as _, bail};
use clap::Subcommand;
use lasna_app::App;
use lasna_app::rights::{IncidentScope, LetterFor, letter};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::UserNo;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("whose").required(true))]
pub struct Whose {
    /// A session, by the id that its owner sees
    #[arg(long, group = "whose", value_name = "ID")]
    session: Option<String>,
    /// An account, by its number
    #[arg(long, group = "whose", value_name = "NUMBER", requires = "from")]
    account: Option<u32>,
    /// From this instant (UTC, like 2026-10-05T06:00:00Z); of a session from its begin
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// Up to this instant; now, or the end of the session, if left out
    #[arg(long, value_name = "INSTANT")]
    to: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum IncidentCommand {
    /// Enter an incident: its entries of the log are kept until it is ended
    Enter {
        #[command(flatten)]
        whose: Whose,
        /// When somebody noticed it; now if left out. From here the 72 hours run
        #[arg(long, value_name = "INSTANT")]
        noticed: Option<String>,
    },
    /// List incidents, with the hours of the 72 that are left
    List,
    /// End an incident
    End {
        /// Its number
        no: u32,
    },
    /// Every person and class of data that was touched, from the sealed log
    Scope {
        #[command(flatten)]
        whose: Whose,
    },
    /// Write drafts of letters in three languages, and a list of whom a person has to reach
    Letters {
        #[command(flatten)]
        whose: Whose,
        /// Folder to write into; it must not be there yet
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

fn instant(text: &str) -> anyhow::Result<Instant> {
    let parsed = text.parse();
    parsed.map_err(|_| anyhow::anyhow!("{text}: write an instant like 2026-10-05T06:00:00Z"))
}

fn span(app: &App, whose: &Whose) -> anyhow::Result<(UserNo, (Instant, Instant))> {
    let from = whose.from.as_deref().map(instant).transpose()?;
    let to = whose.to.as_deref().map(instant).transpose()?;
    let (user, begins, ends) = match (&whose.session, whose.account) {
        (Some(session), _) => app.session_span(session)?,
        (None, Some(no)) => (UserNo(no), Instant(0), Instant(app.now().0 + 1)),
        (None, None) => bail!("name a session or an account"),
    };
    let span = (from.unwrap_or(begins), to.unwrap_or(ends));
    Ok((user, span))
}

pub fn run(args: &Args, command: &IncidentCommand) -> anyhow::Result<Outcome> {
    let app = context::app(args)?;
    match command {
        IncidentCommand::Enter { whose, noticed } => {
            let (user, span) = span(&app, whose)?;
            let noticed = noticed.as_deref().map(instant).transpose()?;
            let no = app.enter_incident(user, span, noticed.unwrap_or(app.now()))?;
            match args.json {
                true => output::json(&json!({ "no": no }))?,
                false => output::lines([format!("incident {no} is open")])?,
            }
        }
        IncidentCommand::List => list(args, &app)?,
        IncidentCommand::End { no } => {
            app.end_incident(*no)?;
            match args.json {
                true => output::json(&json!({ "no": no }))?,
                false => output::lines([format!("incident {no} has ended")])?,
            }
        }
        IncidentCommand::Scope { whose } => {
            let (user, span) = span(&app, whose)?;
            let touched = app.incident_scope(user, span, app.now().day_in_finland())?;
            scope(args, &touched)?;
        }
        IncidentCommand::Letters { whose, out } => {
            let (user, span) = span(&app, whose)?;
            letters(args, &app, (user, span), out)?;
        }
    }
    Ok(Outcome::Ok)
}

fn list(args: &Args, app: &App) -> anyhow::Result<()> {
    let rows = app.incidents()?;
    if args.json {
        let row = |row: &lasna_app::rights::IncidentRow| {
            json!({
                "no": row.incident.no,
                "account": row.incident.user.0,
                "noticed_at": row.incident.noticed_at.to_string(),
                "from": row.incident.from.to_string(),
                "to": row.incident.to.to_string(),
                "open": row.incident.ended.is_none(),
                "hours_left": row.hours_left,
            })
        };
        return output::json(&rows.iter().map(row).collect::<Vec<Value>>());
    }
    output::lines(rows.iter().map(|row| {
        let state = match (row.incident.ended, row.hours_left) {
            (Some(_), _) => "ended".to_owned(),
            (None, left) if left > 0 => format!("{left} of 72 hours left"),
            (None, left) => format!("72 hours are over by {}", -left),
        };
        let (no, user) = (row.incident.no, row.incident.user);
        format!("{no}: account {user}, {state}")
    }))
}

fn scope(args: &Args, touched: &IncidentScope) -> anyhow::Result<()> {
    let codes = |one: &lasna_app::rights::Touched| -> Vec<&'static str> {
        one.classes.iter().map(|class| class.as_code()).collect()
    };
    if args.json {
        let people = touched.people.iter().map(|(person, one)| {
            json!({
                "person": person.0,
                "classes": codes(one),
                "alone": one.alone,
                "first": one.first.to_string(),
                "last": one.last.to_string(),
            })
        });
        return output::json(&json!({
            "entries": touched.entries,
            "erased": touched.erased,
            "people": people.collect::<Vec<Value>>(),
        }));
    }
    let head = format!(
        "{} people in {} entries, {} of them erased",
        touched.people.len(),
        touched.entries,
        touched.erased
    );
    let people = touched.people.iter().map(|(person, one)| {
        let how = if one.alone { "alone" } else { "in a list" };
        format!("person {person}: {how}: {}", codes(one).join(", "))
    });
    output::lines(std::iter::once(head).chain(people))
}

fn write(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let path = folder.join(name);
    let file = output::private_file(&path);
    let mut file = file.with_context(|| path.display().to_string())?;
    file.write_all(text.as_bytes())
        .with_context(|| path.display().to_string())
}

fn letters(
    args: &Args,
    app: &App,
    (user, span): (UserNo, (Instant, Instant)),
    out: &Path,
) -> anyhow::Result<()> {
    let today = app.now().day_in_finland();
    let touched = app.incident_scope(user, span, today)?;
    let letters = app.incident_letters(&touched, today)?;
    std::fs::create_dir(out).with_context(|| out.display().to_string())?;
    for (to, person, name, classes) in &letters.drafts {
        let kind = match to {
            LetterFor::Guardian => "guardian",
            LetterFor::Pupil => "pupil",
            LetterFor::Staff => "staff",
        };
        let text = letter(*to, name, classes);
        write(out, &format!("{kind}-{person}.txt"), &text)?;
    }
    let by_hand: String = letters
        .by_hand
        .iter()
        .map(|person| format!("person {person}\n"))
        .collect();
    write(out, "by-hand.txt", &by_hand)?;
    let (drafts, by_hand) = (letters.drafts.len(), letters.by_hand.len());
    match args.json {
        true => output::json(&json!({ "drafts": drafts, "by_hand": by_hand })),
        false => output::lines([format!("{drafts} drafts, {by_hand} to be reached by hand")]),
    }
}

//! `lasna figures`, `watch-list`, `explain` and `export`.
//!
//! Invariant: a rate is printed with its completeness and what it rests on.

use super::Outcome;
use crate::args::{Args, LevelArg, When};
use crate::{context, output};
use anyhow::Context as _;
use lasna_app::{FigureRow, Level, WatchRow};
use lasna_web::json::{ExplanationJson, FiguresJson, WatchJson};
use std::io::{BufWriter, Write as _};
use std::path::Path;

pub fn figures(args: &Args, level: LevelArg, when: &When) -> anyhow::Result<Outcome> {
    let (as_of, known_at) = context::when(when)?;
    let level = match level {
        LevelArg::Provider => Level::Provider,
        LevelArg::School => Level::School,
        LevelArg::Class => Level::Class,
        LevelArg::Pupil => Level::Pupil,
    };
    let rows = context::app(args)?.figures(level, as_of, known_at)?;
    if args.json {
        output::json(&rows.iter().map(FiguresJson::from).collect::<Vec<_>>())?;
    } else {
        let head = format!(
            "{:<24}{:>13}{:>12}{:>10}{:>10}  denominator  completeness",
            "", "possible", "absent", "rate", "marked"
        );
        output::lines(std::iter::once(head).chain(rows.iter().map(figure_line)))?;
    }
    Ok(Outcome::Ok)
}

fn figure_line(row: &FigureRow) -> String {
    let f = &row.figures;
    format!(
        "{:<24}{:>13}{:>12}{:>10}{:>10}  {:<11}  {}",
        row.id,
        f.possible,
        f.absent(),
        output::percent(f.rate()),
        output::percent(f.completeness()),
        f.denominator_code(),
        f.completeness_code()
    )
}

pub fn watch_list(
    args: &Args,
    school: Option<&str>,
    when: &When,
    model: Option<&str>,
) -> anyhow::Result<Outcome> {
    let (as_of, known_at) = context::when(when)?;
    let app = context::app(args)?;
    let model = context::model(&app, model, as_of)?;
    let rows = app.watch_list(&model, school, as_of, known_at)?;
    if args.json {
        output::json(&rows.iter().map(WatchJson::from).collect::<Vec<_>>())?;
    } else {
        let head = format!(
            "{} {} – {} rows as of {as_of}",
            model.reference(),
            model.title.en,
            rows.len()
        );
        output::lines(std::iter::once(head).chain(rows.iter().map(watch_line)))?;
    }
    Ok(Outcome::Ok)
}

fn watch_line(row: &WatchRow) -> String {
    format!(
        "{:<12}{:<16}{:<16}{:<20} since {}  {} = {}  ({} of marked, {} marked)",
        row.school,
        row.class,
        row.pupil,
        row.step,
        row.first_day,
        row.rule,
        row.counted,
        output::percent(row.figures.rate()),
        output::percent(row.figures.completeness()),
    )
}

pub fn explain(
    args: &Args,
    pupil: &str,
    when: &When,
    model: Option<&str>,
) -> anyhow::Result<Outcome> {
    let (as_of, known_at) = context::when(when)?;
    let app = context::app(args)?;
    let model = context::model(&app, model, as_of)?;
    let explanation = app.explain(&model, pupil, as_of, known_at)?;
    if args.json {
        output::json(&ExplanationJson::from(&explanation))?;
        return Ok(Outcome::Ok);
    }
    let mut lines: Vec<String> = explanation.steps.iter().map(watch_line).collect();
    if lines.is_empty() {
        lines.push("no step is reached".into());
    }
    lines.extend(explanation.marks.iter().map(|mark| {
        format!(
            "{} {} {:<16} {:<10} {:<12} {:>3} of {:>3} min",
            mark.day,
            mark.start,
            mark.class,
            mark.presence.as_code(),
            mark.approval.as_code(),
            mark.minutes,
            mark.possible
        )
    }));
    output::lines(lines)?;
    Ok(Outcome::Ok)
}

pub fn export(args: &Args, out: &Path) -> anyhow::Result<Outcome> {
    let app = context::app(args)?;
    std::fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    let create = |name: &str| output::private_file(&out.join(name));
    app.export_roster(BufWriter::new(create("roster.zip")?))?;
    let mut facts = BufWriter::new(create("facts.csv")?);
    app.export_facts(&mut facts)?;
    facts.flush()?;
    let mut files = vec!["roster.zip".to_owned(), "facts.csv".to_owned()];
    app.export_tables(&mut |name| {
        files.push(name.to_owned());
        let file = output::private_file(&out.join(name)).map_err(std::io::Error::other)?;
        Ok(Box::new(BufWriter::new(file)))
    })?;
    if args.json {
        output::json(&serde_json::json!({ "files": files }))?;
    } else {
        output::lines([format!("written: {}", files.join(", "))])?;
    }
    Ok(Outcome::Ok)
}

//! What a command works with: the clock, the store, the model in force, the log.
//!
//! Invariant: this is the only place that reads the clock and makes randomness.

use crate::args::{Args, When};
use anyhow::{Context as _, anyhow};
use lasna_app::{App, AppError};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::Model;
use lasna_formats::model::{ModelProblem, preset, read_model};
use lasna_store::Store;
use lasna_store::db::{DbError, ErrorKind, Place};
use std::io::Read as _;

/// Now, UTC.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub fn now() -> Instant {
    Instant(jiff::Timestamp::now().as_microsecond())
}

/// The civil day in Finland.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub fn today() -> Day {
    let now = jiff::Timestamp::now();
    let zone = jiff::tz::TimeZone::get("Europe/Helsinki").unwrap_or(jiff::tz::TimeZone::UTC);
    Day::from_date(zone.to_datetime(now).date())
}

/// 256 bits as hex.
pub fn token() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no randomness: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("LASNA_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

pub fn place(args: &Args) -> Place {
    match (&args.database, &args.data) {
        (Some(url), _) => Place::Url(url.clone()),
        (None, Some(folder)) => Place::Folder(folder.clone()),
        (None, None) => Place::Folder("lasna-data".into()),
    }
}

pub fn store(args: &Args) -> anyhow::Result<Store> {
    let store = Store::open(place(args))?;
    store.database().on_fatal(|error| {
        // A storage that may have lost a sync must not be written again.
        eprintln!("lasna: the storage failed, stopping: {error}");
        std::process::exit(1);
    });
    Ok(store)
}

pub fn app(args: &Args) -> anyhow::Result<App> {
    Ok(App::operator(store(args)?, now())?)
}

/// The asked day and instant.
pub fn when(when: &When) -> anyhow::Result<(Day, Instant)> {
    let as_of = match &when.as_of {
        Some(text) => text.parse().with_context(|| format!("--as-of {text}"))?,
        None => today(),
    };
    let known_at = match &when.known_at {
        Some(text) => text.parse().with_context(|| format!("--known-at {text}"))?,
        None => Instant::LATEST,
    };
    Ok((as_of, known_at))
}

/// The text of a file, of standard input (`-`) or of a preset.
pub fn model_text(name: &str) -> anyhow::Result<String> {
    if name == "-" {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("standard input")?;
        return Ok(text);
    }
    match std::fs::read_to_string(name) {
        Ok(text) => Ok(text),
        Err(error) => preset(name)
            .ok_or_else(|| anyhow!("{name}: {error}, and no preset has this name (model list)")),
    }
}

/// Reads a model; its problems come back as they are.
pub fn parse_model(text: &str) -> Result<Model, Vec<ModelProblem>> {
    read_model(text, &|reference| preset(reference))
}

/// A model that must be right.
pub fn model_named(name: &str) -> anyhow::Result<Model> {
    parse_model(&model_text(name)?).map_err(|problems| problems_text(name, &problems))
}

fn problems_text(name: &str, problems: &[ModelProblem]) -> anyhow::Error {
    let lines: Vec<String> = problems.iter().map(|p| format!("{name}:{p}")).collect();
    anyhow!("{}", lines.join("\n"))
}

/// The model that a command names, else the one in force.
pub fn model(app: &App, name: Option<&str>) -> anyhow::Result<Model> {
    if let Some(name) = name {
        return model_named(name);
    }
    in_force(app).map_err(|message| anyhow!("{message}"))
}

/// The model in force.
pub fn in_force(app: &App) -> Result<Model, String> {
    let stored = app.model_text().map_err(|error| error.to_string())?;
    let text = stored.or_else(|| preset(lasna_app::DEFAULT_MODEL));
    let text = text.ok_or("there is no model in force")?;
    parse_model(&text).map_err(|problems| problems_text("model", &problems).to_string())
}

/// Whether the set-up is to blame.
pub fn is_configuration(error: &anyhow::Error) -> bool {
    let of_app = error
        .downcast_ref::<AppError>()
        .is_some_and(AppError::is_configuration);
    let of_store = error
        .downcast_ref::<DbError>()
        .is_some_and(|error| error.kind() == ErrorKind::Configuration);
    of_app || of_store
}

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
use std::sync::Arc;

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

/// A clock that begins at an instant and goes on from there, as the town of the demo has it.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub fn clock_from(from: Instant) -> Arc<dyn Fn() -> Instant + Send + Sync> {
    let started = std::time::Instant::now();
    Arc::new(move || Instant(from.0 + started.elapsed().as_micros() as i64 + 1))
}

/// 256 bits.
pub fn random() -> Result<[u8; 32], String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| format!("no randomness: {error}"))?;
    Ok(bytes)
}

/// 256 bits as hex.
pub fn token() -> anyhow::Result<String> {
    let bytes = random().map_err(|error| anyhow!("{error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A password that can be read aloud: four groups of four, without letters that look alike.
pub fn first_password() -> anyhow::Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567892";
    let bytes = random().map_err(|error| anyhow!("{error}"))?;
    let letters: Vec<char> = bytes[..16]
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
        .collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    Ok(groups.join("-"))
}

/// Lines for people on a terminal, else one JSON document a line; either way nothing that was sent
/// can begin a line of its own.
pub fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("LASNA_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        log.with_ansi(true).init();
    } else {
        log.json().with_span_list(false).init();
    }
    // What a panic says may quote data: only its place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "the program has a fault");
    }));
}

pub fn place(args: &Args) -> Place {
    match (&args.database, &args.data) {
        (Some(url), _) => Place::Url(match std::env::var("PGPASSWORD") {
            Ok(password) => with_password(url, &password),
            Err(_) => url.clone(),
        }),
        (None, Some(folder)) => Place::Folder(folder.clone()),
        (None, None) => Place::Folder("lasna-data".into()),
    }
}

/// The address with a password, unless it has one.
fn with_password(url: &str, password: &str) -> String {
    let user = url.split_once("://").map_or("", |(_, rest)| rest);
    let user = user.split(['/', '?']).next().unwrap_or("");
    let has = user
        .rsplit_once('@')
        .is_some_and(|(user, _)| user.contains(':'));
    if has || url.contains("password=") {
        return url.to_owned();
    }
    let sign = if url.contains('?') { '&' } else { '?' };
    let encoded: String = password
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    format!("{url}{sign}password={encoded}")
}

pub fn store(args: &Args) -> anyhow::Result<Store> {
    store_at(args, place(args))
}

pub fn store_at(args: &Args, place: Place) -> anyhow::Result<Store> {
    let keys = crate::key_file::source(args, &place);
    let store = Store::open(place, keys)?;
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

/// The text of a file, or of standard input (`-`).
pub fn file_text(name: &str) -> anyhow::Result<String> {
    if name == "-" {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(name).with_context(|| name.to_owned())
}

/// The text of a file, of standard input (`-`) or of a preset.
pub fn model_text(name: &str) -> anyhow::Result<String> {
    if name == "-" {
        return file_text(name);
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

/// A model that must be right, and its text.
pub fn model_named(name: &str) -> anyhow::Result<(Model, String)> {
    let text = model_text(name)?;
    let model = parse_model(&text).map_err(|problems| problems_text(name, &problems))?;
    Ok((model, text))
}

fn problems_text(name: &str, problems: &[ModelProblem]) -> anyhow::Error {
    let lines: Vec<String> = problems.iter().map(|p| format!("{name}:{p}")).collect();
    anyhow!("{}", lines.join("\n"))
}

/// The model that a command names, else the one in force.
pub fn model(app: &App, name: Option<&str>, day: Day) -> anyhow::Result<Model> {
    if let Some(name) = name {
        return Ok(model_named(name)?.0);
    }
    in_force(app, day).map_err(|message| anyhow!("{message}"))
}

/// The model in force on a day.
pub fn in_force(app: &App, day: Day) -> Result<Model, String> {
    let stored = app.model_text(day).map_err(|error| error.to_string())?;
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
    of_app || of_store || error.is::<crate::safety::Unsafe>()
}

#[cfg(test)]
mod tests {
    use super::with_password;

    #[test]
    fn a_password_of_the_environment_goes_into_an_address_without_one() {
        let with = |url| with_password(url, "a&b");
        assert_eq!(
            with("postgres://lasna@localhost/lasna"),
            "postgres://lasna@localhost/lasna?password=%61%26%62"
        );
        assert_eq!(
            with("postgres://lasna@/lasna?host=/run"),
            "postgres://lasna@/lasna?host=/run&password=%61%26%62"
        );
        for url in [
            "postgres://lasna:own@localhost/lasna",
            "postgres://lasna@localhost/lasna?password=own",
        ] {
            assert_eq!(with(url), url);
        }
    }
}

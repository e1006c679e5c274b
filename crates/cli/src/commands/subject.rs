//! `lasna subject`: a copy of everything about one pupil, prepared here and released by another.
//!
//! Invariant: files of a copy are for their owner only, and never take the name of a file that is there.

use super::Outcome;
use crate::args::Args;
use crate::privacy_args::SubjectCommand;
use crate::{context, output};
use anyhow::{Context as _, bail};
use lasna_app::App;
use lasna_app::identity::Wish;
use lasna_app::privacy::Waiting;
use lasna_app::{AppError, SignedIn};
use lasna_domain::model::Language;
use lasna_store::Store;
use serde_json::json;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

const PAGE: &str = "copy.html";
const DATA: &str = "copy.json";

pub fn run(args: &Args, command: &SubjectCommand) -> anyhow::Result<Outcome> {
    let store = context::store(args)?;
    match command {
        SubjectCommand::Export { pupil, out, lang } => {
            export(args, store, (pupil, out), super::gdpr::language(*lang))
        }
        SubjectCommand::List => {
            let app = App::operator(store, context::now())?;
            list(args, &app.copies()?)
        }
        SubjectCommand::Release { no, dir, login } => release(args, store, *no, (dir, login)),
    }
}

fn export(
    args: &Args,
    store: Store,
    (pupil, out): (&str, &Path),
    language: Language,
) -> anyhow::Result<Outcome> {
    let app = App::operator(store, context::now())?;
    let shown = || out.display().to_string();
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(out).with_context(shown)?;
    for name in [PAGE, DATA] {
        if out.join(name).exists() {
            bail!(
                "{} is there: name an empty folder",
                out.join(name).display()
            );
        }
    }
    let begun = std::time::Instant::now();
    let copy = app.prepare_copy(pupil, language)?;
    for (name, text) in [(PAGE, &copy.html), (DATA, &copy.json)] {
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(out.join(name))
            .with_context(shown)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
    }
    if args.json {
        output::json(&json!({
            "copy": copy.no, "digest": copy.digest, "released": false,
            "milliseconds": begun.elapsed().as_millis(),
        }))?;
    } else {
        output::lines([
            format!("copy {} is prepared in {}", copy.no, out.display()),
            format!("sha256 {}", copy.digest),
            format!(
                "Another person reads it whole, above all the notes, and releases it: \
                 lasna subject release {} --dir {} --login LOGIN",
                copy.no,
                out.display()
            ),
        ])?;
    }
    Ok(Outcome::Ok)
}

fn list(args: &Args, copies: &[Waiting]) -> anyhow::Result<Outcome> {
    if args.json {
        let one = |copy: &Waiting| {
            json!({
                "copy": copy.no, "at": copy.at.to_string(), "digest": copy.digest, "by": copy.by,
                "released": copy.released.map(|at| at.to_string()),
            })
        };
        output::json(&copies.iter().map(one).collect::<Vec<_>>())?;
    } else {
        output::lines(copies.iter().map(|copy| {
            let released = match copy.released {
                Some(at) => format!("released at {at}"),
                None => "waits for another person".to_owned(),
            };
            format!("{:<4} {} by {}: {released}", copy.no, copy.at, copy.by)
        }))?;
    }
    Ok(Outcome::Ok)
}

/// The account of a person who signs in here, with what is typed.
fn signed_in(store: &Store, login: &str) -> anyhow::Result<App> {
    let mut typed = std::io::stdin().lock().lines();
    let mut next = || typed.next().transpose().map(Option::unwrap_or_default);
    let (half, session) = (context::token()?, context::token()?);
    let now = context::now();
    let password = next()?;
    let mut token = &half;
    let mut came = App::sign_in(store, now, (login, &password), half.as_str())?;
    if came == SignedIn::SecondFactor {
        let wish = Wish::from(session.as_str());
        came = App::sign_in_with_code(store, now, (&half, next()?.trim()), &wish)?;
        token = &session;
    }
    if came != SignedIn::Ready {
        return Err(AppError::PasswordDue.into());
    }
    Ok(App::with_session(store.clone(), now, token)?.tied()?)
}

fn release(
    args: &Args,
    store: Store,
    no: u32,
    (dir, login): (&Path, &str),
) -> anyhow::Result<Outcome> {
    let read = |name: &str| {
        let file = dir.join(name);
        fs::read_to_string(&file).with_context(|| file.display().to_string())
    };
    let (html, json_text) = (read(PAGE)?, read(DATA)?);
    let app = signed_in(&store, login)?;
    app.release_copy(no, &json_text, &html)?;
    if args.json {
        output::json(&json!({ "copy": no, "released": true }))?;
    } else {
        output::lines([format!("copy {no} may be given out")])?;
    }
    Ok(Outcome::Ok)
}

//! `lasna user link`, `unlink` and `invite`: whom an identity provider may sign in.
//!
//! Invariant: what a provider calls a person comes on standard input, never in a flag.

use super::Outcome;
use crate::args::Args;
use crate::{context, output};
use anyhow::Context as _;
use lasna_app::identity::oidc::INVITATION_HOURS;
use serde_json::json;
use std::io::Read as _;

/// Bytes of what a provider calls a person, at most.
const SUBJECT_MOST: u64 = 1000;

pub fn link(args: &Args, login: &str, issuer: &str) -> anyhow::Result<Outcome> {
    let mut subject = String::new();
    std::io::stdin()
        .take(SUBJECT_MOST)
        .read_to_string(&mut subject)
        .context("standard input")?;
    let no = context::app(args)?.link_account(login, (issuer, subject.trim()))?;
    if args.json {
        output::json(&json!({ "no": no.0, "login": login, "issuer": issuer }))?;
    } else {
        output::lines([format!("account {no} is linked to a person of {issuer}")])?;
    }
    Ok(Outcome::Ok)
}

pub fn unlink(args: &Args, login: &str, issuer: Option<&str>) -> anyhow::Result<Outcome> {
    let (no, ended) = context::app(args)?.unlink_account(login, issuer)?;
    if args.json {
        output::json(&json!({ "no": no.0, "login": login, "ended": ended }))?;
    } else {
        output::lines([format!("account {no}: {ended} links have ended")])?;
    }
    Ok(Outcome::Ok)
}

pub fn invite(args: &Args, login: &str) -> anyhow::Result<Outcome> {
    let random = context::random().map_err(|error| anyhow::anyhow!("{error}"))?;
    let app = context::app(args)?;
    // The clock of a demo town is ahead of this machine's.
    let now = app.latest_audit()?.max(context::now());
    let code = app.at(now).invite(login, &random)?;
    if args.json {
        output::json(&json!({ "login": login, "code": code, "hours": INVITATION_HOURS }))?;
    } else {
        output::lines([
            format!(
                "give {login} this code: typed at /invitation within {INVITATION_HOURS} hours it \
                 links the account to whoever signs in then; it is shown this once:"
            ),
            code,
        ])?;
    }
    Ok(Outcome::Ok)
}

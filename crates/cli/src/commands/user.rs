//! `lasna user`: accounts are made, listed, given a new first password and ended.
//!
//! Invariant: a token or a first password is printed once and kept nowhere.

use super::{Outcome, links};
use crate::args::{Args, RoleArg, UserCommand};
use crate::identity_args::LinkCommand;
use crate::{context, output};
use anyhow::Context as _;
use lasna_app::{ListedAccount, NewPerson, WhichAccount};
use lasna_domain::access::UserRole;
use lasna_domain::ids::UserNo;
use serde_json::json;

pub fn user(args: &Args, command: &UserCommand) -> anyhow::Result<Outcome> {
    match command {
        UserCommand::Add {
            role,
            school,
            login: None,
            ..
        } => machine(args, role_of(*role), school.as_deref()),
        UserCommand::Add { login: Some(_), .. } => person(args, command),
        UserCommand::DayPass {
            login,
            teacher,
            day,
        } => {
            let day = match day {
                Some(text) => text.parse().with_context(|| format!("--day {text}"))?,
                None => context::today(),
            };
            context::app(args)?.give_day_pass(login, day, teacher)?;
            output::lines([format!("{login} gives the lessons of {teacher} on {day}")])?;
            Ok(Outcome::Ok)
        }
        UserCommand::Link(LinkCommand::Link { login, issuer }) => links::link(args, login, issuer),
        UserCommand::Link(LinkCommand::Unlink { login, issuer }) => {
            links::unlink(args, login, issuer.as_deref())
        }
        UserCommand::Link(LinkCommand::Invite { login }) => links::invite(args, login),
        UserCommand::FirstAdmin => first_admin(args),
        UserCommand::ResetFactors { login } => reset_factors(args, login),
        UserCommand::List => list(args),
        UserCommand::Password { login } => password(args, login),
        UserCommand::End { login, no } => end(args, login.as_deref(), *no),
    }
}

const fn role_of(role: RoleArg) -> UserRole {
    match role {
        RoleArg::Coordinator => UserRole::Coordinator,
        RoleArg::Principal => UserRole::Principal,
        RoleArg::SkyWorker => UserRole::SkyWorker,
        RoleArg::Teacher => UserRole::Teacher,
        RoleArg::Substitute => UserRole::Substitute,
        RoleArg::Administrator => UserRole::Administrator,
        RoleArg::Service => UserRole::Service,
        RoleArg::Oversight => UserRole::Oversight,
    }
}

fn person(args: &Args, command: &UserCommand) -> anyhow::Result<Outcome> {
    let UserCommand::Add {
        role,
        school,
        login: Some(login),
        name,
        person,
        lang,
        no_password,
    } = command
    else {
        return Ok(Outcome::Problems);
    };
    let password = match no_password {
        true => None,
        false => Some(context::first_password()?),
    };
    let salt = salt()?;
    let new = NewPerson {
        role: role_of(*role),
        school: school.as_deref(),
        login,
        name: name.as_deref().unwrap_or_default(),
        person: person.as_deref(),
        password: password.as_deref().map(|password| (password, salt)),
        language: lang.map(super::model::language),
    };
    context::app(args)?.add_person(&new)?;
    let role = role_of(*role).as_code();
    if args.json {
        output::json(
            &json!({ "role": role, "school": school, "login": login, "password": password }),
        )?;
    } else if let Some(password) = password {
        output::lines([
            format!(
                "account {role} made for the login {login}; its first password is shown this once:"
            ),
            password,
        ])?;
    } else {
        output::lines([format!(
            "account {role} made for the login {login}; link it to a person of a provider: \
             lasna user invite --login {login}"
        )])?;
    }
    Ok(Outcome::Ok)
}

fn machine(args: &Args, role: UserRole, school: Option<&str>) -> anyhow::Result<Outcome> {
    let token = context::token()?;
    context::app(args)?.add_user(role, school, &token)?;
    if args.json {
        output::json(&json!({ "role": role.as_code(), "school": school, "token": token }))?;
    } else {
        output::lines([
            format!(
                "account {} made; its token is shown this once:",
                role.as_code()
            ),
            token,
        ])?;
    }
    Ok(Outcome::Ok)
}

fn salt() -> anyhow::Result<[u8; 16]> {
    let random = context::random().map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut salt = [0; 16];
    salt.copy_from_slice(&random[..16]);
    Ok(salt)
}

fn list(args: &Args) -> anyhow::Result<Outcome> {
    let accounts = context::app(args)?.accounts()?;
    if args.json {
        let row = |row: &ListedAccount| {
            json!({
                "no": row.no.0,
                "role": row.role,
                "school": row.school,
                "login": row.login,
                "ended": row.ended.map(|at| at.to_string()),
            })
        };
        output::json(&accounts.iter().map(row).collect::<Vec<_>>())?;
        return Ok(Outcome::Ok);
    }
    let line = |no: &str, role: &str, school: &str, login: &str, ended: &str| {
        let text = format!("{no:>5}  {role:<14}{school:<20}{login:<24}{ended}");
        text.trim_end().to_owned()
    };
    let row = |row: &ListedAccount| {
        let ended = row
            .ended
            .map_or(String::new(), |at| format!("ended {}", at.day_in_finland()));
        let (school, login) = (row.school.as_deref(), row.login.as_deref());
        line(
            &row.no.to_string(),
            &row.role,
            school.unwrap_or("-"),
            login.unwrap_or("-"),
            &ended,
        )
    };
    let head = line("no", "role", "school", "login", "");
    output::lines(std::iter::once(head).chain(accounts.iter().map(row)))?;
    Ok(Outcome::Ok)
}

fn password(args: &Args, login: &str) -> anyhow::Result<Outcome> {
    let password = context::first_password()?;
    let no = context::app(args)?.new_first_password(login, (&password, salt()?))?;
    if args.json {
        output::json(&json!({ "no": no.0, "login": login, "password": password }))?;
    } else {
        output::lines([
            format!("a new first password for the login {login} is shown this once:"),
            password,
        ])?;
    }
    Ok(Outcome::Ok)
}

fn first_admin(args: &Args) -> anyhow::Result<Outcome> {
    let random = context::random().map_err(|error| anyhow::anyhow!("{error}"))?;
    let code = context::app(args)?.first_code(&random)?;
    if args.json {
        let minutes = lasna_app::identity::FIRST_CODE_MINUTES;
        output::json(&json!({ "code": code, "minutes": minutes }))?;
    } else {
        output::lines([
            "type this code at /first within an hour; it is shown this once:".to_owned(),
            code,
        ])?;
    }
    Ok(Outcome::Ok)
}

fn reset_factors(args: &Args, login: &str) -> anyhow::Result<Outcome> {
    let no = context::app(args)?.end_factors(login)?;
    if args.json {
        output::json(&json!({ "no": no.0, "login": login }))?;
    } else {
        output::lines([format!("the second factors of account {no} have ended")])?;
    }
    Ok(Outcome::Ok)
}

fn end(args: &Args, login: Option<&str>, no: Option<u32>) -> anyhow::Result<Outcome> {
    let which = match (login, no) {
        (Some(login), _) => WhichAccount::Login(login),
        (None, no) => WhichAccount::No(UserNo(no.unwrap_or_default())),
    };
    let no = context::app(args)?.end_account(which)?;
    if args.json {
        output::json(&json!({ "ended": no.0 }))?;
    } else {
        output::lines([format!("account {no} has ended")])?;
    }
    Ok(Outcome::Ok)
}

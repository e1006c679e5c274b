//! `lasna gdpr`: the record, the draft of the assessment, notices.
//!
//! Invariant: nothing here reads a row of the database.

use super::Outcome;
use super::backup::files;
use crate::args::{Args, LanguageArg};
use crate::output;
use crate::privacy_args::{GdprCommand, NoticeFor};
use lasna_app::privacy::{Entry, Reader, Register, dpia, notice, record};
use lasna_app::retention::Rules;
use lasna_domain::model::Language;
use serde_json::{Value, json};

pub const fn language(lang: LanguageArg) -> Language {
    match lang {
        LanguageArg::Fi => Language::Fi,
        LanguageArg::Sv => Language::Sv,
        LanguageArg::En => Language::En,
    }
}

pub fn run(args: &Args, command: &GdprCommand) -> anyhow::Result<Outcome> {
    let rules = super::retention::rules_of(&files::data_folder(args))?;
    let version = env!("CARGO_PKG_VERSION");
    let text = match command {
        GdprCommand::Record { .. } if args.json => {
            let register = Register::of(&rules).map_err(anyhow::Error::msg)?;
            output::json(&register_json(&register, &rules))?;
            return Ok(Outcome::Ok);
        }
        GdprCommand::Record { lang } => record(language(*lang), &rules, version),
        GdprCommand::Dpia { lang } => dpia(language(*lang), &rules),
        GdprCommand::Notice { reader, lang } => {
            let reader = match reader {
                NoticeFor::Pupil => Reader::Pupil,
                NoticeFor::Guardian => Reader::Guardian,
                NoticeFor::Staff => Reader::Staff,
            };
            notice(language(*lang), reader, &rules)
        }
    };
    let text = text.map_err(anyhow::Error::msg)?;
    if args.json {
        output::json(&json!({ "markdown": text }))?;
    } else {
        output::lines(text.lines().map(str::to_owned))?;
    }
    Ok(Outcome::Ok)
}

fn register_json(register: &Register, rules: &Rules) -> Value {
    let entry = |entry: &Entry| {
        let kept = entry.rules.iter().filter_map(|name| rules.get(name));
        let kept: Vec<Value> = kept
            .map(|rule| {
                json!({
                    "rule": rule.name, "clock": rule.clock.as_code(),
                    "time": rule.time.to_string(), "decided": rule.own, "source": rule.source,
                })
            })
            .collect();
        json!({
            "purpose": entry.purpose, "people": entry.says.people, "basis": entry.says.basis,
            "special_categories": entry.says.special, "recipients": entry.says.receives,
            "classes": entry.classes, "tables": entry.tables, "columns": entry.columns,
            "retention": kept,
        })
    };
    json!({
        "tables": register.tables,
        "columns": register.columns,
        "columns_in_exports": register.exported,
        "columns_in_subject_copies": register.copied,
        "purposes": register.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

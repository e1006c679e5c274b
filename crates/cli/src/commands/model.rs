//! `lasna model …`.
//!
//! Invariant: a file with problems is never put in force.

use super::{Outcome, checked};
use crate::args::{Args, LanguageArg, ModelCommand};
use crate::{context, output};
use lasna_domain::model::Language;
use lasna_formats::model::presets;
use serde_json::json;

pub(super) const fn language(arg: LanguageArg) -> Language {
    match arg {
        LanguageArg::Fi => Language::Fi,
        LanguageArg::Sv => Language::Sv,
        LanguageArg::En => Language::En,
    }
}

pub fn run(args: &Args, command: &ModelCommand) -> anyhow::Result<Outcome> {
    match command {
        ModelCommand::Check { file } => check(args, file),
        ModelCommand::Diff { a, b, lang } => {
            if a == "-" && b == "-" {
                anyhow::bail!("only one of the two can come from standard input");
            }
            let ((a, _), (b, _)) = (context::model_named(a)?, context::model_named(b)?);
            let lines = lasna_app::model::diff(&a, &b, language(*lang));
            if args.json {
                output::json(&lines)?;
            } else {
                output::lines(lines)?;
            }
            Ok(Outcome::Ok)
        }
        ModelCommand::Guide { file, lang } => {
            let (model, _) = context::model_named(file)?;
            let text = lasna_app::model::guide(&model, language(*lang)).to_markdown();
            if args.json {
                output::json(&json!({ "model": model.reference(), "markdown": text }))?;
            } else {
                output::lines([text])?;
            }
            Ok(Outcome::Ok)
        }
        ModelCommand::Adopt { file } => {
            let (model, text) = context::model_named(file)?;
            context::app(args)?.adopt_model(&model, &text)?;
            let from = model.valid.to_string();
            if args.json {
                output::json(&json!({ "adopted": model.reference(), "valid": from }))?;
            } else {
                output::lines([format!("{} is in force from {from}", model.reference())])?;
            }
            Ok(Outcome::Ok)
        }
        ModelCommand::List => {
            let names: Vec<&str> = presets().iter().map(|(name, _)| *name).collect();
            if args.json {
                output::json(&names)?;
            } else {
                output::lines(names.into_iter().map(str::to_owned))?;
            }
            Ok(Outcome::Ok)
        }
    }
}

fn check(args: &Args, file: &str) -> anyhow::Result<Outcome> {
    let text = context::model_text(file)?;
    let problems = context::parse_model(&text).err().unwrap_or_default();
    checked(args, file, &problems, |p| {
        json!({
            "file": file, "line": p.line, "column": p.column, "code": p.code,
            "message": p.message, "mend": p.mend,
        })
    })
}

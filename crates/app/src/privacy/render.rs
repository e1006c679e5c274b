//! A copy as a page for people and as JSON for machines.
//!
//! Invariant: every value of the copy is in both, and nothing of it is read as markup.

use super::copy::{CopiedTable, SubjectCopy};
use super::words::Words;
use crate::rights::LogPlace;
use lasna_domain::attendance::{Approval, Presence, Reason};
use lasna_domain::calendar::{Day, Instant, TimeOfDay};
use lasna_domain::model::Language;
use lasna_store::db::Value;
use serde_json::{Map, json};

const DAYS: [&str; 5] = ["day", "review", "birth_date", "starts", "ends"];
const INSTANTS: [&str; 2] = ["known_at", "at"];
const TIMES: [&str; 3] = ["start", "start_from", "start_to"];
const FLAGS: [&str; 4] = ["ended", "enabled", "is_primary", "contact"];

/// The part of the page in which a table stands.
fn part_of(table: &str) -> &'static str {
    match table {
        "mark_fact" => "marks",
        "mark_reason" => "reasons",
        "timetable_version" => "timetable",
        "signal_act" | "signal_note" => "acts",
        "family_tie" => "family",
        _ => "roster",
    }
}

/// The code of a value that is kept as a number; `None` where it is none.
fn code_of(table: &str, column: &str, n: i64) -> Option<&'static str> {
    let at = usize::try_from(n).ok()?;
    match (table, column) {
        ("mark_fact", "presence") => Presence::ALL.get(at).map(|one| one.as_code()),
        ("mark_fact", "approval") => Approval::ALL.get(at).map(|one| one.as_code()),
        ("mark_reason", "reason") => Reason::ALL.get(at).map(|one| one.as_code()),
        _ => None,
    }
}

/// A value as the machine's text has it: dates, instants and codes in words.
fn plain(table: &str, column: &str, value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Text(text) => json!(text),
        Value::Bytes(_) => serde_json::Value::Null,
        Value::Int(n) if FLAGS.contains(&column) => json!(*n == 1),
        Value::Int(n) if INSTANTS.contains(&column) => json!(Instant(*n).to_string()),
        Value::Int(n) if DAYS.contains(&column) => match i32::try_from(*n) {
            Ok(day) if (0..100_000).contains(&day) => json!(Day(day).to_string()),
            _ => serde_json::Value::Null,
        },
        Value::Int(n) if TIMES.contains(&column) => match u16::try_from(*n) {
            Ok(minute) if minute < 1440 => json!(TimeOfDay(minute).to_string()),
            _ => json!("whole_day"),
        },
        Value::Int(n) => match code_of(table, column, *n) {
            Some(code) => json!(code),
            None => json!(n),
        },
    }
}

pub(super) fn json(copy: &SubjectCopy) -> String {
    let rows = |table: &CopiedTable| -> serde_json::Value {
        let row = |row: &Vec<Value>| {
            let cells = table.columns.iter().zip(row);
            let cells = cells.map(|(name, value)| (name.clone(), plain(&table.name, name, value)));
            serde_json::Value::Object(cells.collect::<Map<_, _>>())
        };
        table.rows.iter().map(row).collect()
    };
    let tables: Map<String, serde_json::Value> = copy
        .tables
        .iter()
        .map(|table| (table.name.clone(), rows(table)))
        .collect();
    let log: Vec<serde_json::Value> = copy
        .log
        .lines
        .iter()
        .map(|line| {
            json!({
                "day": line.day.to_string(), "place": place(&line.place), "times": line.times,
                "role": line.role.as_code(), "action": line.action.as_code(),
                "purpose": line.purpose.map(|purpose| purpose.as_code()),
                "alone": line.alone, "refused": line.refused,
            })
        })
        .collect();
    let value = json!({
        "copy": copy.no, "pupil": copy.pupil, "made": copy.made.to_string(),
        "tables": tables, "log": log, "left_out": copy.left_out,
    });
    format!("{value:#}\n")
}

fn place(place: &LogPlace) -> String {
    match place {
        LogPlace::School(name) => name.clone(),
        LogPlace::Provider => "provider".to_owned(),
        LogPlace::Machine => "machine".to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A value as a person reads it.
fn cell(words: Words, table: &str, column: &str, value: &Value) -> String {
    let text = match plain(table, column, value) {
        serde_json::Value::Null => return "–".to_owned(),
        serde_json::Value::Bool(flag) => words.say("value", if flag { "true" } else { "false" }),
        serde_json::Value::String(text) => {
            let is_code = !["note", "id", "person", "name", "login"].contains(&column);
            let word = words.say("value", &text);
            match is_code && !word.starts_with('⟦') {
                true => word,
                false => text,
            }
        }
        other => other.to_string(),
    };
    escaped(&text)
}

fn table_html(words: Words, table: &CopiedTable, out: &mut String) {
    if table.rows.is_empty() {
        return;
    }
    out.push_str("<div class=\"wide\"><table>\n<thead><tr>");
    for column in &table.columns {
        let head = escaped(&words.say("column", column));
        out.push_str(&format!("<th scope=\"col\">{head}</th>"));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (column, value) in table.columns.iter().zip(row) {
            let text = cell(words, &table.name, column, value);
            out.push_str(&format!("<td>{text}</td>"));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
}

const STYLE: &str = "body{font:1rem/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}\
.wide{overflow-x:auto}table{border-collapse:collapse}th,td{border:1px solid;padding:.25rem .5rem;\
text-align:left;vertical-align:top}:root{color-scheme:light dark}";

pub(super) fn html(words: Words, language: Language, copy: &SubjectCopy) -> String {
    let code = match language {
        Language::Fi => "fi",
        Language::Sv => "sv",
        Language::En => "en",
    };
    let say = |key: &str| escaped(&words.say("copy", key));
    let number = copy.no.to_string();
    let date = copy.made.to_string();
    let blanks = [
        ("no", number.as_str()),
        ("date", &date),
        ("pupil", &copy.pupil),
    ];
    let about = escaped(&words.fill("copy", "about", &blanks));
    let title = say("title");
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{code}\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}</style></head>\n<body><main>\n<h1>{title}</h1>\n<p>{about}</p>\n"
    );
    for part in ["roster", "marks", "reasons", "timetable", "acts", "family"] {
        out.push_str(&format!("<h2>{}</h2>\n", say(part)));
        let own = copy
            .tables
            .iter()
            .filter(|table| part_of(&table.name) == part);
        let mut any = false;
        for table in own {
            any |= !table.rows.is_empty();
            table_html(words, table, &mut out);
        }
        if !any {
            out.push_str(&format!("<p>{}</p>\n", say("empty")));
        }
    }
    log_html(words, copy, &mut out);
    out.push_str(&format!("<h2>{}</h2>\n<ul>\n", say("held_back")));
    for (what, why) in &copy.left_out {
        let why = escaped(&words.say("held", why));
        out.push_str(&format!("<li><code>{}</code>: {why}</li>\n", escaped(what)));
    }
    out.push_str("</ul>\n</main></body>\n</html>\n");
    out
}

fn log_html(words: Words, copy: &SubjectCopy, out: &mut String) {
    out.push_str(&format!(
        "<h2>{}</h2>\n<ul>\n",
        escaped(&words.say("copy", "log"))
    ));
    let masked = escaped(&words.say("copy", "masked"));
    for line in &copy.log.lines {
        let times = words.fill("copy", "times", &[("n", &line.times.to_string())]);
        out.push_str(&format!(
            "<li>{}: {masked} ({}, {}), <code>{}</code>, {}</li>\n",
            line.day,
            escaped(&place(&line.place)),
            line.role.as_code(),
            line.action.as_code(),
            escaped(&times)
        ));
    }
    out.push_str("</ul>\n");
}

//! The record, the draft of the assessment and the notices, as Markdown.
//!
//! Invariant: a place that the provider must fill in is marked as such.

use super::register::{Entry, Register};
use super::words::Words;
use crate::retention::{Clock, Rule, Rules, Time};
use lasna_domain::model::Language;

/// For whom a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Reader {
    Pupil,
    Guardian,
    Staff,
}

impl Reader {
    const fn as_code(self) -> &'static str {
        match self {
            Reader::Pupil => "pupil",
            Reader::Guardian => "guardian",
            Reader::Staff => "staff",
        }
    }
}

/// Risks of the draft, in order.
const RISKS: [&str; 10] = [
    "snoop",
    "outsider",
    "protected",
    "wrong",
    "label",
    "theft",
    "loss",
    "kept",
    "family",
    "statistics",
];

fn key(purpose: &str) -> String {
    purpose.replace(' ', "_")
}

fn time_of(words: Words, rule: &Rule) -> String {
    let time = match rule.time {
        Time::Years(years) => words.count("time", "years", years.into()),
        Time::Days(days) => words.count("time", "days", days.into()),
    };
    let clock = rule.clock.as_code().replace('-', "_");
    words.fill("clock", &clock, &[("time", &time)])
}

fn kept(words: Words, entry: &Entry, rules: &Rules) -> Vec<String> {
    let all = entry.rules.iter().filter_map(|name| rules.get(name));
    all.map(|rule| {
        format!(
            "{}: {}",
            words.say("rule", &rule.name),
            time_of(words, rule)
        )
    })
    .collect()
}

fn listed(words: Words, area: &str, codes: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let all: Vec<String> = codes
        .into_iter()
        .map(|code| words.say(area, code.as_ref()))
        .collect();
    all.join("; ")
}

fn entry_lines(words: Words, entry: &Entry, rules: &Rules) -> Vec<String> {
    let name = key(&entry.purpose);
    let labelled = |label: &str, text: String| format!("- {}: {text}", words.say("record", label));
    let mut lines = vec![
        format!("## {}", words.say("purpose", &name)),
        String::new(),
        words.say("purpose", &format!("{name}_says")),
        String::new(),
        labelled("people", listed(words, "people", &entry.says.people)),
        labelled("data", listed(words, "class", &entry.classes)),
        labelled("basis", words.say("basis", &entry.says.basis)),
        labelled("receives", listed(words, "receives", &entry.says.receives)),
        labelled("time", kept(words, entry, rules).join("; ")),
    ];
    if entry.says.special {
        lines.push(format!("- {}", words.say("basis", "special")));
    }
    lines.push(String::new());
    lines
}

/// The record of processing activities.
///
/// # Errors
/// Where the files of the program do not fit each other.
pub fn record(language: Language, rules: &Rules, version: &str) -> Result<String, String> {
    let words = Words::of(language);
    let register = Register::of(rules)?;
    let number = |n: usize| n.to_string();
    let (columns, tables) = (number(register.columns), number(register.tables));
    let filled = [
        ("version", version),
        ("columns", &columns),
        ("tables", &tables),
    ];
    let mut lines = vec![
        format!("# {}", words.say("record", "title")),
        String::new(),
        words.say("record", "controller"),
        words.fill("record", "program", &filled),
        words.say("record", "for_lawyer"),
        String::new(),
    ];
    for entry in &register.entries {
        lines.extend(entry_lines(words, entry, rules));
    }
    lines.push(format!("## {}", words.say("record", "time")));
    lines.push(String::new());
    for rule in rules.all().iter().filter(|rule| rule.clock != Clock::None) {
        let source = if rule.own {
            "source_own"
        } else {
            "source_default"
        };
        let source = words.fill("record", source, &[("source", &rule.source)]);
        let name = words.say("rule", &rule.name);
        lines.push(format!("- {name}: {} ({source})", time_of(words, rule)));
    }
    let leaves = |name: &str, n: usize| words.fill("record", name, &[("n", &n.to_string())]);
    let stay = register.columns - register.exported.max(register.copied);
    lines.extend([
        String::new(),
        words.say("record", "transfer"),
        leaves("leaves_export", register.exported),
        leaves("leaves_subject", register.copied),
        leaves("leaves_never", stay),
        words.say("record", "security"),
        String::new(),
    ]);
    Ok(lines.join("\n"))
}

/// The draft of the impact assessment.
///
/// # Errors
/// Where the files of the program do not fit each other.
pub fn dpia(language: Language, rules: &Rules) -> Result<String, String> {
    let words = Words::of(language);
    let register = Register::of(rules)?;
    let say = |name: &str| words.say("dpia", name);
    let mut lines = vec![format!("# {}", say("title")), String::new()];
    lines.extend([format!("## {}", say("needed")), String::new()]);
    for name in ["vulnerable", "scale", "monitoring", "special", "evaluation"] {
        lines.push(format!("- {}", say(&format!("needed_{name}"))));
    }
    lines.extend([String::new(), format!("## {}", say("what")), String::new()]);
    for entry in &register.entries {
        let name = key(&entry.purpose);
        lines.push(format!(
            "- {}: {} {}",
            words.say("purpose", &name),
            words.say("purpose", &format!("{name}_says")),
            kept(words, entry, rules).join("; ")
        ));
    }
    lines.extend([
        String::new(),
        format!("## {}", say("need")),
        String::new(),
        say("need_text"),
        String::new(),
        format!("**{}:** {}", say("fill"), say("need_fill")),
        String::new(),
        format!("## {}", say("risks")),
        String::new(),
    ]);
    for risk in RISKS {
        let part =
            |label: &str, key: &str| format!("- {}: {}", say(label), words.say("dpia_risk", key));
        lines.extend([
            part("risk", risk),
            format!("  {}", part("product", &format!("{risk}_product"))),
            format!("  {}", part("remains", &format!("{risk}_remains"))),
        ]);
    }
    lines.extend([
        String::new(),
        format!("**{}:** {}", say("fill"), say("sign")),
        String::new(),
    ]);
    Ok(lines.join("\n"))
}

/// A privacy notice.
///
/// # Errors
/// Where the files of the program do not fit each other.
pub fn notice(language: Language, reader: Reader, rules: &Rules) -> Result<String, String> {
    let words = Words::of(language);
    let register = Register::of(rules)?;
    let code = reader.as_code();
    let say = |name: &str| words.say("notice", name);
    let mut lines = vec![
        format!("# {}", say(&format!("title_{code}"))),
        String::new(),
    ];
    let own: Vec<&Entry> = register
        .entries
        .iter()
        .filter(|entry| entry.says.people.iter().any(|one| one == code))
        .collect();
    let mut times: Vec<String> = Vec::new();
    for name in own.iter().flat_map(|entry| &entry.rules) {
        let rule = rules.get(name).filter(|rule| rule.clock != Clock::None);
        let Some(rule) = rule else { continue };
        let line = format!("- {}: {}", words.say("rule", name), time_of(words, rule));
        if !times.contains(&line) {
            times.push(line);
        }
    }
    for part in ["who", "what", "why", "sees", "time", "log", "rights", "ask"] {
        lines.extend([
            format!("## {}", say(&format!("{part}_head"))),
            String::new(),
        ]);
        match part {
            "what" => {
                let plain = own.iter().filter(|entry| !entry.says.housekeeping);
                lines.extend(plain.map(|entry| {
                    let name = format!("{}_says", key(&entry.purpose));
                    format!("- {}", words.say("purpose", &name))
                }));
                lines.push(format!("- {}", say("housekeeping")));
            }
            "time" => lines.append(&mut times),
            "log" | "ask" => lines.push(say(&format!("{part}_text"))),
            _ => lines.push(say(&format!("{part}_{code}"))),
        }
        lines.push(String::new());
    }
    Ok(lines.join("\n"))
}

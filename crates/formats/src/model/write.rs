//! The canonical text of a model: every key in one order, defaults written out.
//!
//! A model that extends another is written in full, with its `extends`: read again, each thing
//! takes the place of its namesake. Comments of a file are not kept.
//!
//! Invariant: the same model gives the same bytes.

use super::words::{
    MONTHS, counts_again_word, decimal, hour_word, pattern_word, share_word, window_word,
};
use lasna_domain::attendance::{Approval, Presence, Reason};
use lasna_domain::model::{
    CodeSet, Condition, Duty, Measure, MeasureNo, Model, Outcome, Step, Text, UniversalDuty,
    Within, total_measure,
};

/// Writes a model as a file; see the module.
pub fn write_model(model: &Model) -> String {
    let mut out = Out::default();
    write_head(&mut out, model);
    let total = total_measure();
    for measure in model.measures.iter().filter(|measure| **measure != total) {
        write_measure(&mut out, measure);
    }
    for step in &model.steps {
        write_step(&mut out, step, &model.measures);
    }
    for duty in &model.duties {
        write_universal(&mut out, duty);
    }
    out.text
}

#[derive(Default)]
struct Out {
    text: String,
    indent: &'static str,
}

impl Out {
    fn table(&mut self, header: &str, indent: &'static str) {
        self.indent = indent;
        let gap = if self.text.is_empty() { "" } else { "\n" };
        self.text.push_str(&format!("{gap}{indent}{header}\n"));
    }

    fn key(&mut self, key: &str, value: &str) {
        self.text
            .push_str(&format!("{}{key} = {value}\n", self.indent));
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key, &quoted(value));
    }

    fn list(&mut self, key: &str, items: &[String]) {
        let indent = self.indent;
        self.key(key, "[");
        // The bracket stands on the line of the key, the items on lines of their own.
        for item in items {
            self.text.push_str(&format!("{indent}  {item},\n"));
        }
        self.text.push_str(&format!("{indent}]\n"));
    }
}

fn write_head(out: &mut Out, model: &Model) {
    out.table("[model]", "");
    out.text("id", &model.id);
    out.text("version", &model.version);
    if let Some(base) = &model.extends {
        out.text("extends", base);
    }
    out.key("valid", &model.valid.to_string());
    out.text("hour", &hour_word(model.hour));
    if let Some(approved) = &model.approved {
        out.key(
            "approved",
            &format!("{{ by = {}, on = {} }}", quoted(&approved.by), approved.on),
        );
    }
    out.key("title", &languages(&model.title));
    out.text("source", &model.source);
    if !model.assumptions.is_empty() {
        out.list(
            "assumptions",
            &model.assumptions.iter().map(languages).collect::<Vec<_>>(),
        );
    }
}

fn write_measure(out: &mut Out, measure: &Measure) {
    out.table("[[measure]]", "");
    out.text("id", &measure.id);
    out.key("title", &languages(&measure.title));
    let presence = Presence::ALL.iter().map(|code| code.as_code());
    let approval = Approval::ALL.iter().map(|code| code.as_code());
    let reason = Reason::ALL.iter().map(|code| code.as_code());
    let counts = format!(
        "{{ presence = {}, approval = {}, except_reason = {} }}",
        members(measure.presence, presence),
        members(measure.approval, approval),
        members(measure.except_reason, reason),
    );
    out.key("counts", &counts);
}

fn members(set: CodeSet, codes: impl Iterator<Item = &'static str>) -> String {
    let chosen = codes.enumerate().filter(|(index, _)| set.has(*index));
    let words: Vec<_> = chosen.map(|(_, code)| quoted(code)).collect();
    format!("[{}]", words.join(", "))
}

fn write_step(out: &mut Out, step: &Step, measures: &[Measure]) {
    out.table("[[step]]", "");
    out.text("id", &step.id);
    out.key("title", &languages(&step.title));
    let conditions: Vec<_> = step.any.iter().map(|c| condition(c, measures)).collect();
    out.list("when.any", &conditions);
    out.text("counts_again", &counts_again_word(step.counts_again));
    for duty in &step.duties {
        write_duty(out, duty);
    }
}

fn condition(condition: &Condition, measures: &[Measure]) -> String {
    let name = |no: MeasureNo| {
        measures
            .get(no.0)
            .map_or("total", |measure| measure.id.as_str())
    };
    let inside = match *condition {
        Condition::Hours {
            measure,
            hours,
            window,
        } => format!(
            "measure = \"{}\", hours = {hours}, window = \"{}\"",
            name(measure),
            window_word(window)
        ),
        Condition::Days {
            measure,
            days,
            window,
        } => {
            format!(
                "measure = \"{}\", days = {days}, window = \"{}\"",
                name(measure),
                window_word(window)
            )
        }
        Condition::Share {
            measure,
            percent_hundredths,
            window,
            of,
            days_min,
        } => format!(
            "measure = \"{}\", percent = {}, window = \"{}\", of = \"{}\", min_days = {days_min}",
            name(measure),
            decimal(percent_hundredths, 2),
            window_word(window),
            share_word(of),
        ),
        Condition::Unresolved { days } => format!("unresolved_days = {days}"),
        Condition::Run { days, full } => format!("run_days = {days}, full = {full}"),
        Condition::Spells { count, window } => {
            format!("spells = {count}, window = \"{}\"", window_word(window))
        }
        Condition::Pattern {
            of,
            share_percent,
            count_min,
            window,
        } => format!(
            "pattern = \"{}\", share_percent = {share_percent}, min_count = {count_min}, \
             window = \"{}\"",
            pattern_word(of),
            window_word(window)
        ),
        Condition::Trend {
            factor_tenths,
            percent_min,
        } => format!(
            "trend_factor = {}, min_percent = {percent_min}",
            decimal(u32::from(factor_tenths), 1)
        ),
        Condition::Concern => "concern = true".to_owned(),
    };
    format!("{{ {inside} }}")
}

fn write_duty(out: &mut Out, duty: &Duty) {
    out.table("[[step.duty]]", "  ");
    out.text("id", &duty.id);
    out.key("title", &languages(&duty.title));
    out.text("role", duty.role.as_code());
    out.key("within", &within(duty.within));
    let done: Vec<_> = duty
        .done
        .iter()
        .map(|outcome: &Outcome| quoted(outcome.as_code()))
        .collect();
    out.key("done", &format!("[{}]", done.join(", ")));
    if let Some(up) = &duty.escalate {
        let to = quoted(up.to.as_code());
        out.key(
            "escalate",
            &format!("{{ after = {}, to = {to} }}", within(up.after)),
        );
    }
    if let Some(letter) = &duty.letter {
        out.text("letter", letter);
    }
    out.key("minutes", &duty.minutes.to_string());
}

fn write_universal(out: &mut Out, duty: &UniversalDuty) {
    out.table("[[duty]]", "");
    out.text("id", &duty.id);
    out.key("title", &languages(&duty.title));
    let month = usize::from(duty.month)
        .checked_sub(1)
        .and_then(|place| MONTHS.get(place));
    out.text("period", month.copied().unwrap_or_default());
    out.text("role", duty.role.as_code());
    if let Some(practice) = &duty.practice {
        out.text("practice", practice);
    }
}

fn within(within: Within) -> String {
    match within {
        Within::SchoolDays(n) => format!("{{ school_days = {n} }}"),
        Within::Days(n) => format!("{{ days = {n} }}"),
    }
}

fn languages(text: &Text) -> String {
    let [fi, sv, en] = [&text.fi, &text.sv, &text.en].map(|text| quoted(text));
    format!("{{ fi = {fi}, sv = {sv}, en = {en} }}")
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                out.push_str(&format!("\\u{:04X}", u32::from(control)));
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}

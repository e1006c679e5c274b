//! A model's parts as sentences: conditions, duties, measures, time.
//!
//! Sentences are complete and stand alone in a list. Titles come from the model and are put after a
//! colon or in brackets, so that no language has to inflect them.
//!
//! Invariant: everything that decides when a step starts is said.

use super::messages::{Messages, capital};
use lasna_domain::attendance::{Approval, Presence, Reason};
use lasna_domain::model::{
    CodeSet, Condition, CountsAgain, Duty, Hour, Language, Measure, MeasureNo, Model, PatternOf,
    Role, ShareOf, Step, UniversalDuty, Window, Within,
};

/// A model and the language it is told in.
#[derive(Debug)]
pub(super) struct Teller<'m> {
    pub(super) model: &'m Model,
    pub(super) language: Language,
    pub(super) messages: Messages,
}

impl<'m> Teller<'m> {
    pub(super) fn new(model: &'m Model, language: Language) -> Self {
        Teller {
            model,
            language,
            messages: Messages::of(language),
        }
    }

    fn measure_title(&self, no: MeasureNo) -> &str {
        self.model
            .measures
            .get(no.0)
            .map_or("", |measure| measure.title.get(self.language))
    }

    fn hours(&self, hours: u32) -> String {
        match self.model.hour {
            Hour::Lesson => self.messages.count(&["hour", "lesson"], hours, &[]),
            Hour::Minutes(60) => self.messages.count(&["hour", "sixty"], hours, &[]),
            Hour::Minutes(minutes) => {
                let minutes = minutes.to_string();
                self.messages
                    .count(&["hour", "minutes"], hours, &[("minutes", &minutes)])
            }
        }
    }

    /// What an hour is.
    pub(super) fn hour_means(&self) -> String {
        match self.model.hour {
            Hour::Lesson => self.messages.word(&["hour", "means_lesson"]),
            Hour::Minutes(minutes) => {
                let minutes = minutes.to_string();
                self.messages
                    .say(&["hour", "means_minutes"], &[("minutes", &minutes)])
            }
        }
    }

    /// A window in a form: `of` (genitive) or `during`.
    fn window(&self, form: &str, window: Window) -> String {
        let fixed = |name: &str| self.messages.word(&["window", form, name]);
        let rolling = |name: &str, n: u16| {
            self.messages
                .count(&["window", form, name], u32::from(n), &[])
        };
        match window {
            Window::Day => fixed("day"),
            Window::Week => fixed("week"),
            Window::Month => fixed("month"),
            Window::Quarter => fixed("quarter"),
            Window::Period => fixed("period"),
            Window::Term => fixed("term"),
            Window::Year => fixed("year"),
            Window::RollingDays(n) => rolling("days", n),
            Window::RollingTeachingWeeks(n) => rolling("weeks", n),
        }
    }

    /// A condition as a sentence.
    pub(super) fn condition(&self, condition: &Condition) -> String {
        let m = &self.messages;
        let during = |window| self.window("during", window);
        match *condition {
            Condition::Hours {
                measure,
                hours,
                window,
            } => {
                let (during, hours) = (during(window), self.hours(hours));
                let title = self.measure_title(measure);
                let values = [("during", &*during), ("hours", &*hours), ("measure", title)];
                m.say(&["condition", "hours"], &values)
            }
            Condition::Days {
                measure,
                days,
                window,
            } => {
                let during = during(window);
                let values = [
                    ("during", &*during),
                    ("measure", self.measure_title(measure)),
                ];
                m.count(&["condition", "days"], days, &values)
            }
            Condition::Share { .. } => self.share(condition),
            Condition::Unresolved { days } => {
                m.count(&["condition", "unresolved"], days.into(), &[])
            }
            Condition::Run { days, full } => {
                let kind = if full { "run_full" } else { "run_any" };
                m.count(&["condition", kind], days.into(), &[])
            }
            Condition::Spells { count, window } => {
                let during = during(window);
                m.count(
                    &["condition", "spells"],
                    count.into(),
                    &[("during", &during)],
                )
            }
            Condition::Pattern {
                of,
                share_percent,
                count_min,
                window,
            } => {
                let kind = match of {
                    PatternOf::Weekday => "pattern_weekday",
                    PatternOf::LessonOfDay => "pattern_lesson",
                    PatternOf::Subject => "pattern_subject",
                };
                let percent = m.percent(u32::from(share_percent) * 100);
                let (n, during) = (count_min.to_string(), during(window));
                let values = [("percent", &*percent), ("n", &*n), ("during", &*during)];
                m.say(&["condition", kind], &values)
            }
            Condition::Trend {
                factor_tenths,
                percent_min,
            } => {
                let factor = m.decimal(factor_tenths.into(), 10);
                let percent = m.percent(u32::from(percent_min) * 100);
                let values = [("factor", &*factor), ("percent", &*percent)];
                m.say(&["condition", "trend"], &values)
            }
            Condition::Concern => m.word(&["condition", "concern"]),
        }
    }

    fn share(&self, condition: &Condition) -> String {
        let Condition::Share {
            measure,
            percent_hundredths,
            window,
            of,
            days_min,
        } = *condition
        else {
            return String::new();
        };
        let m = &self.messages;
        let percent = m.percent(percent_hundredths);
        let (during, whole) = (self.window("during", window), self.window("of", window));
        let values = [
            ("percent", &*percent),
            ("during", &*during),
            ("of", &*whole),
            ("measure", self.measure_title(measure)),
        ];
        let kind = match of {
            ShareOf::MarkedMinutes => "share",
            ShareOf::WindowDays => "share_days",
        };
        let sentence = m.say(&["condition", kind], &values);
        let from = m.count(
            &["condition", "share_from"],
            u32::from(days_min.max(1)),
            &[],
        );
        format!("{sentence} {from}")
    }

    /// When a step may start again.
    pub(super) fn again(&self, again: CountsAgain) -> String {
        let word = |name: &str| self.messages.word(&["again", name]);
        match again {
            CountsAgain::Once => word("once"),
            CountsAgain::EachTerm => word("term"),
            CountsAgain::EachQuarter => word("quarter"),
            CountsAgain::AfterReset => word("reset"),
            CountsAgain::AfterTeachingWeeks(n) => {
                self.messages.count(&["again", "weeks"], u32::from(n), &[])
            }
        }
    }

    fn within(&self, within: Within) -> String {
        match within {
            Within::SchoolDays(n) => self
                .messages
                .count(&["within", "school_days"], n.into(), &[]),
            Within::Days(n) => self.messages.count(&["within", "days"], n.into(), &[]),
        }
    }

    /// A role as the subject of a sentence or after a colon.
    pub(super) fn role(&self, role: Role) -> String {
        self.messages.word(&["role", role.as_code(), "name"])
    }

    /// What people call the model, with its version.
    pub(super) fn name(&self) -> String {
        let model = self.model;
        format!("{} {}", model.title.get(self.language), model.version)
    }

    /// A role as the one that something goes to.
    pub(super) fn to_role(&self, role: Role) -> String {
        self.messages.word(&["role", role.as_code(), "to"])
    }

    /// A duty as families read it: what, who, by when.
    pub(super) fn duty_short(&self, duty: &Duty) -> String {
        let (role, within) = (self.role(duty.role), self.within(duty.within));
        let title = duty.title.get(self.language);
        let values = [("title", title), ("role", &*role), ("within", &*within)];
        self.messages.say(&["duty", "short"], &values)
    }

    /// A duty as staff read it: also what ends it, where it goes otherwise, and the letter.
    pub(super) fn duty_full(&self, duty: &Duty) -> String {
        self.duty_parts(duty).join(" ")
    }

    /// The same in parts that stand alone: what, by whom and by when; where it goes; its letter.
    pub(super) fn duty_parts(&self, duty: &Duty) -> Vec<String> {
        let m = &self.messages;
        let within = self.within(duty.within);
        let done: Vec<_> = duty
            .done
            .iter()
            .map(|outcome| m.word(&["outcome", outcome.as_code()]))
            .collect();
        let done = m.any_of(&done, &["outcome", "or"]);
        let title = duty.title.get(self.language);
        let values = [("title", title), ("within", &*within), ("done", &*done)];
        let (what, role) = (m.say(&["duty", "full"], &values), self.role(duty.role));
        let values = [("role", &*capital(&role)), ("duty", &*what)];
        let mut parts = vec![m.say(&["duty", "with_role"], &values)];
        parts.extend(duty.escalate.map(|up| {
            let (within, to) = (self.within(up.after), self.to_role(up.to));
            m.say(&["duty", "up"], &[("within", &within), ("to", &to)])
        }));
        parts.extend(duty.letter.iter().map(|_| m.word(&["duty", "letter"])));
        parts
    }

    /// A duty of the year's clock.
    pub(super) fn yearly(&self, duty: &UniversalDuty) -> String {
        let month = capital(&self.messages.word(&["months", &duty.month.to_string()]));
        let role = self.role(duty.role);
        let values = [
            ("month", &*month),
            ("title", duty.title.get(self.language)),
            ("role", &*role),
        ];
        self.messages.say(&["duty", "yearly"], &values)
    }

    /// The year's clock from August on.
    pub(super) fn year(&self) -> Vec<String> {
        let mut duties: Vec<_> = self.model.duties.iter().collect();
        duties.sort_by_key(|duty| (duty.month + 4) % 12);
        duties.into_iter().map(|duty| self.yearly(duty)).collect()
    }

    /// What a measure counts and leaves out.
    pub(super) fn measure(&self, measure: &Measure) -> String {
        let m = &self.messages;
        let words = |set: CodeSet, codes: Vec<&str>| {
            let chosen = codes
                .into_iter()
                .enumerate()
                .filter(|(index, _)| set.has(*index));
            let words: Vec<_> = chosen.map(|(_, code)| m.word(&["code", code])).collect();
            m.any_of(&words, &["measure", "or"])
        };
        let presence = words(
            measure.presence,
            Presence::ALL.iter().map(|c| c.as_code()).collect(),
        );
        let approval = words(
            measure.approval,
            Approval::ALL.iter().map(|c| c.as_code()).collect(),
        );
        let reason = words(
            measure.except_reason,
            Reason::ALL.iter().map(|c| c.as_code()).collect(),
        );
        let title = capital(measure.title.get(self.language));
        let values = [
            ("title", &*title),
            ("presence", &*presence),
            ("approval", &*approval),
        ];
        let mut text = m.say(&["measure", "counts"], &values);
        if !reason.is_empty() {
            text.push(' ');
            text.push_str(&m.say(&["measure", "except"], &[("reason", &reason)]));
        }
        text
    }

    /// The measures that the ladder uses, as sentences.
    pub(super) fn measures_used(&self) -> Vec<String> {
        let used = |no: usize| {
            let conditions = self.model.steps.iter().flat_map(|step| &step.any);
            conditions
                .filter_map(measure_of)
                .any(|measure| measure.0 == no)
        };
        let measures = self.model.measures.iter().enumerate();
        measures
            .filter(|(no, _)| used(*no))
            .map(|(_, measure)| self.measure(measure))
            .collect()
    }

    /// `1. Early talk`.
    pub(super) fn step_heading(&self, no: usize, step: &Step) -> String {
        let n = (no + 1).to_string();
        let title = step.title.get(self.language);
        self.messages
            .say(&["step", "heading"], &[("n", &n), ("title", title)])
    }
}

/// The measure that a condition counts.
pub(super) fn measure_of(condition: &Condition) -> Option<MeasureNo> {
    match *condition {
        Condition::Hours { measure, .. }
        | Condition::Days { measure, .. }
        | Condition::Share { measure, .. } => Some(measure),
        _ => None,
    }
}

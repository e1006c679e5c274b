//! What changes from one model to another, in words.
//!
//! Things are paired by their ids, conditions by what they look at; each change is one line that
//! stands alone. Whether a change is stricter is not judged here: a model that extends another is
//! checked when it is read.
//!
//! Invariant: two models that differ in anything that is told or counted give at least one line,
//! and a model compared with itself gives exactly the line that says so.

use super::sentences::{Teller, measure_of};
use lasna_domain::model::{
    Condition, Duty, Language, Model, PatternOf, ShareOf, Step, UniversalDuty, Window,
};

/// What changes from `old` to `new`, one sentence or two a line.
pub fn diff(old: &Model, new: &Model, language: Language) -> Vec<String> {
    let mut diff = Diff {
        old: Teller::new(old, language),
        new: Teller::new(new, language),
        lines: Vec::new(),
    };
    diff.head();
    diff.measures();
    diff.steps();
    diff.yearly();
    diff.assumptions();
    if diff.lines.is_empty() {
        let same = diff.new.messages.word(&["diff", "same"]);
        diff.lines.push(same);
    }
    diff.lines
}

struct Diff<'m> {
    old: Teller<'m>,
    new: Teller<'m>,
    lines: Vec<String>,
}

impl<'m> Diff<'m> {
    fn say(&mut self, key: &str, values: &[(&str, &str)]) {
        let line = self.new.messages.say(&["diff", key], values);
        self.lines.push(line);
    }

    /// A line where the two texts differ.
    fn changed(&mut self, key: &str, old: &str, new: &str) {
        if old != new {
            self.say(key, &[("old", old), ("new", new)]);
        }
    }

    fn head(&mut self) {
        let language = self.new.language;
        let (was, is) = {
            let m = &self.new.messages;
            let none = m.word(&["diff", "none"]);
            let tell = |teller: &Teller<'_>| {
                let model = teller.model;
                let approval = model.approved.as_ref().map(|approved| {
                    let on = m.day(approved.on);
                    m.say(
                        &["diff", "approval"],
                        &[("by", &approved.by), ("date", &on)],
                    )
                });
                [
                    ("version", teller.name()),
                    ("title", m.quoted(model.title.get(language))),
                    (
                        "extends",
                        model
                            .extends
                            .as_ref()
                            .map_or_else(|| none.clone(), |base| base.replace('@', " ")),
                    ),
                    ("valid", m.day(model.valid)),
                    ("approved", approval.unwrap_or_else(|| none.clone())),
                    ("hour", teller.hour_means()),
                    ("source", m.quoted(&model.source)),
                ]
            };
            (tell(&self.old), tell(&self.new))
        };
        for ((key, was), (_, is)) in was.iter().zip(&is) {
            self.changed(key, was, is);
        }
    }

    /// Lines for things paired by id: `kind` is the first part of the keys of the messages.
    fn paired(&mut self, kind: &str, old: &[(&'m str, String)], new: &[(&'m str, String)]) {
        for (id, was) in old {
            match new.iter().find(|(other, _)| other == id) {
                Some((_, is)) => self.changed(&format!("{kind}_changed"), was, is),
                None => self.say(&format!("{kind}_removed"), &[("text", was)]),
            }
        }
        for (id, is) in new {
            if !old.iter().any(|(other, _)| other == id) {
                self.say(&format!("{kind}_added"), &[("text", is)]);
            }
        }
    }

    fn measures(&mut self) {
        let tell = |teller: &Teller<'m>| -> Vec<(&'m str, String)> {
            let measures = teller.model.measures.iter();
            measures
                .map(|measure| (measure.id.as_str(), teller.measure(measure)))
                .collect()
        };
        let (old, new) = (tell(&self.old), tell(&self.new));
        self.paired("measure", &old, &new);
    }

    fn yearly(&mut self) {
        // An id says something only where it changes.
        let tell = |teller: &Teller<'m>, other: &Teller<'m>| -> Vec<(&'m str, String)> {
            let told = |duty: &'m UniversalDuty| {
                let mut others = other.model.duties.iter();
                let same = others.find(|other| other.id == duty.id);
                let new = same.is_some_and(|same| same.practice != duty.practice);
                let id = duty.practice.as_deref().filter(|_| new);
                let id = id.map(|id| teller.messages.say(&["diff", "practice"], &[("id", id)]));
                let parts: Vec<_> = [teller.yearly(duty)].into_iter().chain(id).collect();
                (duty.id.as_str(), parts.join(" "))
            };
            teller.model.duties.iter().map(told).collect()
        };
        let (old, new) = (tell(&self.old, &self.new), tell(&self.new, &self.old));
        self.paired("yearly", &old, &new);
    }

    fn assumptions(&mut self) {
        let tell = |teller: &Teller<'m>| -> Vec<(&'m str, String)> {
            let texts = teller.model.assumptions.iter();
            texts
                .map(|text| text.get(teller.language))
                .map(|t| (t, t.to_owned()))
                .collect()
        };
        let (old, new) = (tell(&self.old), tell(&self.new));
        self.paired("assumption", &old, &new);
    }

    fn steps(&mut self) {
        let (old, new) = (self.old.model, self.new.model);
        let kept = |model: &'m Model, other: &Model| -> Vec<&'m str> {
            let ids = model.steps.iter().map(|step| step.id.as_str());
            ids.filter(|id| other.step(id).is_some()).collect()
        };
        // A step has moved only where its place among the steps of both models is another one.
        let (order_old, order_new) = (kept(old, new), kept(new, old));
        for step in &old.steps {
            let title = self.title(&self.old, step);
            let Some(now) = new.step(&step.id) else {
                self.say("step_removed", &[("step", &title)]);
                continue;
            };
            let place = |order: &[&str]| order.iter().position(|id| *id == step.id);
            if place(&order_old) != place(&order_new) {
                let number = |model: &Model| {
                    let place = model.steps.iter().position(|other| other.id == step.id);
                    place.map_or(0, |place| place + 1).to_string()
                };
                let (from, to) = (number(old), number(new));
                self.say(
                    "step_moved",
                    &[("step", &title), ("old", &from), ("new", &to)],
                );
            }
            self.step(step, now);
        }
        for step in new.steps.iter().filter(|step| old.step(&step.id).is_none()) {
            let mut parts: Vec<_> = step.any.iter().map(|c| self.new.condition(c)).collect();
            parts.extend(step.duties.iter().map(|duty| self.new.duty_full(duty)));
            parts.push(self.new.again(step.counts_again));
            let title = self.title(&self.new, step);
            self.say(
                "step_added",
                &[("step", &title), ("text", &parts.join(" "))],
            );
        }
    }

    fn title(&self, teller: &Teller<'_>, step: &Step) -> String {
        teller.messages.quoted(step.title.get(teller.language))
    }

    fn step(&mut self, old: &Step, new: &Step) {
        let (was, title) = (self.title(&self.old, old), self.title(&self.new, new));
        self.changed("step_title", &was, &title);
        let (gone, come) = self.conditions(&mut old.any.clone(), &mut new.any.clone(), &title);
        for condition in gone {
            let text = self.old.condition(&condition);
            self.say("condition_removed", &[("step", &title), ("text", &text)]);
        }
        for condition in come {
            let text = self.new.condition(&condition);
            self.say("condition_added", &[("step", &title), ("text", &text)]);
        }
        if old.counts_again != new.counts_again {
            let (was, is) = (
                self.old.again(old.counts_again),
                self.new.again(new.counts_again),
            );
            self.say("again", &[("step", &title), ("old", &was), ("new", &is)]);
        }
        self.duties(old, new, &title);
    }

    /// Tells the changed conditions of a step and gives those without a pair.
    fn conditions(
        &mut self,
        old: &mut Vec<Condition>,
        new: &mut Vec<Condition>,
        title: &str,
    ) -> (Vec<Condition>, Vec<Condition>) {
        // Equal ones first, then the same matter over the same stretch, then the same matter.
        for round in 0..3 {
            old.retain(|was| {
                let alike = |is: &Condition| {
                    let (a, b) = (self.matter(&self.old, was), self.matter(&self.new, is));
                    let stretch = window_of(was) == window_of(is);
                    let same = self.old.condition(was) == self.new.condition(is);
                    a == b && (round == 2 || stretch) && (round > 0 || same)
                };
                let Some(place) = new.iter().position(alike) else {
                    return true;
                };
                let is = new.remove(place);
                let (was, is) = (self.old.condition(was), self.new.condition(&is));
                if was != is {
                    let values = [("step", title), ("old", &*was), ("new", &*is)];
                    let line = self
                        .new
                        .messages
                        .say(&["diff", "condition_changed"], &values);
                    self.lines.push(line);
                }
                false
            });
        }
        (old.clone(), new.clone())
    }

    /// What a condition looks at, without its limits.
    fn matter(
        &self,
        teller: &Teller<'m>,
        condition: &Condition,
    ) -> (
        std::mem::Discriminant<Condition>,
        Option<&'m str>,
        Option<PatternOf>,
        Option<ShareOf>,
    ) {
        let measure = measure_of(condition).and_then(|no| teller.model.measures.get(no.0));
        let (pattern, share) = match *condition {
            Condition::Pattern { of, .. } => (Some(of), None),
            Condition::Share { of, .. } => (None, Some(of)),
            _ => (None, None),
        };
        let kind = std::mem::discriminant(condition);
        (
            kind,
            measure.map(|measure| measure.id.as_str()),
            pattern,
            share,
        )
    }

    fn duties(&mut self, old: &Step, new: &Step, title: &str) {
        let tell = |teller: &Teller<'_>, duty: &Duty| {
            let minutes = teller
                .messages
                .count(&["diff", "minutes"], duty.minutes.into(), &[]);
            let mut parts = teller.duty_parts(duty);
            parts.push(minutes);
            parts
        };
        let letter = |teller: &Teller<'_>, duty: &Duty| -> Option<String> {
            let id = duty.letter.as_deref()?;
            Some(teller.messages.say(&["diff", "letter"], &[("id", id)]))
        };
        // Of what changes only the parts that differ.
        let only = |parts: &[String], others: &[String]| {
            let own = parts.iter().filter(|part| !others.contains(part));
            own.map(String::as_str).collect::<Vec<_>>().join(" ")
        };
        for duty in &old.duties {
            let mut was = tell(&self.old, duty);
            match new.duties.iter().find(|other| other.id == duty.id) {
                Some(other) => {
                    let mut is = tell(&self.new, other);
                    if duty.letter != other.letter {
                        was.extend(letter(&self.old, duty));
                        is.extend(letter(&self.new, other));
                    }
                    if was != is {
                        let name = self.new.messages.quoted(other.title.get(self.new.language));
                        let none = self.new.messages.word(&["diff", "none_of_it"]);
                        let or_none =
                            |text: String| if text.is_empty() { none.clone() } else { text };
                        let (gone, come) = (or_none(only(&was, &is)), or_none(only(&is, &was)));
                        let values = [
                            ("step", title),
                            ("duty", &*name),
                            ("old", &*gone),
                            ("new", &*come),
                        ];
                        self.say("duty_changed", &values);
                    }
                }
                None => {
                    let text = was.join(" ");
                    self.say("duty_removed", &[("step", title), ("text", &text)]);
                }
            }
        }
        for duty in &new.duties {
            if !old.duties.iter().any(|other| other.id == duty.id) {
                let text = tell(&self.new, duty).join(" ");
                self.say("duty_added", &[("step", title), ("text", &text)]);
            }
        }
    }
}

fn window_of(condition: &Condition) -> Option<Window> {
    match *condition {
        Condition::Hours { window, .. }
        | Condition::Days { window, .. }
        | Condition::Share { window, .. }
        | Condition::Spells { window, .. }
        | Condition::Pattern { window, .. } => Some(window),
        Condition::Unresolved { .. }
        | Condition::Run { .. }
        | Condition::Trend { .. }
        | Condition::Concern => None,
    }
}

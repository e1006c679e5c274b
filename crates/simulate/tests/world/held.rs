//! Every lesson of every pupil of a world, with the latest mark, from the files alone.
//!
//! Invariant: a lesson is a pupil's where the enrolment, the calendar and the lesson say so.

use crate::files::World;
use std::collections::{BTreeMap, BTreeSet};

/// One lesson of a pupil, with what is known of it in the end.
pub struct Held<'a> {
    pub date: &'a str,
    pub start: &'a str,
    pub minutes: u64,
    pub taken: bool,
    /// Code and minutes of the latest mark.
    pub mark: Option<(&'a str, Option<u64>)>,
}

impl Held<'_> {
    /// Whether the pupil missed it.
    pub fn is_absent(&self) -> bool {
        self.mark
            .is_some_and(|(code, _)| code.starts_with("POIS") && !code.starts_with("POISTO"))
    }

    /// Whether the latest mark has this code.
    pub fn is(&self, code: &str) -> bool {
        self.mark.is_some_and(|(of, _)| of == code)
    }
}

/// Lessons of every pupil in order of day and start: inside the enrolment, not cancelled.
pub type Lessons<'a> = BTreeMap<&'a str, Vec<Held<'a>>>;

/// Lessons whose register is taken: class, date, start.
pub fn registers(world: &World) -> BTreeSet<[&str; 3]> {
    let mut latest: BTreeMap<[&str; 3], (&str, &str)> = BTreeMap::new();
    for [class, date, start, known_at, taken] in
        world.tables["registers.csv"].pick(["class", "date", "start", "known_at", "taken"])
    {
        let place = latest.entry([class, date, start]).or_default();
        *place = (*place).max((known_at, taken));
    }
    let taken = latest
        .into_iter()
        .filter(|(_, (_, taken))| *taken == "true");
    taken.map(|(lesson, _)| lesson).collect()
}

/// Dates on which any school is open.
pub fn school_days(world: &World) -> BTreeSet<&str> {
    let rows = world.tables["calendar.csv"].pick(["date", "school_day"]);
    rows.filter(|[_, open]| *open == "true")
        .map(|[date, _]| date)
        .collect()
}

/// The lessons of every pupil.
pub fn lessons(world: &World) -> Lessons<'_> {
    let (taken, days) = (registers(world), school_days(world));
    let mut by_class: BTreeMap<&str, Vec<[&str; 3]>> = BTreeMap::new();
    for [class, rest @ .., cancelled] in
        world.tables["lessons.csv"].pick(["class", "date", "start", "minutes", "cancelled"])
    {
        if cancelled == "false" && days.contains(rest[0]) {
            by_class.entry(class).or_default().push(rest);
        }
    }
    let mut marks: BTreeMap<[&str; 4], [&str; 4]> = BTreeMap::new();
    for [pupil, class, date, start, mark @ ..] in world.tables["marks.csv"].pick([
        "pupil",
        "class",
        "date",
        "start",
        "known_at",
        "code",
        "minutes",
        "withdrawn",
    ]) {
        let place = marks.entry([pupil, class, date, start]).or_insert(mark);
        *place = (*place).max(mark);
    }
    let mut lessons = Lessons::new();
    for [pupil, class, role, from, to] in world.roster["enrollments.csv"].pick([
        "userSourcedId",
        "classSourcedId",
        "role",
        "beginDate",
        "endDate",
    ]) {
        if role != "student" {
            continue;
        }
        let own = lessons.entry(pupil).or_default();
        for &[date, start, minutes] in by_class.get(class).into_iter().flatten() {
            if !(from..to).contains(&date) {
                continue;
            }
            let mark = marks.get(&[pupil, class, date, start]);
            let mark = mark.filter(|mark| mark[3] != "true");
            own.push(Held {
                date,
                start,
                minutes: minutes.parse().unwrap(),
                taken: taken.contains(&[class, date, start]),
                mark: mark.map(|mark| (mark[1], mark[2].parse().ok())),
            });
        }
    }
    for own in lessons.values_mut() {
        own.sort_by_key(|held| (held.date, held.start));
    }
    lessons
}

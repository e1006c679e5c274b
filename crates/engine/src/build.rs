//! Columns from resolved facts.
//!
//! Pupils of the same groups share their days: the lessons of a set of groups on a day are looked up
//! once and interned. Pupils with an individual timetable are built lesson by lesson.
//!
//! Invariant: possible minutes follow the same rules as the plain pupil day of `lasna-domain`.

use crate::columns::{Engine, Home, PatternSlot, Patterns, Planes, Problem, SLOTS_MAX};
use crate::rows::{expand, planes};
use lasna_domain::attendance::{
    Enrolment, Facts, Lesson, Register, TimetableException, norm_lessons, norm_slot_start,
};
use lasna_domain::calendar::{Day, Span};
use lasna_domain::ids::{GroupNo, PupilNo, SchoolNo, SubjectNo};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const NORM_MINUTES: u16 = 45;

/// What one set of enrolments has on one day.
#[derive(Clone, Copy)]
struct SetDay {
    pattern: u32,
    taken: u16,
}

/// Enrolments that hold together over a stretch of days.
struct Set {
    groups: Vec<(GroupNo, SchoolNo)>,
    own: Enrolment,
    home: u32,
    norm: bool,
    /// By day of the year: not looked up yet, nothing, or the day.
    days: Vec<Option<Option<SetDay>>>,
}

/// Groups with their schools, the home, and the own group and grade where they matter.
type SetKey = (Vec<(GroupNo, SchoolNo)>, u32, (GroupNo, u8));

pub(crate) struct Builder<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) year: Span,
    pub(crate) school_days: HashMap<SchoolNo, Vec<bool>>,
    pub(crate) lesson_schools: BTreeSet<SchoolNo>,
    pub(crate) presumed: BTreeSet<SchoolNo>,
    sets: Vec<Set>,
    set_nos: HashMap<SetKey, usize>,
    home_nos: HashMap<Home, u32>,
    scratch: Vec<PatternSlot>,
    pub(crate) engine: Engine,
}

impl Engine {
    /// Builds the columns of a school year from facts that [`Facts::as_known`] resolved (sorted by
    /// key, one version of each).
    pub fn build(facts: &Facts, year: Span) -> Engine {
        let mut builder = Builder::new(facts, year);
        builder.prepare_schools();
        let mut exceptions = facts.exceptions.as_slice();
        let mut marks = facts.marks.as_slice();
        let mut by_pupil: BTreeMap<PupilNo, Vec<&Enrolment>> = BTreeMap::new();
        for enrolment in &facts.enrolments {
            by_pupil.entry(enrolment.pupil).or_default().push(enrolment);
        }
        for (pupil, enrolments) in by_pupil {
            let own = take_of(&mut exceptions, pupil, |exception| exception.pupil);
            let said = take_of(&mut marks, pupil, |mark| mark.pupil);
            let first = builder.engine.day.len();
            builder.pupil(pupil, &enrolments, own);
            builder.engine.pupils.push(pupil);
            builder
                .engine
                .row_ends
                .push(builder.engine.day.len() as u32);
            builder.say(first, said);
            builder
                .engine
                .marks
                .extend(said.iter().filter(|mark| year.contains(mark.day)));
            builder
                .engine
                .mark_ends
                .push(builder.engine.marks.len() as u32);
        }
        builder.finish()
    }
}

/// The leading items of one pupil; items of pupils before are dropped.
fn take_of<'a, T>(rest: &mut &'a [T], pupil: PupilNo, of: impl Fn(&T) -> PupilNo) -> &'a [T] {
    let all: &'a [T] = rest;
    let from = all.partition_point(|item| of(item) < pupil);
    let to = from + all[from..].partition_point(|item| of(item) == pupil);
    *rest = &all[to..];
    &all[from..to]
}

impl<'a> Builder<'a> {
    fn new(facts: &'a Facts, year: Span) -> Builder<'a> {
        let engine = Engine {
            year,
            pupils: Vec::new(),
            row_ends: Vec::new(),
            day: Vec::new(),
            pattern: Vec::new(),
            home: Vec::new(),
            taken: Vec::new(),
            planes: Vec::new(),
            shorts: Vec::new(),
            short_overlay: BTreeMap::new(),
            patterns: Patterns::default(),
            homes: Vec::new(),
            marks: Vec::new(),
            mark_ends: Vec::new(),
            mark_overlay: BTreeMap::new(),
            members: HashMap::new(),
            years: BTreeMap::new(),
            problems: Vec::new(),
        };
        Builder {
            facts,
            year,
            school_days: HashMap::new(),
            lesson_schools: BTreeSet::new(),
            presumed: BTreeSet::new(),
            sets: Vec::new(),
            set_nos: HashMap::new(),
            home_nos: HashMap::new(),
            scratch: Vec::new(),
            engine,
        }
    }

    pub(crate) fn offset(&self, day: Day) -> usize {
        (day.0 - self.year.from.0) as usize
    }

    pub(crate) fn length(&self) -> usize {
        (self.year.to.0 - self.year.from.0) as usize
    }

    /// Rows of one pupil, without marks.
    fn pupil(
        &mut self,
        pupil: PupilNo,
        enrolments: &[&Enrolment],
        exceptions: &[TimetableException],
    ) {
        let index = self.engine.pupils.len() as u32;
        let mut cuts = vec![self.year.from, self.year.to];
        for enrolment in enrolments {
            let members = self.engine.members.entry(enrolment.group).or_default();
            if members.last() != Some(&index) {
                members.push(index);
            }
            let inside = enrolment.span.meet(self.year);
            if !inside.is_empty() {
                cuts.extend([inside.from, inside.to]);
            }
        }
        cuts.sort_unstable();
        cuts.dedup();
        for pair in cuts.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let here: Vec<&Enrolment> = enrolments
                .iter()
                .copied()
                .filter(|e| e.span.contains(from))
                .collect();
            let Some(own) = here.iter().find(|e| e.homeroom).or(here.first()) else {
                continue;
            };
            let set = self.set(&here, own);
            let mut day = from;
            while day < to {
                let special = exceptions
                    .iter()
                    .any(|exception| exception.span.contains(day));
                let found = if special {
                    self.special(pupil, set, day, exceptions)
                } else {
                    self.shared(pupil, set, day)
                };
                if let Some(found) = found {
                    self.engine.day.push((day.0 - self.year.from.0) as u16);
                    self.engine.pattern.push(found.pattern);
                    self.engine.home.push(self.sets[set].home);
                    self.engine.taken.push(found.taken);
                    self.engine.planes.push(Planes::default());
                }
                day = day.next();
            }
        }
    }

    fn set(&mut self, here: &[&Enrolment], own: &Enrolment) -> usize {
        let mut groups: Vec<(GroupNo, SchoolNo)> =
            here.iter().map(|e| (e.group, e.school)).collect();
        groups.sort_unstable();
        groups.dedup();
        let norm = !self.lesson_schools.contains(&own.school);
        let home = Home {
            school: own.school,
            class: own.homeroom.then_some(own.group),
            norm,
            presumed: self.presumed.contains(&own.school),
        };
        let next = self.engine.homes.len() as u32;
        let home_no = *self.home_nos.entry(home).or_insert(next);
        if home_no == next {
            self.engine.homes.push(home);
        }
        // Where the day is by the norm, the own group and grade matter beside the home.
        let by_norm = if norm {
            (own.group, own.grade)
        } else {
            (GroupNo(0), 0)
        };
        let key = (groups, home_no, by_norm);
        if let Some(&known) = self.set_nos.get(&key) {
            return known;
        }
        let days = vec![None; self.length()];
        self.sets.push(Set {
            groups: key.0.clone(),
            own: *own,
            home: home_no,
            norm,
            days,
        });
        self.set_nos.insert(key, self.sets.len() - 1);
        self.sets.len() - 1
    }

    fn shared(&mut self, pupil: PupilNo, set: usize, day: Day) -> Option<SetDay> {
        let offset = self.offset(day);
        if let Some(known) = self.sets[set].days[offset] {
            return known;
        }
        self.lessons(set, day);
        let too_many = self.scratch.len() > SLOTS_MAX;
        let found = self.intern(pupil, set, day);
        if !too_many {
            // A day that is too long is looked up for each pupil, so that each is reported.
            self.sets[set].days[offset] = Some(found);
        }
        found
    }

    fn special(
        &mut self,
        pupil: PupilNo,
        set: usize,
        day: Day,
        exceptions: &[TimetableException],
    ) -> Option<SetDay> {
        self.lessons(set, day);
        for slot in &mut self.scratch {
            for exception in exceptions {
                if exception.covers(day, slot.start, slot.subject) {
                    slot.minutes = slot.minutes.min(exception.minutes);
                }
            }
        }
        self.intern(pupil, set, day)
    }

    /// The lessons of a set on a day, into the scratch.
    fn lessons(&mut self, set: usize, day: Day) {
        self.scratch.clear();
        let set = &self.sets[set];
        let offset = self.offset(day);
        if set.norm {
            if self.school_days[&set.own.school][offset] {
                let lessons = norm_lessons(set.own.grade, day.weekday());
                self.scratch.extend((0..lessons).map(|place| PatternSlot {
                    group: set.own.group,
                    start: norm_slot_start(place),
                    subject: SubjectNo::default(),
                    minutes: NORM_MINUTES,
                }));
            }
            return;
        }
        for &(group, school) in &set.groups {
            if !self.school_days[&school][offset] {
                continue;
            }
            let held = lessons_of(&self.facts.lessons, group, day);
            self.scratch.extend(
                held.iter()
                    .filter(|lesson| !lesson.cancelled)
                    .map(|lesson| PatternSlot {
                        group,
                        start: lesson.start,
                        subject: lesson.subject,
                        minutes: lesson.minutes,
                    }),
            );
        }
    }

    fn intern(&mut self, pupil: PupilNo, set: usize, day: Day) -> Option<SetDay> {
        self.scratch.retain(|slot| slot.minutes > 0);
        self.scratch.sort_by_key(|slot| (slot.start, slot.group));
        self.scratch.dedup_by_key(|slot| (slot.start, slot.group));
        if self.scratch.is_empty() {
            return None;
        }
        if self.scratch.len() > SLOTS_MAX {
            self.engine.problems.push(Problem { pupil, day });
            self.scratch.truncate(SLOTS_MAX);
        }
        let presumed = self.presumed.contains(&self.sets[set].own.school);
        let mut taken = 0;
        for (place, slot) in self.scratch.iter().enumerate() {
            if presumed || is_taken(&self.facts.registers, slot, day) {
                taken |= 1 << place;
            }
        }
        Some(SetDay {
            pattern: self.engine.patterns.intern(&self.scratch),
            taken,
        })
    }

    /// Writes the marks of the pupil built last into its rows.
    fn say(&mut self, first: usize, marks: &[lasna_domain::attendance::Mark]) {
        let mut rest = marks;
        for row in first..self.engine.day.len() {
            let day = self.engine.day_of(row);
            let from = rest.partition_point(|mark| mark.day < day);
            let to = from + rest[from..].partition_point(|mark| mark.day == day);
            let of_day = &rest[from..to];
            rest = &rest[to..];
            if of_day.iter().any(|mark| mark.kind.is_some()) {
                let pattern = self.engine.patterns.of(self.engine.pattern[row]);
                let said = expand(pattern, of_day.iter());
                self.engine.planes[row] =
                    planes(row as u32, pattern, &said, &mut self.engine.shorts);
            }
        }
    }

    fn finish(self) -> Engine {
        let mut engine = self.engine;
        engine.day.shrink_to_fit();
        engine.pattern.shrink_to_fit();
        engine.home.shrink_to_fit();
        engine.taken.shrink_to_fit();
        engine.planes.shrink_to_fit();
        engine.shorts.shrink_to_fit();
        engine.marks.shrink_to_fit();
        engine
    }
}

fn lessons_of(lessons: &[Lesson], group: GroupNo, day: Day) -> &[Lesson] {
    let key = |lesson: &Lesson| (lesson.group, lesson.day);
    let from = lessons.partition_point(|lesson| key(lesson) < (group, day));
    let to = from
        + lessons[from..]
            .iter()
            .take_while(|l| key(l) == (group, day))
            .count();
    &lessons[from..to]
}

fn is_taken(registers: &[Register], slot: &PatternSlot, day: Day) -> bool {
    registers
        .binary_search_by_key(&(slot.group, day, slot.start), |r| {
            (r.group, r.day, r.start)
        })
        .is_ok_and(|found| registers[found].taken)
}

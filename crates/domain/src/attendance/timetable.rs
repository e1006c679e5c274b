//! One pupil's day: the lessons that were to be attended and what is said of each.
//!
//! Source: `docs/areas/attendance.md`: possible minutes are the lessons of the pupil's groups on
//! school days of the calendar, inside the enrolment, as the individual timetable says, not
//! cancelled. This module knows one [`View`]: facts already resolved as known on an instant.
//!
//! Invariant: a slot has possible minutes, and its parts add to them.

use super::facts::{CalendarDay, Enrolment, Facts, Lesson, Register, School, TimetableException};
use super::mark::{Mark, MarkAbout};
use super::norm::{NORM_MINUTES, norm_lessons, norm_slot_start};
use super::slots::{PupilDay, Slot, SlotMinutes, say_day, say_slot, slot};
use crate::calendar::{Day, Instant, Span, TimeOfDay, school_year_of};
use crate::ids::{GroupNo, PupilNo, SchoolNo, SubjectNo};
use std::collections::{BTreeMap, BTreeSet};

/// Facts as known on an instant, indexed for asking.
#[derive(Clone, Debug)]
pub struct View {
    schools: BTreeMap<SchoolNo, School>,
    calendar: BTreeMap<(Option<SchoolNo>, Day), CalendarDay>,
    calendar_years: BTreeSet<(Option<SchoolNo>, Span)>,
    lessons: BTreeMap<(GroupNo, Day), Vec<Lesson>>,
    lesson_years: BTreeSet<(SchoolNo, Span)>,
    lesson_days: BTreeSet<(SchoolNo, Day)>,
    enrolments: BTreeMap<PupilNo, Vec<Enrolment>>,
    exceptions: BTreeMap<PupilNo, Vec<TimetableException>>,
    registers: BTreeMap<(GroupNo, Day, TimeOfDay), Register>,
    marks: BTreeMap<(PupilNo, Day), Vec<Mark>>,
}

impl View {
    /// Resolves facts as known on an instant.
    pub fn new(facts: &Facts, known_at: Instant) -> View {
        let facts = facts.as_known(known_at);
        let mut group_schools: BTreeMap<GroupNo, BTreeSet<SchoolNo>> = BTreeMap::new();
        let mut view = View {
            schools: facts
                .schools
                .into_iter()
                .map(|school| (school.no, school))
                .collect(),
            calendar: BTreeMap::new(),
            calendar_years: BTreeSet::new(),
            lessons: BTreeMap::new(),
            lesson_years: BTreeSet::new(),
            lesson_days: BTreeSet::new(),
            enrolments: BTreeMap::new(),
            exceptions: BTreeMap::new(),
            registers: BTreeMap::new(),
            marks: BTreeMap::new(),
        };
        for day in facts.calendar {
            view.calendar_years
                .insert((day.school, school_year_of(day.day)));
            view.calendar.insert((day.school, day.day), day);
        }
        for enrolment in facts.enrolments {
            group_schools
                .entry(enrolment.group)
                .or_default()
                .insert(enrolment.school);
            view.enrolments
                .entry(enrolment.pupil)
                .or_default()
                .push(enrolment);
        }
        for lesson in facts.lessons {
            for &school in group_schools.get(&lesson.group).into_iter().flatten() {
                view.lesson_years
                    .insert((school, school_year_of(lesson.day)));
                if !lesson.cancelled {
                    view.lesson_days.insert((school, lesson.day));
                }
            }
            view.lessons
                .entry((lesson.group, lesson.day))
                .or_default()
                .push(lesson);
        }
        for exception in facts.exceptions {
            view.exceptions
                .entry(exception.pupil)
                .or_default()
                .push(exception);
        }
        for register in facts.registers {
            view.registers
                .insert((register.group, register.day, register.start), register);
        }
        for mark in facts.marks {
            view.marks
                .entry((mark.pupil, mark.day))
                .or_default()
                .push(mark);
        }
        view
    }

    /// Pupils with an enrolment, by number.
    pub fn pupils(&self) -> impl Iterator<Item = PupilNo> + '_ {
        self.enrolments.keys().copied()
    }

    /// The school's terms and periods; a school that nobody described has none.
    pub fn school(&self, school: SchoolNo) -> School {
        self.schools.get(&school).cloned().unwrap_or(School {
            no: school,
            ..School::default()
        })
    }

    /// Whether there is school: the school's own calendar, then the common one, then every day
    /// with a lesson that is held where no calendar of the school year is known.
    pub fn is_school_day(&self, school: SchoolNo, day: Day) -> bool {
        if let Some(own) = self.calendar.get(&(Some(school), day)) {
            return own.school_day;
        }
        if let Some(common) = self.calendar.get(&(None, day)) {
            return common.school_day;
        }
        let year = school_year_of(day);
        let known = self.calendar_years.contains(&(Some(school), year))
            || self.calendar_years.contains(&(None, year));
        !known && self.lesson_days.contains(&(school, day))
    }

    /// Days of a span on which the pupil has possible minutes, with what is said of each lesson.
    pub fn pupil_days(&self, pupil: PupilNo, span: Span) -> Vec<PupilDay> {
        let mut days = Vec::new();
        let mut day = span.from;
        while day < span.to {
            days.extend(self.pupil_day(pupil, day));
            day = day.next();
        }
        days
    }

    /// One day of a pupil; `None` where nothing was to be attended.
    pub fn pupil_day(&self, pupil: PupilNo, day: Day) -> Option<PupilDay> {
        let all = self.enrolments.get(&pupil)?;
        let here: Vec<&Enrolment> = all.iter().filter(|e| e.span.contains(day)).collect();
        // Lists are in order of number, so the first homeroom of several is the lowest number.
        let own = here.iter().find(|e| e.homeroom).or(here.first())?;
        let year = school_year_of(day);
        let norm = !self.lesson_years.contains(&(own.school, year));
        let mut slots = if norm {
            self.norm_slots(own, day)
        } else {
            self.lesson_slots(&here, day)
        };
        for exception in self.exceptions.get(&pupil).into_iter().flatten() {
            for slot in &mut slots {
                if exception.covers(day, slot.start, slot.subject) {
                    slot.possible = slot.possible.min(exception.minutes);
                }
            }
        }
        slots.retain(|slot| slot.possible > 0);
        slots.sort_by_key(|slot| (slot.start, slot.group));
        slots.dedup_by_key(|slot| (slot.start, slot.group));
        if slots.is_empty() {
            return None;
        }
        let presumed = self
            .schools
            .get(&own.school)
            .is_some_and(|school| school.presumed);
        let marks = self.marks.get(&(pupil, day)).map_or(&[][..], Vec::as_slice);
        self.say(&mut slots, marks, day, presumed);
        Some(PupilDay {
            day,
            school: own.school,
            class: own.homeroom.then_some(own.group),
            slots,
            norm,
            presumed,
        })
    }

    fn norm_slots(&self, own: &Enrolment, day: Day) -> Vec<Slot> {
        let lessons = norm_lessons(own.grade, day.weekday());
        let lessons = if self.is_school_day(own.school, day) {
            lessons
        } else {
            0
        };
        (0..lessons)
            .map(|place| {
                slot(
                    own.group,
                    norm_slot_start(place),
                    SubjectNo::default(),
                    NORM_MINUTES,
                )
            })
            .collect()
    }

    fn lesson_slots(&self, here: &[&Enrolment], day: Day) -> Vec<Slot> {
        here.iter()
            .filter(|enrolment| self.is_school_day(enrolment.school, day))
            .flat_map(|enrolment| {
                self.lessons
                    .get(&(enrolment.group, day))
                    .into_iter()
                    .flatten()
            })
            .filter(|lesson| !lesson.cancelled)
            .map(|lesson| slot(lesson.group, lesson.start, lesson.subject, lesson.minutes))
            .collect()
    }

    /// Writes into each slot what is said of it.
    ///
    /// A mark of the whole day is spread over its lessons in order: so many hundredths of the day's
    /// minutes, rounded half up, are what the mark says, the rest of the day is present. A mark of a
    /// lesson goes before a mark of the day.
    fn say(&self, slots: &mut [Slot], marks: &[Mark], day: Day, presumed: bool) {
        for slot in slots.iter_mut() {
            let taken = self
                .registers
                .get(&(slot.group, day, slot.start))
                .is_some_and(|register| register.taken);
            slot.minutes = match taken || presumed {
                true => SlotMinutes {
                    present: slot.possible,
                    ..SlotMinutes::default()
                },
                false => SlotMinutes {
                    unmarked: slot.possible,
                    ..SlotMinutes::default()
                },
            };
        }
        for mark in marks {
            if let (MarkAbout::Day { hundredths }, Some(kind)) = (mark.about, mark.kind) {
                say_day(slots, kind, mark.reason, hundredths);
            }
        }
        for mark in marks {
            let (MarkAbout::Lesson { group, start }, Some(kind)) = (mark.about, mark.kind) else {
                continue;
            };
            for slot in slots
                .iter_mut()
                .filter(|s| s.group == group && s.start == start)
            {
                say_slot(
                    slot,
                    kind,
                    mark.reason,
                    kind.minutes().unwrap_or(slot.possible),
                );
            }
        }
    }
}

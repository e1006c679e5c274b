//! One pupil's day: the lessons that were to be attended and what is said of each.
//!
//! Source: arithmetic.md, "Identity": possible minutes are the lessons of the pupil's groups on
//! school days of the calendar, inside the enrolment, as the individual timetable says, not
//! cancelled. This module knows one [`View`]: facts already resolved as known on an instant.
//!
//! Invariant: a slot has possible minutes, and its parts add to them.

use super::facts::{CalendarDay, Enrolment, Facts, Lesson, Register, School, TimetableException};
use super::figures::Figures;
use super::mark::{Approval, Mark, MarkAbout, MarkKind, Presence, Reason};
use super::norm::{NORM_MINUTES, norm_lessons, norm_slot_start};
use crate::calendar::{Day, Instant, Span, TimeOfDay, school_year_of};
use crate::ids::{GroupNo, PupilNo, SchoolNo, SubjectNo};
use std::collections::{BTreeMap, BTreeSet};

/// Minutes of one slot by what is said of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of Figures")]
pub struct SlotMinutes {
    pub present: u16,
    pub elsewhere: u16,
    pub authorised: u16,
    pub unauthorised: u16,
    pub unresolved: u16,
    pub unmarked: u16,
    pub late: u16,
}

impl SlotMinutes {
    /// Absent minutes.
    pub const fn absent(self) -> u16 {
        self.authorised + self.unauthorised + self.unresolved
    }

    /// The split of `possible` minutes by a mark of which `minutes` (at most `possible`) are about.
    ///
    /// A removal without approval is a note on behaviour: the pupil counts as present. A lateness
    /// counts as present, with its minutes beside it.
    pub const fn of_mark(kind: MarkKind, minutes: u16, possible: u16) -> SlotMinutes {
        let mut split = SlotMinutes {
            present: 0,
            elsewhere: 0,
            authorised: 0,
            unauthorised: 0,
            unresolved: 0,
            unmarked: 0,
            late: 0,
        };
        let part = if minutes < possible {
            minutes
        } else {
            possible
        };
        let mut taken = part;
        match (kind.presence(), kind.approval()) {
            (Presence::Elsewhere, _) => split.elsewhere = part,
            (Presence::Late, _) => {
                split.late = part;
                taken = 0;
            }
            (Presence::Present, _) | (_, Approval::NotNeeded) => taken = 0,
            (_, Approval::Authorised) => split.authorised = part,
            (_, Approval::Unauthorised) => split.unauthorised = part,
            (_, Approval::Unresolved) => split.unresolved = part,
        }
        split.present = possible - taken;
        split
    }
}

/// One lesson of a pupil's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The group; the pupil's class where the day is by the norm.
    pub group: GroupNo,
    /// Start.
    pub start: TimeOfDay,
    /// What is taught.
    pub subject: SubjectNo,
    /// Minutes to attend, greater than zero.
    pub possible: u16,
    /// What is said of them.
    pub minutes: SlotMinutes,
    /// The mark in force with the minutes it is about here; `None` where only a register, or
    /// nothing, speaks.
    pub mark: Option<(MarkKind, Reason, u16)>,
}

/// One day of a pupil with possible minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PupilDay {
    /// The day.
    pub day: Day,
    /// The school it is attributed to.
    pub school: SchoolNo,
    /// The pupil's own class that day, where there is one.
    pub class: Option<GroupNo>,
    /// Lessons by start, then group; never empty.
    pub slots: Vec<Slot>,
    /// Possible minutes by the norm.
    pub norm: bool,
    /// Unmarked counts as presumed present.
    pub presumed: bool,
}

impl PupilDay {
    /// The sums of the day.
    pub fn figures(&self) -> Figures {
        let mut sum = Figures {
            days: 1,
            norm: self.norm,
            presumed: self.presumed,
            ..Figures::default()
        };
        for slot in &self.slots {
            sum.possible += u64::from(slot.possible);
            sum.present += u64::from(slot.minutes.present);
            sum.elsewhere += u64::from(slot.minutes.elsewhere);
            sum.authorised += u64::from(slot.minutes.authorised);
            sum.unauthorised += u64::from(slot.minutes.unauthorised);
            sum.unresolved += u64::from(slot.minutes.unresolved);
            sum.unmarked += u64::from(slot.minutes.unmarked);
            sum.late += u64::from(slot.minutes.late);
        }
        sum
    }

    /// Absent minutes of the day.
    pub fn absent(&self) -> u32 {
        self.slots
            .iter()
            .map(|slot| u32::from(slot.minutes.absent()))
            .sum()
    }

    /// Possible minutes of the day.
    pub fn possible(&self) -> u32 {
        self.slots.iter().map(|slot| u32::from(slot.possible)).sum()
    }

    /// Whether every minute was missed.
    pub fn is_full_absence(&self) -> bool {
        self.absent() == self.possible()
    }
}

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

fn slot(group: GroupNo, start: TimeOfDay, subject: SubjectNo, possible: u16) -> Slot {
    Slot {
        group,
        start,
        subject,
        possible,
        minutes: SlotMinutes::default(),
        mark: None,
    }
}

fn say_slot(slot: &mut Slot, kind: MarkKind, reason: Reason, minutes: u16) {
    let about = minutes.min(slot.possible);
    slot.minutes = SlotMinutes::of_mark(kind, about, slot.possible);
    slot.mark = Some((kind, reason, about));
}

fn say_day(slots: &mut [Slot], kind: MarkKind, reason: Reason, hundredths: u8) {
    let day: u32 = slots.iter().map(|slot| u32::from(slot.possible)).sum();
    let mut left = match kind.minutes() {
        Some(minutes) => u32::from(minutes).min(day),
        None => (day * u32::from(hundredths) + 50) / 100,
    };
    for slot in slots {
        let about = u32::from(slot.possible).min(left) as u16;
        left -= u32::from(about);
        if about > 0 {
            say_slot(slot, kind, reason, about);
        } else {
            slot.minutes = SlotMinutes {
                present: slot.possible,
                ..SlotMinutes::default()
            };
        }
    }
}

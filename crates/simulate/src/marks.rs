//! From a pupil's day to the records in the register: marks, corrections, withdrawals.
//!
//! What it is not: it counts nothing; that is [`crate::truth`].
//!
//! Invariant: the records of one lesson have instants that differ, and none is after the closing.

use crate::absence::{Explained, State};
use crate::book::Lesson;
use crate::calendar::{Calendar, DayNo, Minute};
use crate::codes::Code;
use crate::dice::Dice;

/// One record about a pupil in a lesson.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    /// Place of the lesson in the pupil's day.
    pub lesson: usize,
    pub code: Code,
    pub minutes: Option<u16>,
    pub known_at: Minute,
    /// Takes back what was said before.
    pub withdrawn: bool,
}

/// One lesson of a pupil's day, with what the pupil is to attend of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attended {
    pub lesson: Lesson,
    /// Whether the own timetable leaves anything of it, as known at the closing.
    pub exempt: bool,
}

/// Writes down days, into a list that is used again.
pub(crate) struct Recorder<'a> {
    pub calendar: &'a Calendar,
    pub closing: Minute,
    /// Nothing is left out and nothing was a mistake: the day has a script.
    pub exact: bool,
    pub records: Vec<Record>,
}

impl Recorder<'_> {
    /// Fills `records` with what the register says of a day.
    pub(crate) fn day(
        &mut self,
        day: DayNo,
        lessons: &[Attended],
        state: State,
        event: Option<Code>,
        dice: &mut Dice,
    ) {
        self.records.clear();
        let n = lessons.len();
        let span = |first: u8, count: u8| {
            let from = usize::from(first) % n.max(1);
            from..from + usize::from(count)
        };
        for (place, attended) in lessons.iter().enumerate() {
            match state {
                State::Away(explained) => {
                    self.absent(day, place, attended, explained, None, dice);
                }
                State::Part {
                    explained,
                    first,
                    count,
                    minutes,
                } if span(first, count).contains(&place) => {
                    self.absent(day, place, attended, explained, minutes, dice);
                }
                State::OneLesson {
                    code,
                    first,
                    minutes,
                } if span(first, 1).contains(&place) => {
                    self.mark(day, place, attended, code, minutes, 0.9, dice);
                }
                _ => {
                    if let Some(code) = event {
                        self.mark(day, place, attended, code, None, 0.6, dice);
                    }
                }
            }
        }
    }

    fn absent(
        &mut self,
        day: DayNo,
        place: usize,
        attended: &Attended,
        explained: Explained,
        minutes: Option<u16>,
        dice: &mut Dice,
    ) {
        // An explanation from before the lesson is what the teacher marks.
        let known = self.known_at(day, &attended.lesson);
        let (code, then) = match explained.then {
            Some((code, at)) if at <= known => (code, None),
            then => (explained.first, then),
        };
        let Some(known) = self.mark(day, place, attended, code, minutes, 0.35, dice) else {
            return;
        };
        let mut last = known;
        if let Some((code, at)) = then {
            self.push(place, code, minutes, at, false);
            last = at;
        }
        // Few marks were mistakes: taken back, or put right as there or late.
        if self.exact {
            return;
        }
        let at = last + 60 + dice.below(3000);
        match dice.unit() {
            u if u < 0.003 => self.push(place, code, minutes, at, true),
            u if u < 0.006 => self.push(place, Code::Present, None, at, false),
            u if u < 0.009 => {
                let late = Some(5 + dice.below(15) as u16);
                self.push(place, Code::Late, late, at, false);
            }
            _ => {}
        }
    }

    /// A first mark. Where no register was taken it is made with the chance `alone`.
    #[allow(
        clippy::too_many_arguments,
        reason = "the parts of one mark, all needed"
    )]
    fn mark(
        &mut self,
        day: DayNo,
        place: usize,
        attended: &Attended,
        code: Code,
        minutes: Option<u16>,
        alone: f64,
        dice: &mut Dice,
    ) -> Option<Minute> {
        let lesson = &attended.lesson;
        let chance = match lesson {
            _ if self.exact && (attended.exempt || lesson.cancelled) => 0.0,
            _ if attended.exempt => 0.1,
            Lesson {
                cancelled: true, ..
            } => 0.05,
            Lesson { taken: Some(_), .. } => 1.0,
            _ if self.exact => 1.0,
            _ => alone,
        };
        let known = self.known_at(day, lesson);
        if known > self.closing || !dice.chance(chance) {
            return None;
        }
        self.push(place, code, minutes, known, false);
        Some(known)
    }

    fn known_at(&self, day: DayNo, lesson: &Lesson) -> Minute {
        let after = self.calendar.instant(day, lesson.start + lesson.minutes) + 5;
        lesson.taken.unwrap_or(after)
    }

    fn push(
        &mut self,
        lesson: usize,
        code: Code,
        minutes: Option<u16>,
        known_at: Minute,
        withdrawn: bool,
    ) {
        if known_at <= self.closing {
            self.records.push(Record {
                lesson,
                code,
                minutes,
                known_at,
                withdrawn,
            });
        }
    }
}

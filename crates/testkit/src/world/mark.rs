//! Marks of a world: of lessons and of days, of every kind, with corrections and withdrawals.
//!
//! A pupil is at times well and at times away for days, so that spells and runs occur.
//!
//! Invariant: most marks are about a lesson that the pupil has; a few are about none.

use super::{Builder, SchoolPlan};
use lasna_domain::attendance::{
    Approval, Enrolment, Mark, MarkAbout, MarkKind, Presence, Reason, norm_slot_start,
};
use lasna_domain::calendar::{Day, TimeOfDay};
use lasna_domain::ids::{GroupNo, PupilNo};

/// How one pupil is.
struct Habit {
    /// A spell of days away begins on so many days in a hundred.
    away_percent: u32,
    /// A lesson of another day is marked so often.
    lesson_percent: u32,
    /// A day away is told as a day, not lesson by lesson, so often.
    day_percent: u32,
}

impl Builder {
    pub(super) fn marks(&mut self) {
        let mut pupils: Vec<PupilNo> = self.facts.enrolments.iter().map(|e| e.pupil).collect();
        pupils.dedup();
        for pupil in pupils {
            let enrolments: Vec<Enrolment> = self
                .facts
                .enrolments
                .iter()
                .filter(|e| e.pupil == pupil)
                .copied()
                .collect();
            let habit = Habit {
                away_percent: self.dice.pick(&[0, 2, 5, 10, 30]),
                lesson_percent: self.dice.pick(&[0, 1, 3, 8, 25]),
                day_percent: self.dice.pick(&[0, 0, 20, 100]),
            };
            self.marks_of(pupil, &enrolments, &habit);
        }
    }

    fn marks_of(&mut self, pupil: PupilNo, enrolments: &[Enrolment], habit: &Habit) {
        let mut away_until = self.span.from;
        let mut kind = self.kind();
        let mut day = self.span.from;
        while day < self.span.to {
            if day >= away_until && self.dice.chance(habit.away_percent) {
                away_until = day.plus(self.dice.pick(&[1, 1, 2, 3, 5, 14]));
                kind = self.kind();
            }
            let away = day < away_until;
            if away && self.dice.chance(habit.day_percent) || self.dice.chance(1) {
                let hundredths = self.dice.pick(&[100, 100, 50, 33, 1, 99]);
                let said = if self.dice.chance(80) {
                    kind
                } else {
                    self.kind()
                };
                self.mark(pupil, day, MarkAbout::Day { hundredths }, said);
            }
            for (group, start) in self.places(day, enrolments) {
                let said = match away {
                    true => self.dice.chance(85).then_some(kind),
                    false => self.dice.chance(habit.lesson_percent).then(|| self.kind()),
                };
                if let Some(said) = said {
                    self.mark(pupil, day, MarkAbout::Lesson { group, start }, said);
                }
            }
            day = day.next();
        }
    }

    /// Lessons that the pupil may have on a day, cancelled or not.
    fn places(&mut self, day: Day, enrolments: &[Enrolment]) -> Vec<(GroupNo, TimeOfDay)> {
        let weekday = day.weekday().index();
        let stray = self.dice.chance(1);
        let mut places = Vec::new();
        for enrolment in enrolments.iter().filter(|e| stray || e.span.contains(day)) {
            let group = enrolment.group;
            let school = self
                .schools
                .iter()
                .find(|school| school.no == enrolment.school);
            let Some(SchoolPlan { norm, groups, .. }) = school else {
                continue;
            };
            if *norm && weekday < 5 {
                places.extend((0..6).map(|place| (group, norm_slot_start(place))));
            } else if let Some(plan) = groups.iter().find(|plan| plan.no == group) {
                let of_day = plan
                    .week
                    .iter()
                    .filter(|planned| planned.weekday == weekday);
                places.extend(of_day.map(|planned| (group, TimeOfDay(planned.start))));
            }
        }
        if stray {
            places.push((GroupNo(9_999), TimeOfDay(481)));
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// A mark with what became of it later.
    fn mark(&mut self, pupil: PupilNo, day: Day, about: MarkAbout, kind: MarkKind) {
        let known_at = self.known(day);
        let first = Mark {
            pupil,
            day,
            about,
            known_at,
            kind: Some(kind),
            reason: self.reason(),
        };
        self.facts.marks.push(first);
        let mut last = first;
        while self.dice.chance(12) {
            last.known_at = self.later(last.known_at);
            match self.dice.below(4) {
                0 => last.kind = None,
                1 => last.reason = self.reason(),
                2 => last.kind = Some(self.kind()),
                _ => {
                    let approval = self
                        .dice
                        .pick(&[Approval::Authorised, Approval::Unauthorised]);
                    last.kind = MarkKind::new(Presence::Absent, approval, kind.minutes()).ok();
                }
            }
            if let MarkAbout::Day { hundredths } = &mut last.about {
                *hundredths = self.dice.between(1, 100) as u8;
            }
            self.facts.marks.push(last);
        }
    }

    /// Any kind of mark; absence more often than the others.
    fn kind(&mut self) -> MarkKind {
        let presence = match self.dice.chance(50) {
            true => Presence::Absent,
            false => self.dice.pick(Presence::ALL),
        };
        let minutes = match self.dice.chance(25) {
            true => Some(self.dice.pick(&[0, 1, 5, 15, 16, 30, 45, 60, 200])),
            false => None,
        };
        let approval = self.dice.pick(Approval::ALL);
        // What means nothing becomes the nearest thing that means something.
        MarkKind::new(presence, approval, minutes)
            .or_else(|_| match presence {
                Presence::Absent => MarkKind::new(presence, Approval::Unresolved, minutes),
                Presence::Late => MarkKind::new(presence, Approval::NotNeeded, Some(12)),
                _ => MarkKind::new(presence, Approval::NotNeeded, minutes),
            })
            .unwrap_or(MarkKind::PRESENT)
    }

    fn reason(&mut self) -> Reason {
        self.dice.pick(Reason::ALL)
    }
}

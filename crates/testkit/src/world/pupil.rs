//! Pupils of a world: enrolments with transfers and corrections, individual timetables.
//!
//! It says nothing of presence.
//!
//! Invariant: at one time a pupil has at most two own classes and three other groups.

use super::{Builder, GroupPlan, SchoolPlan};
use lasna_domain::attendance::{Enrolment, TimetableException};
use lasna_domain::calendar::{Day, Instant, Span, TimeOfDay};
use lasna_domain::ids::{EnrolmentNo, PersonNo, PupilNo, SubjectNo};

impl Builder {
    pub(super) fn pupils(&mut self, count: u32) {
        let mut pupil = 0;
        for _ in 0..count {
            pupil += self.dice.between(1, 4);
            self.pupil(PersonNo(pupil));
        }
    }

    fn pupil(&mut self, pupil: PupilNo) {
        let home = self.dice.below(self.schools.len() as u32) as usize;
        let grade = self.dice.below(10) as u8;
        let from = if self.dice.chance(70) {
            self.span.from.plus(-40)
        } else {
            self.day_near()
        };
        let whole = match self.dice.below(10) {
            0 => Span {
                from,
                to: self.day_near().max(from),
            },
            1 => Span {
                from,
                to: self.span.to.plus(200),
            },
            _ => Span::open(from),
        };
        let class = self.group(home, true);
        match self.dice.below(10) {
            // No own class.
            0 => {}
            // A transfer, whatever the weekday, now and then with days in both or in neither.
            1..=3 => {
                let turn = self.day_inside().max(whole.from);
                let gap = self.dice.pick(&[0, 0, 0, 2, -3]);
                let other = match self.dice.chance(50) {
                    true => self.dice.below(self.schools.len() as u32) as usize,
                    false => home,
                };
                let next = self.group(other, true);
                let before = Span {
                    from: whole.from,
                    to: turn,
                };
                let after = Span {
                    from: turn.plus(gap),
                    to: whole.to,
                };
                self.enrol(pupil, home, &class, before, grade);
                self.enrol(pupil, other, &next, after, grade);
            }
            // Two own classes at once: the lower number is where the day is counted.
            4 => {
                let second = self.group(home, true);
                self.enrol(pupil, home, &class, whole, grade);
                let later = Span {
                    from: self.day_inside(),
                    to: whole.to,
                };
                self.enrol(pupil, home, &second, later, grade);
            }
            _ => self.enrol(pupil, home, &class, whole, grade),
        }
        self.other_groups(pupil, home, whole, grade);
        if self.dice.chance(30) {
            for no in 0..self.dice.between(1, 2) {
                self.exception(pupil, no);
            }
        }
    }

    /// Up to three groups beside the class, some of another school, some for a part of the time.
    fn other_groups(&mut self, pupil: PupilNo, home: usize, whole: Span, grade: u8) {
        for _ in 0..self.dice.below(4) {
            let school = match self.dice.chance(15) {
                true => self.dice.below(self.schools.len() as u32) as usize,
                false => home,
            };
            let group = self.group(school, false);
            let span = match self.dice.chance(60) {
                true => whole,
                false => Span {
                    from: self.day_near(),
                    to: self.span.to,
                },
            };
            self.enrol(pupil, school, &group, span, grade);
        }
    }

    /// A class of a school, or another group where it has one.
    fn group(&mut self, school: usize, homeroom: bool) -> GroupPlan {
        let SchoolPlan { groups, .. } = &self.schools[school];
        let fitting: Vec<usize> = (0..groups.len())
            .filter(|&index| groups[index].homeroom == homeroom)
            .collect();
        // Every school has a class.
        let index = if fitting.is_empty() {
            0
        } else {
            self.dice.pick(&fitting)
        };
        self.schools[school].groups[index].clone()
    }

    fn enrol(&mut self, pupil: PupilNo, school: usize, group: &GroupPlan, span: Span, grade: u8) {
        let no = EnrolmentNo(self.facts.enrolments.len() as u32 * 3 + self.dice.below(3));
        let known_at = self.known(self.span.from.plus(-50));
        let first = Enrolment {
            no,
            pupil,
            group: group.no,
            school: self.schools[school].no,
            homeroom: group.homeroom,
            grade,
            span,
            known_at,
        };
        self.facts.enrolments.push(first);
        if self.dice.chance(15) {
            let mut changed = Enrolment {
                known_at: self.later(known_at),
                ..first
            };
            match self.dice.below(6) {
                // It never was.
                0 => {
                    changed.span = Span {
                        from: span.from,
                        to: span.from,
                    }
                }
                1 => changed.grade = self.dice.below(10) as u8,
                2 => changed.homeroom = !changed.homeroom && group.homeroom,
                3 => changed.span.from = self.day_near(),
                _ => changed.span.to = self.day_near().max(span.from),
            }
            self.facts.enrolments.push(changed);
        }
    }

    /// A part-time plan, an exemption from a subject, or a week's leave from everything.
    fn exception(&mut self, pupil: PupilNo, no: u32) {
        let from = self.day_near();
        let all_day = self.dice.chance(40);
        let (start_from, start_to) = match all_day {
            true => (TimeOfDay(0), TimeOfDay(24 * 60)),
            false => (
                TimeOfDay(self.dice.pick(&[0, 480, 575, 600])),
                TimeOfDay(self.dice.pick(&[575, 576, 720, 1440])),
            ),
        };
        let subject = self.dice.chance(30).then(|| SubjectNo(self.dice.below(5)));
        let known_at: Instant = self.known(from);
        let first = TimetableException {
            no,
            pupil,
            span: Span {
                from,
                to: self.exception_end(from),
            },
            weekdays: self
                .dice
                .pick(&[0b11111, 0b111_1111, 0b00101, 0b01010, 0b1000000]),
            start_from,
            start_to,
            subject,
            minutes: self.dice.pick(&[0, 0, 10, 20, 30, 45, 60, 75]),
            known_at,
        };
        self.facts.exceptions.push(first);
        if self.dice.chance(30) {
            let mut changed = TimetableException {
                known_at: self.later(known_at),
                ..first
            };
            match self.dice.below(3) {
                0 => changed.span = Span { from, to: from },
                1 => changed.minutes = self.dice.pick(&[0, 15, 45]),
                _ => changed.span.to = self.day_near(),
            }
            self.facts.exceptions.push(changed);
        }
    }

    fn exception_end(&mut self, from: Day) -> Day {
        match self.dice.below(3) {
            0 => Day(i32::MAX),
            1 => from.plus(1),
            _ => from.plus(self.dice.between(2, 30) as i32),
        }
    }
}

//! Schools of a world: calendars, terms and periods, groups with their lessons and registers.
//!
//! It knows no pupil.
//!
//! Invariant: a class has at most five lessons a day, another group at most one.

use super::{Builder, GroupPlan, Planned, SchoolPlan};
use lasna_domain::attendance::{CalendarDay, Lesson, Register, School, norm_slot_start};
use lasna_domain::calendar::{Day, Span, TimeOfDay, Weekday};
use lasna_domain::ids::{GroupNo, OrgNo, SchoolNo, SubjectNo};

/// Lesson lengths, the usual ones most often.
const LENGTHS: [u16; 8] = [45, 45, 45, 45, 75, 75, 90, 30];

impl Builder {
    pub(super) fn schools(&mut self, count: u32) {
        if self.dice.chance(60) {
            self.calendar(None);
        }
        let mut group_no = 0;
        for index in 0..count {
            let no = OrgNo(100 * (index + 1) + self.dice.below(9));
            if self.dice.chance(90) {
                let school = self.school(no);
                self.facts.schools.push(school);
            }
            if self.dice.chance(50) {
                self.calendar(Some(no));
            }
            let norm = self.dice.chance(25);
            let classes = self.dice.between(1, 3);
            let others = self.dice.below(4);
            let mut groups = Vec::new();
            for place in 0..classes + others {
                group_no += self.dice.between(1, 5);
                let homeroom = place < classes;
                let week = self.week(homeroom);
                groups.push(GroupPlan {
                    no: GroupNo(group_no),
                    homeroom,
                    week,
                });
            }
            for group in &groups {
                if norm {
                    self.norm_registers(group.no);
                } else {
                    self.lessons(group);
                }
            }
            self.schools.push(SchoolPlan { no, norm, groups });
        }
    }

    fn school(&mut self, no: SchoolNo) -> School {
        let presumed = self.dice.chance(25);
        let terms = if self.dice.chance(70) {
            self.stretches(1, 3)
        } else {
            Vec::new()
        };
        let periods = if self.dice.chance(60) {
            self.stretches(2, 6)
        } else {
            Vec::new()
        };
        School {
            no,
            terms,
            periods,
            presumed,
        }
    }

    /// Terms or periods around the world's days, with or without gaps between them.
    fn stretches(&mut self, least: u32, most: u32) -> Vec<Span> {
        let count = self.dice.between(least, most) as i32;
        let days = self.span.to.0 - self.span.from.0 + 20;
        let gap = self.dice.pick(&[0, 0, 1, 5]);
        let length = (days / count).max(gap + 1);
        let first = self.span.from.plus(-(self.dice.below(14) as i32));
        (0..count)
            .map(|place| {
                let from = first.plus(place * length);
                Span {
                    from,
                    to: from.plus(length - gap),
                }
            })
            .collect()
    }

    /// A calendar of one school or of all: weekdays are school days, some are not after all.
    fn calendar(&mut self, school: Option<SchoolNo>) {
        let whole = self.dice.chance(75);
        let mut day = self.span.from.plus(-3);
        let end = self.span.to.plus(3);
        let mut holiday_until = day;
        while day < end {
            if self.dice.chance(2) || day.to_date().month() == 12 && day.to_date().day() == 23 {
                holiday_until = day.plus(self.dice.between(1, 12) as i32);
            }
            let weekend = day.weekday() >= Weekday::Saturday;
            let school_day = if weekend {
                self.dice.chance(3)
            } else {
                day >= holiday_until
            };
            if whole || self.dice.chance(30) {
                let known_at = self.known(self.span.from.plus(-30));
                let said = CalendarDay {
                    school,
                    day,
                    school_day,
                    known_at,
                };
                self.facts.calendar.push(said);
                if self.dice.chance(4) {
                    let known_at = self.later(known_at);
                    let changed = CalendarDay {
                        school_day: !school_day,
                        known_at,
                        ..said
                    };
                    self.facts.calendar.push(changed);
                }
            }
            day = day.next();
        }
    }

    /// A weekly plan.
    fn week(&mut self, homeroom: bool) -> Vec<Planned> {
        let mut week = Vec::new();
        let weekend = self.dice.chance(12);
        for weekday in 0..7 {
            let count = match (homeroom, weekday) {
                (_, 5..) if !weekend => 0,
                (true, 5..) => self.dice.below(2),
                (true, _) => self.dice.below(6),
                (false, _) => u32::from(self.dice.chance(40)),
            };
            for place in 0..count {
                let start = 8 * 60 + 95 * place as u16 + self.dice.pick(&[0, 0, 0, 15, 60]);
                let minutes = self.dice.pick(&LENGTHS);
                let subject = SubjectNo(self.dice.below(5));
                week.push(Planned {
                    weekday,
                    start,
                    minutes,
                    subject,
                });
            }
        }
        // Starts name lessons: two of one day and start would be one.
        week.sort_by_key(|planned| (planned.weekday, planned.start));
        week.dedup_by_key(|planned| (planned.weekday, planned.start));
        week
    }

    fn lessons(&mut self, group: &GroupPlan) {
        let mut day = self.span.from;
        while day < self.span.to {
            let weekday = day.weekday().index();
            for planned in group
                .week
                .iter()
                .filter(|planned| planned.weekday == weekday)
            {
                if self.dice.chance(96) {
                    self.lesson(group.no, day, *planned);
                }
            }
            day = day.next();
        }
    }

    /// A lesson with its later versions and its register.
    fn lesson(&mut self, group: GroupNo, day: Day, planned: Planned) {
        let start = TimeOfDay(planned.start);
        let known_at = self.known(day.plus(-20));
        let first = Lesson {
            group,
            day,
            start,
            minutes: planned.minutes,
            subject: planned.subject,
            cancelled: self.dice.chance(4),
            known_at,
        };
        self.facts.lessons.push(first);
        if self.dice.chance(8) {
            let mut changed = Lesson {
                known_at: self.later(known_at),
                ..first
            };
            match self.dice.below(4) {
                0 => changed.minutes = self.dice.pick(&[0, 20, 45, 90]),
                1 => changed.subject = SubjectNo(self.dice.below(5)),
                _ => changed.cancelled = !changed.cancelled,
            }
            self.facts.lessons.push(changed);
        }
        self.register(group, day, start);
    }

    fn register(&mut self, group: GroupNo, day: Day, start: TimeOfDay) {
        if !self.dice.chance(self.registers_percent) {
            return;
        }
        let known_at = self.known(day);
        let taken = self.dice.chance(98);
        self.facts.registers.push(Register {
            group,
            day,
            start,
            taken,
            known_at,
        });
        if self.dice.chance(4) {
            let known_at = self.later(known_at);
            self.facts.registers.push(Register {
                group,
                day,
                start,
                taken: !taken,
                known_at,
            });
        }
    }

    /// Registers of the nominal lessons of a class without a timetable.
    fn norm_registers(&mut self, group: GroupNo) {
        if self.dice.chance(50) {
            return;
        }
        let mut day = self.span.from;
        while day < self.span.to {
            for place in 0..6 {
                self.register(group, day, norm_slot_start(place));
            }
            day = day.next();
        }
    }
}

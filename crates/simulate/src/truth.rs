//! The figures that any reading of the files must come to, counted here lesson by lesson.
//!
//! Straight from `docs/areas/attendance.md` and apart from the product's own counting: this module
//! shares no code with it. What it is not: fast, or meant to be.
//!
//! Invariant: each minute is counted once in each level, under the day's homeroom class.

use crate::book::Lesson;
use crate::calendar::{Calendar, DayNo, Minute, date_of};
use crate::marks::Record;
use crate::plan::Plan;
use crate::pupil::{Pupil, Stay};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Minutes of one unit, school year to date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    possible: u64,
    present: u64,
    elsewhere: u64,
    authorised: u64,
    unauthorised: u64,
    unresolved: u64,
    unmarked: u64,
    late: u64,
}

impl Figures {
    fn add(&mut self, other: &Figures) {
        self.possible += other.possible;
        self.present += other.present;
        self.elsewhere += other.elsewhere;
        self.authorised += other.authorised;
        self.unauthorised += other.unauthorised;
        self.unresolved += other.unresolved;
        self.unmarked += other.unmarked;
        self.late += other.late;
    }

    fn row(&self, id: &str) -> Value {
        json!({
            "id": id,
            "possible": self.possible,
            "present": self.present,
            "elsewhere": self.elsewhere,
            "authorised": self.authorised,
            "unauthorised": self.unauthorised,
            "unresolved": self.unresolved,
            "unmarked": self.unmarked,
            "late": self.late,
            "absent": self.authorised + self.unauthorised + self.unresolved,
            "marked": self.possible - self.unmarked,
        })
    }
}

/// What one lesson of one pupil comes to, as known at an instant.
fn count(possible: u16, lesson: &Lesson, of_lesson: &[Record], at: Minute) -> Figures {
    let possible = u64::from(possible);
    let mut figures = Figures {
        possible,
        ..Figures::default()
    };
    let latest = of_lesson
        .iter()
        .filter(|r| r.known_at <= at)
        .max_by_key(|r| r.known_at);
    let Some(record) = latest.filter(|record| !record.withdrawn) else {
        let taken = lesson.taken.is_some_and(|when| when <= at);
        let untaken = lesson.untaken.is_some_and(|when| when <= at);
        *(if taken && !untaken {
            &mut figures.present
        } else {
            &mut figures.unmarked
        }) = possible;
        return figures;
    };
    let part = record
        .minutes
        .map_or(possible, |minutes| possible.min(u64::from(minutes)));
    let facts = record.code.facts();
    match (facts.presence, facts.approval) {
        ("late", _) => {
            figures.present = possible;
            figures.late = part;
        }
        ("elsewhere", _) => figures.elsewhere = possible,
        ("absent" | "removed", approval) => {
            let missed = match approval {
                "authorised" => &mut figures.authorised,
                "unauthorised" => &mut figures.unauthorised,
                "unresolved" => &mut figures.unresolved,
                _ => &mut figures.present,
            };
            *missed = part;
            figures.present += possible - part;
        }
        _ => figures.present = possible,
    }
    figures
}

/// A reading: lessons up to a day, records up to an instant.
struct Reading {
    until: DayNo,
    known_at: Minute,
    schools: Vec<Figures>,
}

/// The figures of all levels, and of two replays.
pub(crate) struct Truth {
    /// All that is known, then the replays.
    readings: [Reading; 3],
    classes: Vec<Vec<Figures>>,
    pupils: Vec<(String, Figures)>,
}

impl Truth {
    /// Nothing counted yet.
    pub(crate) fn begin(plan: &Plan) -> Truth {
        let calendar = &plan.calendar;
        let days = plan.taught_days();
        let reading = |until: DayNo, known_at: Minute| Reading {
            until,
            known_at,
            schools: vec![Figures::default(); plan.schools.len()],
        };
        let last = days.end - 1;
        let friday = |share: u16| friday_before(calendar, days.start, last, share);
        // One replay at the end of its own day, one of a day that was looked at ten days later.
        let (half, late) = (friday(50), friday(75));
        let later = calendar.instant((late + 10).min(last), 9 * 60);
        Truth {
            readings: [
                reading(last, Minute::MAX),
                reading(half, calendar.instant(half, 20 * 60)),
                reading(late, later.max(calendar.instant(late, 20 * 60))),
            ],
            classes: plan
                .schools
                .iter()
                .map(|s| vec![Figures::default(); s.classes])
                .collect(),
            pupils: Vec::new(),
        }
    }

    /// Begins the row of a pupil.
    pub(crate) fn pupil(&mut self, pupil: &Pupil) {
        self.pupils.push((pupil.id.clone(), Figures::default()));
    }

    /// Counts a school day of the pupil begun last.
    pub(crate) fn day<'a>(
        &mut self,
        calendar: &Calendar,
        day: DayNo,
        (pupil, stay): (&Pupil, &Stay),
        lessons: impl Iterator<Item = &'a Lesson>,
        records: &[Record],
    ) {
        let weekday = calendar.facts(day).weekday;
        for (place, lesson) in lessons.enumerate() {
            if lesson.cancelled {
                continue;
            }
            let of_lesson: Vec<Record> = records
                .iter()
                .filter(|record| record.lesson == place)
                .copied()
                .collect();
            for (n, reading) in self.readings.iter_mut().enumerate() {
                if day > reading.until {
                    continue;
                }
                let at = reading.known_at;
                let possible = match &pupil.exception {
                    Some(exception) => exception.possible(lesson, day, weekday, at),
                    None => lesson.minutes,
                };
                let figures = count(possible, lesson, &of_lesson, at);
                reading.schools[stay.school].add(&figures);
                if n == 0 {
                    self.classes[stay.school][stay.class].add(&figures);
                    if let Some((_, row)) = self.pupils.last_mut() {
                        row.add(&figures);
                    }
                }
            }
        }
    }

    /// Writes the file.
    pub(crate) fn write(&self, plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
        let provider = |schools: &[Figures]| {
            let mut sum = Figures::default();
            schools.iter().for_each(|figures| sum.add(figures));
            sum.row(crate::roster::PROVIDER)
        };
        let schools = |reading: &Reading| -> Vec<Value> {
            plan.schools
                .iter()
                .zip(&reading.schools)
                .map(|(s, f)| f.row(&s.id))
                .collect()
        };
        let [all, replays @ ..] = &self.readings;
        let replays: Vec<Value> = replays
            .iter()
            .map(|reading| {
                let known_at = plan.calendar.instant_text(reading.known_at);
                json!({
                    "known_at": String::from_utf8_lossy(&known_at),
                    "as_of": date_of(reading.until).to_string(),
                    "provider": provider(&reading.schools),
                    "school": schools(reading),
                })
            })
            .collect();
        let head = json!({
            "as_of": date_of(all.until).to_string(),
            "synthetic": true,
            "seed": plan.seed,
        });
        write!(out, "{}", head.to_string().trim_end_matches('}'))?;
        write!(
            out,
            ",\n\"replays\":{},\n\"levels\":{{\n",
            Value::from(replays)
        )?;
        writeln!(out, "\"provider\":[{}],", provider(&all.schools))?;
        write!(
            out,
            "\"school\":{},\n\"class\":[",
            Value::from(schools(all))
        )?;
        let classes = plan
            .schools
            .iter()
            .zip(&self.classes)
            .flat_map(|(school, rows)| {
                school
                    .homerooms()
                    .iter()
                    .zip(rows)
                    .map(|(class, row)| row.row(&class.id))
            });
        write_rows(out, classes)?;
        write!(out, "],\n\"pupil\":[")?;
        write_rows(out, self.pupils.iter().map(|(id, row)| row.row(id)))?;
        out.write_all(b"]}}\n")
    }
}

fn write_rows(out: &mut dyn Write, rows: impl Iterator<Item = Value>) -> io::Result<()> {
    for (n, row) in rows.enumerate() {
        write!(out, "{}\n{row}", if n == 0 { "" } else { "," })?;
    }
    Ok(())
}

/// The last Friday of the first `share` hundredths of the days; the first day where there is none.
fn friday_before(calendar: &Calendar, first: DayNo, last: DayNo, share: u16) -> DayNo {
    let until = first + (last - first) * share / 100;
    (first..=until)
        .rev()
        .find(|&day| calendar.facts(day).weekday == 5)
        .unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Code;

    const fn mark(code: Code, minutes: Option<u16>, known_at: Minute, withdrawn: bool) -> Record {
        Record {
            lesson: 0,
            code,
            minutes,
            known_at,
            withdrawn,
        }
    }

    /// One lesson of 45 minutes whose register was taken at 100: a row for each rule of the page.
    #[test]
    fn every_rule_of_a_lesson() {
        let lesson = |taken: Option<Minute>, untaken: Option<Minute>| Lesson {
            group: 0,
            start: 495,
            minutes: 45,
            subject: "MA",
            teacher: 0,
            cancelled: false,
            taken,
            untaken,
        };
        let check = |possible, lesson: Lesson, records: &[Record], expected: [u64; 7]| {
            let f = count(possible, &lesson, records, 1000);
            let missed = [f.authorised, f.unauthorised, f.unresolved];
            assert_eq!([f.present, f.elsewhere], expected[..2], "{records:?}");
            assert_eq!(missed, expected[2..5], "{records:?}");
            assert_eq!([f.unmarked, f.late], expected[5..], "{records:?}");
        };
        let late = mark(Code::Late, Some(30), 100, false);
        let truancy = mark(Code::Truancy, Some(15), 1, false);
        let out = mark(Code::SentOut, None, 1, false);
        let home = mark(Code::SentHome, None, 1, false);
        let practice = mark(Code::WorkPractice, None, 1, false);
        let withdrawn_register = lesson(Some(100), Some(900));
        let taken = lesson(Some(100), None);
        let open = lesson(None, None);
        check(45, taken, &[], [45, 0, 0, 0, 0, 0, 0]);
        check(45, open, &[], [0, 0, 0, 0, 0, 45, 0]);
        check(45, lesson(Some(1001), None), &[], [0, 0, 0, 0, 0, 45, 0]);
        check(45, withdrawn_register, &[], [0, 0, 0, 0, 0, 45, 0]);
        let health = mark(Code::Health, None, 100, false);
        check(45, open, &[health], [0, 0, 45, 0, 0, 0, 0]);
        check(20, taken, &[late], [20, 0, 0, 0, 0, 0, 20]);
        check(45, taken, &[truancy], [30, 0, 0, 15, 0, 0, 0]);
        check(45, taken, &[out], [45, 0, 0, 0, 0, 0, 0]);
        check(45, taken, &[home], [0, 0, 0, 0, 45, 0, 0]);
        check(45, taken, &[practice], [0, 45, 0, 0, 0, 0, 0]);
        let unresolved = mark(Code::Unresolved, None, 100, false);
        let resolved = mark(Code::Leave, None, 500, false);
        check(45, taken, &[resolved, unresolved], [0, 0, 45, 0, 0, 0, 0]);
        let later = mark(Code::Leave, None, 2000, false);
        check(45, taken, &[unresolved, later], [0, 0, 0, 0, 45, 0, 0]);
        let back = mark(Code::Unresolved, None, 600, true);
        check(45, taken, &[unresolved, back], [45, 0, 0, 0, 0, 0, 0]);
        check(45, open, &[unresolved, back], [0, 0, 0, 0, 0, 45, 0]);
    }
}

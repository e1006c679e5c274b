//! The big tables, school by school: calendar, lessons, registers, own timetables, marks.
//!
//! What it is not: the roster, which is [`crate::roster`].
//!
//! Invariant: memory is bounded by the largest school, whatever the number of pupils.

use crate::absence::{Absences, State};
use crate::book::{Book, Lesson};
use crate::calendar::{DayNo, Minute, clock_text};
use crate::dice::{Dice, Purpose};
use crate::marks::{Attended, Record, Recorder};
use crate::output::{Output, Table};
use crate::plan::{Plan, SchoolPlan};
use crate::pupil::{Pupil, Stay, pupils_of};
use crate::town::script;
use crate::truth::Truth;
use crate::{Summary, people};
use std::collections::BTreeMap;
use std::io;

/// The open tables.
pub(crate) struct Tables {
    lessons: Table,
    registers: Table,
    timetables: Table,
    marks: Table,
}

impl Tables {
    /// Creates the files.
    pub(crate) fn create(output: &mut dyn Output) -> io::Result<Tables> {
        Ok(Tables {
            lessons: Table::create(
                output,
                "lessons.csv",
                "class,date,start,minutes,subject,teacher,cancelled,known_at",
            )?,
            registers: Table::create(
                output,
                "registers.csv",
                "class,date,start,taken,by,known_at",
            )?,
            timetables: Table::create(
                output,
                "timetables.csv",
                "id,pupil,from,to,weekdays,start_from,start_to,subject,minutes,status,known_at",
            )?,
            marks: Table::create(
                output,
                "marks.csv",
                "pupil,school,date,class,start,ordinal,code,minutes,day_part,known_at,withdrawn",
            )?,
        })
    }

    /// Closes the files.
    pub(crate) fn finish(self, summary: &mut Summary) -> io::Result<()> {
        for (name, table) in [
            ("lessons.csv", self.lessons),
            ("registers.csv", self.registers),
            ("timetables.csv", self.timetables),
            ("marks.csv", self.marks),
        ] {
            summary.rows.insert(name, table.finish()?);
        }
        Ok(())
    }

    /// Writes one school.
    pub(crate) fn school(
        &mut self,
        plan: &Plan,
        school: usize,
        mut truth: Option<&mut Truth>,
    ) -> io::Result<()> {
        let facts = &plan.schools[school];
        let books: Vec<Book> = (0..facts.groups.len())
            .map(|group| Book::of(plan, facts, group))
            .collect();
        let staff = people::teacher_ids(facts);
        for (group, book) in books.iter().enumerate() {
            for day in plan.taught_days() {
                for lesson in book.day(day) {
                    self.lesson(plan, &facts.groups[group].id, &staff, day, lesson)?;
                }
            }
        }
        for pupil in pupils_of(plan, school) {
            self.timetable(plan, &pupil)?;
            self.pupil(plan, (school, &books), &pupil, truth.as_deref_mut())?;
        }
        Ok(())
    }

    fn lesson(
        &mut self,
        plan: &Plan,
        class: &str,
        staff: &[String],
        day: DayNo,
        lesson: &Lesson,
    ) -> io::Result<()> {
        let date = &plan.calendar.facts(day).text;
        let start = clock_text(lesson.start);
        let teacher = staff
            .get(usize::from(lesson.teacher))
            .map_or("", String::as_str);
        let row = self
            .lessons
            .text(class)
            .text(date)
            .text(start)
            .number(lesson.minutes);
        row.text(lesson.subject)
            .text(teacher)
            .flag(lesson.cancelled)
            .empty()
            .end()?;
        for (taken, at) in [(true, lesson.taken), (false, lesson.untaken)] {
            let Some(at) = at else { continue };
            let row = self
                .registers
                .text(class)
                .text(date)
                .text(start)
                .flag(taken);
            row.text(teacher)
                .text(plan.calendar.instant_text(at))
                .end()?;
        }
        Ok(())
    }

    fn timetable(&mut self, plan: &Plan, pupil: &Pupil) -> io::Result<()> {
        let Some(exception) = &pupil.exception else {
            return Ok(());
        };
        let date = |day: DayNo| plan.calendar.facts(day).text.as_str();
        for record in &exception.records {
            let row = self
                .timetables
                .text(format!("{}-o1", pupil.id))
                .text(&pupil.id);
            row.text(date(exception.from))
                .text(record.to.map_or("", date));
            row.text(exception.weekdays)
                .text(clock_text(exception.start_from));
            row.text(clock_text(exception.start_to))
                .text(exception.subject.unwrap_or(""));
            row.number(exception.minutes)
                .text(if record.active { "active" } else { "ended" });
            row.text(plan.calendar.instant_text(record.known_at))
                .end()?;
        }
        Ok(())
    }

    /// The year of one pupil. Lessons of another school are drawn again for one who moved there.
    fn pupil(
        &mut self,
        plan: &Plan,
        (home, books): (usize, &[Book]),
        pupil: &Pupil,
        mut truth: Option<&mut Truth>,
    ) -> io::Result<()> {
        let mut away: BTreeMap<(usize, usize), Book> = BTreeMap::new();
        for stay in pupil.stays.iter().filter(|stay| stay.school != home) {
            for group in [stay.class, stay.optional] {
                let book = Book::of(plan, &plan.schools[stay.school], group);
                away.insert((stay.school, group), book);
            }
        }
        let book_of = |school: usize, group: usize| {
            if school == home {
                books.get(group)
            } else {
                away.get(&(school, group))
            }
        };
        let calendar = &plan.calendar;
        let number = u64::from(plan.schools[home].no);
        let mut dice = Dice::of(plan.seed, Purpose::Days, number, u64::from(pupil.no));
        let mut absences = Absences::begin(&plan.profile, pupil.propensity, calendar, &mut dice);
        let mut recorder = Recorder {
            calendar,
            closing: calendar.closing(),
            exact: pupil.part.is_some(),
            records: Vec::new(),
        };
        let mut lessons: Vec<Attended> = Vec::with_capacity(8);
        if let Some(truth) = truth.as_deref_mut() {
            truth.pupil(pupil);
        }
        for day in plan.taught_days() {
            let Some(stay) = pupil.stay(day) else {
                continue;
            };
            let (Some(class), Some(optional)) = (
                book_of(stay.school, stay.class),
                book_of(stay.school, stay.optional),
            ) else {
                continue;
            };
            if !class.is_school_day(day) {
                continue;
            }
            let state = match pupil.part {
                Some(part) => script::state(part.script, day, calendar),
                None => absences.day(day, calendar, &mut dice),
            };
            let event = class.event(day);
            let marked = event.is_some() || !matches!(state, State::There);
            recorder.records.clear();
            if marked || truth.is_some() {
                gather(&mut lessons, plan, pupil, day, [class, optional]);
            }
            if marked {
                recorder.day(day, &lessons, state, event, &mut dice);
                self.marks(plan, (pupil, stay), day, &lessons, &recorder.records)?;
            }
            if let Some(truth) = truth.as_deref_mut() {
                let held = lessons.iter().map(|attended| &attended.lesson);
                truth.day(calendar, day, (pupil, stay), held, &recorder.records);
            }
        }
        Ok(())
    }

    fn marks(
        &mut self,
        plan: &Plan,
        (pupil, stay): (&Pupil, &Stay),
        day: DayNo,
        lessons: &[Attended],
        records: &[Record],
    ) -> io::Result<()> {
        let school = &plan.schools[stay.school];
        for record in records {
            let lesson = &lessons[record.lesson].lesson;
            let row = self.marks.text(&pupil.id).text(&school.id);
            row.text(&plan.calendar.facts(day).text);
            row.text(&school.groups[usize::from(lesson.group)].id)
                .text(clock_text(lesson.start));
            row.empty().text(record.code.facts().text);
            match record.minutes {
                Some(minutes) => row.number(minutes),
                None => row.empty(),
            };
            row.empty()
                .text(plan.calendar.instant_text(record.known_at));
            row.text(if record.withdrawn { "true" } else { "" }).end()?;
        }
        Ok(())
    }
}

/// Puts the lessons of the pupil's two groups in order of start.
fn gather(lessons: &mut Vec<Attended>, plan: &Plan, pupil: &Pupil, day: DayNo, books: [&Book; 2]) {
    lessons.clear();
    let weekday = plan.calendar.facts(day).weekday;
    for lesson in books.iter().flat_map(|book| book.day(day)) {
        let possible = |e: &crate::pupil::Exception| e.possible(lesson, day, weekday, Minute::MAX);
        let exempt = pupil.exception.as_ref().is_some_and(|e| possible(e) == 0);
        lessons.push(Attended {
            lesson: *lesson,
            exempt,
        });
    }
    lessons.sort_by_key(|attended| attended.lesson.start);
}

/// Writes the calendar: days common to all schools once, days that may differ for each school.
pub(crate) fn write_calendar(
    plan: &Plan,
    output: &mut dyn Output,
    summary: &mut Summary,
) -> io::Result<()> {
    let header = "school,date,school_day,label,known_at";
    let mut table = Table::create(output, "calendar.csv", header)?;
    let mut row = |id: &str, school: &SchoolPlan, day: DayNo| {
        let label = plan.calendar.label(school, day);
        let row = table.text(id).text(&plan.calendar.facts(day).text);
        row.flag(label.is_school_day())
            .text(label.text())
            .empty()
            .end()
    };
    for day in crate::calendar::YEAR_FROM..crate::calendar::YEAR_TO {
        if plan.calendar.differs(day) {
            for school in &plan.schools {
                row(&school.id, school, day)?;
            }
        } else if let Some(first) = plan.schools.first() {
            row("", first, day)?;
        }
    }
    summary.rows.insert("calendar.csv", table.finish()?);
    Ok(())
}

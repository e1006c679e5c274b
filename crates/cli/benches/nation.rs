//! The engine alone on a folder that `lasna simulate` wrote: time and memory, without a database.
//!
//! `cargo bench -p lasna-cli --bench nation -- FOLDER` reads the files with the readers of
//! `lasna-formats`, resolves versions by sorting, builds the columns and asks for figures and
//! crossings. Medians of five questions; `VmHWM` is what the system says of the process.
//!
//! Invariant: the sums that it prints come from the engine, and the rows are counted as they are read.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement prints, fails by panicking, and reads the clock"
)]

use lasna_domain::attendance::{
    CalendarDay, Enrolment, Facts, Figures, Lesson, Mark, MarkAbout, MarkPlace, Register, School,
    TimetableException,
};
use lasna_domain::calendar::{Day, Instant, Span, school_year_of};
use lasna_domain::ids::{EnrolmentNo, GroupNo, OrgNo, PersonNo, SubjectNo};
use lasna_engine::Engine;
use lasna_formats::finding::{Finding, Severity};
use lasna_formats::limits::Limits;
use lasna_formats::rows::{EnrolmentRow, Flow, MarkRow, Placed, Row, RowAbout, Sink, TimetableRow};
use lasna_formats::sis::{self, Mapping, Table};
use lasna_formats::{model, oneroster};
use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Instant as Clock;

/// Numbers of source ids.
#[derive(Default)]
struct Numbers(HashMap<String, u32>);

impl Numbers {
    fn of(&mut self, id: &str) -> u32 {
        if let Some(&no) = self.0.get(id) {
            return no;
        }
        let no = self.0.len() as u32 + 1;
        self.0.insert(id.to_owned(), no);
        no
    }
}

#[derive(Default)]
struct Load {
    facts: Facts,
    people: Numbers,
    groups: Numbers,
    orgs: Numbers,
    subjects: Numbers,
    homerooms: HashMap<String, u8>,
    terms: Vec<Span>,
    rows: u64,
    exceptions: u32,
}

impl Load {
    fn take(&mut self, row: Row) {
        match row {
            Row::Org(r) if r.kind == "school" => {
                let no = OrgNo(self.orgs.of(&r.id));
                self.facts.schools.push(School {
                    no,
                    ..School::default()
                });
            }
            Row::Session(r) if r.kind == "term" || r.kind == "semester" => self.terms.push(r.span),
            Row::Class(r) if r.kind == "homeroom" => {
                let grade = r.grades.first().and_then(|grade| grade.parse().ok());
                self.homerooms.insert(r.id, grade.unwrap_or(0));
            }
            Row::Calendar(r) => self.facts.calendar.push(CalendarDay {
                school: r.school.map(|id| OrgNo(self.orgs.of(&id))),
                day: r.day,
                school_day: r.school_day,
                known_at: r.known_at.unwrap_or(Instant::ALWAYS),
            }),
            Row::Lesson(r) => self.facts.lessons.push(Lesson {
                group: GroupNo(self.groups.of(&r.class)),
                day: r.day,
                start: r.start,
                minutes: r.minutes,
                subject: SubjectNo(self.subjects.of(&r.subject)),
                cancelled: r.cancelled,
                known_at: r.known_at.unwrap_or(Instant::ALWAYS),
            }),
            Row::Register(r) => self.facts.registers.push(Register {
                group: GroupNo(self.groups.of(&r.class)),
                day: r.day,
                start: r.start,
                taken: r.taken,
                known_at: r.known_at.unwrap_or(Instant::ALWAYS),
            }),
            Row::Timetable(r) => self.exception(r),
            Row::Mark(r) => self.mark(&r),
            Row::Enrolment(r) if r.role == "student" => self.enrolment(&r),
            _ => {}
        }
    }

    fn enrolment(&mut self, r: &EnrolmentRow) {
        let no = EnrolmentNo(self.facts.enrolments.len() as u32);
        let grade = self.homerooms.get(&r.class);
        self.facts.enrolments.push(Enrolment {
            no,
            pupil: PersonNo(self.people.of(&r.user)),
            group: GroupNo(self.groups.of(&r.class)),
            school: OrgNo(self.orgs.of(&r.school)),
            homeroom: grade.is_some(),
            grade: grade.copied().unwrap_or(0),
            span: Span {
                from: r.from.unwrap_or(Day(0)),
                to: r.to.unwrap_or(Day(i32::MAX)),
            },
            known_at: Instant::ALWAYS,
        });
    }

    fn exception(&mut self, r: TimetableRow) {
        self.exceptions += 1;
        self.facts.exceptions.push(TimetableException {
            no: self.exceptions,
            pupil: PersonNo(self.people.of(&r.pupil)),
            span: r.span,
            weekdays: r.weekdays,
            start_from: r.start_from,
            start_to: r.start_to,
            subject: r.subject.map(|id| SubjectNo(self.subjects.of(&id))),
            minutes: r.minutes,
            known_at: r.known_at.unwrap_or(Instant::ALWAYS),
        });
    }

    fn mark(&mut self, r: &MarkRow) {
        let about = match &r.about {
            RowAbout::Lesson {
                class: Some(class),
                start,
            } => MarkAbout::Lesson {
                group: GroupNo(self.groups.of(class)),
                start: *start,
            },
            RowAbout::Day { hundredths } => MarkAbout::Day {
                hundredths: *hundredths,
            },
            other => panic!("a simulated mark names its class: {other:?}"),
        };
        self.facts.marks.push(Mark {
            pupil: PersonNo(self.people.of(&r.pupil)),
            day: r.day,
            about,
            known_at: r.known_at.unwrap_or(Instant::ALWAYS),
            kind: r.kind,
            reason: r.reason,
        });
    }

    /// One version of each fact, in order of its key: the last one known.
    fn resolve(&mut self) {
        let facts = &mut self.facts;
        self.terms.sort();
        self.terms.dedup();
        for school in &mut facts.schools {
            school.terms.clone_from(&self.terms);
        }
        facts.schools.sort();
        last(&mut facts.calendar, |c| (c.school, c.day), |c| c.known_at);
        last(
            &mut facts.lessons,
            |l| (l.group, l.day, l.start),
            |l| l.known_at,
        );
        last(
            &mut facts.registers,
            |r| (r.group, r.day, r.start),
            |r| r.known_at,
        );
        last(&mut facts.exceptions, |e| (e.pupil, e.no), |e| e.known_at);
        last(
            &mut facts.marks,
            |m| (m.pupil, m.day, MarkPlace::from(m.about)),
            |m| m.known_at,
        );
    }
}

fn last<T, K: Ord, V: Ord>(items: &mut Vec<T>, key: impl Fn(&T) -> K, at: impl Fn(&T) -> V) {
    // Later first within a key, so that what is kept by `dedup` is the last one known.
    items.sort_by(|a, b| (key(a), at(b)).cmp(&(key(b), at(a))));
    items.dedup_by(|a, b| key(a) == key(b));
    items.shrink_to_fit();
}

impl Sink for Load {
    fn row(&mut self, _file: &str, placed: Placed) -> Flow {
        self.take(placed.value);
        Flow::On
    }

    fn read(&mut self, _file: &str, _kind: &'static str) {
        self.rows += 1;
    }

    fn finding(&mut self, finding: Finding) -> Flow {
        assert!(finding.severity == Severity::Warning, "{finding}");
        Flow::On
    }
}

fn memory_peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let digits = line.and_then(|line| line.split_whitespace().nth(1));
    digits.and_then(|kib| kib.parse().ok()).unwrap_or(0) / 1024
}

fn timed<T>(what: &str, make: impl FnOnce() -> T) -> T {
    let begun = Clock::now();
    let made = make();
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{what:<34}{seconds:>10.2} s   peak {:>7} MiB",
        memory_peak()
    );
    made
}

/// Median of five.
fn asked<T>(what: &str, mut ask: impl FnMut() -> T) -> T {
    let mut times = Vec::new();
    let mut answer = None;
    for _ in 0..5 {
        let begun = Clock::now();
        answer = Some(ask());
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    println!("{what:<34}{:>10.1} ms", times[2]);
    answer.unwrap()
}

fn read_all(folder: &Path) -> Load {
    let open = |name: &str| {
        let file = File::open(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        BufReader::with_capacity(1 << 20, file)
    };
    let limits = Limits::default();
    let mut load = Load::default();
    let text = std::fs::read_to_string(folder.join("mapping.toml")).unwrap();
    let mapping: Mapping = sis::read_mapping(&text).unwrap();
    oneroster::read_bundle("roster.zip", open("roster.zip"), &limits, &mut load);
    for (table, name) in [
        (Table::Calendar, "calendar.csv"),
        (Table::Lessons, "lessons.csv"),
        (Table::Timetables, "timetables.csv"),
        (Table::Registers, "registers.csv"),
        (Table::Marks, "marks.csv"),
    ] {
        sis::read_table(table, name, open(name), &mapping, &limits, &mut load);
    }
    load
}

fn main() {
    // `cargo bench` adds a flag of its own.
    let Some(folder) = std::env::args().skip(1).find(|arg| !arg.starts_with("--")) else {
        println!("nation: skipped, no folder was named");
        return;
    };
    let mut load = timed("read the files", || read_all(Path::new(&folder)));
    println!("{:<34}{:>10}", "rows read", load.rows);
    timed("sort, keep the last versions", || load.resolve());
    let facts = load.facts;
    let as_of = facts.lessons.iter().map(|lesson| lesson.day).max().unwrap();
    let year = school_year_of(as_of);
    let engine = timed("build the columns", || Engine::build(&facts, year));
    println!("{:<34}{:>10}", "pupils", engine.pupils().len());
    println!("{:<34}{:>10}", "pupil-days", engine.rows());
    println!("{:<34}{:>10}", "pupil-lessons", engine.lessons());
    println!("{:<34}{:>10} MiB", "bytes held", engine.bytes() >> 20);
    println!("{:<34}{:>10}", "kernel", lasna_engine::cpu_features());
    drop(facts);
    let classes = asked("figures of every class", || engine.classes(as_of));
    let pupils = asked("figures of every pupil", || engine.all_pupils(as_of));
    let sum: Figures = classes.iter().map(|row| row.figures).sum();
    let same: Figures = pupils.iter().map(|row| row.figures).sum();
    assert_eq!(sum.possible, same.possible);
    let text = model::preset("sky-fi").unwrap();
    let ladder = model::read_model(&text, &model::preset).unwrap();
    let crossings = asked("steps of the national ladder", || {
        engine.crossings(&ladder, as_of)
    });
    println!("{:<34}{:>10}", "classes", classes.len());
    println!("{:<34}{:>10}", "pupils with a step", crossings.len());
    println!("{:<34}{:>10}", "possible minutes", sum.possible);
    println!("{:<34}{:>10}", "absent minutes", sum.absent());
}

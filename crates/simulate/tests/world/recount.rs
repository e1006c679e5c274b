//! The truth file against a recount from the files alone, by ids and text.
//!
//! What it is not: the generator's own counting; nothing is shared with it but the files.
//!
//! Invariant: the recount follows docs/areas/attendance.md, and reads instants and dates as sorted text.

use crate::files::World;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const KEYS: [&str; 10] = [
    "possible",
    "present",
    "elsewhere",
    "authorised",
    "unauthorised",
    "unresolved",
    "unmarked",
    "late",
    "absent",
    "marked",
];
type Row = [u64; 10];

fn row_of(value: &Value) -> (String, Row) {
    let number = |key| value[key].as_u64().unwrap_or_else(|| panic!("no {key}"));
    (value["id"].as_str().unwrap().to_owned(), KEYS.map(number))
}

fn rows_of(values: &Value) -> BTreeMap<String, Row> {
    values.as_array().unwrap().iter().map(row_of).collect()
}

fn add(sum: &mut Row, row: &Row) {
    sum.iter_mut().zip(row).for_each(|(a, b)| *a += b);
}

fn check_identity(id: &str, row: &Row) {
    let [
        possible,
        present,
        elsewhere,
        auth,
        unauth,
        unres,
        unmarked,
        late,
        absent,
        marked,
    ] = *row;
    assert_eq!(
        possible,
        present + elsewhere + auth + unauth + unres + unmarked,
        "{id}"
    );
    assert_eq!(absent, auth + unauth + unres, "{id}");
    assert_eq!(marked, possible - unmarked, "{id}");
    assert!(late <= present, "{id}");
}

/// What the mapping says of a code: presence and approval.
fn mapping(world: &World) -> BTreeMap<String, (String, String)> {
    let mut codes = BTreeMap::new();
    for block in world.mapping.split("[codes.\"").skip(1) {
        let (code, rest) = block.split_once("\"]").unwrap();
        let value = |key: &str| {
            let line = rest
                .lines()
                .find_map(|line| line.strip_prefix(&format!("{key} = \"")));
            line.map_or(String::new(), |text| text.trim_end_matches('"').to_owned())
        };
        codes.insert(code.to_owned(), (value("presence"), value("approval")));
    }
    codes
}

struct Lesson<'a> {
    class: &'a str,
    date: &'a str,
    start: &'a str,
    minutes: u64,
    subject: &'a str,
}

type Marks<'a> = BTreeMap<[&'a str; 4], Vec<[&'a str; 4]>>;
type Registers<'a> = BTreeMap<[&'a str; 3], Vec<[&'a str; 2]>>;
type Timetables<'a> = BTreeMap<&'a str, Vec<[&'a str; 9]>>;

fn marks_of(world: &World) -> Marks<'_> {
    let mut marks = Marks::new();
    let columns = [
        "pupil",
        "class",
        "date",
        "start",
        "known_at",
        "code",
        "minutes",
        "withdrawn",
    ];
    for [pupil, class, date, start, record @ ..] in world.tables["marks.csv"].pick(columns) {
        let records = marks.entry([pupil, class, date, start]).or_default();
        assert!(
            records.iter().all(|r| r[0] != record[0]),
            "two records of one instant"
        );
        records.push(record);
    }
    marks
}

fn registers_of(world: &World) -> Registers<'_> {
    let mut registers = Registers::new();
    let columns = ["class", "date", "start", "known_at", "taken"];
    for [class, date, start, record @ ..] in world.tables["registers.csv"].pick(columns) {
        registers
            .entry([class, date, start])
            .or_default()
            .push(record);
    }
    registers
}

fn timetables_of(world: &World) -> Timetables<'_> {
    let mut timetables = Timetables::new();
    for [pupil, record @ ..] in world.tables["timetables.csv"].pick([
        "pupil",
        "known_at",
        "status",
        "from",
        "to",
        "weekdays",
        "start_from",
        "start_to",
        "subject",
        "minutes",
    ]) {
        timetables.entry(pupil).or_default().push(record);
    }
    timetables.values_mut().for_each(|records| records.sort());
    timetables
}

struct Recount<'a> {
    world: &'a World,
    codes: BTreeMap<String, (String, String)>,
    /// Lessons on school days that were not cancelled, by class and date.
    lessons: BTreeMap<(&'a str, &'a str), Vec<Lesson<'a>>>,
    /// Records by pupil, class, date and start: instant, code, minutes, withdrawn.
    marks: Marks<'a>,
    /// Records by class, date and start: instant, taken.
    registers: Registers<'a>,
    /// Records by pupil, in order of instants.
    timetables: Timetables<'a>,
}

impl<'a> Recount<'a> {
    fn of(world: &'a World) -> Recount<'a> {
        let mut open: BTreeSet<(&str, &str)> = BTreeSet::new();
        for [school, date, day] in
            world.tables["calendar.csv"].pick(["school", "date", "school_day"])
        {
            if day == "true" {
                open.insert((school, date));
            }
        }
        let school_of: BTreeMap<&str, &str> = world.roster["classes.csv"]
            .pick(["sourcedId", "schoolSourcedId"])
            .map(|[class, school]| (class, school))
            .collect();
        let mut lessons: BTreeMap<_, Vec<Lesson<'_>>> = BTreeMap::new();
        for [class, date, start, minutes, subject, cancelled] in world.tables["lessons.csv"].pick([
            "class",
            "date",
            "start",
            "minutes",
            "subject",
            "cancelled",
        ]) {
            let school_day = open.contains(&("", date)) || open.contains(&(school_of[class], date));
            if school_day && cancelled == "false" {
                let minutes = minutes.parse().unwrap();
                let lesson = Lesson {
                    class,
                    date,
                    start,
                    minutes,
                    subject,
                };
                lessons.entry((class, date)).or_default().push(lesson);
            }
        }
        let marks = marks_of(world);
        let registers = registers_of(world);
        let timetables = timetables_of(world);
        let codes = mapping(world);
        Recount {
            world,
            codes,
            lessons,
            marks,
            registers,
            timetables,
        }
    }

    fn possible(&self, pupil: &str, lesson: &Lesson<'_>, known_at: &str) -> u64 {
        let mut records = self.timetables.get(pupil).into_iter().flatten();
        let Some(
            [
                _,
                status,
                from,
                to,
                weekdays,
                start_from,
                start_to,
                subject,
                minutes,
            ],
        ) = records.rfind(|record| record[0] <= known_at)
        else {
            return lesson.minutes;
        };
        let date: jiff::civil::Date = lesson.date.parse().unwrap();
        let digit = char::from(b'0' + date.weekday().to_monday_one_offset() as u8);
        let covers = *status == "active"
            && *from <= lesson.date
            && (to.is_empty() || lesson.date < *to)
            && weekdays.contains(digit)
            && (*start_from..*start_to).contains(&lesson.start)
            && (subject.is_empty() || *subject == lesson.subject);
        if covers {
            lesson.minutes.min(minutes.parse().unwrap())
        } else {
            lesson.minutes
        }
    }

    /// The row of one pupil and lesson.
    fn count(&self, pupil: &str, lesson: &Lesson<'_>, known_at: &str) -> Row {
        let possible = self.possible(pupil, lesson, known_at);
        let mut row = [0; 10];
        row[0] = possible;
        let records = self
            .marks
            .get(&[pupil, lesson.class, lesson.date, lesson.start]);
        let known = records.into_iter().flatten().filter(|r| r[0] <= known_at);
        let latest = known.max().filter(|r| r[3] != "true");
        if let Some([_, code, minutes, _]) = latest {
            let part = minutes.parse().map_or(possible, |m: u64| m.min(possible));
            let (presence, approval) = &self.codes[*code];
            let place = match (presence.as_str(), approval.as_str()) {
                ("elsewhere", _) => 2,
                (_, "authorised") => 3,
                (_, "unauthorised") => 4,
                (_, "unresolved") => 5,
                _ => 1,
            };
            let all = place < 3;
            row[place] = if all { possible } else { part };
            row[1] += possible - row[place];
            row[7] = if presence == "late" { part } else { 0 };
        } else {
            let key = [lesson.class, lesson.date, lesson.start];
            let records = self.registers.get(&key).into_iter().flatten();
            let latest = records.filter(|r| r[0] <= known_at).max();
            row[if latest.is_some_and(|r| r[1] == "true") {
                1
            } else {
                6
            }] = possible;
        }
        row[8] = row[3] + row[4] + row[5];
        row[9] = row[0] - row[6];
        row
    }

    /// Rows by level and id, from the lessons to a day and the records to an instant.
    fn levels(&self, as_of: &str, known_at: &str) -> BTreeMap<(&'static str, String), Row> {
        let roster = &self.world.roster;
        let homerooms: BTreeSet<&str> = roster["classes.csv"]
            .pick(["sourcedId", "classType"])
            .filter(|[_, kind]| *kind == "homeroom")
            .map(|[id, _]| id)
            .collect();
        let mut stays: BTreeMap<&str, Vec<[&str; 4]>> = BTreeMap::new();
        for [pupil, role, rest @ ..] in roster["enrollments.csv"].pick([
            "userSourcedId",
            "role",
            "classSourcedId",
            "schoolSourcedId",
            "beginDate",
            "endDate",
        ]) {
            if role == "student" {
                stays.entry(pupil).or_default().push(rest);
            }
        }
        let dates: BTreeSet<&str> = self.lessons.keys().map(|(_, date)| *date).collect();
        let mut levels: BTreeMap<_, Row> = BTreeMap::new();
        for (pupil, stays) in &stays {
            for date in dates.iter().filter(|date| **date <= as_of) {
                let on: Vec<_> = stays
                    .iter()
                    .filter(|s| s[2] <= *date && *date < s[3])
                    .collect();
                let home: Vec<_> = on.iter().filter(|s| homerooms.contains(s[0])).collect();
                assert_eq!(home.len(), usize::from(!on.is_empty()), "{pupil} {date}");
                for stay in &on {
                    for lesson in self.lessons.get(&(stay[0], *date)).into_iter().flatten() {
                        let row = self.count(pupil, lesson, known_at);
                        let [class, school, ..] = **home[0];
                        for key in [("class", class), ("school", school), ("pupil", *pupil)] {
                            let key = (key.0, key.1.to_owned());
                            add(levels.entry(key).or_default(), &row);
                        }
                    }
                }
            }
        }
        levels
    }
}

#[test]
fn the_truth_is_what_the_files_say() {
    for (pupils, seed) in [(1_500, 21), (600, 22)] {
        let world = World::draw(pupils, seed, None);
        let recount = Recount::of(&world);
        let as_of = world.truth["as_of"].as_str().unwrap();
        let mut levels = recount.levels(as_of, "9999");
        for level in ["class", "school", "pupil"] {
            for (id, row) in rows_of(&world.truth["levels"][level]) {
                let expected = levels.remove(&(level, id.clone())).unwrap_or_default();
                assert_eq!(row, expected, "{level} {id}");
            }
        }
        assert!(levels.is_empty(), "{levels:?}");
        for replay in world.truth["replays"].as_array().unwrap() {
            let (as_of, known_at) = (replay["as_of"].as_str(), replay["known_at"].as_str());
            let levels = recount.levels(as_of.unwrap(), known_at.unwrap());
            for (id, row) in rows_of(&replay["school"]) {
                let expected = levels
                    .get(&("school", id.clone()))
                    .copied()
                    .unwrap_or_default();
                assert_eq!(row, expected, "{id} as known on {known_at:?}");
            }
        }
    }
}

#[test]
fn the_identity_holds_and_levels_add() {
    let world = World::draw(5_000, 6, Some(6));
    let levels = &world.truth["levels"];
    let mut sums: Vec<Row> = Vec::new();
    for level in ["provider", "school", "class", "pupil"] {
        let mut sum = Row::default();
        for (id, row) in rows_of(&levels[level]) {
            check_identity(&id, &row);
            add(&mut sum, &row);
        }
        sums.push(sum);
    }
    assert!(
        sums.iter().all(|sum| *sum == sums[0] && sum[0] > 0),
        "{sums:?}"
    );
    let replays = world.truth["replays"].as_array().unwrap();
    assert_eq!(replays.len(), 2);
    for replay in replays {
        let (id, provider) = row_of(&replay["provider"]);
        check_identity(&id, &provider);
        let mut sum = Row::default();
        rows_of(&replay["school"])
            .values()
            .for_each(|row| add(&mut sum, row));
        assert_eq!(sum, provider);
        assert!(provider[0] > 0 && provider[0] < sums[0][0]);
    }
}

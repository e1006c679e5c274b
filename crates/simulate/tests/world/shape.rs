//! The world looks like the figures of docs/areas/simulate.md, within wide bounds, and holds the hard cases.

use crate::files::World;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn sum(levels: &Value, key: &str) -> f64 {
    levels["provider"][0][key].as_u64().unwrap() as f64
}

#[test]
fn absence_has_the_volume_and_spread_of_the_year() {
    let world = World::draw(4_000, 17, Some(60));
    let levels = &world.truth["levels"];
    let share = |key| sum(levels, key) / sum(levels, "marked");
    let absent = share("absent");
    assert!((0.05..0.085).contains(&absent), "absent {absent}");
    let of_absent = |key| sum(levels, key) / sum(levels, "absent");
    assert!(
        (0.78..0.92).contains(&of_absent("authorised")),
        "{}",
        of_absent("authorised")
    );
    assert!(
        (0.07..0.17).contains(&of_absent("unauthorised")),
        "{}",
        of_absent("unauthorised")
    );
    assert!(
        (0.02..0.08).contains(&of_absent("unresolved")),
        "{}",
        of_absent("unresolved")
    );
    let unmarked = sum(levels, "unmarked") / sum(levels, "possible");
    assert!((0.01..0.08).contains(&unmarked), "unmarked {unmarked}");
    assert!(share("late") < 0.01 && share("elsewhere") < 0.05);
    let mut rates: Vec<f64> = Vec::new();
    for row in levels["pupil"].as_array().unwrap() {
        let number = |key: &str| row[key].as_u64().unwrap() as f64;
        if number("marked") > 0.0 {
            rates.push(number("absent") / number("marked"));
        }
    }
    let over =
        |limit: f64| rates.iter().filter(|rate| **rate > limit).count() as f64 / rates.len() as f64;
    assert!(
        (0.10..0.25).contains(&over(0.10)),
        "over 10 %: {}",
        over(0.10)
    );
    assert!(
        (0.02..0.07).contains(&over(0.20)),
        "over 20 %: {}",
        over(0.20)
    );
    assert!(
        (0.005..0.025).contains(&over(0.50)),
        "over 50 %: {}",
        over(0.50)
    );
    assert!(
        (0.10..0.40).contains(&(1.0 - over(0.02))),
        "under 2 %: {}",
        1.0 - over(0.02)
    );
    let lessons = sum(levels, "possible") / 4_000.0 / 60.0;
    assert!(
        (780.0..1_050.0).contains(&lessons),
        "hours of a pupil's year {lessons}"
    );
    weekdays_and_reasons(&world);
}

/// Shares of the marks by code, and Mondays and Fridays against the middle of the week.
fn weekdays_and_reasons(world: &World) {
    let mut by_code: BTreeMap<&str, f64> = BTreeMap::new();
    let mut by_weekday = [0.0; 7];
    let mut lessons = [0.0; 7];
    let weekday = |date: &str| {
        let date: jiff::civil::Date = date.parse().unwrap();
        date.weekday().to_monday_zero_offset() as usize
    };
    for [date, code] in world.tables["marks.csv"].pick(["date", "code"]) {
        if code.starts_with("POIS-") {
            *by_code.entry(code).or_default() += 1.0;
            by_weekday[weekday(date)] += 1.0;
        }
    }
    for [date] in world.tables["lessons.csv"].pick(["date"]) {
        lessons[weekday(date)] += 1.0;
    }
    let all: f64 = by_code.values().sum();
    let share = |code| by_code[code] / all;
    assert!(
        (0.45..0.68).contains(&share("POIS-T")),
        "health {}",
        share("POIS-T")
    );
    let leave = share("POIS-V") + share("POIS-M");
    assert!((0.20..0.40).contains(&leave), "leave and other {leave}");
    let rate = |days: &[usize]| {
        let sum = |of: &[f64; 7]| days.iter().map(|&day| of[day]).sum::<f64>();
        sum(&by_weekday) / sum(&lessons)
    };
    let edge = rate(&[0, 4]) / rate(&[1, 2, 3]);
    assert!((1.01..1.25).contains(&edge), "Monday and Friday {edge}");
}

#[test]
fn the_hard_cases_are_there() {
    let world = World::draw(6_000, 4, None);
    assert_eq!(world.summary.as_of.to_string(), "2026-10-23");
    let count = |table: &str, column: &str, value: &str| {
        world.tables[table]
            .pick([column])
            .filter(|[field]| *field == value)
            .count()
    };
    let lessons = world.tables["lessons.csv"].rows.len() as f64;
    let cancelled = count("lessons.csv", "cancelled", "true") as f64 / lessons;
    assert!((0.006..0.014).contains(&cancelled), "{cancelled}");
    assert!(
        count("lessons.csv", "date", "2026-10-12") > 0,
        "lessons in a holiday"
    );
    assert!(
        count("lessons.csv", "date", "2026-09-26") > 0,
        "lessons on a worked Saturday"
    );
    for minutes in ["45", "75", "90"] {
        assert!(count("lessons.csv", "minutes", minutes) > 100, "{minutes}");
    }
    assert!(count("registers.csv", "taken", "false") > 5);
    assert!(count("marks.csv", "withdrawn", "true") > 5);
    assert!(count("timetables.csv", "status", "active") > 30);
    assert!(count("timetables.csv", "status", "ended") > 0);
}

#[test]
fn absences_are_resolved_later() {
    let world = World::draw(6_000, 4, None);
    let mut first: BTreeMap<[&str; 4], (&str, &str)> = BTreeMap::new();
    let mut resolved = 0;
    for [pupil, class, date, start, code, at] in
        world.tables["marks.csv"].pick(["pupil", "class", "date", "start", "code", "known_at"])
    {
        assert!(at > date && *at < *"2026-10-24", "{at}");
        if let Some((before, when)) = first.insert([pupil, class, date, start], (code, at)) {
            assert!(when < at);
            resolved += i32::from(before == "POIS" && code != "POIS");
        }
    }
    assert!(resolved > 500, "{resolved}");
}

#[test]
fn pupils_move_leave_and_join_in_the_middle_of_weeks() {
    let world = World::draw(6_000, 4, None);
    let mut stays: BTreeMap<&str, BTreeSet<[&str; 4]>> = BTreeMap::new();
    for [user, role, rest @ ..] in world.roster["enrollments.csv"].pick([
        "userSourcedId",
        "role",
        "beginDate",
        "endDate",
        "schoolSourcedId",
        "classSourcedId",
    ]) {
        if role == "student" {
            stays.entry(user).or_default().insert(rest);
        }
    }
    let having =
        |fits: &dyn Fn(&BTreeSet<[&str; 4]>) -> bool| stays.values().filter(|of| fits(of)).count();
    let schools =
        |of: &BTreeSet<[&str; 4]>| of.iter().map(|s| s[2].to_owned()).collect::<BTreeSet<_>>();
    assert!(having(&|of| schools(of).len() == 2) > 10);
    assert!(having(&|of| of.len() == 3 && schools(of).len() == 1) > 10);
    assert!(having(&|of| of.iter().all(|s| s[1] < "2027-06-06")) > 5);
    assert!(having(&|of| of.iter().all(|s| s[0] > "2026-08-11")) > 5);
    assert!(
        having(&|of| of.len() >= 2) == 6_000,
        "everyone is in a class and a group"
    );
    let midweek = |date: &str| {
        let date: jiff::civil::Date = date.parse().unwrap();
        (1..4).contains(&date.weekday().to_monday_zero_offset())
    };
    assert!(having(&|of| of.iter().any(|s| s[0] > "2026-08-11" && midweek(s[0]))) > 10);
}

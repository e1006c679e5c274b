//! Each story of the demo town's cast, recounted from the files.
//!
//! What it is not: a judgement by a model; the steps are the product's to find.
//!
//! Invariant: of the town's own answer only names and ids are taken.

use crate::files::World;
use crate::held::{Held, lessons};
use lasna_simulate::{CastMember, Town};
use std::collections::{BTreeMap, BTreeSet};

const TODAY: &str = "2027-03-10";
const TERM: &str = "2027-01-07";

fn member<'t>(town: &'t Town, key: &str) -> &'t CastMember {
    town.cast.iter().find(|member| member.key == key).unwrap()
}

/// Absent lessons from a day up to and with another.
fn absent(own: &[Held<'_>], from: &str, to: &str) -> usize {
    let inside = |held: &&Held<'_>| (from..=to).contains(&held.date);
    own.iter()
        .filter(inside)
        .filter(|held| held.is_absent())
        .count()
}

#[test]
fn each_story_of_the_cast_is_in_the_files() {
    let (town, world) = World::town();
    let lessons = lessons(&world);
    let of = |key: &str| lessons[member(&town, key).pupil.as_str()].as_slice();
    let term = |key: &str| absent(of(key), TERM, TODAY);
    assert_eq!(town.cast.len(), 12);

    let prolonged = of("prolonged");
    assert!(
        (51..80).contains(&term("prolonged")),
        "{}",
        term("prolonged")
    );
    let monthly = ["2026-11", "2026-12", "2027-01", "2027-02"];
    let by_month = monthly.map(|m| absent(prolonged, &format!("{m}-01"), &format!("{m}-31")));
    assert!(by_month.is_sorted() && by_month[0] > 0, "{by_month:?}");
    for monday in [
        "2027-01-11",
        "2027-01-18",
        "2027-02-01",
        "2027-02-08",
        "2027-03-01",
    ] {
        let first = prolonged.iter().find(|held| held.date == monday).unwrap();
        assert!(first.is("POIS-L") || first.is("POIS"), "{monday}");
    }

    assert!((81..120).contains(&term("run")), "{}", term("run"));
    assert_eq!(days_in_a_row(of("run")), 11);
    assert!(
        of("run")
            .iter()
            .all(|held| held.mark.is_none() || held.is("POIS-T"))
    );

    let days: BTreeSet<&str> = of("early").iter().map(|held| held.date).collect();
    let recent = *days.iter().rev().nth(19).unwrap();
    let late = absent(of("early"), recent, TODAY);
    assert!(term("early") < 30 && late >= 15, "{} {late}", term("early"));
    assert!(absent(of("early"), "2026-08-01", TODAY) - late <= 10);

    let ill = of("illness")
        .iter()
        .filter(|held| held.date >= TERM && held.is("POIS-T"))
        .count();
    assert!((52..=58).contains(&term("illness")) && ill + 2 >= term("illness"));
    assert_eq!((term("spells"), spells(of("spells"))), (31, 14));

    let unresolved = of("unresolved").iter().filter(|held| held.is("POIS"));
    assert_eq!(
        unresolved.filter(|held| held.date < "2027-03-03").count(),
        4
    );
    assert!(
        of("present")
            .iter()
            .all(|l| l.mark.is_none_or(|(code, _)| code.starts_with("MUU")))
    );
    for key in [
        "transfer",
        "protected",
        "guardian_of_two_a",
        "guardian_of_two_b",
    ] {
        assert!(term(key) < 10, "{key} {}", term(key));
    }
    let autumn = of("part_time")
        .iter()
        .filter(|held| held.date < TERM)
        .count();
    assert!(absent(of("part_time"), "2026-08-01", TERM) * 3 > autumn * 2);
}

/// School days in a row with absence, up to the last one.
fn days_in_a_row(own: &[Held<'_>]) -> usize {
    let mut days: BTreeMap<&str, bool> = BTreeMap::new();
    for held in own {
        *days.entry(held.date).or_default() |= held.is_absent();
    }
    days.values().rev().take_while(|away| **away).count()
}

/// Spells of absent lessons of this term.
fn spells(own: &[Held<'_>]) -> usize {
    let term: Vec<bool> = own
        .iter()
        .filter(|held| held.date >= TERM)
        .map(Held::is_absent)
        .collect();
    usize::from(term[0]) + term.windows(2).filter(|pair| !pair[0] && pair[1]).count()
}

#[test]
fn the_cast_is_where_it_is_said_to_be() {
    let (town, world) = World::town();
    let names: BTreeMap<&str, [&str; 3]> = world.roster["users.csv"]
        .pick(["sourcedId", "givenName", "familyName", "agentSourcedIds"])
        .map(|[id, rest @ ..]| (id, rest))
        .collect();
    let mut stays: BTreeMap<&str, Vec<[&str; 4]>> = BTreeMap::new();
    for [user, rest @ ..] in world.roster["enrollments.csv"].pick([
        "userSourcedId",
        "schoolSourcedId",
        "classSourcedId",
        "beginDate",
        "endDate",
    ]) {
        stays.entry(user).or_default().push(rest);
    }
    for member in &town.cast {
        let id = member.pupil.as_str();
        assert_eq!(format!("{} {}", names[id][0], names[id][1]), member.name);
        let class = format!("{}-{}", member.school, member.class);
        let is_there = |s: &[&str; 4]| s[1] == class && s[2] <= TODAY && TODAY < s[3];
        assert!(stays[id].iter().any(is_there), "{}", member.name);
    }
    let moved = &stays[member(&town, "transfer").pupil.as_str()];
    assert!(
        moved
            .iter()
            .any(|s| s[0] == "s0003" && s[3] == "2026-10-28")
    );
    assert!(
        moved
            .iter()
            .any(|s| s[0] == "s0002" && s[2] == "2026-10-28")
    );
    let [a, b] = ["guardian_of_two_a", "guardian_of_two_b"].map(|key| &member(&town, key).pupil);
    let guardian = names[a.as_str()][2];
    assert_eq!(guardian, names[b.as_str()][2]);
    assert_eq!(
        names[guardian],
        ["Katja", "Laine", format!("{a},{b}").as_str()]
    );
    let own = member(&town, "part_time").pupil.as_str();
    let timetable = world.tables["timetables.csv"].pick(["pupil", "from", "status"]);
    let found: Vec<_> = timetable.filter(|[pupil, ..]| *pupil == own).collect();
    assert_eq!(found, [[own, "2027-01-07", "active"]]);
}

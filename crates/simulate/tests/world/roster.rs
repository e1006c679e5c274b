//! The roster is a closed, valid OneRoster 1.2 bulk set (docs/areas/formats.md).

use crate::files::World;
use std::collections::{BTreeMap, BTreeSet};

/// References of a member: column, member it leads to, whether it is a list.
const REFERENCES: [(&str, &str, &str); 14] = [
    ("orgs", "parentSourcedId", "orgs"),
    ("academicSessions", "parentSourcedId", "academicSessions"),
    ("courses", "orgSourcedId", "orgs"),
    ("courses", "schoolYearSourcedId", "academicSessions"),
    ("classes", "courseSourcedId", "courses"),
    ("classes", "schoolSourcedId", "orgs"),
    ("classes", "termSourcedIds", "academicSessions"),
    ("users", "agentSourcedIds", "users"),
    ("users", "primaryOrgSourcedId", "orgs"),
    ("roles", "userSourcedId", "users"),
    ("roles", "orgSourcedId", "orgs"),
    ("enrollments", "classSourcedId", "classes"),
    ("enrollments", "userSourcedId", "users"),
    ("demographics", "sourcedId", "users"),
];

#[test]
fn the_set_is_closed_under_references() {
    let world = World::draw(4_000, 3, Some(5));
    let member = |name: &str| &world.roster[&format!("{name}.csv")];
    let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, _) in REFERENCES.iter().map(|(name, ..)| (*name, ())) {
        let table = member(name);
        let of: BTreeSet<&str> = table.pick(["sourcedId"]).map(|[id]| id).collect();
        assert_eq!(of.len(), table.rows.len(), "{name} repeats an id");
        let fits = |b: u8| b.is_ascii_alphanumeric() || b".-_/@".contains(&b);
        assert!(
            of.iter().all(|id| id.len() < 256 && id.bytes().all(fits)),
            "{name}"
        );
        let blank = |[status, when]: [&str; 2]| status.is_empty() && when.is_empty();
        assert!(
            table.pick(["status", "dateLastModified"]).all(blank),
            "{name}"
        );
        ids.insert(name, of);
    }
    for (name, column, to) in REFERENCES {
        for [list] in member(name).pick([column]) {
            for id in list.split(',').filter(|id| !id.is_empty()) {
                assert!(ids[to].contains(id), "{name}.{column} {id}");
            }
        }
    }
}

#[test]
fn people_hang_together() {
    let world = World::draw(4_000, 3, Some(5));
    let member = |name: &str| &world.roster[&format!("{name}.csv")];
    let mut role_of = BTreeMap::new();
    let mut primary = BTreeSet::new();
    for [user, org, role, kind] in
        member("roles").pick(["userSourcedId", "orgSourcedId", "role", "roleType"])
    {
        role_of.insert(user, role);
        assert!(
            kind == "primary" && primary.insert((user, org)),
            "{user} {org}"
        );
    }
    let agents: BTreeMap<&str, Vec<&str>> = member("users")
        .pick(["sourcedId", "agentSourcedIds"])
        .map(|[id, list]| (id, list.split(',').filter(|a| !a.is_empty()).collect()))
        .collect();
    for (user, others) in &agents {
        let role = role_of[user];
        assert_eq!(
            others.is_empty(),
            !matches!(role, "student" | "guardian"),
            "{user}"
        );
        assert!(
            others.iter().all(|other| agents[other].contains(user)),
            "{user}"
        );
    }
    let mut enrolled = BTreeSet::new();
    let mut primary_of = BTreeMap::new();
    for [class, user, role, primary, from, to] in member("enrollments").pick([
        "classSourcedId",
        "userSourcedId",
        "role",
        "primary",
        "beginDate",
        "endDate",
    ]) {
        assert!(("2026-08-11".."2027-06-06").contains(&from) && from < to && to <= "2027-06-06");
        assert_eq!(role_of[user], role);
        assert_eq!(primary.is_empty(), role == "student");
        if role == "teacher" {
            assert_eq!(primary_of.insert(class, user), None, "{class}");
        } else {
            enrolled.insert(user);
        }
    }
    assert_eq!(primary_of.len(), member("classes").rows.len());
    let pupils = role_of.values().filter(|role| **role == "student").count();
    assert_eq!((enrolled.len(), pupils), (4_000, 4_000));
    let principals = role_of
        .values()
        .filter(|role| **role == "principal")
        .count();
    assert_eq!(principals as u64, world.summary.schools);
    let numbers: BTreeSet<&str> = member("users").pick(["userIds"]).map(|[ids]| ids).collect();
    assert_eq!(
        numbers.len(),
        4_001,
        "one learner number for each pupil, none for others"
    );
}

#[test]
fn the_manifest_declares_what_is_there() {
    let world = World::draw(60, 3, Some(1));
    let manifest: BTreeMap<&str, &str> = world.roster["manifest.csv"]
        .pick(["propertyName", "value"])
        .map(|[a, b]| (a, b))
        .collect();
    assert_eq!(
        (manifest["manifest.version"], manifest["oneroster.version"]),
        ("1.0", "1.2")
    );
    let files = manifest
        .iter()
        .filter_map(|(k, v)| Some((k.strip_prefix("file.")?, *v)));
    let files: BTreeMap<&str, &str> = files.collect();
    assert_eq!(files.len(), 21);
    for (file, mode) in files {
        let there = world.roster.contains_key(&format!("{file}.csv"));
        assert_eq!(mode, if there { "bulk" } else { "absent" }, "{file}");
    }
    let counts = [
        ("academicSessions", 9),
        ("orgs", 7),
        ("courses", 10),
        ("classes", 14),
        ("users", 23),
        ("roles", 10),
        ("enrollments", 10),
        ("demographics", 16),
    ];
    for (name, columns) in counts {
        assert_eq!(
            world.roster[&format!("{name}.csv")].columns.len(),
            columns,
            "{name}"
        );
    }
}

//! The schema: its statements, its migration, and the manifest of its columns.
//!
//! Invariant: the manifest and both engines name the same columns.

use crate::catalogue::{BOOKKEEPING, tables};
use crate::{Opened, both};
use lasna_store::Store;
use lasna_store::db::{Constraint, ErrorKind, Place};
use std::collections::{BTreeMap, BTreeSet};

const MANIFEST: &str = include_str!("../../data-classes.toml");
const CLASSES: [&str; 6] = [
    "structure",
    "identifier",
    "personal",
    "sensitive",
    "credential",
    "log",
];

const PURPOSES: [&str; 15] = [
    "access",
    "attendance",
    "individual timetable",
    "keys",
    "naming",
    "proof of access",
    "protection",
    "retention",
    "rights of families",
    "rights of the person",
    "roster",
    "service",
    "sign-in",
    "support",
    "teaching",
];

fn manifest() -> BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>> {
    toml::from_str(MANIFEST).unwrap()
}

#[test]
fn every_statement_is_understood() {
    both("statements", |o| {
        let mut all = lasna_store::statements();
        all.extend(lasna_store::erasing_statements());
        let texts: Vec<&str> = all.iter().map(String::as_str).collect();
        assert!(texts.len() > 30, "{}", texts.len());
        let refused = o.store.database().prepare_all(&texts).unwrap();
        let told: Vec<_> = refused.iter().map(|(at, why)| (texts[*at], why)).collect();
        assert!(told.is_empty(), "{told:#?}");
    });
}

/// What is no fact and nobody's act: when a session was seen last, the counter of a passkey, tries of
/// the last day, pages of the last two; and an end that is written once.
const PASSING: [&str; 8] = [
    "INSERT INTO session_seen ",
    "INSERT INTO passkey_use ",
    "INSERT INTO sign_out (token_hash, at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    "DELETE FROM sign_in_try WHERE mark = $1",
    "DELETE FROM sign_in_try WHERE no = ",
    "DELETE FROM sign_in_try WHERE at < $1",
    "DELETE FROM oidc_used WHERE at < $1",
    "DELETE FROM page_read WHERE provider_no = $1 AND user_no = $2 AND at < $3",
];

#[test]
fn no_statement_changes_or_removes_a_row() {
    for sql in lasna_store::statements() {
        if PASSING.iter().any(|lead| sql.starts_with(lead)) {
            continue;
        }
        let first = sql.split(' ').next().unwrap();
        assert!(["SELECT", "INSERT"].contains(&first), "{sql}");
        for word in ["UPDATE", "DELETE", "CONFLICT", "REPLACE", "TRUNCATE"] {
            assert!(!sql.to_uppercase().contains(word), "{sql}");
        }
    }
    // Keys are wrapped anew and destroyed, bodies of the audit erased. What has passed its time goes
    // under a condition that names provider and cutoff or person; an erased person leaves a number.
    let rules = rules();
    for sql in lasna_store::erasing_statements() {
        let allowed = [
            "UPDATE data_key SET master = $4, wrapped = $5 WHERE ",
            "UPDATE entity SET id = $3 WHERE provider_no = $1 AND kind = 'person' AND no = $2",
        ];
        let of_rule = sql.strip_prefix("DELETE FROM ").is_some_and(|rest| {
            let table = rest.split(' ').next().unwrap();
            let clock = rules
                .values()
                .find(|rule| rule.tables.iter().any(|t| t == table));
            let bound = sql.contains("$1") && sql.contains("$2") && sql.contains(" WHERE ");
            bound && clock.is_some_and(|rule| rule.clock != "none")
        });
        assert!(
            of_rule || allowed.iter().any(|begins| sql.starts_with(begins)),
            "{sql}"
        );
    }
}

#[derive(serde::Deserialize)]
struct Rule {
    clock: String,
    time: String,
    least: String,
    most: String,
    source: String,
    tables: Vec<String>,
}

fn rules() -> BTreeMap<String, Rule> {
    toml::from_str(lasna_store::retention::RULES_TEXT).unwrap()
}

#[test]
fn every_table_has_one_rule_and_its_columns_say_the_same() {
    let mut ruled = BTreeMap::new();
    for (name, rule) in rules() {
        for text in [&rule.time, &rule.least, &rule.most] {
            let number = text.strip_suffix(['y', 'd']).unwrap();
            assert!(number.parse::<u8>().is_ok(), "{name}: {text}");
        }
        assert!(!rule.source.is_empty(), "{name}");
        let word = match rule.clock.as_str() {
            clock @ ("none" | "account") => clock.to_owned(),
            clock @ ("school-year" | "left" | "log" | "ended") => {
                format!("{clock}+{}", rule.time)
            }
            other => panic!("{name}: the clock {other}"),
        };
        for table in rule.tables {
            let before = ruled.insert(table.clone(), word.clone());
            assert_eq!(before, None, "{table} has two rules");
        }
    }
    for (table, columns) in manifest() {
        let word = ruled.remove(&table);
        for (column, says) in columns {
            assert_eq!(word.as_ref(), says.get("retention"), "{table}.{column}");
        }
    }
    assert_eq!(ruled, BTreeMap::new(), "these tables are not there");
}

#[test]
fn every_rule_takes_rows_of_its_own_tables_only() {
    use lasna_store::retention::{PERSON_RULES, aged_tables};
    for (name, rule) in rules() {
        let mut taken: Vec<&str> = aged_tables(&name).iter().map(|aged| aged.table).collect();
        let of_people = PERSON_RULES.iter().find(|(rule, _)| *rule == name);
        if of_people.is_none() && rule.clock != "none" && name != "log_of_pupils" {
            assert_eq!(taken, rule.tables, "{name}: in the order of the file");
        }
        let people = of_people.map_or(&[][..], |(_, tables)| tables);
        taken.extend(people.iter().map(|table| table.table));
        if people.is_empty() {
            assert_eq!(taken.is_empty(), rule.clock == "none", "{name}");
        }
        // The roster takes all that is left of a person.
        for table in &rule.tables {
            let elsewhere = ["entity", "data_key"].contains(&table.as_str());
            let there = taken.contains(&table.as_str());
            assert!(
                there || elsewhere || rule.clock == "none",
                "{name}: {table}"
            );
        }
    }
}

#[test]
fn a_second_migration_does_nothing() {
    both("migrate", |o| {
        let scope = o.provider("town");
        o.batch(&scope, 1, 10).unwrap();
        let before = (tables(o), o.count(BOOKKEEPING), o.count("import_batch"));
        // Beside the first one, as a second program would.
        let again = Store::open(o.place.clone(), lasna_testkit::keys::fixed()).unwrap();
        assert_eq!(again.providers().unwrap().len(), 1);
        drop(again);
        let after = (tables(o), o.count(BOOKKEEPING), o.count("import_batch"));
        assert_eq!(before, after);
        assert_eq!(after.2, 1);
    });
}

#[test]
fn programs_that_start_at_once_migrate_once() {
    // Not `both`: nobody has opened these places yet.
    let folder = lasna_testkit::temp::folder();
    let mut places = vec![Place::Folder(folder.path().join("data"))];
    places.extend(lasna_testkit::postgres::database("at_once").map(Place::Url));
    for place in places {
        std::thread::scope(|s| {
            let starts: Vec<_> = (0..4)
                .map(|_| {
                    s.spawn(|| Store::open(place.clone(), lasna_testkit::keys::fixed()).map(drop))
                })
                .collect();
            for start in starts {
                start.join().unwrap().unwrap();
            }
        });
        let store = Store::open(place, lasna_testkit::keys::fixed()).unwrap();
        let sql = format!("select min(no), max(no), count(*) from {BOOKKEEPING}");
        let row = store.ask(|r| r.query_one(&sql, &[])).unwrap().unwrap();
        let [least, most, count] = [0, 1, 2].map(|at| row.get::<i64>(at).unwrap());
        assert_eq!((least, most), (1, count));
    }
}

#[test]
fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    both("newer", |o| {
        o.meddle(&format!("insert into {BOOKKEEPING} (no) values (9999)"))
            .unwrap();
        let before = (tables(o), o.count(BOOKKEEPING));
        let Err(error) = Store::open(o.place.clone(), lasna_testkit::keys::fixed()) else {
            panic!("it was opened")
        };
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("newer program"), "{error}");
        assert_eq!((tables(o), o.count(BOOKKEEPING)), before);
    });
}

#[test]
fn the_manifest_names_every_column_and_no_other() {
    both("manifest", |o| {
        let named: BTreeMap<String, BTreeSet<String>> = manifest()
            .into_iter()
            .map(|(table, columns)| (table, columns.into_keys().collect()))
            .collect();
        let there: BTreeMap<String, BTreeSet<String>> = tables(o)
            .into_iter()
            .map(|(table, columns)| (table, columns.into_iter().map(|c| c.name).collect()))
            .collect();
        assert_eq!(
            named.keys().collect::<Vec<_>>(),
            there.keys().collect::<Vec<_>>()
        );
        for (table, columns) in &there {
            assert_eq!(&named[table], columns, "{table}");
        }
    });
}

#[test]
fn every_column_has_a_class_a_purpose_and_a_retention() {
    for (table, columns) in manifest() {
        assert!(!columns.is_empty(), "{table}");
        for (column, says) in columns {
            let place = format!("{table}.{column}");
            let keys: Vec<&str> = says.keys().map(String::as_str).collect();
            let without = keys == ["class", "purpose", "retention"];
            assert!(
                without || keys == ["class", "leaves", "purpose", "retention"],
                "{place}"
            );
            assert!(CLASSES.contains(&says["class"].as_str()), "{place}");
            let purpose = says["purpose"].as_str();
            assert!(PURPOSES.contains(&purpose), "{place}: {purpose}");
            let leaves = says.get("leaves").map_or("", String::as_str);
            assert!(
                ["", "export", "subject", "export, subject"].contains(&leaves),
                "{place}: {leaves}"
            );
            let never = ["credential", "log"].contains(&says["class"].as_str());
            assert!(
                leaves.is_empty()
                    || !never
                    || ["signal_act", "subject_copy"].contains(&table.as_str()),
                "{place}"
            );
        }
    }
}

#[test]
fn what_names_a_person_is_not_called_structure() {
    let manifest = manifest();
    let class = |table: &str, column: &str| manifest[table][column]["class"].clone();
    for column in [
        "given_name",
        "family_name",
        "middle_name",
        "preferred_given_name",
        "preferred_family_name",
        "username",
        "identifier",
        "user_ids",
    ] {
        assert_ne!(class("person_version", column), "structure", "{column}");
    }
    assert_ne!(class("demographics_version", "birth_date"), "structure");
    assert_eq!(class("user_account", "token_hash"), "credential");
    assert_eq!(class("mark_reason", "reason"), "sensitive");
}

#[test]
fn both_engines_have_the_same_tables() {
    let seen = std::cell::RefCell::new(Vec::new());
    both("same", |o| seen.borrow_mut().push(tables(o)));
    for other in seen.borrow().iter().skip(1) {
        assert_eq!(&seen.borrow()[0], other);
    }
}

#[test]
fn columns_refuse_what_is_not_of_their_type_without_repeating_it() {
    both("types", |o| {
        o.provider("town");
        for values in ["'ZZNAMEZZ', 'b', 7", "7, 'b', 'ZZNAMEZZ'", "7, null, 7"] {
            let sql = format!("insert into provider (no, id, created_at) values ({values})");
            let error = o.meddle(&sql).unwrap_err();
            let right = error.kind() == ErrorKind::Value
                || error.breaks(Constraint::Check)
                || error.breaks(Constraint::NotNull);
            assert!(right, "{values}: {error:?}");
            assert!(!format!("{error} {error:?}").contains("ZZNAMEZZ"));
        }
        assert_eq!(o.count("provider"), 1);
    });
}

#[test]
fn the_storage_is_sound_after_all_that() {
    both("sound", |o: &Opened| {
        let scope = o.provider("town");
        o.batch(&scope, 1, 10).unwrap();
        o.undo(&scope, 1, 20).unwrap();
        o.store.database().integrity().unwrap();
    });
}

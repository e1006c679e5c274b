//! Papers of data protection and the copy of everything about one pupil.
//!
//! Invariant: each column about pupils is in the copy or left out for a reason that is said.

use crate::people::contact;
use crate::people::{at, later, peopled, pupil, session};
use crate::rights::tie;
use crate::{Node, both};
use lasna_app::audit_log::{Compare, verify};
use lasna_app::privacy::{
    COPY_EXCEPTIONS, Prepared, Reader, Register, dpia, manifest, notice, record,
};
use lasna_app::retention::Rules;
use lasna_app::{App, AppError, NewPerson};
use lasna_domain::access::UserRole;
use lasna_domain::access::family::{AdultKind, FamilyTie, Matters, RelationSource};
use lasna_domain::calendar::Day;
use lasna_domain::model::Language;
use lasna_store::Protection;
use std::collections::BTreeMap;

const LANGUAGES: [(Language, &str); 3] = [
    (Language::Fi, "fi"),
    (Language::Sv, "sv"),
    (Language::En, "en"),
];
const NOTE: &str = "told <b>at home</b> & agreed";
const FACTS: &str = "Salakuja 7 B 3";

fn rules() -> Rules {
    Rules::read("").unwrap()
}

fn held_words() -> toml::Table {
    let text = include_str!("../../locales/en/privacy.toml");
    let table: toml::Table = text.parse().unwrap();
    table["held"].as_table().unwrap().clone()
}

#[test]
fn every_column_about_pupils_is_in_the_copy_or_left_out_for_a_reason() {
    let register = Register::of(&rules()).unwrap();
    let exceptions: BTreeMap<String, String> = toml::from_str(COPY_EXCEPTIONS).unwrap();
    let words = held_words();
    let about = |purpose: &str| {
        let entry = register.entries.iter().find(|e| e.purpose == purpose);
        entry.unwrap().says.people.iter().any(|one| one == "pupil")
    };
    let manifest = manifest().unwrap();
    let copied: Vec<&str> = lasna_store::subject::copied_tables().collect();
    let (mut given, mut left) = (0, 0);
    let mut used = Vec::new();
    for (table, columns) in &manifest {
        for (column, says) in columns {
            let place = format!("{table}.{column}");
            if says.leaves.contains("subject") {
                let listed = table == "subject_copy";
                assert!(copied.contains(&table.as_str()) || listed, "{place}");
                given += 1;
                continue;
            }
            if !about(&says.purpose) {
                continue;
            }
            let found = [table, &place]
                .into_iter()
                .find(|key| exceptions.contains_key(*key));
            used.extend(found.cloned());
            let by_class = ["structure", "credential"].contains(&says.class.as_str());
            assert!(
                found.is_some() || by_class,
                "{place} is neither given nor left out"
            );
            left += 1;
        }
    }
    for (key, why) in &exceptions {
        assert!(words.contains_key(why), "{key}: {why} has no text");
        assert!(used.contains(key), "{key} is left out of nothing");
        let table = key.split('.').next().unwrap();
        assert!(
            !copied.contains(&table) || key.contains('.'),
            "{key} is given"
        );
    }
    println!("{given} columns are given, {left} left out");
}

/// Sentences of a paper, without marks of lists and headings.
fn sentences(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.trim_start_matches(['#', '-', ' ', '*']))
        .flat_map(|line| line.split_inclusive(['.', '?', ':', ';']))
        .map(|sentence| sentence.trim().to_owned())
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

#[test]
fn notices_are_short_whole_and_as_reviewed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/privacy");
    let readers = [
        (Reader::Pupil, "pupil"),
        (Reader::Guardian, "guardian"),
        (Reader::Staff, "staff"),
    ];
    for (language, code) in LANGUAGES {
        let mut papers = vec![
            (
                "record".to_owned(),
                record(language, &rules(), "0").unwrap(),
            ),
            ("dpia".to_owned(), dpia(language, &rules()).unwrap()),
        ];
        for (reader, name) in readers {
            let text = notice(language, reader, &rules()).unwrap();
            for sentence in sentences(&text) {
                let words = sentence.split_whitespace().count();
                assert!(words <= 20, "{code} {name}: {words} words: {sentence}");
            }
            papers.push((format!("notice-{name}"), text));
        }
        for (name, text) in papers {
            assert!(
                !text.contains('⟦') && !text.contains('{'),
                "{code} {name}: {text}"
            );
            let path = folder.join(format!("{name}.{code}.md"));
            if std::env::var("LASNA_GOLDEN").is_ok_and(|word| word == "write") {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&path, &text).unwrap();
            }
            let golden = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                text == golden,
                "{} is not what was reviewed",
                path.display()
            );
        }
    }
}

#[test]
fn a_provider_s_own_time_stands_in_every_paper() {
    let own = "[attendance]\ntime = \"7y\"\ndecided = \"Board 4 §\"\n";
    let rules = Rules::read(own).unwrap();
    let text = record(Language::En, &rules, "0").unwrap();
    assert!(
        text.contains("7 years after the school year ended (decided by the provider: Board 4 §)")
    );
    assert!(
        notice(Language::En, Reader::Pupil, &rules)
            .unwrap()
            .contains("7 years")
    );
}

fn officer(node: &Node, login: &str) -> App {
    let new = NewPerson {
        role: UserRole::Oversight,
        school: None,
        login,
        name: "Name officer",
        person: None,
        password: None,
        language: None,
    };
    node.app(later(0)).add_person(&new).unwrap();
    session(node, login, later(2))
}

fn problem(result: Result<(), AppError>) -> String {
    result.unwrap_err().to_string()
}

/// Two persons: not who prepared it, not another file, not twice.
fn two_release_it(node: &Node, app: &App, copy: &Prepared) {
    let release = |app: &App, no, json: &str| app.release_copy(no, json, &copy.html);
    assert!(problem(release(app, 2, &copy.json)).contains("another person"));
    let officer = officer(node, "vastaava");
    assert!(problem(release(&officer, 2, "{}")).contains("not the copy"));
    assert!(problem(release(&officer, 9, &copy.json)).contains("no such copy"));
    release(&officer, 2, &copy.json).unwrap();
    assert!(problem(release(&officer, 2, &copy.json)).contains("before"));
    let all = officer.copies().unwrap();
    let released: Vec<bool> = all.iter().map(|copy| copy.released.is_some()).collect();
    assert_eq!(released, [false, true]);
    // Nobody at a school makes or releases one.
    for login in ["aino", "rehtori", "tuki", "yllapito", "suunnittelija"] {
        let app = session(node, login, later(3));
        assert!(app.prepare_copy("p03", Language::Fi).is_err(), "{login}");
        assert!(app.release_copy(1, "", "").is_err(), "{login}");
    }
    assert!(
        officer.prepare_copy("p03", Language::Fi).is_err(),
        "without a grant"
    );
}

#[test]
fn a_copy_holds_everything_of_one_and_nothing_of_others_and_two_release_it() {
    both("subject_copy", |node| {
        peopled(node);
        contact(node, "p03", NOTE);
        contact(node, "p01", "of another");
        let own = tie(node, "p03", "p20");
        node.app(later(0)).set_relations(&[own]).unwrap();
        let app = node.app(later(1));
        let copy = app.prepare_copy("p07", Language::Fi).unwrap();
        let marks: serde_json::Value = serde_json::from_str(&copy.json).unwrap();
        assert_eq!(marks["tables"]["mark_fact"][0]["approval"], "authorised");
        assert_eq!(marks["tables"]["mark_reason"][0]["reason"], "leave");
        let copy = app.prepare_copy("p03", Language::Sv).unwrap();
        assert_eq!(copy.no, 2);
        let value: serde_json::Value = serde_json::from_str(&copy.json).unwrap();
        assert_eq!(value["tables"]["signal_note"][0]["note"], NOTE);
        assert_eq!(
            value["tables"]["person_version"][0]["family_name"],
            "Familyp03"
        );
        assert_eq!(value["tables"]["enrolment_version"][0]["class"], "a7");
        assert_eq!(value["tables"]["family_tie"][0]["kind"], "guardian");
        assert!(value["log"].as_array().unwrap().len() > 1);
        for text in [&copy.json, &copy.html] {
            assert!(text.contains("Familyp03") && text.contains("2026-08-24"));
            for other in [
                "Familyp01",
                "Familyp20",
                "p20",
                "of another",
                "Name tuki",
                "t-ma",
            ] {
                assert!(!text.contains(other), "{other}");
            }
            assert!(!text.contains('⟦'), "a column or reason has no text");
        }
        assert!(
            copy.html
                .contains("told &lt;b&gt;at home&lt;/b&gt; &amp; agreed")
        );
        two_release_it(node, &app, &copy);
        let compare = Compare {
            store: Some(&node.store),
            ..Compare::default()
        };
        assert!(verify(&compare).unwrap().is_ok());
    });
}

#[test]
fn nothing_of_a_protection_is_in_a_copy() {
    both("subject_protected", |node| {
        peopled(node);
        let tie = FamilyTie {
            child: pupil(node, "p03"),
            adult: pupil(node, "p20"),
            kind: AdultKind::Foster,
            decides: Matters::ALL,
            informed: Matters::ALL,
            from: Day(0),
            to: Day(i32::MAX),
            source: RelationSource::Register,
            contact: false,
        };
        let app = node.app(later(0));
        app.set_relations(&[tie]).unwrap();
        let protect = |id: &str| {
            let one = Protection {
                person: pupil(node, id),
                from: Day(0),
                to: at("2030-01-01T00:00:00Z").day_in_finland(),
            };
            (one, FACTS.to_owned())
        };
        app.set_protected(&[protect("p20"), protect("p05")])
            .unwrap();
        let copy = node
            .app(later(1))
            .prepare_copy("p03", Language::En)
            .unwrap();
        for text in [&copy.json, &copy.html] {
            for canary in [FACTS, "foster", "p20", "Familyp20", "p05"] {
                assert!(!text.contains(canary), "{canary}");
            }
        }
        let refused = node.app(later(1)).prepare_copy("p05", Language::En);
        assert!(matches!(refused, Err(AppError::NotFound("pupil"))));
    });
}

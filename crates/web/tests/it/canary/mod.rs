//! Canaries: names, ids and an address that nobody else has, looked for in every page and file that
//! everybody can reach, for each constellation of a family.
//!
//! Every route is asked with the canary's numbers, and every address that a page names is followed.
//! The register of a lesson alone names a protected pupil: a lesson is held for whoever is there.
//!
//! Invariant: the same search finds the canaries where nobody is protected.

mod elsewhere;

use crate::ask::ask;
use crate::{PEOPLE, Server, TOKENS, both, now, town};
use lasna_app::{App, NewPerson};
use lasna_domain::access::UserRole;
use lasna_domain::access::family::{AdultKind, FamilyTie, Matter, Matters, RelationSource};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::PersonNo;
use lasna_store::Protection;
use lasna_store::db::{DbError, Row, Value};
use lasna_web::routes::ROUTES;
use std::collections::BTreeSet;

const ADDRESS: &str = "Salakuja 7 B 3";
const CHILD: &[&str] = &["Kanarialapsi", "canary-child"];
const MOTHER: &[&str] = &["Kanariaaiti", "canary-mother"];
const WORKER: &[&str] = &["Kanariatyo", "canary-worker"];
const ADULTS: [(&str, &str); 3] = [
    ("mother", "canary-mother"),
    ("father", "canary-father"),
    ("social", "canary-worker"),
];
/// Pages that one caller opens at most.
const PAGES_MAX: usize = 400;

fn operator(server: &Server) -> App {
    App::operator(server.store.clone(), now()).unwrap()
}

fn person(server: &Server, id: &str) -> PersonNo {
    operator(server).pupil_no(id).unwrap()
}

/// The family, and accounts of its adults; nobody is tied to anybody.
fn family(server: &Server) {
    town::add_family(&server.store);
    for (login, id) in ADULTS {
        operator(server)
            .add_person(&NewPerson {
                role: UserRole::Guardian,
                school: Some("school-a"),
                login,
                name: "Zz Adult",
                person: Some(id),
                password: None,
                language: None,
            })
            .unwrap();
        let session = format!("session-{login}");
        App::sign_in_to_demo(&server.store, now(), login, &session).unwrap();
    }
}

fn tie(server: &Server, adult: &str, kind: AdultKind) -> FamilyTie {
    FamilyTie {
        child: person(server, "canary-child"),
        adult: person(server, adult),
        kind,
        decides: Matters::ALL,
        informed: Matters::ALL,
        from: Day(0),
        to: Day(i32::MAX),
        source: RelationSource::Register,
        contact: true,
    }
}

fn joint(server: &Server) {
    let ties = [
        tie(server, "canary-mother", AdultKind::Guardian),
        tie(server, "canary-father", AdultKind::Guardian),
    ];
    operator(server).set_relations(&ties).unwrap();
}

/// An answer of the register: these are protected, and nobody else.
fn protect(server: &Server, ids: &[&str], at: Instant) {
    let one = |id: &&str| {
        let protection = Protection {
            person: person(server, id),
            from: Day(0),
            to: Day(i32::MAX - 1),
        };
        (protection, ADDRESS.to_owned())
    };
    let answer: Vec<_> = ids.iter().map(one).collect();
    let app = App::operator(server.store.clone(), at).unwrap();
    app.set_protected(&answer).unwrap();
}

/// Everybody who can ask: people by session, machines by token, nobody.
fn callers() -> Vec<Option<String>> {
    let people = PEOPLE.iter().map(|(login, ..)| *login);
    let adults = ADULTS.iter().map(|(login, _)| *login);
    let sessions = people
        .chain(adults)
        .map(|login| Some(format!("session-{login}")));
    let tokens = TOKENS.iter().map(|token| Some((*token).to_owned()));
    sessions.chain(tokens).chain([None]).collect()
}

/// The addresses to begin with: every route that is asked for, about the canary.
fn beginnings(server: &Server) -> Vec<String> {
    let child = person(server, "canary-child").to_string();
    let (_, group) = server.numbers();
    let fill = |path: &str| {
        path.replace("{pupil}", &child)
            .replace("{id}", "school-a")
            .replace("{school}", &server.school().to_string())
            .replace("{group}", &group.to_string())
            .replace("{day}", "2026-08-18")
            .replace("{start}", "495")
            .replace("{no}", "1")
            .replace("{version}", "0")
            .replace("{role}", "teacher")
    };
    let skipped = |path: &str| {
        ["{upload}", "{build}", "/demo/"]
            .iter()
            .any(|s| path.contains(s))
    };
    let rows = ROUTES
        .iter()
        .filter(|row| row.method == "GET" && !skipped(row.path));
    let mut all: Vec<String> = rows.map(|row| fill(row.path)).collect();
    all.push("/api/v1/figures?level=pupil".to_owned());
    all.push("/api/v1/figures?level=class".to_owned());
    all
}

/// The addresses of our own that a page names.
fn named(body: &str) -> impl Iterator<Item = String> {
    let hrefs = body.split("href=\"").skip(1);
    let hrefs = hrefs.filter_map(|rest| rest.split('"').next());
    let own = hrefs.filter(|href| href.starts_with('/') && !href.starts_with("/assets/"));
    own.map(|href| href.replace("&amp;", "&").replace("&#38;", "&"))
        .map(|href| href.split('#').next().unwrap_or_default().to_owned())
}

/// Where a word stands: path and word, of every page that a caller can reach.
fn found(server: &Server, caller: Option<&str>, words: &[&str]) -> BTreeSet<(String, String)> {
    let mut open: Vec<String> = beginnings(server);
    let (mut seen, mut hits) = (BTreeSet::new(), BTreeSet::new());
    while let Some(path) = open.pop() {
        if seen.len() >= PAGES_MAX || !seen.insert(path.clone()) {
            continue;
        }
        let answer = ask(&server.router, "GET", &path, caller);
        assert!(answer.status < 500, "{path}: {}", answer.status);
        let mut text = answer.body;
        for value in answer.headers.values() {
            text += value.to_str().unwrap_or_default();
        }
        for word in words.iter().chain(&[ADDRESS]) {
            if text.contains(word) {
                hits.insert((path.clone(), (*word).to_owned()));
            }
        }
        open.extend(named(&text).filter(|path| !seen.contains(path)));
    }
    assert!(seen.len() > 30, "{caller:?} opened {}", seen.len());
    hits
}

fn is_register(path: &str) -> bool {
    path.starts_with("/registers/")
}

/// Nobody finds any of the words, the names in registers left aside.
fn nobody_finds(server: &Server, callers: &[Option<String>], words: &[&str]) {
    for caller in callers {
        let hits = found(server, caller.as_deref(), words);
        let hits: Vec<_> = hits
            .iter()
            .filter(|(path, word)| !is_register(path) || word.contains("canary") || word == ADDRESS)
            .collect();
        assert!(hits.is_empty(), "{caller:?}: {hits:?}");
    }
}

/// What leaves as files, and what is in the rows of every table, which is what a backup holds.
fn files_and_rows(server: &Server) -> (String, String) {
    let (mut roster, mut facts) = (std::io::Cursor::new(Vec::new()), Vec::new());
    operator(server).export_roster(&mut roster).unwrap();
    operator(server).export_facts(&mut facts).unwrap();
    let mut files = String::from_utf8(facts).unwrap();
    let mut zip = zip::ZipArchive::new(roster).unwrap();
    for at in 0..zip.len() {
        std::io::Read::read_to_string(&mut zip.by_index(at).unwrap(), &mut files).unwrap();
    }
    let classes = include_str!("../../../../store/data-classes.toml");
    let tables: toml::Table = toml::from_str(classes).unwrap();
    let mut rows = String::new();
    for (table, columns) in &tables {
        let Some(columns) = columns.as_table() else {
            continue;
        };
        let names: Vec<&str> = columns.keys().map(String::as_str).collect();
        let sql = format!("select {} from {table}", names.join(", "));
        let all: Result<Vec<Row>, DbError> =
            server.store.database().read(|read| read.query(&sql, &[]));
        for value in all.unwrap().iter().flat_map(Row::values) {
            match value {
                Value::Text(text) => rows += text,
                Value::Bytes(bytes) => rows += &String::from_utf8_lossy(bytes),
                Value::Null | Value::Int(_) => {}
            }
            rows.push('\n');
        }
    }
    (files, rows)
}

fn session(login: &str) -> Vec<Option<String>> {
    vec![Some(format!("session-{login}"))]
}

#[test]
fn joint_custody_shows_both_the_child_and_neither_the_other() {
    both("canary_joint", |server| {
        family(server);
        // The search finds what is there to be found.
        let worker = found(server, Some("session-worker-a"), CHILD);
        assert!(worker.len() > 3, "{worker:?}");
        let before = found(server, Some("session-mother"), CHILD);
        assert!(before.is_empty(), "{before:?}");
        joint(server);
        for login in ["mother", "father"] {
            let caller = format!("session-{login}");
            assert!(found(server, Some(&caller), CHILD).len() >= 2, "{login}");
        }
        nobody_finds(server, &session("father"), MOTHER);
        nobody_finds(server, &session("guardian-a"), CHILD);
        nobody_finds(server, &session("pupil-a"), CHILD);
    });
}

#[test]
fn divided_duties_and_the_right_to_be_told_show_what_they_cover() {
    both("canary_divided", |server| {
        family(server);
        let child = person(server, "canary-child");
        let support = Matters::NONE.with(Matter::Support);
        let divided = FamilyTie {
            decides: support,
            informed: support,
            source: RelationSource::Court,
            ..tie(server, "canary-mother", AdultKind::Guardian)
        };
        let told = FamilyTie {
            decides: Matters::NONE,
            source: RelationSource::Court,
            ..tie(server, "canary-father", AdultKind::Informed)
        };
        operator(server).set_relations(&[divided, told]).unwrap();
        let page = |login: &str| {
            let session = format!("session-{login}");
            server.get("/home?lang=en", Some(&session)).body
        };
        assert!(page("mother").contains("Kanarialapsi"));
        assert!(!page("mother").contains("without leave"));
        assert!(page("father").contains("without leave"));
        // Who is told can write nothing about the child.
        for path in ["contact", "raise", "acknowledge"] {
            let path = format!("/pupils/{child}/{path}");
            let sent = server.post(&path, Some("session-father"), crate::routes::FORM);
            assert_eq!(sent.status, 404, "{path}");
        }
        nobody_finds(server, &session("father"), MOTHER);
    });
}

#[test]
fn a_child_in_care_has_a_social_worker_whom_the_parents_do_not_see() {
    both("canary_care", |server| {
        family(server);
        let care = FamilyTie {
            source: RelationSource::Care,
            ..tie(server, "canary-worker", AdultKind::SocialWorker)
        };
        let parent = tie(server, "canary-mother", AdultKind::Guardian);
        operator(server).set_relations(&[parent, care]).unwrap();
        for login in ["mother", "social"] {
            let caller = format!("session-{login}");
            assert!(!found(server, Some(&caller), CHILD).is_empty(), "{login}");
        }
        nobody_finds(server, &session("mother"), WORKER);
        nobody_finds(server, &session("social"), MOTHER);
    });
}

#[test]
fn a_protected_child_is_found_by_nobody_and_in_no_file() {
    both("canary_child", |server| {
        family(server);
        joint(server);
        assert!(files_and_rows(server).0.contains("canary-child"));
        protect(server, &["canary-child"], now());
        nobody_finds(server, &callers(), CHILD);
        let (files, rows) = files_and_rows(server);
        for word in ["canary-child", "Kanarialapsi", ADDRESS] {
            assert!(!files.contains(word), "{word}");
        }
        // Names are of the roster; what protects is sealed.
        assert!(rows.contains("canary-child"), "the search sees the rows");
        assert!(!rows.contains(ADDRESS));
    });
}

#[test]
fn a_protected_adult_bars_the_other_one_and_is_named_nowhere() {
    both("canary_adult", |server| {
        family(server);
        joint(server);
        protect(server, &["canary-mother"], now());
        assert!(!found(server, Some("session-mother"), CHILD).is_empty());
        nobody_finds(server, &session("father"), &[CHILD, MOTHER].concat());
        nobody_finds(server, &callers(), MOTHER);
        let (files, rows) = files_and_rows(server);
        assert!(!files.contains("Kanariaaiti") && !files.contains(ADDRESS));
        assert!(!rows.contains(ADDRESS));
        // Admitted after a meeting: the child, and still nothing of the mother.
        let (child, father) = (
            person(server, "canary-child"),
            person(server, "canary-father"),
        );
        let until = now().day_in_finland().plus(30);
        operator(server).admit(child, father, until).unwrap();
        assert!(!found(server, Some("session-father"), CHILD).is_empty());
        nobody_finds(server, &session("father"), MOTHER);
    });
}

#[test]
fn why_a_child_is_not_shown_is_never_told() {
    both("canary_reason", |server| {
        family(server);
        let page = || server.get("/home?lang=en", Some("session-father")).body;
        let nobodys = page();
        assert!(nobodys.contains("nobody here for whom you can act"));
        joint(server);
        assert_ne!(page(), nobodys);
        protect(server, &["canary-mother"], Instant(now().0 - 1));
        assert_eq!(page(), nobodys, "the other adult is protected");
        protect(server, &["canary-child"], now());
        assert_eq!(page(), nobodys, "the child is protected");
        // And the way to the log of a child that is not shown is no other than to one that is not there.
        let child = person(server, "canary-child");
        let log = |no: &str| server.get(&format!("/home/{no}/log?lang=en"), Some("session-father"));
        let (hidden, none) = (log(&child.to_string()), log("999999"));
        assert_eq!((hidden.status, none.status), (404, 404));
        let plain = |body: &str, no: &str| body.replace(&format!("/{no}/"), "/N/");
        assert_eq!(
            plain(&hidden.body, &child.to_string()),
            plain(&none.body, "999999")
        );
    });
}

#[test]
fn an_old_answer_of_the_register_shows_no_child_to_any_adult() {
    both("canary_stale", |server| {
        family(server);
        joint(server);
        // Somebody else is protected; the answer is from three days ago.
        protect(
            server,
            &["canary-worker"],
            Instant(now().0 - 72 * 3_600_000_000),
        );
        for login in ["mother", "father", "guardian-a"] {
            let caller = format!("session-{login}");
            let page = server.get("/home?lang=en", Some(&caller));
            assert!(
                page.body.contains("nobody here for whom you can act"),
                "{login}"
            );
            nobody_finds(server, &session(login), CHILD);
        }
        // The pupil's own page stays.
        assert!(
            server
                .get("/home", Some("session-pupil-a"))
                .body
                .contains("/log")
        );
    });
}

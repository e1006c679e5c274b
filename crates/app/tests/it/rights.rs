//! Families, protected pupils, grants and broken glass, told to both engines.
//!
//! Invariant: what is hidden is looked for in every answer that names pupils.

use crate::both;
use crate::people::{NOW, at, is_missing, later, model, peopled, problem, pupil, session};
use lasna_app::rights::{LogPlace, NewGlass, NewGrant};
use lasna_app::{App, Level, NewPerson};
use lasna_domain::access::family::{AdultKind, FamilyTie, Matters, RelationSource};
use lasna_domain::access::glass::{GlassCategory, GlassVerdict};
use lasna_domain::access::grants::{GrantKind, GrantStep};
use lasna_domain::access::{Action, Reach, UserRole};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{PersonNo, UserNo};
use lasna_store::Protection;

use crate::Node;

const CANARY: &str = "Salakuja 7 B 3, 040 555 0199";

fn today() -> Day {
    at(NOW).day_in_finland()
}

/// An account of a guardian who is a person of the roster.
fn guardian(node: &Node, login: &str, person: &str) -> UserNo {
    let new = NewPerson {
        role: UserRole::Guardian,
        school: Some("school-a"),
        login,
        name: &format!("Name {login}"),
        person: Some(person),
        password: None,
        language: None,
    };
    node.app(at(NOW)).add_person(&new).unwrap()
}

/// Joint custody of a child, without an end.
pub fn tie(node: &Node, child: &str, adult: &str) -> FamilyTie {
    FamilyTie {
        child: pupil(node, child),
        adult: pupil(node, adult),
        kind: AdultKind::Guardian,
        decides: Matters::ALL,
        informed: Matters::ALL,
        from: Day(0),
        to: Day(i32::MAX),
        source: RelationSource::Register,
        contact: true,
    }
}

fn protect(node: &Node, ids: &[&str], now: Instant) {
    let one = |id: &&str| {
        let protection = Protection {
            person: pupil(node, id),
            from: Day(0),
            to: today().plus(400),
        };
        (protection, CANARY.to_owned())
    };
    let answer: Vec<_> = ids.iter().map(one).collect();
    node.app(now).set_protected(&answer).unwrap();
}

/// Everything that names pupils, for somebody: empty where the pupil is nowhere.
fn places(node: &Node, login: &str, now: Instant, id: &str) -> Vec<&'static str> {
    let app = session(node, login, now);
    let no = pupil(node, id);
    let mut found = Vec::new();
    let model = model();
    if let Ok(list) = app.signal_list(&model, today(), Instant::LATEST)
        && list.rows.iter().any(|row| row.pupil == no)
    {
        found.push("list");
    }
    if let Ok(list) = app.exported_list(&model, today(), Instant::LATEST)
        && list.rows.iter().any(|row| row.pupil == no)
    {
        found.push("file");
    }
    if app.pupil_page(&model, no, today(), Instant::LATEST).is_ok() {
        found.push("page");
    }
    let school = Some("school-a");
    if let Ok(rows) = app.watch_list(&model, school, today(), Instant::LATEST)
        && rows.iter().any(|row| row.pupil == id)
    {
        found.push("watch list");
    }
    if let Ok(rows) = app.figures(Level::Pupil, today(), Instant::LATEST)
        && rows.iter().any(|row| row.id == id)
    {
        found.push("figures");
    }
    if app.explain(&model, id, today(), Instant::LATEST).is_ok() {
        found.push("explanation");
    }
    found
}

fn exports(app: &App) -> String {
    let (mut roster, mut facts) = (std::io::Cursor::new(Vec::new()), Vec::new());
    app.export_roster(&mut roster).unwrap();
    app.export_facts(&mut facts).unwrap();
    let mut zip = zip::ZipArchive::new(roster).unwrap();
    let mut all = String::from_utf8(facts).unwrap();
    for at in 0..zip.len() {
        std::io::Read::read_to_string(&mut zip.by_index(at).unwrap(), &mut all).unwrap();
    }
    all
}

#[test]
fn a_protected_pupil_is_nowhere_until_a_grant_runs() {
    both("protected", |node| {
        peopled(node);
        let everybody = ["rehtori", "tuki", "aino"];
        for login in everybody {
            assert!(places(node, login, at(NOW), "p01").len() >= 3, "{login}");
        }
        assert!(exports(&node.app(at(NOW))).contains("p01"));
        protect(node, &["p01"], later(1));
        for login in everybody {
            assert_eq!(places(node, login, later(2), "p01"), [""; 0], "{login}");
            assert!(!places(node, login, later(2), "p02").is_empty(), "{login}");
        }
        let files = exports(&node.app(later(2)));
        assert!(!files.contains("p01") && files.contains("p02"));
        assert!(!files.contains("Salakuja"));
        // The principal gives the SKY worker the right; it runs when it was accepted.
        let tuki = session(node, "tuki", later(3));
        let terms = NewGrant {
            subject: tuki.me().unwrap().user,
            kind: GrantKind::Protected,
            reach: Reach::Pupil(pupil(node, "p01")),
            starts: later(0),
            ends: later(60 * 24 * 30),
        };
        let given = session(node, "rehtori", later(3))
            .give_grant(&terms)
            .unwrap();
        assert_eq!(places(node, "tuki", later(4), "p01"), [""; 0]);
        is_missing(session(node, "aino", later(4)).step_grant(given, GrantStep::Accept));
        tuki.step_grant(given, GrantStep::Accept).unwrap();
        assert_eq!(
            places(node, "tuki", later(5), "p01")[..3],
            ["list", "file", "page"]
        );
        assert_eq!(places(node, "aino", later(5), "p01"), [""; 0]);
        let facts = session(node, "tuki", later(5)).protected_facts(pupil(node, "p01"));
        assert_eq!(facts.unwrap(), CANARY);
        is_missing(session(node, "rehtori", later(5)).protected_facts(pupil(node, "p01")));
        // Held back, and over.
        let rehtori = session(node, "rehtori", later(6));
        rehtori.step_grant(given, GrantStep::Suspend).unwrap();
        is_missing(session(node, "tuki", later(7)).step_grant(given, GrantStep::Resume));
        assert_eq!(places(node, "tuki", later(7), "p01"), [""; 0]);
        rehtori.step_grant(given, GrantStep::Resume).unwrap();
        assert!(!places(node, "tuki", later(8), "p01").is_empty());
        assert_eq!(
            places(node, "tuki", later(60 * 24 * 30 + 1), "p01"),
            [""; 0]
        );
        // The principal of another school has no say: not over the grant, nor over the pupil.
        let rektor = session(node, "rektor", later(9));
        is_missing(rektor.step_grant(given, GrantStep::End));
        is_missing(rektor.give_grant(&terms));
        assert_eq!(rektor.grants(true).unwrap(), []);
        assert_eq!(rehtori.grants(true).unwrap().len(), 1);
        // Nobody gives oneself a right, and none is longer than a year.
        let own = NewGrant {
            subject: rehtori.me().unwrap().user,
            ..terms
        };
        assert_eq!(problem(rehtori.give_grant(&own)), "grants.oneself");
        let long = NewGrant {
            ends: later(60 * 24 * 400),
            ..terms
        };
        assert_eq!(problem(rehtori.give_grant(&long)), "grants.too_long");
    });
}

#[test]
fn a_guardian_sees_own_children_and_a_ban_goes_before() {
    both("families", |node| {
        peopled(node);
        // Two people of the roster who are no pupils stand for the parents.
        guardian(node, "katja", "t-ai");
        guardian(node, "olli", "t-b");
        let operator = node.app(at(NOW));
        let ties = [
            tie(node, "p01", "t-ai"),
            tie(node, "p02", "t-ai"),
            tie(node, "p01", "t-b"),
        ];
        assert_eq!(operator.set_relations(&ties).unwrap(), 3);
        assert_eq!(operator.set_relations(&ties).unwrap(), 0, "nothing is new");
        let children = |login: &str, now| -> Vec<PersonNo> {
            let app = session(node, login, now);
            let all = app.own_children(today()).unwrap();
            all.iter().map(|child| child.pupil).collect()
        };
        let (p01, p02) = (pupil(node, "p01"), pupil(node, "p02"));
        assert_eq!(children("katja", later(1)), [p01, p02]);
        assert_eq!(children("olli", later(1)), [p01]);
        is_missing(session(node, "olli", later(1)).own_child(p02, today()));
        is_missing(session(node, "rehtori", later(1)).own_child(p01, today()));
        // The page of staff, with notes and names of staff, is no page of the home.
        for login in ["katja", "olli"] {
            assert_eq!(places(node, login, later(1), "p01"), [""; 0], "{login}");
        }
        // Katja's whereabouts are protected: Olli sees no child of hers, and nothing says why.
        protect(node, &["t-ai"], later(2));
        assert_eq!(children("katja", later(3)), [p01, p02]);
        assert_eq!(children("olli", later(3)), []);
        operator
            .clone()
            .at(later(3))
            .admit(p01, pupil(node, "t-b"), today())
            .unwrap();
        assert_eq!(children("olli", later(4)), [p01]);
        // The child is protected: nobody acts by signing in.
        protect(node, &["p01"], later(5));
        assert_eq!(children("katja", later(6)), [p02]);
        // The answer of the register is older than two days: nobody sees anything.
        assert_eq!(children("katja", later(5 + 48 * 60)), [p02]);
        assert_eq!(children("katja", later(5 + 48 * 60 + 1)), []);
    });
}

#[test]
fn the_home_is_told_who_looked_and_nothing_that_a_rule_holds_back() {
    both("told", |node| {
        peopled(node);
        guardian(node, "katja", "t-ai");
        node.app(at(NOW))
            .set_relations(&[tie(node, "p01", "t-ai")])
            .unwrap();
        let (p01, model) = (pupil(node, "p01"), model());
        let looks = |login: &str, now| {
            let app = session(node, login, now);
            app.pupil_page(&model, p01, today(), Instant::LATEST)
                .unwrap();
        };
        looks("tuki", later(1));
        looks("tuki", later(2));
        looks("aino", later(3));
        let list = session(node, "rehtori", later(4));
        list.signal_list(&model, today(), Instant::LATEST).unwrap();
        is_missing(session(node, "bertil", later(5)).pupil_page(
            &model,
            p01,
            today(),
            Instant::LATEST,
        ));
        let log = |now: Instant| {
            let katja = session(node, "katja", now);
            let days = (now.day_in_finland().plus(-7), now.day_in_finland());
            katja.access_log(p01, days, today()).unwrap()
        };
        let told = log(later(10));
        let times = |role, action, alone| -> u32 {
            let fits = told.lines.iter().filter(|line| {
                (line.role, line.action, line.alone) == (role, action, alone) && !line.refused
            });
            fits.map(|line| line.times).sum()
        };
        assert_eq!(times(UserRole::SkyWorker, Action::ExplainPupil, true), 2);
        assert_eq!(times(UserRole::Teacher, Action::ExplainPupil, true), 1);
        assert_eq!(times(UserRole::Principal, Action::ReadWatchList, false), 1);
        let school = LogPlace::School("School A".to_owned());
        assert!(told.lines.iter().any(|line| line.place == school));
        is_missing(session(node, "bertil", later(10)).access_log(p01, (today(), today()), today()));
    });
}

#[test]
fn a_broken_glass_is_told_to_the_home_once_it_was_judged() {
    both("glass", |node| {
        peopled(node);
        guardian(node, "katja", "t-ai");
        node.app(at(NOW))
            .set_relations(&[tie(node, "p01", "t-ai")])
            .unwrap();
        let p01 = pupil(node, "p01");
        let log = |now: Instant| {
            let katja = session(node, "katja", now);
            let days = (now.day_in_finland().plus(-7), now.day_in_finland());
            katja.access_log(p01, days, today()).unwrap()
        };
        let tuki = session(node, "tuki", later(11));
        let short = NewGlass {
            pupil: p01,
            category: GlassCategory::Danger,
            reason: "hätä",
            once: "a",
        };
        assert_eq!(
            problem(tuki.break_glass(&short, today())),
            "glass.reason_length"
        );
        let new = NewGlass {
            reason: "Oppilas ei ole tullut kotiin koulusta",
            ..short
        };
        is_missing(tuki.through_glass(p01, today()));
        let no = tuki.break_glass(&new, today()).unwrap();
        assert_eq!(
            tuki.break_glass(&new, today()).unwrap(),
            no,
            "sent twice, broken once"
        );
        session(node, "tuki", later(12))
            .through_glass(p01, today())
            .unwrap();
        is_missing(session(node, "tuki", later(11 + 30)).through_glass(p01, today()));
        let glass = |now| {
            log(now)
                .lines
                .iter()
                .any(|line| line.action == Action::ReadByGlass)
        };
        assert!(!glass(later(50)));
        is_missing(session(node, "tuki", later(51)).judge_glass(no, GlassVerdict::Justified));
        let rehtori = session(node, "rehtori", later(52));
        let rows = rehtori.broken_glass(today()).unwrap();
        assert_eq!((rows.len(), rows[0].reason.as_str()), (1, new.reason));
        is_missing(session(node, "rektor", later(52)).judge_glass(no, GlassVerdict::Justified));
        rehtori.judge_glass(no, GlassVerdict::Justified).unwrap();
        is_missing(rehtori.judge_glass(no, GlassVerdict::Unjustified));
        assert!(glass(later(53)));
    });
}

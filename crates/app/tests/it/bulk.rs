//! Bulk files end what they do not name, delta files what they say; the fuse is between.
//!
//! Invariant: nothing is ever removed.

use crate::files::Files;
use crate::town::{delta, enrolment, everything, role, roster, user};
use crate::{Node, both, import, minutes, noon};
use lasna_app::import::{Options, Report};
use lasna_app::{App, AppError};
use lasna_domain::calendar::Instant;
use lasna_domain::roster::RecordKind;

/// The roster without some pupils.
fn roster_without(pupils: &[&str]) -> Files {
    let mut files = roster();
    for id in pupils {
        files = files
            .without("users.csv", &format!("{id},"))
            .without("roles.csv", &format!("r-{id},"))
            .without("enrollments.csv", &format!("e-{id},"));
    }
    files
}

fn accepting(app: &App, files: &Files) -> Report {
    let options = Options {
        accept_ended: true,
        ..Options::default()
    };
    import(app, files, options).unwrap()
}

/// Ids in use of a kind.
fn in_use(node: &Node, kind: RecordKind) -> Vec<String> {
    let records = node.records(kind, Instant::LATEST);
    let active = records.into_iter().filter(|(_, record)| !record.ended);
    active.map(|(id, _)| id).collect()
}

#[test]
fn a_record_that_a_bulk_file_does_not_name_ends_and_stays() {
    both("ends", |node| {
        node.import(1, &everything());
        let before = (node.rows(), node.figures(noon(1)));
        let report = node.import(2, &roster_without(&["p24"]));
        assert_eq!(report.import_id, Some(2));
        for kind in ["users", "roles", "enrollments"] {
            let counts = report.kinds[kind];
            assert_eq!((counts.ended, counts.unchanged), (1, 29), "{kind}");
            assert_eq!((counts.added, counts.changed), (0, 0), "{kind}");
        }
        let person = &node.records(RecordKind::Person, Instant::LATEST)["p24"];
        assert!(person.ended);
        assert_eq!(person.known_at, noon(2));
        let earlier = &node.records(RecordKind::Person, noon(1))["p24"];
        assert!(!earlier.ended);
        assert_eq!(person.values, earlier.values, "an ended record says less");
        for (table, rows) in &before.0 {
            assert!(node.rows()[table] >= *rows, "{table}");
        }
        // The lessons were in August, before the end; they count as before.
        assert_eq!(node.figures(Instant::LATEST), before.1);
        assert_eq!(node.figures(noon(1)), before.1);
        // Files that were not there end nothing.
        assert_eq!(in_use(node, RecordKind::Timetable).len(), 1);
    });
}

#[test]
fn an_ended_pupil_counts_up_to_the_end() {
    both("up_to", |node| {
        let now = |text: &str| -> Instant { text.parse().unwrap() };
        let app = |text: &str| node.app(now(text));
        let options = Options::default();
        import(&app("2026-08-10T06:00:00Z"), &everything(), options).unwrap();
        let gone = roster_without(&["p24"]);
        import(&app("2026-08-18T06:00:00Z"), &gone, options).unwrap();
        let figures = node.figures(Instant::LATEST);
        // Five days of the ten: 11, 12, 13, 14 and 17 August.
        assert_eq!(minutes(&figures, "p24"), [450, 450, 0, 0]);
        assert_eq!(minutes(&figures, "p23")[0], 900);
        let earlier = node.figures(now("2026-08-18T05:59:59Z"));
        assert_eq!(minutes(&earlier, "p24")[0], 900);
    });
}

#[test]
fn a_record_that_is_named_again_is_in_use_again() {
    both("comes_back", |node| {
        node.import(1, &everything());
        let before = node.state();
        node.import(2, &roster_without(&["p24"]));
        assert!(!in_use(node, RecordKind::Person).contains(&"p24".into()));
        let report = node.import(3, &roster());
        assert_eq!(report.kinds["users"].changed, 1);
        assert_eq!(node.state(), before);
        assert_eq!(node.rows()["person_version"], 32);
    });
}

#[test]
fn the_fuse_stops_what_would_end_too_much() {
    both("fuse", |node| {
        node.import(1, &everything());
        // 30 pupils: one is 4 %, two are 7 %, rounded up.
        let before = (node.rows(), node.state());
        let files = roster_without(&["p24", "q06"]).add("users.csv", &user("p30", 'a', ","));
        let options = Options::default();
        let error = import(&node.app(noon(2)), &files, options).unwrap_err();
        let text = error.to_string();
        assert!(
            matches!(error, AppError::Fuse { percent: 7, .. }),
            "{error:?}"
        );
        assert!(text.contains("7 %") && text.contains("--accept-ended"));
        assert!(!text.contains("p24"), "{text}");
        assert_eq!((node.rows(), node.state()), before);
        let looked = import(
            &node.app(noon(2)),
            &files,
            Options {
                dry_run: true,
                ..options
            },
        );
        let looked = looked.unwrap();
        assert_eq!(looked.fuse.map(|(_, percent)| percent), Some(7));
        assert_eq!(node.rows(), before.0);
        let mut done = accepting(&node.app(noon(2)), &files);
        assert_eq!(done.import_id.take(), Some(2));
        assert_eq!(done, looked);
        assert_eq!(done.kinds["users"].ended, 2);
        assert_eq!(in_use(node, RecordKind::Person).len(), 29);
        assert_eq!(node.rows()["person_version"], 30 + 2 + 1);
    });
}

/// The roster with so many enrolments, the first of them left out.
fn enrolled(from: usize, count: usize) -> Files {
    let all = roster();
    let header = all.text("enrollments.csv").lines().next().unwrap();
    let rows = (from..count).map(|n| {
        let row = enrolment(&format!("p{:02}", n % 24 + 1), 'a', ",");
        // Ids of their own, since a pupil has several.
        row.replacen("e-", &format!("e{n}-"), 1) + "\n"
    });
    let rows: String = rows.collect();
    all.clone()
        .with("enrollments.csv", &format!("{header}\n{rows}"))
}

#[test]
fn the_fuse_is_for_more_than_five_of_a_hundred_and_from_twenty_in_use() {
    // Enrolments in use before, how many a bulk file leaves out, whether the fuse stops it.
    for (before, gone, stops) in [
        (19, 10, false),
        (20, 1, false),
        (20, 2, true),
        // 5.88 %, and 5 % to the hair.
        (34, 2, true),
        (40, 2, false),
        (24, 23, true),
    ] {
        both("five", |node| {
            node.import(1, &enrolled(0, before));
            let done = import(
                &node.app(noon(2)),
                &enrolled(gone, before),
                Options::default(),
            );
            let case = format!("{gone} of {before}");
            let stopped = |error: &AppError| {
                matches!(
                    error,
                    AppError::Fuse {
                        kind: "enrollments",
                        ..
                    }
                )
            };
            assert_eq!(done.as_ref().is_err_and(stopped), stops, "{case}");
            assert_eq!(done.is_ok(), !stops, "{case}");
            let left = if stops { before } else { before - gone };
            assert_eq!(in_use(node, RecordKind::Enrolment).len(), left, "{case}");
        });
    }
}

#[test]
fn a_refused_row_of_a_bulk_file_ends_nothing() {
    both("refused_bulk", |node| {
        node.import(1, &everything());
        let files = roster_without(&["q06"]).replace("users.csv", "p24,,,true", "p24,,,perhaps");
        let report = node.import(2, &files);
        assert_eq!(report.kinds["users"].rejected, 1);
        assert_eq!(report.kinds["users"].ended, 0);
        let people = in_use(node, RecordKind::Person);
        assert!(people.contains(&"p24".into()) && people.contains(&"q06".into()));
    });
}

#[test]
fn a_delta_file_alters_what_it_names_and_nothing_else() {
    both("delta", |node| {
        node.import(1, &everything());
        let gone = "tobedeleted,2026-09-01T06:00:00Z";
        let there = "active,2026-09-01T06:00:00Z";
        let files = delta(
            &[
                user("p24", 'a', gone),
                user("p30", 'a', there),
                user("p07", 'a', there).replace("Givenp07", "Another"),
                user("p08", 'a', there),
            ],
            &[role("p24", 'a', gone), role("p30", 'a', there)],
            &[enrolment("p24", 'a', gone), enrolment("p30", 'a', there)],
        );
        let report = node.import(2, &files);
        assert_eq!(report.rejected, []);
        let c = report.kinds["users"];
        // An end is a change, and stands beside it.
        assert_eq!((c.added, c.changed, c.ended, c.unchanged), (1, 2, 1, 1));
        let people = in_use(node, RecordKind::Person);
        assert_eq!(people.len(), 30);
        assert!(people.contains(&"p30".into()) && !people.contains(&"p24".into()));
        assert_eq!(in_use(node, RecordKind::Enrolment).len(), 30);
        let again = node.import(3, &files);
        assert_eq!((again.import_id, again.alters_nothing()), (None, true));
    });
}

#[test]
fn the_fuse_stops_a_delta_file_too() {
    both("delta_many", |node| {
        node.import(1, &everything());
        let before = (node.rows(), node.state());
        let gone = "tobedeleted,2026-09-01T06:00:00Z";
        let ids: Vec<String> = (11..=24).map(|n| format!("p{n}")).collect();
        let users: Vec<String> = ids.iter().map(|id| user(id, 'a', gone)).collect();
        let one = delta(&users[..1], &[], &[]);
        let many = delta(&users, &[], &[]);
        let options = Options::default();
        let error = import(&node.app(noon(2)), &many, options).unwrap_err();
        let stopped = |error: &AppError| matches!(error, AppError::Fuse { kind: "users", .. });
        assert!(stopped(&error), "{error:?}");
        assert_eq!((node.rows(), node.state()), before);
        let report = accepting(&node.app(noon(2)), &many);
        assert_eq!(report.kinds["users"].ended, 14);
        assert_eq!(in_use(node, RecordKind::Person).len(), 16);
        node.app(noon(3)).undo_import(2).unwrap();
        assert_eq!(node.import(4, &one).kinds["users"].ended, 1);
    });
}

//! Marks that come, are corrected and withdrawn, and readings of past days.
//!
//! Invariant: a figure as known on a past instant stays what it was.

use crate::town::{everything, marks};
use crate::{Node, both, day, minutes, noon};
use lasna_app::Level;
use lasna_domain::calendar::Instant;

/// Absent minutes of a pupil as known on an instant: authorised, unauthorised, unresolved.
fn absent(node: &Node, pupil: &str, known_at: Instant) -> [u64; 3] {
    let figures = node.figures(known_at);
    let row = figures.iter().find(|row| row.id == pupil).unwrap();
    let f = row.figures;
    assert!(f.holds());
    [f.authorised, f.unauthorised, f.unresolved]
}

#[test]
fn a_correction_counts_from_its_import_on() {
    both("correction", |node| {
        node.import(1, &everything());
        let levels = [Level::Provider, Level::School, Level::Class, Level::Pupil];
        let all = |known_at| {
            let app = node.app(noon(30));
            levels.map(|level| app.figures(level, day("2026-08-24"), known_at).unwrap())
        };
        let first = all(noon(1));
        assert_eq!(absent(node, "p01", noon(1)), [0, 0, 45]);
        let report = node.import(3, &marks(&["p01,,2026-08-11,a7,08:15,,health,,,,"]));
        let c = report.kinds["marks"];
        assert_eq!((c.read, c.added, c.changed), (1, 0, 1));
        let second = all(noon(3));
        assert_eq!(absent(node, "p01", noon(3)), [45, 0, 0]);
        node.import(5, &marks(&["p01,,2026-08-11,a7,08:15,,,,,,true"]));
        assert_eq!(absent(node, "p01", noon(5)), [0, 0, 0]);
        assert_eq!(
            minutes(&node.figures(noon(5)), "p01"),
            [900, 900, 0, 0],
            "the register says that the pupil was there"
        );
        let at = |on: u32| noon(on).0;
        for (known_at, expected) in [
            (at(1), &first),
            (at(3) - 1, &first),
            (at(3), &second),
            (at(5) - 1, &second),
        ] {
            assert_eq!(&all(Instant(known_at)), expected, "{known_at}");
        }
        assert_ne!(first, second);
        assert_eq!(node.rows()["mark_fact"], 7, "a correction is a row more");
    });
}

#[test]
fn a_source_that_says_when_is_believed() {
    both("said", |node| {
        let row =
            |code: &str, known_at: &str| format!("p01,,2026-08-11,a7,08:15,,{code},,,{known_at},");
        let early = row("unresolved", "2026-08-11T07:00:00Z");
        let later = row("health", "2026-08-14T07:00:00Z");
        node.import(1, &everything().without("marks.csv", "p01,"));
        // The correction arrives first, the mark that it corrects after it.
        node.import(2, &marks(&[&later]));
        node.import(3, &marks(&[&early]));
        assert_eq!(absent(node, "p01", Instant::LATEST), [45, 0, 0]);
        let again = node.import(4, &marks(&[&early, &later]));
        assert_eq!(again.import_id, None);
        assert_eq!(again.kinds["marks"].unchanged, 2);
        // The roster and the lessons are known from the first of September on.
        assert_eq!(absent(node, "p01", noon(1)), [45, 0, 0]);
    });
}

#[test]
fn both_versions_of_one_file_are_kept() {
    both("versions", |node| {
        let mapping = "[mapping]\nversion = 1\nstructure_known_from = \"2026-08-01T00:00:00Z\"\n\
                       [codes.unresolved]\npresence = \"absent\"\napproval = \"unresolved\"\n\
                       [codes.health]\npresence = \"absent\"\napproval = \"authorised\"\n\
                       reason = \"health\"\n";
        let files = everything().with("mapping.toml", mapping).with(
            "marks.csv",
            marks(&[
                "p01,,2026-08-11,a7,08:15,,health,,,2026-08-14T07:00:00Z,",
                "p01,,2026-08-11,a7,08:15,,unresolved,,,2026-08-11T07:00:00Z,",
                "p01,,2026-08-11,a7,08:15,,,,,2026-08-20T07:00:00Z,true",
            ])
            .text("marks.csv"),
        );
        let report = node.import(1, &files);
        assert_eq!(report.rejected, []);
        for (known_at, expected) in [
            ("2026-08-11T06:59:59Z", [0, 0, 0]),
            ("2026-08-11T07:00:00Z", [0, 0, 45]),
            ("2026-08-14T06:59:59Z", [0, 0, 45]),
            ("2026-08-14T07:00:00Z", [45, 0, 0]),
            ("2026-08-20T07:00:00Z", [0, 0, 0]),
        ] {
            let known_at = known_at.parse().unwrap();
            assert_eq!(absent(node, "p01", known_at), expected, "{known_at}");
        }
        assert_eq!(node.import(2, &files).import_id, None);
    });
}

#[test]
fn a_corrected_reason_is_a_change() {
    both("reason", |node| {
        node.import(1, &everything());
        let with = |code: &str| marks(&[&format!("p01,,2026-08-11,a7,08:15,,{code},,,,")]);
        // Both are authorised absence; only the reason differs.
        for (on, code) in [(2, "health"), (3, "leave"), (4, "health")] {
            let report = node.import(on, &with(code));
            assert_eq!(report.kinds["marks"].changed, 1, "{code}");
            assert_eq!(node.import(on, &with(code)).import_id, None, "{code}");
        }
        // Three of these and the health of p02.
        assert_eq!(node.rows()["mark_reason"], 4);
        let facts = node.state().facts;
        let reasons = |line: &&str| line.starts_with("reason,p01,");
        assert_eq!(facts.lines().filter(reasons).count(), 3, "{facts}");
    });
}

#[test]
fn cancelled_lessons_and_days_off_leave_the_figures() {
    both("cancelled", |node| {
        node.import(1, &everything());
        let first = node.figures(noon(1));
        let lessons = everything().only(&["lessons.csv", "calendar.csv"]);
        let report = node.import(
            2,
            &lessons
                .replace(
                    "lessons.csv",
                    "a7,2026-08-11,08:15,45,MA,,,",
                    "a7,2026-08-11,08:15,45,MA,,true,",
                )
                .replace("calendar.csv", ",2026-08-24,true", ",2026-08-24,false"),
        );
        assert_eq!(report.kinds["lessons"].changed, 1);
        assert_eq!(report.kinds["calendar"].changed, 1);
        // One lesson of 45 minutes, and a day of 90; the mark of p01 was about that lesson.
        let figures = node.figures(noon(2));
        assert_eq!(minutes(&figures, "p01"), [765, 765, 0, 0]);
        assert_eq!(minutes(&figures, "q02"), [540, 0, 0, 540]);
        assert_eq!(node.figures(noon(1)), first);
    });
}

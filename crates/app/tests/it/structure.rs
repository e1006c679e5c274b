//! What is said of the school itself: registers, lessons, grades, and when it became known.
//!
//! Invariant: one pupil's wrong timetable alters nobody else's figures.

use crate::files::Files;
use crate::town::{everything, marks, roster};
use crate::{Node, both, day, minutes, noon};
use lasna_app::Level;
use lasna_domain::calendar::Instant;

fn mapping(lines: &str) -> String {
    format!(
        "[mapping]\nversion = 1\n{lines}\n[codes]\nhealth = {{ presence = \"absent\", approval = \"authorised\" }}\n"
    )
}

fn said(lines: &str) -> Files {
    Files::one("mapping.toml", &mapping(lines))
}

/// How the figures of school B rest on marks.
fn completeness(node: &Node) -> &'static str {
    let figures = node.figures(Instant::LATEST);
    let row = figures.iter().find(|row| row.id == "q02").unwrap();
    row.figures.completeness_code()
}

#[test]
fn presence_is_presumed_until_the_mapping_says_otherwise() {
    both("presumed", |node| {
        node.import(1, &everything());
        assert_eq!(
            minutes(&node.figures(Instant::LATEST), "q02"),
            [600, 0, 0, 600]
        );
        let report = node.import(2, &said("registers = \"exceptions_only\""));
        assert_eq!(report.kinds["settings"].added, 1);
        assert_eq!(
            minutes(&node.figures(Instant::LATEST), "q02"),
            [600, 600, 0, 0]
        );
        assert_eq!(completeness(node), "presumed");
        let same = node.import(3, &said("registers = \"exceptions_only\""));
        assert_eq!(
            (same.kinds["settings"].unchanged, same.import_id),
            (1, None)
        );
        let report = node.import(4, &said("registers = \"file\""));
        assert_eq!(report.kinds["settings"].changed, 1);
        assert_eq!(
            minutes(&node.figures(Instant::LATEST), "q02"),
            [600, 0, 0, 600]
        );
        assert_eq!(completeness(node), "recorded");
        // On the third it was still presumed.
        assert_eq!(minutes(&node.figures(noon(3)), "q02"), [600, 600, 0, 0]);
    });
}

#[test]
fn a_later_change_of_the_lessons_leaves_the_past_as_it_was_read() {
    both("structure", |node| {
        let text = mapping("structure_known_from = \"2026-08-01T00:00:00Z\"");
        let codes = text.replace("[codes]\n", "[codes]\nunresolved = { presence = \"absent\", approval = \"unresolved\" }\n\
            late = { presence = \"late\" }\nauthorised = { presence = \"absent\", approval = \"authorised\" }\n\
            unauthorised = { presence = \"absent\", approval = \"unauthorised\" }\n");
        let files = everything().with("mapping.toml", &codes);
        node.import(1, &files);
        let before = "2026-08-20T12:00:00Z".parse().unwrap();
        // The structure was known then; marks and registers of which nobody says when were not.
        assert_eq!(minutes(&node.figures(before), "p01"), [900, 0, 0, 900]);
        assert_eq!(minutes(&node.figures(noon(1)), "p01"), [900, 855, 45, 0]);
        let lessons = files.only(&["lessons.csv", "mapping.toml"]).replace(
            "lessons.csv",
            "a7,2026-08-24,09:15,45,AI,,,",
            "a7,2026-08-24,09:15,45,AI,,true,",
        );
        let report = node.import(2, &lessons);
        assert_eq!(report.kinds["lessons"].changed, 1);
        assert_eq!(minutes(&node.figures(Instant::LATEST), "p01")[0], 855);
        for past in [before, noon(1)] {
            assert_eq!(minutes(&node.figures(past), "p01")[0], 900, "{past}");
        }
    });
}

#[test]
fn a_mark_on_a_day_without_a_lesson_is_refused_alone_and_in_company() {
    both("saturday", |node| {
        node.import(1, &everything());
        let saturday = "p01,,2026-08-22,,08:15,,health,,,,";
        let alone = node.import(2, &marks(&[saturday]));
        let company = node.import(3, &marks(&[saturday, "p02,,2026-08-21,,08:15,,health,,,,"]));
        for report in [&alone, &company] {
            let codes: Vec<&str> = report.rejected.iter().map(|f| f.code).collect();
            assert_eq!(codes, ["R04"]);
        }
        assert_eq!(company.kinds["marks"].added, 1);
    });
}

#[test]
fn in_a_combined_class_each_pupil_has_the_days_of_the_own_grade() {
    both("combined", |node| {
        let files = roster()
            .replace("classes.csv", "a7,,,7A,7,", "a7,,,1-9A,\"1,9\",")
            .replace(
                "users.csv",
                "Givenp01,Familyp01,,,,,,,7,",
                "Givenp01,Familyp01,,,,,,,1,",
            )
            .replace(
                "users.csv",
                "Givenp02,Familyp02,,,,,,,7,",
                "Givenp02,Familyp02,,,,,,,9,",
            )
            .with(
                "calendar.csv",
                "school,date,school_day,label,known_at\n,2026-08-11,true,,\n",
            );
        node.import(1, &files);
        let figures = node.figures(Instant::LATEST);
        // A Tuesday of 20 weekly lessons in grade 1, of 30 in grade 9.
        assert_eq!(minutes(&figures, "p01")[0], 4 * 45);
        assert_eq!(minutes(&figures, "p02")[0], 6 * 45);
    });
}

#[test]
fn a_crowded_day_is_said_and_stops_nobody() {
    both("crowded", |node| {
        let lessons: String = (0..20)
            .map(|n| {
                format!(
                    "b7,2026-08-24,{:02}:{:02},10,MA,,,\n",
                    9 + n / 6,
                    n % 6 * 10
                )
            })
            .collect();
        let files = everything();
        let more = format!("{}{lessons}", files.text("lessons.csv"));
        node.import(1, &files.with("lessons.csv", &more));
        let figures = node.figures(Instant::LATEST);
        assert_eq!(minutes(&figures, "p01"), [900, 855, 45, 0]);
        // The first sixteen of that day's twenty-one: an hour and fifteen times ten minutes.
        assert_eq!(minutes(&figures, "q02")[0], 600 + 150);
        let app = node.app(noon(2));
        assert!(
            app.figures(Level::Provider, day("2026-08-24"), Instant::LATEST)
                .is_ok()
        );
        let found = app.check(day("2026-08-24")).unwrap();
        let crowded = found.iter().find(|finding| finding.code == "K05").unwrap();
        assert_eq!(
            (crowded.count, crowded.example.as_str()),
            (6, "q01 2026-08-24")
        );
    });
}

#[test]
fn a_school_that_goes_by_the_norm_has_no_mark_out_of_place() {
    both("norm_marks", |node| {
        let files = everything();
        let lessons: Vec<&str> = files
            .text("lessons.csv")
            .lines()
            .filter(|line| !line.starts_with("b7"))
            .collect();
        let lessons = lessons.join("\n") + "\n";
        let files = files.with("lessons.csv", &lessons).replace(
            "marks.csv",
            "q01,school-b,2026-08-17,b7,08:15,",
            "q01,school-b,2026-08-17,,08:15,",
        );
        let report = node.import(1, &files);
        assert_eq!(report.rejected, []);
        assert_eq!(minutes(&node.figures(Instant::LATEST), "q01")[2], 45);
        let found = node.app(noon(2)).check(day("2026-08-24")).unwrap();
        let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
        assert!(!codes.contains(&"K01"), "{found:?}");
    });
}

#[test]
fn a_class_that_is_called_by_its_id_stays() {
    both("called_by_id", |node| {
        let files = everything().replace("classes.csv", "a7,,,7A,7,", "a7,,,a7,7,");
        let first = node.import(1, &files);
        assert_eq!(first.rejected, []);
        let before = node.state();
        let again = node.import(2, &files);
        assert_eq!(again.import_id, None, "{:?}", again.kinds["classes"]);
        assert_eq!(node.state(), before);
        // And a class whose title becomes its id is changed, not ended.
        let renamed = roster().replace("classes.csv", "b7,,,7B,7,", "b7,,,b7,7,");
        let renamed = renamed.replace("classes.csv", "a7,,,7A,7,", "a7,,,a7,7,");
        let c = node.import(3, &renamed).kinds["classes"];
        assert_eq!((c.changed, c.ended), (1, 0));
    });
}

#[test]
fn the_check_finds_what_counts_nowhere_and_what_counts_twice() {
    both("found", |node| {
        let files = everything()
            // p06 leaves for class b7 on the eighteenth, and is marked in the old class after that.
            .replace(
                "enrollments.csv",
                "e-p06,,,a7,school-a,p06,student,,2026-08-11,2027-06-05",
                "e-p06,,,a7,school-a,p06,student,,2026-08-11,2026-08-18\n\
                 e-p06b,,,b7,school-b,p06,student,,2026-08-18,2027-06-05",
            )
            .add("marks.csv", "p06,,2026-08-20,a7,08:15,,health,,,,")
            // q01 is in two homerooms.
            .add(
                "enrollments.csv",
                "e-q01b,,,a7,school-a,q01,student,,2026-08-11,2027-06-05",
            )
            .add("lessons.csv", "a7,2026-08-24,09:30,45,KU,,,");
        let report = node.import(1, &files);
        assert_eq!(report.rejected, []);
        let found = node.app(noon(2)).check(day("2026-08-24")).unwrap();
        for (code, count, example) in [
            ("K02", 1, "p06 2026-08-20"),
            ("K06", 1, "q01 2026-08-11"),
            ("K07", 1, "a7 2026-08-24"),
        ] {
            let finding = found.iter().find(|finding| finding.code == code);
            let finding = finding.unwrap_or_else(|| panic!("{code}: {found:?}"));
            assert_eq!((finding.count, finding.example.as_str()), (count, example));
        }
        assert_eq!(minutes(&node.figures(Instant::LATEST), "p06")[2], 0);
    });
}

#[test]
fn rows_that_contradict_each_other_are_told() {
    both("contradict", |node| {
        let report = node.import(
            1,
            &everything()
                .add("lessons.csv", "a7,2026-08-24,09:15,90,AI,,,")
                .add("lessons.csv", "a7,2026-08-21,09:15,45,AI,,,"),
        );
        let told: Vec<_> = report.warnings.iter().filter(|f| f.code == "R05").collect();
        assert_eq!(told.len(), 1, "{:?}", report.warnings);
        // A row that says the same again contradicts nothing.
        assert!(told[0].message.starts_with("1 rows"), "{}", told[0]);
        assert_eq!(minutes(&node.figures(Instant::LATEST), "p06")[0], 945);
    });
}

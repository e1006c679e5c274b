//! Mappings: mistakes with their place, code tables by day.
//!
//! What it is not: presets are read in the crate's own tests.
//!
//! Invariant: a mapping with one mistake is no mapping.

use super::{day, read, rows};
use lasna_domain::attendance::Presence;
use lasna_formats::rows::Row;
use lasna_formats::sis::{Table, read_mapping};

#[test]
fn mistakes_in_a_mapping_are_all_told_with_their_place() {
    let text = "[mapping]\nversion = 1\nencoding = \"utf-16\"\ndelimiter = \";;\"\nfoo = 1\n\
        [marks.columns]\npupil = \"A\"\ncode = \"A\"\n[codes.X]\npresence = \"absent\"\n\
        [codes.\"Ä\"]\npresence = \"late\"\napproval = \"authorised\"\n[codes.Z]\nignore = false\n\
        [[code_table]]\nversion = 2\nvalid_from = \"2027-02-30\"\ncodes = {}\n";
    let problems = read_mapping(text).unwrap_err();
    let places: Vec<(u32, u32, &str)> = problems
        .iter()
        .map(|problem| (problem.line, problem.column, problem.code))
        .collect();
    assert_eq!(
        places,
        [
            (3, 12, "P05"),
            (4, 13, "P05"),
            (5, 1, "P02"),
            (8, 8, "P08"),
            (9, 8, "P06"),
            (11, 8, "P06"),
            (15, 10, "P06"),
            (18, 14, "P07"),
        ]
    );
    for (text, code) in [
        ("x = ", "P01"),
        ("[codes]", "P03"),
        ("[mapping]\nversion = 1.5", "P04"),
    ] {
        assert_eq!(read_mapping(text).unwrap_err()[0].code, code, "{text}");
    }
}

#[test]
fn a_later_code_table_replaces_the_first_from_its_day() {
    let mapping = read_mapping(
        "[mapping]\nversion = 1\nstructure_known_from = \"2026-08-01T00:00:00Z\"\n\
         [codes.P]\npresence = \"absent\"\napproval = \"unresolved\"\n\
         [codes.M]\npresence = \"late\"\nminutes = 10\n\
         [[code_table]]\nversion = \"2027\"\nvalid_from = \"2027-01-01\"\n\
         codes.P = { presence = \"elsewhere\" }\n",
    )
    .unwrap();
    let presence = |text, code| match mapping.rule(day(text), code)?.kind(None) {
        Ok(kind) => kind.map(|(kind, _)| (kind.presence(), kind.minutes())),
        Err(_) => None,
    };
    assert_eq!(presence("2026-12-31", "P"), Some((Presence::Absent, None)));
    assert_eq!(
        presence("2027-01-01", "P"),
        Some((Presence::Elsewhere, None))
    );
    assert_eq!(
        presence("2026-12-31", "M"),
        Some((Presence::Late, Some(10)))
    );
    assert_eq!(presence("2027-01-01", "M"), None);
    assert_eq!(mapping.codes_on(day("2027-06-01")).unwrap().version, "2027");
    let text = b"class,date,start,minutes,subject\n7A,2026-08-11,08:15,45,MA\n";
    let (sink, _) = read(Table::Lessons, &mapping, text);
    // Whether the mapping's instant holds for it is for the import to say: it knows what is new.
    assert!(matches!(rows(&sink)[..], [Row::Lesson(row)] if row.known_at.is_none()));
    assert!(mapping.structure_known_from.is_some());
}

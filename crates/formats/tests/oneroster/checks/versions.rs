//! Versions 1.1, 1.2.1 and bundles without a manifest, and small bundles.
//!
//! Invariant: an older bundle gives the same rows as the new one.

use super::*;
use lasna_formats::oneroster::Version;

#[test]
fn version_1_1_has_roles_in_its_users() {
    let rows = check_files(&Files::minimal_1_1(), &[]);
    let roles: Vec<String> = rows
        .iter()
        .filter_map(|row| match row {
            Row::Role(role) => Some(format!("{} {} {}", role.id, role.role, role.primary)),
            _ => None,
        })
        .collect();
    assert_eq!(
        roles,
        [
            "stu1@sch1 student true",
            "grd1@sch1 parent true",
            "tch1@sch1 siteAdministrator true",
            "tch1@muni1 districtAdministrator true",
        ]
    );
    let (outcome, _) = Files::minimal_1_1().read(&Limits::default());
    assert_eq!(
        (outcome.version, outcome.mode(FileKind::Roles)),
        (Version::V1_1, Mode::Bulk)
    );
    let mut lonely = Files::minimal_1_1();
    lonely.edit(USERS, "grd1,7", ",7");
    check_files(&lonely, &["W06 users.csv:2 W"]);
}

#[test]
fn without_a_manifest_the_files_are_1_0() {
    let files = Files::minimal_1_1().without(MANIFEST);
    let rows = check_files(&files, &["E02 b.zip:0 W", "E03 b.zip:0 W"]);
    assert_eq!(rows.len(), 15);
    let fatal = ["E02 b.zip:0 W", "E03 b.zip:0 F", "E03 b.zip:0 W"];
    check_files(&files.without(ORGS), &fatal);
}

#[test]
fn version_1_2_1_has_users_without_resources() {
    let mut files = Files::minimal();
    files.edit(MANIFEST, "oneroster.version,1.2", "oneroster.version,1.2.1");
    check_files(&files, &[]);
    files.edit(USERS, "resourceSourcedIds,", "");
    for person in ["stu1,,,t", "grd1,,,t", "tch1,,,t"] {
        let (_, text) = &mut files.0[5];
        let at = text.find(person).unwrap();
        let end = at + text[at..].find('\n').unwrap();
        let short = text[at..end].replacen(",,,,,sch1", ",,,,sch1", 1);
        text.replace_range(at..end, &short);
    }
    assert_eq!(check_files(&files, &[]).len(), 14);
    files.edit(MANIFEST, "oneroster.version,1.2.1", "oneroster.version,1.2");
    assert_eq!(check_files(&files, &[]).len(), 14);
}

#[test]
fn a_manifest_alone_says_that_nothing_changed() {
    let mut files = Files::minimal();
    files.0.truncate(1);
    for name in crate::bundle::BULK {
        files.edit(
            MANIFEST,
            &format!("file.{name},bulk"),
            &format!("file.{name},absent"),
        );
    }
    assert!(check_files(&files, &[]).is_empty());
}

#[test]
fn a_byte_order_mark_is_no_header() {
    let mut files = Files::minimal();
    for (_, text) in &mut files.0 {
        text.insert(0, '\u{FEFF}');
    }
    assert_eq!(check_files(&files, &[]).len(), 14);
}

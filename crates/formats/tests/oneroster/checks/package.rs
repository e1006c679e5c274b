//! E01–E07: the package, its manifest, its names and its headers.
//!
//! Invariant: a bundle with a fatal finding gives no row.

use super::{MANIFEST, ORGS, ROLES, USERS, check, check_files};
use crate::bundle::{Files, read_zip, short};
use lasna_formats::limits::Limits;
use lasna_formats::rows::Row;

#[test]
fn e01_a_package_that_is_no_zip_or_has_paths() {
    let limits = Limits::default();
    let (outcome, sink) = read_zip(b"not a zip", &limits);
    assert_eq!(
        (outcome.fatal, short(&sink.findings)),
        (true, vec!["E01 b.zip:0 F".to_owned()])
    );
    let mut bytes = Files::minimal().zip();
    bytes.truncate(bytes.len() / 2);
    assert_eq!(
        short(&read_zip(&bytes, &limits).1.findings),
        ["E01 b.zip:0 F"]
    );
    for path in ["lists/results.csv", "../results.csv", "a\\results.csv"] {
        check_files(&Files::minimal().with(path, ""), &["E01 b.zip:0 F"]);
    }
    let rows = check_files(
        &Files::minimal().with("__MACOSX/._users.csv", ""),
        &["E04 __MACOSX/._users.csv:0 W"],
    );
    assert_eq!(rows.len(), 14);
}

#[test]
fn e01_bytes_changed_inside_the_package() {
    let zip = Files::minimal().zip();
    let at = zip
        .windows(5)
        .position(|window| window == b"users")
        .unwrap()
        + 40;
    let mut bytes = zip;
    bytes[at] ^= 0xFF;
    let (outcome, sink) = read_zip(&bytes, &Limits::default());
    assert!(outcome.fatal, "{:?}", short(&sink.findings));
}

#[test]
fn e02_a_manifest_that_says_too_little() {
    let rows = check(
        &[(MANIFEST, "manifest.version,1.0", "manifest.version,2.0")],
        &["E02 manifest.csv:1 F"],
    );
    assert!(rows.is_empty());
    check(
        &[(MANIFEST, "oneroster.version,1.2", "oneroster.version,1.3")],
        &["E02 manifest.csv:2 F"],
    );
    check(
        &[(MANIFEST, "file.userProfiles,absent\n", "")],
        &["E02 manifest.csv:0 F"],
    );
    check(
        &[(MANIFEST, "file.userProfiles,absent", "file.userProfiles,")],
        &["E02 manifest.csv:22 W"],
    );
    check(
        &[(MANIFEST, "file.users,bulk", "file.users,full")],
        &["E02 manifest.csv:9 F", "E03 b.zip:0 F"],
    );
    check(
        &[(
            MANIFEST,
            "file.users,bulk",
            "file.users,bulk\nfile.users,bulk",
        )],
        &["E02 manifest.csv:10 F"],
    );
    check(
        &[(
            MANIFEST,
            "file.users,bulk",
            "file.users,bulk\nfile.pupils,bulk",
        )],
        &["E02 manifest.csv:10 W"],
    );
    check(
        &[(MANIFEST, "propertyName,value", "property,value")],
        &["E05 manifest.csv:0 F"],
    );
}

#[test]
fn e03_declared_is_not_present() {
    assert!(check_files(&Files::minimal().without(USERS), &["E03 b.zip:0 F"]).is_empty());
    check(
        &[(MANIFEST, "file.users,bulk", "file.users,absent")],
        &["E03 b.zip:0 F"],
    );
    check(
        &[(MANIFEST, "file.results,absent", "file.results,bulk")],
        &["E03 b.zip:0 W"],
    );
    check(
        &[(
            MANIFEST,
            "file.demographics,absent",
            "file.demographics,bulk",
        )],
        &["E03 b.zip:0 W"],
    );
    check_files(
        &Files::minimal().with("results.csv", "a\n1\n2\n"),
        &["E03 b.zip:0 W", "P02 results.csv:0 W"],
    );
}

#[test]
fn e04_files_of_other_names() {
    check_files(
        &Files::minimal().with("readme.txt", ""),
        &["E04 readme.txt:0 W"],
    );
    let mut renamed = Files::minimal();
    renamed.0[5].0 = "Users.csv".to_owned();
    assert_eq!(check_files(&renamed, &["E04 Users.csv:0 W"]).len(), 14);
    check_files(
        &Files::minimal().with("USERS.csv", ""),
        &["E04 USERS.csv:0 W"],
    );
    check_files(
        &Files::minimal_1_1().with(ROLES, ""),
        &["E04 roles.csv:0 W"],
    );
}

#[test]
fn e05_headers() {
    let rows = check(
        &[(USERS, "preferredGivenName", "prefferedGivenName")],
        &["E05 users.csv:0 F"],
    );
    assert!(rows.is_empty());
    check(&[(USERS, "givenName", "GivenName")], &["E05 users.csv:0 F"]);
    check(&[(ORGS, "name,type", "type,name")], &["E05 orgs.csv:0 F"]);
    check(
        &[(ORGS, "parentSourcedId\n", "parentSourcedId,colour\n")],
        &["E05 orgs.csv:0 F"],
    );
    check(
        &[(
            ORGS,
            "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n",
            "",
        )],
        &["E05 orgs.csv:0 F"],
    );
    let two = [
        (ORGS, "name,type", "type,name"),
        (ROLES, "roleType", "kind"),
    ];
    check(&two, &["E05 orgs.csv:0 F", "E05 roles.csv:0 F"]);
    check_files(
        &Files::minimal().without(ORGS).with(ORGS, ""),
        &["E05 orgs.csv:0 F"],
    );
}

#[test]
fn e06_a_metadata_column_before_others() {
    let rows = check(
        &[
            (ORGS, "name,type", "metadata.a,name,type"),
            (ORGS, "muni1,,,", "muni1,,,x,"),
            (ORGS, "sch1,,,", "sch1,,,,"),
        ],
        &["E06 orgs.csv:0 W", "P01 orgs.csv:0 W"],
    );
    let Row::Org(school) = &rows[1] else {
        panic!("{:?}", rows[1])
    };
    assert_eq!(
        (school.name.as_str(), school.identifier.as_str()),
        ("Mallikoulu", "12345")
    );
    check(
        &[(
            ORGS,
            "parentSourcedId\n",
            "parentSourcedId,metadata.a,metadata.a\n",
        )],
        &["E05 orgs.csv:0 F"],
    );
}

#[test]
fn e07_bytes_that_are_not_utf8() {
    let mut files = Files::minimal();
    files.edit(USERS, "Kaisa", "K@isa");
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in &files.0 {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        let bytes: Vec<u8> = text
            .bytes()
            .map(|b| if b == b'@' { 0xE4 } else { b })
            .collect();
        std::io::Write::write_all(&mut zip, &bytes).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    let (outcome, sink) = read_zip(&bytes, &Limits::default());
    assert!(outcome.fatal);
    assert_eq!(short(&sink.findings), ["E07 users.csv:2 F"]);
}

//! Imports as an administrator does them: give files, look, write, mend, take back.
//!
//! Invariant: whatever goes wrong, nothing is written and the page says what to do.

use crate::ask::{Answer, ask, send_files};
use crate::{Server, both, town};
use axum::Router;

pub const ADMIN: Option<&str> = Some("session-administrator");
const HEADER: &str =
    "pupil,school,date,class,start,ordinal,code,minutes,day_part,known_at,withdrawn";
pub const MAPPING: &str = "[mapping]\nversion = 1\n[codes.POIS]\npresence = \"absent\"\n\
    approval = \"unresolved\"\n";

/// Marks of pupil A1 from the 19th on, when the town knows one, with these codes.
pub fn marks(codes: &[&str]) -> String {
    let mut text = format!("{HEADER}\n");
    for (no, code) in codes.iter().enumerate() {
        let day = 19 + no;
        text += &format!("pupil-a1,,2026-08-{day},class-a,08:15,,{code},,,,\n");
    }
    text
}

/// What a form carries: a number of its own for each call.
pub fn once() -> String {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let no = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    format!("{no:032x}")
}

/// Gives files; the page of the upload.
pub fn give(router: &Router, with: &str, files: &[(&str, &str)]) -> String {
    let fields = [("once", &*once()), ("with", with)];
    let answer = send_files(router, "/imports", ADMIN, &fields, files);
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.header("location").to_owned()
}

/// The page of an upload, once nobody works on it any more.
pub fn settled(router: &Router, path: &str) -> Answer {
    for _ in 0..400 {
        let answer = ask(router, "GET", path, ADMIN);
        assert_eq!(answer.status, 200, "{answer:?}");
        if answer.header("refresh").is_empty() {
            return answer;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    panic!("{path} is still worked on");
}

/// The value of a hidden field.
pub fn hidden(answer: &Answer, name: &str) -> String {
    let lead = format!("name=\"{name}\" value=\"");
    let rest = answer.body.split(&lead).nth(1);
    let value = rest.and_then(|rest| rest.split('"').next());
    value.unwrap_or_default().to_owned()
}

/// Writes what the page shows.
fn write(server: &Server, path: &str, page: &Answer, more: &str) -> Answer {
    let body = format!("seen={}{more}", hidden(page, "seen"));
    server.post(&format!("{path}/write"), ADMIN, &body)
}

/// An upload with a refused row in its first file; its id.
pub fn refused_upload(server: &Server) -> String {
    let path = give(&server.router, "", &[("marks.csv", &marks(&["ZZCODE"]))]);
    settled(&server.router, &path);
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn count(server: &Server, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    let row = server.store.ask(|read| read.query_one(&sql, &[]));
    row.unwrap().unwrap().get(0).unwrap()
}

#[test]
fn files_are_given_looked_at_written_and_taken_back() {
    both("imports_story", |server| {
        let files = [
            ("mapping.toml", MAPPING),
            ("marks.csv", &marks(&["POIS", "POIS"])),
        ];
        let path = give(&server.router, "", &files);
        let page = settled(&server.router, &path);
        // One mark is new, the other was known as something else.
        assert!(page.body.contains("Katso ero"), "{}", page.body);
        let before = count(server, "mark_fact");
        assert_eq!(write(server, &path, &page, "").header("location"), path);
        let done = settled(&server.router, &path);
        assert!(done.body.contains("Tuonti 2 on tehty."), "{}", done.body);
        assert_eq!(count(server, "mark_fact"), before + 2);
        // A second click writes nothing again.
        write(server, &path, &page, "");
        settled(&server.router, &path);
        assert_eq!(count(server, "import_batch"), 2);

        let history = server.get("/imports", ADMIN);
        assert!(history.body.contains("id=\"import-2\""), "{}", history.body);
        assert!(
            history.body.contains("Uusia 2, muuttuneita 1"),
            "{}",
            history.body
        );
        assert!(history.body.contains("Zz Staff · rekisterin tiedosto"));
        assert!(!history.body.contains("/imports/undo/1"), "only the newest");
        // Done with nothing to mend: the files are gone.
        let kept = std::fs::read_dir(server.uploads.path().join("uploads")).unwrap();
        assert_eq!(kept.count(), 0);

        let question = server.get("/imports/undo/2", ADMIN);
        assert!(question.body.contains("Perutaanko tuonti 2?"));
        for _ in 0..2 {
            let answer = server.post("/imports/undo/2", ADMIN, "");
            assert_eq!(answer.header("location"), "/imports#import-2");
        }
        assert_eq!(count(server, "import_undo"), 1);
        assert!(
            server
                .get("/imports", ADMIN)
                .body
                .contains("Peruttu 1.9.2026")
        );
        let audit = server.audit();
        let of_user = |action: &str| {
            let by_user = |row: &&lasna_store::AuditRow| row.actor.starts_with("user:");
            let rows = audit.iter().filter(by_user);
            rows.filter(|row| row.action == action).count()
        };
        assert_eq!(of_user("undo_import"), 1);
        assert!(of_user("import") >= 2);
    });
}

#[test]
fn only_the_newest_import_is_taken_back() {
    both("imports_newest", |server| {
        let path = give(
            &server.router,
            "",
            &[("marks.csv", &marks(&["unresolved"]))],
        );
        let page = settled(&server.router, &path);
        write(server, &path, &page, "");
        settled(&server.router, &path);
        let answer = server.post("/imports/undo/1", ADMIN, "");
        assert_eq!(answer.status, 422);
        assert!(
            answer.body.contains("Peru uudempi ensin."),
            "{}",
            answer.body
        );
        for no in ["0", "3", "x"] {
            assert_eq!(
                server.get(&format!("/imports/undo/{no}"), ADMIN).status,
                404
            );
        }
        assert_eq!(count(server, "import_undo"), 0);
    });
}

#[test]
fn refused_rows_are_mended_and_given_again_with_the_same_mapping() {
    both("imports_mend", |server| {
        let rows = marks(&["POIS", "POIS"]).replace("pupil-a1,,2026-08-20", "ZZNOBODY,,2026-08-20");
        let path = give(
            &server.router,
            "",
            &[("mapping.toml", MAPPING), ("marks.csv", &rows)],
        );
        let page = settled(&server.router, &path);
        assert!(
            page.body.contains("marks.csv · rivi 3 · pupil · R01"),
            "{}",
            page.body
        );
        assert!(page.body.contains("Oppilasta ei ole rekisterissä."));
        assert!(!page.body.contains("ZZNOBODY"), "a cell is not shown");
        write(server, &path, &page, "");
        let done = settled(&server.router, &path);
        assert!(done.body.contains("Tuonti 2 on tehty."), "{}", done.body);

        let refused = server.get(&format!("{path}/refused/1"), ADMIN);
        assert_eq!(
            refused.header("content-disposition"),
            "attachment; filename=\"marks.rejected.csv\""
        );
        assert_eq!(refused.body.lines().count(), 2, "{}", refused.body);
        assert!(refused.body.contains("ZZNOBODY"));
        assert!(
            server
                .audit()
                .iter()
                .any(|row| row.target == "refused-rows")
        );
        for file in ["0", "2", "x"] {
            let answer = server.get(&format!("{path}/refused/{file}"), ADMIN);
            let empty = answer.status == 404 || answer.body.is_empty();
            assert!(empty, "{file}: {answer:?}");
        }

        let mended = refused.body.replace("ZZNOBODY", "pupil-a1");
        let with = hidden(&done, "with");
        let second = give(&server.router, &with, &[("marks.rejected.csv", &mended)]);
        let page = settled(&server.router, &second);
        assert!(page.body.contains("mapping.toml"), "it came along");
        assert!(!page.body.contains("hylätty kohta"), "{}", page.body);
        write(server, &second, &page, "");
        let done = settled(&server.router, &second);
        assert!(done.body.contains("Tuonti 3 on tehty."), "{}", done.body);
    });
}

/// The town's roster with more pupils; the last ones are left out again by a second export.
fn roster(more: usize) -> Vec<(&'static str, String)> {
    let mut files = town::files();
    files.truncate(6);
    for (name, text) in &mut files {
        for no in 0..more {
            *text += &match *name {
                "users.csv" => {
                    format!("more-{no},,,true,school-a,student,more-{no},,ZZ,ZZ,,,,,,,7,\n")
                }
                "enrollments.csv" => format!(
                    "e-more-{no},,,class-a,school-a,more-{no},student,,2026-08-11,2027-06-05\n"
                ),
                _ => String::new(),
            };
        }
    }
    files
}

fn give_roster(server: &Server, more: usize) -> (String, Answer) {
    let files = roster(more);
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    let path = give(&server.router, "", &files);
    let page = settled(&server.router, &path);
    (path, page)
}

#[test]
fn an_end_of_many_needs_somebody_who_says_so() {
    both("imports_fuse", |server| {
        let (path, page) = give_roster(server, 40);
        assert!(!page.body.contains("name=\"accept\""), "{}", page.body);
        write(server, &path, &page, "");
        settled(&server.router, &path);
        let (path, page) = give_roster(server, 0);
        assert!(page.body.contains("name=\"accept\""), "{}", page.body);
        assert!(page.body.contains("prosenttia käytössä olevista"));
        let refused = write(server, &path, &page, "");
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("<title>Virhe: "), "{}", refused.body);
        assert!(refused.body.contains("href=\"#accept\""));
        assert_eq!(count(server, "import_batch"), 2);
        write(server, &path, &page, "&accept=yes");
        let done = settled(&server.router, &path);
        assert!(done.body.contains("Tuonti 3 on tehty."), "{}", done.body);
    });
}

#[test]
fn what_changed_since_it_was_looked_at_is_not_written() {
    both("imports_changed", |server| {
        let give = |codes: &[&str]| give(&server.router, "", &[("marks.csv", &marks(codes))]);
        let (one, two) = (give(&["unresolved"]), give(&["health", "health"]));
        let (first, second) = (settled(&server.router, &one), settled(&server.router, &two));
        write(server, &one, &first, "");
        settled(&server.router, &one);
        write(server, &two, &second, "");
        let page = settled(&server.router, &two);
        assert!(page.body.contains("Katso ero uudelleen."), "{}", page.body);
        assert_eq!(count(server, "import_batch"), 2);
        // A page from before is no longer what is seen.
        write(server, &two, &second, "");
        settled(&server.router, &two);
        assert_eq!(count(server, "import_batch"), 2);
        write(server, &two, &page, "");
        let done = settled(&server.router, &two);
        assert!(done.body.contains("Tuonti 3 on tehty."), "{}", done.body);
    });
}

#[test]
fn what_cannot_be_used_is_told_plainly() {
    both("imports_bad", |server| {
        for (files, says) in [
            (
                vec![("notes.txt", "anything")],
                "Yhtään tiedostoa ei tunnistettu.",
            ),
            (vec![("roster.zip", "no zip")], "Paketti ei ole ehjä zip."),
            (vec![("marks.csv", "a,b\n1,2\n")], "Sarake puuttuu"),
            (
                vec![("mapping.toml", "[mapping"), ("marks.csv", HEADER)],
                "Selitystiedosto ei ole kelvollista",
            ),
        ] {
            let path = give(&server.router, "", &files);
            let page = settled(&server.router, &path);
            assert!(page.body.contains(says), "{says}: {}", page.body);
            assert!(!page.body.contains("/write\""), "{says}");
            server.post(&format!("{path}/discard"), ADMIN, "");
            assert_eq!(server.get(&path, ADMIN).status, 404);
        }
        let large = "x".repeat(60_000);
        for (files, says) in [
            (vec![], "Valitse ainakin yksi tiedosto."),
            (vec![("", "")], "Valitse ainakin yksi tiedosto."),
            (vec![("marks.csv", &*large)], "yhteensä enintään 50\u{a0}kt"),
            (
                vec![("marks.csv", HEADER), ("marks.csv", HEADER)],
                "Kahdella tiedostolla on sama nimi.",
            ),
        ] {
            let fields = [("once", &*once())];
            let answer = send_files(&server.router, "/imports", ADMIN, &fields, &files);
            assert_eq!(answer.status, 422, "{says}");
            assert!(answer.body.contains(says), "{says}: {}", answer.body);
            assert!(answer.body.contains("href=\"#files\""), "{says}");
        }
        let left = std::fs::read_dir(server.uploads.path().join("uploads")).unwrap();
        assert_eq!(left.count(), 0, "nothing of them is kept");
        assert_eq!(count(server, "import_batch"), 1);
    });
}

#[test]
fn files_of_who_has_no_right_are_not_taken() {
    both("imports_stranger", |server| {
        for session in [None, Some("session-worker-a"), Some("session-principal-a")] {
            let fields = [("once", &*once())];
            let files = [("marks.csv", HEADER)];
            let answer = send_files(&server.router, "/imports", session, &fields, &files);
            assert!([303, 404].contains(&answer.status), "{answer:?}");
            answer.says_nothing();
        }
        assert!(!server.uploads.path().join("uploads").exists());
    });
}

#[test]
fn a_folder_of_the_operator_is_read_once_for_each_form() {
    both("imports_folder", |server| {
        let body = format!("once={}", once());
        let gone = server.post("/imports/folder", ADMIN, &body);
        assert_eq!(gone.status, 422);
        assert!(
            gone.body.contains("Tuontikansiota ei voi lukea."),
            "{}",
            gone.body
        );
        let folder = server.uploads.path().join("import");
        std::fs::create_dir_all(folder.join("inside")).unwrap();
        std::fs::write(folder.join("marks.csv"), marks(&["unresolved"])).unwrap();
        let first = server.post("/imports/folder", ADMIN, &body);
        assert_eq!(first.status, 303, "{}", first.body);
        let again = server.post("/imports/folder", ADMIN, &body);
        assert_eq!(first.header("location"), again.header("location"));
        let path = first.header("location").to_owned();
        let page = settled(&server.router, &path);
        write(server, &path, &page, "");
        settled(&server.router, &path);
        assert_eq!(count(server, "import_batch"), 2);
        assert!(
            folder.join("marks.csv").exists(),
            "the operator's file stays"
        );
    });
}

#[test]
fn an_upload_outlives_the_server() {
    both("imports_restart", |server| {
        let path = give(
            &server.router,
            "",
            &[("marks.csv", &marks(&["unresolved"]))],
        );
        settled(&server.router, &path);
        let again = server.again();
        let listed = ask(&again, "GET", "/imports", ADMIN);
        assert!(listed.body.contains("lukematta"), "{}", listed.body);
        let page = settled(&again, &path);
        let body = format!("seen={}", hidden(&page, "seen"));
        crate::ask::send(&again, &format!("{path}/write"), ADMIN, &body);
        let done = settled(&again, &path);
        assert!(done.body.contains("Tuonti 2 on tehty."), "{}", done.body);
    });
}

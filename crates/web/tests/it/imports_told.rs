//! What the pages of imports say: by file, by row as a spreadsheet shows it, in one's own language.
//!
//! Invariant: a sentence names what is wrong and what is expected, and the heading is not an error.

use crate::ask::{ask, send};
use crate::both;
use crate::imports::{ADMIN, MAPPING, give, marks, once, settled};

#[test]
fn files_that_are_not_finished_go_by_their_names() {
    both("told_names", |server| {
        let text = marks(&["unresolved"]);
        let names = ["marks.csv", "a.txt", "b.txt", "c.txt", "d.txt"];
        let files = names.map(|name| (name, text.as_str()));
        let path = give(&server.router, "", &files);
        settled(&server.router, &path);
        let list = server.get("/imports", ADMIN).body;
        let name = "marks.csv, a.txt, b.txt ja 2 muuta, 1.9.2026 kello";
        assert!(list.contains(name), "{list}");
        let page = server.get(&path, ADMIN).body;
        assert!(page.contains(name), "{page}");
        // A name stands on the page, never in an address, the title of the window or the audit.
        let title = page.split("</title>").next().unwrap();
        assert!(!title.contains("marks.csv") && !path.contains("marks"));
        assert!(
            server
                .audit()
                .iter()
                .all(|row| !row.target.contains("marks.csv"))
        );
    });
}

#[test]
fn what_there_is_nothing_to_look_at_in_says_so() {
    both("told_titles", |server| {
        let header = marks(&[]);
        let semicolons = header.replace(',', ";");
        for (name, text, title, state, says) in [
            (
                "marks.csv",
                header.as_str(),
                "Tiedostoissa ei ole rivejä",
                "ei rivejä",
                "ei ole yhtään riviä tietoja.",
            ),
            (
                "marks.csv",
                "a,b\n1,2\n",
                "Tiedostoja ei voi käyttää",
                "ei kelpaa",
                "Sarake puuttuu",
            ),
            (
                "marks.csv",
                semicolons.as_str(),
                "Tiedostoja ei voi käyttää",
                "ei kelpaa",
                "Sarakkeiden erotin on ”;”. Odotettu erotin on ”,”. Kirjoita tiedostoon \
                 mapping.toml: delimiter = &#34;;&#34;.",
            ),
            (
                "notes.txt",
                "anything",
                "Tiedostoja ei tunnistettu",
                "ei tunnistettu",
                "Mitkä tiedostot käyvät",
            ),
        ] {
            let path = give(&server.router, "", &[(name, text)]);
            let page = settled(&server.router, &path).body;
            assert!(page.contains(&format!("<h1>{title}</h1>")), "{page}");
            assert!(page.contains(says), "{says}: {page}");
            assert!(!page.contains("Katso ero"), "{page}");
            let again = page.contains("Lue uudelleen");
            assert!(!again, "{name}: reading again helps nobody");
            assert_eq!(
                page.matches(" · C01").count() > 1,
                says == "Sarake puuttuu",
                "{page}"
            );
            let list = server.get("/imports", ADMIN).body;
            assert!(list.contains(&format!("{state}</span>")), "{list}");
            server.post(&format!("{path}/discard"), ADMIN, "");
        }
    });
}

#[test]
fn refused_rows_are_told_in_the_language_of_the_reader() {
    both("told_language", |server| {
        let rows = marks(&["POIS", "ZZ"]).replace("pupil-a1,,2026-08-19", "ZZNOBODY,,2026-08-19");
        let files = [("mapping.toml", MAPPING), ("marks.csv", rows.as_str())];
        let path = give(&server.router, "", &files);
        settled(&server.router, &path);
        for (language, first, second) in [
            (
                "fi",
                "rivi 2, pupil: R01 Oppilasta ei ole rekisterissä.",
                "rivi 3, code: C02 ",
            ),
            ("sv", "rad 2, pupil: R01 ", "rad 3, code: C02 "),
            (
                "en",
                "row 2, pupil: R01 ",
                "row 3, code: C02 The code’s meaning is missing.",
            ),
        ] {
            let body = format!("language={language}&back=%2Fimports");
            // The clock of the test stands still: two choices would be one row.
            server.meddle("delete from user_language");
            let sent = send(&server.router, "/language", ADMIN, &body);
            assert_eq!(sent.status, 303, "{sent:?}");
            let page = ask(&server.router, "GET", &path, ADMIN).body;
            let word = first.split(' ').next().unwrap();
            assert!(
                page.contains(&format!("marks.csv · {word} 2 · pupil · R01")),
                "{page}"
            );
            let file = ask(&server.router, "GET", &format!("{path}/refused/1"), ADMIN).body;
            let lines: Vec<&str> = file.lines().collect();
            assert!(lines[0].ends_with(",problem"), "{file}");
            assert!(
                lines[1].contains(first) && lines[2].contains(second),
                "{file}"
            );
            assert!(!file.contains("import the roster with it first"), "{file}");
        }
    });
}

#[test]
fn a_heading_is_no_error() {
    both("told_heading", |server| {
        let fields = [("once", &*once())];
        let answer = crate::ask::send_files(&server.router, "/imports", ADMIN, &fields, &[]);
        assert_eq!(answer.status, 422);
        assert!(
            answer.body.contains("<title>Virhe: Tuonnit"),
            "{}",
            answer.body
        );
        assert!(answer.body.contains("<h1>Tuonnit</h1>"), "{}", answer.body);
    });
}

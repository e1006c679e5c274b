//! What codes mean: given by a person, kept as versions, used by the next import.
//!
//! Invariant: a mark that is imported already keeps what it was read as.

use crate::ask::Answer;
use crate::imports::{ADMIN, give, hidden, marks, once, settled};
use crate::{Server, both};

/// Sends the form of codes with a meaning for one code.
fn save(server: &Server, base: &str, code: &str, meaning: &str, minutes: &str) -> Answer {
    let once = once();
    let body =
        format!("base={base}&once={once}&code-7={code}&meaning-7={meaning}&minutes-7={minutes}");
    server.post("/codes", ADMIN, &body)
}

fn presences(server: &Server) -> Vec<(i64, i64)> {
    let sql = "select presence, approval from mark_fact where batch_no > 1 order by known_at, day";
    let rows = server.store.ask(|read| read.query(sql, &[])).unwrap();
    let pair = |row: &lasna_store::db::Row| (row.get(0).unwrap(), row.get(1).unwrap());
    rows.iter().map(pair).collect()
}

#[test]
fn a_code_gets_a_meaning_and_the_next_import_uses_it() {
    both("codes_story", |server| {
        let path = give(&server.router, "", &[("marks.csv", &marks(&["ZZKYYTI"]))]);
        let page = settled(&server.router, &path);
        assert!(
            page.body.contains("1 koodin merkitys puuttuu"),
            "{}",
            page.body
        );
        let codes = server.get("/codes", ADMIN);
        assert!(codes.body.contains("ZZKYYTI"), "{}", codes.body);
        assert!(codes.body.contains("1 rivi hylätty"));
        // Marks of the town, which the canonical mapping explained.
        assert!(codes.body.contains("truancy"));
        assert!(codes.body.contains("rekisterin tiedosto · 6 merkintää"));
        assert!(codes.body.contains("Luettu näin: luvaton poissaolo"));

        let saved = save(server, "0", "ZZKYYTI", "transport", "");
        assert_eq!(saved.header("location"), "/codes?saved");
        let codes = server.get("/codes?saved", ADMIN);
        assert!(codes.body.contains("Versio 1: 1.9.2026"), "{}", codes.body);
        assert!(codes.body.contains("Tallennettu."));
        // The waiting files were read again by themselves.
        let page = settled(&server.router, &path);
        assert!(!page.body.contains("hylätty kohta"), "{}", page.body);
        let body = format!("seen={}", hidden(&page, "seen"));
        server.post(&format!("{path}/write"), ADMIN, &body);
        let done = settled(&server.router, &path);
        assert!(done.body.contains("Tuonti 2 on tehty."), "{}", done.body);
        assert_eq!(presences(server), [(2, 2)], "absent, authorised");

        // Another meaning: what is there stays until it is imported again.
        save(server, "1", "ZZKYYTI", "elsewhere", "");
        assert_eq!(presences(server), [(2, 2)]);
        assert!(server.get("/codes", ADMIN).body.contains("Versio 2"));
    });
}

#[test]
fn a_decision_goes_before_the_mapping_and_can_be_taken_away() {
    both("codes_before", |server| {
        save(server, "0", "health", "late", "12");
        let give = || {
            let path = give(&server.router, "", &[("marks.csv", &marks(&["health"]))]);
            let page = settled(&server.router, &path);
            let body = format!("seen={}", hidden(&page, "seen"));
            server.post(&format!("{path}/write"), ADMIN, &body);
            settled(&server.router, &path);
        };
        give();
        assert_eq!(presences(server), [(1, 0)], "late");
        let left = save(server, "1", "health", "", "");
        assert_eq!(left.status, 303);
        let versions = server
            .store
            .ask(|read| read.query("select count(*) from code_meaning", &[]));
        assert_eq!(
            versions.unwrap()[0].get::<i64>(0).unwrap(),
            1,
            "of version 1"
        );
    });
}

#[test]
fn what_cannot_be_saved_is_told_beside_its_field() {
    both("codes_wrong", |server| {
        for (base, code, meaning, minutes, says) in [
            ("0", "ZZ", "late", "x", "Kirjoita minuutit kokonaislukuna"),
            ("0", "ZZ", "late", "0", "Kirjoita minuutit kokonaislukuna"),
            ("0", "ZZ", "nothing", "", "Valitse merkitys luettelosta."),
            ("4", "ZZ", "late", "", "Toinen ehti tallentaa"),
            ("0", &"Z".repeat(101), "late", "", "Koodi on liian pitkä"),
        ] {
            let answer = save(server, base, code, meaning, minutes);
            assert_eq!(answer.status, 422, "{says}");
            assert!(answer.body.contains(says), "{says}: {}", answer.body);
            assert!(answer.body.contains("<title>Virhe: "));
        }
        let once = once();
        let body = format!("base=0&once={once}&code-1=ZZ&meaning-1=late");
        for _ in 0..2 {
            assert_eq!(server.post("/codes", ADMIN, &body).status, 303);
        }
        // Nothing else: no version.
        assert_eq!(save(server, "1", "ZZ", "late", "").status, 303);
        let rows = server
            .store
            .ask(|read| read.query("select no from code_version", &[]));
        assert_eq!(rows.unwrap().len(), 1);
    });
}

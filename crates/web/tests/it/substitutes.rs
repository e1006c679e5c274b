//! Day passes: given, the substitute takes the register; taken back, it is not there.
//!
//! Invariant: a pass is of the principal's own school and no name is in an address or in the audit.

use crate::ask::{Answer, ask, send};
use crate::html::check;
use crate::{Server, both, settings, town};
use axum::Router;
use lasna_web::Settings;
use std::sync::Arc;

const PRINCIPAL: Option<&str> = Some("session-principal-a");
const SUBSTITUTE: Option<&str> = Some("session-substitute-a");

/// The server on the morning of a day with lessons.
fn morning(server: &Server) -> Router {
    server.signed_in_at("2026-08-21T05:00:00Z".parse().unwrap());
    lasna_web::router(Settings {
        clock: Arc::new(|| "2026-08-21T05:00:00Z".parse().unwrap()),
        today: Arc::new(|| "2026-08-21".parse().unwrap()),
        ..settings(server.store.clone(), Arc::new(|_, _| Ok(crate::model())))
    })
}

/// The first value of a choice that is not the empty one.
fn first_of(page: &Answer, name: &str) -> String {
    let lead = format!(" name=\"{name}\" required>");
    let (_, rest) = page
        .body
        .split_once(&lead)
        .unwrap_or_else(|| panic!("{name}: {}", page.body));
    let mut values = rest.split("<option value=\"").skip(2);
    values.next().unwrap().split('"').next().unwrap().to_owned()
}

fn form(page: &Answer, once: &str, day: &str) -> String {
    let (user, teacher) = (first_of(page, "user"), first_of(page, "teacher"));
    format!("once={once}&day={day}&user={user}&teacher={teacher}")
}

const ONCE: [&str; 3] = [
    "0123456789abcdef0001",
    "0123456789abcdef0002",
    "0123456789abcdef0003",
];

#[test]
fn a_pass_opens_the_register_until_it_is_taken_back() {
    both("pass", |server| {
        let router = morning(server);
        let (_, group) = server.numbers();
        let register = format!("/registers/{group}/2026-08-21/495");
        let open = || ask(&router, "GET", &register, SUBSTITUTE).status;
        let page = ask(&router, "GET", "/substitutes", PRINCIPAL);
        assert_eq!(page.status, 200);
        assert!(page.body.contains("Yhtään korttia ei ole annettu"));
        assert_eq!(open(), 404);

        let sent = form(&page, ONCE[0], "2026-08-21");
        let before = server.audit().len();
        let given = send(&router, "/substitutes", PRINCIPAL, &sent);
        assert_eq!(given.status, 303, "{given:?}");
        assert_eq!(
            given.header("location"),
            "/substitutes?day=2026-08-21&done=given"
        );
        let audit = server.audit();
        let row = audit[before..]
            .iter()
            .find(|row| row.action == "give_day_pass")
            .unwrap();
        assert!(row.target.starts_with("day-pass:") && row.reach.starts_with("school:"));
        assert!(!row.target.contains("teacher"), "{}", row.target);
        assert_eq!(open(), 200);
        let today = ask(&router, "GET", "/today", SUBSTITUTE);
        assert!(today.body.contains(&register), "{}", today.body);
        let page = ask(&router, "GET", given.header("location"), PRINCIPAL);
        assert!(
            page.body.contains("Kortti on annettu.") && page.body.contains("Zz Staff pitää tunnit")
        );
        let other = ask(&router, "GET", "/substitutes?day=2026-08-22", PRINCIPAL);
        assert!(other.body.contains("Yhtään korttia ei ole annettu"));

        let taken = send(
            &router,
            "/substitutes/take-back",
            PRINCIPAL,
            &sent.replace(ONCE[0], ONCE[1]),
        );
        assert_eq!(taken.status, 303);
        assert_eq!(open(), 404);
        // The first form once more is not a new pass; a new one is.
        assert_eq!(send(&router, "/substitutes", PRINCIPAL, &sent).status, 303);
        assert_eq!(open(), 404);
        send(
            &router,
            "/substitutes",
            PRINCIPAL,
            &sent.replace(ONCE[0], ONCE[2]),
        );
        assert_eq!(open(), 200);
    });
}

#[test]
fn a_pass_of_another_school_day_or_teacher_is_refused() {
    both("refused_pass", |server| {
        let router = morning(server);
        let page = ask(&router, "GET", "/substitutes", PRINCIPAL);
        let sent = form(&page, ONCE[0], "2026-08-21");
        for path in ["/substitutes", "/substitutes/take-back"] {
            for stranger in [
                "principal-b",
                "worker-a",
                "teacher-a",
                "substitute-a",
                "coordinator",
                "administrator",
            ] {
                let session = format!("session-{stranger}");
                let answer = send(&router, path, Some(&session), &sent);
                assert_eq!(answer.status, 404, "{path} {stranger}");
                answer.says_nothing();
            }
        }
        for stranger in [
            "worker-a",
            "teacher-a",
            "substitute-a",
            "coordinator",
            "administrator",
        ] {
            let session = format!("session-{stranger}");
            let answer = ask(&router, "GET", "/substitutes", Some(&session));
            assert_eq!(answer.status, 404, "{stranger}");
        }
        for (wrong, text) in [
            (sent.replace("2026-08-21", "2026-08-20"), "kahden viikon"),
            (sent.replace("2026-08-21", "2026-09-30"), "kahden viikon"),
            (
                sent.replace("2026-08-21", "2026-08-22"),
                "Valitse toinen opettaja",
            ),
            (
                sent.replace("teacher=", "teacher=9"),
                "Valitse toinen opettaja",
            ),
        ] {
            let answer = send(&router, "/substitutes", PRINCIPAL, &wrong);
            assert_eq!(answer.status, 422, "{wrong}");
            assert!(answer.body.contains("<title>Virhe: "), "{wrong}");
            assert!(answer.body.contains(text), "{wrong}");
        }
        let nobody = sent.replace("user=", "user=9");
        assert_eq!(
            send(&router, "/substitutes", PRINCIPAL, &nobody).status,
            404
        );
        let stale = sent.replace(ONCE[0], "x");
        assert_eq!(send(&router, "/substitutes", PRINCIPAL, &stale).status, 422);
    });
}

/// The value of the option with a text.
fn value_of(page: &Answer, text: &str) -> String {
    let (before, _) = page.body.split_once(text).unwrap();
    let (_, value) = before.rsplit_once("<option value=\"").unwrap();
    value.split('"').next().unwrap().to_owned()
}

#[test]
fn lessons_at_the_same_time_are_told_and_given_only_by_who_is_sure() {
    both("overlap", |server| {
        town::add_teacher(&server.store);
        let router = morning(server);
        let page = ask(&router, "GET", "/substitutes", PRINCIPAL);
        let user = first_of(&page, "user");
        let second = value_of(&page, "ZZSECONDZZ");
        let lead = page
            .body
            .split(" name=\"teacher\" required>")
            .nth(1)
            .unwrap();
        let mut values = lead.split("<option value=\"").skip(1);
        let values = values.by_ref().filter_map(|part| part.split('"').next());
        let mut others = values.filter(|value| !value.is_empty() && *value != second);
        let first = others.next().unwrap().to_owned();
        let sent = |once: &str, teacher: &str, more: &str| {
            let body = format!("once={once}&day=2026-08-21&user={user}&teacher={teacher}{more}");
            send(&router, "/substitutes", PRINCIPAL, &body)
        };
        let passes = || {
            let page = ask(&router, "GET", "/substitutes", PRINCIPAL);
            check(&page.body, "fi", "passes").forms("/take-back")
        };
        assert_eq!(sent(ONCE[0], &first, "").status, 303);
        let refused = sent(ONCE[1], &second, "");
        assert_eq!(refused.status, 422, "{}", refused.body);
        let told = check(&refused.body, "fi", "overlap");
        assert!(told.says("toisen opettajan tunteja samaan aikaan"));
        // The lesson at 9.00 begins within the one of 8.15; the one at 10.00 does not.
        assert!(told.says("9.00 7 historia on samaan aikaan kuin 8.15 7 matematiikka"));
        assert!(!told.says("10.00 7 biologia on"));
        let sure = told.tags.iter().any(|tag| tag.get("name") == Some("sure"));
        assert!(sure && passes() == 1);
        // What was chosen stays chosen.
        let chosen = format!("<option value=\"{second}\" selected>");
        assert!(refused.body.contains(&chosen));
        assert_eq!(sent(ONCE[2], &second, "&sure=1").status, 303);
        assert_eq!(passes(), 2);
    });
}

#[test]
fn what_a_form_lacks_is_told_beside_the_fields_and_a_past_day_has_no_form() {
    both("lacks", |server| {
        let router = morning(server);
        let page = ask(&router, "GET", "/substitutes", PRINCIPAL);
        let sent = form(&page, ONCE[0], "2026-08-21");
        let refused = |body: &str, fields: &[&str], words: &str| {
            let answer = send(&router, "/substitutes", PRINCIPAL, body);
            assert_eq!(answer.status, 422, "{body}: {}", answer.body);
            let page = check(&answer.body, "fi", body);
            assert!(page.says(words), "{body}");
            for tag in page.tags.iter().filter(|tag| tag.get("id").is_some()) {
                let id = tag.get("id").unwrap();
                let is_wrong = tag.get("aria-invalid") == Some("true");
                assert_eq!(is_wrong, fields.contains(&id), "{body}: {id}");
                if is_wrong {
                    assert_eq!(tag.get("aria-describedby"), Some(&*format!("{id}-error")));
                }
            }
        };
        let empty = format!("once={}&day=2026-08-21&user=&teacher=", ONCE[0]);
        refused(&empty, &["user", "teacher"], "Valitse sijainen.");
        let half = sent.split("&teacher").next().unwrap();
        refused(half, &["teacher"], "Valitse opettaja, jonka tunnit");
        // A day that is none is not today.
        let odd = sent.replace("2026-08-21", "abc");
        refused(&odd, &["day"], "kahden viikon päähän");
        for day in ["2026-08-20", "20.8.2026"] {
            let page = ask(
                &router,
                "GET",
                &format!("/substitutes?day={day}"),
                PRINCIPAL,
            );
            let page = check(&page.body, "fi", day);
            assert!(page.says("Päivä on mennyt."), "{day}");
            assert!(!page.tags.iter().any(|tag| tag.get("id") == Some("user")));
        }
        let far = ask(&router, "GET", "/substitutes?day=2026-09-05", PRINCIPAL);
        assert!(!far.body.contains("id=\"user\""));
        assert!(far.body.contains("kahden viikon päähän"));
    });
}

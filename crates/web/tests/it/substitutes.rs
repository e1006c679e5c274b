//! Day passes: given, the substitute takes the register; taken back, it is not there.
//!
//! Invariant: a pass is of the principal's own school and no name is in an address or in the audit.

use crate::ask::{Answer, ask, send};
use crate::{Server, both, settings};
use axum::Router;
use lasna_web::Settings;
use std::sync::Arc;

const PRINCIPAL: Option<&str> = Some("session-principal-a");
const SUBSTITUTE: Option<&str> = Some("session-substitute-a");

/// The server on the morning of a day with lessons.
fn morning(server: &Server) -> Router {
    lasna_web::router(Settings {
        clock: Arc::new(|| "2026-08-21T05:00:00Z".parse().unwrap()),
        today: Arc::new(|| "2026-08-21".parse().unwrap()),
        ..settings(server.store.clone(), Arc::new(|_, _| Ok(crate::model())))
    })
}

/// The first value of a choice that is not the empty one.
fn first_of(page: &Answer, name: &str) -> String {
    let lead = format!("name=\"{name}\" required>");
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

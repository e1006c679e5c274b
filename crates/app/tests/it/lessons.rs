//! A day's own lessons by the clock, and the registers that somebody owes.
//!
//! Invariant: nobody is told of another's debt but the principal.

use crate::people::{NOW, at, is_missing, peopled, session};
use crate::{both, day};
use lasna_app::App;
use lasna_app::registers::RegisterState;

fn states(app: &App, on: &str) -> Vec<(u16, RegisterState)> {
    let rows = app.own_lessons(day(on)).unwrap();
    rows.iter()
        .map(|row| (row.key.start.0, row.state))
        .collect()
}

#[test]
fn a_days_lessons_are_ones_own_and_stand_by_the_clock() {
    both("own_lessons", |node| {
        peopled(node);
        let on = "2026-08-24";
        let of = |login: &str, now: &str| states(&session(node, login, at(now)), on);
        use RegisterState::{Ahead, Missing, Open, Taken};
        assert_eq!(of("aino", NOW), [(495, Missing)]);
        assert_eq!(of("eero", NOW), [(555, Open)]);
        // 08:14, 08:15, 08:59, 09:00 and 09:15 in Finland.
        for (now, aino, eero) in [
            ("2026-08-24T05:14:59Z", Ahead, Ahead),
            ("2026-08-24T05:15:00Z", Open, Ahead),
            ("2026-08-24T05:59:00Z", Open, Ahead),
            ("2026-08-24T06:00:00Z", Missing, Ahead),
            ("2026-08-24T06:15:00Z", Missing, Open),
            ("2026-08-24T07:00:00Z", Missing, Missing),
        ] {
            assert_eq!(of("aino", now), [(495, aino)], "{now}");
            assert_eq!(of("eero", now), [(555, eero)], "{now}");
        }
        for login in ["rehtori", "tuki", "sijainen", "suunnittelija"] {
            assert_eq!(of(login, NOW), [], "{login}");
        }
        assert_eq!(
            states(&session(node, "aino", at(NOW)), "2026-08-18"),
            [(495, Taken)]
        );
        assert_eq!(states(&session(node, "aino", at(NOW)), "2026-08-22"), []);
    });
}

#[test]
fn marking_debt_is_what_is_over_without_a_register() {
    both("debt", |node| {
        peopled(node);
        let debts = |login: &str, now: &str| {
            let debts = session(node, login, at(now)).marking_debt(day("2026-08-24"));
            let told = debts
                .unwrap()
                .into_iter()
                .map(|debt| (debt.name, debt.lessons.len()));
            told.collect::<Vec<_>>()
        };
        let ma = ("Givent-ma Familyt-ma".to_owned(), 4);
        let ai = ("Givent-ai Familyt-ai".to_owned(), 3);
        assert_eq!(debts("aino", NOW), std::slice::from_ref(&ma));
        // The second lesson of today still runs.
        assert_eq!(debts("eero", NOW), std::slice::from_ref(&ai));
        assert_eq!(debts("rehtori", NOW), [ai.clone(), ma.clone()]);
        let (name, four) = ai.clone();
        assert_eq!(debts("eero", "2026-08-24T07:00:00Z"), [(name, four + 1)]);
        // Two weeks back and no further: b7 has no register at all.
        let rektor = debts("rektor", NOW);
        assert_eq!(rektor, [("Givent-b Familyt-b".to_owned(), 10)]);
        let app = session(node, "rektor", at("2026-09-02T06:00:00Z"));
        assert_eq!(
            app.marking_debt(day("2026-09-02")).unwrap()[0]
                .lessons
                .len(),
            4
        );
        // Without lessons of the day there is no debt of one's own, and no school's.
        assert_eq!(debts("sijainen", NOW), []);
        is_missing(session(node, "tuki", at(NOW)).marking_debt(day("2026-08-24")));
        let given = node
            .app(at(NOW))
            .give_day_pass("sijainen", day("2026-08-24"), "t-ma");
        given.unwrap();
        // Only the day that was given, since no other sheet opens.
        assert_eq!(debts("sijainen", NOW), [(ma.0, 1)]);
        assert_eq!(
            states(&session(node, "sijainen", at(NOW)), "2026-08-24").len(),
            1
        );
    });
}

//! Filters that a person saves, and the place of a pupil in the list.
//!
//! Invariant: a name is in the person's own list of filters and in no audit row.

use crate::people::{NOW, at, is_missing, later, model, peopled, problem, pupil, session};
use crate::{Node, both, day};
use lasna_app::AppError;
use lasna_app::signals::{FILTER_NAME_MAX, FILTERS_MAX, ListFilter, NewAct, Place};
use lasna_domain::calendar::Instant;
use lasna_domain::signals::{ActWhat, ListShow};

fn late(step: u32) -> ListFilter {
    ListFilter {
        show: Some(ListShow::Late),
        class: "7A".into(),
        step,
    }
}

fn names(node: &Node, login: &str) -> Vec<(u32, String)> {
    let own = session(node, login, later(1)).own_filters().unwrap();
    own.into_iter().map(|one| (one.no, one.name)).collect()
}

fn save(node: &Node, login: &str, name: &str, filter: &ListFilter) -> Result<(), AppError> {
    session(node, login, later(1)).save_filter(name, filter)
}

#[test]
fn a_filter_is_saved_replaced_and_removed_by_its_person_alone() {
    both("own_filters", |node| {
        peopled(node);
        save(node, "tuki", "  Oma\n\t lista ", &late(1)).unwrap();
        save(node, "tuki", "Toinen", &late(2)).unwrap();
        save(node, "rehtori", "Oma lista", &late(3)).unwrap();
        let own = session(node, "tuki", later(1)).own_filters().unwrap();
        assert_eq!(
            (own[0].name.as_str(), &own[0].filter),
            ("Oma lista", &late(1))
        );
        assert_eq!(own.len(), 2);
        // The same form again changes nothing; the same name with another filter takes its place.
        save(node, "tuki", "Toinen", &late(2)).unwrap();
        assert_eq!(node.count("list_filter"), 3);
        save(node, "tuki", "Oma lista", &late(4)).unwrap();
        let own = session(node, "tuki", later(1)).own_filters().unwrap();
        assert_eq!(
            names(node, "tuki"),
            [(2, "Toinen".into()), (3, "Oma lista".into())]
        );
        assert_eq!(own[1].filter, late(4));
        // A number of somebody else, of nobody, and one that was removed before.
        for no in [1, 99, 2, 2] {
            session(node, "tuki", later(2)).remove_filter(no).unwrap();
        }
        assert_eq!(names(node, "tuki"), [(3, "Oma lista".into())]);
        assert_eq!(names(node, "rehtori"), [(1, "Oma lista".into())]);
    });
}

#[test]
fn what_is_wrong_with_a_name_is_told_and_nothing_is_saved() {
    both("filter_names", |node| {
        peopled(node);
        let fails = |name: &str, filter: &ListFilter| problem(save(node, "tuki", name, filter));
        for empty in ["", "  ", "\n\u{7}"] {
            assert_eq!(fails(empty, &late(1)), "filters.name_missing");
        }
        let longest = "ä".repeat(FILTER_NAME_MAX);
        assert_eq!(fails(&format!("{longest}x"), &late(1)), "filters.name_long");
        assert_eq!(fails("x", &ListFilter::default()), "filters.nothing");
        assert_eq!(node.count("list_filter"), 0);
        save(node, "tuki", &longest, &late(1)).unwrap();
        for n in 1..FILTERS_MAX {
            save(node, "tuki", &format!("rajaus {n}"), &late(1)).unwrap();
        }
        assert_eq!(fails("liikaa", &late(1)), "filters.full");
        save(node, "tuki", "rajaus 1", &late(2)).unwrap();
        session(node, "tuki", later(2)).remove_filter(1).unwrap();
        save(node, "tuki", "taas tilaa", &late(1)).unwrap();
        assert_eq!(names(node, "tuki").len(), FILTERS_MAX);
    });
}

#[test]
fn who_has_no_list_saves_nothing_and_the_audit_names_no_filter() {
    both("filter_rights", |node| {
        peopled(node);
        for login in ["sijainen", "suunnittelija", "yllapito"] {
            is_missing(save(node, login, "ZZNAMEZZ", &late(1)));
            is_missing(session(node, login, later(1)).remove_filter(1));
        }
        for login in ["aino", "eero", "rehtori", "tuki"] {
            save(node, login, "ZZNAMEZZ", &late(1)).unwrap();
        }
        session(node, "tuki", later(2)).remove_filter(1).unwrap();
        let scope = crate::scope(&node.store);
        let rows = node
            .store
            .ask(|read| lasna_store::AuditRow::list(read, &scope))
            .unwrap();
        let of = |target: &str| rows.iter().filter(|row| row.target == target).count();
        assert_eq!((of("list-filter"), of("list-filter:1")), (4, 1));
        assert!(!format!("{rows:?}").contains("ZZNAMEZZ"));
    });
}

#[test]
fn the_place_of_a_pupil_follows_the_list() {
    both("list_place", |node| {
        peopled(node);
        let app = || session(node, "tuki", at(NOW));
        let today = day("2026-08-24");
        let as_of = (today, Instant::LATEST);
        let list = app().signal_list(&model(), today, Instant::LATEST).unwrap();
        let rows: Vec<_> = list.rows.iter().map(|row| row.pupil).collect();
        assert_eq!(rows.len(), 4);
        let place = |filter: &ListFilter, pupil, before| {
            app()
                .list_place(&model(), filter, (pupil, before), as_of)
                .unwrap()
        };
        let all = ListFilter::default();
        let second = Place {
            all: 4,
            at: Some(2),
            previous: Some(rows[0]),
            next: Some(rows[2]),
            first: Some(rows[0]),
        };
        assert_eq!(place(&all, rows[1], None), second);
        let new = ListFilter::of("new", "", "");
        assert_eq!(place(&new, rows[1], None), second, "everybody is new");
        let act = NewAct {
            pupil: rows[1],
            what: ActWhat::Acknowledge,
            note: "",
            day: None,
            sure: false,
            once: "a",
        };
        app().log_act(&act, today).unwrap();
        let gone = place(&new, rows[1], Some(2));
        assert_eq!((gone.all, gone.at, gone.next), (3, None, Some(rows[2])));
        assert_eq!(place(&all, rows[1], Some(2)).all, 4);
        // A pupil of another school has no place here.
        let other = place(&all, pupil(node, "q01"), None);
        assert_eq!(
            (other.at, other.next, other.first),
            (None, None, Some(rows[0]))
        );
    });
}

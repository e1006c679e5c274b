//! Filters that people saved: numbers, removal, and that each person has only their own.
//!
//! Invariant: nothing that was saved is changed or lost.

use crate::{Opened, both};
use lasna_domain::access::Scope;
use lasna_domain::calendar::Instant;
use lasna_store::db::{Constraint, DbError, Tx};
use lasna_store::{Account, StoredFilter};

fn filter(name: &str) -> StoredFilter {
    StoredFilter {
        no: 0,
        name: name.into(),
        shown: "late".into(),
        class: "7 ä".into(),
        step: 2,
    }
}

fn account(o: &Opened, scope: &Scope, token: &str) -> Account {
    let add = |tx: &mut Tx<'_>| {
        Account::insert(tx, scope, "sky_worker", Some("a"), token, Instant(2))?;
        Ok::<_, DbError>(Account::by_token(tx, token)?.unwrap())
    };
    o.store.change(scope, Instant(2), "user", add).unwrap()
}

fn change(
    o: &Opened,
    scope: &Scope,
    change: impl FnOnce(&mut Tx<'_>) -> Result<(), DbError>,
) -> Result<(), DbError> {
    o.store.change(scope, Instant(5), "list-filter", change)
}

fn list(o: &Opened, of: &Account) -> Vec<(u32, String)> {
    let all = o.store.ask(|read| StoredFilter::list(read, of)).unwrap();
    all.into_iter().map(|one| (one.no, one.name)).collect()
}

#[test]
fn a_filter_comes_back_whole_and_to_its_person_alone() {
    both("filters", |o| {
        let scope = o.provider("town");
        let (aino, eero) = (account(o, &scope, "t1"), account(o, &scope, "t2"));
        for (of, name) in [(&aino, "yksi"), (&eero, "muu"), (&aino, "kaksi")] {
            change(o, &scope, |tx| filter(name).insert(tx, of, Instant(5))).unwrap();
        }
        let all = o.store.ask(|read| StoredFilter::list(read, &aino)).unwrap();
        let numbered = |no, name| StoredFilter { no, ..filter(name) };
        assert_eq!(all, [numbered(1, "yksi"), numbered(2, "kaksi")]);
        assert_eq!(list(o, &eero), [(1, "muu".to_owned())]);
    });
}

#[test]
fn a_filter_that_ended_is_out_of_the_list_and_its_number_stays_taken() {
    both("filter_end", |o| {
        let scope = o.provider("town");
        let (aino, eero) = (account(o, &scope, "t1"), account(o, &scope, "t2"));
        for of in [&aino, &eero] {
            change(o, &scope, |tx| filter("yksi").insert(tx, of, Instant(5))).unwrap();
        }
        let end = |no| change(o, &scope, |tx| StoredFilter::end(tx, &aino, no, Instant(6)));
        end(1).unwrap();
        assert!(end(1).unwrap_err().breaks(Constraint::Unique));
        assert!(end(2).unwrap_err().breaks(Constraint::ForeignKey));
        assert_eq!(list(o, &aino), []);
        assert_eq!(list(o, &eero).len(), 1, "somebody else's stays");
        change(o, &scope, |tx| filter("uusi").insert(tx, &aino, Instant(7))).unwrap();
        assert_eq!(list(o, &aino), [(2, "uusi".to_owned())]);
        assert_eq!((o.count("list_filter"), o.count("list_filter_end")), (3, 1));
    });
}

#[test]
fn filters_saved_at_once_have_a_number_each() {
    both("filters_at_once", |o| {
        let scope = o.provider("town");
        let aino = account(o, &scope, "t1");
        std::thread::scope(|s| {
            for n in 0..8 {
                let (aino, scope) = (&aino, &scope);
                s.spawn(move || {
                    let name = format!("rajaus {n}");
                    change(o, scope, |tx| filter(&name).insert(tx, aino, Instant(5))).unwrap();
                });
            }
        });
        let numbers: Vec<u32> = list(o, &aino).into_iter().map(|(no, _)| no).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    });
}

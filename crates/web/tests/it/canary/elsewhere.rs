//! Everybody of another provider in the same store, on every route and with every form.
//!
//! Invariant: no row of the first provider changes, but those of its log that tell tries of nobody.

use super::{CHILD, MOTHER, family, found, joint, person};
use crate::{PEOPLE, Server, both, now, town};
use lasna_app::{App, NewPerson};
use lasna_store::db::{DbError, Row};
use lasna_web::routes::ROUTES;

/// A second provider with the same town and the same people, each with `other-` before the login.
fn other_provider(server: &Server) {
    let no = server.store.provider("elsewhere", now()).unwrap();
    let app = App::operator_of(server.store.clone(), no, now());
    town::fill_for(&app);
    for (login, role, school, person) in PEOPLE {
        let login = format!("other-{login}");
        app.add_person(&NewPerson {
            role,
            school,
            login: &login,
            name: "Zz Elsewhere",
            person,
            password: None,
            language: None,
        })
        .unwrap();
        let session = format!("session-{login}");
        App::sign_in_to_demo(&server.store, now(), &login, &session).unwrap();
    }
}

/// The rows of one provider, where a table has them by provider.
fn rows_of(server: &Server, provider: i64) -> String {
    let classes = include_str!("../../../../store/data-classes.toml");
    let tables: toml::Table = toml::from_str(classes).unwrap();
    let mut told = String::new();
    // Tries of nobody in particular stand in the log of the first provider.
    let kept = |table: &&String| !table.starts_with("audit") && *table != "data_key";
    for (table, columns) in tables.iter().filter(|(table, _)| kept(table)) {
        let Some(columns) = columns
            .as_table()
            .filter(|all| all.contains_key("provider_no"))
        else {
            continue;
        };
        let names: Vec<&str> = columns.keys().map(String::as_str).collect();
        let sql = format!(
            "select {} from {table} where provider_no = {provider}",
            names.join(", ")
        );
        let all: Result<Vec<Row>, DbError> =
            server.store.database().read(|read| read.query(&sql, &[]));
        let mut rows: Vec<String> = all.unwrap().iter().map(crate::safe::told).collect();
        rows.sort();
        told += &format!("{table}\n{}\n", rows.join("\n"));
    }
    told
}

#[test]
fn a_person_of_another_provider_finds_and_changes_nothing_here() {
    both("canary_provider", |server| {
        family(server);
        joint(server);
        let first = i64::from(server.store.providers().unwrap()[0].0.0);
        other_provider(server);
        let before = rows_of(server, first);
        assert!(before.contains("Kanarialapsi"));
        let words = [CHILD, MOTHER].concat();
        let mut sent = 0;
        for (login, ..) in PEOPLE {
            let session = format!("session-other-{login}");
            let hits = found(server, Some(&session), &words);
            assert!(hits.is_empty(), "{login}: {hits:?}");
            let posts = ROUTES.iter().filter(|row| row.method == "POST");
            for row in posts.filter(|row| !row.path.contains("{upload}")) {
                let child = person(server, "canary-child").to_string();
                let path = row
                    .path
                    .replace("{pupil}", &child)
                    .replace("{group}", &server.numbers().1.to_string())
                    .replace("{day}", "2026-08-18")
                    .replace("{start}", "495")
                    .replace("{no}", "1");
                let answer = server.post(&path, Some(&session), crate::routes::FORM);
                assert!(answer.status < 500, "{path}: {}", answer.status);
                sent += 1;
            }
        }
        assert!(sent > 200, "{sent}");
        let after = rows_of(server, first);
        for (was, is) in before.lines().zip(after.lines()) {
            assert_eq!(was, is);
        }
        assert_eq!(after.len(), before.len());
    });
}

//! What the engines themselves refuse: rows of others, and changes of rows that are only added.
//!
//! Invariant: the role of the stories on PostgreSQL neither owns the tables nor passes by row security.

use crate::catalogue::tables;
use crate::{Opened, both, open};
use lasna_domain::calendar::Instant;
use lasna_store::Store;
use lasna_store::db::{Database, DbError, ErrorKind, Place, Read};
use std::collections::BTreeSet;

/// A database with a provider, and its address for a role that owns nothing; none without PostgreSQL.
fn admitted(name: &str) -> Option<(Opened, Place)> {
    let url = lasna_testkit::postgres::database(name)?;
    let owner = open(Place::Url(url.clone()), None);
    owner.provider("town");
    let role = format!("app_{name}_{}", std::process::id());
    owner
        .meddle(&format!("create role {role} login nosuperuser nobypassrls"))
        .unwrap();
    owner.store.admit(&role).unwrap();
    let (_, rest) = url.split_once('@').unwrap();
    let place = Place::Url(format!("postgres://{role}@{rest}"));
    Some((owner, place))
}

fn rows(read: &mut Read<'_>, table: &str) -> Result<i64, DbError> {
    let row = read.query_one(&format!("select count(*) from {table}"), &[])?;
    row.map_or(Ok(0), |row| row.get(0))
}

#[test]
fn a_connection_without_a_provider_reads_and_writes_nothing() {
    let Some((owner, place)) = admitted("rls_nothing") else {
        return;
    };
    let scope = crate::scope(owner.store.providers().unwrap()[0].0);
    owner.batch(&scope, 1, 10).unwrap();
    // The driver alone: no provider is set, as with a forgotten setting.
    let bare = Database::open(place.clone()).unwrap();
    let open_tables = Store::open_tables();
    for table in tables(&owner).keys() {
        let seen = bare.read(|read| rows(read, table)).unwrap();
        match open_tables.contains(&table.as_str()) {
            true => continue,
            false => assert_eq!(seen, 0, "{table}"),
        }
    }
    assert!(owner.count("import_batch") == 1 && owner.count("audit") > 0);
    let insert = "insert into import_batch (provider_no, no, applied_at, actor, digest) \
                  values (1, 2, 1, 'x', 'x')";
    let refused: Result<u64, DbError> = bare.write(|tx| tx.execute(insert, &[]));
    assert!(refused.is_err());
    // With another provider's setting neither.
    let other = "select set_config('lasna.provider', '2', true)";
    let seen: Result<i64, DbError> = bare.read(|read| {
        read.query_one(other, &[])?;
        rows(read, "import_batch")
    });
    assert_eq!(seen.unwrap(), 0);
    // The program says for whom it begins.
    let app = Store::open(place, lasna_testkit::keys::fixed()).unwrap();
    assert_eq!(app.ask(|read| rows(read, "import_batch")).unwrap(), 1);
}

#[test]
fn every_table_has_forced_row_security() {
    let Some((owner, _)) = admitted("rls_all") else {
        return;
    };
    let sql = "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace \
               where n.nspname = 'public' and c.relkind = 'r' \
               and not (c.relrowsecurity and c.relforcerowsecurity \
               and exists (select 1 from pg_policy p where p.polrelid = c.oid))";
    let bare: BTreeSet<String> = owner
        .store
        .ask(|read| {
            let rows = read.query(sql, &[])?;
            rows.iter()
                .map(|row| row.get(0))
                .collect::<Result<_, DbError>>()
        })
        .unwrap();
    let open: BTreeSet<String> = Store::open_tables().map(str::to_owned).into();
    assert_eq!(bare, open);
}

#[test]
fn the_program_works_as_a_role_that_owns_nothing() {
    let Some((owner, place)) = admitted("rls_role") else {
        return;
    };
    let store = Store::open(place.clone(), lasna_testkit::keys::fixed()).unwrap();
    let app = Opened {
        store,
        place,
        _folder: None,
    };
    let scope = crate::scope(app.store.providers().unwrap()[0].0);
    app.batch(&scope, 1, 10).unwrap();
    app.undo(&scope, 1, 20).unwrap();
    // Rows in bulk, more than one insert of many takes.
    let many = (2..4_000_i64).map(|no| {
        [
            1.into(),
            no.into(),
            30.into(),
            "operator".into(),
            "digest".into(),
        ] as [lasna_store::db::Param<'_>; 5]
    });
    let columns = ["provider_no", "no", "applied_at", "actor", "digest"];
    let copied: Result<u64, DbError> = app
        .store
        .note(|tx| tx.copy_in("import_batch", &columns, many));
    assert_eq!(copied.unwrap(), 3_998);
    assert_eq!(owner.count("import_batch"), 3_999);
    for sql in [
        "update import_batch set digest = 'x'",
        "delete from import_batch",
        "update audit set at = 1",
        "delete from audit",
        "update audit_body set user_no = 1",
        "truncate audit_body",
        "drop table audit",
        "alter table audit disable row level security",
        "create table own (no bigint)",
        "insert into schema_version (no) values (9999)",
    ] {
        let error = app.meddle(sql).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Sql, "{sql}: {error}");
    }
    let before = app.count("sign_in_try");
    app.store
        .note(|tx| tx.execute("delete from sign_in_try where no = $1", &[1.into()]))
        .unwrap();
    assert_eq!(before, 0);
    let error = app.store.admit("app_x").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[test]
fn statements_of_the_program_leave_rows_as_they_are() {
    both("kept_rows", |o| {
        let scope = o.provider("town");
        o.batch(&scope, 1, 10).unwrap();
        if matches!(o.place, Place::Url(_)) {
            return;
        }
        let changing = Store::changing_tables();
        for (table, columns) in tables(o) {
            let column = &columns[0].name;
            for (act, sql) in [
                ("DELETE", format!("delete from {table} where 1 = 0")),
                (
                    "UPDATE",
                    format!("update {table} set {column} = 1 where 1 = 0"),
                ),
            ] {
                let done: Result<u64, DbError> = o.store.note(|tx| tx.execute(&sql, &[]));
                let mut known = changing.iter();
                let may = known.any(|(name, acts)| *name == table && acts.contains(act));
                assert_eq!(done.is_ok(), may, "{sql}: {done:?}");
            }
        }
        let at = Instant(30);
        o.undo(&scope, 1, at.0).unwrap();
    });
}

/// What the lists of statements change is what the engines are told may change, and no more.
#[test]
fn the_changing_tables_are_those_that_a_statement_changes() {
    let mut all = lasna_store::statements();
    all.extend(lasna_store::erasing_statements());
    let act = |sql: &String| {
        let words: Vec<&str> = sql.split_whitespace().collect();
        match words.as_slice() {
            ["UPDATE", table, ..] => Some(((*table).to_owned(), "UPDATE")),
            ["DELETE", "FROM", table, ..] => Some(((*table).to_owned(), "DELETE")),
            ["INSERT", "INTO", table, ..] if sql.contains("DO UPDATE") => {
                Some(((*table).to_owned(), "UPDATE"))
            }
            _ => None,
        }
    };
    let changed: BTreeSet<(String, &str)> = all.iter().filter_map(act).collect();
    let told = Store::changing_tables().into_iter();
    let mut told: BTreeSet<(String, &str)> = told
        .flat_map(|(table, acts)| acts.split(", ").map(move |act| (table.to_owned(), act)))
        .collect();
    told.extend(Store::erased_tables());
    assert_eq!(changed, told);
}

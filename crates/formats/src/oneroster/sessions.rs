//! Rows of `academicSessions.csv`: school years, terms and periods, as a tree.
//!
//! Invariant: no accepted session lies on a cycle (`E25`) or outside its parent (`E26`).

use super::line::{Line, Need};
use super::table::Found;
use super::tables::{Pass, Tables};
use super::words;
use crate::rows::{Row, SessionRow};
use lasna_domain::calendar::{Day, Span};

/// What later checks need of a session.
#[derive(Debug)]
pub(super) struct Session {
    pub span: Span,
    parent: Option<Box<str>>,
}

/// Checks one row.
pub(super) fn check(line: &mut Line<'_>, tables: &mut Tables, pass: Pass, rows: &mut Vec<Row>) {
    let id = line.own_id(&tables.sessions);
    let state = line.state();
    let title = line.required_text("title");
    let words = words::SESSION_TYPE.in_version(tables.version);
    let kind = line.word("type", words, Need::Required).unwrap_or_default();
    let from = line.day("startDate", Need::Required);
    let to = line.day("endDate", Need::Required);
    check_order(line, from, to);
    let school_year = line.year("schoolYear");
    let parent = match pass {
        Pass::Ids => line.guid("parentSourcedId", Need::Optional),
        Pass::Rows => tree_parent(line, tables, id.as_deref()),
    };
    let Some(id) = id else { return };
    let (Some(from), Some(to), Some(school_year)) = (from, to, school_year) else {
        return tables.sessions.settle(&id, line.row, None);
    };
    let span = Span { from, to };
    let session = Session {
        span,
        parent: parent.as_deref().map(Box::from),
    };
    tables
        .sessions
        .settle(&id, line.row, (!line.refused).then_some(session));
    let row = SessionRow {
        id,
        state,
        title,
        kind,
        span,
        parent,
        school_year,
        school: None,
    };
    rows.push(Row::Session(row));
}

/// The end is excluded, so it comes after the beginning (`E19`).
pub(super) fn check_order(line: &mut Line<'_>, from: Option<Day>, to: Option<Day>) {
    if let (Some(from), Some(to)) = (from, to)
        && to <= from
    {
        let message = "endDate is the first day after the end, and must come after the beginning";
        line.reject("endDate", "E19", message);
    }
}

fn tree_parent(line: &mut Line<'_>, tables: &Tables, id: Option<&str>) -> Option<String> {
    const COLUMN: &str = "parentSourcedId";
    if id.is_some_and(|id| tables.session_cycles.contains(id)) {
        line.reject(
            COLUMN,
            "E25",
            "the session is above itself; mend its parents",
        );
        return None;
    }
    if id.is_some_and(|id| tables.session_strays.contains(id)) {
        line.reject(
            COLUMN,
            "E26",
            "the session begins before its parent or ends after it",
        );
        return None;
    }
    line.refer(COLUMN, &tables.sessions, Need::Optional)
}

/// After the first pass: refuses what lies on a cycle or outside its parent.
pub(super) fn close(tables: &mut Tables) {
    tables.session_cycles = tables
        .sessions
        .on_cycles(|session| session.parent.as_deref());
    let stray = |session: &Session| {
        let Found::There(parent) = tables.sessions.find(session.parent.as_deref()?) else {
            return None;
        };
        Some(session.span.from < parent.span.from || session.span.to > parent.span.to)
    };
    let strays = tables
        .sessions
        .accepted()
        .filter(|(_, session)| stray(session) == Some(true));
    tables.session_strays = strays.map(|(id, _)| Box::from(id)).collect();
    for id in tables.session_cycles.iter().chain(&tables.session_strays) {
        tables.sessions.refuse(id);
    }
}

//! Rows of `orgs.csv`: districts, schools and their units, as a tree.
//!
//! Invariant: no accepted organisation lies on a cycle (`E25`).

use super::line::{Line, Need};
use super::tables::{Pass, Tables};
use super::words;
use crate::rows::{OrgRow, Row};

/// What later checks need of an organisation.
#[derive(Debug)]
pub(super) struct Org {
    pub kind: String,
    parent: Option<Box<str>>,
}

/// Checks one row.
pub(super) fn check(line: &mut Line<'_>, tables: &mut Tables, pass: Pass, rows: &mut Vec<Row>) {
    let id = line.own_id(&tables.orgs);
    let state = line.state();
    let name = line.required_text("name");
    let words = words::ORG_TYPE.in_version(tables.version);
    let kind = line.word("type", words, Need::Required).unwrap_or_default();
    let identifier = line.text("identifier");
    let cyclic = id
        .as_deref()
        .is_some_and(|id| tables.org_cycles.contains(id));
    if cyclic {
        line.reject(
            "parentSourcedId",
            "E25",
            "the organisation is above itself; mend its parents",
        );
    }
    let parent = match pass {
        Pass::Ids => line.guid("parentSourcedId", Need::Optional),
        Pass::Rows if cyclic => None,
        Pass::Rows => line.refer("parentSourcedId", &tables.orgs, Need::Optional),
    };
    let Some(id) = id else { return };
    let org = Org {
        kind: kind.clone(),
        parent: parent.as_deref().map(Box::from),
    };
    tables
        .orgs
        .settle(&id, line.row, (!line.refused).then_some(org));
    rows.push(Row::Org(OrgRow {
        id,
        state,
        name,
        kind,
        identifier,
        parent,
    }));
}

/// After the first pass: refuses what lies on a cycle.
pub(super) fn close(tables: &mut Tables) {
    tables.org_cycles = tables.orgs.on_cycles(|org| org.parent.as_deref());
    for id in &tables.org_cycles {
        tables.orgs.refuse(id);
    }
}

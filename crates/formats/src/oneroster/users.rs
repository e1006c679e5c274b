//! Rows of `users.csv` and `roles.csv`; in 1.1 a user's row holds the roles too.
//!
//! Passwords, addresses, numbers and pronouns are never read.
//!
//! Invariant: the agents of an accepted user are accepted users, where the bundle holds them all.

use super::Version;
use super::line::{Line, Need};
use super::sessions::check_order;
use super::tables::{Pass, Tables};
use super::words;
use crate::rows::{RoleRow, Row, RowState, UserRow};

/// What later checks need of a user.
#[derive(Debug, Default)]
pub(super) struct User {
    /// Names an agent or is named as one.
    pub linked: bool,
    /// Has an enrolment.
    pub enrolled: bool,
}

/// A user with a role that later rows must bear out, and where it says so.
#[derive(Debug)]
pub(super) struct Claim {
    pub user: Box<str>,
    pub file: Box<str>,
    pub row: u64,
}

/// Checks one user.
pub(super) fn check_user(
    line: &mut Line<'_>,
    tables: &mut Tables,
    pass: Pass,
    rows: &mut Vec<Row>,
) {
    let id = line.own_id(&tables.users);
    let state = line.state();
    let enabled = line.flag("enabledUser", Need::Required).unwrap_or(true);
    let username = line.required_text("username");
    let user_ids = user_ids(line);
    let given_name = line.required_text("givenName");
    let family_name = line.required_text("familyName");
    let old_roles = match tables.version {
        Version::V1_1 => old_roles(line, tables),
        Version::V1_2 | Version::V1_2_1 => Vec::new(),
    };
    let agents = match pass {
        Pass::Ids => Vec::new(),
        Pass::Rows => line.refer_all("agentSourcedIds", &tables.users, Need::Optional),
    };
    let primary_org = line.refer("primaryOrgSourcedId", &tables.orgs, Need::Optional);
    let row = UserRow {
        id: id.clone().unwrap_or_default(),
        state,
        enabled,
        given_name,
        family_name,
        middle_name: line.text("middleName"),
        preferred_given_name: line.text("preferredGivenName"),
        preferred_family_name: line.text("preferredFamilyName"),
        username,
        identifier: line.text("identifier"),
        user_ids,
        agents,
        grades: line.list("grades"),
        primary_org,
    };
    let Some(id) = id else { return };
    tables
        .users
        .settle(&id, line.row, (!line.refused).then(User::default));
    if pass == Pass::Ids || line.refused {
        return;
    }
    check_master(line, tables);
    link(tables, &id, &row.agents);
    rows.push(Row::User(row));
    for (role, org) in old_roles {
        let role_id = format!("{id}@{org}");
        let user = id.clone();
        claim(line, tables, &user, &role, state);
        let (primary, from, to) = (true, None, None);
        rows.push(Row::Role(RoleRow {
            id: role_id,
            state,
            user,
            primary,
            role,
            org,
            from,
            to,
        }));
    }
}

/// External ids of the form `{Type:Id}` (`E24`).
fn user_ids(line: &mut Line<'_>) -> Vec<(String, String)> {
    let mut ids = Vec::new();
    for item in line.items("userIds") {
        let inner = item
            .strip_prefix('{')
            .and_then(|item| item.strip_suffix('}'));
        let parts = inner.and_then(|inner| inner.split_once(':'));
        let parts = parts.map(|(kind, id)| (kind.trim(), id.trim()));
        match parts {
            Some((kind, id)) if !kind.is_empty() && !id.is_empty() && !inner_braces(kind, id) => {
                ids.push((kind.to_owned(), id.to_owned()));
            }
            _ => line.warn(
                "userIds",
                "E24",
                "an item is not of the form {Type:Id}; it is left out",
            ),
        }
    }
    ids
}

fn inner_braces(kind: &str, id: &str) -> bool {
    kind.contains(['{', '}']) || id.contains(['{', '}'])
}

/// The role of a 1.1 user in each organisation, as `(role, org)` in the words of 1.2.
fn old_roles(line: &mut Line<'_>, tables: &Tables) -> Vec<(String, String)> {
    let orgs = line.refer_all("orgSourcedIds", &tables.orgs, Need::Required);
    let Some(role) = line.word("role", words::ROLE_1_1, Need::Required) else {
        return Vec::new();
    };
    let role_in = |org: &str| match tables.orgs.get(org) {
        Some(unit) if role == "administrator" && unit.kind == "district" => "districtAdministrator",
        _ if role == "administrator" => "siteAdministrator",
        _ => role.as_str(),
    };
    let mut roles: Vec<(String, String)> = Vec::new();
    for org in orgs {
        if roles.iter().all(|(_, known)| *known != org) {
            roles.push((role_in(&org).to_owned(), org));
        }
    }
    roles
}

fn check_master(line: &mut Line<'_>, tables: &mut Tables) {
    let master = line.value("userMasterIdentifier");
    if !master.is_empty() && !tables.masters.insert(master.into()) {
        let message = "an earlier user has the same; one person may be there twice";
        line.warn("userMasterIdentifier", "W03", message);
    }
}

fn link(tables: &mut Tables, id: &str, agents: &[String]) {
    for linked in agents
        .iter()
        .map(String::as_str)
        .chain((!agents.is_empty()).then_some(id))
    {
        if let Some(user) = tables.users.get_mut(linked) {
            user.linked = true;
        }
    }
}

/// Keeps what has to be borne out: guardians by a child (`W06`), pupils by an enrolment (`W07`).
fn claim(line: &Line<'_>, tables: &mut Tables, user: &str, role: &str, state: RowState) {
    if state == RowState::Ended {
        return;
    }
    let claims = match role {
        "guardian" | "parent" | "relative" => &mut tables.guardians,
        "student" => &mut tables.pupils,
        _ => return,
    };
    claims.push(Claim {
        user: user.into(),
        file: line.file.into(),
        row: line.row,
    });
}

/// Checks one role.
pub(super) fn check_role(line: &mut Line<'_>, tables: &mut Tables, rows: &mut Vec<Row>) {
    let id = line.own_id(&tables.roles);
    let state = line.state();
    let user = line
        .refer("userSourcedId", &tables.users, Need::Required)
        .unwrap_or_default();
    let kind = line.word("roleType", words::ROLE_TYPE, Need::Required);
    let words = words::ROLE.in_version(tables.version);
    let role = line.word("role", words, Need::Required).unwrap_or_default();
    let from = line.day("beginDate", Need::Optional);
    let to = line.day("endDate", Need::Optional);
    check_order(line, from, to);
    let org = line
        .refer("orgSourcedId", &tables.orgs, Need::Required)
        .unwrap_or_default();
    let Some(id) = id else { return };
    tables
        .roles
        .settle(&id, line.row, (!line.refused).then_some(()));
    if line.refused {
        return;
    }
    let mut primary = kind.as_deref() == Some("primary");
    let pair = (Box::from(user.as_str()), Box::from(org.as_str()));
    if primary && state == RowState::Active && !tables.primary_roles.insert(pair) {
        let message = "the user has a primary role in the organisation already; read as secondary";
        line.warn("roleType", "E22", message);
        primary = false;
    }
    claim(line, tables, &user, &role, state);
    rows.push(Row::Role(RoleRow {
        id,
        state,
        user,
        primary,
        role,
        org,
        from,
        to,
    }));
}

//! The policy as a matrix: every role, verb, class and relation, allowed or not.
//!
//! Invariant: a cell is allowed exactly where the table has a right for it.

use super::{AccessReason, DataClass, Purpose, RIGHTS, Relation, UserRole, Verb};

/// One cell of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Cell {
    pub role: UserRole,
    pub class: DataClass,
    pub verb: Verb,
    pub relation: Relation,
    /// What for and why; `None` where it is denied.
    pub allowed: Option<(Purpose, AccessReason)>,
}

/// Every cell, by role, class, verb and relation.
pub fn cells() -> impl Iterator<Item = Cell> {
    let roles = UserRole::ALL.iter().copied();
    roles.flat_map(|role| {
        DataClass::ALL.iter().flat_map(move |&class| {
            Verb::ALL.iter().flat_map(move |&verb| {
                Relation::ALL.iter().map(move |&relation| Cell {
                    role,
                    class,
                    verb,
                    relation,
                    allowed: allowed(role, class, verb, relation),
                })
            })
        })
    })
}

fn allowed(
    role: UserRole,
    class: DataClass,
    verb: Verb,
    relation: Relation,
) -> Option<(Purpose, AccessReason)> {
    let mut rights = RIGHTS.iter();
    let found = rights.find(|right| {
        (right.role, right.class, right.verb, right.relation) == (role, class, verb, relation)
    });
    found.map(|right| (right.purpose, right.reason))
}

//! What the labels of a page's legend usually mean: a proposal that a person confirms.
//!
//! Numbers differ from school to school, labels hardly. What it is not: a mapping; a school that
//! uses a label otherwise says so in its own, which goes first.
//!
//! Invariant: a label is known whole or not at all.

use crate::sis::mapping::CodeRule;
use lasna_domain::attendance::{Approval, Presence, Reason};

const fn mark(presence: Presence, approval: Approval, reason: Reason) -> CodeRule {
    CodeRule::Mark {
        presence,
        approval,
        reason,
        minutes: None,
    }
}

const fn absent(approval: Approval, reason: Reason) -> CodeRule {
    mark(Presence::Absent, approval, reason)
}

const ELSEWHERE: CodeRule = mark(Presence::Elsewhere, Approval::NotNeeded, Reason::Unknown);
const LATE: CodeRule = mark(Presence::Late, Approval::NotNeeded, Reason::Unknown);
const UNRESOLVED: CodeRule = absent(Approval::Unresolved, Reason::Unknown);
const UNAUTHORISED: CodeRule = absent(Approval::Unauthorised, Reason::Unknown);
const HEALTH: CodeRule = absent(Approval::Authorised, Reason::Health);
const LEAVE: CodeRule = absent(Approval::Authorised, Reason::Leave);
const OTHER: CodeRule = absent(Approval::Authorised, Reason::Other);

/// Labels in small letters.
const LABELS: [(&str, CodeRule); 30] = [
    ("poissaolo (selvitä)", UNRESOLVED),
    ("selvittämätön", UNRESOLVED),
    ("selvittämätön poissaolo", UNRESOLVED),
    ("luvaton poissaolo", UNAUTHORISED),
    ("luvaton (selvitetty)", UNAUTHORISED),
    ("luvaton poissaolo (selvitetty)", UNAUTHORISED),
    ("luvallinen - terveydellinen", HEALTH),
    ("luvallinen poissaolo - terveydellinen", HEALTH),
    ("terveydellisiin syihin liittyvä", HEALTH),
    ("terveydellisiin syihin liittyvä poissaolo", HEALTH),
    ("luvallinen - koulun antamalla luvalla", LEAVE),
    ("luvallinen poissaolo - koulun antamalla luvalla", LEAVE),
    ("ennalta anottu vapaa", LEAVE),
    ("luvallinen - muu syy", OTHER),
    ("luvallinen poissaolo - muu syy", OTHER),
    ("muu selvitetty", OTHER),
    ("muu selvitetty poissaolo", OTHER),
    ("muu kouluntoiminta /ei tunnilla", ELSEWHERE),
    ("muu koulun toiminta", ELSEWHERE),
    ("koulun muussa toiminnassa", ELSEWHERE),
    ("opetus muualla", ELSEWHERE),
    ("tet", ELSEWHERE),
    ("myöhästyminen", LATE),
    ("myöhässä", LATE),
    ("myöhässä alle 15 min", LATE),
    ("myöhässä yli 15 min", LATE),
    (
        "läsnä",
        mark(Presence::Present, Approval::NotNeeded, Reason::Unknown),
    ),
    ("käy katsomassa wilmassa", CodeRule::Ignore),
    ("opettajan kommentti", CodeRule::Ignore),
    ("kommentti", CodeRule::Ignore),
];

/// The usual meaning of a label, where it has one.
///
/// ```
/// use lasna_formats::sis::wilma::proposal;
/// assert!(proposal("Luvaton  poissaolo").is_some());
/// assert!(proposal("Selvitetty").is_none());
/// ```
pub fn proposal(label: &str) -> Option<CodeRule> {
    let plain = label
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    LABELS
        .iter()
        .find(|(known, _)| *known == plain)
        .map(|(_, rule)| *rule)
}

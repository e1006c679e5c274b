//! Families: ties taken in from a file, rights in children's matters, admitting after a meeting.
//!
//! Invariant: an adult sees a child only with a right in a matter, and why not is never said.

use super::Protected;
use crate::{App, AppError};
use lasna_domain::access::family::{ChildRights, FamilyTie, RelationSource};
use lasna_domain::access::{Action, Reach};
use lasna_domain::calendar::Day;
use lasna_domain::ids::PersonNo;
use lasna_store::FamilyTies;
use lasna_store::db::Read;

/// Why a line of a file of ties was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FamilyStop {
    /// The child is in no roster.
    Child,
    /// The adult is in no roster.
    Adult,
}

/// Whether a child was taken into care, by the ties of all its adults.
fn in_care(ties: &[FamilyTie], today: Day) -> bool {
    ties.iter()
        .any(|tie| tie.source == RelationSource::Care && tie.runs(today))
}

impl App {
    /// The children of an adult with the rights in their matters today.
    pub(crate) fn children_of(
        &self,
        adult: PersonNo,
    ) -> Result<Vec<(PersonNo, ChildRights)>, AppError> {
        self.store().ask(|read| self.children_in(read, adult))
    }

    /// The same in a transaction.
    pub(super) fn children_in(
        &self,
        read: &mut Read<'_>,
        adult: PersonNo,
    ) -> Result<Vec<(PersonNo, ChildRights)>, AppError> {
        let (provider, today) = (self.provider, self.now.day_in_finland());
        let protected = Protected::read(read, provider, self.now)?;
        if protected.stale {
            return Ok(Vec::new());
        }
        let admitted = FamilyTies::admissions(read, provider, adult)?;
        let mut children = Vec::new();
        for tie in FamilyTies::of_adult(read, provider, adult)? {
            let all = FamilyTies::of_child(read, provider, tie.child)?;
            let adults: Vec<PersonNo> = all
                .iter()
                .filter(|other| other.runs(today))
                .map(|other| other.adult)
                .collect();
            let known = protected.circumstances(
                (tie.child, adult),
                &adults,
                (admitted.get(&tie.child).copied(), in_care(&all, today)),
                today,
            );
            let rights = tie.rights(today, known);
            if !rights.is_empty() {
                children.push((tie.child, rights));
            }
        }
        Ok(children)
    }

    /// Takes in ties, all of them or none. Each takes the place of what was known of its two people.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn set_relations(&self, ties: &[FamilyTie]) -> Result<usize, AppError> {
        let scope = self.scope(Action::SetRelations, Reach::Provider)?;
        let now = self.now;
        self.store.change_long(&scope, now, "family", |tx| {
            let mut added = 0;
            for tie in ties {
                let known = FamilyTies::of_child(tx, scope.provider(), tie.child)?;
                if !known.contains(tie) {
                    FamilyTies::insert(tx, &scope, tie, now)?;
                    added += 1;
                }
            }
            Ok::<_, AppError>(added)
        })
    }

    /// Admits an adult for a protected child up to a day, after somebody met the adult.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn admit(&self, child: PersonNo, adult: PersonNo, ends: Day) -> Result<(), AppError> {
        let scope = self.scope(Action::SetProtected, Reach::Provider)?;
        let target = format!("pupil:{child}");
        self.store.change(&scope, self.now, &target, |tx| {
            FamilyTies::admit(tx, &scope, (child, adult, ends), self.now)
        })?;
        Ok(())
    }
}

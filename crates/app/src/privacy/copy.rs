//! The copy of everything about one pupil: prepared by one person, released by another.
//!
//! What is in it follows from the manifest: each column that leaves for the subject. What is about other
//! people is left out and said so; of ties to protected adults nothing is told at all.
//!
//! Invariant: facts of protected people are in no copy, and nobody releases what the same person prepared.

use super::register::manifest;
use super::render;
use super::words::Words;
use crate::rights::AccessLog;
use crate::{App, AppError};
use lasna_domain::access::{Action, Reach, Scope};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::PersonNo;
use lasna_domain::model::Language;
use lasna_store::db::{Read, Value};
use lasna_store::retention::PersonTable;
use lasna_store::subject::{StoredCopy, copied_tables};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

pub use lasna_store::subject::COPY_EXCEPTIONS;

/// What is left out of a table or a column, and why.
pub(super) fn exceptions() -> Result<BTreeMap<String, String>, AppError> {
    toml::from_str(COPY_EXCEPTIONS).map_err(|error| AppError::Problem(error.to_string()))
}

/// One table of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub(super) struct CopiedTable {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

/// A copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectCopy {
    pub(super) no: u32,
    pub(super) pupil: String,
    pub(super) made: Day,
    pub(super) tables: Vec<CopiedTable>,
    pub(super) log: AccessLog,
    pub(super) left_out: BTreeMap<String, String>,
}

/// A copy that was prepared: to be read by a person, by a machine, and compared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Prepared {
    pub no: u32,
    pub json: String,
    pub html: String,
    /// SHA-256 of both, in hex.
    pub digest: String,
}

/// A copy in the list of whoever releases.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Waiting {
    pub no: u32,
    pub at: Instant,
    pub digest: String,
    pub by: String,
    pub released: Option<Instant>,
}

/// The digest of a copy: of the machine's text, then of the person's.
fn digest_of(json: &str, html: &str) -> String {
    let mut hash = Sha256::new();
    hash.update((json.len() as u64).to_be_bytes());
    hash.update(json);
    hash.update(html);
    let hash: [u8; 32] = hash.finalize().into();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl App {
    /// Prepares a copy of everything about a pupil. It may be given out once another has released it.
    ///
    /// # Errors
    /// [`AppError`]; a protected pupil without a grant is not found.
    pub fn prepare_copy(&self, pupil: &str, language: Language) -> Result<Prepared, AppError> {
        let no = self.pupil_no(pupil)?;
        let scope = self.scope(Action::ExportSubject, Reach::Pupil(no))?;
        if self.hidden()?.contains(&no) {
            return Err(AppError::NotFound("pupil"));
        }
        let today = self.now.day_in_finland();
        let log = self.access_log(no, (Day(0), today), today)?;
        let protected = self.protected()?;
        let target = format!("pupil:{no}:copy");
        let tables = self.store.look(&scope, self.now, &target, |read| {
            let hidden: Vec<PersonNo> = PersonTable::pairs(read, &scope)?
                .into_iter()
                .filter(|(child, adult)| *child == no && protected.has(*adult))
                .map(|(_, adult)| adult)
                .collect();
            tables_of(read, &scope, (no, pupil), !hidden.is_empty())
        })?;
        let copy = SubjectCopy {
            no: 0,
            pupil: pupil.to_owned(),
            made: today,
            tables,
            log,
            left_out: exceptions()?,
        };
        self.keep(&scope, no, copy, language)
    }

    fn keep(
        &self,
        scope: &Scope,
        pupil: PersonNo,
        mut copy: SubjectCopy,
        language: Language,
    ) -> Result<Prepared, AppError> {
        let words = Words::of(language);
        self.store.change_told(scope, self.now, |tx| {
            copy.no = StoredCopy::next(tx, scope)?;
            let (json, html) = (render::json(&copy), render::html(words, language, &copy));
            let digest = digest_of(&json, &html);
            let stored = StoredCopy {
                no: copy.no,
                at: self.now,
                pupil,
                digest: digest.clone(),
                actor: scope.actor().code(),
                released: None,
            };
            stored.insert(tx, scope)?;
            let prepared = Prepared {
                no: copy.no,
                json,
                html,
                digest,
            };
            Ok::<_, AppError>((prepared, format!("pupil:{pupil}:copy:{}", copy.no)))
        })
    }

    /// Says that a copy may be given out: another person than who prepared it, who read it whole.
    ///
    /// # Errors
    /// [`AppError`]; another digest than that of what was prepared, or the same person.
    pub fn release_copy(&self, no: u32, json: &str, html: &str) -> Result<(), AppError> {
        let scope = self.scope(Action::ReleaseSubject, Reach::Provider)?;
        let problem = |text: &str| Err(AppError::Problem(text.to_owned()));
        let target = format!("copy:{no}:release");
        self.store.change(&scope, self.now, &target, |tx| {
            let known = StoredCopy::list(tx, &scope)?;
            let Some(copy) = known.into_iter().find(|copy| copy.no == no) else {
                return Err(AppError::NotFound("copy"));
            };
            if copy.actor == scope.actor().code() {
                return problem("who prepared a copy does not release it: ask another person");
            }
            if copy.released.is_some() {
                return problem("this copy was released before");
            }
            if copy.digest != digest_of(json, html) {
                return problem("these files are not the copy that was prepared");
            }
            Ok(copy.release(tx, &scope, self.now)?)
        })
    }

    /// Copies, those that wait and those that were released.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn copies(&self) -> Result<Vec<Waiting>, AppError> {
        let scope = self.scope(Action::ReleaseSubject, Reach::Provider)?;
        let all = self.store.look(&scope, self.now, "copies", |read| {
            StoredCopy::list(read, &scope)
        })?;
        let told = |copy: StoredCopy| Waiting {
            no: copy.no,
            at: copy.at,
            digest: copy.digest,
            by: copy.actor,
            released: copy.released,
        };
        Ok(all.into_iter().map(told).collect())
    }
}

fn tables_of(
    read: &mut Read<'_>,
    scope: &Scope,
    person: (PersonNo, &str),
    protected_home: bool,
) -> Result<Vec<CopiedTable>, AppError> {
    let manifest = manifest().map_err(AppError::Problem)?;
    let mut tables = Vec::new();
    for name in copied_tables() {
        // Whose tie it is would be told by the rest of the row.
        if name == "family_tie" && protected_home {
            continue;
        }
        let own = manifest.get(name).into_iter().flatten();
        let columns: Vec<&str> = own
            .filter(|(_, says)| says.leaves.contains("subject"))
            .map(|(column, _)| column.as_str())
            .collect();
        let rows = StoredCopy::rows(read, scope, person, (name, &columns))?;
        tables.push(CopiedTable {
            name: name.to_owned(),
            columns: columns.into_iter().map(str::to_owned).collect(),
            rows,
        });
    }
    Ok(tables)
}

//! What the codes of a register mean, as people decided: versions, and the marks that use them.
//!
//! A mapping file says it first; what is decided here goes before the file, on every day, from the
//! next import on. A mark that is already there keeps what it was read as until its row is imported
//! again: then it is changed, and known from that import.
//!
//! Invariant: a version is whole and is never changed; a later one is a new version.

use super::history::People;
use crate::{App, AppError};
use lasna_domain::access::{Action, Reach};
use lasna_domain::attendance::{Approval, Presence};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::BatchNo;
use lasna_formats::sis;
use lasna_formats::sis::mapping::CodeRule;
use lasna_store::db::DbError;
use lasna_store::{Batch, CodeMeaning, CodeVersion, ImportReaders, MarksOfCode, Visible};
use std::collections::BTreeMap;

/// The meanings to choose from: the codes of the canonical mapping.
pub const MEANINGS: [&str; 15] = [
    "present",
    "late",
    "elsewhere",
    "unresolved",
    "health",
    "leave",
    "school",
    "transport",
    "other",
    "authorised",
    "truancy",
    "unauthorised",
    "removed",
    "sent_home",
    "comment",
];

/// Longest code that can be given a meaning.
const CODE_MAX: usize = 100;

/// What one code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decided {
    /// One of [`MEANINGS`].
    pub meaning: &'static str,
    /// Minutes of a lateness whose row says none.
    pub minutes: Option<u16>,
}

impl Decided {
    /// A meaning that is one, with minutes where it can have some.
    ///
    /// # Errors
    /// [`AppError::Problem`] with the key of a sentence.
    pub fn new(meaning: &str, minutes: Option<u16>) -> Result<Decided, AppError> {
        let known = MEANINGS.iter().find(|known| **known == meaning);
        let meaning = known.ok_or_else(|| AppError::Problem("codes.unknown_meaning".into()))?;
        if minutes.is_some_and(|minutes| !(1..=1440).contains(&minutes)) {
            return Err(AppError::Problem("codes.minutes_range".into()));
        }
        let minutes = minutes.filter(|_| *meaning == "late");
        Ok(Decided { meaning, minutes })
    }

    fn rule(self) -> Option<CodeRule> {
        let canonical = sis::preset("canonical")?;
        match canonical.rule(Day(0), self.meaning)? {
            CodeRule::Mark {
                presence,
                approval,
                reason,
                ..
            } => Some(CodeRule::Mark {
                presence,
                approval,
                reason,
                minutes: self.minutes,
            }),
            CodeRule::Ignore => Some(CodeRule::Ignore),
        }
    }
}

/// A code with the marks that have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeUse {
    /// Marks in sight, each version of a mark counted.
    pub marks: u64,
    /// What they were read as.
    pub read_as: BTreeMap<(Presence, Approval), u64>,
}

/// The codes of one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSource {
    /// `register`, `page`, `edfi`, or `several` where an import does not tell.
    pub reader: String,
    /// By code.
    pub codes: BTreeMap<String, CodeUse>,
}

/// A version with the name of whoever decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct CodeVersionRow {
    pub no: u32,
    pub at: Instant,
    /// Who; `None` is whoever runs the program on its machine.
    pub by: Option<String>,
    pub rules: BTreeMap<String, Decided>,
}

/// Codes in use, and what was decided of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePage {
    /// Sources of imports in sight.
    pub sources: Vec<CodeSource>,
    /// The newest first.
    pub versions: Vec<CodeVersionRow>,
}

/// A code with its new meaning; `None` leaves it to the mapping file.
pub type CodeChange = (String, Option<Decided>);

impl App {
    /// The codes of marks in sight and the versions of what they mean.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn code_page(&self) -> Result<CodePage, AppError> {
        let scope = self.scope(Action::ReadImports, Reach::Provider)?;
        let page = self.store.look(&scope, self.now, "codes", |read| {
            let batches = Batch::list(read, scope.provider())?;
            let visible = Visible::of(&batches, Instant::LATEST);
            let marks = MarksOfCode::list(read, &scope, &visible)?;
            let readers = ImportReaders::list(read, &scope)?;
            let people = People::load(read, &scope)?;
            let versions = CodeVersion::list(read, &scope)?;
            let versions = versions.into_iter().rev().map(|version| CodeVersionRow {
                no: version.no,
                at: version.at,
                by: people.name(&version.actor),
                rules: decided_of(&version),
            });
            Ok::<_, DbError>(CodePage {
                sources: sources_of(&marks, &readers),
                versions: versions.collect(),
            })
        })?;
        Ok(page)
    }

    /// Saves a new version: the one with the number `base` with some codes changed. What is sent
    /// twice is kept once; a version that changes nothing is none.
    ///
    /// # Errors
    /// [`AppError::Problem`] with the key of a sentence, where somebody saved since `base`.
    pub fn save_codes(
        &self,
        base: u32,
        changes: &[CodeChange],
        once: &str,
    ) -> Result<(), AppError> {
        let scope = self.scope(Action::Import, Reach::Provider)?;
        let odd = |code: &str| code.is_empty() || code.len() > CODE_MAX || has_control(code);
        if changes.iter().any(|(code, _)| odd(code)) {
            return Err(AppError::Problem("codes.odd_code".into()));
        }
        let target = format!("codes:{}", base + 1);
        let done = self.store.change(&scope, self.now, &target, |tx| {
            CodeVersion::hold(tx)?;
            let versions = CodeVersion::list(tx, &scope)?;
            if versions.iter().any(|version| version.once == once) {
                return Err(Left::Nothing);
            }
            let newest = versions.last();
            if newest.map_or(0, |version| version.no) != base {
                return Err(Left::Because(AppError::Problem("codes.overtaken".into())));
            }
            let before = newest.map(decided_of).unwrap_or_default();
            let mut rules = before.clone();
            for (code, decided) in changes {
                match decided {
                    Some(decided) => drop(rules.insert(code.clone(), *decided)),
                    None => drop(rules.remove(code)),
                }
            }
            if rules == before {
                return Err(Left::Nothing);
            }
            let version = CodeVersion {
                no: base + 1,
                at: self.now,
                actor: scope.actor().code(),
                once: once.to_owned(),
                meanings: rules.into_iter().map(meaning_of).collect(),
            };
            version.insert(tx, &scope)?;
            Ok(())
        });
        match done {
            Ok(()) | Err(Left::Nothing) => Ok(()),
            Err(Left::Because(error)) => Err(error),
        }
    }
}

/// Why a transaction is left without writing.
enum Left {
    /// There is nothing to write.
    Nothing,
    Because(AppError),
}

impl From<DbError> for Left {
    fn from(error: DbError) -> Left {
        Left::Because(error.into())
    }
}

fn has_control(code: &str) -> bool {
    code.chars().any(char::is_control)
}

fn meaning_of((code, decided): (String, Decided)) -> CodeMeaning {
    CodeMeaning {
        code,
        meaning: decided.meaning.to_owned(),
        minutes: decided.minutes,
    }
}

/// What a version says; a meaning that this program does not know is left to the mapping.
fn decided_of(version: &CodeVersion) -> BTreeMap<String, Decided> {
    let known = |rule: &CodeMeaning| {
        let decided = Decided::new(&rule.meaning, rule.minutes).ok()?;
        Some((rule.code.clone(), decided))
    };
    version.meanings.iter().filter_map(known).collect()
}

/// The number of the newest version, 0 before the first, and its rules as readers use them.
pub(super) fn rules_of(newest: Option<CodeVersion>) -> (u32, Vec<(String, CodeRule)>) {
    let Some(version) = newest else {
        return (0, Vec::new());
    };
    let decided = decided_of(&version).into_iter();
    let rules = decided.filter_map(|(code, decided)| Some((code, decided.rule()?)));
    (version.no, rules.collect())
}

/// Readers that bring marks.
const MARKS: [&str; 3] = ["register", "page", "edfi"];

fn sources_of(marks: &[MarksOfCode], readers: &[(BatchNo, String)]) -> Vec<CodeSource> {
    let reader_of = |batch: BatchNo| {
        let mut of = readers
            .iter()
            .filter(|(no, reader)| *no == batch && MARKS.contains(&reader.as_str()));
        match (of.next(), of.next()) {
            (Some((_, reader)), None) => reader.clone(),
            _ => "several".to_owned(),
        }
    };
    let mut sources: BTreeMap<String, BTreeMap<String, CodeUse>> = BTreeMap::new();
    for row in marks {
        let codes = sources.entry(reader_of(row.batch)).or_default();
        let of_code = codes.entry(row.code.clone()).or_default();
        of_code.marks += row.marks;
        let presence = Presence::ALL.get(row.presence as usize);
        let approval = Approval::ALL.get(row.approval as usize);
        if let Some((&presence, &approval)) = presence.zip(approval) {
            *of_code.read_as.entry((presence, approval)).or_default() += row.marks;
        }
    }
    let source = |(reader, codes)| CodeSource { reader, codes };
    sources.into_iter().map(source).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meaning_is_a_code_of_the_canonical_mapping_and_no_other_is() {
        let canonical = sis::preset("canonical").unwrap();
        let mut codes: Vec<&String> = canonical.code_tables()[0].codes.keys().collect();
        let mut meanings = MEANINGS.to_vec();
        codes.sort();
        meanings.sort_unstable();
        assert_eq!(codes, meanings);
        for meaning in MEANINGS {
            assert!(
                Decided::new(meaning, None).unwrap().rule().is_some(),
                "{meaning}"
            );
        }
    }

    #[test]
    fn minutes_are_those_of_a_lateness() {
        assert_eq!(Decided::new("late", Some(10)).unwrap().minutes, Some(10));
        assert_eq!(Decided::new("health", Some(10)).unwrap().minutes, None);
        for minutes in [0, 1441] {
            assert!(Decided::new("late", Some(minutes)).is_err());
        }
        assert!(Decided::new("POIS", None).is_err());
    }
}

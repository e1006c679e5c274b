//! The school's own codes of marks, and the mapping file that explains them.
//!
//! The codes are made up in the manner of the national classes in use since 2023; a real register
//! has its own. What it is not: a reader of mappings.
//!
//! Invariant: every code that a mark can carry is in the mapping.

use std::fmt::Write as _;

/// One code: text, presence, approval (empty where none), reason (empty where unknown).
pub(crate) struct CodeFacts {
    pub text: &'static str,
    pub label: &'static str,
    pub presence: &'static str,
    pub approval: &'static str,
    pub reason: &'static str,
}

/// A code of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Code {
    Health,
    Leave,
    Other,
    Truancy,
    Unresolved,
    Late,
    SchoolEvent,
    TaughtElsewhere,
    WorkPractice,
    SentOut,
    SentHome,
    Present,
}

impl Code {
    const ALL: [Code; 12] = [
        Code::Health,
        Code::Leave,
        Code::Other,
        Code::Truancy,
        Code::Unresolved,
        Code::Late,
        Code::SchoolEvent,
        Code::TaughtElsewhere,
        Code::WorkPractice,
        Code::SentOut,
        Code::SentHome,
        Code::Present,
    ];

    /// What the code means.
    pub(crate) const fn facts(self) -> CodeFacts {
        const fn facts(
            text: &'static str,
            label: &'static str,
            presence: &'static str,
            approval: &'static str,
            reason: &'static str,
        ) -> CodeFacts {
            CodeFacts {
                text,
                label,
                presence,
                approval,
                reason,
            }
        }
        match self {
            Code::Health => facts(
                "POIS-T",
                "Terveydellisiin syihin liittyvä poissaolo",
                "absent",
                "authorised",
                "health",
            ),
            Code::Leave => facts(
                "POIS-V",
                "Ennalta anottu vapaa",
                "absent",
                "authorised",
                "leave",
            ),
            Code::Other => facts(
                "POIS-M",
                "Muu selvitetty poissaolo",
                "absent",
                "authorised",
                "other",
            ),
            Code::Truancy => facts(
                "POIS-L",
                "Luvaton poissaolo (selvitetty)",
                "absent",
                "unauthorised",
                "truancy",
            ),
            Code::Unresolved => facts(
                "POIS",
                "Selvittämätön poissaolo",
                "absent",
                "unresolved",
                "",
            ),
            Code::Late => facts("MYOH", "Myöhästyminen", "late", "", ""),
            Code::SchoolEvent => facts("MUU-K", "Koulun muussa toiminnassa", "elsewhere", "", ""),
            Code::TaughtElsewhere => facts("MUU-O", "Opetus muualla", "elsewhere", "", ""),
            Code::WorkPractice => facts("TET", "Työelämään tutustuminen", "elsewhere", "", ""),
            Code::SentOut => facts("POISTO", "Poistettu oppitunnilta", "removed", "", ""),
            Code::SentHome => facts(
                "POISTO-S",
                "Lähetetty kotiin",
                "removed",
                "unresolved",
                "school",
            ),
            Code::Present => facts("LASNA", "Läsnä", "present", "", ""),
        }
    }
}

/// The mapping file.
pub(crate) fn mapping() -> String {
    let mut text = String::from(
        "# Synteettinen aineisto: koulun koodit ja mitä ne tarkoittavat.\n\
         [mapping]\nversion = 1\nencoding = \"utf-8\"\ndelimiter = \",\"\ndate = \"yyyy-mm-dd\"\n\
         decimal = \".\"\nregisters = \"file\"\n\
         structure_known_from = \"2026-08-01T00:00:00Z\"\n",
    );
    for code in Code::ALL {
        let facts = code.facts();
        // Writing to a string cannot fail.
        let _ = write!(text, "\n# {}\n[codes.\"{}\"]\n", facts.label, facts.text);
        let keys = [
            ("presence", facts.presence),
            ("approval", facts.approval),
            ("reason", facts.reason),
        ];
        for (key, value) in keys.iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(text, "{key} = \"{value}\"");
        }
    }
    text
}

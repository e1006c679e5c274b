//! What adults may know and decide of a child: rights by matter, with their time and their source.
//!
//! Custody is not one yes or no. Parents with joint custody both see and act; a court can divide the
//! duties, leave somebody with the right to be told only, or place the child in care. A ban on giving
//! out somebody's whereabouts (turvakielto) goes before all of it: where the child has it, nobody acts
//! by signing in unless the provider decided so after meeting the person; where one adult has it, the
//! others learn nothing of that adult.
//!
//! Sources: Act on Child Custody and Right of Access 7 and 9 §; the rules of Suomi.fi on acting for a
//! child.
//!
//! Invariant: what is not said is no right.

use crate::access::{DataClass, Verb};
use crate::attendance::codes;
use crate::calendar::Day;
use crate::ids::PersonNo;

codes! {
    /// A matter in which somebody can have a right.
    Matter {
        /// Attendance: marks, figures, reasons.
        Attendance = "attendance",
        /// Support: cases, plans, contacts.
        Support = "support",
        /// Student welfare.
        Welfare = "welfare",
    }
}

codes! {
    /// What the adult is to the child.
    AdultKind {
        /// A guardian with custody, alone or with another.
        Guardian = "guardian",
        /// A parent without custody who is to be told.
        Informed = "informed",
        /// Whoever the child lives with in foster care.
        Foster = "foster",
        /// The social worker in charge of a child in care.
        SocialWorker = "social_worker",
        /// A guardian appointed in the place of another.
        Substitute = "substitute",
        /// Somebody by consent.
        Other = "other",
    }
}

codes! {
    /// Where it is known from.
    RelationSource {
        /// The population information system.
        Register = "register",
        /// A court.
        Court = "court",
        /// An agreement that was confirmed.
        Agreement = "agreement",
        /// A decision on care.
        Care = "care",
        /// A document that somebody saw.
        Document = "document",
    }
}

/// A set of matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Matters(u8);

impl Matters {
    /// All of them.
    pub const ALL: Matters = Matters((1 << Matter::ALL.len()) - 1);
    /// None.
    pub const NONE: Matters = Matters(0);

    /// With one more.
    #[must_use]
    pub const fn with(self, matter: Matter) -> Matters {
        Matters(self.0 | 1 << matter.index())
    }

    /// Whether one is in it.
    pub const fn has(self, matter: Matter) -> bool {
        self.0 & 1 << matter.index() != 0
    }

    /// Whether none is.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The matters, in order.
    pub fn iter(self) -> impl Iterator<Item = Matter> {
        Matter::ALL.iter().copied().filter(move |m| self.has(*m))
    }

    /// Reads codes with blanks between them; the first that is none of them comes back.
    ///
    /// # Errors
    /// The word that is no matter.
    pub fn parse(text: &str) -> Result<Matters, &str> {
        text.split_whitespace()
            .try_fold(Matters::NONE, |all, word| {
                Matter::from_code(word)
                    .map(|matter| all.with(matter))
                    .ok_or(word)
            })
    }
}

impl std::fmt::Display for Matters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let codes: Vec<&str> = self.iter().map(Matter::as_code).collect();
        f.write_str(&codes.join(" "))
    }
}

/// One adult's relation to one child, as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilyTie {
    /// The child.
    pub child: PersonNo,
    /// The adult.
    pub adult: PersonNo,
    /// What the adult is to the child.
    pub kind: AdultKind,
    /// Matters in which the adult decides.
    pub decides: Matters,
    /// Matters of which the adult is told.
    pub informed: Matters,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Where it is known from.
    pub source: RelationSource,
    /// Whether the school may contact the adult.
    pub contact: bool,
}

/// What goes before the rights of a relation, as far as a question about one child needs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// The child's whereabouts are protected.
    pub child_protected: bool,
    /// Those of some adult of the child are.
    pub adult_protected: bool,
    /// Those of the one who asks are.
    pub asker_protected: bool,
    /// The provider decided, after meeting the person, that the one who asks may act.
    pub admitted: bool,
    /// The child was taken into care.
    pub in_care: bool,
}

/// What somebody has of a child's matters on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChildRights {
    /// Matters in which one decides.
    pub decides: Matters,
    /// Matters of which one is told.
    pub informed: Matters,
}

impl ChildRights {
    /// Whether there is no right at all.
    pub const fn is_empty(self) -> bool {
        self.decides.is_empty() && self.informed.is_empty()
    }

    /// Whether a verb on a class of data is allowed. What needs no matter, such as who looked, needs
    /// the right to be told of any.
    pub fn allow(self, verb: Verb, class: DataClass) -> bool {
        let matter = match class {
            DataClass::Marks | DataClass::Reasons | DataClass::Signals => Some(Matter::Attendance),
            DataClass::Cases | DataClass::Contacts | DataClass::Reports => Some(Matter::Support),
            DataClass::Welfare => Some(Matter::Welfare),
            _ => None,
        };
        let of = |set: Matters| matter.map_or(!set.is_empty(), |matter| set.has(matter));
        match verb {
            // Whoever decides is told.
            Verb::Read => of(self.informed) || of(self.decides),
            Verb::Write => of(self.decides),
            Verb::Import | Verb::Export | Verb::Open => false,
        }
    }
}

impl FamilyTie {
    /// Whether the relation is in force on a day.
    pub fn runs(&self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    /// The rights on a day.
    pub fn rights(&self, day: Day, known: Circumstances) -> ChildRights {
        let others_protected = known.adult_protected && !known.asker_protected;
        let barred = (known.child_protected || others_protected) && !known.admitted;
        if !self.runs(day) || barred {
            return ChildRights::default();
        }
        // In care the parents are told, and whoever is in charge decides.
        let decides = match self.kind {
            AdultKind::Informed => false,
            AdultKind::Guardian => !known.in_care,
            AdultKind::Foster
            | AdultKind::SocialWorker
            | AdultKind::Substitute
            | AdultKind::Other => true,
        };
        ChildRights {
            decides: if decides { self.decides } else { Matters::NONE },
            informed: self.informed,
        }
    }
}

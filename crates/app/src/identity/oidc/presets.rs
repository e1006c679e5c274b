//! What is known of a sort of provider before its settings are read.
//!
//! Invariant: a preset lowers nothing: what it leaves open must be said in the file.

use lasna_domain::access::UserRole;

/// The learner number, as MPASSid names the claim.
pub const LEARNER_NUMBER: &str = "urn:oid:1.3.6.1.4.1.16161.1.1.27";
/// The national identity number, as Suomi.fi names the attribute.
const IDENTITY_NUMBER: &str = "urn:oid:1.2.246.21";
/// The levels of the Finnish Trust Network, the weakest first.
const TRUST_NETWORK: [&str; 2] = [
    "http://ftn.ficora.fi/2017/loa2",
    "http://ftn.ficora.fi/2017/loa3",
];

/// A sort of provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Nothing is known of it.
    Generic,
    /// MPASSid: schools of a home directory, people by learner number.
    Mpassid,
    /// A proxy of a municipality before the identification of Suomi.fi.
    SuomifiProxy,
}

impl Preset {
    /// All, with the word of each in a file.
    pub const ALL: [(&'static str, Preset); 3] = [
        ("generic", Preset::Generic),
        ("mpassid", Preset::Mpassid),
        ("suomifi-proxy", Preset::SuomifiProxy),
    ];

    /// What it is called in Finnish, Swedish and English; of a generic one the file says.
    pub const fn names(self) -> Option<[&'static str; 3]> {
        match self {
            Preset::Generic => None,
            Preset::Mpassid => Some(["MPASSid", "MPASSid", "MPASSid"]),
            Preset::SuomifiProxy => Some([
                "Suomi.fi-tunnistus",
                "Suomi.fi-identifikation",
                "Suomi.fi identification",
            ]),
        }
    }

    /// The claim that people are known by.
    pub const fn subject_claim(self) -> &'static str {
        match self {
            Preset::Generic => "sub",
            Preset::Mpassid => LEARNER_NUMBER,
            Preset::SuomifiProxy => IDENTITY_NUMBER,
        }
    }

    /// Scopes beside `openid`.
    pub const fn scopes(self) -> &'static [&'static str] {
        match self {
            Preset::Mpassid => &["profile"],
            Preset::Generic | Preset::SuomifiProxy => &[],
        }
    }

    /// The words for how strong a sign-in is, the weakest first.
    pub const fn levels(self) -> &'static [&'static str] {
        match self {
            Preset::SuomifiProxy => &TRUST_NETWORK,
            Preset::Generic | Preset::Mpassid => &[],
        }
    }

    /// The weakest that is taken, and the weakest that counts as two factors.
    pub const fn least(self) -> (Option<&'static str>, Option<&'static str>) {
        match self {
            // Strong electronic identification by law is two factors at least.
            Preset::SuomifiProxy => (Some(TRUST_NETWORK[0]), Some(TRUST_NETWORK[0])),
            Preset::Generic | Preset::Mpassid => (None, None),
        }
    }

    /// Whose accounts it opens where the file says nothing; none are all people.
    pub const fn roles(self) -> &'static [UserRole] {
        match self {
            Preset::Generic => &[],
            Preset::Mpassid => &[
                UserRole::Teacher,
                UserRole::Substitute,
                UserRole::Principal,
                UserRole::Pupil,
            ],
            Preset::SuomifiProxy => &[UserRole::Guardian, UserRole::Pupil],
        }
    }
}

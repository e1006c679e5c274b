//! The files of a bundle and their columns, per version.
//!
//! What it is not: it reads nothing; [`super::header`] compares a file's first row with it.
//!
//! Invariant: [`FileKind::ORDER`] puts each file after the files that its rows refer to.

use super::Version;

/// A file that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum FileKind {
    Orgs,
    Sessions,
    Courses,
    Classes,
    Users,
    Roles,
    Enrolments,
    Demographics,
}

impl FileKind {
    /// All of them, in the order of their references.
    pub const ORDER: [FileKind; 8] = [
        FileKind::Orgs,
        FileKind::Sessions,
        FileKind::Courses,
        FileKind::Classes,
        FileKind::Users,
        FileKind::Roles,
        FileKind::Enrolments,
        FileKind::Demographics,
    ];

    /// The name in the manifest and of the rows, without `.csv`.
    pub const fn name(self) -> &'static str {
        match self {
            FileKind::Orgs => "orgs",
            FileKind::Sessions => "academicSessions",
            FileKind::Courses => "courses",
            FileKind::Classes => "classes",
            FileKind::Users => "users",
            FileKind::Roles => "roles",
            FileKind::Enrolments => "enrollments",
            FileKind::Demographics => "demographics",
        }
    }

    /// Whether a bundle that says to have the file is of no use without it.
    pub const fn is_needed(self) -> bool {
        !matches!(self, FileKind::Demographics)
    }

    /// Whether the version has the file.
    pub fn is_in(self, version: Version) -> bool {
        self != FileKind::Roles || version != Version::V1_1
    }

    /// The column orders that the version allows, the right one first.
    pub(super) fn layouts(self, version: Version) -> &'static [&'static [&'static str]] {
        match self {
            FileKind::Orgs => &[ORGS],
            FileKind::Sessions => &[SESSIONS],
            FileKind::Courses => &[COURSES],
            FileKind::Classes => &[CLASSES],
            FileKind::Users => match version {
                Version::V1_1 => &[USERS_1_1],
                Version::V1_2 => &[USERS_1_2, USERS_1_2_1],
                Version::V1_2_1 => &[USERS_1_2_1, USERS_1_2],
            },
            FileKind::Roles => &[ROLES],
            FileKind::Enrolments => &[ENROLMENTS],
            FileKind::Demographics => &[DEMOGRAPHICS],
        }
    }
}

/// Files of the standard that are never read, with whether 1.1 has them.
pub(super) const IGNORED: [(&str, bool); 13] = [
    ("categories", true),
    ("classResources", true),
    ("courseResources", true),
    ("lineItemLearningObjectiveIds", false),
    ("lineItems", true),
    ("lineItemScoreScales", false),
    ("resources", true),
    ("resultLearningObjectiveIds", false),
    ("results", true),
    ("resultScoreScales", false),
    ("scoreScales", false),
    ("userProfiles", false),
    ("userResources", false),
];

/// Every file that a manifest of the version declares.
pub(super) fn declared_files(version: Version) -> impl Iterator<Item = &'static str> {
    let read = FileKind::ORDER
        .into_iter()
        .filter(move |kind| kind.is_in(version));
    let ignored = IGNORED
        .into_iter()
        .filter(move |(_, old)| *old || version != Version::V1_1);
    read.map(FileKind::name)
        .chain(ignored.map(|(name, _)| name))
}

/// Columns that are never read because of what they say of a person; `metadata.` columns are not
/// read either.
pub(super) const DROPPED: [&str; 15] = [
    "email",
    "sms",
    "phone",
    "password",
    "pronouns",
    "americanIndianOrAlaskaNative",
    "asian",
    "blackOrAfricanAmerican",
    "nativeHawaiianOrOtherPacificIslander",
    "white",
    "demographicRaceTwoOrMoreRaces",
    "hispanicOrLatinoEthnicity",
    "countryOfBirthCode",
    "stateOfBirthAbbreviation",
    "cityOfBirth",
];

macro_rules! layout {
    ($name:ident: $($column:ident)+) => {
        pub(super) const $name: &[&str] =
            &["sourcedId", "status", "dateLastModified", $(stringify!($column)),+];
    };
}

layout!(ORGS: name type identifier parentSourcedId);
layout!(SESSIONS: title type startDate endDate parentSourcedId schoolYear);
layout!(COURSES: schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes);
layout!(CLASSES: title grades courseSourcedId classCode classType location schoolSourcedId
    termSourcedIds subjects subjectCodes periods);
layout!(USERS_1_1: enabledUser orgSourcedIds role username userIds givenName familyName middleName
    identifier email sms phone agentSourcedIds grades password);
layout!(USERS_1_2: enabledUser username userIds givenName familyName middleName identifier email
    sms phone agentSourcedIds grades password userMasterIdentifier resourceSourcedIds
    preferredGivenName preferredMiddleName preferredFamilyName primaryOrgSourcedId pronouns);
layout!(USERS_1_2_1: enabledUser username userIds givenName familyName middleName identifier email
    sms phone agentSourcedIds grades password userMasterIdentifier
    preferredGivenName preferredMiddleName preferredFamilyName primaryOrgSourcedId pronouns);
layout!(ROLES: userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId);
layout!(ENROLMENTS: classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate);
layout!(DEMOGRAPHICS: birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican
    nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces
    hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation cityOfBirth
    publicSchoolResidenceStatus);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_as_many_as_the_standard_says() {
        let counts = [
            SESSIONS, ORGS, COURSES, CLASSES, USERS_1_2, ROLES, ENROLMENTS,
        ]
        .map(<[&str]>::len);
        assert_eq!(counts, [9, 7, 10, 14, 23, 10, 10]);
        assert_eq!(
            [USERS_1_1, USERS_1_2_1, DEMOGRAPHICS].map(<[&str]>::len),
            [18, 22, 16]
        );
        assert_eq!(declared_files(Version::V1_2).count(), 21);
        assert_eq!(declared_files(Version::V1_1).count(), 13);
    }
}

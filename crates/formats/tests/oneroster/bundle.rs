//! The smallest right bundle, ways to break it, and ways to read it.
//!
//! Invariant: the bundle as it stands has no finding; a test in `checks` holds it to that.

use lasna_formats::finding::{Finding, Severity};
use lasna_formats::limits::Limits;
use lasna_formats::oneroster::{MemoryFolder, Outcome, read_bundle, read_folder};
use lasna_formats::rows::Collected;
use std::io::{Cursor, Write};

pub const BULK: [&str; 7] = [
    "academicSessions",
    "classes",
    "courses",
    "enrollments",
    "orgs",
    "roles",
    "users",
];
const ABSENT: [&str; 14] = [
    "categories",
    "classResources",
    "courseResources",
    "demographics",
    "lineItemLearningObjectiveIds",
    "lineItems",
    "lineItemScoreScales",
    "resources",
    "resultLearningObjectiveIds",
    "results",
    "resultScoreScales",
    "scoreScales",
    "userProfiles",
    "userResources",
];

const SESSIONS: &str = "\
sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
sy27,,,Lukuvuosi 2026-2027,schoolYear,2026-08-01,2027-08-01,,2027
t27a,,,Syyslukukausi,term,2026-08-11,2026-12-23,sy27,2027
";
const ORGS: &str = "\
sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
muni1,,,Mallikunta,district,,
sch1,,,Mallikoulu,school,12345,muni1
";
const COURSES: &str = "\
sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,\
subjects,subjectCodes
crs1,,,sy27,Kotiluokka 7,KL7,7,sch1,,
";
const CLASSES: &str = "\
sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,\
schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods
cls7a,,,7A,7,crs1,7A,homeroom,,sch1,\"t27a\",,,
";
const USERS: &str = "\
sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,\
identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,\
resourceSourcedIds,preferredGivenName,preferredMiddleName,preferredFamilyName,\
primaryOrgSourcedId,pronouns
stu1,,,true,stu1,{OID:1.2.246.562.24.1},Aino,Esimerkki,,,,,,grd1,7,,,,,,,sch1,
grd1,,,true,grd1,,Kaisa,Esimerkki,,,,,,stu1,,,,,,,,sch1,
tch1,,,true,tch1,,Olli,Opettaja,,,,,,,,,,,,,,sch1,
";
const ROLES: &str = "\
sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,\
userProfileSourcedId
r1,,,stu1,primary,student,2026-08-11,,sch1,
r2,,,grd1,primary,guardian,,,sch1,
r3,,,tch1,primary,teacher,,,sch1,
";
const ENROLMENTS: &str = "\
sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,\
beginDate,endDate
e1,,,cls7a,sch1,stu1,student,,2026-08-11,2026-12-23
e2,,,cls7a,sch1,tch1,teacher,true,2026-08-11,2026-12-23
";
pub const DEMOGRAPHICS: &str = "\
sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,\
blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,\
demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,\
stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus
stu1,,,2013-05-04,female,,,,,,,,,,,
";

/// The files of a bundle as texts.
#[derive(Clone, Debug)]
pub struct Files(pub Vec<(String, String)>);

impl Files {
    /// The minimal bundle of the standard's text.
    pub fn minimal() -> Files {
        let mut manifest =
            "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n".to_owned();
        for name in BULK {
            manifest.push_str(&format!("file.{name},bulk\n"));
        }
        for name in ABSENT {
            manifest.push_str(&format!("file.{name},absent\n"));
        }
        let files = [
            ("manifest.csv", manifest.as_str()),
            ("academicSessions.csv", SESSIONS),
            ("orgs.csv", ORGS),
            ("courses.csv", COURSES),
            ("classes.csv", CLASSES),
            ("users.csv", USERS),
            ("roles.csv", ROLES),
            ("enrollments.csv", ENROLMENTS),
        ];
        Files(
            files
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .to_vec(),
        )
    }

    /// The minimal bundle as 1.1 has it: roles stand with the users.
    pub fn minimal_1_1() -> Files {
        let users = "\
sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,\
familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password
stu1,,,true,sch1,student,stu1,,Aino,Esimerkki,,,,,,grd1,7,
grd1,,,true,sch1,parent,grd1,,Kaisa,Esimerkki,,,,,,,,
tch1,,,true,\"sch1,muni1\",administrator,tch1,,Olli,Opettaja,,,,,,,,
";
        let mut files = Files::minimal().without("roles.csv");
        files.edit(
            "manifest.csv",
            "oneroster.version,1.2",
            "oneroster.version,1.1",
        );
        for gone in [
            "file.roles,bulk\n",
            "file.lineItemLearningObjectiveIds,absent\n",
            "file.lineItemScoreScales,absent\n",
            "file.resultLearningObjectiveIds,absent\n",
            "file.resultScoreScales,absent\n",
            "file.scoreScales,absent\n",
            "file.userProfiles,absent\n",
            "file.userResources,absent\n",
        ] {
            files.edit("manifest.csv", gone, "");
        }
        files.without("users.csv").with("users.csv", users)
    }

    /// Replaces a text that must be there.
    pub fn edit(&mut self, file: &str, from: &str, to: &str) {
        let (_, text) = self
            .0
            .iter_mut()
            .find(|(name, _)| name == file)
            .expect("a file to edit");
        assert!(text.contains(from), "{file} has no {from:?}");
        *text = text.replacen(from, to, 1);
    }

    pub fn with(mut self, file: &str, text: &str) -> Files {
        self.0.push((file.to_owned(), text.to_owned()));
        self
    }

    pub fn without(mut self, file: &str) -> Files {
        self.0.retain(|(name, _)| name != file);
        self
    }

    /// Packed as a zip.
    pub fn zip(&self) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        for (name, text) in &self.0 {
            zip.start_file(name, options).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// Read from a zip and from a folder, which must come to the same.
    pub fn read(&self, limits: &Limits) -> (Outcome, Collected) {
        let zipped = read_zip(&self.zip(), limits);
        let mut folder = MemoryFolder(
            self.0
                .iter()
                .map(|(n, t)| (n.clone(), t.clone().into_bytes()))
                .collect(),
        );
        let mut sink = Collected::default();
        let outcome = read_folder("b.zip", &mut folder, limits, &mut sink);
        assert_eq!(zipped, (outcome, sink));
        zipped
    }
}

/// Reads the bytes of a zip.
pub fn read_zip(bytes: &[u8], limits: &Limits) -> (Outcome, Collected) {
    let mut sink = Collected::default();
    let outcome = read_bundle("b.zip", Cursor::new(bytes), limits, &mut sink);
    (outcome, sink)
}

/// Findings in short: code, file, row and severity (`W`, `R` or `F`).
pub fn short(findings: &[Finding]) -> Vec<String> {
    let letter = |severity| match severity {
        Severity::Warning => 'W',
        Severity::Rejected => 'R',
        Severity::Fatal => 'F',
    };
    let one = |f: &Finding| format!("{} {}:{} {}", f.code, f.file, f.row, letter(f.severity));
    findings.iter().map(one).collect()
}

//! The roster as a OneRoster 1.2 bulk bundle, streamed: each file draws the schools again.
//!
//! What it is not: a general writer of OneRoster; only the columns that this world fills.
//!
//! Invariant: the set is closed under references, and its bytes depend on the plan alone.

mod fill;

use crate::Error;
use crate::output::Output;
use crate::plan::Plan;
use std::io::{BufWriter, Write};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

/// The id of the municipality.
pub(crate) const PROVIDER: &str = "esim";

const FILES: [&str; 21] = [
    "academicSessions",
    "categories",
    "classes",
    "classResources",
    "courses",
    "courseResources",
    "demographics",
    "enrollments",
    "lineItemLearningObjectiveIds",
    "lineItems",
    "lineItemScoreScales",
    "orgs",
    "resources",
    "resultLearningObjectiveIds",
    "results",
    "resultScoreScales",
    "roles",
    "scoreScales",
    "userProfiles",
    "userResources",
    "users",
];

type Sink = ZipWriter<StreamWriter<BufWriter<Box<dyn Write>>>>;

/// The members, with their columns after `sourcedId,status,dateLastModified`.
const MEMBERS: [(&str, &str, Fill); 8] = [
    ("orgs", "name,type,identifier,parentSourcedId", fill::orgs),
    (
        "academicSessions",
        "title,type,startDate,endDate,parentSourcedId,schoolYear",
        fill::sessions,
    ),
    (
        "courses",
        "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
        fill::courses,
    ),
    (
        "classes",
        "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,\
         termSourcedIds,subjects,subjectCodes,periods",
        fill::classes,
    ),
    (
        "users",
        "enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,\
         agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,\
         preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns",
        fill::users,
    ),
    (
        "roles",
        "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId",
        fill::roles,
    ),
    (
        "enrollments",
        "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
        fill::enrolments,
    ),
    (
        "demographics",
        "birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,\
         nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,\
         hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,\
         publicSchoolResidenceStatus",
        fill::demographics,
    ),
];

type Fill = fn(&Plan, &mut Rows<'_>) -> Result<(), Error>;

/// Rows of one member; fields that are not given stay empty.
struct Rows<'a> {
    csv: csv::Writer<&'a mut Sink>,
    columns: usize,
    written: u64,
}

impl Rows<'_> {
    /// Writes a row: its id and the fields after the three key columns.
    fn row(&mut self, id: &str, fields: &[&str]) -> Result<(), Error> {
        let filled = ["", ""].iter().chain(fields);
        let row = std::iter::once(&id).chain(filled).copied();
        let empty = std::iter::repeat_n("", self.columns - fields.len());
        self.csv.write_record(row.chain(empty))?;
        self.written += 1;
        Ok(())
    }
}

/// Writes `roster.zip` and says how many rows each member has.
pub(crate) fn write(
    plan: &Plan,
    output: &mut dyn Output,
) -> Result<Vec<(&'static str, u64)>, Error> {
    let file = BufWriter::with_capacity(1 << 18, output.create("roster.zip")?);
    let mut zip: Sink = ZipWriter::new_stream(file);
    // The default time stamp of a zip entry is 1980-01-01, whatever the clock says.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    zip.start_file("manifest.csv", options)?;
    zip.write_all(manifest().as_bytes())?;
    let mut written = Vec::new();
    for (name, columns, fill) in MEMBERS {
        zip.start_file(format!("{name}.csv"), options)?;
        let csv = csv::WriterBuilder::new()
            .buffer_capacity(1 << 16)
            .from_writer(&mut zip);
        let header = ["sourcedId", "status", "dateLastModified"].into_iter();
        let mut rows = Rows {
            csv,
            columns: columns.split(',').count(),
            written: 0,
        };
        rows.csv.write_record(header.chain(columns.split(',')))?;
        fill(plan, &mut rows)?;
        rows.csv.flush()?;
        written.push((name, rows.written));
    }
    zip.finish()?.into_inner().flush()?;
    Ok(written)
}

fn manifest() -> String {
    let mut text = String::from(
        "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n\
         source.systemName,Synteettinen aineisto\n",
    );
    for file in FILES {
        let present = MEMBERS.iter().any(|(name, ..)| *name == file);
        let mode = if present { "bulk" } else { "absent" };
        text.push_str(&format!("file.{file},{mode}\n"));
    }
    text
}

//! A town of two schools that can be counted by hand.
//!
//! School A has class a7 with pupils p01–p24 and two lessons of 45 minutes on each of ten days, all
//! registers taken. School B has class b7 with q01–q06 and one lesson of 60 minutes, no registers.
//!
//! Invariant: no row says when it became known, except where a story adds it.

use crate::files::Files;

/// The ten school days.
pub const DAYS: [u32; 10] = [11, 12, 13, 14, 17, 18, 19, 20, 21, 24];
/// The last of them.
pub const LAST_DAY: &str = "2026-08-24";
/// Minutes of a pupil of school A, and of school B.
pub const POSSIBLE: [u64; 2] = [900, 600];

/// The files of the roster.
pub const ROSTER: [&str; 8] = [
    "academicSessions.csv",
    "classes.csv",
    "courses.csv",
    "enrollments.csv",
    "manifest.csv",
    "orgs.csv",
    "roles.csv",
    "users.csv",
];
const NOT_THERE: [&str; 14] = [
    "demographics",
    "categories",
    "classResources",
    "courseResources",
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
const USERS: &str = "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,\
    familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,\
    userMasterIdentifier,resourceSourcedIds,preferredGivenName,preferredMiddleName,\
    preferredFamilyName,primaryOrgSourcedId,pronouns";
const ENROLMENTS: &str = "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,\
    userSourcedId,role,primary,beginDate,endDate";
const ROLES: &str = "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,\
    endDate,orgSourcedId,userProfileSourcedId";
const MARKS: &str =
    "pupil,school,date,class,start,ordinal,code,minutes,day_part,known_at,withdrawn";

/// Ids of all pupils with their letter.
pub fn pupils() -> Vec<(String, char)> {
    let of = |letter, name, count| (1..=count).map(move |n| (format!("{name}{n:02}"), letter));
    of('a', 'p', 24).chain(of('b', 'q', 6)).collect()
}

/// A row of users; `state` is the status and the date of change.
pub fn user(id: &str, letter: char, state: &str) -> String {
    format!("{id},{state},true,{id},,Given{id},Family{id},,,,,,,7,,,,,,,school-{letter},")
}

/// A row of enrolments.
pub fn enrolment(id: &str, letter: char, state: &str) -> String {
    format!("e-{id},{state},{letter}7,school-{letter},{id},student,,2026-08-11,2027-06-05")
}

/// A row of roles.
pub fn role(id: &str, letter: char, state: &str) -> String {
    format!("r-{id},{state},{id},primary,student,,,school-{letter},")
}

fn table(header: &str, rows: impl IntoIterator<Item = String>) -> String {
    let rows = rows.into_iter().map(|row| format!("{row}\n"));
    format!("{header}\n{}", rows.collect::<String>())
}

/// A manifest of what these files are.
pub fn manifest(mode: &str, files: &[&str]) -> String {
    let mut text = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n".to_owned();
    let all = ROSTER.iter().map(|file| file.trim_end_matches(".csv"));
    for name in all.filter(|name| *name != "manifest").chain(NOT_THERE) {
        let is_there = files.contains(&format!("{name}.csv").as_str());
        let mode = if is_there { mode } else { "absent" };
        text += &format!("file.{name},{mode}\n");
    }
    text
}

/// The roster as a bulk bundle.
pub fn roster() -> Files {
    let of = |row: fn(&str, char, &str) -> String| {
        pupils()
            .into_iter()
            .map(move |(id, letter)| row(&id, letter, ","))
    };
    Files::one("manifest.csv", &manifest("bulk", &ROSTER))
        .with(
            "orgs.csv",
            "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n\
             town,,,Town,district,,\n\
             school-a,,,School A,school,,town\n\
             school-b,,,School B,school,,town\n",
        )
        .with(
            "academicSessions.csv",
            "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,\
             schoolYear\n\
             year,,,Year,schoolYear,2026-08-01,2027-08-01,,2027\n\
             autumn,,,Autumn,term,2026-08-11,2027-01-07,year,2027\n\
             spring,,,Spring,term,2027-01-07,2027-06-05,year,2027\n",
        )
        .with(
            "courses.csv",
            "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,\
             orgSourcedId,subjects,subjectCodes\n\
             k7,,,year,Class 7,K7,7,town,,\n",
        )
        .with(
            "classes.csv",
            "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,\
             location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\n\
             a7,,,7A,7,k7,7A,homeroom,,school-a,\"autumn,spring\",,,\n\
             b7,,,7B,7,k7,7B,homeroom,,school-b,\"autumn,spring\",,,\n",
        )
        .with("users.csv", &table(USERS, of(user)))
        .with("roles.csv", &table(ROLES, of(role)))
        .with("enrollments.csv", &table(ENROLMENTS, of(enrolment)))
}

/// A delta bundle of users, roles and enrolments.
pub fn delta(users: &[String], roles: &[String], enrolments: &[String]) -> Files {
    let mut files = Files::default();
    for (name, header, rows) in [
        ("users.csv", USERS, users),
        ("roles.csv", ROLES, roles),
        ("enrollments.csv", ENROLMENTS, enrolments),
    ] {
        if !rows.is_empty() {
            files = files.with(name, &table(header, rows.iter().cloned()));
        }
    }
    let names: Vec<String> = files.0.keys().cloned().collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let manifest = manifest("delta", &names);
    files.with("manifest.csv", &manifest)
}

/// Marks: the rows as they stand.
pub fn marks(rows: &[&str]) -> Files {
    let rows = rows.iter().map(|row| (*row).to_owned());
    Files::one("marks.csv", &table(MARKS, rows))
}

/// Everything: roster, calendar, lessons, registers, one part-time plan and five marks.
pub fn everything() -> Files {
    let date = |day: u32| format!("2026-08-{day}");
    let calendar = DAYS.map(|d| format!(",{},true,,", date(d)));
    let lessons = DAYS.iter().flat_map(|&d| {
        [
            ("a7", "08:15", 45, "MA"),
            ("a7", "09:15", 45, "AI"),
            ("b7", "08:15", 60, "MA"),
        ]
        .map(|(class, start, length, subject)| {
            format!("{class},{},{start},{length},{subject},,,", date(d))
        })
    });
    let registers = DAYS
        .iter()
        .flat_map(|&d| ["08:15", "09:15"].map(|start| format!("a7,{},{start},true,,", date(d))));
    let marks = marks(&[
        "p01,school-a,2026-08-11,a7,08:15,,unresolved,,,,",
        "p02,school-a,2026-08-12,a7,09:15,,health,,,,",
        "p03,school-a,2026-08-13,,,1,late,10,,,",
        "p04,school-a,2026-08-14,,,,authorised,,,,",
        "q01,school-b,2026-08-17,b7,08:15,,unauthorised,,,,",
    ]);
    let mut files = roster();
    files.0.extend(marks.0);
    files
        .with(
            "calendar.csv",
            &table("school,date,school_day,label,known_at", calendar),
        )
        .with(
            "lessons.csv",
            &table(
                "class,date,start,minutes,subject,teacher,cancelled,known_at",
                lessons,
            ),
        )
        .with(
            "registers.csv",
            &table("class,date,start,taken,by,known_at", registers),
        )
        .with(
            "timetables.csv",
            "id,pupil,from,to,weekdays,start_from,start_to,subject,minutes,status,known_at\n\
             plan-1,p05,2026-08-17,2026-08-22,,,,AI,0,active,\n",
        )
}

/// A made-up municipality of the simulation.
pub fn simulated(pupils: u32, seed: u64) -> Files {
    simulated_weeks(pupils, seed, 3)
}

/// The same over so many teaching weeks.
pub fn simulated_weeks(pupils: u32, seed: u64, weeks: u16) -> Files {
    let mut output = lasna_simulate::MemoryOutput::default();
    let options = lasna_simulate::Options {
        pupils,
        seed,
        weeks: Some(weeks),
        truth: false,
    };
    lasna_simulate::write(&options, &mut output).unwrap();
    Files(output.files())
}

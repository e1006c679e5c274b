//! A town of two schools with a class, two pupils and a lesson on each of five days; in each, one
//! pupil was away three days without leave. Every name is a marker that no answer may hold.
//!
//! Invariant: everything is known from one instant on.

use lasna_app::App;
use lasna_app::import::{Input, Options};
use lasna_domain::access::family::{AdultKind, FamilyTie, Matters, RelationSource};
use lasna_domain::access::{Action, Actor, Reach, Request, Scope, grant};
use lasna_domain::calendar::{Day, Instant};
use lasna_store::Store;
use std::io::Cursor;

/// When the import came.
pub const KNOWN: &str = "2026-08-25T12:00:00Z";
const DAYS: [u32; 5] = [17, 18, 19, 20, 21];

const ORGS: &str = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n\
    town,,,ZZNAMEZZ,district,,\n\
    school-a,,,ZZNAMEZZ,school,,town\n\
    school-b,,,ZZNAMEZZ,school,,town\n";
const SESSIONS: &str = "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\n\
    year,,,Year,schoolYear,2026-08-01,2027-08-01,,2027\n\
    autumn,,,Autumn,term,2026-08-11,2027-01-07,year,2027\n\
    spring,,,Spring,term,2027-01-07,2027-06-05,year,2027\n";
const COURSES: &str = "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,\
    grades,orgSourcedId,subjects,subjectCodes\n\
    k7,,,year,Class 7,K7,7,town,,\n";

/// The files of the town as it begins.
pub fn files() -> Vec<(&'static str, String)> {
    files_of([("a", 2, 1), ("b", 2, 1)])
}

/// The files, without a manifest: OneRoster as it was before there was one. Of each school so many
/// pupils, the first of whom were away three days.
fn files_of(schools: [(&str, u32, u32); 2]) -> Vec<(&'static str, String)> {
    let mut classes = "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,\
        classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\n"
        .to_owned();
    let mut users = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,\
        userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,\
        password\n"
        .to_owned();
    let mut enrolments = "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,\
        userSourcedId,role,primary,beginDate,endDate\n"
        .to_owned();
    let mut lessons = "class,date,start,minutes,subject,teacher,cancelled,known_at\n".to_owned();
    let mut registers = "class,date,start,taken,by,known_at\n".to_owned();
    let mut marks =
        "pupil,school,date,class,start,ordinal,code,minutes,day_part,known_at,withdrawn\n"
            .to_owned();
    for (school, pupils, away) in schools {
        classes +=
            &format!("class-{school},,,7,7,k7,7,homeroom,,school-{school},\"autumn,spring\",,,\n");
        let teacher = format!("teacher-{school}");
        users += &format!(
            "{teacher},,,true,school-{school},teacher,{teacher},,ZZNAMEZZ,ZZNAMEZZ,,,,,,,,\n"
        );
        users += &format!(
            "guardian-{school},,,true,school-{school},guardian,guardian-{school},,ZZNAMEZZ,ZZNAMEZZ,,,,,,,,\n"
        );
        enrolments += &format!(
            "e-{teacher},,,class-{school},school-{school},{teacher},teacher,true,2026-08-11,2027-06-05\n"
        );
        for n in 1..=pupils {
            let id = format!("pupil-{school}{n}");
            users +=
                &format!("{id},,,true,school-{school},student,{id},,ZZNAMEZZ,ZZNAMEZZ,,,,,,,7,\n");
            enrolments += &format!(
                "e-{id},,,class-{school},school-{school},{id},student,,2026-08-11,2027-06-05\n"
            );
        }
        for day in DAYS {
            lessons += &format!("class-{school},2026-08-{day},08:15,60,MA,teacher-{school},,\n");
            registers += &format!("class-{school},2026-08-{day},08:15,true,,\n");
        }
        for (day, n) in DAYS[..3]
            .iter()
            .flat_map(|day| (1..=away).map(move |n| (day, n)))
        {
            marks +=
                &format!("pupil-{school}{n},,2026-08-{day},class-{school},08:15,,truancy,,,,\n");
        }
    }
    let calendar = DAYS.map(|day| format!(",2026-08-{day},true,,\n")).concat();
    vec![
        ("orgs.csv", ORGS.into()),
        ("academicSessions.csv", SESSIONS.into()),
        ("courses.csv", COURSES.into()),
        ("classes.csv", classes),
        ("users.csv", users),
        ("enrollments.csv", enrolments),
        (
            "calendar.csv",
            format!("school,date,school_day,label,known_at\n{calendar}"),
        ),
        ("lessons.csv", lessons),
        ("registers.csv", registers),
        ("marks.csv", marks),
    ]
}

/// Imports the town.
pub fn fill(store: &Store) {
    import(store, [("a", 2, 1), ("b", 2, 1)], 1);
}

/// Imports it again with more pupils: of each school how many, and how many of them were away.
pub fn grow(store: &Store, schools: [(u32, u32); 2]) {
    let [a, b] = schools;
    import(store, [("a", a.0, a.1), ("b", b.0, b.1)], 2);
}

fn import(store: &Store, schools: [(&str, u32, u32); 2], no: u32) {
    import_files(store, files_of(schools), no);
}

/// Gives school A a second teacher, with a lesson on the 21st that begins while the first one's
/// runs, and one after it.
pub fn add_teacher(store: &Store) {
    let mut files = files();
    for (name, text) in &mut files {
        *text += match *name {
            "users.csv" => {
                "teacher-a2,,,true,school-a,teacher,teacher-a2,,ZZNAMEZZ,ZZSECONDZZ,,,,,,,,\n"
            }
            "lessons.csv" => {
                "class-a,2026-08-21,09:00,60,HI,teacher-a2,,\nclass-a,2026-08-21,10:00,45,BI,teacher-a2,,\n"
            }
            _ => "",
        };
    }
    import_files(store, files, 2);
}

/// Gives school A a pupil with a family, each with a name that nobody else has; the pupil was away.
pub fn add_family(store: &Store) {
    let mut files = files();
    for (name, text) in &mut files {
        *text += match *name {
            "users.csv" => {
                "canary-child,,,true,school-a,student,canary-child,,Kanarialapsi,Salaniemi,,,,,,,7,\n\
                 canary-mother,,,true,school-a,guardian,canary-mother,,Kanariaaiti,Salaniemi,,,,,,,,\n\
                 canary-father,,,true,school-a,guardian,canary-father,,Kanariaisa,Toisniemi,,,,,,,,\n\
                 canary-worker,,,true,school-a,guardian,canary-worker,,Kanariatyo,Kolmasniemi,,,,,,,,\n"
            }
            "enrollments.csv" => {
                "e-canary,,,class-a,school-a,canary-child,student,,2026-08-11,2027-06-05\n"
            }
            "marks.csv" => {
                "canary-child,,2026-08-17,class-a,08:15,,truancy,,,,\n\
                 canary-child,,2026-08-18,class-a,08:15,,truancy,,,,\n"
            }
            _ => "",
        };
    }
    import_files(store, files, 2);
}

/// Imports the town for a provider of its own.
pub fn fill_for(app: &App) {
    let known: Instant = KNOWN.parse().unwrap();
    import_as(&app.clone().at(known), files(), None);
}

fn import_files(store: &Store, files: Vec<(&'static str, String)>, no: u32) {
    let known: Instant = KNOWN.parse().unwrap();
    let app = App::operator(store.clone(), known).unwrap();
    import_as(&app, files, Some(no));
}

fn import_as(app: &App, files: Vec<(&'static str, String)>, no: Option<u32>) {
    let inputs = files.into_iter().map(|(name, text)| Input {
        name: name.to_owned(),
        bytes: Box::new(Cursor::new(text.into_bytes())),
    });
    let report = app
        .import(inputs.collect(), Options::default(), &mut |_| {})
        .unwrap();
    assert_eq!(report.rejected, []);
    assert!(report.import_id.is_some());
    assert!(no.is_none() || report.import_id == no);
}

/// The operator's scope.
pub fn scope(store: &Store) -> Scope {
    let request = Request {
        provider: store.providers().unwrap()[0].0,
        action: Action::Check,
        purpose: None,
        reach: Reach::Provider,
    };
    grant(&Actor::Operator, request).unwrap()
}

/// The first pupil of school A has a guardian.
pub fn family(app: &App) {
    let tie = FamilyTie {
        child: app.pupil_no("pupil-a1").unwrap(),
        adult: app.pupil_no("guardian-a").unwrap(),
        kind: AdultKind::Guardian,
        decides: Matters::ALL,
        informed: Matters::ALL,
        from: Day(0),
        to: Day(i32::MAX),
        source: RelationSource::Register,
        contact: true,
    };
    app.set_relations(&[tie]).unwrap();
}

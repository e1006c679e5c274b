//! Who works in the city: an account for each member of staff, sessions of some, what they look at.
//!
//! Invariant: sessions come from the sign-in page, and what is asked later stood on a page before.

use crate::client::{Request, ask};
use lasna_app::{App, AppError, NewPerson};
use lasna_domain::access::UserRole;
use lasna_domain::calendar::Day;
use lasna_formats::finding::Finding;
use lasna_formats::limits::Limits;
use lasna_formats::oneroster;
use lasna_formats::rows::{Flow, Placed, Row, Sink};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Teachers who are signed in; the others only have an account.
const TEACHERS: usize = 400;
/// Threads that prepare.
const THREADS: usize = 8;
/// Pupils of each list whose pages are opened.
const PUPILS_EACH: usize = 40;
const FIRST_PASSWORD: &str = "the-first-of-the-load";
const PASSWORD: &str = "the-second-of-the-load";

/// An account to be made.
#[derive(Clone, Debug)]
pub struct Person {
    pub role: UserRole,
    pub login: String,
    pub school: Option<String>,
    /// Source id, of a teacher.
    person: Option<String>,
    pub signs_in: bool,
}

/// Teachers with their school, and schools, out of a roster.
#[derive(Default)]
struct Roster {
    teachers: BTreeMap<String, String>,
}

impl Sink for Roster {
    fn row(&mut self, _file: &str, placed: Placed) -> Flow {
        if let Row::Enrolment(row) = placed.value
            && row.role == "teacher"
        {
            self.teachers.insert(row.user, row.school);
        }
        Flow::On
    }

    fn read(&mut self, _file: &str, _kind: &'static str) {}

    fn finding(&mut self, finding: Finding) -> Flow {
        panic!("{finding}");
    }
}

/// The staff of a city that `lasna simulate` wrote.
pub fn staff(folder: &Path) -> Vec<Person> {
    let mut roster = Roster::default();
    let file = File::open(folder.join("roster.zip")).unwrap();
    oneroster::read_bundle("roster.zip", file, &Limits::default(), &mut roster);
    let every = roster.teachers.len().div_ceil(TEACHERS).max(1);
    let mut schools: Vec<&String> = roster.teachers.values().collect();
    schools.sort();
    schools.dedup();
    let mut staff: Vec<Person> = Vec::new();
    for role in [UserRole::Coordinator, UserRole::Administrator] {
        staff.push(Person::of(role, None, true));
    }
    for school in schools {
        for role in [UserRole::SkyWorker, UserRole::Principal] {
            staff.push(Person::of(role, Some(school), true));
        }
    }
    for (no, (person, school)) in roster.teachers.iter().enumerate() {
        let mut teacher = Person::of(UserRole::Teacher, Some(school), no % every == 0);
        teacher.login = format!("load-{person}");
        teacher.person = Some(person.clone());
        staff.push(teacher);
    }
    staff
}

impl Person {
    fn of(role: UserRole, school: Option<&String>, signs_in: bool) -> Person {
        let of = school.map_or("all", String::as_str);
        Person {
            role,
            login: format!("load-{}-{of}", role.as_code()).to_lowercase(),
            school: school.cloned(),
            person: None,
            signs_in,
        }
    }
}

/// Makes the accounts; of a folder that an earlier run has filled they are there.
pub fn make_accounts(app: &App, staff: &[Person]) -> usize {
    let made = AtomicUsize::new(0);
    each(staff, |person| {
        let password = person.signs_in.then_some((FIRST_PASSWORD, [7; 16]));
        let new = NewPerson {
            role: person.role,
            school: person.school.as_deref(),
            login: &person.login,
            name: &person.login,
            person: person.person.as_deref(),
            password,
            language: None,
        };
        match app.add_person(&new) {
            Ok(_) => drop(made.fetch_add(1, Ordering::Relaxed)),
            Err(AppError::Problem(text)) if text.contains("taken") => {}
            Err(error) => panic!("{}: {error}", person.login),
        }
    });
    made.into_inner()
}

/// Runs something for each of many on a few threads.
fn each<T: Sync, R: Send>(all: &[T], run: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = run(one);
                    done.lock().unwrap().push(result);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

/// Signs in on the page, changes the first password where that is asked for, gives the cookie.
pub fn sign_in(address: &str, login: &str) -> String {
    for (password, next) in [(PASSWORD, "/today"), (FIRST_PASSWORD, "/password")] {
        let form = format!("login={login}&password={password}");
        let answer = post(address, "/sign-in", "", form);
        if answer.header("location") != Some(next) {
            continue;
        }
        let cookie = answer.header("set-cookie").unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        if next == "/password" {
            let form = format!("old={FIRST_PASSWORD}&password={PASSWORD}&again={PASSWORD}");
            let answer = post(address, "/password", &cookie, form);
            assert_eq!(answer.status, 303, "{login} could not change the password");
        }
        return cookie;
    }
    panic!("{login} could not sign in");
}

fn post(address: &str, path: &str, cookie: &str, form: String) -> crate::client::Answer {
    let form = Some(form);
    ask(address, &Request { path, cookie, form }).unwrap()
}

pub fn page(address: &str, path: &str, cookie: &str) -> String {
    let request = Request {
        path,
        cookie,
        form: None,
    };
    let answer = ask(address, &request).unwrap();
    assert_eq!(answer.status, 200, "{path} was not shown");
    answer.body
}

/// A lesson whose register its teacher keeps.
pub struct Lesson {
    pub path: String,
    pub cookie: String,
    pub pupils: Vec<u32>,
}

/// Who is signed in, and what there is to ask.
#[derive(Default)]
pub struct City {
    /// By role: cookies.
    pub cookies: BTreeMap<&'static str, Vec<String>>,
    pub lessons: Vec<Lesson>,
    /// Address of a pupil's page and the cookie of who may open it.
    pub pupils: Vec<(String, String)>,
}

impl City {
    /// Signs people in and reads what stands on their first pages.
    pub fn open(address: &str, staff: &[Person], day: Day) -> City {
        let who: Vec<&Person> = staff.iter().filter(|person| person.signs_in).collect();
        let mut city = City::default();
        let opened = each(&who, |person| {
            let cookie = sign_in(address, &person.login);
            let mut part = City::default();
            match person.role {
                UserRole::Teacher => part.lessons = lessons(address, &cookie, day),
                UserRole::SkyWorker => part.pupils = pupils(address, &cookie),
                _ => {}
            }
            (person.role.as_code(), cookie, part)
        });
        for (role, cookie, part) in opened {
            city.cookies.entry(role).or_default().push(cookie);
            city.lessons.extend(part.lessons);
            city.pupils.extend(part.pupils);
        }
        city
    }
}

/// The values of an attribute that begin in a way.
fn found<'p>(page: &'p str, begins: &'p str) -> impl Iterator<Item = &'p str> {
    let parts = page.split(begins).skip(1);
    parts.filter_map(|rest| rest.split(['"', '?', '#']).next())
}

fn lessons(address: &str, cookie: &str, day: Day) -> Vec<Lesson> {
    let today = page(address, "/today", cookie);
    let today_part = format!("/{day}/");
    let mut paths: Vec<String> = found(&today, "href=\"/registers/")
        .filter(|path| path.contains(&today_part))
        .map(|path| format!("/registers/{path}"))
        .collect();
    paths.sort();
    paths.dedup();
    let lesson = |path: String| {
        let sheet = page(address, &path, cookie);
        let mut pupils: Vec<u32> = found(&sheet, "name=\"entry-")
            .filter_map(|no| no.parse().ok())
            .collect();
        pupils.dedup();
        let cookie = cookie.to_owned();
        Lesson {
            path,
            cookie,
            pupils,
        }
    };
    let all = paths.into_iter().map(lesson);
    all.filter(|lesson| lesson.pupils.len() > 1).collect()
}

fn pupils(address: &str, cookie: &str) -> Vec<(String, String)> {
    let list = page(address, "/watch-list", cookie);
    let mut numbers: Vec<u32> = found(&list, "href=\"/pupils/")
        .filter_map(|no| no.parse().ok())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.truncate(PUPILS_EACH);
    let path = |no| (format!("/pupils/{no}"), cookie.to_owned());
    numbers.into_iter().map(path).collect()
}

//! Day passes: a substitute gets a teacher's lessons of a day, and they are taken back.
//!
//! What a pass opens is decided where ties are made; here it is given. Each request looks passes up
//! anew, so that taking one back is at once.
//!
//! Invariant: a principal gives passes of the own school only: its substitutes, its teachers' lessons.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;
use crate::held::HeldYear;
use crate::registers::LessonRow;
use lasna_domain::access::Scope;

/// How many days ahead a pass can be given.
pub const PASS_DAYS_AHEAD: i32 = 14;

/// A teacher with lessons on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct TeacherDay {
    pub teacher: PersonNo,
    pub name: String,
    /// By start.
    pub lessons: Vec<LessonRow>,
}

/// A pass in force, with what people are called.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Pass {
    pub user: UserNo,
    pub substitute: String,
    pub teacher: PersonNo,
    pub teacher_name: String,
    pub lessons: Vec<LessonRow>,
    pub at: Instant,
    /// Who gave it; `None` for the operator of the machine.
    pub by: Option<String>,
}

/// A day's passes of a school, and who could be given one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct PassDay {
    pub day: Day,
    /// Accounts of substitutes of the school, by name.
    pub substitutes: Vec<(UserNo, String)>,
    /// By name.
    pub teachers: Vec<TeacherDay>,
    /// By substitute and teacher.
    pub passes: Vec<Pass>,
}

/// Lessons of one list that are held at the same time as one of another, each with that one.
pub fn overlaps<'l>(
    these: &'l [LessonRow],
    those: &'l [LessonRow],
) -> Vec<(&'l LessonRow, &'l LessonRow)> {
    let span = |row: &LessonRow| {
        let start = u32::from(row.key.start.0);
        (start, start + u32::from(row.minutes))
    };
    let both = |one: &LessonRow, other: &LessonRow| {
        let ((from, to), (other_from, other_to)) = (span(one), span(other));
        from < other_to && other_from < to
    };
    these
        .iter()
        .flat_map(|one| those.iter().map(move |other| (one, other)))
        .filter(|(one, other)| both(one, other))
        .collect()
}

impl App {
    /// The scope, school and year with which whoever is signed in gives passes of a day.
    fn pass_scope(&self, day: Day) -> Result<(Scope, OrgNo, Arc<HeldYear>), AppError> {
        let school = self.me().and_then(|me| me.school);
        let school = school.ok_or(AppError::NotFound("school"))?;
        let scope = self.scope(Action::GiveDayPass, Reach::School(school))?;
        let year = self.unseen_year(&scope, day)?;
        Ok((scope, school, year))
    }

    fn substitutes_of(&self, school: &str) -> Result<Vec<(UserNo, String)>, AppError> {
        let role = UserRole::Substitute.as_code();
        let profiles = self
            .store
            .ask(|read| Profile::of_role(read, self.provider, role, school))?;
        Ok(profiles.into_iter().map(|p| (p.user, p.name)).collect())
    }

    /// A day's passes of one's school, and who could be given one.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn pass_day(&self, day: Day) -> Result<PassDay, AppError> {
        let (scope, school, year) = self.pass_scope(day)?;
        let substitutes = self.substitutes_of(year.loaded.school(school))?;
        let names = &year.loaded.names;
        let by_teacher = self.day_of_teachers(&scope, &year, school, day)?;
        let given = self
            .store
            .ask(|read| DayPass::of_day(read, self.provider, day))?;
        let by = |pass: &DayPass| pass.by.strip_prefix("user:")?.parse().map(UserNo).ok();
        let users = self.user_names(given.iter().filter_map(by))?;
        let mut passes = Vec::new();
        for pass in given {
            let substitute = substitutes.iter().find(|(user, _)| *user == pass.user);
            let (Some((user, name)), Some(teacher)) = (substitute, self.person_no(&pass.teacher)?)
            else {
                continue;
            };
            passes.push(Pass {
                user: *user,
                substitute: name.clone(),
                teacher,
                teacher_name: names.person(teacher),
                lessons: by_teacher.get(&teacher).cloned().unwrap_or_default(),
                at: pass.at,
                by: by(&pass).and_then(|no| users.get(&no).cloned()),
            });
        }
        passes.sort_by(|a, b| {
            (&a.substitute, &a.teacher_name).cmp(&(&b.substitute, &b.teacher_name))
        });
        let teachers = by_teacher.into_iter().map(|(teacher, lessons)| TeacherDay {
            teacher,
            name: names.listed(teacher),
            lessons,
        });
        let mut teachers: Vec<TeacherDay> = teachers.collect();
        teachers.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(PassDay {
            day,
            substitutes,
            teachers,
            passes,
        })
    }

    /// Gives a substitute of one's school the lessons of a teacher for a day. A repeated sending
    /// changes nothing. Lessons at the same time as those of another pass of the substitute need a
    /// person who is sure.
    ///
    /// # Errors
    /// [`AppError`]; `substitutes.no_lessons`, `substitutes.wrong_day` and `substitutes.overlap` are
    /// keys of sentences.
    pub fn give_pass(
        &self,
        user: UserNo,
        teacher: PersonNo,
        day: Day,
        (once, sure): (&str, bool),
    ) -> Result<(), AppError> {
        let (scope, school, year) = self.pass_scope(day)?;
        let today = self.now.day_in_finland();
        if day < today || day > today.plus(PASS_DAYS_AHEAD) {
            return Err(AppError::Problem("substitutes.wrong_day".into()));
        }
        self.is_substitute_of(year.loaded.school(school), user)?;
        let lessons = self.day_of_teachers(&scope, &year, school, day)?;
        let Some(new) = lessons.get(&teacher) else {
            return Err(AppError::Problem("substitutes.no_lessons".into()));
        };
        // Whose lessons are at the same time, by source id.
        let at_once = lessons
            .iter()
            .filter(|(other, own)| **other != teacher && !overlaps(new, own).is_empty());
        let at_once: Vec<&str> = at_once
            .map(|(other, _)| year.loaded.person(*other))
            .filter(|_| !sure)
            .collect();
        self.act_on_pass(
            (&scope, &year),
            (user, teacher, day),
            (true, once),
            &at_once,
        )
    }

    /// Takes a pass of one's school back. A repeated sending changes nothing.
    ///
    /// # Errors
    /// [`AppError`]; a pass that is not in force.
    pub fn take_pass_back(
        &self,
        user: UserNo,
        teacher: PersonNo,
        day: Day,
        once: &str,
    ) -> Result<(), AppError> {
        let (scope, school, year) = self.pass_scope(day)?;
        self.is_substitute_of(year.loaded.school(school), user)?;
        self.act_on_pass((&scope, &year), (user, teacher, day), (false, once), &[])
    }

    fn is_substitute_of(&self, school: &str, user: UserNo) -> Result<(), AppError> {
        let own = self.substitutes_of(school)?;
        let known = own.iter().any(|(known, _)| *known == user);
        known.then_some(()).ok_or(AppError::NotFound("substitute"))
    }

    fn act_on_pass(
        &self,
        (scope, year): (&Scope, &HeldYear),
        (user, teacher, day): (UserNo, PersonNo, Day),
        (given, once): (bool, &str),
        at_once: &[&str],
    ) -> Result<(), AppError> {
        let id = match year.loaded.person(teacher) {
            "" => return Err(AppError::NotFound("teacher")),
            id => id,
        };
        let target = format!("day-pass:{user}:{teacher}:{day}:{}", u8::from(given));
        self.store.change(scope, self.now, &target, |tx| {
            DayPass::hold(tx)?;
            let passes = match at_once.is_empty() {
                true => Vec::new(),
                false => DayPass::of_day(tx, self.provider, day)?,
            };
            let own = |pass: &&DayPass| pass.user == user && at_once.contains(&&*pass.teacher);
            if passes.iter().any(|pass| own(&pass)) {
                return Err(AppError::Problem("substitutes.overlap".into()));
            }
            Ok(DayPass::act(
                tx,
                scope,
                (user, day, id),
                given,
                (self.now, once),
            )?)
        })
    }

    /// Gives a substitute the lessons of a teacher, by source id, for a day: for the operator.
    ///
    /// # Errors
    /// [`AppError`]; a login that is not known.
    pub fn give_day_pass(&self, login: &str, day: Day, teacher: &str) -> Result<(), AppError> {
        let scope = self.scope(Action::AddUser, Reach::Provider)?;
        let once = format!("operator:{}:{day}:{login}:{teacher}", self.now.0);
        self.store.change(&scope, self.now, "day-pass", |tx| {
            let account = Account::by_login(tx, login)?.ok_or(AppError::NotFound("login"))?;
            let pass = (account.no, day, teacher);
            DayPass::act(tx, &scope, pass, true, (self.now, &once))?;
            Ok(())
        })
    }
}

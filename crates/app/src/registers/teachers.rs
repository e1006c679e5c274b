//! The lessons of a school's day by teacher.
//!
//! Invariant: a lesson that is cancelled is nobody's.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;

impl App {
    /// The lessons of a school on a day by teacher, each teacher's by start.
    pub(crate) fn day_of_teachers(
        &self,
        scope: &Scope,
        year: &HeldYear,
        school: lasna_domain::ids::SchoolNo,
        day: Day,
    ) -> Result<BTreeMap<PersonNo, Vec<LessonRow>>, AppError> {
        let days = Span {
            from: day,
            to: day.next(),
        };
        let mut by_teacher: BTreeMap<PersonNo, Vec<LessonRow>> = BTreeMap::new();
        let groups = year.loaded.staff.schools.iter();
        for (&group, _) in groups.filter(|(_, at)| **at == school) {
            for fact in self.lessons_of(scope, year, group, days)? {
                if !fact.cancelled && fact.taught.teacher.0 != 0 {
                    let row = self.lesson_row(year, &fact);
                    by_teacher.entry(fact.taught.teacher).or_default().push(row);
                }
            }
        }
        for lessons in by_teacher.values_mut() {
            lessons.sort_by(|a, b| (a.key.start, &a.group).cmp(&(b.key.start, &b.group)));
        }
        Ok(by_teacher)
    }

    /// The source id of a teacher of a school who has lessons on a day, other than `except`: the
    /// one with the most, then the first.
    ///
    /// # Errors
    /// [`AppError`]; nobody has lessons.
    pub fn teacher_with_lessons(
        &self,
        school: &str,
        day: Day,
        except: Option<&str>,
    ) -> Result<String, AppError> {
        let scope = self.scope(Action::AddUser, Reach::Provider)?;
        let school = self.school(school)?;
        let year = self.unseen_year(&scope, day)?;
        let all = self.day_of_teachers(&scope, &year, school, day)?;
        let other =
            |(no, _): &(&PersonNo, &Vec<LessonRow>)| Some(year.loaded.person(**no)) != except;
        let most = all
            .iter()
            .filter(other)
            .max_by_key(|(no, lessons)| (lessons.len(), std::cmp::Reverse(**no)));
        most.map(|(no, _)| year.loaded.person(*no).to_owned())
            .ok_or(AppError::NotFound("teacher"))
    }
}

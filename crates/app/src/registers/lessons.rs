//! A day's lessons, and those that are over without a register.
//!
//! Invariant: a lesson without a register is told as missing, never as taken.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;

impl App {
    /// The scope for a register: the school's for a principal, the group's for who teaches it.
    pub(super) fn register_scope(&self, action: Action, group: GroupNo) -> Result<Scope, AppError> {
        let reach = match self.actor.role() {
            UserRole::Teacher | UserRole::Substitute => Reach::Group(group),
            _ => self.reach(),
        };
        self.scope(action, reach)
    }

    /// Whether whoever is signed in may keep the register of a lesson.
    pub(super) fn keeps(&self, year: &HeldYear, taught: &TaughtLesson) -> bool {
        let school = year.loaded.staff.schools.get(&taught.group).copied();
        let acts = |ties: &Ties| ties.acts_as.contains(&taught.teacher);
        match (self.actor.role(), self.ties()) {
            (UserRole::Teacher, Some(ties)) => acts(ties) || ties.leads.contains(&taught.group),
            (UserRole::Substitute, Some(ties)) => {
                acts(ties) && taught.day == self.now().day_in_finland()
            }
            _ => match self.reach() {
                Reach::Provider => true,
                Reach::School(own) => school == Some(own),
                Reach::Group(own) => taught.group == own,
                Reach::Pupil(_) => false,
            },
        }
    }

    /// The day's own lessons of whoever is signed in, by start.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn own_lessons(&self, day: Day) -> Result<Vec<LessonRow>, AppError> {
        let ties = self.ties().cloned().unwrap_or_default();
        let own = self.scope(Action::SignIn, self.reach())?;
        let year = self.unseen_year(&own, day)?;
        let days = Span {
            from: day,
            to: day.next(),
        };
        let mut rows = Vec::new();
        for &group in &ties.teaches {
            let facts = self.lessons_of(&own, &year, group, days)?;
            let mine = |fact: &&LessonFact| ties.acts_as.contains(&fact.taught.teacher);
            let held = facts.iter().filter(mine).filter(|fact| !fact.cancelled);
            rows.extend(held.map(|fact| self.lesson_row(&year, fact)));
        }
        rows.sort_by(|a, b| (a.key.start, &a.group).cmp(&(b.key.start, &b.group)));
        rows.dedup_by_key(|row| row.key);
        Ok(rows)
    }

    /// Lessons that are over and have no register, by teacher: of the whole school for a principal,
    /// one's own for a teacher.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn marking_debt(&self, today: Day) -> Result<Vec<Debt>, AppError> {
        let ties = self.ties().cloned().unwrap_or_default();
        let own = self.scope(Action::SignIn, self.reach())?;
        let year = self.unseen_year(&own, today)?;
        // A substitute without lessons today, and a teacher without any, has no debt.
        let teaches = matches!(self.actor.role(), UserRole::Teacher | UserRole::Substitute);
        let groups: Vec<GroupNo> = match self.reach() {
            _ if teaches => ties.teaches.clone(),
            Reach::School(school) => {
                self.scope(Action::ReadMarkingDebt, self.reach())?;
                let here = |(_, at): &(&GroupNo, &lasna_domain::ids::SchoolNo)| **at == school;
                let all = year.loaded.staff.schools.iter().filter(here);
                all.map(|(group, _)| *group).collect()
            }
            _ => Vec::new(),
        };
        let days = Span {
            from: today.plus(-DEBT_DAYS),
            to: today.next(),
        };
        let mut by_teacher: BTreeMap<PersonNo, Vec<LessonRow>> = BTreeMap::new();
        for group in groups {
            for fact in self.lessons_of(&own, &year, group, days)? {
                let row = self.lesson_row(&year, &fact);
                // Of a substitute only the day that was given: no other sheet opens.
                let own = ties.acts_as.contains(&fact.taught.teacher);
                let counts = !teaches || own && self.keeps(&year, &fact.taught);
                if row.state == RegisterState::Missing && counts && !fact.cancelled {
                    by_teacher.entry(fact.taught.teacher).or_default().push(row);
                }
            }
        }
        let named = by_teacher.into_iter().map(|(teacher, mut lessons)| {
            lessons.sort_by_key(|row| (row.key.day, row.key.start));
            Debt {
                teacher,
                name: year.loaded.names.person(teacher),
                lessons,
            }
        });
        let mut debts: Vec<Debt> = named.collect();
        debts.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(debts)
    }

    pub(super) fn lessons_of(
        &self,
        scope: &Scope,
        year: &HeldYear,
        group: GroupNo,
        days: Span,
    ) -> Result<Vec<LessonFact>, AppError> {
        let visible = Visible::of(&year.loaded.batches, Instant::LATEST);
        self.store().ask(|read| {
            // This node's own registers may be younger than the year that is held.
            let batches = Batch::list(read, scope.provider())?;
            let visible = if batches == year.loaded.batches {
                visible
            } else {
                Visible::of(&batches, Instant::LATEST)
            };
            lessons_of(read, scope, &visible, group, days)
        })
    }

    pub(super) fn lesson_row(&self, year: &HeldYear, fact: &LessonFact) -> LessonRow {
        let TaughtLesson {
            day,
            start,
            group,
            minutes,
            subject,
            teacher,
        } = fact.taught;
        let now = (self.now().day_in_finland(), self.now().time_in_finland());
        let end = TimeOfDay(start.0 + minutes);
        let state = if fact.taken {
            RegisterState::Taken
        } else if (day, start) > now {
            RegisterState::Ahead
        } else if (day, end) > now {
            RegisterState::Open
        } else {
            RegisterState::Missing
        };
        LessonRow {
            key: LessonKey { group, day, start },
            group: year.loaded.names.group(group).to_owned(),
            minutes,
            subject: year.loaded.names.subject(subject).to_owned(),
            teacher: year.loaded.names.person(teacher),
            state,
        }
    }
}

fn lessons_of(
    read: &mut Read<'_>,
    scope: &Scope,
    visible: &Visible,
    group: GroupNo,
    days: Span,
) -> Result<Vec<LessonFact>, AppError> {
    let mut found: BTreeMap<[i32; 4], LessonFact> = BTreeMap::new();
    let table = FactTable::Lesson;
    FactRow::each_of_group(read, scope, table, visible, (group, days), |row| {
        let taught = TaughtLesson {
            day: Day(row.key[1]),
            start: TimeOfDay(row.key[2] as u16),
            group,
            minutes: row.values[0] as u16,
            subject: SubjectNo(row.values[1] as u32),
            teacher: PersonNo(row.values[2] as u32),
        };
        let fact = LessonFact {
            taught,
            cancelled: row.values[3] == 1,
            taken: false,
        };
        found.insert(row.key, fact);
        Ok::<(), AppError>(())
    })?;
    let table = FactTable::Register;
    FactRow::each_of_group(read, scope, table, visible, (group, days), |row| {
        if let Some(fact) = found.get_mut(&row.key) {
            fact.taken = row.values[0] == 1;
        }
        Ok::<(), AppError>(())
    })?;
    Ok(found.into_values().collect())
}

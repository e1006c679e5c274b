//! The sheet of one lesson: who is to be there and what is said of each.
//!
//! Invariant: why somebody is absent is not on a sheet, only whether it is explained.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;

impl App {
    /// The lesson of a key, where whoever is signed in keeps its register.
    pub(super) fn own_lesson(&self, scope: &Scope, key: LessonKey) -> Result<OwnLesson, AppError> {
        let year = self.unseen_year(scope, key.day)?;
        let days = Span {
            from: key.day,
            to: key.day.next(),
        };
        let facts = self.lessons_of(scope, &year, key.group, days)?;
        let found = facts
            .into_iter()
            .find(|fact| fact.taught.start == key.start && !fact.cancelled)
            .filter(|fact| self.keeps(&year, &fact.taught))
            .ok_or(AppError::NotFound("lesson"))?;
        Ok(OwnLesson { year, fact: found })
    }

    /// The sheet of a lesson.
    ///
    /// # Errors
    /// [`AppError`]; a lesson that is not one's own is not found.
    pub fn sheet(&self, key: LessonKey) -> Result<Sheet, AppError> {
        let scope = self.register_scope(Action::ReadRegister, key.group)?;
        let target = format!("register:group:{}", key.group);
        // The look is recorded before the lesson is found, so that a refused one is recorded too.
        self.year(&scope, &target, Instant::LATEST, key.day)?;
        let own = self.own_lesson(&scope, key)?;
        let last = self
            .store()
            .ask(|read| RegisterSave::of_lesson(read, &scope, (key.group, key.day, key.start)))?;
        let users = self.user_names(last.as_ref().map(|save| save.by))?;
        let names = &own.year.loaded.names;
        let live = own.year.live();
        let mut rows: Vec<SheetRow> = live
            .engine
            .lesson(key.group, key.day, key.start)
            .iter()
            .filter_map(|(pupil, day)| {
                let (entry, known) = entry_of(slot_of(day, key)?);
                Some(SheetRow {
                    pupil: *pupil,
                    listed: names.listed(*pupil),
                    name: names.person(*pupil),
                    entry,
                    known,
                })
            })
            .collect();
        rows.sort_by(|a, b| (&a.listed, a.pupil).cmp(&(&b.listed, b.pupil)));
        let saved = last.map(|save| SavedBy {
            undo: self.may_undo(&save),
            undone: save.once.starts_with(UNDO),
            no: save.no,
            at: save.at,
            by: save.by,
            name: users.get(&save.by).cloned().unwrap_or_default(),
        });
        Ok(Sheet {
            lesson: self.lesson_row(&own.year, &own.fact),
            rows,
            base: saved.as_ref().map_or(0, |saved| saved.no),
            saved,
        })
    }

    pub(super) fn may_undo(&self, save: &RegisterSave) -> bool {
        let own = self.me().is_some_and(|me| me.user == save.by);
        own && self.now().0 - save.at.0 < UNDO_MINUTES * 60_000_000 && !save.once.starts_with(UNDO)
    }
}

pub(super) struct OwnLesson {
    pub year: Arc<HeldYear>,
    pub fact: LessonFact,
}

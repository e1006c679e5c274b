//! Saving a sheet, once, and taking the latest save back.
//!
//! Invariant: facts and the row of the save are one transaction.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;

impl App {
    /// Saves a register. A repeated sending changes nothing; where it says something else than the
    /// first time, it is a conflict and not dropped.
    ///
    /// # Errors
    /// [`AppError`]; `register.ahead` and `frame.stale` are keys of sentences.
    pub fn save_register(&self, new: &NewRegister<'_>) -> Result<Saved, AppError> {
        let key = new.key;
        let scope = self.register_scope(Action::TakeRegister, key.group)?;
        let own = self.own_lesson(&scope, key)?;
        let row = self.lesson_row(&own.year, &own.fact);
        if row.state == RegisterState::Ahead && key.day > self.now().day_in_finland() {
            return Err(AppError::Problem("register.ahead".into()));
        }
        let user = self.me().map(|me| me.user).ok_or(AppError::NoAccount)?;
        let minutes = 1..=row.minutes;
        let fits = |entry: &Entry| !matches!(entry, Entry::Late(late) if !minutes.contains(late));
        if !new.entries.values().all(fits) {
            return Ok(Saved::Minutes);
        }
        if !own.year.names_all(new) {
            return Ok(Saved::Incomplete);
        }
        let marks = own.year.changed(new);
        let by = self.me().and_then(|me| me.person);
        let target = format!("register:group:{}", key.group);
        self.own_batch(&scope)?;
        let mut again = false;
        let saved = self.change(&scope, &target, |tx| {
            RegisterSave::hold(tx)?;
            let last = RegisterSave::of_lesson(tx, &scope, (key.group, key.day, key.start))?;
            if let Some(save) = RegisterSave::of_once(tx, &scope, new.once)? {
                let lesson = (save.group, save.day, save.start, save.by);
                if lesson != (key.group, key.day, key.start, user) {
                    return Err(AppError::Problem("frame.stale".into()));
                }
                again = last.is_some_and(|last| last.no == save.no);
                return Ok(Saved::Kept(save.no));
            }
            if last.as_ref().is_some_and(|last| last.no > new.base) {
                return Ok::<_, AppError>(Saved::Conflict);
            }
            let at = after(self.now(), last.as_ref());
            let rows: Vec<FactRow> = marks
                .iter()
                .map(|&(pupil, kind)| mark_row(key, pupil, kind, at))
                .collect();
            let save = Keep {
                at,
                user,
                once: new.once,
            };
            let no = save.keep(tx, &scope, key, register_row(key, 1, by, at), rows)?;
            Ok(Saved::Kept(no))
        })?;
        // Lists show it at once.
        let year = self.unseen_year(&scope, key.day)?;
        if again && !year.changed(new).is_empty() {
            // Sent once more out of an old page, with something else on it.
            return Ok(Saved::Conflict);
        }
        Ok(saved)
    }

    /// Makes the batch of own registers before the first save of a provider, in the order in which an
    /// import takes its locks: inside the save it would wait for an import that waits for it.
    fn own_batch(&self, scope: &Scope) -> Result<(), AppError> {
        let batches = self
            .store()
            .ask(|read| Batch::list(read, scope.provider()))?;
        if batches.iter().any(Batch::is_own) {
            return Ok(());
        }
        let now = self.now();
        Ok(self.store().change_long(scope, now, "register", |tx| {
            Batch::own(tx, scope, now).map(drop)
        })?)
    }

    /// Takes back one's own latest save of a lesson: what held before holds again.
    ///
    /// # Errors
    /// [`AppError`]; `register.undo_late` is the key of a sentence.
    pub fn undo_register(&self, key: LessonKey, no: u32) -> Result<(), AppError> {
        let scope = self.register_scope(Action::TakeRegister, key.group)?;
        let own = self.own_lesson(&scope, key)?;
        let user = self.me().map(|me| me.user).ok_or(AppError::NoAccount)?;
        let there: Vec<PupilNo> = {
            let live = own.year.live();
            let all = live.engine.lesson(key.group, key.day, key.start);
            all.iter().map(|(pupil, _)| *pupil).collect()
        };
        let target = format!("register:group:{}", key.group);
        self.change(&scope, &target, |tx| {
            RegisterSave::hold(tx)?;
            let lesson = (key.group, key.day, key.start);
            let last = RegisterSave::of_lesson(tx, &scope, lesson)?;
            let once = format!("{UNDO}{no}");
            if RegisterSave::of_once(tx, &scope, &once)?.is_some() {
                return Ok(());
            }
            let Some(save) = last.filter(|save| save.no == no && self.may_undo(save)) else {
                return Err(AppError::Problem("register.undo_late".into()));
            };
            let at = after(self.now(), Some(&save));
            let batch = Batch::own(tx, &scope, at)?;
            let (register, marks, reasons) = before(tx, &scope, key, (&save, batch, at), &there)?;
            let keep = Keep {
                at,
                user,
                once: &once,
            };
            keep.keep(tx, &scope, key, register, marks)?;
            FactRow::insert(tx, &scope, FactTable::Reason, reasons.iter())?;
            Ok(())
        })?;
        self.unseen_year(&scope, key.day)?;
        Ok(())
    }
}

struct Keep<'a> {
    at: Instant,
    user: UserNo,
    once: &'a str,
}

impl Keep<'_> {
    pub(super) fn keep(
        &self,
        tx: &mut Tx<'_>,
        scope: &Scope,
        key: LessonKey,
        mut register: FactRow,
        mut marks: Vec<FactRow>,
    ) -> Result<u32, AppError> {
        let batch = Batch::own(tx, scope, self.at)?;
        register.batch = batch;
        marks.iter_mut().for_each(|row| row.batch = batch);
        FactRow::insert(tx, scope, FactTable::Register, [&register])?;
        marks.sort_unstable();
        FactRow::insert(tx, scope, FactTable::Mark, marks.iter())?;
        let no = RegisterSave::last(tx, scope.provider())? + 1;
        let save = RegisterSave {
            no,
            at: self.at,
            by: self.user,
            group: key.group,
            day: key.day,
            start: key.start,
            once: self.once.to_owned(),
        };
        save.insert(tx, scope)?;
        Ok(no)
    }
}

/// Now, or just after the save before: two saves of a lesson are never of one instant.
fn after(now: Instant, last: Option<&RegisterSave>) -> Instant {
    last.map_or(now, |last| now.max(Instant(last.at.0 + 1)))
}

impl HeldYear {
    /// Whether every pupil of the lesson is named.
    fn names_all(&self, new: &NewRegister<'_>) -> bool {
        let (key, live) = (new.key, self.live());
        let there = live.engine.lesson(key.group, key.day, key.start);
        there
            .iter()
            .filter(|(_, day)| slot_of(day, key).is_some())
            .all(|(pupil, _)| new.entries.contains_key(pupil))
    }

    /// The marks of a sheet that say something else than what holds.
    fn changed(&self, new: &NewRegister<'_>) -> Vec<(PupilNo, MarkKind)> {
        let (key, live) = (new.key, self.live());
        let there = live.engine.lesson(key.group, key.day, key.start);
        changed(key, &there, &new.entries)
    }
}

/// The marks that say something else than what holds.
fn changed(
    key: LessonKey,
    there: &[(PupilNo, PupilDay)],
    entries: &BTreeMap<PupilNo, Entry>,
) -> Vec<(PupilNo, MarkKind)> {
    let of = |(pupil, day): &(PupilNo, PupilDay)| {
        let slot = slot_of(day, key)?;
        let entry = *entries.get(pupil)?;
        let entry = match entry {
            Entry::Late(minutes) => Entry::Late(minutes.clamp(1, slot.possible)),
            other => other,
        };
        (entry_of(slot).0 != entry)
            .then(|| entry.kind())
            .flatten()
            .map(|kind| (*pupil, kind))
    };
    there.iter().filter_map(of).collect()
}

/// The facts that held before a save, as facts of now: register, marks, reasons of marks.
fn before(
    tx: &mut Tx<'_>,
    scope: &Scope,
    key: LessonKey,
    (save, batch, at): (&RegisterSave, lasna_domain::ids::BatchNo, Instant),
    pupils: &[PupilNo],
) -> Result<(FactRow, Vec<FactRow>, Vec<FactRow>), AppError> {
    let batches = Batch::list(tx, scope.provider())?;
    let visible = Visible::of(&batches, Instant::LATEST);
    let of_save = |row: &FactRow| row.known_at == save.at && row.batch == batch;
    let mut register = register_row(key, 0, None, at);
    let days = Span {
        from: key.day,
        to: key.day.next(),
    };
    let table = FactTable::Register;
    FactRow::each_of_group(tx, scope, table, &visible, (key.group, days), |row| {
        if row.key[2] == i32::from(key.start.0) && !of_save(&row) {
            register.values = row.values;
        }
        Ok::<(), AppError>(())
    })?;
    let (mut marks, mut reasons) = (Vec::new(), Vec::new());
    for &pupil in pupils {
        let (mut old, mut new): (Option<FactRow>, Option<FactRow>) = (None, None);
        let place = mark_row(key, pupil, MarkKind::PRESENT, at);
        let table = FactTable::Mark;
        FactRow::each_of_pupil_day(tx, scope, table, &visible, (pupil, key.day), |row| {
            if row.key == place.key {
                *(if of_save(&row) { &mut new } else { &mut old }) = Some(row);
            }
            Ok::<(), AppError>(())
        })?;
        if new.is_some() {
            // Where nothing was said before, the mark is withdrawn.
            let nothing = [100, -1, 0, -1, 0];
            let values = old.map_or(nothing, |row| row.values);
            marks.push(FactRow { values, ..place });
        }
        let Some(old) = old.filter(|_| new.is_some()) else {
            continue;
        };
        let table = FactTable::Reason;
        FactRow::each_of_pupil_day(tx, scope, table, &visible, (pupil, key.day), |row| {
            if (row.key, row.known_at, row.batch) == (old.key, old.known_at, old.batch) {
                let values = row.values;
                reasons.push(FactRow {
                    values,
                    batch,
                    ..place
                });
            }
            Ok::<(), AppError>(())
        })?;
    }
    reasons.sort_unstable();
    Ok((register, marks, reasons))
}

//! Finds the lesson of a mark that names only the pupil and the time, or the place in the day.
//!
//! It looks at the pupil's groups and their lessons, stored and staged, and at the norm's lessons
//! where the pupil's school has none. It never guesses between two: what leads to no lesson, or to
//! more than one, is refused.
//!
//! Invariant: a mark is placed in exactly one lesson or refused.

use super::records::Fields;
use super::stage::{PendingMark, Records, Stage};
use lasna_domain::access::Scope;
use lasna_domain::attendance::{norm_slot_start, norm_start_near};
use lasna_domain::calendar::{Day, Span, school_year_of};
use lasna_domain::roster::RecordKind;
use lasna_formats::finding::{Finding, Severity};
use lasna_formats::rows::RowAbout;
use lasna_store::db::{DbError, Read};
use lasna_store::{EntityKind, FactRow, FactTable, Visible};
use std::collections::{BTreeMap, BTreeSet};

/// A pupil's group: from when to when, whether it is the own class, and its school.
type Membership = (String, Span, bool, String);

/// Starts of the lessons of a group on a day, cancelled ones left out.
type Lessons = BTreeMap<(i32, i32), BTreeMap<i32, bool>>;

/// Places every waiting mark.
pub(super) fn place_pending(
    read: &mut Read<'_>,
    scope: &Scope,
    stage: &mut Stage<'_>,
    visible: &Visible,
) -> Result<(), DbError> {
    let pending = std::mem::take(&mut stage.pending);
    if pending.is_empty() {
        return Ok(());
    }
    let pupils: BTreeSet<&str> = pending.iter().map(|p| p.mark.pupil.as_str()).collect();
    let mut memberships: BTreeMap<String, Vec<Membership>> = BTreeMap::new();
    for records in [stage.base, &stage.records] {
        collect_memberships(
            records,
            stage.base,
            &stage.records,
            &pupils,
            &mut memberships,
        );
    }
    let days = pending.iter().map(|p| p.mark.day);
    let (Some(from), Some(to)) = (days.clone().min(), days.max()) else {
        return Ok(());
    };
    let timetable = timetable_of(read, scope, stage, visible, from, to)?;
    for waiting in pending {
        let of = memberships
            .get(&waiting.mark.pupil)
            .map_or(&[][..], Vec::as_slice);
        match place(&waiting, of, &timetable, stage) {
            Ok((group, start)) => stage.push_mark(&waiting.mark, start, group, 100),
            Err(message) => {
                let finding = Finding {
                    file: waiting.file.to_string(),
                    row: waiting.row,
                    column: Some("start".into()),
                    code: "R04",
                    severity: Severity::Rejected,
                    message: message.into(),
                    values: Vec::new(),
                };
                stage.reject("marks", finding);
            }
        }
    }
    Ok(())
}

/// The lessons of the days of waiting marks, and which schools go by lessons in which school year.
struct Timetable {
    lessons: Lessons,
    /// A school and the first day of a school year in which any of its classes has a lesson.
    taught: BTreeSet<(String, i32)>,
}

fn timetable_of(
    read: &mut Read<'_>,
    scope: &Scope,
    stage: &mut Stage<'_>,
    visible: &Visible,
    from: Day,
    to: Day,
) -> Result<Timetable, DbError> {
    let years = Span {
        from: school_year_of(from).from,
        to: school_year_of(to).to,
    };
    let mut lessons = Lessons::new();
    let mut groups: BTreeMap<i32, BTreeSet<i32>> = BTreeMap::new();
    let mut take = |row: &FactRow| {
        let [group, day, start, _] = row.key;
        let year = school_year_of(Day(day)).from.0;
        groups.entry(group).or_default().insert(year);
        if (from.0..=to.0).contains(&day) {
            let at = lessons.entry((group, day)).or_default();
            at.insert(start, row.values[3] == 0);
        }
    };
    FactRow::each_of_days(read, scope, FactTable::Lesson, visible, years, |row| {
        take(&row);
        Ok::<(), DbError>(())
    })?;
    for staged in stage.facts.get(&FactTable::Lesson).into_iter().flatten() {
        take(&staged.fact);
    }
    let mut taught = BTreeSet::new();
    let records = [stage.base, &stage.records];
    let enrolments = records
        .iter()
        .filter_map(|records| records.get(&RecordKind::Enrolment))
        .flat_map(|all| all.values());
    for record in enrolments {
        let f = Fields(&record.values);
        let group = stage.names.number(EntityKind::Group, f.str(0));
        let of_group = group.and_then(|group| groups.get(&(group as i32)));
        for &year in of_group.into_iter().flatten() {
            taught.insert((f.text(1), year));
        }
    }
    Ok(Timetable { lessons, taught })
}

fn collect_memberships(
    of: &Records,
    base: &Records,
    staged: &Records,
    pupils: &BTreeSet<&str>,
    memberships: &mut BTreeMap<String, Vec<Membership>>,
) {
    let homeroom = |class: &str| {
        [staged, base]
            .iter()
            .find_map(|records| records.get(&RecordKind::Group)?.get(class))
            .is_some_and(|group| Fields(&group.values).str(2) == "homeroom")
    };
    for record in of
        .get(&RecordKind::Enrolment)
        .into_iter()
        .flat_map(|all| all.values())
    {
        let f = Fields(&record.values);
        if f.str(3) == "student" && pupils.contains(f.str(2)) {
            let own = (f.text(0), f.span(5, 6), homeroom(f.str(0)), f.text(1));
            let all = memberships.entry(f.text(2)).or_default();
            if !all.contains(&own) {
                all.push(own);
            }
        }
    }
}

fn place(
    waiting: &PendingMark,
    of: &[Membership],
    timetable: &Timetable,
    stage: &mut Stage<'_>,
) -> Result<(i32, i32), &'static str> {
    let day: Day = waiting.mark.day;
    let here: Vec<&Membership> = of
        .iter()
        .filter(|(_, span, ..)| span.contains(day))
        .collect();
    let groups: Vec<(i32, bool)> = here
        .iter()
        .map(|(class, _, own, _)| (stage.names.give(EntityKind::Group, class) as i32, *own))
        .collect();
    if groups.is_empty() {
        return Err("the pupil was in no class that day: import the enrolment first");
    }
    let mut held: Vec<(i32, i32)> = groups
        .iter()
        .flat_map(|&(group, _)| {
            let of_day = timetable.lessons.get(&(group, day.0)).into_iter().flatten();
            of_day
                .filter(|(_, on)| **on)
                .map(move |(&start, _)| (start, group))
        })
        .collect();
    held.sort_unstable();
    held.dedup();
    let year = school_year_of(day).from.0;
    let own_school = here.iter().find(|m| m.2).or(here.first());
    let any_lessons = own_school.is_some_and(|m| timetable.taught.contains(&(m.3.clone(), year)));
    let own = groups
        .iter()
        .find(|(_, own)| *own)
        .or(groups.first())
        .map(|(group, _)| *group);
    match &waiting.mark.about {
        RowAbout::Ordinal { ordinal, .. } => {
            let place = usize::from(*ordinal)
                .checked_sub(1)
                .ok_or("lessons count from 1")?;
            if let Some(&(start, group)) = held.get(place) {
                return Ok((group, start));
            }
            match own {
                Some(own) if !any_lessons => Ok((own, norm_slot_start(place as u8).0.into())),
                _ => Err("the pupil has fewer lessons that day: mend the place or the lessons"),
            }
        }
        RowAbout::Lesson { start, .. } => {
            let at = i32::from(start.0);
            let mut here = held.iter().filter(|(start, _)| *start == at);
            match (here.next(), here.next(), own) {
                (Some(&(start, group)), None, _) => Ok((group, start)),
                (Some(_), Some(_), _) => Err("the pupil has two lessons then: name the class"),
                (None, _, Some(own)) if !any_lessons => Ok((own, norm_start_near(*start).0.into())),
                _ => Err("no lesson of the pupil starts then: import the lessons first"),
            }
        }
        RowAbout::Day { .. } => Err("a mark of the day needs no lesson"),
    }
}

//! The two pictures of a pupil's page: the year by lessons, and what was counted against the steps.
//!
//! Invariant: a picture is made from the same days as the figures beside it.

use super::frame::{Frame, short_day};
use crate::charts::accumulation::{
    AccumulationPicture, AccumulationWords, Contact, ContactKind, Point, StepLine,
};
use crate::charts::year::{Lesson, SchoolDay, SchoolWeek, YearPicture, YearWords};
use crate::charts::{Chart, ChartWords, Writing};
use askama::Template;
use lasna_app::signals::PupilPage;
use lasna_domain::attendance::{PupilDay, Slot};
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::model::{Condition, Hour, MeasureNo, Model, Window};
use lasna_domain::signals::{ActWhat, ContactOutcome, ContactWith};

pub(crate) fn writing(frame: &Frame) -> Writing {
    let months: [String; 12] =
        std::array::from_fn(|month| frame.code("month", &(month + 1).to_string()));
    let english = frame.language == "en";
    Writing {
        months,
        week: frame.text("chart.week"),
        date: short_day,
        decimal: if english { '.' } else { ',' },
        thousands: frame.thousands(),
        percent: if english { "%" } else { "\u{a0}%" }.to_owned(),
        nothing: frame.text("chart.nothing"),
    }
}

pub(crate) fn html(chart: &Chart) -> String {
    chart.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a chart failed");
        String::new()
    })
}

fn lesson_of(slot: &Slot, ahead: bool) -> Lesson {
    let minutes = slot.minutes;
    if minutes.unauthorised > 0 {
        Lesson::Unauthorised
    } else if minutes.unresolved > 0 {
        Lesson::Unresolved
    } else if minutes.authorised > 0 {
        Lesson::Authorised
    } else if minutes.late > 0 {
        Lesson::Late
    } else if minutes.elsewhere > 0 {
        Lesson::Elsewhere
    } else if minutes.unmarked == 0 {
        Lesson::Present
    } else if ahead {
        Lesson::Ahead
    } else {
        Lesson::Unmarked
    }
}

fn lessons_of(day: &PupilDay, today: Day, now: Instant) -> SchoolDay {
    if day.day > today {
        return SchoolDay::Ahead;
    }
    let ahead = |slot: &Slot| day.day == today && slot.start > now.time_in_finland();
    let lessons = day.slots.iter().map(|slot| lesson_of(slot, ahead(slot)));
    SchoolDay::Lessons(lessons.collect())
}

fn weeks(pupil: &PupilPage, today: Day, now: Instant) -> Vec<SchoolWeek> {
    let (Some(first), Some(last)) = (pupil.school_days.first(), pupil.school_days.last()) else {
        return Vec::new();
    };
    let day_of = |day: Day| -> SchoolDay {
        let own = pupil.days.binary_search_by_key(&day, |own| own.day);
        let school = pupil.school_days.binary_search(&day).is_ok();
        match own {
            Ok(at) => lessons_of(&pupil.days[at], today, now),
            Err(_) if day < *first || day > *last => SchoolDay::Outside,
            Err(_) if school && day > today => SchoolDay::Ahead,
            // A school day without a lesson of the pupil's own: not enrolled yet, or exempt.
            Err(_) if school || day.weekday().index() == 5 => SchoolDay::Outside,
            Err(_) => SchoolDay::Free,
        }
    };
    let count = (last.monday().0 - first.monday().0) / 7 + 1;
    (0..count)
        .map(|week| {
            let monday = first.monday().plus(7 * week);
            SchoolWeek {
                monday,
                days: std::array::from_fn(|day| day_of(monday.plus(day as i32))),
            }
        })
        .collect()
}

/// The year of a pupil, lesson by lesson.
pub(crate) fn year(frame: &Frame, pupil: &PupilPage, today: Day, now: Instant) -> String {
    let weeks = weeks(pupil, today, now);
    let all = weeks.iter().flat_map(|week| &week.days);
    let lessons = all.filter_map(|day| match day {
        SchoolDay::Lessons(lessons) => Some(lessons),
        _ => None,
    });
    let (mut held, mut absent) = (0_u32, 0_u32);
    for lesson in lessons.flatten() {
        held += u32::from(*lesson != Lesson::Ahead);
        absent += u32::from(matches!(
            lesson,
            Lesson::Authorised | Lesson::Unauthorised | Lesson::Unresolved
        ));
    }
    let (held, absent) = (frame.number(held), frame.number(absent));
    let names = ["mon", "tue", "wed", "thu", "fri", "sat"];
    let categories = [
        "present",
        "elsewhere",
        "late",
        "authorised",
        "unauthorised",
        "unresolved",
        "unmarked",
        "ahead",
    ];
    let picture = YearPicture {
        words: YearWords {
            writing: writing(frame),
            weekdays: names.map(|name| frame.code("weekday", name)),
            lessons: categories.map(|code| frame.code("category", code)),
            holiday: frame.text("chart.holiday"),
            caption: frame.text("chart.year_caption"),
            week: frame.text("chart.week_head"),
            dates: frame.text("chart.dates"),
            held: frame.text("chart.held"),
            total: frame.text("chart.total"),
            unit: frame.text("chart.unit"),
        },
        weeks,
    };
    let words = ChartWords {
        id: "year".to_owned(),
        finding: frame.fill("chart.year", &[("absent", &absent), ("held", &held)]),
        description: frame.text("chart.year_description"),
        summary: frame.text("chart.table"),
    };
    html(&Chart::of(&picture, words))
}

/// The limits of hours in a term, of the measure that the lowest such step counts.
fn limits(model: &Model, frame: &Frame) -> Option<(MeasureNo, Vec<StepLine>)> {
    let mut measure = None;
    let mut lines = Vec::new();
    for (no, step) in model.steps.iter().enumerate() {
        let found = step.any.iter().find_map(|condition| match *condition {
            Condition::Hours {
                measure: of,
                hours,
                window: Window::Term,
            } if measure.is_none_or(|known| known == of) => Some((of, hours)),
            _ => None,
        });
        let Some((of, hours)) = found else { continue };
        measure = Some(of);
        lines.push(StepLine {
            hours,
            label: format!("{}. {}", no + 1, step.title.get(frame.chosen)),
        });
    }
    Some((measure?, lines))
}

/// Hours of the term counted by a measure, day by day.
fn points(model: &Model, pupil: &PupilPage, measure: MeasureNo, today: Day) -> Vec<Point> {
    let Some(measure) = model.measures.get(measure.0) else {
        return Vec::new();
    };
    let inside = |day: &&PupilDay| pupil.term.contains(day.day) && day.day <= today;
    let (mut lessons, mut minutes) = (0_u32, 0_u32);
    pupil
        .days
        .iter()
        .filter(inside)
        .map(|day| {
            for slot in &day.slots {
                let Some((kind, reason, about)) = slot.mark else {
                    continue;
                };
                if about > 0 && measure.counts(kind, reason) {
                    lessons += 1;
                    minutes += u32::from(about);
                }
            }
            let hours = match model.hour {
                Hour::Lesson => lessons,
                Hour::Minutes(of) => minutes / u32::from(of.max(1)),
            };
            Point {
                day: day.day,
                hours,
            }
        })
        .collect()
}

fn contacts(frame: &Frame, pupil: &PupilPage) -> Vec<Contact> {
    let of = |what: ActWhat| match what {
        ActWhat::Contact(with, outcome) => Some((with, outcome)),
        _ => None,
    };
    pupil
        .acts
        .iter()
        .filter_map(|(act, _)| Some((act.day, of(act.what)?)))
        .map(|(day, (with, outcome))| {
            let with = match with {
                ContactWith::Home => frame.code("contact_with", "home"),
                ContactWith::Pupil => frame.code("contact_with", "pupil"),
            };
            let came = frame.code("contact_outcome", outcome.as_code());
            Contact {
                day,
                kind: match outcome {
                    ContactOutcome::NotReached => ContactKind::NotReached,
                    ContactOutcome::Reached => ContactKind::Reached,
                    ContactOutcome::Agreed => ContactKind::Agreed,
                },
                label: format!("{with}: {came}"),
            }
        })
        .collect()
}

/// What was counted in the term against the steps; empty where the ladder counts no hours of a term.
pub(crate) fn accumulation(frame: &Frame, model: &Model, pupil: &PupilPage, today: Day) -> String {
    let Some((measure, steps)) = limits(model, frame) else {
        return String::new();
    };
    let points = points(model, pupil, measure, today);
    let counted = points.last().map_or(0, |point| point.hours);
    let next = steps
        .iter()
        .map(|step| step.hours)
        .filter(|&h| h > counted)
        .min();
    let n = counted.to_string();
    let finding = match next {
        Some(limit) => {
            let limit = limit.to_string();
            frame.fill(
                "chart.accumulation_next",
                &[("counted", &n), ("limit", &limit)],
            )
        }
        None => frame.fill("chart.accumulation", &[("counted", &n)]),
    };
    let outcomes = ["not_reached", "reached", "agreed"];
    let picture = AccumulationPicture {
        words: AccumulationWords {
            writing: writing(frame),
            caption: frame.text("chart.accumulation_caption"),
            when: frame.text("chart.when"),
            what: frame.text("chart.event"),
            hours: frame.text("chart.sum_head"),
            sum: frame.text("chart.sum"),
            crossed: frame.text("chart.crossed"),
            not_crossed: frame.text("chart.not_crossed"),
            contacts: outcomes.map(|code| frame.code("contact_outcome", code)),
            today: frame.text("chart.today"),
            unit: frame.text("chart.unit"),
        },
        first: pupil.term.from,
        last: pupil.term.to.plus(-1),
        today,
        points,
        steps,
        contacts: contacts(frame, pupil),
    };
    let words = ChartWords {
        id: "accumulation".to_owned(),
        finding,
        description: frame.text("chart.accumulation_description"),
        summary: frame.text("chart.table"),
    };
    html(&Chart::of(&picture, words))
}

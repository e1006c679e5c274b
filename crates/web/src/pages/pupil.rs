//! One pupil: what is next, the year as a picture, why each step runs, what was done.
//!
//! Invariant: every signal stands with its rule, what was counted, and the marks behind it.

use super::act::{ActView, act_view, outcome_key};
use super::frame::{Frame, day_text, short_day, time_text};
use super::place::{PlaceView, place};
use super::pupil_words::{leader_text, silence_text};
use super::visit::{Desk, Reply, Visit};
use super::watch_list::{Way, late_text, path, reason_text};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::model::{condition_text, role_text};
use lasna_app::signals::{PupilHead, PupilPage as Pupil, pupil_of};
use lasna_domain::access::AccessReason;
use lasna_domain::attendance::{
    Approval, Figures, PatternKey, Presence, Share, patterns, spells, trend,
};
use lasna_domain::calendar::Day;
use lasna_domain::model::{Model, PatternOf};
use lasna_domain::signals::{Clock, DONE, SignalState, Stop};

struct DutyView {
    title: String,
    owner: String,
    due: String,
    tone: &'static str,
    /// Outcomes that would stop the clock and are logged by one press: code and words.
    ways: Vec<(&'static str, String)>,
}

struct SignalView {
    no: usize,
    title: String,
    why: String,
    rule: String,
    since: String,
    state: String,
    tone: &'static str,
    duties: Vec<DutyView>,
}

struct MarkView {
    date: String,
    time: String,
    what: String,
    minutes: String,
}

struct MeasureView {
    text: String,
    holds: bool,
    answer: String,
}

struct FigureView {
    name: String,
    minutes: String,
    share: String,
}

#[derive(Template)]
#[template(path = "pupil.html")]
struct PupilPage {
    frame: Frame,
    title: String,
    class: String,
    about: String,
    why_seen: String,
    base: String,
    /// What the address of a form carries of the list.
    way: String,
    place: PlaceView,
    once: String,
    next: Option<DutyView>,
    new: bool,
    /// Whether some signal was not raised yet.
    raise: bool,
    open: bool,
    silence: String,
    year: String,
    accumulation: String,
    signals: Vec<SignalView>,
    acts: Vec<ActView>,
    findings: Vec<String>,
    measures: Vec<MeasureView>,
    figures: Vec<FigureView>,
    rate: String,
    marked: String,
    marks: Vec<MarkView>,
    marks_title: String,
}

fn duty_view(frame: &Frame, model: &Model, clock: &Clock, today: Day) -> DutyView {
    let duty = &model.steps[clock.step].duties[clock.duty];
    let on = |key: &str, day| frame.fill(key, &[("date", &short_day(day))]);
    let (due, tone) = match clock.stop {
        Some(Stop::Done(day)) => (on("signals.done_on", day), "ok"),
        Some(Stop::Explained) => (frame.text("signals.explained"), "quiet"),
        Some(Stop::Stands(review)) => (on("signals.no_concern_until", review), "quiet"),
        None if clock.late > 0 => (late_text(frame, model, clock), "due"),
        None if clock.due <= today => (frame.text("signals.due_today"), "due"),
        None => (on("signals.due_on", clock.due), "wait"),
    };
    DutyView {
        title: duty.title.get(frame.chosen).to_owned(),
        owner: role_text(model, clock.owner, frame.chosen),
        due,
        tone,
        ways: DONE
            .iter()
            .filter(|outcome| clock.stop.is_none() && duty.done.contains(outcome))
            .map(|outcome| {
                (
                    outcome.as_code(),
                    frame.code("outcome", &outcome_key(*outcome)),
                )
            })
            .collect(),
    }
}

pub(crate) fn state_text(frame: &Frame, state: SignalState) -> (String, &'static str) {
    match state {
        SignalState::New => (frame.code("signal_state", "new"), "due"),
        SignalState::Acknowledged => (frame.code("signal_state", "acknowledged"), "wait"),
        SignalState::Raised => (frame.code("signal_state", "raised"), "step"),
        SignalState::NoConcern(day) => {
            let date = day_text(day);
            (
                frame.fill("signals.no_concern_until", &[("date", &date)]),
                "ok",
            )
        }
        SignalState::ReviewDue(_) => (frame.code("signal_state", "review_due"), "due"),
    }
}

fn signal_views(frame: &Frame, model: &Model, pupil: &Pupil, today: Day) -> Vec<SignalView> {
    let mut views: Vec<SignalView> = pupil
        .signals
        .iter()
        .map(|(crossing, state, clocks)| {
            let step = &model.steps[crossing.step];
            let rule = step.any.get(crossing.condition);
            let (state, tone) = state_text(frame, *state);
            SignalView {
                no: crossing.step + 1,
                title: step.title.get(frame.chosen).to_owned(),
                why: reason_text(frame, model, crossing),
                rule: rule.map_or_else(String::new, |rule| {
                    condition_text(model, rule, frame.chosen)
                }),
                since: frame.fill("pupil.since", &[("date", &short_day(crossing.day))]),
                state,
                tone,
                duties: clocks
                    .iter()
                    .map(|clock| duty_view(frame, model, clock, today))
                    .collect(),
            }
        })
        .collect();
    views.reverse();
    views
}

/// Spells, patterns and trend in plain sentences. A count, never a cause.
fn findings(frame: &Frame, pupil: &Pupil, today: Day) -> Vec<String> {
    let until = pupil.days.partition_point(|day| day.day <= today);
    let days = &pupil.days[..until];
    let mut found = Vec::new();
    let all = spells(days);
    if let Some(last) = all.last() {
        found.push(frame.count("finding.spells", all.len() as u64));
        let (from, to) = (short_day(last.first.0), short_day(last.last.0));
        let lessons = u64::from(last.units);
        let days = if from == to {
            from.clone()
        } else {
            format!("{from}–{to}")
        };
        let texts = frame.texts;
        found.push(if last.open {
            texts.count("finding.spell_open", lessons, &[("from", &from)])
        } else {
            texts.count("finding.spell_last", lessons, &[("days", &days)])
        });
    }
    let recent = &days[days.len().saturating_sub(60)..];
    for of in [PatternOf::Weekday, PatternOf::LessonOfDay] {
        let Some(most) = patterns(recent, of).first().copied() else {
            continue;
        };
        // Fewer than six say nothing, nor does less than two in five of them.
        if most.missed < 6 || most.missed * 5 < most.of * 2 {
            continue;
        }
        let (n, of) = (most.missed.to_string(), most.of.to_string());
        let values = [("n", &*n), ("of", &*of)];
        found.push(match most.key {
            PatternKey::Weekday(day) => {
                let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
                let name = frame.code("weekday_on", names[day.index()]);
                frame.fill("finding.weekday", &[values[0], values[1], ("day", &name)])
            }
            PatternKey::LessonOfDay(place) => {
                let place = place.to_string();
                frame.fill("finding.lesson", &[values[0], values[1], ("place", &place)])
            }
            PatternKey::Subject(_) => continue,
        });
    }
    if let Some(trend) = trend(days) {
        let share = |part, whole| frame.percent(Share::new(part, whole));
        let (recent, earlier) = (
            share(trend.recent_absent, trend.recent_marked),
            share(trend.earlier_absent, trend.earlier_marked),
        );
        found.push(frame.fill(
            "finding.trend",
            &[("recent", &recent), ("earlier", &earlier)],
        ));
    }
    found
}

fn measures(frame: &Frame, pupil: &Pupil) -> Vec<MeasureView> {
    let m = &pupil.measures;
    let all = [
        ("at_least_5", m.at_least_5_percent),
        ("at_least_10", m.at_least_10_percent),
        ("at_least_20", m.at_least_20_percent),
        ("at_least_50", m.at_least_50_percent),
        ("ten_days", m.ten_days_in_a_row),
        ("unresolved_7", m.unresolved_over_7_days),
    ];
    let view = |(code, holds): (&str, bool)| MeasureView {
        text: frame.code("measure", code),
        holds,
        answer: frame.code("yes_no", if holds { "yes" } else { "no" }),
    };
    all.map(view).into()
}

fn figure_views(frame: &Frame, figures: &Figures) -> Vec<FigureView> {
    let all = [
        ("present", figures.present),
        ("elsewhere", figures.elsewhere),
        ("authorised", figures.authorised),
        ("unauthorised", figures.unauthorised),
        ("unresolved", figures.unresolved),
        ("late", figures.late),
        ("unmarked", figures.unmarked),
    ];
    let view = |(code, minutes): (&str, u64)| {
        // What is not marked is no part of it.
        let marked = code != "unmarked";
        let share = Share::new(minutes, figures.marked()).filter(|_| marked);
        FigureView {
            name: frame.code("category", code),
            minutes: format!("{} h {:02} min", minutes / 60, minutes % 60),
            share: frame.percent(share),
        }
    };
    all.map(view).into()
}

/// The absences of the term, the latest first: what the rules counted.
fn marks(frame: &Frame, pupil: &Pupil, today: Day) -> Vec<MarkView> {
    let inside = |day: Day| pupil.term.contains(day) && day <= today;
    let days = pupil.days.iter().rev().filter(|day| inside(day.day));
    let mut views = Vec::new();
    for day in days {
        for slot in &day.slots {
            let Some((kind, _, minutes)) = slot.mark else {
                continue;
            };
            let code = match (kind.presence(), kind.approval()) {
                (Presence::Present, _) => continue,
                (Presence::Late, _) => "late",
                (Presence::Elsewhere, _) => "elsewhere",
                (_, Approval::Authorised) => "authorised",
                (_, Approval::Unauthorised) => "unauthorised",
                (_, Approval::Unresolved) => "unresolved",
                (_, Approval::NotNeeded) => continue,
            };
            views.push(MarkView {
                date: frame.weekday(day.day),
                time: time_text(slot.start),
                what: frame.code("category", code),
                minutes: format!("{minutes} min"),
            });
        }
    }
    views
}

fn about(frame: &Frame, head: &PupilHead, leads: &str) -> String {
    let Some(leader) = &head.leader else {
        return head.school.clone();
    };
    let values = [
        ("school", &*head.school),
        ("name", leader),
        ("leads", leads),
    ];
    frame.fill("pupil.about", &values)
}

fn page_of(mut desk: Desk, pupil: &Pupil, way: &Way, once: String) -> Result<PupilPage, AppError> {
    way.known.tell(&mut desk);
    let (day, _) = way.as_of(desk.today);
    let model = desk.model()?;
    let user = desk.me()?.user;
    let (place, at) = place(&desk, &model, way, pupil.row.pupil)?;
    let way = path("", &way.acting(at));
    let frame = &desk.frame;
    let clocks: Vec<Clock> = pupil
        .signals
        .iter()
        .flat_map(|(_, _, clocks)| clocks.clone())
        .collect();
    let next = lasna_domain::signals::next(&clocks);
    let any = |test: &dyn Fn(SignalState) -> bool| {
        let mut signals = pupil.signals.iter();
        signals.any(|(_, state, _)| test(*state))
    };
    let head = &pupil.row;
    let leads = leader_text(frame, head.grade);
    let marks = marks(frame, pupil, day);
    let percent = frame.percent(pupil.figures.completeness());
    Ok(PupilPage {
        title: head.name.clone(),
        class: head.class.clone(),
        about: about(frame, head, &leads),
        why_seen: match pupil.reason {
            AccessReason::OwnClass => frame.fill("why_seen.own_class", &[("leads", &leads)]),
            _ => frame.text("why_seen.follow_absence"),
        },
        base: format!("/pupils/{}", head.pupil),
        way,
        place,
        once,
        next: next.map(|clock| duty_view(frame, &model, clock, day)),
        new: any(&|state| state == SignalState::New),
        raise: any(&|state| state != SignalState::Raised),
        open: !pupil.signals.is_empty(),
        silence: silence_text(frame, pupil, day),
        year: super::pupil_charts::year(frame, pupil, day, desk.now),
        accumulation: super::pupil_charts::accumulation(frame, &model, pupil, day),
        signals: signal_views(frame, &model, pupil, day),
        acts: pupil
            .acts
            .iter()
            .rev()
            .map(|(act, by)| act_view(frame, act, by, act.by == user))
            .collect(),
        findings: findings(frame, pupil, day),
        measures: measures(frame, pupil),
        figures: figure_views(frame, &pupil.figures),
        rate: frame.percent(pupil.figures.rate()),
        marked: frame.fill("signals.marked", &[("percent", &percent)]),
        marks_title: frame.count("pupil.marks_title", marks.len() as u64),
        marks,
        frame: if day < desk.today {
            desk.frame.known_on(day)
        } else {
            desk.frame.knowing(desk.now)
        },
    })
}

/// `GET /pupils/{pupil}`, with the query of the list that it was opened from
pub(crate) async fn pupil(visit: Visit, Path(pupil): Path<String>) -> Response {
    let once = visit.shared.token();
    let query = visit.query.clone();
    visit
        .desk(move |desk| {
            let model = desk.model()?;
            let way = Way::of(&query, desk.today);
            let (day, known_at) = way.as_of(desk.today);
            let found = desk
                .app
                .pupil_page(&model, pupil_of(&pupil)?, day, known_at)?;
            let once = once.map_err(AppError::Problem)?;
            Reply::page(&page_of(desk, &found, &way, once)?)
        })
        .await
}

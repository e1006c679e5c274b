//! The first page: what is one's own to do today, by role.
//!
//! Invariant: numbers come after what is due; nothing here ranks anybody.

use super::day::{day_of, said};
use super::frame::{Frame, short_day, time_text};
use super::overview::{Overview, overview};
use super::visit::{Desk, Reply, Visit};
use super::watch_list::{RowView, Way, rows_of};
use askama::Template;
use axum::response::Response;
use lasna_app::AppError;
use lasna_app::registers::{Debt, LessonRow, RegisterState};
use lasna_app::signals::{ListRow, duty_role};
use lasna_domain::access::UserRole;
use lasna_domain::calendar::{Day, Instant, Weekday, school_year_of};
use lasna_domain::signals::Clock;

/// Rows of the list that the first page shows.
const ROWS_SHOWN: usize = 5;
/// A lesson in a list of lessons.
pub(crate) struct LessonView {
    pub href: String,
    pub time: String,
    pub name: String,
    pub state: String,
    pub tone: &'static str,
    pub act: Option<String>,
}

/// Lessons of a teacher without a register.
pub(crate) struct DebtView {
    pub name: String,
    pub count: String,
    pub lessons: Vec<LessonView>,
}

struct Count {
    number: String,
    text: String,
    href: &'static str,
}

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage {
    frame: Frame,
    title: String,
    lead: String,
    lessons: Option<Vec<LessonView>>,
    lessons_title: String,
    /// The school day before the one that is shown, and the one after it: address and words.
    other_days: Vec<(String, String)>,
    counts: Vec<Count>,
    rows: Option<Vec<RowView>>,
    more: Option<String>,
    debts: Option<Vec<DebtView>>,
    overview: Option<Overview>,
    help: String,
}

pub(crate) fn lesson_view(frame: &Frame, row: &LessonRow, with_day: bool) -> LessonView {
    let (code, tone, act) = match row.state {
        RegisterState::Ahead => ("ahead", "quiet", None),
        RegisterState::Open => ("open", "due", Some("register.take")),
        RegisterState::Missing => ("missing", "due", Some("register.take")),
        RegisterState::Taken => ("taken", "ok", Some("register.correct")),
    };
    let time = time_text(row.key.start);
    let time = if with_day {
        format!("{} {time}", frame.weekday(row.key.day))
    } else {
        time
    };
    let subject = frame.subject(&row.subject);
    LessonView {
        href: register_path(row),
        time,
        name: format!("{} {subject}", row.group),
        state: frame.code("register_state", code),
        tone,
        act: act.map(|key| frame.text(key)),
    }
}

/// Where the register of a lesson is.
pub(crate) fn register_path(row: &LessonRow) -> String {
    let start = row.key.start.0;
    format!("/registers/{}/{}/{start}", row.key.group, row.key.day)
}

fn debt_view(frame: &Frame, debt: &Debt) -> DebtView {
    DebtView {
        name: debt.name.clone(),
        count: frame.count("today.debt_lessons", debt.lessons.len() as u64),
        lessons: debt
            .lessons
            .iter()
            .map(|row| lesson_view(frame, row, true))
            .collect(),
    }
}

/// `GET /today`
pub(crate) async fn today(visit: Visit) -> Response {
    let query = visit.query.clone();
    visit
        .desk(move |desk| match desk.me()?.role {
            // Whoever is of a home has a first page of another kind.
            UserRole::Pupil | UserRole::Guardian => Ok(Reply::Go("/home".into())),
            UserRole::Oversight => Ok(Reply::Go("/rights".into())),
            _ => Reply::page(&page_of(desk, &query)?),
        })
        .await
}

/// The day whose lessons are asked for: today or before, in this school year; else today.
fn lessons_day(query: &str, today: Day) -> Day {
    let asked = said(query, "lessons");
    let day = asked.first().and_then(|text| day_of(text));
    let fits = |day: &Day| *day <= today && school_year_of(*day) == school_year_of(today);
    day.filter(fits).unwrap_or(today)
}

/// The next weekday in a direction.
fn weekday_from(day: Day, step: i32) -> Day {
    let mut day = day.plus(step);
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.plus(step);
    }
    day
}

/// The lessons of a day, with the ways to the days beside it: a register is corrected there.
fn add_lessons(desk: &Desk, page: &mut TodayPage, query: &str) -> Result<(), AppError> {
    let frame = &desk.frame;
    // A day pass is for today.
    let substitute = desk.me()?.role == UserRole::Substitute;
    let day = if substitute {
        desk.today
    } else {
        lessons_day(query, desk.today)
    };
    let lessons = desk.app.own_lessons(day)?;
    let views = lessons.iter().map(|row| lesson_view(frame, row, false));
    page.lessons = Some(views.collect());
    if substitute {
        return Ok(());
    }
    if day < desk.today {
        let values = [("day", &*frame.weekday(day))];
        page.lessons_title = frame.fill("today.lessons_on", &values);
    }
    let way = |day: Day, key: &str| {
        let words = frame.fill(key, &[("day", &frame.weekday(day))]);
        (format!("/today?lessons={day}#lessons"), words)
    };
    let (before, after) = (weekday_from(day, -1), weekday_from(day, 1));
    if school_year_of(before) == school_year_of(day) {
        page.other_days.push(way(before, "today.day_before"));
    }
    if after <= desk.today {
        page.other_days.push(way(after, "today.day_after"));
    }
    Ok(())
}

fn page_of(desk: Desk, query: &str) -> Result<TodayPage, AppError> {
    let me = desk.me()?.clone();
    let frame = &desk.frame;
    let first = me.name.split(' ').next().unwrap_or_default().to_owned();
    let day = frame.long_weekday(desk.today);
    let mut page = TodayPage {
        title: frame.text("today.title"),
        lead: frame.fill("today.lead", &[("name", &first), ("day", &day)]),
        lessons: None,
        lessons_title: frame.text("today.lessons"),
        other_days: Vec::new(),
        counts: Vec::new(),
        rows: None,
        more: None,
        debts: None,
        overview: overview(&desk)?,
        help: frame.text("today.help"),
        frame: Frame::new(frame.chosen),
    };
    if matches!(me.role, UserRole::Teacher | UserRole::Substitute) {
        add_lessons(&desk, &mut page, query)?;
    }
    if matches!(
        me.role,
        UserRole::Teacher | UserRole::Principal | UserRole::Substitute
    ) {
        let debts = desk.app.marking_debt(desk.today)?;
        let lessons: usize = debts.iter().map(|debt| debt.lessons.len()).sum();
        if me.role == UserRole::Principal {
            page.counts.push(Count {
                number: frame.number(lessons as u64),
                text: frame.count("today.count_debt", lessons as u64),
                href: "/marking-debt",
            });
        } else if lessons > 0 {
            page.debts = Some(debts.iter().map(|debt| debt_view(frame, debt)).collect());
        }
    }
    if matches!(
        me.role,
        UserRole::Teacher | UserRole::Principal | UserRole::SkyWorker
    ) {
        follow(&desk, &mut page)?;
    }
    if page.overview.is_some() {
        page.help = frame.text("overview.help");
    }
    page.frame = desk.frame.knowing(desk.now);
    Ok(page)
}

/// What of the list is one's own to do, or has come up to one.
fn follow(desk: &Desk, page: &mut TodayPage) -> Result<(), AppError> {
    let frame = &desk.frame;
    let model = desk.model()?;
    let role = desk.me()?.role;
    let list = desk.app.signal_list(&model, desk.today, Instant::LATEST)?;
    let own = duty_role(role);
    // The principal and the SKY worker answer for the whole school.
    let sees_all = matches!(role, UserRole::Principal | UserRole::SkyWorker);
    let mine: Vec<&ListRow> = list
        .rows
        .iter()
        .filter(|row| {
            // What went up a level stays on the desk it came from, too.
            let is_own = |clock: &Clock| {
                let duty = &model.steps[clock.step].duties[clock.duty];
                Some(clock.owner) == own || Some(duty.role) == own
            };
            row.next.is_some_and(|clock| sees_all || is_own(&clock))
        })
        .collect();
    let count = |test: &dyn Fn(&&&ListRow) -> bool| mine.iter().filter(test).count() as u64;
    let late = count(&|row| row.late() > 0);
    let today = count(&|row| row.late() == 0 && row.next.is_some_and(|c| c.due <= desk.today));
    let silent = count(&|row| row.is_silent());
    let counts = [
        (late, "count_late", "/watch-list?show=late"),
        (today, "count_due", "/watch-list?show=due"),
        (silent, "count_silent", "/watch-list?show=silent"),
    ];
    let shown = counts.map(|(number, key, href)| Count {
        number: number.to_string(),
        text: frame.count_code("today", key, number),
        href,
    });
    page.counts.splice(0..0, shown);
    let rows: Vec<ListRow> = mine
        .iter()
        .take(ROWS_SHOWN)
        .map(|&row| row.clone())
        .collect();
    page.rows = Some(rows_of(frame, &model, &rows, (desk.today, &Way::default())));
    let all = list.rows.len() as u64;
    page.more = (all > rows.len() as u64).then(|| frame.count("today.more", all));
    Ok(())
}

#[derive(Template)]
#[template(path = "marking_debt.html")]
struct DebtPage {
    frame: Frame,
    title: String,
    since: String,
    debts: Vec<DebtView>,
}

/// `GET /marking-debt`
pub(crate) async fn marking_debt(visit: Visit) -> Response {
    visit
        .desk(|desk| {
            let debts = desk.app.marking_debt(desk.today)?;
            let frame = desk.frame.knowing(desk.now);
            let from = short_day(desk.today.plus(-lasna_app::registers::DEBT_DAYS));
            let page = DebtPage {
                title: frame.text("today.debt_title"),
                since: frame.fill("today.debt_since", &[("date", &from)]),
                debts: debts.iter().map(|debt| debt_view(&frame, debt)).collect(),
                frame,
            };
            Reply::page(&page)
        })
        .await
}

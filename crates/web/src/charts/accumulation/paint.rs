//! The drawing of an accumulation, the same for wide and narrow places.
//!
//! Contacts stand in lanes below the axis with their dates, each tied to its point on the line: there
//! they never touch each other nor the names of steps.
//!
//! Invariant: a label that finds no place is left out, never put over another; the table has it.

use super::super::axis::{Days, Heights, TEXT, marks};
use super::super::svg::{Anchor, Canvas, Drawing, Fill, Path};
use super::super::text::{Taken, shorten, width};
use super::super::{LegendItem, WIDE};
use super::labels::{Places, lanes, list};
use super::{AccumulationPicture, ContactKind, Point};
use lasna_domain::calendar::Day;

/// Height of the plot, and room for its scale at the left.
const TOP: f64 = 18.0;
const BOTTOM: f64 = 208.0;
const SCALE: f64 = 30.0;
/// Height of a lane, and room for the sign before its text.
const LANE: f64 = 19.0;
const SIGN: f64 = 18.0;

pub(super) fn paint(picture: &AccumulationPicture, ids: &str, width: u32) -> Drawing {
    let mut canvas = Canvas::new(ids, width);
    let days = Days {
        first: picture.first,
        last: picture.last,
        left: SCALE,
        right: canvas.width() - 4.0,
    };
    let highest = picture.steps().last().map_or(0, |step| step.hours);
    let max = f64::from(highest.max(picture.hours_max()).max(5)) * 1.1;
    let heights = Heights {
        top: TOP,
        bottom: BOTTOM,
        max,
    };
    for mark in marks(max as u32) {
        let y = heights.y(f64::from(mark));
        canvas.line("c-grid", (SCALE, y), (canvas.width(), y));
        let place = (SCALE - 6.0, y + 4.5);
        canvas.text("c-soft c-tick", Anchor::End, place, &mark.to_string());
    }
    let bottom = contacts(&mut canvas, picture, &days, &heights);
    let mut places = Places::default();
    let line = curve(picture, &days, &heights, &mut places);
    let today = end_label(&canvas, picture, &days, &heights, &mut places);
    steps(&mut canvas, picture, &heights, &mut places);
    canvas.line("c-axis", (SCALE, BOTTOM), (canvas.width(), BOTTOM));
    canvas.path(Fill::Tone("c-line"), &line);
    if let Some((place, text)) = today {
        canvas.text("c-strong c-halo", Anchor::Start, place, &text);
    }
    for contact in picture.contacts() {
        let y = heights.y(f64::from(picture.hours_at(contact.day)));
        sign(&mut canvas, contact.kind, (days.x(contact.day), y));
    }
    canvas.finish(bottom)
}

/// The line in steps, and the room that it takes.
fn curve(
    picture: &AccumulationPicture,
    days: &Days,
    heights: &Heights,
    places: &mut Places,
) -> Path {
    let mut path = Path::default();
    let (mut x, mut y) = (days.left, heights.y(0.0));
    path.start(x, y);
    let today = Point {
        day: picture.today.min(picture.last).max(picture.first),
        hours: picture.hours_at(picture.today),
    };
    for point in picture.points().into_iter().chain([today]) {
        let (to_x, to_y) = (days.x(point.day), heights.y(f64::from(point.hours)));
        places.take(Taken {
            left: x - 2.0,
            right: to_x + 2.0,
            top: y - 2.0,
            bottom: y + 2.0,
        });
        places.take(Taken {
            left: to_x - 2.0,
            right: to_x + 2.0,
            top: to_y.min(y) - 2.0,
            bottom: to_y.max(y) + 2.0,
        });
        // Days without change make the line longer, not the drawing.
        if to_y != y || point.day == today.day {
            path.level(to_x);
            path.upright(to_y);
        }
        (x, y) = (to_x, to_y);
    }
    path
}

/// The sum today, beside the end of the line.
fn end_label(
    canvas: &Canvas,
    picture: &AccumulationPicture,
    days: &Days,
    heights: &Heights,
    places: &mut Places,
) -> Option<((f64, f64), String)> {
    let words = &picture.words;
    let hours = picture.hours_at(picture.today);
    let text = format!("{} {hours}\u{a0}{}", words.today, words.unit);
    let (x, y) = (days.x(picture.today), heights.y(f64::from(hours)));
    for contact in picture.contacts() {
        let x = days.x(contact.day);
        let y = heights.y(f64::from(picture.hours_at(contact.day)));
        places.take(Taken {
            left: x - 7.0,
            right: x + 7.0,
            top: y - 7.0,
            bottom: y + 7.0,
        });
    }
    for step in picture.steps() {
        let y = heights.y(f64::from(step.hours));
        places.take(Taken {
            left: SCALE,
            right: canvas.width(),
            top: y - 1.0,
            bottom: y + 1.0,
        });
    }
    let long = width(&text, TEXT);
    let points = [
        (x + 9.0, y + 4.5),
        (x + 9.0, y - 4.0),
        (x + 9.0, y + 13.0),
        (x - long, y - 10.0),
        (x - long - 9.0, y - 4.0),
        (x - long / 2.0, y - 14.0),
        (x - long, y + 20.0),
    ];
    let place = places.text(&text, TEXT, (SCALE, canvas.width()), &points)?;
    Some((place, text))
}

/// Lines of steps with their names.
fn steps(
    canvas: &mut Canvas,
    picture: &AccumulationPicture,
    heights: &Heights,
    places: &mut Places,
) {
    let right = canvas.width();
    for step in picture.steps() {
        let y = heights.y(f64::from(step.hours));
        canvas.line("c-step", (SCALE, y), (right, y));
        // A name is cut where it finds no place as it is; its hours never are.
        let hours = format!(" {}\u{a0}{}", step.hours, picture.words.unit);
        let room = right - SCALE - 8.0 - width(&hours, TEXT);
        let rooms = [room, room / 2.0, room / 4.0];
        for label in rooms.map(|room| shorten(&step.label, TEXT, room) + &hours) {
            let long = width(&label, TEXT);
            let points = [
                (SCALE + 4.0, y - 5.0),
                (right - long - 2.0, y - 5.0),
                (SCALE + 4.0, y + 15.0),
                (right - long - 2.0, y + 15.0),
                ((SCALE + right - long) / 2.0, y - 5.0),
            ];
            if let Some(place) = places.text(&label, TEXT, (SCALE, right), &points) {
                canvas.text("c-step-name c-halo", Anchor::Start, place, &label);
                break;
            }
        }
    }
}

/// Contacts in their lanes, with names of months above. Gives the height of the whole.
fn contacts(
    canvas: &mut Canvas,
    picture: &AccumulationPicture,
    days: &Days,
    heights: &Heights,
) -> f64 {
    let date = picture.words.writing.date;
    let right = canvas.width();
    let label =
        |day: Day, text: &str| shorten(&format!("{} {text}", date(day)), TEXT, right - SIGN);
    let contacts = picture.contacts();
    let labels: Vec<(f64, String)> = contacts
        .iter()
        .map(|contact| (days.x(contact.day), label(contact.day, &contact.label)))
        .collect();
    // Where it is narrow every text would cross every line: there the lanes are a list by date.
    let listed = right < f64::from(WIDE);
    let placed = if listed {
        list(&labels)
    } else {
        lanes(&labels, TEXT, SIGN, right)
    };
    let first = BOTTOM + 42.0;
    let baseline = |lane: usize| first + lane as f64 * LANE;
    let tied = contacts.iter().zip(&placed).zip(&labels);
    for ((contact, place), (x, _)) in tied.filter(|_| !listed) {
        let from = heights.y(f64::from(picture.hours_at(contact.day)));
        canvas.line("c-tie", (*x, from), (*x, baseline(place.lane) - 11.0));
    }
    days.months(canvas, BOTTOM + 18.0, &picture.words.writing);
    for ((contact, place), (_, text)) in contacts.iter().zip(&placed).zip(&labels) {
        let y = baseline(place.lane);
        sign(canvas, contact.kind, (place.left + 6.0, y - 4.5));
        let at = (place.left + SIGN, y);
        canvas.text("c-label c-halo", Anchor::Start, at, text);
    }
    let lowest = placed.iter().map(|place| place.lane).max();
    lowest.map_or(BOTTOM + 24.0, |lane| baseline(lane) + 8.0)
}

/// Filled, hollow or square: the kind is told by shape.
fn sign(canvas: &mut Canvas, kind: ContactKind, (x, y): (f64, f64)) {
    match kind {
        ContactKind::NotReached => canvas.circle("c-not-reached", (x, y), 4.5),
        ContactKind::Reached => canvas.circle("c-reached", (x, y), 5.5),
        ContactKind::Agreed => {
            canvas.bar(Fill::Tone("c-reached"), (x - 5.5, y - 5.5), (11.0, 11.0));
        }
    }
}

/// The signs of contacts with their words and how many there are.
pub(super) fn legend(picture: &AccumulationPicture, ids: &str) -> Vec<LegendItem> {
    let count = |kind| {
        let contacts = picture.contacts().into_iter();
        contacts.filter(|contact| contact.kind == kind).count()
    };
    let item = |kind: ContactKind| {
        let mut canvas = Canvas::new(&format!("{ids}-key{}", kind as usize), 14);
        sign(&mut canvas, kind, (7.0, 8.0));
        LegendItem {
            swatch: canvas.finish(16.0),
            word: picture.contact_name(kind).to_owned(),
            amount: Some(count(kind).to_string()),
            narrow_only: false,
        }
    };
    let kinds = ContactKind::ALL.into_iter();
    kinds.filter(|kind| count(*kind) > 0).map(item).collect()
}

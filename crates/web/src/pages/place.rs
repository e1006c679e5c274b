//! Where a pupil stands in the list that the page was opened from, and the ways on and back.
//!
//! Invariant: no other pupil is named here: the page may be shown to the one it is about.

use super::frame::Frame;
use super::visit::Desk;
use super::watch_list::{Way, filter_text};
use lasna_app::AppError;
use lasna_app::signals::Place;
use lasna_domain::ids::PupilNo;
use lasna_domain::model::Model;

/// The place as it is shown.
pub(crate) struct PlaceView {
    /// The list, at the row of the pupil where there is one.
    pub back: String,
    pub text: String,
    pub filter: String,
    pub ways: Vec<(String, String)>,
}

/// The place of a pupil in the list of an address, and its number.
pub(crate) fn place(
    desk: &Desk,
    model: &Model,
    way: &Way,
    pupil: PupilNo,
) -> Result<(PlaceView, Option<usize>), AppError> {
    let as_of = way.as_of(desk.today);
    let found = desk
        .app
        .list_place(model, &way.filter, (pupil, way.before), as_of)?;
    Ok((view(&desk.frame, way, pupil, found), found.at))
}

fn view(frame: &Frame, way: &Way, pupil: PupilNo, place: Place) -> PlaceView {
    let to = |key: &str, pupil: Option<PupilNo>| Some((way.pupil(pupil?), frame.text(key)));
    let all = frame.number(place.all as u64);
    let (text, ways) = match place.at {
        Some(at) => (
            frame.fill(
                "place.at",
                &[("at", &frame.number(at as u64)), ("all", &all)],
            ),
            vec![
                to("place.previous", place.previous),
                to("place.next", place.next),
            ],
        ),
        None if place.first.is_none() => (frame.text("place.empty"), Vec::new()),
        None => (
            frame.text("place.gone"),
            vec![
                to("place.next", place.next),
                to(
                    "place.first",
                    place.first.filter(|_| place.next != place.first),
                ),
            ],
        ),
    };
    let row = place
        .at
        .map_or(String::new(), |_| format!("#pupil-{pupil}"));
    PlaceView {
        back: way.list() + &row,
        text,
        filter: filter_text(frame, &way.filter),
        ways: ways.into_iter().flatten().collect(),
    }
}

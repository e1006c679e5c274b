//! Single sentences of a pupil's page: who leads the class, and when somebody was reached.
//!
//! Invariant: a sentence says no more than the days and acts beside it.

use super::frame::{Frame, short_day};
use lasna_app::signals::PupilPage;
use lasna_domain::calendar::Day;

/// When somebody was reached last.
pub(super) fn silence_text(frame: &Frame, pupil: &PupilPage, today: Day) -> String {
    let mut latest = pupil.acts.iter().rev();
    let reached = latest.find(|(act, _)| act.what.reaches());
    let days = u64::from(pupil.silence);
    match reached {
        None if days == 0 => frame.text("pupil.reached_nobody"),
        None => frame.count("pupil.never_reached", days),
        Some((act, _)) if act.day == today => frame.text("pupil.reached_today"),
        Some((act, _)) if days == 0 => {
            frame.fill("pupil.reached_on", &[("date", &short_day(act.day))])
        }
        Some(_) => frame.count("pupil.silence", days),
    }
}

/// What the one who leads a class is called: in grades 1 to 6 a class teacher.
pub(super) fn leader_text(frame: &Frame, grade: u8) -> String {
    let code = match grade {
        0 => "either",
        1..=6 => "teacher",
        _ => "supervisor",
    };
    frame.code("leader", code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lasna_domain::model::Language;

    #[test]
    fn the_lower_grades_have_a_class_teacher() {
        let frame = Frame::new(Language::Fi);
        let told = [0, 1, 6, 7, 9].map(|grade| leader_text(&frame, grade));
        assert_eq!(
            told,
            [
                "luokanopettaja tai luokanvalvoja",
                "luokanopettaja",
                "luokanopettaja",
                "luokanvalvoja",
                "luokanvalvoja",
            ]
        );
    }
}

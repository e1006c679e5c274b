//! Duties: who does what by when, and what stops their clock.
//!
//! Source: `docs/areas/model.md`, "Words". The clock itself runs where cases are kept.
//!
//! Invariant: an [`Outcome`] stops a clock, never a note.

use super::Text;
use crate::attendance::codes;

codes! {
    /// Who a duty belongs to.
    Role {
        /// Subject teacher.
        SubjectTeacher = "subject_teacher",
        /// Class teacher or class supervisor.
        ClassTeacher = "class_teacher",
        /// Principal.
        Principal = "principal",
        /// SKY worker (kouluyhteisötyöntekijä).
        SkyWorker = "sky_worker",
        /// Special-needs teacher.
        SpecialTeacher = "special_teacher",
        /// Guidance counsellor.
        GuidanceCounsellor = "guidance_counsellor",
        /// The provider's coordinator.
        Coordinator = "coordinator",
        /// Communal student welfare group.
        WelfareGroup = "welfare_group",
    }
}

codes! {
    /// What stops a duty's clock: an outcome, never a note.
    Outcome {
        /// Somebody of the home was reached.
        ContactReached = "contact:reached",
        /// Something was agreed with the home.
        ContactAgreed = "contact:agreed",
        /// The pupil was talked with.
        PupilHeard = "pupil:heard",
        /// The causes are mapped, the school's own first.
        CausesMapped = "causes:mapped",
        /// A meeting was held.
        MeetingHeld = "meeting:held",
        /// A plan is signed by pupil or guardian and staff.
        PlanSigned = "plan:signed",
        /// Outside help was contacted.
        OutsideContacted = "outside:contacted",
        /// The unresolved marks are explained.
        MarksExplained = "marks:explained",
        /// Somebody decided, with a reason, that there is no concern.
        NoConcern = "decision:no_concern",
    }
}

/// A stretch of time for a duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Within {
    /// School days of the pupil's school.
    SchoolDays(u16),
    /// Calendar days.
    Days(u16),
}

/// What happens when a duty is not done in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// After so long from the start.
    pub after: Within,
    /// To whom it goes.
    pub to: Role,
}

/// Who does what by when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// The name, unique in its step.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// Whose it is.
    pub role: Role,
    /// By when.
    pub within: Within,
    /// Any one of these stops the clock.
    pub done: Vec<Outcome>,
    /// What happens otherwise.
    pub escalate: Option<Escalation>,
    /// The letter to send home, by name.
    pub letter: Option<String>,
    /// Working minutes it takes, for the workshop.
    pub minutes: u16,
}

/// What the school does for everybody, with the year's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniversalDuty {
    /// The name, unique in the model.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// Month of the year, 1–12.
    pub month: u8,
    /// Whose it is.
    pub role: Role,
    /// The practice and its version, for example `ryhmaytyminen@3`.
    pub practice: Option<String>,
}

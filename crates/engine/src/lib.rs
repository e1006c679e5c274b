//! Attendance as columns: figures and steps for a school, a city or a nation, in memory.
//!
//! An [`Engine`] holds one school year as known on one instant, built from resolved facts and
//! updated mark by mark; it is thrown away and rebuilt when the structure (lessons, enrolments,
//! calendar, individual timetables) changes. It reads no store and no clock.
//!
//! Invariant: every answer equals the plain one of `lasna-domain` to the minute, except on a day
//! that is a [`Problem`]; the property tests in `tests/` hold both against each other.

mod build;
mod columns;
mod days;
mod figures;
mod judge;
mod kernel;
mod periods;
mod rows;
mod schools;
mod steps;
mod update;

pub use columns::{Engine, Problem};
pub use figures::{LevelRow, PupilFigures};
pub use kernel::cpu_features;
pub use periods::PupilPeriod;
pub use steps::PupilCrossings;

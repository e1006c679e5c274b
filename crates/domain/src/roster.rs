//! Records of the roster: organisations, sessions, groups, people and their ties.
//!
//! A record is what one source says under its own id, as fields in a fixed order; `lasna-store`
//! keeps its versions. Typed readings (terms of a school, enrolments of a pupil) are made from these
//! by `lasna-app`.
//!
//! Invariant: two records are the same version exactly where their fields are equal.

use crate::attendance::codes;

codes! {
    /// The kinds of record, in order of dependency: each leads only to kinds before it.
    RecordKind {
        /// Provider, school, department.
        Org = "orgs",
        /// School year, term, period.
        Session = "academicSessions",
        /// Course of the catalogue.
        Course = "courses",
        /// Class or teaching group.
        Group = "classes",
        /// Person.
        Person = "users",
        /// Role of a person in an organisation.
        Role = "roles",
        /// Person in a group.
        Enrolment = "enrollments",
        /// Birth date and sex.
        Demographics = "demographics",
        /// Individual timetable.
        Timetable = "timetables",
    }
}

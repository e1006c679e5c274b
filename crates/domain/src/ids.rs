//! Every typed number and id of the product, declared in one registry.
//!
//! Small integers cluster marks by pupil and day inside one node and never leave it; at the edges
//! people and organisations are named by the source's own id. One type per thing, so that a pupil
//! can never be passed where a group is meant.
//!
//! Invariant: a number means one thing for as long as its database lives.

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The number as an index into a dense table.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

numbers! {
    /// An education provider (opetuksen järjestäjä) of this node.
    ProviderNo;
    /// An organisation unit: the provider itself, a school, a department.
    OrgNo;
    /// A term, a school year or another session of the calendar.
    SessionNo;
    /// A course of the source's catalogue.
    CourseNo;
    /// A class or another teaching group.
    GroupNo;
    /// A person: pupil, guardian or member of staff.
    PersonNo;
    /// One validity of a person in a group.
    EnrolmentNo;
    /// One role of a person in an organisation.
    RoleNo;
    /// One set of facts that became known together: an import, a register save, a correction.
    BatchNo;
    /// A subject of teaching, as the source names it.
    SubjectNo;
    /// An account that signs in.
    UserNo;
}

/// A pupil is a person; the second name says what a signature expects.
pub type PupilNo = PersonNo;
/// A school is an organisation of kind school; the second name says what a signature expects.
pub type SchoolNo = OrgNo;

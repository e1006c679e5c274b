//! What the attendance categories of Ed-Fi mean.
//!
//! The descriptor's own words, without the address before `#`. What it is not: a district's own
//! categories, which it maps to these before it exports.
//!
//! Invariant: a word that is not here has no meaning.

/// What a category says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Present,
    Late,
    Excused,
    Unexcused,
    /// Left early, or away for a part of the day: an absence that says no approval.
    Part,
}

/// The category of a descriptor such as `uri://ed-fi.org/AttendanceEventCategoryDescriptor#Tardy`.
pub(super) fn of(descriptor: &str) -> Option<Category> {
    Some(match word(descriptor).to_ascii_lowercase().as_str() {
        "in attendance" | "present" => Category::Present,
        "tardy" => Category::Late,
        "excused absence" => Category::Excused,
        "unexcused absence" => Category::Unexcused,
        "early departure" | "partial" => Category::Part,
        _ => return None,
    })
}

/// The code value of a descriptor.
pub(super) fn word(descriptor: &str) -> &str {
    descriptor
        .rsplit_once('#')
        .map_or(descriptor, |(_, word)| word)
        .trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_known_by_their_word() {
        let uri = |word| format!("uri://ed-fi.org/AttendanceEventCategoryDescriptor#{word}");
        assert_eq!(of(&uri("Early departure")), Some(Category::Part));
        assert_eq!(of("Excused Absence"), Some(Category::Excused));
        assert_eq!(of(&uri("Holiday")), None);
    }
}

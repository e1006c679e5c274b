//! Where a pupil stands in a list, and who comes before and after.
//!
//! Invariant: the place is that of the list in its present order; a pupil who has left it has none.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;

/// Where a pupil stands in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Place {
    /// Pupils of the list.
    pub all: usize,
    /// The place, counted from 1; `None` where the pupil is not in the list.
    pub at: Option<usize>,
    pub previous: Option<PupilNo>,
    /// Who comes next; of a pupil who has left the list, who has moved up to that place.
    pub next: Option<PupilNo>,
    pub first: Option<PupilNo>,
}

impl Place {
    /// The place of a pupil in a list, with the place that the pupil had before.
    fn of(rows: &[PupilNo], pupil: PupilNo, before: Option<usize>) -> Place {
        let row = |at: usize| rows.get(at).copied();
        let at = rows.iter().position(|row| *row == pupil);
        Place {
            all: rows.len(),
            at: at.map(|at| at + 1),
            previous: at.and_then(|at| row(at.checked_sub(1)?)),
            next: match at {
                Some(at) => row(at + 1),
                None => before.and_then(|place| row(place.checked_sub(1)?)),
            },
            first: row(0),
        }
    }
}

impl App {
    /// Where a pupil stands in the list of whoever is signed in, under a filter. `before` is the
    /// place that the pupil had when it was last looked at.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn list_place(
        &self,
        model: &Model,
        filter: &ListFilter,
        (pupil, before): (PupilNo, Option<usize>),
        (as_of, known_at): (Day, Instant),
    ) -> Result<Place, AppError> {
        let list = self.signal_list(model, as_of, known_at)?;
        let kept = list.rows.iter().filter(|row| filter.keeps(row, as_of));
        let rows: Vec<PupilNo> = kept.map(|row| row.pupil).collect();
        Ok(Place::of(&rows, pupil, before))
    }
}

#[cfg(test)]
mod tests {
    use super::Place;
    use lasna_domain::ids::PersonNo as No;

    #[test]
    fn a_place_has_its_neighbours_and_ends() {
        let rows = [No(5), No(3), No(9)];
        let of = |pupil, before| Place::of(&rows, No(pupil), before);
        let ways = |place: Place| (place.at, place.previous, place.next);
        assert_eq!(ways(of(5, None)), (Some(1), None, Some(No(3))));
        assert_eq!(ways(of(3, None)), (Some(2), Some(No(5)), Some(No(9))));
        assert_eq!(ways(of(9, Some(1))), (Some(3), Some(No(3)), None));
        assert_eq!((of(9, None).all, of(9, None).first), (3, Some(No(5))));
    }

    #[test]
    fn who_has_left_the_list_has_no_place_but_who_moved_up_is_next() {
        let rows = [No(5), No(3)];
        let next = |before| Place::of(&rows, No(9), before).next;
        assert_eq!(next(None), None);
        assert_eq!((next(Some(1)), next(Some(2))), (Some(No(5)), Some(No(3))));
        // It was the last one, or the place is no place.
        assert_eq!((next(Some(3)), next(Some(0))), (None, None));
        assert_eq!(next(Some(usize::MAX)), None);
        let gone = Place::of(&rows, No(9), Some(2));
        assert_eq!(
            (gone.at, gone.previous, gone.first),
            (None, None, Some(No(5)))
        );
        assert_eq!(Place::of(&[], No(9), Some(1)), Place::default());
    }
}

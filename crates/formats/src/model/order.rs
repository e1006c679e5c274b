//! Which condition is at least as easily true as which: the order behind "stricter" and "first".
//!
//! The order is partial and cautious: two conditions that cannot be compared for every pupil imply
//! nothing of each other. It compares limits, windows and measures, never data.
//!
//! Invariant: [`implies`] is reflexive and transitive.

use lasna_domain::attendance::{Approval, MarkKind, Presence, Reason};
use lasna_domain::model::{Condition, Measure, MeasureNo, ShareOf, Window, Within};

/// Every kind of mark that a measure can count, each with every reason.
fn countable() -> impl Iterator<Item = (MarkKind, Reason)> {
    let kinds = Presence::ALL.iter().flat_map(|presence| {
        let approvals = Approval::ALL.iter();
        approvals.filter_map(|approval| MarkKind::new(*presence, *approval, Some(1)).ok())
    });
    kinds.flat_map(|kind| Reason::ALL.iter().map(move |reason| (kind, *reason)))
}

/// Whether no mark at all is counted.
pub(super) fn counts_nothing(measure: &Measure) -> bool {
    !countable().any(|(kind, reason)| measure.counts(kind, reason))
}

/// Whether all that `narrow` counts is counted by `wide`.
pub(super) fn measure_covers(wide: &Measure, narrow: &Measure) -> bool {
    countable().all(|(kind, reason)| !narrow.counts(kind, reason) || wide.counts(kind, reason))
}

/// Whether `wide` holds every day that `narrow` holds, on each day that is judged.
pub(super) fn window_covers(wide: Window, narrow: Window) -> bool {
    use Window as W;
    match (wide, narrow) {
        _ if wide == narrow => true,
        (W::RollingDays(long), W::RollingDays(short)) => short <= long,
        (W::RollingTeachingWeeks(long), W::RollingTeachingWeeks(short)) => short <= long,
        (W::RollingTeachingWeeks(long), W::Week) => long >= 1,
        (_, W::Day) => true,
        (W::Quarter, W::Month) => true,
        (W::Term, W::Period) => true,
        // A calendar quarter may reach into July of the year before, so it is not in the list.
        (W::Year, W::Week | W::Month | W::Period | W::Term) => true,
        _ => false,
    }
}

/// Whether on every day on which `a` is true, `b` is true too.
pub(super) fn implies(a: &Condition, b: &Condition, of_a: &[Measure], of_b: &[Measure]) -> bool {
    let covers = |in_b: MeasureNo, in_a: MeasureNo| {
        let pair = of_b.get(in_b.0).zip(of_a.get(in_a.0));
        pair.is_some_and(|(wide, narrow)| measure_covers(wide, narrow))
    };
    if let (Some(of_a), Some(of_b)) = (counted(a), counted(b)) {
        return of_a.kind == of_b.kind
            && of_b.limit <= of_a.limit
            && of_b.days_min <= of_a.days_min
            && of_b.covers(of_a.window)
            && covers(of_b.measure, of_a.measure);
    }
    implies_uncounted(a, b)
}

/// A condition on a measure: hours, days or a share.
struct Counted {
    kind: Kind,
    measure: MeasureNo,
    limit: u32,
    window: Window,
    days_min: u16,
}

#[derive(PartialEq, Eq)]
enum Kind {
    Hours,
    Days,
    Share(ShareOf),
}

impl Counted {
    /// A share of a longer stretch may be smaller, so only the same stretch compares.
    fn covers(&self, narrow: Window) -> bool {
        match self.kind {
            Kind::Hours | Kind::Days => window_covers(self.window, narrow),
            Kind::Share(_) => self.window == narrow,
        }
    }
}

fn counted(condition: &Condition) -> Option<Counted> {
    let (kind, measure, limit, window, days_min) = match *condition {
        Condition::Hours {
            measure,
            hours,
            window,
        } => (Kind::Hours, measure, hours, window, 0),
        Condition::Days {
            measure,
            days,
            window,
        } => (Kind::Days, measure, days, window, 0),
        Condition::Share {
            measure,
            percent_hundredths,
            window,
            of,
            days_min,
        } => (
            Kind::Share(of),
            measure,
            percent_hundredths,
            window,
            days_min,
        ),
        _ => return None,
    };
    Some(Counted {
        kind,
        measure,
        limit,
        window,
        days_min,
    })
}

fn implies_uncounted(a: &Condition, b: &Condition) -> bool {
    use Condition as C;
    match (*a, *b) {
        (C::Unresolved { days: n }, C::Unresolved { days }) => days <= n,
        (C::Run { days: n, full: f }, C::Run { days, full }) => days <= n && (f || !full),
        (
            C::Spells {
                count: n,
                window: w,
            },
            C::Spells { count, window },
        ) => count <= n && window_covers(window, w),
        (
            C::Pattern {
                of: o,
                share_percent: s,
                count_min: n,
                window: w,
            },
            C::Pattern {
                of,
                share_percent,
                count_min,
                window,
            },
        ) => of == o && share_percent <= s && count_min <= n && window == w,
        (
            C::Trend {
                factor_tenths: f,
                percent_min: p,
            },
            C::Trend {
                factor_tenths,
                percent_min,
            },
        ) => factor_tenths <= f && percent_min <= p,
        (C::Concern, C::Concern) => true,
        _ => false,
    }
}

/// Whether `a` is over no later than `b`, whatever the calendar.
pub(super) fn no_later(a: Within, b: Within) -> bool {
    match (a, b) {
        (Within::SchoolDays(a), Within::SchoolDays(b)) | (Within::Days(a), Within::Days(b)) => {
            a <= b
        }
        // School days are calendar days too, with others between them.
        (Within::Days(a), Within::SchoolDays(b)) => a <= b,
        (Within::SchoolDays(a), Within::Days(_)) => a == 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lasna_domain::model::{CodeSet, total_measure};

    const WINDOWS: [Window; 11] = [
        Window::Day,
        Window::Week,
        Window::Month,
        Window::Quarter,
        Window::Period,
        Window::Term,
        Window::Year,
        Window::RollingDays(10),
        Window::RollingDays(30),
        Window::RollingTeachingWeeks(1),
        Window::RollingTeachingWeeks(4),
    ];

    #[test]
    fn windows_are_ordered() {
        for a in WINDOWS {
            assert!(window_covers(a, a));
            for b in WINDOWS {
                assert!(
                    a == b || !(window_covers(a, b) && window_covers(b, a)),
                    "{a:?} {b:?}"
                );
                for c in WINDOWS {
                    let both = window_covers(a, b) && window_covers(b, c);
                    assert!(!both || window_covers(a, c), "{a:?} {b:?} {c:?}");
                }
            }
        }
    }

    #[test]
    fn a_narrower_measure_does_not_cover() {
        let total = total_measure();
        let narrow = Measure {
            except_reason: CodeSet::default().with(Reason::Leave.index()),
            ..total.clone()
        };
        assert!(measure_covers(&total, &narrow));
        assert!(!measure_covers(&narrow, &total));
        let nothing = Measure {
            presence: CodeSet::default(),
            ..total
        };
        assert!(counts_nothing(&nothing) && !counts_nothing(&narrow));
    }

    #[test]
    fn fewer_hours_over_longer_time_are_easier() {
        let measures = [total_measure()];
        let hours = |hours, window| Condition::Hours {
            measure: MeasureNo(0),
            hours,
            window,
        };
        let implied = |a, b| implies(&a, &b, &measures, &measures);
        assert!(implied(hours(30, Window::Term), hours(20, Window::Year)));
        assert!(!implied(hours(30, Window::Term), hours(31, Window::Year)));
        assert!(!implied(hours(30, Window::Year), hours(20, Window::Term)));
        assert!(implied(
            Condition::Run {
                days: 5,
                full: true
            },
            Condition::Run {
                days: 5,
                full: false
            }
        ));
    }
}

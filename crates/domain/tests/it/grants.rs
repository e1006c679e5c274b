//! Grants and broken glass under any sequence of acts: nobody makes one's own right wider or longer.
//!
//! Invariant: the twin recounts a grant from its acts without the state machine.

use lasna_domain::access::Reach;
use lasna_domain::access::glass::{GLASS_MAX, GLASS_VIEW, Glass, GlassCategory, GlassVerdict};
use lasna_domain::access::grants::{
    GRANT_MAX, GrantAct, GrantKind, GrantState, GrantStep, SUPPORT_MAX, Terms, TermsFault,
};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{OrgNo, PersonNo, UserNo};
use proptest::prelude::*;

const SUBJECT: UserNo = UserNo(2);
const GIVER: UserNo = UserNo(1);

fn terms(starts: i64, ends: i64) -> Terms {
    Terms {
        subject: SUBJECT,
        kind: GrantKind::Protected,
        reach: Reach::Pupil(PersonNo(5)),
        starts: Instant(starts),
        ends: Instant(ends),
        by: GIVER,
    }
}

fn step() -> impl Strategy<Value = GrantStep> {
    prop::sample::select(GrantStep::ALL.to_vec())
}

proptest! {
    #[test]
    fn a_grant_runs_only_after_it_was_accepted_and_until_it_is_held_back_or_over(
        tries in prop::collection::vec((step(), any::<bool>(), 0_i64..120), 0..12),
        starts in 0_i64..40,
        long in 1_i64..60,
        asked in 0_i64..140,
    ) {
        let terms = terms(starts, starts + long);
        let mut tries = tries;
        tries.sort_by_key(|(_, _, at)| *at);
        let mut acts: Vec<GrantAct> = Vec::new();
        // The twin: whether it was taken, is held back, or was ended.
        let (mut taken, mut held, mut ended) = (false, false, false);
        for (step, own, at) in tries {
            let by = if own { SUBJECT } else { GIVER };
            let act = GrantAct { step, by, at: Instant(at) };
            let may = terms.may(&acts, act, !own);
            let over = at >= starts + long;
            let twin = !over && !ended && match step {
                GrantStep::Accept => own && !taken,
                GrantStep::Suspend => !own && taken && !held,
                GrantStep::Resume => !own && held,
                GrantStep::End => true,
            };
            prop_assert_eq!(may, twin, "{:?} after {:?}", act, acts);
            if may {
                match step {
                    GrantStep::Accept => taken = true,
                    GrantStep::Suspend => held = true,
                    GrantStep::Resume => held = false,
                    GrantStep::End => ended = true,
                }
                acts.push(act);
            }
        }
        let state = terms.state(&acts, Instant(asked));
        let runs = state == GrantState::Accepted;
        if runs {
            prop_assert!(asked >= starts && asked < starts + long);
            let by_then = |act: &&GrantAct| act.at.0 <= asked;
            prop_assert!(acts.iter().filter(by_then).any(|act| act.step == GrantStep::Accept
                && act.by == SUBJECT));
            prop_assert!(!acts.iter().filter(by_then).any(|act| act.step == GrantStep::End));
        }
        if asked >= starts + long {
            prop_assert_eq!(state, GrantState::Expired);
        }
    }

    #[test]
    fn nothing_that_the_one_it_is_for_does_brings_back_what_was_held_back(
        tries in prop::collection::vec((step(), 21_i64..90), 0..12),
    ) {
        let terms = terms(0, 100);
        let mut acts = vec![
            GrantAct { step: GrantStep::Accept, by: SUBJECT, at: Instant(1) },
            GrantAct { step: GrantStep::Suspend, by: GIVER, at: Instant(20) },
        ];
        let mut tries = tries;
        tries.sort_by_key(|(_, at)| *at);
        for (step, at) in tries {
            let act = GrantAct { step, by: SUBJECT, at: Instant(at) };
            // Even somebody who manages grants does not help oneself.
            if terms.may(&acts, act, true) {
                acts.push(act);
            }
            prop_assert_ne!(terms.state(&acts, Instant(at)), GrantState::Accepted);
        }
    }

    #[test]
    fn a_broken_glass_is_open_for_its_time_and_no_longer(
        at in 0_i64..1_000_000_000_000,
        later in -1_000_i64..GLASS_MAX * 2,
        given_up in prop::option::of(0_i64..GLASS_MAX),
    ) {
        let glass = Glass {
            by: SUBJECT,
            pupil: PersonNo(5),
            at: Instant(at),
            category: GlassCategory::Danger,
            given_up: given_up.map(|after| Instant(at + after)),
            verdict: None,
        };
        let open = glass.is_open(Instant(at + later));
        // Given up it stays so, also where the clock goes back behind it.
        prop_assert_eq!(open, (0..GLASS_VIEW).contains(&later) && given_up.is_none());
        prop_assert!(!open || later < GLASS_MAX);
    }
}

#[test]
fn terms_have_an_end_and_a_reach_that_their_kind_may_have() {
    let good = terms(0, GRANT_MAX);
    assert_eq!(good.check(), Ok(()));
    let cases = [
        (
            Terms {
                ends: Instant(GRANT_MAX + 1),
                ..good
            },
            TermsFault::TooLong,
        ),
        (
            Terms {
                ends: Instant(0),
                ..good
            },
            TermsFault::Empty,
        ),
        (
            Terms {
                by: SUBJECT,
                ..good
            },
            TermsFault::Oneself,
        ),
        (
            Terms {
                reach: Reach::Provider,
                ..good
            },
            TermsFault::TooFar,
        ),
        (
            Terms {
                reach: Reach::School(OrgNo(1)),
                ..good
            },
            TermsFault::TooFar,
        ),
        (
            Terms {
                kind: GrantKind::Support,
                ..good
            },
            TermsFault::TooLong,
        ),
    ];
    for (terms, fault) in cases {
        assert_eq!(terms.check(), Err(fault), "{terms:?}");
    }
    let support = Terms {
        kind: GrantKind::Support,
        reach: Reach::School(OrgNo(1)),
        ends: Instant(SUPPORT_MAX),
        ..good
    };
    assert_eq!(support.check(), Ok(()));
    let whole = Terms {
        reach: Reach::Provider,
        ..support
    };
    assert_eq!(whole.check(), Err(TermsFault::TooFar));
    let longer = Terms {
        ends: Instant(SUPPORT_MAX + 1),
        ..support
    };
    assert_eq!(longer.check(), Err(TermsFault::TooLong));
}

#[test]
fn a_second_person_judges_a_broken_glass_once_and_within_three_days() {
    let glass = Glass {
        by: SUBJECT,
        pupil: PersonNo(5),
        at: Instant(0),
        category: GlassCategory::Police,
        given_up: None,
        verdict: None,
    };
    assert!(!glass.may_judge(SUBJECT) && glass.may_judge(GIVER));
    let hours = |hours: i64| Instant(hours * 3_600_000_000);
    assert!(!glass.is_overdue(hours(72)) && glass.is_overdue(hours(73)));
    let judged = Glass {
        verdict: Some(GlassVerdict::Unjustified),
        ..glass
    };
    assert!(!judged.may_judge(GIVER) && !judged.is_overdue(hours(73)));
}

#[test]
fn what_takes_a_grant_away_counts_also_where_the_clock_was_set_back() {
    let terms = terms(0, GRANT_MAX);
    let act = |step, at| GrantAct {
        step,
        by: GIVER,
        at: Instant(at),
    };
    let accepted = act(GrantStep::Accept, 10);
    for (step, state) in [
        (GrantStep::Suspend, GrantState::Suspended),
        (GrantStep::End, GrantState::Expired),
    ] {
        let acts = [accepted, act(step, 1_000)];
        assert_eq!(terms.state(&acts, Instant(500)), state);
    }
    // What gives a right waits for its time.
    assert_eq!(terms.state(&[accepted], Instant(5)), GrantState::Invited);
    let acts = [
        accepted,
        act(GrantStep::Suspend, 20),
        act(GrantStep::Resume, 1_000),
    ];
    assert_eq!(terms.state(&acts, Instant(500)), GrantState::Suspended);
    assert_eq!(terms.state(&acts, Instant(1_000)), GrantState::Accepted);
}

#[test]
fn times_are_those_that_were_decided() {
    const HOUR: i64 = 3_600_000_000;
    assert_eq!((GLASS_VIEW, GLASS_MAX), (HOUR / 2, 24 * HOUR));
    assert_eq!((SUPPORT_MAX, GRANT_MAX), (4 * HOUR, 366 * 24 * HOUR));
    let glass = Glass {
        by: SUBJECT,
        pupil: PersonNo(5),
        at: Instant(HOUR),
        category: GlassCategory::Police,
        given_up: None,
        verdict: None,
    };
    let open = |after: i64| glass.is_open(Instant(HOUR + after));
    assert!(open(0) && open(GLASS_VIEW - 1) && !open(-1) && !open(GLASS_VIEW));
    assert!(!glass.is_overdue(Instant(73 * HOUR)) && glass.is_overdue(Instant(73 * HOUR + 1)));
}

#[test]
fn what_is_dated_at_the_end_changes_nothing_before_it() {
    let terms = terms(0, 50);
    let act = |step, at| GrantAct {
        step,
        by: SUBJECT,
        at: Instant(at),
    };
    let taken = act(GrantStep::Accept, 1);
    for (at, state) in [
        (49, GrantState::Suspended),
        (50, GrantState::Accepted),
        (51, GrantState::Accepted),
    ] {
        let acts = [taken, act(GrantStep::Suspend, at)];
        assert_eq!(terms.state(&acts, Instant(2)), state, "{at}");
    }
    assert!(terms.may(&[taken], act(GrantStep::End, 49), false));
    assert!(!terms.may(&[taken], act(GrantStep::End, 50), false));
}

#[test]
fn before_its_start_a_grant_that_was_taken_waits_and_one_held_back_stays_so() {
    let terms = terms(40, 90);
    let act = |step, at| GrantAct {
        step,
        by: SUBJECT,
        at: Instant(at),
    };
    let taken = [act(GrantStep::Accept, 1)];
    assert_eq!(terms.state(&taken, Instant(39)), GrantState::Invited);
    assert_eq!(terms.state(&taken, Instant(40)), GrantState::Accepted);
    let held = [taken[0], act(GrantStep::Suspend, 2)];
    assert_eq!(terms.state(&held, Instant(39)), GrantState::Suspended);
    assert_eq!(terms.state(&held, Instant(40)), GrantState::Suspended);
}

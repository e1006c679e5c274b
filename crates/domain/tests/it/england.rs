//! England's register codes mapped to presence, approval and reason, and the vectors on them.
//!
//! Source: the School Attendance (Pupil Registration) (England) Regulations 2024 and the guidance on
//! their codes. Each session is a lesson of one minute, so that minutes are sessions; a code that is
//! not a possible session exempts the pupil from it.
//!
//! Invariant: the decisions (persistent, severe) are made by [`Share::at_least`].

use crate::cast::{Cast, PUPIL, start, weekdays};
use lasna_domain::attendance::{
    Approval, Figures, MarkKind, Presence, Reason, Share, TimetableException,
};
use lasna_domain::calendar::{Day, Instant, TimeOfDay};

/// What a code says of a session.
#[derive(Clone, Copy, PartialEq)]
enum Session {
    Said(MarkKind, Reason),
    NotPossible,
}

fn said(presence: Presence, approval: Approval, reason: Reason) -> Session {
    let minutes = (presence == Presence::Late).then_some(1);
    Session::Said(MarkKind::new(presence, approval, minutes).unwrap(), reason)
}

fn session(code: &str) -> Session {
    use Approval::{Authorised, NotNeeded, Unauthorised, Unresolved};
    use Presence::{Absent, Elsewhere, Late, Present, Removed};
    match code {
        "/" | "\\" => said(Present, NotNeeded, Reason::Unknown),
        "L" => said(Late, NotNeeded, Reason::Unknown),
        "K" | "V" | "P" | "W" | "B" => said(Elsewhere, NotNeeded, Reason::Unknown),
        "I" | "M" => said(Absent, Authorised, Reason::Health),
        "C" | "C1" | "R" => said(Absent, Authorised, Reason::Leave),
        "C2" | "J1" | "S" | "T" => said(Absent, Authorised, Reason::Other),
        "E" => said(Removed, Authorised, Reason::School),
        "G" | "O" => said(Absent, Unauthorised, Reason::Truancy),
        "U" => said(Absent, Unauthorised, Reason::Unknown),
        // Counts with the unauthorised until somebody says why.
        "N" => said(Absent, Unresolved, Reason::Unknown),
        "D" | "Q" | "X" | "Y1" | "Y2" | "Y3" | "Y4" | "Y5" | "Y6" | "Y7" | "Z" | "#" => {
            Session::NotPossible
        }
        other => panic!("no such code: {other}"),
    }
}

/// The sums of England's statistics.
#[derive(Debug, PartialEq)]
struct Sessions {
    possible: u64,
    attendance: u64,
    authorised: u64,
    unauthorised: u64,
    late: u64,
}

fn figures_of(codes: &[&str]) -> Figures {
    let days = weekdays("2026-09-07", 4);
    let mut cast = Cast::new();
    for (index, code) in codes.iter().enumerate() {
        let (day, place) = (days[index / 2], index as u16 % 2);
        cast.lesson(day, place, 1);
        match session(code) {
            Session::Said(kind, reason) => cast.mark(day, place, kind).reason = reason,
            Session::NotPossible => cast.facts.exceptions.push(exempt(index as u32, day, place)),
        }
    }
    cast.days().iter().map(|day| day.figures()).sum()
}

fn exempt(no: u32, day: Day, place: u16) -> TimetableException {
    TimetableException {
        no,
        pupil: PUPIL,
        span: lasna_domain::calendar::Span {
            from: day,
            to: day.next(),
        },
        weekdays: 0b111_1111,
        start_from: start(place),
        start_to: TimeOfDay(start(place).0 + 1),
        subject: None,
        minutes: 0,
        known_at: Instant::ALWAYS,
    }
}

fn sessions_of(codes: &[&str]) -> (Sessions, Option<Share>) {
    let figures = figures_of(codes);
    assert!(figures.holds());
    assert_eq!(figures.unmarked, 0);
    // Arrivals after the register closed are absences, and late beside those who came before.
    let after_closing = codes.iter().filter(|&&code| code == "U").count() as u64;
    let sessions = Sessions {
        possible: figures.possible,
        attendance: figures.present + figures.elsewhere,
        authorised: figures.authorised,
        unauthorised: figures.unauthorised + figures.unresolved,
        late: figures.late + after_closing,
    };
    (sessions, figures.rate())
}

fn is_persistent(share: Option<Share>) -> bool {
    share.is_some_and(|share| share.at_least(1000))
}

fn is_severe(share: Option<Share>) -> bool {
    share.is_some_and(|share| share.at_least(5000))
}

#[test]
fn every_code_counts_where_the_statistics_count_it() {
    for code in "/ \\ L K V P W B".split(' ') {
        let (sessions, _) = sessions_of(&[code]);
        let late = u64::from(code == "L");
        let expected = Sessions {
            possible: 1,
            attendance: 1,
            authorised: 0,
            unauthorised: 0,
            late,
        };
        assert_eq!(sessions, expected, "{code}");
    }
    for code in "C C1 C2 J1 M I R S T E".split(' ') {
        let (sessions, _) = sessions_of(&[code]);
        let expected = Sessions {
            possible: 1,
            attendance: 0,
            authorised: 1,
            unauthorised: 0,
            late: 0,
        };
        assert_eq!(sessions, expected, "{code}");
    }
    for code in "G N O U".split(' ') {
        let (sessions, _) = sessions_of(&[code]);
        let late = u64::from(code == "U");
        let expected = Sessions {
            possible: 1,
            attendance: 0,
            authorised: 0,
            unauthorised: 1,
            late,
        };
        assert_eq!(sessions, expected, "{code}");
    }
    for code in "D Q X Y1 Y2 Y3 Y4 Y5 Y6 Y7 Z #".split(' ') {
        assert_eq!(figures_of(&[code]), Figures::default(), "{code}");
    }
}

/// Id, codes, the five sums, percent in hundredths (rounded half up), persistent, severe.
type Vector = (
    &'static str,
    &'static str,
    [u64; 5],
    Option<u64>,
    bool,
    bool,
);

const VECTORS: [Vector; 7] = [
    (
        "V1",
        "/ \\ I I L \\ U N # #",
        [8, 4, 2, 2, 2],
        Some(5000),
        true,
        true,
    ),
    (
        "V2",
        "/ \\ D D Y1 \\ P P C2 \\",
        [7, 6, 1, 0, 0],
        Some(1429),
        true,
        false,
    ),
    ("V3", "# # # #", [0, 0, 0, 0, 0], None, false, false),
    (
        "V4",
        "/ \\ / \\ / \\ / \\ / I",
        [10, 9, 1, 0, 0],
        Some(1000),
        true,
        false,
    ),
    (
        "V5",
        "/ \\ / \\ / \\ / \\ / \\ / I",
        [12, 11, 1, 0, 0],
        Some(833),
        false,
        false,
    ),
    (
        "V6",
        "E E E E E E E E E E",
        [10, 0, 10, 0, 0],
        Some(10_000),
        true,
        true,
    ),
    (
        "V7",
        "Z Z / \\ / U O O M \\",
        [8, 4, 1, 3, 1],
        Some(5000),
        true,
        true,
    ),
];

#[test]
fn the_vectors() {
    for (id, codes, sums, percent, persistent, severe) in VECTORS {
        let codes: Vec<&str> = codes.split(' ').collect();
        let (sessions, rate) = sessions_of(&codes);
        let [possible, attendance, authorised, unauthorised, late] = sums;
        let expected = Sessions {
            possible,
            attendance,
            authorised,
            unauthorised,
            late,
        };
        assert_eq!(sessions, expected, "{id}");
        assert_eq!(rate.map(Share::hundredths_shown), percent, "{id}");
        assert_eq!(
            (is_persistent(rate), is_severe(rate)),
            (persistent, severe),
            "{id}"
        );
    }
    // V2's attendance is four in school and two elsewhere.
    let figures = figures_of(&"/ \\ D D Y1 \\ P P C2 \\".split(' ').collect::<Vec<_>>());
    assert_eq!((figures.present, figures.elsewhere), (4, 2));
}

#[test]
fn boundaries_are_decided_on_integers() {
    let share = |absent, possible| Share::new(absent, possible);
    for (absent, possible, persistent) in [
        (38, 380, true),
        (37, 380, false),
        (36, 360, true),
        (36, 359, true),
    ] {
        assert_eq!(
            is_persistent(share(absent, possible)),
            persistent,
            "{absent}/{possible}"
        );
    }
    assert!(is_severe(share(190, 380)));
    assert!(!is_severe(share(189, 380)));
    assert_eq!(share(37, 380).map(Share::hundredths_shown), Some(974));
    // 181 of 201 attended prints as 90.0, and 20 of 201 missed is not a tenth.
    let attended = share(181, 201).unwrap();
    assert_eq!(attended.hundredths_shown(), 9005);
    // Rounded once more it would be 90.1: what is shown is no ground for the next figure either.
    assert_eq!(attended.tenths_shown(), 900);
    assert!(attended.at_least(9000));
    assert!(!is_persistent(share(20, 201)));
    // A number that only integers of more than 64 bits decide.
    assert!(share(u64::MAX / 10 + 1, u64::MAX).unwrap().at_least(1000));
    assert!(!share(u64::MAX / 10, u64::MAX).unwrap().at_least(1000));
}

/// Phase, possible, attendance, authorised, unauthorised, late, illness.
const NATIONAL: [(&str, [u64; 6]); 4] = [
    (
        "Primary",
        [
            1_299_079_364,
            1_230_531_096,
            48_445_756,
            20_102_512,
            16_775_075,
            36_191_780,
        ],
    ),
    (
        "Secondary",
        [
            1_093_892_081,
            1_001_023_029,
            57_111_352,
            35_757_700,
            33_763_125,
            39_674_988,
        ],
    ),
    (
        "Special",
        [
            52_448_242, 45_541_257, 5_018_975, 1_888_010, 571_733, 2_632_592,
        ],
    ),
    (
        "Total",
        [
            2_445_419_687,
            2_277_095_382,
            110_576_083,
            57_748_222,
            51_109_933,
            78_499_360,
        ],
    ),
];

#[test]
fn the_national_table_adds() {
    let figures = |[possible, present, authorised, unauthorised, late, _]: [u64; 6]| Figures {
        possible,
        present,
        authorised,
        unauthorised,
        late,
        ..Figures::default()
    };
    let phases: Vec<Figures> = NATIONAL.iter().map(|&(_, row)| figures(row)).collect();
    assert!(phases.iter().all(Figures::holds));
    let sum: Figures = phases[..3].iter().copied().sum();
    assert_eq!(sum, phases[3]);
    let illness: u64 = NATIONAL[..3].iter().map(|(_, row)| row[5]).sum();
    assert_eq!(illness, NATIONAL[3].1[5]);
    let absences = [68_548_268, 92_869_052, 6_906_985, 168_324_305];
    // Percent with five decimals, cut off; the last is 6.883 248….
    let percent = [527_668_u128, 848_978, 1_316_914, 688_324];
    let shown = [528, 849, 1317, 688];
    for (index, phase) in phases.iter().enumerate() {
        assert_eq!(phase.absent(), absences[index]);
        let cut = u128::from(phase.absent()) * 10_000_000 / u128::from(phase.marked());
        assert_eq!(cut, percent[index], "{}", NATIONAL[index].0);
        assert_eq!(
            phase.rate().map(Share::hundredths_shown),
            Some(shown[index])
        );
    }
}

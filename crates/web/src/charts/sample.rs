//! Made-up input for tests of charts, with long Finnish words. Nobody real.
//!
//! Invariant: the same numbers every time.

use super::accumulation::{
    AccumulationPicture, AccumulationWords, Contact, ContactKind, Point, StepLine,
};
use super::shares::{ShareRow, SharesPicture, SharesWords};
use super::trend::{TrendLine, TrendPicture, TrendStep, TrendValue, TrendWords};
use super::writing::{Share, Writing};
use super::year::{Lesson, SchoolDay, SchoolWeek, YearPicture, YearWords};
use super::{Chart, ChartWords, Picture};
use lasna_domain::calendar::Day;

pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn words<const COUNT: usize>(text: &str) -> [String; COUNT] {
    let words: Vec<String> = text.split(' ').map(|word| word.replace('_', " ")).collect();
    words.try_into().unwrap()
}

fn date(day: Day) -> String {
    format!("{}.{}.", day.to_date().day(), day.month())
}

pub(super) fn writing() -> Writing {
    Writing {
        months: words(
            "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu \
             lokakuu marraskuu joulukuu",
        ),
        week: "viikko".to_owned(),
        date,
        decimal: ',',
        thousands: '\u{a0}',
        percent: "\u{a0}%".to_owned(),
        nothing: "Ei vielä merkintöjä".to_owned(),
    }
}

/// Numbers that look random and are not.
struct Dice(u32);

impl Dice {
    fn roll(&mut self, of: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 12) % of
    }
}

/// One lesson of a pupil whose absences grow over the year.
fn lesson(dice: &mut Dice, week: usize, spell: bool, first: bool) -> Lesson {
    match dice.roll(100) {
        _ if spell && week < 16 => Lesson::Authorised,
        0..55 if spell => Lesson::Authorised,
        55..80 if spell => Lesson::Unauthorised,
        _ if spell => Lesson::Unresolved,
        0..30 if first => Lesson::Unauthorised,
        30..45 if first => Lesson::Late,
        0 => Lesson::Unmarked,
        1 => Lesson::Late,
        2..5 => Lesson::Elsewhere,
        _ => Lesson::Present,
    }
}

/// A year with `saturday` deciding about a sixth day in one week.
pub(super) fn year(saturday: bool) -> YearPicture {
    let mut dice = Dice(42);
    let monday = day("2026-08-10");
    let holidays = [10, 19, 20, 28, 33];
    let mut spell = 0;
    let mut week = |at: usize| {
        let day_of = |weekday: usize, dice: &mut Dice, spell: &mut u32| {
            let sixth = weekday == 5;
            if sixth && !(saturday && at == 15) {
                return SchoolDay::Outside;
            }
            if holidays.contains(&at) {
                return SchoolDay::Free;
            }
            if at == 0 && weekday == 0 || at == 42 && weekday > 1 {
                return SchoolDay::Outside;
            }
            if at > 29 {
                return SchoolDay::Ahead;
            }
            let odds = [3, 12, 30, 42][at / 8];
            *spell = spell.saturating_sub(1);
            if *spell == 0 && dice.roll(100) < odds {
                *spell = 1 + dice.roll(3);
            }
            let lessons = 4 + (weekday * 7 + 3) % 4;
            let one = |hour| lesson(dice, at, *spell > 0, hour == 0 && weekday == 0);
            SchoolDay::Lessons((0..lessons).map(one).collect())
        };
        SchoolWeek {
            monday: monday.plus(7 * at as i32),
            days: std::array::from_fn(|weekday| day_of(weekday, &mut dice, &mut spell)),
        }
    };
    YearPicture {
        weeks: (0..43).map(&mut week).collect(),
        words: YearWords {
            writing: writing(),
            weekdays: words("ma ti ke to pe la"),
            lessons: words(
                "läsnä muualla myöhässä luvallinen luvaton selvittämätön merkitsemättä edessä",
            ),
            holiday: "loma".to_owned(),
            caption: "Oppitunnit viikoittain".to_owned(),
            week: "Viikko".to_owned(),
            dates: "Päivät".to_owned(),
            held: "Oppitunteja".to_owned(),
            total: "Yhteensä".to_owned(),
            unit: "t".to_owned(),
        },
    }
}

pub(super) fn accumulation() -> AccumulationPicture {
    let first = day("2027-01-07");
    let mut dice = Dice(7);
    let mut hours = 0;
    let grown = (0..70).map(|at| {
        let day = first.plus(at);
        hours += if dice.roll(100) < 22 {
            1 + dice.roll(6)
        } else {
            0
        };
        Point { day, hours }
    });
    let step = |hours, label: &str| StepLine {
        hours,
        label: label.to_owned(),
    };
    let contact = |on: &str, kind, label: &str| Contact {
        day: day(on),
        kind,
        label: label.to_owned(),
    };
    use ContactKind::{Agreed, NotReached, Reached};
    AccumulationPicture {
        first,
        last: day("2027-06-05"),
        today: first.plus(69),
        points: grown.collect(),
        steps: vec![
            step(30, "1 · puheeksi ottaminen"),
            step(50, "2 · tapaaminen"),
            step(80, "3 · monialainen asiantuntijaryhmä"),
            step(200, "4 · lastensuojelu"),
        ],
        contacts: vec![
            contact("2027-02-11", NotReached, "puhelu, ei tavoitettu"),
            contact("2027-02-15", NotReached, "viesti, ei vastattu"),
            contact("2027-02-16", Reached, "puhelu huoltajan kanssa"),
            contact("2027-03-09", Agreed, "tapaaminen: läsnäolosuunnitelma"),
            contact("2027-01-20", Reached, "keskustelu oppilaan kanssa"),
        ],
        words: AccumulationWords {
            writing: writing(),
            caption: "Kertymä viikoittain".to_owned(),
            when: "Milloin".to_owned(),
            what: "Mitä".to_owned(),
            hours: "Tunteja".to_owned(),
            sum: "Kertymä".to_owned(),
            crossed: "Porras ylittyi".to_owned(),
            not_crossed: "Edessä".to_owned(),
            contacts: words("ei_tavoitettu tavoitettu sovittu"),
            today: "tänään".to_owned(),
            unit: "t".to_owned(),
        },
    }
}

pub(super) fn shares() -> SharesPicture {
    let share = |part, whole| Share { part, whole };
    let row = |label: &str, shown, marked, previous| ShareRow {
        label: label.to_owned(),
        share: shown,
        marked,
        previous,
    };
    SharesPicture {
        rows: vec![
            row(
                "Hiidenvirran koulu",
                Some(share(2_310, 31_220)),
                share(31_220, 32_010),
                Some(share(2_702, 30_114)),
            ),
            row(
                "Kuusikon yhtenäiskoulu, Pirttilahden toimipiste ja esiopetus",
                Some(share(3_984, 49_180)),
                share(49_180, 51_230),
                Some(share(3_100, 48_002)),
            ),
            row("Pikku-Kosken koulu", None, share(1_110, 1_130), None),
            row(
                "Vanhankaupunginlahdenrannankoulu",
                Some(share(5_120, 36_400)),
                share(36_400, 47_900),
                Some(share(4_890, 38_300)),
            ),
        ],
        words: SharesWords {
            writing: writing(),
            caption: "Poissaolot kouluittain".to_owned(),
            per: 1,
            label: "Koulu".to_owned(),
            share: "poissa merkityistä tunneista".to_owned(),
            part: "Poissa".to_owned(),
            whole: "Merkittyjä".to_owned(),
            previous: "syyslukukausi".to_owned(),
            marked: "merkitty".to_owned(),
            hidden: "liian vähän oppilaita näytettäväksi".to_owned(),
        },
    }
}

pub(super) fn trend(count: usize) -> Option<TrendPicture> {
    let first = day("2026-08-10");
    let mondays: Vec<Day> = (0..30).map(|week| first.plus(7 * week)).collect();
    let mut dice = Dice(3);
    let mut value = |line: u32, week: u32| {
        let free = [10, 19, 20].contains(&week);
        let whole = 9_000 + dice.roll(900);
        let part = whole * (45 + 11 * line + week + dice.roll(14)) / 1000;
        let held = if line == 0 && (5..8).contains(&week) {
            whole * 100 / 88
        } else {
            whole * 100 / 98
        };
        (!free).then_some(TrendValue {
            share: Some(Share {
                part: part.into(),
                whole: whole.into(),
            }),
            marked: Share {
                part: whole.into(),
                whole: held.into(),
            },
        })
    };
    let names = [
        "Kuusikon yhtenäiskoulu",
        "Esimerkkilän kaupunki",
        "7.–9. luokat",
        "Opetuksenjärjestäjät keskimäärin",
        "Viides",
    ];
    let line = |(at, name): (usize, &&str)| TrendLine {
        label: (*name).to_owned(),
        values: (0..30).map(|week| value(at as u32, week)).collect(),
    };
    let lines = names.iter().take(count).enumerate().map(line).collect();
    let words = TrendWords {
        writing: writing(),
        caption: "Poissa merkityistä tunneista viikoittain".to_owned(),
        step: TrendStep::Week,
        when: "Viikko".to_owned(),
        marked: "merkitty".to_owned(),
        hidden: "piilotettu".to_owned(),
        incomplete: "merkitty alle 95 %".to_owned(),
    };
    TrendPicture::of(words, mondays, lines)
}

/// A picture as a chart.
pub(super) fn chart(picture: &impl Picture, id: &str, finding: &str) -> Chart {
    Chart::of(
        picture,
        ChartWords {
            id: id.to_owned(),
            finding: finding.to_owned(),
            description: "Kuvaus niille, jotka eivät näe kuvaa.".to_owned(),
            summary: "Samat luvut taulukkona".to_owned(),
        },
    )
}

//! What stands around the content of every page: language, navigation, who is signed in.
//!
//! Invariant: the navigation of a role holds nothing that the role may not open.

use super::identity::notices::Told;
use super::texts::Texts;
use super::tour::Card;
use crate::charts::grouped;
use lasna_app::Me;
use lasna_domain::access::UserRole;
use lasna_domain::attendance::Share;
use lasna_domain::calendar::{Day, Instant, TimeOfDay};
use lasna_domain::model::Language;

/// A language with its name in itself.
pub(crate) struct Choice {
    pub code: &'static str,
    pub name: &'static str,
    pub current: bool,
}

/// A place in the navigation.
pub(crate) struct Place {
    pub href: &'static str,
    pub name: String,
    pub current: bool,
}

/// What stands around the content of every page.
pub(crate) struct Frame {
    pub language: &'static str,
    pub chosen: Language,
    pub texts: Texts,
    /// Who is signed in: name and role.
    pub me: Option<(String, String)>,
    role: Option<UserRole>,
    /// The path of the page, for the choice of language and for signing in.
    pub path: String,
    /// The same with its query, to come back to.
    pub back: String,
    /// Whether all of it is made up.
    pub demo: bool,
    /// What the figures of the page are as of.
    pub known: Option<String>,
    /// What the reader should know before anything else on the page.
    pub notice: Option<String>,
    /// What changed about how one signs in, until it was read.
    pub told: Option<Told>,
    /// The card of the guided tour, in the demo town.
    pub tour: Option<Card>,
}

pub(crate) const LANGUAGES: [(Language, &str, &str); 3] = [
    (Language::Fi, "fi", "Suomi"),
    (Language::Sv, "sv", "Svenska"),
    (Language::En, "en", "English"),
];

const TODAY: &str = "/today";
const HOME: &str = "/home";
const RIGHTS: &str = "/rights";
const LIST: &str = "/watch-list";
const DEBT: &str = "/marking-debt";
const SUBSTITUTES: &str = "/substitutes";
const MEASURES: &str = "/measures";
const LADDER: &str = "/ladder";
const IMPORTS: &str = "/imports";
const CODES: &str = "/codes";

impl Frame {
    /// The frame in a language, for anybody.
    pub fn new(chosen: Language) -> Frame {
        let known = LANGUAGES.iter().find(|(language, ..)| *language == chosen);
        Frame {
            language: known.map_or("fi", |(_, code, _)| code),
            chosen,
            texts: Texts::of(chosen),
            me: None,
            role: None,
            path: String::new(),
            back: String::new(),
            demo: false,
            known: None,
            notice: None,
            told: None,
            tour: None,
        }
    }

    /// The frame of somebody who is signed in.
    pub fn of(mut self, me: &Me) -> Frame {
        let role = self.texts.code("role", me.role.as_code());
        self.me = Some((me.name.clone(), role));
        self.role = Some(me.role);
        self
    }

    /// The text of a key, `area.name`.
    pub fn text(&self, key: &str) -> String {
        self.texts.text(key, &[])
    }

    /// The text of a key with its blanks filled.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.texts.text(key, values)
    }

    /// The text of a key in the form of a number.
    pub fn count(&self, key: &str, n: u64) -> String {
        self.texts.count(key, n, &[])
    }

    /// A whole number with its thousands apart, in the way of the language.
    pub fn number(&self, n: impl Into<u64>) -> String {
        grouped(n.into(), self.thousands())
    }

    /// The sign between the thousands of a number.
    pub fn thousands(&self) -> char {
        self.texts.thousands()
    }

    /// The text of a code in the form of a number.
    pub fn count_code(&self, group: &str, code: &str, n: u64) -> String {
        self.count(&format!("{group}.{code}"), n)
    }

    /// What a subject is called; the source's own word where it is not known here.
    pub fn subject(&self, word: &str) -> String {
        let name = self.code("subject", word);
        if name.starts_with("subject.") {
            word.to_owned()
        } else {
            name
        }
    }

    /// The text of a code.
    pub fn code(&self, group: &str, code: &str) -> String {
        self.texts.code(group, code)
    }

    /// Where a stylesheet or a script of this build is.
    pub fn asset(&self, name: &str) -> String {
        format!("/assets/{}/{name}", super::assets::BUILD)
    }

    /// Where help on this page is.
    pub fn help(&self) -> String {
        super::help::way(self)
    }

    /// The role of whoever is signed in, as an address writes it.
    pub fn role_word(&self) -> Option<String> {
        self.role.map(|role| role.as_code().replace('_', "-"))
    }

    /// Whether there are rights for a time and a log of one's own: of staff, not of a home.
    pub fn has_rights(&self) -> bool {
        self.role.is_some_and(|role| !role.is_of_home())
    }

    /// The languages to choose from.
    pub fn languages(&self) -> Vec<Choice> {
        let choice = |&(language, code, name)| Choice {
            code,
            name,
            current: language == self.chosen,
        };
        LANGUAGES.iter().map(choice).collect()
    }

    /// The same page in another language, for who has no account to keep one.
    pub fn in_language(&self, code: &str) -> String {
        let query = self.back.split_once('?').map_or("", |(_, query)| query);
        let said = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "lang");
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(said).append_pair("lang", code);
        format!("?{}", query.finish())
    }

    /// Where the role may go.
    pub fn places(&self) -> Vec<Place> {
        let hrefs: &[&'static str] = match self.role {
            Some(UserRole::Principal) => &[TODAY, LIST, DEBT, SUBSTITUTES, MEASURES, LADDER],
            Some(UserRole::SkyWorker) => &[TODAY, LIST, MEASURES, LADDER],
            Some(UserRole::Teacher) => &[TODAY, LIST, DEBT, LADDER],
            Some(UserRole::Substitute) => &[TODAY, LADDER],
            Some(UserRole::Coordinator) => &[TODAY, MEASURES, LADDER],
            Some(UserRole::Administrator) => &[TODAY, IMPORTS, CODES, LADDER],
            Some(UserRole::Oversight) => &[RIGHTS, MEASURES, LADDER],
            Some(UserRole::Pupil | UserRole::Guardian) => &[HOME, LADDER],
            Some(_) | None => &[],
        };
        let place = |&href| Place {
            href,
            name: match href {
                TODAY => self.text("frame.today"),
                RIGHTS => self.text("rights.title"),
                HOME if self.role == Some(UserRole::Pupil) => self.text("home.place_own"),
                HOME => self.text("home.place"),
                LIST if self.role == Some(UserRole::Teacher) => self.text("frame.my_class"),
                LIST => self.text("frame.watch_list"),
                DEBT => self.text("frame.marking_debt"),
                IMPORTS => self.text("imports.title"),
                CODES => self.text("codes.title"),
                SUBSTITUTES => self.text("substitutes.title"),
                MEASURES => self.text("measures.place"),
                _ => self.text("frame.ladder"),
            },
            current: self.path == href || self.path.starts_with(&format!("{href}/")),
        };
        hrefs.iter().map(place).collect()
    }

    /// Says what the figures are as of.
    pub fn knowing(mut self, now: Instant) -> Frame {
        let (day, time) = (now.day_in_finland(), now.time_in_finland());
        let values = [("date", &*day_text(day)), ("time", &*time_text(time))];
        self.known = Some(self.fill("frame.known", &values));
        self
    }

    /// Says of which past day the figures are.
    pub fn known_on(mut self, day: Day) -> Frame {
        self.known = Some(self.fill("frame.known_then", &[("date", &day_text(day))]));
        self
    }

    /// A day with its weekday: `ke 10.3.`
    pub fn weekday(&self, day: Day) -> String {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let name = self.code("weekday", names[day.weekday().index()]);
        format!("{name} {}", short_day(day))
    }

    /// A day with the whole name of its weekday: `keskiviikko 10.3.`
    pub fn long_weekday(&self, day: Day) -> String {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let name = self.code("weekday_name", names[day.weekday().index()]);
        format!("{name} {}", short_day(day))
    }

    /// The way on from a page that is not there, by who asks.
    pub fn missing_way(&self) -> String {
        let key = match self.role {
            None => "missing_visitor",
            Some(UserRole::Principal | UserRole::Coordinator) => "missing_head",
            Some(UserRole::Administrator | UserRole::Service) => "missing_administrator",
            Some(_) => "missing",
        };
        self.code("error_way", key)
    }

    /// A share in percent with one decimal, in the way of the language; a dash where there is none.
    pub fn percent(&self, share: Option<Share>) -> String {
        let space = match self.chosen {
            Language::En => "",
            _ => "\u{a0}",
        };
        let text = self.decimal(share);
        text.map_or_else(|| "–".to_owned(), |text| format!("{text}{space}%"))
    }

    /// The same as a bare number, for a cell of a sheet.
    pub fn decimal(&self, share: Option<Share>) -> Option<String> {
        let tenths = share?.tenths_shown();
        let mark = match self.chosen {
            Language::En => '.',
            _ => ',',
        };
        Some(format!("{}{mark}{}", tenths / 10, tenths % 10))
    }
}

impl Frame {
    /// A limit in hundredths of a percent, without a decimal that says nothing.
    pub fn limit(&self, hundredths: u32) -> String {
        let text = self.percent(Share::new(hundredths.into(), 10_000));
        text.replacen(",0", "", 1).replacen(".0", "", 1)
    }
}

/// As dates are written in Finland in all three languages.
pub(crate) fn day_text(day: Day) -> String {
    let date = day.to_date();
    format!("{}.{}.{}", date.day(), date.month(), date.year())
}

/// The same without the year.
pub(crate) fn short_day(day: Day) -> String {
    let date = day.to_date();
    format!("{}.{}.", date.day(), date.month())
}

/// `9.05`, as Finland writes times in all three languages.
pub(crate) fn time_text(time: TimeOfDay) -> String {
    format!("{}.{:02}", time.0 / 60, time.0 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::pupil_charts::writing;

    #[test]
    fn a_share_is_rounded_once_and_the_same_in_a_chart() {
        for (part, whole, shown) in [
            (181, 201, "90,0"),
            (1, 2_000, "0,1"),
            (9_994, 10_000, "99,9"),
        ] {
            let frame = Frame::new(Language::Fi);
            let text = frame.percent(Share::new(part, whole));
            assert_eq!(text, format!("{shown}\u{a0}%"));
            let drawn = writing(&frame).share(crate::charts::Share { part, whole });
            assert_eq!(drawn, text);
        }
    }

    #[test]
    fn numbers_in_sentences_and_tables_have_their_thousands_apart() {
        for (language, text) in [
            (Language::Fi, "21\u{a0}784"),
            (Language::Sv, "21\u{a0}784"),
            (Language::En, "21,784"),
        ] {
            let frame = Frame::new(language);
            assert_eq!(frame.number(21_784_u64), text);
            assert!(frame.count("signals.pupils", 21_784).contains(text));
            assert_eq!(writing(&frame).count(21_784_u64).text(), text);
        }
    }
}

//! What an address carries of the list: the filter, the day, and the place of a pupil in it.
//!
//! The list, a pupil of it and the forms about the pupil carry the same words, so that nobody loses
//! the place.
//!
//! Invariant: an address is written from what was understood, never from what was sent.

use crate::pages::day::{Known, said};
use lasna_app::signals::ListFilter;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::PupilNo;

/// What an address carries of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Way {
    pub filter: ListFilter,
    /// The past day that was asked for.
    pub known: Known,
    /// The place that the pupil had in the list.
    pub before: Option<usize>,
}

impl Way {
    /// Reads the query of an address; what is not understood, or said twice, leaves nobody out.
    pub fn of(query: &str, today: Day) -> Way {
        let text = |name: &str| {
            let mut all = said(query, name);
            all.pop().filter(|_| all.is_empty()).unwrap_or_default()
        };
        Way {
            filter: ListFilter::of(&text("show"), &text("class"), &text("step")),
            known: Known::of(query, today),
            before: text("at").parse().ok(),
        }
    }

    /// The day and the instant as of which the list is shown.
    pub fn as_of(&self, today: Day) -> (Day, Instant) {
        self.known.as_of(today)
    }

    /// The query that shows the same list again; empty for the whole list of today.
    pub fn query(&self) -> String {
        self.text(self.past(), None)
    }

    /// Where the list is.
    pub fn list(&self) -> String {
        path("/watch-list", &self.query())
    }

    /// Where a pupil of the list is.
    pub fn pupil(&self, pupil: PupilNo) -> String {
        path(&format!("/pupils/{pupil}"), &self.query())
    }

    /// The query of a form about a pupil, with which one comes back to where one was.
    pub fn acting(&self, at: Option<usize>) -> String {
        self.text(self.past(), at.or(self.before))
    }

    /// The query after something was done about a pupil: what is done is done today.
    pub fn done(&self) -> String {
        self.text(None, self.before)
    }

    fn past(&self) -> Option<Day> {
        self.known.past.map(|(day, _)| day)
    }

    fn text(&self, known: Option<Day>, at: Option<usize>) -> String {
        let filter = &self.filter;
        let mut text = form_urlencoded::Serializer::new(String::new());
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                text.append_pair(name, &value);
            }
        };
        add("show", filter.show.map(|show| show.as_code().to_owned()));
        add(
            "class",
            Some(filter.class.clone()).filter(|class| !class.is_empty()),
        );
        add("step", (filter.step > 0).then(|| filter.step.to_string()));
        add("known", known.map(|day| day.to_string()));
        add("at", at.map(|at| at.to_string()));
        text.finish()
    }
}

/// A path with its query, where there is one.
pub(crate) fn path(path: &str, query: &str) -> String {
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{path}{mark}{query}")
}

#[cfg(test)]
mod tests {
    use super::Way;
    use lasna_domain::calendar::Day;
    use lasna_domain::ids::PersonNo;

    fn way(query: &str) -> Way {
        let today: Day = "2027-03-10".parse().unwrap_or(Day(0));
        Way::of(query, today)
    }

    #[test]
    fn an_address_is_written_from_what_was_understood() {
        for (said, written) in [
            ("", ""),
            ("lang=sv&x=1", ""),
            ("class=8B&show=late", "show=late&class=8B"),
            ("class=8+%C3%A4&step=02&show=dance", "class=8+%C3%A4&step=2"),
            ("step=0&known=2027-03-10&known=x", ""),
            ("known=2027-02-01&at=7", "known=2027-02-01"),
            ("class=7&class=8&step=x", ""),
            ("class=%22%3E%0d%0a", ""),
            ("class=%22%3E%26step=1", "class=%22%3E%26step%3D1"),
            ("known=1.2.2027", "known=2027-02-01"),
            ("step=100&%zz", ""),
        ] {
            assert_eq!(way(said).query(), written, "{said}");
            assert_eq!(way(written).query(), written);
        }
        let long = format!("class={}", "x".repeat(61));
        assert_eq!(way(&long).query(), "");
    }

    #[test]
    fn the_place_goes_with_what_is_done_and_the_past_day_with_the_form_alone() {
        let way = way("show=new&known=2027-02-01&at=3");
        assert_eq!(way.acting(Some(2)), "show=new&known=2027-02-01&at=2");
        assert_eq!(way.acting(None), "show=new&known=2027-02-01&at=3");
        assert_eq!(way.done(), "show=new&at=3");
        let pupil = way.pupil(PersonNo(7));
        assert_eq!(pupil, "/pupils/7?show=new&known=2027-02-01");
        assert_eq!(way.list(), "/watch-list?show=new&known=2027-02-01");
        assert_eq!(Way::default().list(), "/watch-list");
    }
}

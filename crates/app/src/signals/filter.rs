//! Which rows of a list are shown, and the filters that a person saved under a name.
//!
//! A name is the person's own words: it is in the store and on the person's pages, and nowhere else.
//!
//! Invariant: a filter only leaves out, and nobody but its person reads or removes a saved one.

#[allow(clippy::wildcard_imports, reason = "the parts of one noun")]
use super::*;
use lasna_domain::signals::ListShow;
use lasna_store::StoredFilter;

/// Characters of a filter's name at most.
pub const FILTER_NAME_MAX: usize = 40;
/// Filters of one person at most.
pub const FILTERS_MAX: usize = 12;
/// Characters of what a class is called at most; a longer one is nobody's class.
const CLASS_MAX: usize = 60;
/// More steps than any ladder has.
const STEP_MAX: u32 = 99;

/// Which rows of a list are shown; the default shows all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// Rows of one kind.
    pub show: Option<ListShow>,
    /// What the class is called; empty for all.
    pub class: String,
    /// The lowest step, counted from 1; 0 for all.
    pub step: u32,
}

/// A filter that a person saved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct OwnFilter {
    /// Its number among those of the person.
    pub no: u32,
    pub name: String,
    pub filter: ListFilter,
}

impl ListFilter {
    /// The filter of what an address or a form says; what is not understood leaves nobody out.
    pub fn of(show: &str, class: &str, step: &str) -> ListFilter {
        let known = class.chars().count() <= CLASS_MAX && !class.contains(char::is_control);
        ListFilter {
            show: ListShow::from_code(show),
            class: if known { class } else { "" }.to_owned(),
            step: step
                .parse()
                .ok()
                .filter(|step| *step <= STEP_MAX)
                .unwrap_or(0),
        }
    }

    /// Whether it leaves nobody out.
    pub fn is_all(&self) -> bool {
        *self == ListFilter::default()
    }

    /// Whether a row is shown.
    pub fn keeps(&self, row: &ListRow, today: Day) -> bool {
        let class = self.class.is_empty() || row.class == self.class;
        let step = row.highest.step + 1 >= self.step as usize;
        let show = match self.show {
            None => true,
            Some(ListShow::Late) => row.late() > 0,
            Some(ListShow::Due) => {
                row.late() == 0 && row.next.is_some_and(|clock| clock.due <= today)
            }
            Some(ListShow::Silent) => row.is_silent(),
            Some(ListShow::New) => row.state == SignalState::New,
            Some(ListShow::NoConcern) => matches!(row.state, SignalState::NoConcern(_)),
        };
        class && step && show
    }
}

fn own_of(stored: StoredFilter) -> OwnFilter {
    OwnFilter {
        no: stored.no,
        name: stored.name,
        filter: ListFilter {
            show: ListShow::from_code(&stored.shown),
            class: stored.class,
            step: stored.step,
        },
    }
}

impl App {
    /// Whether whoever is signed in may look at a list at all.
    fn may_list(&self) -> Result<(), AppError> {
        for reach in self.follow_reach() {
            self.scope(Action::ReadWatchList, reach)?;
        }
        Ok(())
    }

    /// The filters that whoever is signed in saved, the oldest first.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn own_filters(&self) -> Result<Vec<OwnFilter>, AppError> {
        let Some(account) = self.account() else {
            return Ok(Vec::new());
        };
        let stored = self
            .store()
            .ask(|read| StoredFilter::list(read, &account))?;
        Ok(stored.into_iter().map(own_of).collect())
    }

    /// Saves a filter under a name; one of the same name is replaced.
    ///
    /// # Errors
    /// [`AppError`]; `filters.name_missing`, `filters.name_long`, `filters.nothing` and
    /// `filters.full` are keys of sentences.
    pub fn save_filter(&self, name: &str, filter: &ListFilter) -> Result<(), AppError> {
        self.may_list()?;
        let words: Vec<&str> = name
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
            .collect();
        let name = words.join(" ");
        let wrong = match name.chars().count() {
            0 => Some("filters.name_missing"),
            length if length > FILTER_NAME_MAX => Some("filters.name_long"),
            _ if filter.is_all() => Some("filters.nothing"),
            _ => None,
        };
        if let Some(key) = wrong {
            return Err(AppError::Problem(key.into()));
        }
        let stored = StoredFilter {
            no: 0,
            name,
            shown: filter.show.map_or("", ListShow::as_code).to_owned(),
            class: filter.class.clone(),
            step: filter.step,
        };
        self.of_me("list-filter", |tx, account, now| {
            StoredFilter::hold(tx)?;
            let own = StoredFilter::list(tx, account)?;
            let same = own.iter().find(|one| one.name == stored.name);
            if let Some(same) = same {
                // A form that was sent twice saved what it says.
                if (StoredFilter {
                    no: 0,
                    ..same.clone()
                }) == stored
                {
                    return Ok(());
                }
                StoredFilter::end(tx, account, same.no, now)?;
            } else if own.len() >= FILTERS_MAX {
                return Err(AppError::Problem("filters.full".into()));
            }
            Ok(stored.insert(tx, account, now)?)
        })
    }

    /// Removes a filter of one's own; a number that is none of them changes nothing.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn remove_filter(&self, no: u32) -> Result<(), AppError> {
        self.may_list()?;
        self.of_me(&format!("list-filter:{no}"), |tx, account, now| {
            StoredFilter::hold(tx)?;
            let own = StoredFilter::list(tx, account)?;
            if own.iter().any(|one| one.no == no) {
                StoredFilter::end(tx, account, no, now)?;
            }
            Ok(())
        })
    }
}

//! School years that a running service holds in memory, so that a question does not load its year.
//!
//! A held year is the whole provider's, as known now. It answers only what the scope of the question
//! reaches; the audit row is written first, as for a reading from the store, and with it the list of
//! imports is read: where that has changed, also by another process, the year is loaded anew. A
//! reading of the past, and a program without [`HeldYears`], loads what it needs and holds nothing.
//!
//! Invariant: an answer out of a held year equals the answer out of the store at the same moment.

use crate::load::Loaded;
use crate::watch_list::{self, WatchRow};
use crate::{App, AppError};
use lasna_domain::access::{Reach, Scope};
use lasna_domain::calendar::{Day, Instant, school_year_of};
use lasna_domain::ids::ProviderNo;
use lasna_domain::model::Model;
use lasna_engine::Engine;
use lasna_store::Batch;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// School years held at most, and lists of each; the one used longest ago goes.
const YEARS_MAX: usize = 4;
const LISTS_MAX: usize = 8;

/// Of a provider the school year that begins on a day.
type Key = (ProviderNo, Day);

/// A place for one year: whoever needs it first loads it, the others wait.
type Place = Arc<Mutex<Option<Arc<HeldYear>>>>;

/// A list of all schools, by model and day.
type List = ((String, Day), Arc<Vec<WatchRow>>);

/// The years that a service holds; shared by its requests.
#[derive(Default)]
pub struct HeldYears {
    /// The one used last stands last.
    years: Mutex<Vec<(Key, Place)>>,
}

/// One school year of a provider: columns and the ids that their numbers stand for.
pub(crate) struct HeldYear {
    pub loaded: Loaded,
    pub engine: Engine,
    lists: Mutex<Vec<List>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind these locks is replaced whole, never half.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The value of a key, made where it is missing; the list keeps its latest `max` keys.
fn find<K: PartialEq, V: Clone>(
    list: &mut Vec<(K, V)>,
    key: K,
    max: usize,
    make: impl FnOnce() -> V,
) -> V {
    let known = list.iter().position(|(known, _)| *known == key);
    let entry = match known {
        Some(place) => list.remove(place),
        None => (key, make()),
    };
    let value = entry.1.clone();
    list.push(entry);
    if list.len() > max {
        list.remove(0);
    }
    value
}

impl HeldYears {
    fn place(&self, key: Key) -> Place {
        find(&mut lock(&self.years), key, YEARS_MAX, Place::default)
    }

    /// Bytes of the columns held.
    pub fn bytes(&self) -> usize {
        let places: Vec<Place> = lock(&self.years).iter().map(|(_, p)| p.clone()).collect();
        let held = places.iter().filter_map(|place| lock(place).clone());
        held.map(|year| year.engine.bytes()).sum()
    }
}

impl HeldYear {
    fn new(mut loaded: Loaded) -> Result<HeldYear, AppError> {
        let engine = loaded.engine()?;
        // The columns hold what questions need of them.
        loaded.facts = lasna_domain::attendance::Facts::default();
        Ok(HeldYear {
            loaded,
            engine,
            lists: Mutex::default(),
        })
    }

    /// The list of all schools that were loaded, on a day under a model.
    pub fn watch_rows(&self, model: &Model, as_of: Day) -> Arc<Vec<WatchRow>> {
        let key = (model.reference(), as_of);
        // Made under the lock: whoever asks for the same list meanwhile waits for it.
        find(&mut lock(&self.lists), key, LISTS_MAX, || {
            Arc::new(watch_list::rows(model, &self.loaded, &self.engine, as_of))
        })
    }
}

impl App {
    /// The school year that holds a day, as known on an instant; writes the audit row of the look.
    ///
    /// It may hold more than the scope reaches: the caller answers with what is inside.
    pub(crate) fn year(
        &self,
        scope: &Scope,
        target: &str,
        known_at: Instant,
        day: Day,
    ) -> Result<Arc<HeldYear>, AppError> {
        let Some(held) = self.held.as_ref().filter(|_| known_at == Instant::LATEST) else {
            let loaded = self.load(scope, target, known_at, day)?;
            return Ok(Arc::new(HeldYear::new(loaded)?));
        };
        let batches = self.store().look(scope, self.now(), target, |read| {
            Batch::list(read, scope.provider())
        })?;
        let place = held.place((scope.provider(), school_year_of(day).from));
        let mut year = lock(&place);
        if let Some(year) = year.as_ref().filter(|year| year.loaded.batches == batches) {
            return Ok(year.clone());
        }
        // Out of memory before the new one comes in: a city's columns are large.
        *year = None;
        let loaded = self.load_within(scope, Reach::Provider, known_at, day)?;
        let new = Arc::new(HeldYear::new(loaded)?);
        *year = Some(new.clone());
        Ok(new)
    }
}

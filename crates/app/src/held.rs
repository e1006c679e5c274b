//! School years that a running service holds in memory, so that a question does not load its year.
//!
//! A held year is the whole provider's, as known now. It answers only what the scope of the question
//! reaches; the audit row is written first, as for a reading from the store, and with it the list of
//! imports is read: where that has changed, also by another process, the year is loaded anew, and
//! registers saved and acts logged since are taken in one by one (`crate::live`). A
//! reading of the past, and a program without [`HeldYears`], loads what it needs and holds nothing.
//!
//! Invariant: an answer out of a held year equals the answer out of the store at the same moment; of
//! sums of every pupil, at a moment of the last minutes (`crate::kept`).

use crate::kept::Kept;
use crate::live::Live;
use crate::load::Loaded;
use crate::measures::Measures;
use crate::{App, AppError, Completeness};
use lasna_domain::access::{Reach, Scope};
use lasna_domain::calendar::{Day, Instant, school_year_of};
use lasna_domain::ids::ProviderNo;
use lasna_domain::model::Model;
use lasna_engine::{Engine, PupilPeriod};
use lasna_store::db::Read;
use lasna_store::retention::RetentionRun;
use lasna_store::{Batch, RegisterSave, StoredAct};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// School years held at most; the one used longest ago goes.
const YEARS_MAX: usize = 4;

/// Pupils looked at in one go where all of a city are looked at: under a millisecond.
pub(crate) const PART: usize = 64;

/// Of a provider the school year that begins on a day.
type Key = (ProviderNo, Day);

/// A place for one year: whoever needs it first loads it, the others wait.
type Place = Arc<Mutex<Option<Arc<HeldYear>>>>;

/// The years that a service holds; shared by its requests.
#[derive(Default)]
pub struct HeldYears {
    /// The one used last stands last.
    years: Mutex<Vec<(Key, Place)>>,
}

/// One school year of a provider: columns and the ids that their numbers stand for.
pub(crate) struct HeldYear {
    pub loaded: Loaded,
    live: RwLock<Live>,
    /// The measures that were released last.
    pub released: Kept<(Model, (Day, Day), Instant), Measures>,
    /// How complete the registers are.
    pub complete: Kept<Day, Vec<Completeness>>,
}

/// Between two parts: a writer that is woken takes longer to come than the next part to begin.
pub(crate) fn give_way() {
    std::thread::sleep(std::time::Duration::from_micros(100));
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind these locks is replaced whole, never half.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl HeldYears {
    fn place(&self, key: Key) -> Place {
        let mut years = lock(&self.years);
        let known = years.iter().position(|(known, _)| *known == key);
        let entry = known.map_or_else(|| (key, Place::default()), |at| years.remove(at));
        let place = entry.1.clone();
        years.push(entry);
        if years.len() > YEARS_MAX {
            years.remove(0);
        }
        place
    }

    /// Bytes of the columns held.
    pub fn bytes(&self) -> usize {
        let places: Vec<Place> = lock(&self.years).iter().map(|(_, p)| p.clone()).collect();
        let held = places.iter().filter_map(|place| lock(place).clone());
        held.map(|year| year.live().engine.bytes()).sum()
    }
}

impl HeldYear {
    pub(crate) fn new(mut loaded: Loaded) -> Result<HeldYear, AppError> {
        let engine = loaded.engine()?;
        // The columns hold what questions need of them.
        loaded.facts = lasna_domain::attendance::Facts::default();
        let live = Live::new(engine, loaded.saves, std::mem::take(&mut loaded.acts));
        Ok(HeldYear {
            loaded,
            live: RwLock::new(live),
            released: Kept::default(),
            complete: Kept::default(),
        })
    }

    /// What changes while the year is held.
    pub fn live(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn live_mut(&self) -> RwLockWriteGuard<'_, Live> {
        self.live.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// As `Engine::each_period` for every pupil, in parts: whoever saves meanwhile waits for one part,
    /// and so does whoever asks behind a save. A pupil is handed over whole.
    pub fn each_period(&self, ends: &[Day], mut each: impl FnMut(&Engine, &PupilPeriod)) {
        // Who is in the year does not change while it is held.
        let all = self.live().engine.pupils().len();
        for from in (0..all).step_by(PART) {
            let live = self.live();
            let part = from..all.min(from + PART);
            live.engine
                .each_period(part, ends, |pupil| each(&live.engine, pupil));
            drop(live);
            give_way();
        }
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
        let marks = self.look(scope, target, |read| Seen::of(read, scope))?;
        self.current(held, scope, day, &marks)
    }

    /// The same without an audit row: for what is answered without anything of pupils.
    pub(crate) fn unseen_year(&self, scope: &Scope, day: Day) -> Result<Arc<HeldYear>, AppError> {
        let Some(held) = self.held.as_ref() else {
            let loaded = self.load_within(scope, Reach::Provider, Instant::LATEST, day)?;
            return Ok(Arc::new(HeldYear::new(loaded)?));
        };
        let marks = self.store().ask(|read| Seen::of(read, scope))?;
        self.current(held, scope, day, &marks)
    }

    fn current(
        &self,
        held: &HeldYears,
        scope: &Scope,
        day: Day,
        seen: &Seen,
    ) -> Result<Arc<HeldYear>, AppError> {
        let place = held.place((scope.provider(), school_year_of(day).from));
        let mut year = lock(&place);
        // This node's own registers are followed save by save.
        let imports =
            |all: &[Batch]| -> Vec<Batch> { all.iter().filter(|b| !b.is_own()).cloned().collect() };
        let same = |year: &&Arc<HeldYear>| {
            imports(&year.loaded.batches) == imports(&seen.batches)
                && year.loaded.taken == seen.taken
        };
        if let Some(year) = year.as_ref().filter(same) {
            let behind = year.live().is_behind(seen.saves, seen.acts);
            if behind {
                self.follow(scope, year)?;
            }
            return Ok(year.clone());
        }
        // Out of memory before the new one comes in: a city's columns are large.
        *year = None;
        let loaded = self.load_within(scope, Reach::Provider, Instant::LATEST, day)?;
        let new = Arc::new(HeldYear::new(loaded)?);
        *year = Some(new.clone());
        Ok(new)
    }
}

/// How far the store was when a question was asked.
struct Seen {
    batches: Vec<Batch>,
    saves: u32,
    acts: u32,
    taken: i64,
}

impl Seen {
    fn of(read: &mut Read<'_>, scope: &Scope) -> Result<Seen, AppError> {
        Ok(Seen {
            batches: Batch::list(read, scope.provider())?,
            saves: RegisterSave::last(read, scope.provider())?,
            acts: StoredAct::last(read, scope)?,
            taken: RetentionRun::last_taken(read)?,
        })
    }
}

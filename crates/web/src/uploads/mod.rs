//! Uploads from being given until they are imported or thrown away; one is worked on at a time.
//!
//! The files are in a folder on disk, what was found in them is in memory: after a restart an upload
//! is read again when somebody opens it. Reading and writing run on a thread of their own, for the
//! account that asked. What is not here: forms and pages.
//!
//! Invariant: what is written is what was previewed, or nothing.

mod folder;

pub(crate) use folder::{Part, StagedFile, files_of};

use folder::{Note, Place};
use lasna_app::import::{Input, Options, Report};
use lasna_app::{App, AppError, ImportStop};
use lasna_domain::calendar::Instant;
use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where uploads are kept, and how large one may be.
#[derive(Clone, Debug)]
pub struct UploadSettings {
    /// The folder; it is made when the first upload comes.
    pub folder: PathBuf,
    /// A folder whose files an administrator may read in without sending them.
    pub import_folder: Option<PathBuf>,
    /// Most bytes of one upload.
    pub bytes_max: u64,
}

/// Most files of one upload.
pub(crate) const FILES_MAX: usize = 500;
/// After so many days an upload is removed, done or not.
pub(crate) const KEPT_DAYS: i64 = 7;
const DAY: i64 = 86_400_000_000;
/// The sentence of an upload without a file for any reader.
pub(crate) const UNKNOWN: &str = "imports.nothing_to_read";

/// How far an upload is.
#[derive(Clone, Debug)]
pub(crate) enum State {
    /// Here, and not looked into since the server started.
    Unread,
    /// It waits for another one.
    Waiting,
    /// It is read and compared.
    Reading,
    /// It can be looked at and written; `again` where it has changed since it was looked at.
    Ready { report: Arc<Report>, again: bool },
    /// It is being written.
    Writing,
    /// Written.
    Done(Arc<Report>),
    /// It could not be done: the key of a sentence. Nothing was changed.
    Stopped(&'static str),
}

/// One upload.
pub(crate) struct Upload {
    pub id: String,
    pub once: String,
    pub at: Instant,
    pub by: String,
    pub files: Vec<StagedFile>,
    rows: AtomicU64,
    state: Mutex<State>,
}

impl Upload {
    fn new(id: String, note: Note) -> Upload {
        Upload {
            id,
            at: note.at(),
            once: note.once,
            by: note.by,
            files: note.files,
            rows: AtomicU64::new(0),
            state: Mutex::new(State::Unread),
        }
    }

    pub fn state(&self) -> State {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, state: State) {
        *self.lock() = state;
    }

    /// Rows read so far.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// What was found, where it was read.
    pub fn report(&self) -> Option<Arc<Report>> {
        match self.state() {
            State::Ready { report, .. } | State::Done(report) => Some(report),
            _ => None,
        }
    }

    /// Whether it is written and nothing of it is left to mend.
    pub fn is_done(&self) -> bool {
        matches!(self.state(), State::Done(report) if report.rejected.is_empty())
    }

    fn is_busy(&self) -> bool {
        matches!(
            self.state(),
            State::Waiting | State::Reading | State::Writing
        )
    }

    /// Takes a step that only one of two who ask at once may take.
    fn step(&self, from: impl FnOnce(&State) -> bool, to: State) -> bool {
        let mut state = self.lock();
        let takes = from(&state);
        if takes {
            *state = to;
        }
        takes
    }
}

/// All uploads of a server.
pub(crate) struct Uploads {
    pub settings: UploadSettings,
    place: Place,
    all: Mutex<BTreeMap<String, Arc<Upload>>>,
    /// Held by whoever is reading or writing.
    turn: Mutex<()>,
}

impl Uploads {
    /// Finds what was left when the server last stopped.
    pub fn new(settings: UploadSettings) -> Uploads {
        let place = Place::new(settings.folder.clone());
        let left = place.load().into_iter();
        let all = left.map(|(id, note)| (id.clone(), Arc::new(Upload::new(id, note))));
        Uploads {
            all: Mutex::new(all.collect()),
            place,
            settings,
            turn: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Upload>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every upload, the newest first; old ones are removed.
    pub fn list(&self, now: Instant) -> Vec<Arc<Upload>> {
        let mut all = self.lock();
        let old = |upload: &Upload| now.0 - upload.at.0 > KEPT_DAYS * DAY;
        all.retain(|id, upload| {
            let keeps = upload.is_busy() || !old(upload);
            if !keeps {
                self.place.remove(id);
            }
            keeps
        });
        let mut list: Vec<Arc<Upload>> = all.values().cloned().collect();
        list.sort_by_key(|upload| std::cmp::Reverse((upload.at, upload.id.clone())));
        list
    }

    pub fn find(&self, id: &str) -> Option<Arc<Upload>> {
        self.lock().get(id).cloned()
    }

    /// The upload that a sending made, where it was sent before.
    pub fn of_once(&self, once: &str) -> Option<Arc<Upload>> {
        let all = self.lock();
        all.values().find(|upload| upload.once == once).cloned()
    }

    /// Begins an upload under a random name.
    pub fn begin(&self, id: &str) -> io::Result<Part> {
        self.place.begin(id)
    }

    /// Keeps an upload that has all its files, and begins to read it.
    pub fn keep(self: &Arc<Self>, part: Part, once: &str, app: &App, by: &str) -> io::Result<()> {
        let id = part.id().to_owned();
        let note = part.keep(once, app.now(), by)?;
        let upload = Arc::new(Upload::new(id.clone(), note));
        self.lock().insert(id, upload.clone());
        self.read(&upload, app);
        Ok(())
    }

    /// Removes an upload that nobody works on.
    pub fn discard(&self, upload: &Upload) {
        if !upload.is_busy() {
            self.lock().remove(&upload.id);
            self.place.remove(&upload.id);
        }
    }

    /// A file of an upload, to be read by an importer.
    pub fn input(&self, upload: &Upload, no: usize) -> Option<Input> {
        let name = upload.files.get(no)?.name.clone();
        let bytes = Box::new(self.place.open(&upload.id, no).ok()?);
        Some(Input { name, bytes })
    }

    fn inputs(&self, upload: &Upload) -> Option<Vec<Input>> {
        let all = 0..upload.files.len();
        all.map(|no| self.input(upload, no)).collect()
    }

    /// Reads an upload and compares, in the background; one that is worked on is left to it.
    pub fn read(self: &Arc<Self>, upload: &Arc<Upload>, app: &App) {
        let idle =
            |state: &State| !matches!(state, State::Waiting | State::Reading | State::Writing);
        if upload.step(idle, State::Waiting) {
            self.work(upload, app, |uploads, upload, app| {
                uploads.preview(upload, app, false)
            });
        }
    }

    /// Reads again what was refused for want of a code's meaning.
    pub fn read_again(self: &Arc<Self>, app: &App) {
        for upload in self.list(app.now()) {
            let lacks = |report: Arc<Report>| !report.unknown_codes.is_empty();
            if upload.report().is_some_and(lacks) {
                self.read(&upload, app);
            }
        }
    }

    /// Writes what was looked at, in the background; a second click does nothing.
    pub fn write(self: &Arc<Self>, upload: &Arc<Upload>, app: &App, seen: u64, accept: bool) {
        let seen_now = |state: &State| {
            matches!(state, State::Ready { report, .. }
                if report.fingerprint == seen && !report.is_fatal())
        };
        if !upload.step(seen_now, State::Writing) {
            return;
        }
        self.work(upload, app, move |uploads, upload, app| {
            let options = Options {
                accept_ended: accept,
                expected: Some(seen),
                ..Options::default()
            };
            match uploads.import(upload, app, options) {
                Ok(report) => {
                    if report.rejected.is_empty() {
                        // Nothing is left to mend: the files have done their work.
                        uploads.place.remove(&upload.id);
                    }
                    State::Done(Arc::new(report))
                }
                Err(AppError::Import(ImportStop::Changed | ImportStop::Overtaken)) => {
                    uploads.preview(upload, app, true)
                }
                Err(error) => stopped(&error),
            }
        });
    }

    fn import(&self, upload: &Upload, app: &App, options: Options) -> Result<Report, AppError> {
        let inputs = self
            .inputs(upload)
            .ok_or(AppError::Problem("imports.files_gone".into()))?;
        upload.rows.store(0, Ordering::Relaxed);
        app.import(inputs, options, &mut |rows| {
            upload.rows.store(rows, Ordering::Relaxed);
        })
    }

    fn preview(&self, upload: &Upload, app: &App, again: bool) -> State {
        upload.set(State::Reading);
        let options = Options {
            dry_run: true,
            ..Options::default()
        };
        match self.import(upload, app, options) {
            Ok(report) => State::Ready {
                report: Arc::new(report),
                again,
            },
            Err(error) => stopped(&error),
        }
    }

    /// Runs on a thread of its own, in its turn; what comes of it is the state.
    fn work(
        self: &Arc<Self>,
        upload: &Arc<Upload>,
        app: &App,
        work: impl FnOnce(&Uploads, &Upload, &App) -> State + Send + 'static,
    ) {
        let (uploads, of, app) = (self.clone(), upload.clone(), app.clone());
        let job = move || {
            let _turn = uploads.turn.lock().unwrap_or_else(PoisonError::into_inner);
            // A panic must not leave an upload that is worked on for ever.
            let done = catch_unwind(AssertUnwindSafe(|| work(&uploads, &of, &app)));
            of.set(done.unwrap_or(State::Stopped("imports.failed")));
        };
        if std::thread::Builder::new().spawn(job).is_err() {
            upload.set(State::Stopped("imports.failed"));
        }
    }
}

/// The sentence of an error.
fn stopped(error: &AppError) -> State {
    State::Stopped(match error {
        AppError::Import(ImportStop::NothingToRead { .. }) => UNKNOWN,
        AppError::Problem(key) if key == "imports.files_gone" => "imports.files_gone",
        error => {
            tracing::error!(%error, "an import failed");
            "imports.failed"
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_old_is_removed() {
        let folder = lasna_testkit::temp::folder();
        let settings = UploadSettings {
            folder: folder.path().join("uploads"),
            import_folder: None,
            bytes_max: 1,
        };
        let id = "a".repeat(64);
        let place = Place::new(settings.folder.clone());
        place
            .begin(&id)
            .unwrap()
            .keep("once", Instant(0), "Zz Staff")
            .unwrap();
        let uploads = Uploads::new(settings);
        assert_eq!(uploads.list(Instant(KEPT_DAYS * DAY)).len(), 1);
        assert!(uploads.of_once("once").is_some());
        assert_eq!(uploads.list(Instant(KEPT_DAYS * DAY + 1)).len(), 0);
        assert!(place.load().is_empty());
    }
}

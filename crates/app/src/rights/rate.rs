//! How much one person reads: counted in the transaction of the look, held back past the limit.
//!
//! Past a limit an alarm is raised and a fresh proof is asked: a session goes on once its proof is later
//! than the last alarm, and pages are counted from there anew. A token has no proof to give and waits.
//!
//! Invariant: a page counts once for each request, and a look that is held back shows nothing.

use crate::{App, AppError};
use lasna_domain::access::reading::{READING_LIMITS, ReadingKind, ReadingSpan, reading_kind};
use lasna_domain::access::{Action, Reach, Scope};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::UserNo;
use lasna_store::db::Tx;
use lasna_store::{Reader, ReadingAlarm};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the page of a request was counted, by kind.
#[derive(Debug, Default)]
pub(crate) struct Counted([AtomicBool; 2]);

impl Counted {
    /// Everything is taken as counted.
    pub fn all() -> Counted {
        Counted([AtomicBool::new(true), AtomicBool::new(true)])
    }

    fn of(&self, kind: ReadingKind) -> &AtomicBool {
        let [pages, exports] = &self.0;
        match kind {
            ReadingKind::Page => pages,
            ReadingKind::Export => exports,
        }
    }
}

/// An alarm in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AlarmRow {
    pub no: u32,
    pub at: Instant,
    pub user: UserNo,
    pub role: String,
    pub school: Option<String>,
    pub kind: ReadingKind,
    pub span: ReadingSpan,
}

impl App {
    /// Counts a look of whoever asks; gives what it is refused with, where it is held back.
    pub(super) fn count_reading(
        &self,
        tx: &mut Tx<'_>,
        scope: &Scope,
    ) -> Result<Option<AppError>, AppError> {
        let (Some(user), Some(kind)) = (self.actor.user(), reading_kind(scope)) else {
            return Ok(None);
        };
        if self.counted.of(kind).load(Ordering::Relaxed) {
            return Ok(None);
        }
        let reader = Reader {
            provider: scope.provider(),
            user,
            kind,
        };
        Reader::hold(tx)?;
        let last = reader.last_alarm(tx, None)?;
        let proved = self.session.as_ref().map(|session| session.auth_at);
        if let (Some(proved), Some(last)) = (proved, last)
            && proved <= last
        {
            return Ok(Some(AppError::ReadMuch { again: None }));
        }
        for limit in READING_LIMITS.iter().filter(|limit| limit.kind == kind) {
            let since = limit.span.since(self.now);
            // A proof that was given since the alarm makes the count begin there.
            let from = match (proved, last) {
                (Some(_), Some(last)) => since.max(last),
                _ => since,
            };
            if reader.count(tx, from)? < limit.most {
                continue;
            }
            let told = reader.last_alarm(tx, Some(limit.span))?;
            if proved.is_some() || told.is_none_or(|at| at <= since) {
                reader.alarm(tx, limit.span, self.now)?;
            }
            let again = match proved {
                Some(_) => None,
                None => Some(limit.span.seconds_left(self.now)),
            };
            return Ok(Some(AppError::ReadMuch { again }));
        }
        reader.add(tx, self.now)?;
        self.counted.of(kind).store(true, Ordering::Relaxed);
        Ok(None)
    }

    /// Whether pages are counted: in the demo town, whose people are made up, they are not.
    #[must_use]
    pub fn counting(mut self, counts: bool) -> App {
        if !counts {
            self.counted = std::sync::Arc::new(Counted::all());
        }
        self
    }

    /// Who read more than the limit from an instant on, in one's reach, the latest first.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn reading_alarms(&self, from: Instant) -> Result<Vec<AlarmRow>, AppError> {
        let reach = self.reach();
        let scope = self.scope(Action::ReadAlarms, reach)?;
        let all = self.look(&scope, "reading-alarms", |read| {
            Ok(ReadingAlarm::list(read, &scope, from)?)
        })?;
        let mut rows = Vec::new();
        for alarm in all.into_iter().rev() {
            let place = match &alarm.school {
                Some(id) => Reach::School(self.school(id)?),
                None => Reach::Provider,
            };
            if reach.meet(place) == Some(place) {
                rows.push(AlarmRow {
                    no: alarm.no,
                    at: alarm.at,
                    user: alarm.user,
                    role: alarm.role,
                    school: alarm.school,
                    kind: alarm.kind,
                    span: alarm.span,
                });
            }
        }
        Ok(rows)
    }
}

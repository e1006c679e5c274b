//! Data keys: one for each subject, kept wrapped under the master key; and texts sealed with them.
//!
//! Whoever destroys the wrapped key makes all that is sealed with it unreadable, in copies of the
//! database too. A key is looked up in the transaction that uses it and never kept longer, so that a
//! key that was destroyed, changed or never committed is not used.
//!
//! Invariant: a sealed text opens at its own place only.

use crate::db::{DbError, ErrorKind, Param, Read, Tx};
use lasna_domain::ids::{PersonNo, ProviderNo};
use lasna_seal::{DataKey, NONCE};
use std::collections::HashMap;

pub(crate) const STATE: &str = "SELECT no, master FROM key_state ORDER BY no DESC LIMIT 1";
pub(crate) const STATE_INSERT: &str = "INSERT INTO key_state (no, master) VALUES ($1, $2)";
pub(crate) const ONE: &str = "SELECT master, wrapped FROM data_key \
    WHERE provider_no = $1 AND kind = $2 AND subject_no = $3";
pub(crate) const OF_KIND: &str = "SELECT subject_no, master, wrapped FROM data_key \
    WHERE provider_no = $1 AND kind = $2";
pub(crate) const INSERT: &str = "INSERT INTO data_key \
    (provider_no, kind, subject_no, master, wrapped) VALUES ($1, $2, $3, $4, $5)";
pub(crate) const NOT_UNDER: &str = "SELECT provider_no, kind, subject_no, master, wrapped \
    FROM data_key WHERE master <> $1 LIMIT $2";
pub(crate) const REWRAP: &str = "UPDATE data_key SET master = $4, wrapped = $5 \
    WHERE provider_no = $1 AND kind = $2 AND subject_no = $3";
pub(crate) const DESTROY: &str =
    "DELETE FROM data_key WHERE provider_no = $1 AND kind = $2 AND subject_no = $3";
/// Number of the advisory lock under which data keys are made and wrapped anew.
const LOCK: i64 = 628_0020;
/// Keys that are looked up one by one before all of the kind are read.
const SINGLE_MAX: usize = 8;
/// Data keys that are wrapped anew in one transaction.
const ROTATED_AT_ONCE: i64 = 2000;

/// Whose data a key seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    kind: &'static str,
    no: i64,
}

impl Subject {
    /// Audit entries that are about nobody alone.
    pub const PROVIDER: Subject = Subject::new("provider", 0);
    /// Reasons of marks.
    pub const REASONS: Subject = Subject::new("reasons", 0);
    /// The seed of the key that signs checkpoints; of provider 0.
    pub(crate) const LOG: Subject = Subject::new("log", 0);

    /// Of a kind that another area brings, with a number in it.
    pub const fn new(kind: &'static str, no: i64) -> Subject {
        Subject { kind, no }
    }

    /// Audit entries about a person.
    pub const fn person(person: PersonNo) -> Subject {
        Subject::new("person", person.0 as i64)
    }

    /// What is written in the case of a pupil.
    pub const fn case(pupil: PersonNo) -> Subject {
        Subject::new("case", pupil.0 as i64)
    }

    fn params(&self, provider: ProviderNo) -> [Param<'static>; 3] {
        [provider.0.into(), self.kind.into(), self.no.into()]
    }
}

fn purpose(provider: u32, kind: &str, no: i64) -> String {
    format!("data_key/{provider}/{kind}/{no}")
}

/// The name of the master key in force; `None` before the first.
pub(crate) fn recorded(read: &mut Read<'_>) -> Result<Option<String>, DbError> {
    let row = read.query_one(STATE, &[])?;
    row.map(|row| row.get(1)).transpose()
}

fn record(tx: &mut Tx<'_>, master: &str) -> Result<(), DbError> {
    let last = tx.query_one(STATE, &[])?;
    let no: i64 = last.map_or(Ok(0), |row| row.get(0))?;
    tx.execute(STATE_INSERT, &[(no + 1).into(), master.into()])
        .map(drop)
}

/// Records the first master key of a database.
pub(crate) fn record_first(tx: &mut Tx<'_>, master: &str) -> Result<(), DbError> {
    record(tx, master)
}

fn unwrapped(
    read: &Read<'_>,
    (provider, kind, no): (u32, &str, i64),
    (master, wrapped): (&str, &[u8]),
) -> Result<DataKey, DbError> {
    let master = read.vault()?.master(master)?;
    master
        .unwrap(wrapped, &purpose(provider, kind, no))
        .map_err(|_| {
            let text = format!("the wrapped key {kind} {no} of provider {provider} is damaged");
            DbError::new(ErrorKind::Broken, text)
        })
}

/// The key of a subject; `None` where there never was one, or it is destroyed.
pub(crate) fn find(
    read: &mut Read<'_>,
    provider: ProviderNo,
    subject: Subject,
) -> Result<Option<DataKey>, DbError> {
    let Some(row) = read.query_one(ONE, &subject.params(provider))? else {
        return Ok(None);
    };
    let named = (provider.0, subject.kind, subject.no);
    unwrapped(read, named, (row.get(0)?, row.get(1)?)).map(Some)
}

/// The key of a subject, made where there is none.
pub(crate) fn ensure(
    tx: &mut Tx<'_>,
    provider: ProviderNo,
    subject: Subject,
) -> Result<DataKey, DbError> {
    if let Some(key) = find(tx, provider, subject)? {
        return Ok(key);
    }
    tx.lock(LOCK)?;
    if let Some(key) = find(tx, provider, subject)? {
        return Ok(key);
    }
    let Some(id) = recorded(tx)? else {
        let text = "the database has no master key";
        return Err(DbError::new(ErrorKind::Configuration, text));
    };
    let vault = tx.vault()?.clone();
    let key = vault.data_key()?;
    let purpose = purpose(provider.0, subject.kind, subject.no);
    let wrapped = vault.master(&id)?.wrap(&key, &purpose, &vault.nonce()?);
    let [one, two, three] = subject.params(provider);
    let params = [one, two, three, (&id).into(), (&wrapped).into()];
    tx.execute(INSERT, &params)?;
    Ok(key)
}

/// The keys that everybody's work needs, made with the provider, so that long changes make none.
pub(crate) fn of_provider(tx: &mut Tx<'_>, provider: ProviderNo) -> Result<(), DbError> {
    ensure(tx, provider, Subject::PROVIDER)?;
    ensure(tx, provider, Subject::REASONS).map(drop)
}

/// Keys of one reading, each looked up once.
#[derive(Default)]
pub(crate) struct Ring {
    keys: HashMap<(u32, &'static str, i64), Option<DataKey>>,
    whole: Vec<(u32, &'static str)>,
}

impl Ring {
    pub(crate) fn get(
        &mut self,
        read: &mut Read<'_>,
        provider: ProviderNo,
        subject: Subject,
    ) -> Result<Option<&DataKey>, DbError> {
        let named = (provider.0, subject.kind, subject.no);
        let of_kind = (provider.0, subject.kind);
        if !self.keys.contains_key(&named) && !self.whole.contains(&of_kind) {
            let alike = |key: &&(u32, &str, i64)| (key.0, key.1) == of_kind;
            if self.keys.keys().filter(alike).count() >= SINGLE_MAX {
                self.read_kind(read, of_kind)?;
            } else {
                let key = find(read, provider, subject)?;
                self.keys.insert(named, key);
            }
        }
        Ok(self.keys.get(&named).and_then(Option::as_ref))
    }

    fn read_kind(
        &mut self,
        read: &mut Read<'_>,
        (provider, kind): (u32, &'static str),
    ) -> Result<(), DbError> {
        for row in read.query(OF_KIND, &[provider.into(), kind.into()])? {
            let no: i64 = row.get(0)?;
            let key = unwrapped(read, (provider, kind, no), (row.get(1)?, row.get(2)?))?;
            self.keys.insert((provider, kind, no), Some(key));
        }
        self.whole.push((provider, kind));
        Ok(())
    }

    /// Opens a text that [`seal_text`] made.
    pub(crate) fn open_text(
        &mut self,
        read: &mut Read<'_>,
        (provider, subject): (ProviderNo, Subject),
        place: &str,
        sealed: &[u8],
    ) -> Result<Option<String>, DbError> {
        match self.get(read, provider, subject)? {
            Some(key) => open_with(key, place, sealed).map(Some),
            None => Ok(None),
        }
    }
}

fn damaged(place: &str) -> DbError {
    DbError::new(ErrorKind::Broken, format!("{place} is damaged"))
}

fn open_with(key: &DataKey, place: &str, sealed: &[u8]) -> Result<String, DbError> {
    let (nonce, sealed) = sealed
        .split_first_chunk::<NONCE>()
        .ok_or_else(|| damaged(place))?;
    let plain = key
        .open(nonce, place.as_bytes(), sealed)
        .map_err(|_| damaged(place))?;
    String::from_utf8(plain).map_err(|_| damaged(place))
}

/// Seals a text for its place: the column and the key of its row, such as `signal_note.note/1/12`.
/// The subject's key is made where there is none. Call it inside a change.
///
/// # Errors
/// The store's.
pub fn seal_text(
    tx: &mut Tx<'_>,
    provider: ProviderNo,
    subject: Subject,
    place: &str,
    text: &str,
) -> Result<Vec<u8>, DbError> {
    let key = ensure(tx, provider, subject)?;
    let nonce = tx.vault()?.nonce()?;
    let sealed = key.seal(&nonce, place.as_bytes(), text.as_bytes());
    Ok([&nonce[..], &sealed].concat())
}

/// Opens what [`seal_text`] made for the same subject and place; `None` where its key is destroyed.
///
/// # Errors
/// The store's; damaged where the bytes are of another place or were changed.
pub fn open_text(
    read: &mut Read<'_>,
    provider: ProviderNo,
    subject: Subject,
    place: &str,
    sealed: &[u8],
) -> Result<Option<String>, DbError> {
    Ring::default().open_text(read, (provider, subject), place, sealed)
}

/// Destroys the key of a subject: what is sealed with it can never be read again.
///
/// # Errors
/// The store's.
pub fn destroy_key(
    tx: &mut Tx<'_>,
    provider: ProviderNo,
    subject: Subject,
) -> Result<bool, DbError> {
    let gone = tx.execute(DESTROY, &subject.params(provider))?;
    Ok(gone > 0)
}

impl crate::Store {
    /// The name of the master key in force.
    ///
    /// # Errors
    /// The store's.
    pub fn master_id(&self) -> Result<String, DbError> {
        Ok(self.ask(recorded)?.unwrap_or_default())
    }

    /// Wraps some of the data keys under a master key that the source knows; gives how many, and
    /// whether none is left. Then the key is recorded as the one in force. Others read and write
    /// meanwhile.
    ///
    /// # Errors
    /// The store's; then this part is as it was.
    pub fn rewrap(&self, master: &str) -> Result<(u64, bool), DbError> {
        self.write_alone(|tx| {
            tx.lock(LOCK)?;
            let vault = tx.vault()?.clone();
            let new = vault.master(master)?;
            let rows = tx.query(NOT_UNDER, &[master.into(), ROTATED_AT_ONCE.into()])?;
            for row in &rows {
                let (provider, kind, no) = (row.get(0)?, row.get::<&str>(1)?, row.get(2)?);
                let key = unwrapped(tx, (provider, kind, no), (row.get(3)?, row.get(4)?))?;
                let wrapped = new.wrap(&key, &purpose(provider, kind, no), &vault.nonce()?);
                let params: [Param<'_>; 5] = [
                    provider.into(),
                    kind.into(),
                    no.into(),
                    master.into(),
                    (&wrapped).into(),
                ];
                tx.execute(REWRAP, &params)?;
            }
            let is_done = (rows.len() as i64) < ROTATED_AT_ONCE;
            if is_done && recorded(tx)?.as_deref() != Some(master) {
                record(tx, master)?;
            }
            Ok((rows.len() as u64, is_done))
        })
    }
}

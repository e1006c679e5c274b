//! All SQL, for SQLite and PostgreSQL: facts with the instant they became known, scopes, audit.
//!
//! Every table holds versions, never a current state that is overwritten: rows are added, and an
//! import that was undone is out of sight from then on. A query on people takes a
//! [`lasna_domain::access::Scope`]; [`Store::change`] and [`Store::look`] write the audit row in the
//! same transaction, so a look that cannot be recorded does not happen.
//!
//! Invariant: what is visible at an instant depends only on rows known by then.

#![forbid(unsafe_code)]

mod accounts;
mod acts;
mod audit;
pub mod backup;
mod batches;
mod carry;
mod codes;
pub mod db;
mod entities;
mod factors;
mod facts;
mod families;
mod filters;
mod grants;
mod guard;
mod imports;
mod incidents;
mod jobs;
mod keys;
mod log;
mod migrate;
mod oidc;
mod passes;
mod reading;
mod reasons;
mod records;
pub mod retention;
mod saves;
mod sessions;
mod sign_in;
mod statements;
pub mod subject;
mod tries;
mod users;
mod vault;

pub use accounts::AccountRow;
pub use acts::StoredAct;
pub use audit::{AuditRow, HELD_BACK, person_of as pupil_of_target};
pub use batches::{Batch, Visible};
pub use codes::{OneTimeCode, StoredNotice};
pub use entities::EntityKind;
pub use factors::{StoredPasskey, StoredTotp};
pub use facts::{FactRow, FactTable};
pub use families::{FamilyTies, Protection};
pub use filters::StoredFilter;
pub use grants::{AccessReview, StoredGlass, StoredGrant};
pub use imports::{
    CodeMeaning, CodeVersion, ImportCount, ImportReaders, MarksOfCode, import_actors,
};
pub use incidents::Incident;
pub use jobs::{BackupRun, Lease};
pub use keys::{Subject, destroy_key, open_text, seal_text};
pub use log::{LogBody, LogEntry};
pub use migrate::MigrationStep;
pub use oidc::{ProviderSaid, StoredLink, ensure_oidc_key, oidc_key, sid_digest, use_answer};
pub use passes::DayPass;
pub use reading::{Reader, ReadingAlarm};
pub use records::{Record, table_of};
pub use saves::RegisterSave;
pub use sessions::{NewSession, Session};
pub use sign_in::{Password, Profile};
pub use statements::{erasing_statements, statements};
pub use tries::TryMark;
pub use users::{Account, StoredModel};

use db::{Database, DbError, Place, Read, Tx};
use lasna_domain::access::{Action, Actor, Reach, Scope};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::ProviderNo;
use lasna_seal::KeySource;
use std::sync::Arc;
use vault::Vault;

/// An open store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    db: Arc<Database>,
    vault: Arc<Vault>,
}

impl Store {
    /// Opens a place with the keys to it and brings its schema up to date.
    ///
    /// # Errors
    /// Where the place cannot be opened, was written by a newer version of the program, or is sealed
    /// with a key that the source does not give.
    pub fn open(place: Place, keys: Arc<dyn KeySource>) -> Result<Store, DbError> {
        let db = Arc::new(Database::open(place)?);
        let vault = Arc::new(Vault::new(keys));
        migrate::migrate(&db, &vault, &|_| {})?;
        db.keep_rows(&guard::CHANGING)?;
        let store = Store { db, vault };
        store.providers()?;
        Ok(store)
    }

    /// A transaction that has the keys.
    fn write<T, E: From<DbError>>(
        &self,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.db.write(|tx| {
            tx.with_vault(&self.vault);
            change(tx)
        })
    }

    /// As [`Self::write`], with a commit of its own.
    fn write_alone<T, E: From<DbError>>(
        &self,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.db.write_here(|tx| {
            tx.with_vault(&self.vault);
            change(tx)
        })
    }

    /// Where the keys come from.
    pub fn key_source(&self) -> Arc<dyn KeySource> {
        self.vault.source()
    }

    /// The database underneath, for checks of the storage itself.
    pub fn database(&self) -> &Database {
        &self.db
    }

    /// Makes a change and its audit row in one transaction.
    ///
    /// # Errors
    /// The closure's, or the store's; then nothing is changed.
    pub fn change<T, E: From<DbError>>(
        &self,
        scope: &Scope,
        at: Instant,
        target: &str,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write(|tx| {
            audit::insert(tx, scope, at, target)?;
            change(tx)
        })
    }

    /// As [`Self::change`], for a change that takes long: an import.
    ///
    /// # Errors
    /// The closure's, or the store's; then nothing is changed.
    pub fn change_long<T, E: From<DbError>>(
        &self,
        scope: &Scope,
        at: Instant,
        target: &str,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write_alone(|tx| {
            // Last, so that nobody else's audit row waits for it on PostgreSQL.
            let done = change(tx)?;
            audit::insert(tx, scope, at, target)?;
            Ok(done)
        })
    }

    /// As [`Self::change_long`], with a target that is known only when the change is made: counts.
    ///
    /// # Errors
    /// The closure's, or the store's; then nothing is changed.
    pub fn change_told<T, E: From<DbError>>(
        &self,
        scope: &Scope,
        at: Instant,
        change: impl FnOnce(&mut Tx<'_>) -> Result<(T, String), E>,
    ) -> Result<T, E> {
        self.write_alone(|tx| {
            let (done, target) = change(tx)?;
            audit::insert(tx, scope, at, &target)?;
            Ok(done)
        })
    }

    /// Records a look at personal data, then takes it. Without the record there is no look.
    ///
    /// # Errors
    /// The closure's, or the store's.
    pub fn look<T, E: From<DbError>>(
        &self,
        scope: &Scope,
        at: Instant,
        target: &str,
        look: impl FnOnce(&mut Read<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write(|tx| audit::insert(tx, scope, at, target))?;
        self.ask(look)
    }

    /// As [`Self::look`], with a word of the caller's in the transaction of the record and in that of the
    /// reading, so that nothing is read by a right that was gone by then.
    ///
    /// `first` may say no: then what it wrote stands, the record says that the look was held back, and
    /// nothing is read.
    ///
    /// # Errors
    /// A closure's, or the store's. Of an error of `first` nothing stands.
    pub fn look_with<T, E: From<DbError>>(
        &self,
        scope: &Scope,
        (at, target): (Instant, &str),
        first: impl FnOnce(&mut Tx<'_>) -> Result<bool, E>,
        look: impl FnOnce(&mut Read<'_>) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        let goes_on = self.write(|tx| {
            let goes_on = first(tx)?;
            match goes_on {
                true => audit::insert(tx, scope, at, target)?,
                false => audit::insert_held_back(tx, scope, at, target)?,
            }
            Ok::<_, E>(goes_on)
        })?;
        if !goes_on {
            return Ok(None);
        }
        self.ask(look).map(Some)
    }

    /// Makes a change before anybody is known, with its audit row: a try to sign in.
    ///
    /// # Errors
    /// The closure's, or the store's; then nothing is changed.
    pub fn change_as_nobody<T, E: From<DbError>>(
        &self,
        at: Instant,
        target: &str,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write(|tx| {
            audit::insert_nobody(tx, at, target)?;
            change(tx)
        })
    }

    /// Writes what is of nobody and needs no audit: tries, and when a session was seen.
    ///
    /// # Errors
    /// The closure's, or the store's.
    pub fn note<T, E: From<DbError>>(
        &self,
        note: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write(note)
    }

    /// Records that somebody asked for what there is no right to.
    ///
    /// # Errors
    /// The store's.
    pub fn refused(
        &self,
        (provider, actor): (ProviderNo, &Actor),
        asked: (Action, Reach),
        at: Instant,
    ) -> Result<(), DbError> {
        self.write(|tx| audit::insert_refused(tx, (provider, actor), asked, at))
    }

    /// Reads what names no person: providers, batches, models, accounts by their token.
    ///
    /// # Errors
    /// The closure's, or the store's.
    pub fn ask<T, E: From<DbError>>(
        &self,
        ask: impl FnOnce(&mut Read<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.db.read(|read| {
            read.with_vault(&self.vault);
            ask(read)
        })
    }
}

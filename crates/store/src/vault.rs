//! The master keys of a store that is open, and where its randomness comes from.
//!
//! Another program may change the master key meanwhile: a name that is not known here makes the keys
//! be read anew, once.
//!
//! Invariant: a key is used only after its name was found to be the recorded one, or in the same file.

use crate::db::{DbError, ErrorKind};
use lasna_seal::{DataKey, KeySource, MasterKey, NONCE};
use std::sync::{Arc, Mutex, PoisonError};

/// The keys of an open store.
pub(crate) struct Vault {
    source: Arc<dyn KeySource>,
    masters: Mutex<Vec<MasterKey>>,
}

fn refused(text: String) -> DbError {
    DbError::new(ErrorKind::Configuration, text)
}

impl Vault {
    pub(crate) fn new(source: Arc<dyn KeySource>) -> Vault {
        Vault {
            source,
            masters: Mutex::default(),
        }
    }

    /// Where the keys come from.
    pub(crate) fn source(&self) -> Arc<dyn KeySource> {
        self.source.clone()
    }

    /// Reads the keys. Where the database has recorded a name, its key must be there.
    pub(crate) fn load(&self, recorded: Option<&str>) -> Result<String, DbError> {
        let masters = self.source.masters(recorded.is_none()).map_err(refused)?;
        let first = masters.first().map(MasterKey::id);
        let known = match recorded {
            Some(id) => masters.iter().any(|key| key.id() == id).then(|| id.into()),
            None => first.clone(),
        };
        let Some(known) = known else {
            return Err(refused(format!(
                "the database is sealed with the master key {}, the key file holds {}: \
                 give the right file",
                recorded.unwrap_or("-"),
                first.as_deref().unwrap_or("none"),
            )));
        };
        *self.held() = masters;
        Ok(known)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<MasterKey>> {
        self.masters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of_id(&self, id: &str) -> Option<MasterKey> {
        self.held().iter().find(|key| key.id() == id).cloned()
    }

    /// The master key of a name.
    pub(crate) fn master(&self, id: &str) -> Result<MasterKey, DbError> {
        if let Some(key) = self.of_id(id) {
            return Ok(key);
        }
        self.load(Some(id))?;
        self.of_id(id)
            .ok_or_else(|| refused(format!("the master key {id} is not there")))
    }

    /// 256 bits.
    pub(crate) fn random(&self) -> Result<[u8; 32], DbError> {
        self.source
            .random()
            .map_err(|text| DbError::new(ErrorKind::Broken, text))
    }

    pub(crate) fn nonce(&self) -> Result<[u8; NONCE], DbError> {
        let random = self.random()?;
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&random[..NONCE]);
        Ok(nonce)
    }

    /// A new data key.
    pub(crate) fn data_key(&self) -> Result<DataKey, DbError> {
        Ok(DataKey::from_bytes(self.random()?))
    }
}

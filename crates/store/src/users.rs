//! Accounts and adopted models.
//!
//! A token is shown once, when it is made, and kept as its SHA-256 only.
//!
//! Invariant: a published version of a model is never changed.

use crate::db::{DbError, Read, Tx};
use lasna_domain::access::Scope;
use lasna_domain::calendar::{Day, Instant};
use lasna_domain::ids::{ProviderNo, UserNo};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub(crate) const USER_INSERT: &str = "INSERT INTO user_account \
    (no, provider_no, role, school, token_hash, created_at) \
    SELECT coalesce(max(no), 0) + 1, $1, $2, $3, $4, $5 FROM user_account";
pub(crate) const USER_BY_TOKEN: &str = "SELECT a.no, a.provider_no, a.role, a.school \
    FROM user_account a LEFT JOIN user_end e ON e.provider_no = a.provider_no AND e.user_no = a.no \
    WHERE a.token_hash = $1 AND e.user_no IS NULL";
pub(crate) const ROLES: &str =
    "SELECT no, role FROM user_account WHERE provider_no = $1 ORDER BY no";
pub(crate) const MODEL_INSERT: &str = "INSERT INTO model_version \
    (provider_no, id, version, adopted_at, valid, text, resolved) VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(crate) const MODELS: &str = "SELECT id, version, adopted_at, valid, text, resolved FROM model_version \
    WHERE provider_no = $1 ORDER BY adopted_at, id, version";
pub(crate) const ADOPTER_INSERT: &str = "INSERT INTO model_adopter \
    (provider_no, id, version, adopted_at, actor) VALUES ($1, $2, $3, $4, $5)";
pub(crate) const ADOPTERS: &str = "SELECT id, version, adopted_at, actor FROM model_adopter \
    WHERE provider_no = $1 ORDER BY adopted_at, id, version";

/// An account, as it signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Account {
    pub no: UserNo,
    pub provider: ProviderNo,
    /// The code of its role.
    pub role: String,
    /// Source id of its school; `None` reaches the provider.
    pub school: Option<String>,
}

pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

impl Account {
    /// An account that is nobody's: asking about it takes as long as about another.
    pub const fn nobody() -> Account {
        Account {
            no: UserNo(0),
            provider: ProviderNo(0),
            role: String::new(),
            school: None,
        }
    }

    /// Adds an account with a token.
    ///
    /// # Errors
    /// The store's.
    pub fn insert(
        tx: &mut Tx<'_>,
        scope: &Scope,
        role: &str,
        school: Option<&str>,
        token: &str,
        at: Instant,
    ) -> Result<(), DbError> {
        Account::add(tx, scope, role, school, &hash(token), at)
    }

    /// Adds an account that no token opens, for a person who signs in with a login.
    ///
    /// # Errors
    /// The store's.
    pub fn insert_person(
        tx: &mut Tx<'_>,
        scope: &Scope,
        role: &str,
        school: Option<&str>,
        login: &str,
        at: Instant,
    ) -> Result<(), DbError> {
        // In the place of a digest stands what no digest is: there is no text to find for it.
        let no_token = format!("person:{login}:{}", at.0).into_bytes();
        Account::add(tx, scope, role, school, &no_token, at)
    }

    fn add(
        tx: &mut Tx<'_>,
        scope: &Scope,
        role: &str,
        school: Option<&str>,
        hash: &Vec<u8>,
        at: Instant,
    ) -> Result<(), DbError> {
        tx.lock(crate::entities::LOCK)?;
        let params = [
            scope.provider().0.into(),
            role.into(),
            school.into(),
            hash.into(),
            at.0.into(),
        ];
        tx.execute(USER_INSERT, &params).map(drop)
    }

    /// The account of a token; none where it has ended.
    ///
    /// # Errors
    /// The store's.
    pub fn by_token(read: &mut Read<'_>, token: &str) -> Result<Option<Account>, DbError> {
        let hash = hash(token);
        let row = read.query_one(USER_BY_TOKEN, &[(&hash).into()])?;
        row.as_ref().map(Account::of_row).transpose()
    }

    /// The roles of a provider's accounts, by number.
    ///
    /// # Errors
    /// The store's.
    pub fn roles(
        read: &mut Read<'_>,
        provider: ProviderNo,
    ) -> Result<Vec<(UserNo, String)>, DbError> {
        let rows = read.query(ROLES, &[provider.0.into()])?;
        rows.iter()
            .map(|row| Ok((UserNo(row.get(0)?), row.get(1)?)))
            .collect()
    }

    pub(crate) fn of_row(row: &crate::db::Row) -> Result<Account, DbError> {
        Ok(Account {
            no: UserNo(row.get(0)?),
            provider: ProviderNo(row.get(1)?),
            role: row.get(2)?,
            school: row.get(3)?,
        })
    }
}

/// An operating model in force at a provider, as its file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct StoredModel {
    pub id: String,
    pub version: String,
    pub adopted_at: Instant,
    /// In force from this day.
    pub valid: Day,
    /// The file as it was adopted.
    pub text: String,
    /// The same with all that it extends written out, so that it needs no other file.
    pub resolved: String,
}

impl StoredModel {
    /// Adds an adoption. That a version always has the same text is for the caller to see to.
    ///
    /// # Errors
    /// The store's; a constraint where the version was adopted at the same instant.
    pub fn insert(&self, tx: &mut Tx<'_>, scope: &Scope) -> Result<(), DbError> {
        let params = [
            scope.provider().0.into(),
            (&self.id).into(),
            (&self.version).into(),
            self.adopted_at.0.into(),
            self.valid.0.into(),
            (&self.text).into(),
            (&self.resolved).into(),
        ];
        tx.execute(MODEL_INSERT, &params)?;
        let actor = scope.actor().code();
        let params = [
            scope.provider().0.into(),
            (&self.id).into(),
            (&self.version).into(),
            self.adopted_at.0.into(),
            (&actor).into(),
        ];
        tx.execute(ADOPTER_INSERT, &params).map(drop)
    }

    /// Who adopted what, as the audit names actors; adoptions before this was kept are not there.
    ///
    /// # Errors
    /// The store's.
    pub fn adopters(
        read: &mut Read<'_>,
        provider: ProviderNo,
    ) -> Result<BTreeMap<(String, String, Instant), String>, DbError> {
        let rows = read.query(ADOPTERS, &[provider.0.into()])?;
        rows.iter()
            .map(|row| {
                Ok((
                    (row.get(0)?, row.get(1)?, Instant(row.get(2)?)),
                    row.get(3)?,
                ))
            })
            .collect()
    }

    /// All adoptions of a provider, the latest last.
    ///
    /// # Errors
    /// The store's.
    pub fn list(read: &mut Read<'_>, provider: ProviderNo) -> Result<Vec<StoredModel>, DbError> {
        read.query(MODELS, &[provider.0.into()])?
            .iter()
            .map(|row| {
                Ok(StoredModel {
                    id: row.get(0)?,
                    version: row.get(1)?,
                    adopted_at: Instant(row.get(2)?),
                    valid: Day(row.get(3)?),
                    text: row.get(4)?,
                    resolved: row.get(5)?,
                })
            })
            .collect()
    }
}

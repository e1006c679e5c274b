//! The audit: who did what, why and how far, one entry for each change and each look, as a Merkle log.
//!
//! An entry is a row for good (`audit`: number, provider, instant, leaf) and a row that can be erased
//! (`audit_body`: salt, sealed fields, and the numbers by which it is found). The leaf is the RFC 6962
//! leaf hash of [`entry_hash`] over salt, number, instant, provider, person, user, reach and sealed fields, so
//! the log stays whole when a body goes, and tells nothing of it. Fields are sealed with the key of
//! the person whom the entry is about, else with the provider's.
//!
//! Invariant: entries are only added; what is erased is a body, never a leaf.

mod read;

use crate::db::{DbError, ErrorKind, Param, Read, Row, Tx};
use crate::keys::{self, Ring, Subject};
use lasna_domain::access::{Action, Actor, Reach, Scope};
use lasna_domain::calendar::Instant;
use lasna_domain::ids::{PersonNo, ProviderNo, UserNo};
use lasna_seal::{DataKey, Hash, entry_hash, leaf_hash, nonce_of};

pub(crate) const LAST: &str = "SELECT coalesce(max(no), 0) FROM audit";
pub(crate) const INSERT: &str =
    "INSERT INTO audit (no, provider_no, at, leaf) VALUES ($1, $2, $3, $4)";
pub(crate) const BODY_INSERT: &str = "INSERT INTO audit_body \
    (no, provider_no, person_no, user_no, reach, salt, body) VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(crate) const LIST: &str = "SELECT a.no, a.at, b.person_no, b.user_no, b.salt, b.body \
    FROM audit a LEFT JOIN audit_body b ON b.no = a.no WHERE a.provider_no = $1 ORDER BY a.no";
pub(crate) const ABOUT: &str = "SELECT a.no, a.at, b.person_no, b.user_no, b.salt, b.body \
    FROM audit_body b JOIN audit a ON a.no = b.no \
    WHERE b.provider_no = $1 AND b.person_no = $2 ORDER BY b.no";
pub(crate) const BY: &str = "SELECT a.no, a.at, b.person_no, b.user_no, b.salt, b.body \
    FROM audit_body b JOIN audit a ON a.no = b.no \
    WHERE b.provider_no = $1 AND b.user_no = $2 ORDER BY b.no";
pub(crate) const ABOUT_BETWEEN: &str = "SELECT a.no, a.at, b.person_no, b.user_no, b.salt, b.body \
    FROM audit_body b JOIN audit a ON a.no = b.no \
    WHERE b.provider_no = $1 AND b.person_no = $2 AND a.at >= $3 AND a.at < $4 ORDER BY b.no";
pub(crate) const BETWEEN: &str = "SELECT a.no, a.at, b.person_no, b.user_no, b.salt, b.body \
    FROM audit a LEFT JOIN audit_body b ON b.no = a.no \
    WHERE a.provider_no = $1 AND a.at >= $2 AND a.at < $3 ORDER BY a.no";
pub(crate) const RANGE: &str = "SELECT min(no), max(no) FROM audit \
    WHERE provider_no = $1 AND at >= $2 AND at < $3";
pub(crate) const IN_REACH: &str = "SELECT a.no, a.at, b.person_no, b.user_no, b.salt, b.body \
    FROM audit_body b JOIN audit a ON a.no = b.no WHERE b.provider_no = $1 AND b.reach = $2 \
    AND b.no >= $3 AND b.no <= $4 AND b.person_no IS NULL ORDER BY b.no";
pub(crate) const FIRST_PROVIDER: &str = "SELECT min(no) FROM provider";
pub(crate) const LAST_AT: &str = "SELECT coalesce(max(at), 0) FROM audit";
pub(crate) const ERASE: &str = "DELETE FROM audit_body WHERE provider_no = $1 AND person_no = $2";
/// Number of the advisory lock that keeps the entries in one order.
const LOCK: i64 = 628_2026;
/// What the hash of an entry begins with.
const PURPOSE: &str = "lasna audit entry 1";

/// One entry of the log. Texts are empty where its body was erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AuditRow {
    pub no: i64,
    pub at: Instant,
    pub actor: String,
    /// The actor's role.
    pub role: String,
    /// How far the actor's account reaches: for whom the person acts.
    pub organisation: String,
    pub purpose: String,
    pub reason: String,
    pub action: String,
    /// Classes of data, with commas.
    pub classes: String,
    pub reach: String,
    pub target: String,
    pub outcome: String,
    pub request: String,
    /// The person whom it is about, where it is about one alone.
    pub person: Option<PersonNo>,
    /// The account that did it.
    pub user: Option<UserNo>,
    pub erased: bool,
}

impl AuditRow {
    /// The entry for what a scope allows, at a target. The one place to extend.
    pub(crate) fn of(scope: &Scope, at: Instant, target: &str) -> AuditRow {
        let actor = scope.actor();
        let needs = scope.needs().iter();
        let classes: Vec<&str> = needs.map(|(_, class)| class.as_code()).collect();
        AuditRow {
            at,
            actor: actor.code(),
            role: scope.role().as_code().to_owned(),
            organisation: reach_code(actor.reach()),
            purpose: scope.purpose().as_code().to_owned(),
            classes: classes.join(","),
            reason: scope.reason().as_code().to_owned(),
            action: scope.action().as_code().to_owned(),
            reach: reach_code(scope.reach()),
            target: target.to_owned(),
            outcome: "done".to_owned(),
            person: person_of(target),
            user: actor.user(),
            ..AuditRow::default()
        }
    }

    /// The sealed fields in their order. New ones come at the end.
    fn fields(&mut self) -> [(&'static str, &mut String); 11] {
        [
            ("actor", &mut self.actor),
            ("role", &mut self.role),
            ("organisation", &mut self.organisation),
            ("purpose", &mut self.purpose),
            ("reason", &mut self.reason),
            ("action", &mut self.action),
            ("classes", &mut self.classes),
            ("reach", &mut self.reach),
            ("target", &mut self.target),
            ("outcome", &mut self.outcome),
            ("request", &mut self.request),
        ]
    }

    fn encode(&mut self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(200);
        for (name, text) in self.fields() {
            if !text.is_empty() {
                bytes.push(name.len() as u8);
                bytes.extend_from_slice(name.as_bytes());
                bytes.extend_from_slice(&(text.len() as u32).to_be_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
        }
        bytes
    }

    /// Takes the fields that it knows; those of a newer program are passed over.
    fn decode(&mut self, mut bytes: &[u8]) -> Option<()> {
        while let Some((length, rest)) = bytes.split_first() {
            let (name, rest) = rest.split_at_checked(usize::from(*length))?;
            let (length, rest) = rest.split_first_chunk::<4>()?;
            let (text, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
            let text = std::str::from_utf8(text).ok()?;
            for (known, place) in self.fields() {
                if known.as_bytes() == name {
                    text.clone_into(place);
                }
            }
            bytes = rest;
        }
        Some(())
    }

    fn subject(&self) -> Subject {
        self.person.map_or(Subject::PROVIDER, Subject::person)
    }
}

fn reach_code(reach: Reach) -> String {
    match reach {
        Reach::Provider => "provider".to_owned(),
        Reach::School(no) => format!("school:{no}"),
        Reach::Group(no) => format!("group:{no}"),
        Reach::Pupil(no) => format!("pupil:{no}"),
    }
}

/// The person whom a target names: `pupil:N` or `person:N`, alone or before another `:`.
pub fn person_of(target: &str) -> Option<PersonNo> {
    let mut words = target.split(':');
    let (kind, no) = (words.next()?, words.next()?);
    let is_person = matches!(kind, "pupil" | "person");
    no.parse().ok().filter(|_| is_person).map(PersonNo)
}

/// An entry as it is stored.
pub(crate) struct Sealed {
    pub no: i64,
    pub provider: ProviderNo,
    pub at: Instant,
    pub person: Option<PersonNo>,
    pub user: Option<UserNo>,
    /// How far the look or change went, so that it is found by who was in reach.
    pub reach: String,
    pub salt: [u8; 32],
    pub body: Vec<u8>,
}

impl Sealed {
    /// Seals an entry under a number, with its key where that was looked up before.
    pub(crate) fn of(
        tx: &mut Tx<'_>,
        (provider, no): (ProviderNo, i64),
        (mut entry, key): (AuditRow, Option<DataKey>),
    ) -> Result<Sealed, DbError> {
        let key = match key {
            Some(key) => key,
            None => keys::ensure(tx, provider, entry.subject())?,
        };
        let salt = tx.vault()?.random()?;
        let nonce = nonce_of("audit", &salt);
        let body = key.seal(&nonce, &no.to_be_bytes(), &entry.encode());
        Ok(Sealed {
            no,
            provider,
            at: entry.at,
            person: entry.person,
            user: entry.user,
            reach: entry.reach,
            salt,
            body,
        })
    }

    /// The leaf.
    pub(crate) fn leaf(&self) -> Hash {
        let number = |no: Option<u32>| no.map(|no| no.to_be_bytes());
        let (person, user) = (
            number(self.person.map(|no| no.0)),
            number(self.user.map(|no| no.0)),
        );
        let bytes = |no: &Option<[u8; 4]>| no.map_or(Vec::new(), |no| no.to_vec());
        let hash = entry_hash(
            PURPOSE,
            &[
                &self.salt,
                &self.no.to_be_bytes(),
                &self.at.0.to_be_bytes(),
                &self.provider.0.to_be_bytes(),
                &bytes(&person),
                &bytes(&user),
                self.reach.as_bytes(),
                &self.body,
            ],
        );
        leaf_hash(&hash)
    }

    /// The values of the row that is kept for good, after the leaf was made.
    pub(crate) fn row<'a>(&self, leaf: &'a Hash) -> [Param<'a>; 4] {
        let provider = self.provider.0.into();
        [self.no.into(), provider, self.at.0.into(), leaf[..].into()]
    }

    /// The values of the row that can be erased.
    pub(crate) fn body_row(&self) -> [Param<'_>; 7] {
        [
            self.no.into(),
            self.provider.0.into(),
            self.person.map(|no| no.0).into(),
            self.user.map(|no| no.0).into(),
            (&self.reach).into(),
            self.salt[..].into(),
            (&self.body).into(),
        ]
    }
}

/// The number of the last entry.
pub(crate) fn last(read: &mut Read<'_>) -> Result<i64, DbError> {
    read.query_one(LAST, &[])?.map_or(Ok(0), |row| row.get(0))
}

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    scope: &Scope,
    at: Instant,
    target: &str,
) -> Result<(), DbError> {
    append(tx, scope.provider(), AuditRow::of(scope, at, target))
}

/// What stands in an entry of a look that was held back because somebody read too much.
pub const HELD_BACK: &str = "held-back";

/// A row of a look that was not taken, because whoever asked read more than the limit.
pub(crate) fn insert_held_back(
    tx: &mut Tx<'_>,
    scope: &Scope,
    at: Instant,
    target: &str,
) -> Result<(), DbError> {
    let entry = AuditRow {
        outcome: HELD_BACK.to_owned(),
        ..AuditRow::of(scope, at, target)
    };
    append(tx, scope.provider(), entry)
}

fn damaged(no: i64) -> DbError {
    let text = format!("entry {no} of the audit is damaged");
    DbError::new(ErrorKind::Broken, text)
}

/// A row of a try to sign in: whoever tried is nobody yet.
pub(crate) fn insert_nobody(tx: &mut Tx<'_>, at: Instant, target: &str) -> Result<(), DbError> {
    let provider = tx.query_one(FIRST_PROVIDER, &[])?;
    let provider = provider.map(|row| row.get::<Option<u32>>(0)).transpose()?;
    let entry = AuditRow {
        at,
        actor: "nobody".to_owned(),
        reason: "operation".to_owned(),
        action: Action::SignIn.as_code().to_owned(),
        reach: "provider".to_owned(),
        target: target.to_owned(),
        outcome: "refused".to_owned(),
        ..AuditRow::default()
    };
    append(
        tx,
        ProviderNo(provider.flatten().unwrap_or_default()),
        entry,
    )
}

/// A row of something that somebody asked for and has no right to.
pub(crate) fn insert_refused(
    tx: &mut Tx<'_>,
    (provider, actor): (ProviderNo, &Actor),
    (action, reach): (Action, Reach),
    at: Instant,
) -> Result<(), DbError> {
    let entry = AuditRow {
        at,
        actor: actor.code(),
        role: actor.role().as_code().to_owned(),
        organisation: reach_code(actor.reach()),
        action: action.as_code().to_owned(),
        reach: reach_code(reach),
        outcome: "refused".to_owned(),
        person: match reach {
            Reach::Pupil(pupil) => Some(pupil),
            _ => None,
        },
        user: actor.user(),
        ..AuditRow::default()
    };
    append(tx, provider, entry)
}

fn append(tx: &mut Tx<'_>, provider: ProviderNo, entry: AuditRow) -> Result<(), DbError> {
    // Before the lock, which everybody waits for; one that is missing is made under it.
    let key = keys::find(tx, provider, entry.subject())?;
    tx.lock(LOCK)?;
    let no = last(tx)? + 1;
    let sealed = Sealed::of(tx, (provider, no), (entry, key))?;
    tx.execute(INSERT, &sealed.row(&sealed.leaf()))?;
    tx.execute(BODY_INSERT, &sealed.body_row()).map(drop)
}
